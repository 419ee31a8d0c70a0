"""Which tables are logs: those with a time, a level and a message, by the names that programs give such columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from aiops_tui.model.panels import Notice
from aiops_tui.source.database import Database, SQLite
from aiops_tui.source.schema import KNOWN, TableInfo, read_tables
from aiops_tui.text.printable import printable

MOST_TABLES = 8
"""So many tables are taken for logs unasked; more have to be named."""

TIMES = (
    "created_at", "timestamp", "ts", "time", "logged_at", "log_time", "logtime", "datetime", "date_time", "asctime",
    "event_time", "occurred_at", "inserted_at", "created", "date",
)  # fmt: skip
LEVELS = ("level", "severity", "levelname", "log_level", "loglevel", "level_name", "lvl", "levelno", "priority")
MESSAGES = ("message", "msg", "text", "log_message", "event", "description", "body", "content")
LOGGERS = ("logger", "logger_name", "source", "module", "component", "service", "channel", "origin", "name")
MORE = ("traceback", "exception", "exc_info", "exc_text", "stack_trace", "stacktrace", "stack", "details", "detail")

_MOST_NAMES = 500


@dataclass(frozen=True, slots=True)
class LogTable:
    """A table that is a log, and which of its columns hold what; ``key`` is a whole number that an index leads with."""

    table: TableInfo
    key: str
    time: str
    level: str
    message: str
    logger: str | None = None
    more: str | None = None


def find_log_tables(database: Database, named: Sequence[str]) -> tuple[list[LogTable], list[Notice]]:
    """Return the tables that were named, else all that look like logs, and what is to be told of those that cannot be.

    Raises:
        SourceError: if the database does not answer.
    """
    names = [name for name in (named or _names(database)) if name not in KNOWN]
    tables = read_tables(database, names) if names else {}
    keys = _primary_keys(database, tables.values())
    found: list[LogTable] = []
    notices: list[Notice] = []
    for name in names:
        shape = _shape(name, tables.get(name), keys.get(name))
        if isinstance(shape, LogTable):
            found.append(shape)
        elif named or shape.id == "logs.table_no_key":
            notices.append(shape)
    if not named and len(found) > MOST_TABLES:
        notices.append(Notice("logs.too_many_tables", {"n": len(found), "most": MOST_TABLES}))
        del found[MOST_TABLES:]
    return found, notices


def _shape(name: str, table: TableInfo | None, key: str | None) -> LogTable | Notice:
    """Return what the columns of a table hold, or why it cannot be read as a log."""
    values = {"table": printable(name, 100)}
    if table is None:
        return Notice("logs.no_table", values)
    if not table.readable:
        return Notice("source.table_unreadable", values)
    time, level, message = (_column(table, names) for names in (TIMES, LEVELS, MESSAGES))
    if time is None or level is None or message is None:
        return Notice("logs.table_no_columns", values)
    if key is None:
        return Notice("logs.table_no_key", values)
    return LogTable(table, key, time, level, message, _column(table, LOGGERS), _column(table, MORE))


def _column(table: TableInfo, names: Iterable[str]) -> str | None:
    """Return the column with the first of these names, whatever its case."""
    lower = {column.lower(): column for column in reversed(list(table.columns))}
    return next((lower[name] for name in names if name in lower), None)


def _names(database: Database) -> list[str]:
    """Return the tables that have a column of each kind, by their names alone."""
    statement = _SQLITE_COLUMNS if isinstance(database, SQLite) else _POSTGRES_COLUMNS
    columns: dict[str, set[str]] = {}
    for table, column in database.rows(statement):
        columns.setdefault(str(table), set()).add(str(column))
    return [name for name, has in columns.items() if all(has & set(kind) for kind in (TIMES, LEVELS, MESSAGES))]


def _primary_keys(database: Database, tables: Iterable[TableInfo]) -> Mapping[str, str]:
    """Return by table the whole number that its primary key begins with; an SQLite table has one in any case."""
    known = {table.name: table for table in tables}
    if isinstance(database, SQLite):
        without = {row[0] for row in database.rows(_WITHOUT_ROWID)}
        return {name: "rowid" for name, table in known.items() if table.is_table and name not in without}
    oids = {table.identity[0]: name for name, table in known.items()}
    rows = database.rows(_PRIMARY_KEYS, {"tables": list(oids)}) if oids else []
    leading = {oids[oid]: str(column) for oid, column in rows if oid in oids}
    found: dict[str, str] = {}
    for name, table in known.items():
        candidates = (leading.get(name), "id" if "id" in table.indexed else None)
        key = next((each for each in candidates if each and table.columns.get(each) == "integer"), None)
        if key is not None:
            found[name] = key
    return found


_OF_INTEREST = (*TIMES, *LEVELS, *MESSAGES)

_POSTGRES_COLUMNS = sa.text("""
SELECT c.relname, lower(a.attname)
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND pg_catalog.pg_table_is_visible(c.oid)
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND lower(a.attname) IN :columns
ORDER BY c.relname LIMIT :most
""").bindparams(sa.bindparam("columns", _OF_INTEREST, expanding=True), most=_MOST_NAMES * 3)

_SQLITE_COLUMNS = sa.text("""
SELECT m.name, lower(x.name) FROM sqlite_master m, pragma_table_xinfo(m.name) x
WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite/_%' ESCAPE '/' AND lower(x.name) IN :columns
ORDER BY m.name LIMIT :most
""").bindparams(sa.bindparam("columns", _OF_INTEREST, expanding=True), most=_MOST_NAMES * 3)

_WITHOUT_ROWID = sa.text("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%WITHOUT%ROWID%'")

_PRIMARY_KEYS = sa.text("""
SELECT i.indrelid::bigint, a.attname
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
WHERE i.indisprimary AND i.indrelid = ANY (:tables)
""")
