"""An SQLite file by sqlite3, opened with ``mode=ro``: it is never made, and nothing is written to it."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import polars as pl
from sqlalchemy.dialects import sqlite

from aiops_tui.config import Settings
from aiops_tui.model.panels import Notice
from aiops_tui.source.clock import LOCAL_HOURS, local_hours
from aiops_tui.source.connection import Database, Row, Statement, Values
from aiops_tui.source.problems import SourceError, sqlite_problem, unreadable_answer
from aiops_tui.text.printable import printable

_FETCH = 5000
"""Rows that are taken at a time, few enough that the screen's thread gets its turn."""

_PROGRESS_STEPS = 20_000
_UNDECODED = "Could not decode to UTF-8"

T = TypeVar("T")


class SQLite(Database):
    """An SQLite file, opened for reading alone."""

    dialect = "sqlite"
    one_writer = True

    # What the database does is done by the console itself.
    spare_share = 0.0025

    def __init__(self, settings: Settings, path: Path) -> None:
        super().__init__(settings, printable(path.name, 200))
        self.path = path
        self.slice_keys = 20_000
        self._shown = printable(str(path))
        self._compiler = sqlite.dialect(paramstyle="qmark")
        self._connection: sqlite3.Connection | None = None
        self._deadline = 0.0
        self._file: tuple[int, int] | None = None
        self._wal = False
        self.openings = 0
        self.file = (0, 0)
        """Which file was opened, whatever its name points to by now."""

    def another(self) -> SQLite:
        """Return a further connection to the same file, not opened yet."""
        return SQLite(self.settings, self.path)

    def connect(self) -> None:
        """Open the file, which must be there."""
        self.close()
        if not self.path.exists():
            raise SourceError(Notice("source.sqlite_missing", {"target": self._shown}), lost=True)
        if not self.path.is_file():
            raise SourceError(Notice("source.sqlite_not_a_database", {"target": self._shown}), lost=True, final=True)
        self._file = self._identity()
        uri = f"file:{quote(os.fsencode(self.path.absolute()))}?mode=ro"
        try:
            with self._told():
                self._connection = self._begin(uri)
        except SourceError:
            self.close()
            raise

    def _begin(self, uri: str) -> sqlite3.Connection:
        connection = sqlite3.connect(uri, uri=True, timeout=2.0, isolation_level=None, check_same_thread=False)
        self._connection = connection
        self.file = self._file_now()
        self.openings += 1
        connection.create_function(LOCAL_HOURS, 2, local_hours, deterministic=True)
        connection.set_progress_handler(self._progress, _PROGRESS_STEPS)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA query_only = ON")
        # A writer of a database in rollback-journal mode waits for readers: read it in slices of under 100 ms.
        self._wal = connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        self.slice_keys = 100_000 if self._wal else 20_000
        self.encoding = str(connection.execute("PRAGMA encoding").fetchone()[0])
        return connection

    def close(self) -> None:
        """Give the connection up."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()

    def cancel(self) -> None:
        """Interrupt the statement under way."""
        self._withdraw()
        connection = self._connection
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.interrupt()

    @contextlib.contextmanager
    def transaction(self, *, lock_timeout: float | None = None) -> Iterator[None]:
        """Read one consistent view where that keeps no writer waiting, as in WAL mode; else each statement its own."""
        del lock_timeout
        connection = self._open()
        if not self._wal or connection.in_transaction:
            yield
            return
        with self._told():
            connection.execute("BEGIN")
        try:
            yield
        finally:
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")

    def pragma(self, name: str) -> int:
        """Return a number that SQLite keeps about the file (``data_version``, ``schema_version``)."""
        if self._identity() != self._file:
            # Another file is in its place now; the connection would go on reading the old one for ever.
            raise SourceError(Notice("source.gone", {"target": self.target}), lost=True)
        with self._timed(), self._told():
            return int(self._open().execute(f"PRAGMA {name}").fetchone()[0])

    @property
    def place(self) -> tuple[object, ...]:
        """The file."""
        return self.dialect, str(self.path.absolute())

    @property
    def written(self) -> str:
        """What changes when anything is written, of the file and its log."""
        seen = []
        for name in ("", "-wal"):
            with contextlib.suppress(OSError):
                status = self.path.with_name(self.path.name + name).stat()
                seen.append((status.st_size, status.st_mtime_ns))
        return repr(seen)

    def check_file(self) -> None:
        """Make sure that the name still leads to the file that is open.

        Raises:
            SourceError: another file, or none, stands there now.
        """
        if self._connection is not None and self.file != self._file_now():
            raise SourceError(Notice("source.gone", {"target": self.target}), lost=True)

    def _file_now(self) -> tuple[int, int]:
        try:
            status = self.path.stat()
        except OSError:
            return (0, 0)
        return (status.st_dev, status.st_ino)

    def _identity(self) -> tuple[int, int] | None:
        with contextlib.suppress(OSError):
            found = self.path.stat()
            return found.st_dev, found.st_ino
        return None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise SourceError(Notice("source.gone", {"target": self.target}), lost=True)
        return self._connection

    def _progress(self) -> bool:
        return self._cancelled or time.monotonic() > self._deadline

    def _cursor(self, statement: Statement, values: Values) -> sqlite3.Cursor:
        compiled = self._compiled(statement)
        bound = {**compiled.params, **values}
        self._deadline = time.monotonic() + self.settings.statement_timeout
        return self._open().execute(compiled.text, [bound[name] for name in compiled.order])

    def _execute(self, statement: Statement, values: Values) -> list[Row]:
        def fetch() -> list[Row]:
            with contextlib.closing(self._cursor(statement, values)) as cursor:
                return cursor.fetchall()

        return self._decoding(fetch)

    def _frame(self, statement: Statement, schema: pl.Schema, values: Values) -> pl.DataFrame:
        def fetch() -> pl.DataFrame:
            pieces = [pl.DataFrame(schema=schema)]
            with contextlib.closing(self._cursor(statement, values)) as cursor:
                while rows := cursor.fetchmany(_FETCH):
                    pieces.append(pl.DataFrame(rows, schema=schema, orient="row", strict=False))
            return pl.concat(pieces)

        return self._decoding(fetch)

    def _decoding(self, fetch: Callable[[], T]) -> T:
        """Fetch an answer, and where some text is no UTF-8 once more, by a decoder of ours, which is slower."""
        with self._told():
            try:
                return fetch()
            except sqlite3.OperationalError as error:
                if not str(error).startswith(_UNDECODED) or self._connection is None:
                    raise
                self._connection.text_factory = _decoded
                return fetch()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        self._deadline = time.monotonic() + self.settings.statement_timeout
        try:
            yield
        except (sqlite3.Error, OverflowError) as error:
            timed_out = time.monotonic() > self._deadline
            raise sqlite_problem(error, target=self._shown, cancelled=self._cancelled, timed_out=timed_out) from None
        except (ValueError, pl.exceptions.PolarsError) as error:
            raise unreadable_answer(error) from None


def _decoded(data: bytes) -> str:
    return str(data, "utf-8", "replace")
