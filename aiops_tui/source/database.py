"""The read-only connection to the monitored database: PostgreSQL by psycopg2, SQLite by sqlite3.

Statements are built with SQLAlchemy's expressions and bound by the driver. Nothing is ever written: PostgreSQL is read
in ``READ ONLY`` transactions whose settings are local to them, so that a transaction pooler in between is no harm;
SQLite files are opened with ``mode=ro``.
"""

from __future__ import annotations

import contextlib
import io
import math
import os
import re
import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import polars as pl
import psycopg2
import psycopg2.extensions
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from aiops_tui.config import Settings
from aiops_tui.model.panels import Notice, SourceInfo
from aiops_tui.source.problems import (
    Cancelled,
    SourceError,
    connection_problem,
    postgres_problem,
    sqlite_problem,
    unreadable_answer,
)
from aiops_tui.text.printable import printable

Row = tuple[Any, ...]

_FETCH = 5000
"""Rows that are taken from SQLite at a time, few enough that the screen's thread gets its turn."""

_PROGRESS_STEPS = 20_000

_CANCEL_TRAVELS = 5.0

_ALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""How a server that vanished without a word is noticed: within a minute instead of two hours."""


class Database(ABC):
    """One connection that reads. Owned by one thread; `cancel` alone may be called from any."""

    dialect: str
    slice_keys: int
    """How many keys one statement may read while loading."""

    def __init__(self, settings: Settings, target: str) -> None:
        self.settings = settings
        self.target = target
        self.seconds = 0.0
        self.statements = 0
        self._cancelled = False
        self._cancelled_at = -math.inf

    @property
    def info(self) -> SourceInfo:
        """The source's name as it may be shown."""
        return SourceInfo(self.dialect, "backend", self.target)

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

    @abstractmethod
    def _execute(self, statement: sa.Executable) -> list[Row]: ...

    @abstractmethod
    def _frame(self, statement: sa.Executable, schema: pl.Schema) -> pl.DataFrame: ...

    def rows(self, statement: sa.Executable) -> list[Row]:
        """Return the rows of a small answer.

        Raises:
            SourceError: with what to do about it.
        """
        with self._timed():
            return self._execute(statement)

    def frame(self, statement: sa.Executable, schema: pl.Schema) -> pl.DataFrame:
        """Return a large answer, column by column in the order of ``schema``.

        Raises:
            SourceError: with what to do about it.
        """
        with self._timed():
            return self._frame(statement, schema)

    def arm(self) -> None:
        """Forget an earlier `cancel`."""
        self._cancelled = False

    def _withdraw(self) -> None:
        self._cancelled = True
        self._cancelled_at = time.monotonic()

    @property
    def _withdrawn(self) -> bool:
        """Whether an interruption is our own; one sent for an earlier statement may arrive during the next."""
        return self._cancelled or time.monotonic() - self._cancelled_at < _CANCEL_TRAVELS

    @contextlib.contextmanager
    def _timed(self) -> Iterator[None]:
        if self._cancelled:
            raise Cancelled
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - started
            self.statements += 1


