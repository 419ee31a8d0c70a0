"""What all cases share: the data set, the console on it in a terminal, and the console's monitor without one."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

import polars as pl
import sqlalchemy as sa

import benchmarks
from aiops_tui.config import Settings, load_settings
from aiops_tui.metrics import panels
from aiops_tui.model.view import View
from aiops_tui.model.window import Window, WindowSpec
from aiops_tui.monitor.collector import Collector
from aiops_tui.monitor.keeping import FILE
from aiops_tui.source.connection import Values
from aiops_tui.source.database import Database, Row, open_database
from benchmarks.dataset import Shape
from benchmarks.report import Figure
from benchmarks.stores import Store
from benchmarks.terminal import Screen, Terminal

T = TypeVar("T")

_ROOT = Path(benchmarks.__file__).parents[1]
_INHERITED = ("PATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
_TOPICS_ROWS = 2_000_000


@dataclass(frozen=True, slots=True)
class Setting:
    """Where the data lie and how they are shaped; ``rounds`` says how often what is timed is repeated.

    ``minutes`` is how long something is written to, None for as long as its case deems right.
    """

    store: Store
    shape: Shape
    rounds: int = 3
    minutes: float | None = None

    def small(self) -> Shape:
        """Return the data set of 100,000 rows that is as dense."""
        return self._made(self.shape.with_rows(min(100_000, self.shape.rows)))

    def crowded(self, topics: int = 1_000_000) -> Shape:
        """Return the data set that names very many topics."""
        return self._made(self.shape.with_rows(min(self.shape.rows, _TOPICS_ROWS), topics))

    def whole(self) -> Shape:
        """Return the data set itself."""
        return self._made(self.shape)

    def _made(self, shape: Shape) -> Shape:
        if not self.store.has(shape):
            self.store.make(shape)
        return shape

    @property
    def environ(self) -> dict[str, str]:
        """The environment of a program under test: nothing of this user's settings."""
        kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        return {**kept, "HOME": str(self.store.folder), "PYTHONPATH": str(_ROOT), "LANG": "C.UTF-8",
                "AIOPS_STATE_DIR": str(self.store.folder / "state")}  # fmt: skip

    def terminal(self, module: str, *arguments: str) -> Terminal:
        """Run a module of Python's in a terminal."""
        return Terminal(["-m", module, *arguments], self.environ, self.store.folder)

    def console(
        self,
        shape: Shape,
        window: str = "7d",
        interval: float = 5.0,
        url: str | None = None,
        *,
        tab: str = "overview",
        log_file: Path | None = None,
        since: str | None = None,
        again: bool = False,
    ) -> Terminal:
        """Run the console on a data set, reached by another URL perhaps, and on a log.

        Unless it is started ``again``, it has nothing of what an earlier run kept.
        """
        if not again:
            (self.store.folder / "state" / FILE).unlink(missing_ok=True)
        return self.terminal(
            "aiops_tui",
            "--db",
            url or self.store.url(shape),
            "--tab",
            tab,
            *(["--since", since] if since else ["--window", window]),
            "--interval",
            f"{interval:g}",
            "--lang",
            "en",
            *(["--log-file", str(log_file)] if log_file else []),
        )

    def settings(self, shape: Shape, url: str | None = None) -> Settings:
        """Return the settings that such a console has."""
        return load_settings({"database_url": url or self.store.url(shape)}, self.environ, self.store.folder)


def is_live(screen: Screen) -> bool:
    """Return whether the console says that all figures of the view are there, and has read what others need."""
    return is_shown(screen) and "details" not in screen.lines[0]


def is_shown(screen: Screen) -> bool:
    """Return whether the console says that all figures of the view are there."""
    return "● live" in screen.lines[0]


@dataclass(frozen=True, slots=True)
class Asked:
    """A statement that the console sent, how long its answer took, and whether it is copied out as a large one."""

    statement: sa.Executable
    seconds: float
    large: bool
    values: Values


class Watcher:
    """The monitor's work on one view, done here and now, with each statement written down; ``changes`` are settings.

    Unless it is asked for everything ``at_once``, it keeps what was counted, in ``kept_file``.
    """

    def __init__(
        self,
        setting: Setting,
        shape: Shape,
        window: str = "7d",
        url: str | None = None,
        *,
        at_once: bool = True,
        **changes: Any,
    ) -> None:
        self.asked: list[Asked] = []
        settings = replace(setting.settings(shape, url), **changes)
        self.view = View(window=WindowSpec(window))
        self.database = open_database(settings)
        self.database.connect()
        self._rows, self._frame = self.database.rows, self.database.frame
        self.database.rows = self._recorded_rows  # type: ignore[method-assign]
        self.database.frame = self._recorded_frame  # type: ignore[method-assign]
        self.database.beside = self._in_turn  # type: ignore[method-assign]
        self.collector = Collector(settings, self.database, at_once=at_once)
        self.kept_file = Path(settings.state_dir) / FILE

    def look(self) -> Window:
        """Do all that a look at the Overview takes, its panels too."""
        self.collector.probe()
        collected = self.collector.collect(self.view, (self.view.tab,), lambda done, steps: None)
        panels(self.view.tab, collected.inputs)
        return collected.inputs.window

    def glance(self) -> None:
        """Do all that it takes until a started console shows the Overview."""
        self.collector.probe()
        seen = self.collector.glance(self.view)
        if seen is None:
            self.look()
        else:
            panels(self.view.tab, seen.inputs)

    def database_seconds(self, work: Callable[[], object]) -> float:
        """Return how long something waited for the database."""
        before = self.database.seconds
        work()
        return self.database.seconds - before

    def close(self) -> None:
        """End the connection."""
        self.database.close()

    @contextlib.contextmanager
    def _in_turn(self, work: Callable[[Database], T]) -> Iterator[Future[T]]:
        """Do what is done over a second connection over this one, once it is asked for."""
        yield _Late(lambda: work(self.database))

    def _recorded_rows(self, statement: sa.Executable, values: Values | None = None) -> list[Row]:
        started = time.perf_counter()
        answer = self._rows(statement, values or {})
        self._note(statement, values, started, large=False)
        return answer

    def _recorded_frame(
        self, statement: sa.Executable, schema: pl.Schema, values: Values | None = None
    ) -> pl.DataFrame:
        started = time.perf_counter()
        answer = self._frame(statement, schema, values or {})
        self._note(statement, values, started, large=True)
        return answer

    def _note(self, statement: sa.Executable, values: Values | None, started: float, *, large: bool) -> None:
        self.asked.append(Asked(statement, time.perf_counter() - started, large, values or {}))


class _Late(Future[T]):
    """Does its work when its result is wanted."""

    def __init__(self, work: Callable[[], T]) -> None:
        super().__init__()
        self._work = work

    def result(self, timeout: float | None = None) -> T:
        """Do the work and return its result."""
        del timeout
        return self._work()


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds something takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def middle(values: Iterable[float]) -> float:
    """Return the median."""
    return median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that a share of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def ms(seconds: float) -> str:
    """Return a time in words."""
    return f"{seconds * 1000:,.1f} ms" if seconds < 0.1 else f"{seconds * 1000:,.0f} ms"


Case = Callable[[Setting], Iterable[Figure]]
