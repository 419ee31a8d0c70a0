"""From a database URL to the read-only connection that the console keeps.

Statements are built with SQLAlchemy's expressions and bound by the driver. Nothing is ever written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiops_tui.config import Settings
from aiops_tui.model.panels import Notice
from aiops_tui.source.connection import Database, Row, Statement
from aiops_tui.source.opening import Ahead, parse_url
from aiops_tui.source.postgresql import PostgreSQL
from aiops_tui.source.problems import SourceError
from aiops_tui.source.sqlite import SQLite
from aiops_tui.source.sqlitefile import sqlite_path

__all__ = [
    "Database",
    "PostgreSQL",
    "Row",
    "SQLite",
    "Statement",
    "first_value",
    "open_database",
    "parse_url",
]


def open_database(settings: Settings, ahead: Ahead | None = None) -> Database:
    """Return the database of the settings, not connected yet; ``ahead`` is a connection of it that is being opened.

    Raises:
        SourceError: if the URL is none that the console can read.
    """
    url = settings.database_url.reveal()
    parsed = parse_url(url)
    if parsed.drivername.startswith("postgresql"):
        return PostgreSQL(settings, parsed, ahead)
    path = sqlite_path(url)
    if path is None:
        raise SourceError(Notice("source.sqlite_memory"), final=True)
    return SQLite(settings, path)


def first_value(rows: Sequence[Row]) -> Any:
    """Return the single value of an answer, None if there is none."""
    return rows[0][0] if rows else None
