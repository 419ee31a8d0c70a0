"""What the doctor asks of the database: all of it reading; what would write is only worded, for a person to paste."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from aiops_tui.config import Settings
from aiops_tui.model.findings import Finding
from aiops_tui.model.panels import Notice
from aiops_tui.source.database import Database, PostgreSQL, SQLite, open_database
from aiops_tui.source.problems import SourceError
from aiops_tui.source.schema import (
    CONVERSATIONS,
    EVALUATIONS,
    FEEDBACK,
    TableInfo,
    described,
    read_tables,
    understand,
)
from aiops_tui.source.streams.shapes import find_log_tables
from aiops_tui.text.printable import printable

OLDEST_POSTGRES = 12
READER = "aiops_reader"
"""What the role is called that the doctor proposes."""

INDEXES: Mapping[str, tuple[str, ...]] = {CONVERSATIONS: ("created_at", "user_id"), FEEDBACK: ("conversation_id",)}
"""The columns that are worth an index. Topics are not: one could be longer than an index takes, and fail an INSERT."""

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Examination:
    """The findings by section; those of a database that does not answer are in ``database`` alone."""

    database: tuple[Finding, ...]
    tables: tuple[Finding, ...] = ()
    indexes: tuple[Finding, ...] = ()
    role: tuple[Finding, ...] = ()


def examine(settings: Settings) -> Examination:
    """Look at the database of the settings. What goes wrong is a finding, never an error."""
    try:
        database = open_database(settings)
        with closing(database):
            database.connect()
            found = _connection(database)
            try:
                tables = read_tables(database)
            except SourceError as error:
                return Examination((*found, _failed(error)))
            return Examination(
                found,
                _told(lambda: _tables(database, tables)),
                _told(lambda: _indexes(database, tables)),
                _told(lambda: _role(database, tables)),
            )
    except SourceError as error:
        return Examination((_failed(error),))


def _told(look: Callable[[], Iterator[Finding]]) -> tuple[Finding, ...]:
    found: list[Finding] = []
    try:
        found.extend(look())
    except SourceError as error:
        found.append(_failed(error))
    return tuple(found)


def _failed(error: SourceError) -> Finding:
    return Finding("fail", error.notice)


def _ok(message_id: str, **values: str | float) -> Finding:
    return Finding("ok", Notice(message_id, values))


def _warning(message_id: str, *paste: str, **values: str | float) -> Finding:
    return Finding("warn", Notice(message_id, values), paste)


def _connection(database: Database) -> tuple[Finding, ...]:
    looks = {PostgreSQL: _server, SQLite: _file}
    return _told(lambda: looks[type(database)](database))  # type: ignore[operator]


def _server(database: PostgreSQL) -> Iterator[Finding]:
    started = time.perf_counter()
    version, number, standby = database.rows(_SERVER)[0]
    milliseconds = f"{(time.perf_counter() - started) * 1000:.0f}"
    yield _ok("doctor.server", version=printable(version, 60), target=database.target, milliseconds=milliseconds)
    if number < OLDEST_POSTGRES * 10_000:
        yield _warning("doctor.old_server", oldest=str(OLDEST_POSTGRES))
    if standby:
        yield _ok("doctor.standby")
    if database.remote_without_tls:
        yield _warning("doctor.no_tls")


def _file(database: SQLite) -> Iterator[Finding]:
    mode = str(database.rows(sa.text("PRAGMA journal_mode"))[0][0])
    path = printable(str(database.path), 200)
    yield _ok("doctor.file", path=path, size=f"{database.path.stat().st_size / _MIB:.1f}", mode=mode)
    if mode != "wal":
        yield _warning("doctor.no_wal", "PRAGMA journal_mode = WAL;", mode=mode)


def _tables(database: Database, tables: Mapping[str, TableInfo]) -> Iterator[Finding]:
    try:
        schema = understand(tables)
    except SourceError as error:
        yield _failed(error)
    else:
        yield from (Finding("warn", notice) for notice in schema.warnings)
    usable = [table for table in tables.values() if table.readable and not table.missing]
    for table in usable:
        yield from _table(database, table)
    if any("naive" in table.columns.values() for table in usable):
        yield _ok("doctor.naive", zone=database.settings.naive_timezone)
    if not any(name in tables for name in EVALUATIONS):
        yield _warning("source.no_evaluations")
    if FEEDBACK not in tables:
        yield _warning("doctor.no_feedback", table=FEEDBACK)
    logs, notices = find_log_tables(database, database.settings.log_tables)
    for log in logs:
        columns = printable(f"{log.time}, {log.level}, {log.message}")
        yield _ok("doctor.log_table", table=printable(log.table.name), columns=columns)
    yield from (Finding("warn", notice) for notice in notices)


def _table(database: Database, table: TableInfo) -> Iterator[Finding]:
    values = {"table": table.name, "columns": described(table)}
    rows = _rows(database, table)
    yield _ok("doctor.table", rows=rows, **values) if rows is not None else _ok("doctor.table_uncounted", **values)
    if table.name == CONVERSATIONS and table.is_table and table.key not in table.indexed:
        yield _warning("doctor.no_key", table=table.name, column=table.key or "id")
    if table.name in EVALUATIONS:
        yield _criteria(table)


def _criteria(table: TableInfo) -> Finding:
    criteria = printable(", ".join(table.criteria))
    if "score" in table.columns:
        return _ok("doctor.scored", table=table.name, criteria=criteria or "–")
    if criteria:
        return _ok("doctor.mean_scored", table=table.name, criteria=criteria)
    return _warning("doctor.no_score", table=table.name)


def _rows(database: Database, table: TableInfo) -> int | None:
    """Return about how many rows there are without reading them, None where that cannot be known."""
    if table.rows is not None or not table.is_table:
        return table.rows
    if table.key in table.indexed:
        key: sa.ColumnClause[int] = sa.column(table.key or "", sa.BigInteger)
    elif database.dialect == "sqlite":
        key = sa.column("rowid", sa.BigInteger)
    else:
        return None
    low, high = database.rows(sa.select(sa.func.min(key), sa.func.max(key)).select_from(table.sql))[0]
    return 0 if high is None else int(high - low + 1)


def _indexes(database: Database, tables: Mapping[str, TableInfo]) -> Iterator[Finding]:
    concurrently = " CONCURRENTLY" if database.dialect == "postgresql" else ""
    for name, columns in INDEXES.items():
        table = tables.get(name)
        if table is None or not table.is_table:
            continue
        for column in (each for each in columns if each in table.columns):
            if column in table.indexed:
                yield _ok("doctor.index", table=name, column=column)
                continue
            on = _qualified(database, table)
            create = f"CREATE INDEX{concurrently} IF NOT EXISTS {name}_{column}_idx ON {on} ({column});"
            yield _warning(f"doctor.no_index_{column}", create, table=name, column=column)


def _role(database: Database, tables: Mapping[str, TableInfo]) -> Iterator[Finding]:
    if not isinstance(database, PostgreSQL):
        yield _ok("doctor.read_only_file")
        return
    role, is_super, name = database.rows(_WHO)[0]
    quoted_role = _quoted(database, role)
    for table in (each for each in tables.values() if not each.readable):
        usage = f"GRANT USAGE ON SCHEMA {_quoted(database, table.schema or 'public')} TO {quoted_role};"
        grant = f"GRANT SELECT ON {_qualified(database, table)} TO {quoted_role};"
        yield _warning("doctor.unreadable", usage, grant, table=table.name, role=printable(role, 63))
    oids = [table.identity[0] for table in tables.values()]
    rights = database.rows(_RIGHTS.bindparams(tables=oids)) if oids else []
    written = [table for table, writes, _ in rights if writes]
    if not is_super and not written:
        yield _ok("doctor.role_reads", role=printable(role))
        return
    paste = _reader(database, name, tables, {table: owner for table, _, owner in rights})
    if is_super:
        yield _warning("doctor.superuser", *paste, role=printable(role))
    else:
        yield _warning("doctor.role_writes", *paste, role=printable(role), tables=", ".join(written))


def _reader(
    database: Database, name: str, tables: Mapping[str, TableInfo], owners: Mapping[str, str]
) -> tuple[str, ...]:
    """Return the statements that make a role which only reads, evaluations of the future included."""
    schemas = {table.schema: table for table in tables.values() if table.schema}
    every = ", ".join(_qualified(database, table) for table in tables.values())
    lines = [
        f"CREATE ROLE {READER} LOGIN;",
        f"\\password {READER}",
        f"GRANT CONNECT ON DATABASE {_quoted(database, name)} TO {READER};",
        *(f"GRANT USAGE ON SCHEMA {_quoted(database, schema)} TO {READER};" for schema in schemas),
    ]
    if every:
        lines.append(f"GRANT SELECT ON {every} TO {READER};")
    # The evaluation run makes its table anew, so that a grant on the table alone would be lost.
    for schema, table in schemas.items():
        owner = _quoted(database, owners[table.name])
        lines.append(
            f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {_quoted(database, schema)}"
            f" GRANT SELECT ON TABLES TO {READER};"
        )
    return tuple(lines)


def _qualified(database: Database, table: TableInfo) -> str:
    return ".".join(_quoted(database, part) for part in (table.schema, table.name) if part)


def _quoted(database: Database, name: str) -> str:
    dialect = (postgresql if database.dialect == "postgresql" else sqlite).dialect()
    return str(dialect.identifier_preparer.quote(name))


_SERVER = sa.text(
    "SELECT current_setting('server_version'), current_setting('server_version_num')::integer, pg_is_in_recovery()"
)
_WHO = sa.text("SELECT current_user::text, current_setting('is_superuser') = 'on', current_database()::text")
_RIGHTS = sa.text("""
SELECT c.relname::text, has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE'),
       pg_catalog.pg_get_userbyid(c.relowner)::text
FROM pg_catalog.pg_class c WHERE c.oid IN :tables ORDER BY c.relname
""").bindparams(sa.bindparam("tables", expanding=True))
