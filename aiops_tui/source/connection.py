"""What every connection to the monitored database can do: read, be timed, and be withdrawn from another thread."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import polars as pl
import sqlalchemy as sa

from aiops_tui.config import Settings
from aiops_tui.model.panels import Notice, SourceInfo
from aiops_tui.source.problems import Cancelled
from aiops_tui.source.together import Key, Question, Script

T = TypeVar("T")
Row = tuple[Any, ...]
Statement = sa.Executable
Values = Mapping[str, Any]

_NO_VALUES: Values = {}

_CANCEL_TRAVELS = 5.0


@dataclass(frozen=True, slots=True)
class SQL:
    """A statement as text, the values of its parameters by name, and the order of those where they have no names.

    It knows nothing of the statement that it was made from: what is remembered of one must not keep it alive.
    """

    text: str
    params: Values
    order: tuple[str, ...]


class Database(ABC):
    """One connection that reads. Owned by one thread; `cancel` alone may be called from any."""

    dialect: str
    _compiler: sa.Dialect
    slice_keys: int
    """How many keys one statement may read while loading."""

    one_writer = False
    """Whether only one transaction at a time can be writing, so that rows become visible in the order of their keys."""

    spare_share = 0.008
    """The share of the time in which it may be asked what nobody waits for."""

    encoding = "UTF-8"
    """That of texts which it gives as bytes."""

    def __init__(self, settings: Settings, target: str) -> None:
        self.settings = settings
        self.target = target
        self.seconds = 0.0
        self.statements = 0
        self._cancelled = False
        self._cancelled_at = -math.inf
        self._script: Script | None = None
        self._sql: WeakKeyDictionary[Statement, SQL] = WeakKeyDictionary()
        self._idle = threading.Event()
        self._idle.set()
        self._beside: Database | None = None

    @property
    @abstractmethod
    def place(self) -> tuple[object, ...]:
        """Where the database is, without a secret: what is kept of one is not taken for another's."""

    @property
    def info(self) -> SourceInfo:
        """The source's name as it may be shown."""
        return SourceInfo(self.dialect, "backend", self.target)

    @property
    def warnings(self) -> tuple[Notice, ...]:
        """What a person is to know about the connection itself."""
        return ()

    @abstractmethod
    def another(self) -> Database:
        """Return a further connection to the same database, not opened yet."""

    @contextlib.contextmanager
    def beside(self, work: Callable[[Database], T]) -> Iterator[Future[T]]:
        """Do some work over a connection of its own meanwhile; what is not done at the end is withdrawn.

        The future may hold a SourceError that the work alone met with, such as that there may be no more connections.
        """
        other, future = self.another(), Future[T]()

        def run() -> None:
            try:
                other.connect()
                future.set_result(work(other))
            except BaseException as error:  # noqa: BLE001 - for whoever waits for it
                future.set_exception(error)
            finally:
                other.close()

        self._beside = other
        threading.Thread(target=run, name="beside", daemon=True).start()
        try:
            yield future
        finally:
            self._beside = None
            if not future.done():
                threading.Thread(target=other.cancel, name="cancel", daemon=True).start()

    @abstractmethod
    def connect(self) -> None:
        """Open the connection anew.

        Raises:
            SourceError: with what to do about it.
        """

    @abstractmethod
    def close(self) -> None:
        """Give the connection up, whatever its state."""

    @abstractmethod
    def cancel(self) -> None:
        """Withdraw the statement under way, if there is one; safe from any thread, may take as long as the network."""

    @abstractmethod
    def transaction(self, *, lock_timeout: float | None = None) -> contextlib.AbstractContextManager[None]:
        """Read one consistent view for as long as the context lasts."""

    def spared(self) -> contextlib.AbstractContextManager[None]:
        """Keep the transaction alive should a statement within fail: what follows can then still be asked."""
        return contextlib.nullcontext()

    def together(self, asks: Mapping[Key, Callable[[], Any]]) -> dict[Key, Any]:
        """Return what each of ``asks`` comes to that begins with a question, if they can be asked in one message.

        Nothing where that saves nothing, or fails: what is missing has to be asked one by one. Work is begun and broken
        off at its first question before it is done.

        Raises:
            SourceError: the database is lost, or was told to stop.
        """
        del asks
        return {}

    @abstractmethod
    def _execute(self, statement: Statement, values: Values) -> list[Row]: ...

    @abstractmethod
    def _frame(self, statement: Statement, schema: pl.Schema, values: Values) -> pl.DataFrame: ...

    def _compiled(self, statement: Statement) -> SQL:
        """Return a statement as SQL; of one that is asked again, with other ``values`` perhaps, that is remembered."""
        known = self._sql.get(statement)
        if known is None:
            made = statement.compile(dialect=self._compiler, compile_kwargs={"render_postcompile": True})  # type: ignore[attr-defined]
            known = SQL(str(made), made.params, tuple(made.positiontup or ()))
            self._sql[statement] = known
        return known

    def rows(self, statement: Statement, values: Values = _NO_VALUES) -> list[Row]:
        """Return the rows of a small answer; ``values`` are those of the statement's own bind parameters.

        Raises:
            SourceError: with what to do about it.
        """
        if self._script is not None:
            rows: list[Row] = self._script(Question(statement, values))
            return rows
        with self._timed():
            return self._execute(statement, values)

    def frame(self, statement: Statement, schema: pl.Schema, values: Values = _NO_VALUES) -> pl.DataFrame:
        """Return a large answer, column by column in the order of ``schema``.

        Raises:
            SourceError: with what to do about it.
        """
        if self._script is not None:
            frame: pl.DataFrame = self._script(Question(statement, values, schema))
            return frame
        with self._timed():
            return self._frame(statement, schema, values)

    def arm(self) -> None:
        """Forget an earlier `cancel`."""
        self._cancelled = False

    def _withdraw(self) -> None:
        self._cancelled = True
        self._cancelled_at = time.monotonic()
        beside = self._beside
        if beside is not None:
            threading.Thread(target=beside.cancel, name="cancel", daemon=True).start()

    @property
    def _withdrawn(self) -> bool:
        """Whether an interruption is our own; one sent for an earlier statement may arrive during the next."""
        return self._cancelled or time.monotonic() - self._cancelled_at < _CANCEL_TRAVELS

    @contextlib.contextmanager
    def _timed(self) -> Iterator[None]:
        if self._cancelled:
            raise Cancelled
        started = time.perf_counter()
        self._idle.clear()
        try:
            yield
        finally:
            self._idle.set()
            self.seconds += time.perf_counter() - started
            self.statements += 1
