"""Which tables and columns are there, and what they mean to the console."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import sqlalchemy as sa

from aiops_tui.model.panels import Notice
from aiops_tui.source.database import Database, PostgreSQL, Row, SQLite
from aiops_tui.source.problems import SourceError
from aiops_tui.text.printable import printable

CONVERSATIONS = "conversation_log"
EVALUATIONS = ("conversation_evaluation", "evaluation_log")
FEEDBACK = "feedback_log"
TRENDS = "sentiment_trends"
KNOWN = (CONVERSATIONS, *EVALUATIONS, FEEDBACK, TRENDS)

NEEDED: Mapping[str, tuple[str, ...]] = {
    CONVERSATIONS: ("id", "user_id", "question", "answer", "sentiment", "topic", "created_at"),
    FEEDBACK: ("id", "conversation_id", "feedback", "created_at"),
    TRENDS: ("date", "sentiment", "count"),
    **dict.fromkeys(EVALUATIONS, ("conversation_id",)),
}

Kind = Literal["time", "naive", "date", "integer", "number", "text", "other"]

_NOT_CRITERIA = {
    "index", "level_0", "score", "id", "user", "question", "answer", "sentiment", "topic", "comment", "created_at",
}  # fmt: skip

_POSTGRES_KINDS: Mapping[str, Kind] = {
    "timestamptz": "time", "timestamp": "naive", "date": "date", "int2": "integer", "int4": "integer",
    "int8": "integer", "float4": "number", "float8": "number", "numeric": "number", "text": "text",
    "varchar": "text", "bpchar": "text",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TableInfo:
    """A table or view as it is: its columns' kinds, its key, which columns an index leads with.

    ``key`` is the column ``id``, declared a key or not; None if it may hold other than whole numbers. ``identity``
    changes when the table is made anew. ``rows`` is the database's own estimate, None without one. ``has_blocks`` says
    that its rows lie in numbered blocks of this very server, where what is written is counted: not those of views, of
    tables with partitions or heirs, of other servers, of a standby.
    """

    name: str
    schema: str | None
    columns: Mapping[str, Kind]
    key: str | None
    indexed: frozenset[str] = frozenset()
    identity: tuple[int, ...] = ()
    rows: int | None = field(default=None, compare=False)
    readable: bool = True
    is_table: bool = True
    has_blocks: bool = field(default=False, compare=False)

    @property
    def sql(self) -> sa.TableClause:
        """The table for a statement, qualified by its schema."""
        return sa.table(self.name, *(sa.column(name) for name in self.columns), schema=self.schema)

    @property
    def missing(self) -> tuple[str, ...]:
        """The needed columns that it lacks, an id that is no key among them."""
        return tuple(
            name for name in NEEDED[self.name] if name not in self.columns or (name == "id" and self.key is None)
        )

    @property
    def criteria(self) -> Mapping[str, str]:
        """The numeric columns that judge an answer, in the table's order, by their printable names."""
        return {
            printable(name): name
            for name, kind in self.columns.items()
            if kind in {"integer", "number"} and name.lower() not in _NOT_CRITERIA and not name.lower().endswith("_id")
        }


@dataclass(frozen=True, slots=True)
class Schema:
    """The tables that the console reads; ``evaluations`` may be none, one or two of the same meaning."""

    conversations: TableInfo
    evaluations: tuple[TableInfo, ...] = ()
    feedback: TableInfo | None = None
    trends: TableInfo | None = None
    warnings: tuple[Notice, ...] = field(default_factory=tuple)

    @property
    def criteria(self) -> tuple[str, ...]:
        """The printable names of the criteria of all evaluation tables, in order."""
        return tuple(dict.fromkeys(name for table in self.evaluations for name in table.criteria))

    @property
    def identity(self) -> tuple[tuple[int, ...], ...]:
        """What changes when a table is made anew."""
        tables = (self.conversations, *self.evaluations, self.feedback, self.trends)
        return tuple(table.identity if table else () for table in tables)


def read_tables(database: Database, names: Sequence[str] = KNOWN) -> dict[str, TableInfo]:
    """Return the tables that are there, of those named.

    Raises:
        SourceError: if the database does not answer.
    """
    if isinstance(database, PostgreSQL):
        return _postgres_tables(database, names)
    assert isinstance(database, SQLite)  # noqa: S101
    return _sqlite_tables(database, names)


def understand(tables: Mapping[str, TableInfo]) -> Schema:
    """Return what the tables mean.

    Raises:
        SourceError: if the conversations are not there, have no usable key, or lack a column, which is named.
    """
    conversations = tables.get(CONVERSATIONS)
    if conversations is None:
        raise SourceError(Notice("source.no_table", {"table": CONVERSATIONS}))
    if not conversations.readable:
        raise SourceError(Notice("source.no_rights", {"target": CONVERSATIONS, "reason": CONVERSATIONS}))
    if conversations.missing == ("id",) and "id" in conversations.columns:
        raise SourceError(Notice("source.bad_key", {"table": CONVERSATIONS}))
    if conversations.missing:
        columns = ", ".join(conversations.missing)
        raise SourceError(Notice("source.no_column", {"table": CONVERSATIONS, "columns": columns}))
    warnings: list[Notice] = []

    def usable(name: str) -> TableInfo | None:
        table = tables.get(name)
        if table is None:
            return None
        if not table.readable:
            warnings.append(Notice("source.table_unreadable", {"table": name}))
            return None
        if table.missing:
            columns = ", ".join(table.missing)
            warnings.append(Notice("source.table_lacks_column", {"table": name, "columns": columns}))
            return None
        return table

    evaluations = tuple(table for name in EVALUATIONS if (table := usable(name)) is not None)
    return Schema(conversations, evaluations, usable(FEEDBACK), usable(TRENDS), tuple(warnings))


