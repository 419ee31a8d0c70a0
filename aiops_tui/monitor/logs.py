"""The logs beside the database: followed in a thread of their own, and counted for the panels of a view."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from aiops_tui.config import Settings
from aiops_tui.metrics.inputs import Inputs
from aiops_tui.model.filters import Filter
from aiops_tui.model.panels import Notice
from aiops_tui.source.database import sqlite_path
from aiops_tui.source.logs import Browser, LogBook, LogFollower, cells, default_log_files, latest, match_of
from aiops_tui.source.problems import Cancelled, SourceError

Progress = Callable[[int, int], None]


class Logs:
    """The log files of the settings: a list to move about in, `browser`, and figures for panels."""

    def __init__(self, settings: Settings) -> None:
        self.book = LogBook(_log_files(settings), ZoneInfo(settings.naive_timezone))
        self.browser = Browser(self.book)
        self._follower = LogFollower(self.book, self.browser.refresh)
        self._reader = threading.Thread(target=self.browser.run, name="log reader", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._follower.start()
        self._reader.start()

    def stop(self) -> None:
        """End, without waiting for it."""
        self.browser.stop()
        self._follower.stop(0)

    @property
    def problems(self) -> tuple[Notice, ...]:
        """What a person is to know of the logs."""
        return self.book.problems

    def read_into(
        self,
        inputs: Inputs,
        wanted: Filter,
        progress: Progress = lambda done, steps: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Inputs:
        """Return the inputs with the entries of both periods counted, and the latest of them.

        Raises:
            Cancelled: something else is wanted meanwhile.
        """
        if not self.book.sources:
            return inputs
        match = match_of(wanted, self.book.sources)
        period = inputs.window.period
        periods = [period] if inputs.previous is None else [period, inputs.previous]
        counted = cells(self.book, periods, match, cancelled, progress)
        entries = latest(self.book, period, match, cancelled=cancelled)
        if cancelled():
            raise Cancelled
        rows = tuple((entry.time, entry.level, entry.source, entry.message, entry.number) for entry in entries)
        return replace(inputs, logs=counted, log_rows=rows)


def _log_files(settings: Settings) -> list[Path]:
    if settings.log_files:
        return list(settings.log_files)
    database: Path | None = None
    with contextlib.suppress(SourceError):
        database = sqlite_path(settings.database_url.reveal())
    return list(default_log_files(database, Path.cwd()))
