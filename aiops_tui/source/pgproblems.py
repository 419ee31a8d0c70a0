"""What PostgreSQL and its driver tell of failures, as errors that can be shown."""

from __future__ import annotations

import re

import psycopg2
from psycopg2 import errorcodes

from aiops_tui.model.panels import Notice
from aiops_tui.source.problems import Cancelled, SourceError, first_line

_BY_STATE = {
    errorcodes.INVALID_PASSWORD: "source.wrong_password",
    errorcodes.INVALID_AUTHORIZATION_SPECIFICATION: "source.wrong_password",
    errorcodes.INVALID_CATALOG_NAME: "source.no_database",
    errorcodes.INSUFFICIENT_PRIVILEGE: "source.no_rights",
    errorcodes.LOCK_NOT_AVAILABLE: "source.locked",
    errorcodes.TOO_MANY_CONNECTIONS: "source.too_many",
    errorcodes.UNDEFINED_TABLE: "source.changed",
    errorcodes.UNDEFINED_COLUMN: "source.changed",
}

_ENDED = {errorcodes.IDLE_IN_TRANSACTION_SESSION_TIMEOUT, "25P04"}
"""The server ended a session whose transaction stood still, or lasted, for too long."""

_CONNECT_HINTS = (
    (
        re.compile(r"password|authentication failed|no pg_hba|role .* does not exist|인증|롤 없음", re.IGNORECASE),
        "source.wrong_password",
    ),
    (re.compile(r"database .* does not exist|데이터베이스 없음", re.IGNORECASE), "source.no_database"),
    (
        re.compile(r"could not translate|name or service|nodename|temporary failure in name", re.IGNORECASE),
        "source.no_host",
    ),
    (re.compile(r"refused|no such file|is the server running", re.IGNORECASE), "source.refused"),
    (
        re.compile(r"starting up|shutting down|in recovery mode|not (yet )?accepting connections", re.IGNORECASE),
        "source.starting",
    ),
    (re.compile(r"timeout|timed out", re.IGNORECASE), "source.unreachable"),
    (re.compile(r"too many (clients|connections)|remaining connection slots", re.IGNORECASE), "source.too_many"),
    (re.compile(r"ssl|certificate|tls", re.IGNORECASE), "source.tls"),
    (re.compile(r"definition of service", re.IGNORECASE), "source.no_service"),
)


def connection_problem(error: psycopg2.Error, *, target: str) -> SourceError:
    """Turn a failure to connect into an error that can be shown; ``target`` is the database's name without secrets."""
    if isinstance(error, psycopg2.ProgrammingError):  # an option that the driver does not know
        return SourceError(Notice("source.bad_url"), lost=True, final=True)
    text = re.sub(r'"[^"]*"', "", str(error))  # names may hold any word
    for pattern, message_id in _CONNECT_HINTS:
        if pattern.search(text):
            final = message_id in {"source.wrong_password", "source.no_database", "source.no_service"}
            return SourceError(Notice(message_id, {"target": target}), lost=True, final=final)
    return SourceError(Notice("source.unreachable", {"target": target}), lost=True)


def postgres_problem(error: psycopg2.Error, *, target: str, cancelled: bool) -> SourceError:
    """Turn an error of a statement into one that can be shown; ``cancelled`` says that we withdrew one just now."""
    state = error.pgcode or ""
    text = str(error)
    if state == errorcodes.QUERY_CANCELED:
        # The server's wording may be in any language: what we did not withdraw took too long.
        return Cancelled() if cancelled and "statement timeout" not in text else SourceError(Notice("source.timeout"))
    if state in _BY_STATE:
        return SourceError(Notice(_BY_STATE[state], {"target": target, "reason": first_line(text)}))
    if state.startswith("40"):
        return SourceError(Notice("source.conflict"))
    if not state or state.startswith(("08", "57P")) or state in _ENDED:
        return SourceError(Notice("source.gone", {"target": target}), lost=True)
    return SourceError(Notice("source.refused_query", {"reason": first_line(text)}))
