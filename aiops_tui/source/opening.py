"""Opening connections to PostgreSQL, before what statements and figures need is loaded."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import Any

import psycopg2
import psycopg2.extensions
from sqlalchemy.engine.url import URL, make_url
from sqlalchemy.exc import ArgumentError

from aiops_tui.config import Settings
from aiops_tui.model.panels import Notice
from aiops_tui.source.problems import SourceError

Ahead = Future[psycopg2.extensions.connection]

_ALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""How a server that vanished without a word is noticed: within a minute instead of two hours."""


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


def arguments_of(settings: Settings, url: URL) -> dict[str, Any]:
    """Return what the driver is to be told to connect."""
    query = {key: value if isinstance(value, str) else value[-1] for key, value in url.query.items()}
    if "ssl" in query:
        query["sslmode"] = query.pop("ssl")
    arguments = {
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
    }
    return {key: value for key, value in arguments.items() if value is not None}


def opened(arguments: dict[str, Any]) -> psycopg2.extensions.connection:
    """Return an open connection.

    Raises:
        psycopg2.Error, ValueError: it does not come about.
    """
    connection = psycopg2.connect(**arguments)
    connection.autocommit = True
    return connection


def open_ahead(settings: Settings) -> Ahead | None:
    """Begin to open the connection in a thread: it takes several round trips, during which the rest can be loaded.

    None where there is nothing to be gained or the URL is wrong, which is told by who opens the database.
    """
    try:
        url = parse_url(settings.database_url.reveal())
    except SourceError:
        return None
    if not url.drivername.startswith("postgresql"):
        return None
    future: Ahead = Future()

    def work() -> None:
        try:
            future.set_result(opened(arguments_of(settings, url)))
        except BaseException as error:  # noqa: BLE001 - for whoever waits for it
            future.set_exception(error)

    threading.Thread(target=work, name="connect", daemon=True).start()
    return future
