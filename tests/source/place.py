"""A database of a test module's own: the test writes to it as the backend would, the console only reads it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from traceback import format_exception
from typing import Any

import psycopg2
import pytest
import sqlalchemy as sa
from psycopg2.extras import execute_values

from aiops_tui.config import Settings, load_settings
from aiops_tui.source.connection import Values
from aiops_tui.source.database import Database, open_database
from aiops_tui.source.expressions import Expressions
from aiops_tui.source.problems import SourceError
from aiops_tui.source.relations import Relations
from aiops_tui.source.schema import read_tables, understand

CONVERSATIONS = """CREATE TABLE conversation_log (id integer PRIMARY KEY, user_id varchar(50), question text NOT NULL,
answer text NOT NULL, sentiment varchar(2000), topic varchar(1000), created_at {time})"""
FEEDBACK = """CREATE TABLE feedback_log (id integer PRIMARY KEY, conversation_id integer, feedback varchar(10),
reason varchar(255), created_at {time})"""

NOWHERE = Path("/nonexistent")

SECRET = "hunter2-geheim"
"""The password that no error may hold."""


def settings_for(url: str, **flags: object) -> Settings:
    """Return settings that take nothing from the machine."""
    return load_settings({"database_url": url, **flags}, {"AIOPS_STATE_DIR": "/nonexistent/state"}, NOWHERE)


def problem(action: Callable[[], object]) -> SourceError:
    """Return the error that an action ends with, after looking for the secret in all that could be printed of it."""
    with pytest.raises(SourceError) as caught:
        action()
    error = caught.value
    printed = (str(error), repr(error), repr(error.args), repr(error.notice), "".join(format_exception(error)))
    assert not any(SECRET in text for text in printed)
    return error


def written(moment: datetime | None) -> str | None:
    """Return a time as the backend writes it."""
    return None if moment is None else moment.replace(tzinfo=None).isoformat(" ")


class Place:
    """One database, by its URL."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.postgres = url.startswith("postgresql")
        self.time = "timestamptz" if self.postgres else "datetime"
        self.writer: Any = self._connect()

    def run(self, statement: str, rows: Iterable[Sequence[object]] = ((),)) -> list[tuple[Any, ...]]:
        """Run a statement, for each row of values if it has ``?`` in it, and commit."""
        cursor = self.writer.cursor()
        for row in rows:
            cursor.execute(statement.replace("?", "%s") if self.postgres and row else statement, row)
        answer = list(cursor.fetchall()) if cursor.description else []
        self.writer.commit()
        return answer

    def insert(self, table: str, rows: Sequence[Sequence[object]], *columns: str) -> None:
        """Add rows."""
        if not rows:
            return
        into = f"INSERT INTO {table} ({', '.join(columns)}) VALUES" if columns else f"INSERT INTO {table} VALUES"
        cursor = self.writer.cursor()
        if self.postgres:
            execute_values(cursor, f"{into} %s", rows, page_size=1000)
        else:
            cursor.executemany(f"{into} ({', '.join('?' * len(rows[0]))})", rows)
        self.writer.commit()

    def create(self, *statements: str) -> None:
        """Make tables, those of the same name anew; ``{time}`` is the type that the backend's times have."""
        for statement in statements:
            name = statement.split("(", 1)[0].split()[-1]
            self.run(f"DROP TABLE IF EXISTS {name}")
            self.run(statement.format(time=self.time))

    def empty(self, table: str) -> None:
        """Remove all rows, so that those written next lie in their order."""
        self.run(f"TRUNCATE {table}" if self.postgres else f"DELETE FROM {table}")

    def drop(self, *names: str) -> None:
        """Remove tables."""
        for name in names:
            self.run(f"DROP TABLE IF EXISTS {name}")

    def open(self, **flags: object) -> Database:
        """Return the console's connection."""
        database = open_database(settings_for(self.url, **flags))
        database.connect()
        return database

    def relations(self, database: Database) -> Relations:
        """Return the relations as the console understands the tables now."""
        settings = database.settings
        on = Expressions(database.dialect, settings.sentiment_aliases, settings.naive_timezone)
        return Relations(understand(read_tables(database)), on)

    def close(self) -> None:
        """End the writer."""
        self.writer.close()

    def _connect(self) -> Any:
        if not self.postgres:
            file = sqlite3.connect(self.url.removeprefix("sqlite:///"))
            file.execute("PRAGMA synchronous = OFF")
            return file
        connection = psycopg2.connect(self.url)
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = off; SET TimeZone = 'UTC'")
        connection.commit()
        return connection


class Filled:
    """A place with rows in it, and the console's connection to it."""

    def __init__(self, place: Place, database: Database) -> None:
        self.place = place
        self.on = place.relations(database)
        self._database = database

    def ask(self, statement: sa.Executable, values: Values | None = None) -> list[tuple[Any, ...]]:
        """Return what the console is answered."""
        return [tuple(row) for row in self._database.rows(statement, values or {})]
