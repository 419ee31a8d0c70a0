"""The logs beside the database: followed in a thread of their own, and counted for the panels of a view."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aiops_tui.config import Settings
from aiops_tui.model.filters import Filter, FilterError
from aiops_tui.model.panels import Notice
from aiops_tui.model.records import PATTERNS_OF, STREAMS
from aiops_tui.model.window import epoch
from aiops_tui.source.logs import (
    Browser,
    LogBook,
    LogFollower,
    cells,
    check_expressions,
    default_log_files,
    latest,
    match_of,
)
from aiops_tui.source.logs.book import first_millisecond
from aiops_tui.source.problems import Cancelled, SourceError
from aiops_tui.source.sqlitefile import sqlite_path

if TYPE_CHECKING:
    from aiops_tui.metrics.inputs import Inputs
    from aiops_tui.monitor.streams import Streams
    from aiops_tui.source.logs.loads import Loads
    from aiops_tui.source.logs.spool import Command, StandardInput
    from aiops_tui.source.probe import Signs
    from aiops_tui.source.relations import Relations

Progress = Callable[[int, int], None]

_COMMAND_SECONDS = 5.0
_SHOWN = 200
_STEP = 0.02


class Logs:
    """The log files of the settings: a list to move about in, `browser`, and figures for panels.

    Files are read before anything is loaded that only figures and the logs of the database need.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stopped = False
        self._commands, self._input = _streamed(settings)
        self._loads: dict[int, Loads] = {}
        self._named = bool(settings.log_files)
        spooled = [*self._commands, *([self._input] if self._input else [])]
        named = [path for path in _log_files(settings) if path != Path("-")]
        self.book = LogBook([*named, *(spool.path for spool in spooled)], ZoneInfo(settings.naive_timezone))
        self.book.turn(frozenset(STREAMS) - set(settings.log_streams))
        self.browser = Browser(self.book, folding=True)
        self._follower = LogFollower(self.book, self.browser.refresh)
        self._reader = threading.Thread(target=self.browser.run, name="log reader", daemon=True)

    @cached_property
    def _streams(self) -> Streams:
        from aiops_tui.monitor.streams import Streams

        streams = Streams(self._settings, self.book)
        if self._stopped:
            streams.close()
        return streams

    def start(self) -> None:
        """Begin to follow."""
        for command in self._commands:
            command.start()
        if self._input is not None:
            self._input.start()
        self._follower.start()
        self._reader.start()

    def make_way(self) -> None:
        """Leave the interpreter to others for a moment."""
        self._follower.make_way()

    def await_end(self, seconds: float, asked: threading.Event) -> None:
        """Wait until the ends of the files were read, for so long at most, and no longer than until that is set."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends and not asked.is_set() and not self._follower.looked.wait(_STEP):
            pass

    def stop(self) -> None:
        """End, and all that was run."""
        for command in self._commands:
            command.stop()
        self.browser.stop()
        self._stopped = True
        if "_streams" in self.__dict__:
            self._streams.close()
        self._follower.stop(0)

    @property
    def problems(self) -> tuple[Notice, ...]:
        """What a person is to know of the logs."""
        ended = tuple(command.problem for command in self._commands if command.problem is not None)
        own = self.book.problems
        if self._streams.tables:
            own = tuple(notice for notice in own if self._named or notice.id != "logs.no_match")
        return own + ended + self._streams.problems

    def look(self, on: Relations, wanted: Filter, signs: Signs) -> None:
        """Read what is new of the logs in the database, of the streams what a filter lets through."""
        self._streams.look(on, wanted, signs.evaluations, signs.identity)
        self.browser.refresh()

    def read_once(self, on: Relations, wanted: Filter) -> None:
        """Read what there is: standard input to its end, of commands what comes within seconds."""
        if self._input is not None:
            self._input.read_all()
        for command in self._commands:
            command.run_for(_COMMAND_SECONDS)
        self.book.poll()
        self._streams.look(on, wanted, None, None)

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
        import polars as pl

        from aiops_tui.metrics.patterns import SAMPLE
        from aiops_tui.source.logs.loads import loads

        if not self.book.pages:
            return inputs
        match = match_of(wanted, self.book.sources)
        try:
            check_expressions(wanted)
        except FilterError as error:
            raise SourceError(Notice(error.message_id, error.values), final=True) from None
        period = inputs.window.period
        periods = [period] if inputs.previous is None else [period, inputs.previous]
        counted = cells(self.book, periods, match, cancelled, progress) if self.book.counts else None
        alone = match_of(wanted, self.book.sources, frozenset(STREAMS))
        said = latest(self.book, period, alone, PATTERNS_OF, cancelled)
        entries = said if len(self.book.pages) == len(self.book.counts) else latest(self.book, period, match, _SHOWN)
        if cancelled():
            raise Cancelled
        rows = tuple((entry.time, entry.level, entry.source, entry.message, entry.number) for entry in entries[:_SHOWN])
        sample = [
            (None if entry.time is None else round(epoch(entry.time) * 1000), entry.level, entry.message)
            for entry in said
        ]
        drawn = pl.DataFrame(sample, schema=SAMPLE, orient="row")
        load = loads(self.book, self._loads, first_millisecond(inputs.edges[0]), cancelled)
        return replace(inputs, logs=counted, log_rows=rows, log_sample=drawn, log_load=load)


def _streamed(settings: Settings) -> tuple[list[Command], StandardInput | None]:
    """Return what is read of commands and of standard input."""
    if not (settings.log_commands or Path("-") in settings.log_files):
        return [], None
    from aiops_tui.source.logs.spool import Command, standard_input

    commands = [Command(command) for command in settings.log_commands]
    return commands, standard_input() if Path("-") in settings.log_files else None


def _log_files(settings: Settings) -> list[Path]:
    if settings.log_files or settings.log_commands:
        return list(settings.log_files)
    return list(default_log_files(sqlite_path(settings.database_url.reveal()), Path.cwd()))