# The size of a table would tell whether it has blocks, too, but waits for who is making the table anew.
_POSTGRES_COLUMNS = sa.text("""
SELECT c.relname, n.nspname, c.oid::bigint, c.relfilenode::bigint, c.relkind::text, c.reltuples::bigint,
       has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'),
       a.attname, coalesce(b.typname, t.typname),
       EXISTS (SELECT 1 FROM pg_catalog.pg_index i
               WHERE i.indrelid = c.oid AND i.indisvalid AND i.indkey[0] = a.attnum),
       c.relkind = 'r' AND NOT c.relhassubclass AND NOT pg_is_in_recovery()
       AND (c.relpages > 0 OR pg_catalog.pg_stat_get_tuples_inserted(c.oid) > 0)
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
WHERE c.relname IN :names AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND (pg_catalog.pg_table_is_visible(c.oid)
       OR (quote_ident(n.nspname) = ANY (string_to_array(current_setting('search_path'), ', '))
           AND NOT has_schema_privilege(n.oid, 'USAGE')))
ORDER BY pg_catalog.pg_table_is_visible(c.oid) DESC, c.oid, a.attnum
""").bindparams(sa.bindparam("names", expanding=True))


def _postgres_tables(database: Database, names: Sequence[str]) -> dict[str, TableInfo]:
    grouped: dict[str, list[Row]] = {}
    for row in database.rows(_POSTGRES_COLUMNS.bindparams(names=names)):
        found = grouped.setdefault(row[0], [])
        if not found or found[0][2] == row[2]:
            found.append(row)
    tables: dict[str, TableInfo] = {}
    for name, rows in grouped.items():
        _, schema, oid, filenode, kind, estimate, readable, *_ = rows[0]
        columns: dict[str, Kind] = {row[7]: _POSTGRES_KINDS.get(row[8], "other") for row in rows}
        tables[name] = TableInfo(
            name=name,
            schema=schema,
            columns=columns,
            key="id" if columns.get("id") == "integer" else None,
            indexed=frozenset(row[7] for row in rows if row[9]),
            identity=(oid, filenode),
            rows=estimate if estimate >= 0 else None,
            readable=readable,
            is_table=kind == "r",
            has_blocks=bool(rows[0][10]),
        )
    return tables


def _sqlite_tables(database: SQLite, names: Sequence[str]) -> dict[str, TableInfo]:
    found = database.rows(
        sa.text("SELECT name, type, rootpage FROM sqlite_master WHERE type IN ('table', 'view') AND name IN :names")
        .bindparams(sa.bindparam("names", names, expanding=True))
    )  # fmt: skip
    tables: dict[str, TableInfo] = {}
    for name, kind, root in found:
        described = _sqlite_columns(database, name)
        columns = {column: _sqlite_kind(declared) for column, declared, _ in described}
        keys = [column for column, _, place in described if place == 1]
        indexes = database.rows(
            sa.text("SELECT i.name FROM pragma_index_list(:name) l, pragma_index_info(l.name) i WHERE i.seqno = 0")
            .bindparams(name=name)
        )  # fmt: skip
        tables[name] = TableInfo(
            name=name,
            schema=None,
            columns=columns,
            key="id" if "id" in columns else None,
            indexed=frozenset([*keys, *(row[0] for row in indexes if row[0])]),
            identity=(int(root), *database.file),
            is_table=kind == "table",
        )
    return tables


def _sqlite_columns(database: Database, table: str) -> list[Row]:
    """Return the columns of a table: name, declared type, place in the primary key; none of a view that is broken."""
    try:
        return database.rows(sa.text("SELECT name, type, pk FROM pragma_table_xinfo(:name)").bindparams(name=table))
    except SourceError as error:
        if error.notice.id != "source.changed":
            raise
        return []


def _sqlite_kind(declared: str | None) -> Kind:
    """Return what a declared type is meant to hold; SQLite itself lets anything in."""
    name = (declared or "").upper()
    if "DATE" in name or "TIME" in name:
        return "naive"
    if "INT" in name:
        return "integer"
    if any(word in name for word in ("REAL", "FLOA", "DOUB", "NUMERIC", "DECIMAL")):
        return "number"
    return "text"


def described(table: TableInfo) -> str:
    """Return the columns and how each was understood, on one printable line."""
    return printable(", ".join(f"{name} ({kind})" for name, kind in table.columns.items()))
