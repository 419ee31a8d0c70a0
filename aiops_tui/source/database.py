"""From a database URL to the read-only connection that the console keeps.

Statements are built with SQLAlchemy's expressions and bound by the driver. Nothing is ever written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from aiops_tui.config import Settings
from aiops_tui.model.panels import Notice
from aiops_tui.source.connection import Database, Row, Statement
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
        if "@" in f"{parsed.host}{parsed.database}":
            # What follows the first @ of a password that is not escaped: it would be looked up, and shown.
            raise SourceError(Notice("source.unescaped_url"), final=True)
        return parsed.set(drivername="postgresql+psycopg2")
    if backend == "sqlite":
        return parsed
    raise SourceError(Notice("source.unknown_dialect", {"dialect": backend[:30]}), final=True)


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
