"""PostgreSQL by psycopg2, in ``READ ONLY`` transactions whose settings are local to them.

A transaction pooler in between is thus no harm: nothing is set on the session, nothing prepared on the server.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl
import psycopg2
import psycopg2.extensions
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import URL

from aiops_tui.config import Settings
from aiops_tui.model.panels import Notice
from aiops_tui.source.connection import Database, Row, Statement, Values
from aiops_tui.source.opening import Ahead, arguments_of, opened
from aiops_tui.source.pgproblems import connection_problem, postgres_problem
from aiops_tui.source.problems import Cancelled, SourceError, unreadable_answer
from aiops_tui.source.together import Key, Question, Script, ask_together, each_answer, one_query
from aiops_tui.text.printable import printable

_CANCEL_AGAIN = (0.03, 0.1, 0.2, 0.3, 0.4)
"""After so many seconds each a statement that is still under way is cancelled once more."""

_WEAK_TLS = {"disable", "allow", "prefer"}


class PostgreSQL(Database):
    """PostgreSQL 12 and later, pooled or not."""

    dialect = "postgresql"
    slice_keys = 200_000

    def __init__(self, settings: Settings, url: URL, ahead: Ahead | None = None) -> None:
        self._arguments = arguments_of(settings, url)
        self._ahead = ahead
        host = str(self._arguments.get("host") or "")
        super().__init__(settings, _postgres_target(host, url.database, self._arguments.get("service")))
        self._url = url
        self._local = self._settings(None)
        self._compiler = postgresql.dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call]
        self._connection: psycopg2.extensions.connection | None = None
        self._held = self._begun = self._savepoint = False
        self.remote_without_tls = (
            bool(host) and _is_remote(host) and self._arguments.get("sslmode", "prefer") in _WEAK_TLS
        )

    @property
    def warnings(self) -> tuple[Notice, ...]:
        """That what travels to another machine may be read on the way."""
        return (Notice("source.no_tls", {"target": self.target}),) if self.remote_without_tls else ()

    @property
    def place(self) -> tuple[object, ...]:
        """The server and the database."""
        names = ("host", "hostaddr", "port", "dbname", "service")
        return self.dialect, *(self._arguments.get(name) for name in names)

    def another(self) -> PostgreSQL:
        """Return a further connection to the same database, not opened yet."""
        return PostgreSQL(self.settings, self._url)

    def connect(self) -> None:
        """Open the connection anew."""
        self.close()
        try:
            ahead, self._ahead = self._ahead, None
            connection = opened(self._arguments) if ahead is None else ahead.result()
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
        if connection is None:
            return
        # A request that overtakes the statement it is meant for is ignored by the server.
        for seconds in _CANCEL_AGAIN:
            with contextlib.suppress(psycopg2.Error):
                connection.cancel()
            if self._idle.wait(seconds):
                return

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

    @contextlib.contextmanager
    def spared(self) -> Iterator[None]:
        """Set a savepoint, which travels with the first statement within, and go back to it after an error."""
        self._savepoint = self._held
        try:
            yield
        except SourceError:
            if self._held and not self._savepoint and self._connection is not None:
                with self._told(), self._connection.cursor() as cursor:
                    cursor.execute("ROLLBACK TO SAVEPOINT spared")
            raise
        finally:
            self._savepoint = False

    def _settings(self, lock_timeout: float | None) -> str:
        wait = self.settings.lock_timeout if lock_timeout is None else lock_timeout
        return (
            f"SET LOCAL statement_timeout = {round(self.settings.statement_timeout * 1000)}; "
            f"SET LOCAL lock_timeout = {max(round(wait * 1000), 1)}; SET LOCAL TimeZone = 'UTC'; "
            # Compiling our long expressions takes longer than they run.
            "SET LOCAL jit = off; "
            # Off by default: each partition counts its own rows, and only counts are brought together.
            "SET LOCAL enable_partitionwise_aggregate = on; "
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
        spared, self._savepoint = b"SAVEPOINT spared; " if self._savepoint else b"", False
        if self._begun:
            return spared
        self._begun = True
        return b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; " + self._local.encode() + spared

    def _cursor(self) -> psycopg2.extensions.cursor:
        if self._connection is None:
            raise SourceError(Notice("source.gone", {"target": self.target}), lost=True)
        return self._connection.cursor()

    def _bound(self, statement: Statement, values: Values, cursor: psycopg2.extensions.cursor) -> bytes:
        compiled = self._compiled(statement)
        bound = bytes(cursor.mogrify(compiled.text, {**compiled.params, **values}))
        if self._cancelled:
            # While it was written, which takes some milliseconds, there was nothing to cancel.
            raise Cancelled
        return bound

    def _execute(self, statement: Statement, values: Values) -> list[Row]:
        with self._told(), self._cursor() as cursor:
            bound = self._bound(statement, values, cursor)
            cursor.execute(self._opening() + bound)
            return cursor.fetchall() if cursor.description else []

    def _frame(self, statement: Statement, schema: pl.Schema, values: Values) -> pl.DataFrame:
        with self._told(), self._cursor() as cursor:
            buffer = self._copied(self._bound(statement, values, cursor), cursor)
            return pl.read_csv(buffer, has_header=False, schema=schema) if buffer else pl.DataFrame(schema=schema)

    def _copied(self, query: bytes, cursor: psycopg2.extensions.cursor) -> io.BytesIO | None:
        """Return the answer to a query as CSV, None if it has no rows."""
        buffer = io.BytesIO()
        cursor.copy_expert(self._opening() + b"COPY (" + query + b") TO STDOUT (FORMAT csv)", buffer)
        size = buffer.tell()
        buffer.seek(0)
        return buffer if size else None

    def together(self, asks: Mapping[Key, Callable[[], Any]]) -> dict[Key, Any]:
        """Ask in one message, which the server runs as one transaction: that held, if it has begun, could not fail."""
        if self._held and self._begun:
            return {}
        held, self._held = self._held, False
        try:
            return ask_together(asks, self._played, self._answers)
        except SourceError as error:
            if error.lost or isinstance(error, Cancelled):
                raise
            return {}
        finally:
            self._held = held

    def _played(self, script: Script, work: Callable[[], Any]) -> Any:
        self._script = script
        try:
            return work()
        finally:
            self._script = None

    def _answers(self, questions: Sequence[Question]) -> list[Any]:
        with self._timed(), self._told(), self._cursor() as cursor:
            bound = [(self._bound(asked.statement, asked.values, cursor), asked.schema) for asked in questions]
            answer = self._copied(one_query(bound), cursor)
            return each_answer(answer, [question.schema for question in questions])

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


def _is_remote(host: str) -> bool:
    return not host.startswith(("/", "@")) and host not in {"localhost", "::1"} and not re.match(r"127\.", host)


def _postgres_target(host: str, database: str | None, service: str | None) -> str:
    numeric = host.replace(".", "").isdigit() or ":" in host
    place = service or ("local" if not host or host.startswith("/") else host if numeric else host.split(".", 1)[0])
    return printable(f"{place}/{database}" if database else place, 200)
