"""Cheap signs that something changed, read in one round trip; they say that, not where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from aiops_tui.model.panels import Notice
from aiops_tui.model.window import from_epoch
from aiops_tui.source.database import Database, SQLite, Statement
from aiops_tui.source.problems import SourceError
from aiops_tui.source.schema import Schema, TableInfo

_KEYS_END = 2**62
_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Signs:
    """What was seen of the tables at ``now`` (the database's clock); two are compared with "not equal".

    ``highest`` and ``lowest`` are the bounds of the conversations' keys, None in an empty table. ``conversations``,
    ``evaluations`` and ``feedback`` are whatever moves when these tables are written to; ``identity`` when one is made
    anew, or may be read no more.
    """

    now: datetime
    highest: int | None
    lowest: int | None
    conversations: tuple[object, ...]
    evaluations: tuple[object, ...]
    feedback: tuple[object, ...]
    identity: tuple[object, ...]
    highest_feedback: int | None = None
    lowest_feedback: int | None = None
    lasting: str = ""
    """Equal to that of an earlier run if neither evaluations nor feedback were written to meanwhile."""

    rewritten: str | None = None
    """What moves, late perhaps, when conversations are updated or deleted; None where nobody counts that."""

    def rows_from(self, low: int | None) -> int:
        """Return how many conversations there are at most from a key on (None: in all)."""
        if self.highest is None or self.lowest is None:
            return 0
        return max(self.highest - max(self.lowest, self.lowest if low is None else low) + 1, 0)


class Probe:
    """Asks for the signs of one schema's tables."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._statement: Statement | None = None

    def signs(self, database: Database) -> Signs:
        """Ask for the signs.

        Raises:
            SourceError: if the database does not answer, or keys are no whole numbers; a table that is gone is told by
                ``identity``.
        """
        schema = self.schema
        signs = _sqlite_signs(database, schema) if isinstance(database, SQLite) else self._postgres_signs(database)
        for table, keys in (
            (schema.conversations, (signs.highest, signs.lowest)),
            (schema.feedback, (signs.highest_feedback, signs.lowest_feedback)),
        ):
            if table is not None and not all(key is None or _is_whole(key) for key in keys):
                raise SourceError(Notice("source.bad_key", {"table": table.name}), final=True)
        return signs

    def _postgres_signs(self, database: Database) -> Signs:
        if self._statement is None:
            self._statement = _postgres_statement(self.schema)
        row = database.rows(self._statement)[0]
        identity = tuple(row[7] or ())
        return Signs(
            now=from_epoch(row[0]),
            highest=row[1],
            lowest=row[2],
            conversations=(row[1], row[2], row[5]),
            evaluations=(identity, *row[8:]),
            feedback=(row[3], row[4], row[6]),
            identity=identity,
            highest_feedback=row[3],
            lowest_feedback=row[4],
            lasting=repr((identity, row[3:5], row[6], row[8:])),
            rewritten=row[5].partition(" ")[2] if set(row[5]) - set("0 ") else None,
        )


def _is_whole(key: object) -> bool:
    """Return whether a key can be reckoned with: SQLite lets anything in, and sums of keys must not overflow."""
    return isinstance(key, int) and -_KEYS_END < key < _KEYS_END


def _extremes(table: TableInfo | None) -> list[sa.ColumnElement[Any]]:
    if table is None or table.key is None:
        return [sa.null(), sa.null()]
    clause = table.sql
    key = clause.c[table.key]
    return [
        sa.select(sa.func.max(key)).select_from(clause).scalar_subquery(),
        sa.select(sa.func.min(key)).select_from(clause).scalar_subquery(),
    ]


def _sqlite_signs(database: SQLite, schema: Schema) -> Signs:
    database.check_file()
    versions = (database.pragma("data_version"), database.pragma("schema_version"))
    row = database.rows(sa.select(*_extremes(schema.conversations), *_extremes(schema.feedback)))[0]
    # The version counts from anew on each connection.
    written = (versions[0], database.openings)
    return Signs(
        now=datetime.now(UTC),
        highest=row[0],
        lowest=row[1],
        conversations=(*written, *row[:2]),
        evaluations=written,
        feedback=(*written, *row[2:]),
        identity=(*versions[1:], *database.file),
        lasting=database.written,
        highest_feedback=row[2],
        lowest_feedback=row[3],
    )


_COUNTERS = """
(SELECT array_agg(x ORDER BY x) FROM (
   SELECT concat_ws(' ', c.relname, c.oid::text, c.relfilenode::text,
                    pg_catalog.has_table_privilege(c.oid, 'SELECT')::text) AS x FROM pg_catalog.pg_class c
   WHERE c.relname IN :names AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND pg_catalog.pg_table_is_visible(c.oid)) t)
"""


def _counters(table: TableInfo | None) -> sa.ColumnElement[str]:
    """Return the statistics collector's counts of rows written, which lag.

    Views and partitioned tables have none, and on standbys they stand still: there the minute has to do.
    """
    if table is None:
        return sa.literal("")
    minute = sa.func.concat("minute ", sa.func.floor(sa.func.date_part("epoch", sa.func.now()) / _MINUTE))
    if not table.is_table:
        return minute
    oid = table.identity[0]
    counts = (getattr(sa.func, f"pg_stat_get_tuples_{what}")(oid) for what in ("inserted", "updated", "deleted"))
    return sa.case((sa.func.pg_is_in_recovery(), minute), else_=sa.func.concat_ws(" ", *counts))


def _postgres_statement(schema: Schema) -> Statement:
    names = ("conversation_log", "conversation_evaluation", "evaluation_log", "feedback_log", "sentiment_trends")
    identity = sa.text(f"SELECT {_COUNTERS}").bindparams(sa.bindparam("names", names, expanding=True))
    evaluations = [_counters(table) for table in schema.evaluations]
    return sa.select(
        sa.func.date_part("epoch", sa.func.now()),
        *_extremes(schema.conversations),
        *_extremes(schema.feedback),
        _counters(schema.conversations),
        _counters(schema.feedback),
        identity.columns(sa.column("identity", sa.Text)).scalar_subquery(),
        *evaluations,
    )