class PostgreSQL(Database):
    """PostgreSQL 12 and later, pooled or not."""

    dialect = "postgresql"
    slice_keys = 200_000

    def __init__(self, settings: Settings, url: URL) -> None:
        query = {key: value if isinstance(value, str) else value[-1] for key, value in url.query.items()}
        if "ssl" in query:
            query["sslmode"] = query.pop("ssl")
        self._arguments: dict[str, Any] = {
            key: value
            for key, value in {
                "host": url.host,
                "port": url.port,
                "user": url.username,
                "password": url.password,
                "dbname": url.database,
                "connect_timeout": max(round(settings.connect_timeout), 2),
                "application_name": "aiops-tui",
                "client_encoding": "utf8",
                **_ALIVE,
                **query,
            }.items()
            if value is not None
        }
        host = str(self._arguments.get("host") or "")
        super().__init__(settings, _postgres_target(host, url.database, query.get("service")))
        self._local = self._settings(None)
        self._compiler = postgresql.dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call]
        self._connection: psycopg2.extensions.connection | None = None
        self._held = self._begun = False
        self.remote_without_tls = bool(host) and _is_remote(host) and query.get("sslmode", "prefer") in _WEAK_TLS

    def connect(self) -> None:
        """Open the connection anew."""
        self.close()
        try:
            connection = psycopg2.connect(**self._arguments)
            connection.autocommit = True
        except psycopg2.Error as error:
            raise connection_problem(error, target=self.target) from None
        except (ValueError, UnicodeError):
            raise SourceError(Notice("source.bad_url"), lost=True, final=True) from None
        self._connection = connection

    def close(self) -> None:
        """Give the connection up, whatever its state."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(psycopg2.Error):
                connection.close()

    def cancel(self) -> None:
        """Ask the server to drop the statement under way."""
        self._withdraw()
        connection = self._connection
        if connection is not None:
            with contextlib.suppress(psycopg2.Error):
                connection.cancel()

    @contextlib.contextmanager
    def transaction(self, *, lock_timeout: float | None = None) -> Iterator[None]:
        """Read one consistent view; its BEGIN travels with the first statement, to save a round trip."""
        if self._held:
            yield
            return
        self._held, self._begun = True, False
        self._local = self._settings(lock_timeout)
        try:
            yield
        finally:
            self._held, self._local = False, self._settings(None)
            if self._begun:
                self._roll_back()

    def _settings(self, lock_timeout: float | None) -> str:
        wait = self.settings.lock_timeout if lock_timeout is None else lock_timeout
        return (
            f"SET LOCAL statement_timeout = {round(self.settings.statement_timeout * 1000)}; "
            f"SET LOCAL lock_timeout = {max(round(wait * 1000), 1)}; SET LOCAL TimeZone = 'UTC'; "
        )

    def _roll_back(self) -> None:
        if self._connection is None:
            return
        try:
            with self._connection.cursor() as cursor:
                cursor.execute("ROLLBACK")
        except psycopg2.Error:
            self.close()

    def _opening(self) -> bytes:
        """Return what must come before a statement: the BEGIN of the transaction held, if it has not begun yet.

        A statement on its own is sent with its settings as one message, which the server runs as one transaction.
        """
        if not self._held:
            return b"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; " + self._local.encode()
        if self._begun:
            return b""
        self._begun = True
        return b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; " + self._local.encode()

    def _cursor(self) -> psycopg2.extensions.cursor:
        if self._connection is None:
            raise SourceError(Notice("source.gone", {"target": self.target}), lost=True)
        return self._connection.cursor()

    def _bound(self, statement: sa.Executable, cursor: psycopg2.extensions.cursor) -> bytes:
        compiled = statement.compile(dialect=self._compiler, compile_kwargs={"render_postcompile": True})  # type: ignore[attr-defined]
        return bytes(cursor.mogrify(str(compiled), compiled.params))

    def _execute(self, statement: sa.Executable) -> list[Row]:
        with self._told(), self._cursor() as cursor:
            bound = self._bound(statement, cursor)
            cursor.execute(self._opening() + bound)
            return cursor.fetchall() if cursor.description else []

    def _frame(self, statement: sa.Executable, schema: pl.Schema) -> pl.DataFrame:
        buffer = io.BytesIO()
        with self._told(), self._cursor() as cursor:
            bound = self._bound(statement, cursor)
            cursor.copy_expert(self._opening() + b"COPY (" + bound + b") TO STDOUT (FORMAT csv)", buffer)
        if not buffer.tell():
            return pl.DataFrame(schema=schema)
        buffer.seek(0)
        return pl.read_csv(buffer, has_header=False, schema=schema)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except psycopg2.Error as error:
            connection = self._connection
            told = postgres_problem(error, target=self.target, cancelled=self._withdrawn)
            told.lost = told.lost or connection is None or bool(connection.closed)
            raise told from None
        except (ValueError, pl.exceptions.PolarsError) as error:
            raise unreadable_answer(error) from None


class SQLite(Database):
    """An SQLite file, opened for reading alone."""

    dialect = "sqlite"

    def __init__(self, settings: Settings, path: Path) -> None:
        super().__init__(settings, printable(path.name, 200))
        self.path = path
        self.slice_keys = 20_000
        self._shown = printable(str(path))
        self._compiler = sqlite.dialect(paramstyle="qmark")
        self._connection: sqlite3.Connection | None = None
        self._deadline = 0.0

    def connect(self) -> None:
        """Open the file, which must be there."""
        self.close()
        if not self.path.exists():
            raise SourceError(Notice("source.sqlite_missing", {"target": self._shown}), lost=True)
        if not self.path.is_file():
            raise SourceError(Notice("source.sqlite_not_a_database", {"target": self._shown}), lost=True, final=True)
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
        connection.text_factory = _decoded
        connection.set_progress_handler(self._progress, _PROGRESS_STEPS)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA query_only = ON")
        # A writer of a database in rollback-journal mode waits for readers: read it in slices of under 100 ms.
        wal = connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        self.slice_keys = 100_000 if wal else 20_000
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
        """Read one consistent view."""
        del lock_timeout
        connection = self._open()
        if connection.in_transaction:
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
        with self._timed(), self._told():
            return int(self._open().execute(f"PRAGMA {name}").fetchone()[0])

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise SourceError(Notice("source.gone", {"target": self.target}), lost=True)
        return self._connection

    def _progress(self) -> bool:
        return self._cancelled or time.monotonic() > self._deadline

    def _cursor(self, statement: sa.Executable) -> sqlite3.Cursor:
        compiled = statement.compile(dialect=self._compiler, compile_kwargs={"render_postcompile": True})  # type: ignore[attr-defined]
        self._deadline = time.monotonic() + self.settings.statement_timeout
        return self._open().execute(str(compiled), [compiled.params[name] for name in compiled.positiontup or ()])

    def _execute(self, statement: sa.Executable) -> list[Row]:
        with self._told():
            return self._cursor(statement).fetchall()

    def _frame(self, statement: sa.Executable, schema: pl.Schema) -> pl.DataFrame:
        pieces: list[pl.DataFrame] = []
        with self._told():
            cursor = self._cursor(statement)
            while rows := cursor.fetchmany(_FETCH):
                pieces.append(pl.DataFrame(rows, schema=schema, orient="row", strict=False))
        return pl.concat(pieces) if pieces else pl.DataFrame(schema=schema)

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


_WEAK_TLS = {"disable", "allow", "prefer"}


def _decoded(data: bytes) -> str:
    return str(data, "utf-8", "replace")


def _is_remote(host: str) -> bool:
    return not host.startswith(("/", "@")) and host not in {"localhost", "::1"} and not re.match(r"127\.", host)


def _postgres_target(host: str, database: str | None, service: str | None) -> str:
    place = service or ("local" if not host or host.startswith("/") else host.split(".", 1)[0])
    return printable(f"{place}/{database}" if database else place, 200)


def parse_url(url: str) -> URL:
    """Read a database URL in any of the forms that operators have.

    Raises:
        SourceError: if it is none that the console can read; the text itself is never repeated.
    """
    try:
        parsed = make_url(url.strip())
    except (ArgumentError, ValueError):
        raise SourceError(Notice("source.bad_url"), final=True) from None
    backend = parsed.drivername.split("+", 1)[0]
    if backend in {"postgres", "postgresql"}:
        return parsed.set(drivername="postgresql+psycopg2")
    if backend == "sqlite":
        return parsed
    raise SourceError(Notice("source.unknown_dialect", {"dialect": backend[:30]}), final=True)


def sqlite_path(url: str) -> Path | None:
    """Return the file that an SQLite URL names, None for other databases and for ``:memory:``."""
    parsed = parse_url(url)
    name = parsed.database or ""
    if name.startswith("file:"):
        name = unquote(re.sub(r"^file:(//[^/]*)?", "", name))
    if not parsed.drivername.startswith("sqlite") or name in {"", ":memory:"}:
        return None
    return Path(name)


def open_database(settings: Settings) -> Database:
    """Return the database of the settings, not connected yet.

    Raises:
        SourceError: if the URL is none that the console can read.
    """
    url = settings.database_url.reveal()
    parsed = parse_url(url)
    if parsed.drivername.startswith("postgresql"):
        return PostgreSQL(settings, parsed)
    path = sqlite_path(url)
    if path is None:
        raise SourceError(Notice("source.sqlite_memory"), final=True)
    return SQLite(settings, path)


def first_value(rows: Sequence[Row]) -> Any:
    """Return the single value of an answer, None if there is none."""
    return rows[0][0] if rows else None
