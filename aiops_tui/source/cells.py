"""Statements that count: cells of base buckets, summed up by the database where few rows travel by that."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import add
from typing import Any

import polars as pl
import sqlalchemy as sa

from aiops_tui.model.filters import Filter
from aiops_tui.model.labels import FEEDBACKS, REST, SENTIMENTS
from aiops_tui.model.window import Period, epoch
from aiops_tui.source.expressions import Condition, Whole
from aiops_tui.source.relations import Relations

_BY: dict[str, pl.DataType] = {"bucket": pl.Int64(), "topic": pl.Categorical(), "sentiment": pl.Enum(SENTIMENTS)}
CELLS = pl.Schema({**_BY, "n": pl.Int32()})
FEEDBACK_CELLS = pl.Schema({**_BY, "feedback": pl.Enum(FEEDBACKS), "n": pl.Int32()})

BLOCK = "block"
"""The column that says in which block of its table an evaluation lies."""

_PLACE = "lies_at"

Bound = int | sa.BindParameter[int]
"""A key, or the parameter of a statement that stands for one."""

LOW, HIGH = (sa.bindparam(name, 0, sa.BigInteger) for name in ("low", "high"))


@dataclass(frozen=True)
class CellQuery:
    """What one kind of rollup counts: base bucket, filter, period (None: all times) and topics kept (None: all)."""

    base: int
    wanted: Filter
    period: Period | None = None
    kept: frozenset[str] | None = None


def conversation_cells(on: Relations, query: CellQuery, low: Bound, high: Bound | None) -> sa.Select[Any]:
    """Count conversations of the keys ``low <= key < high`` by bucket, topic and sentiment (`CELLS`).

    Counted as written first: what a time, a label or a topic means is then reckoned once per cell and not per row.
    Labels that mean the same are thus in several rows, except where that could be very many.
    """
    table = on.conversations.c
    conditions = [*_keys(on.key, low, high), *on.of_conversations(query.wanted)]
    if query.period is not None:
        conditions.append(on.within(query.period))
    written = (
        sa.select(on.slot(query.base).label("slot"), table.topic, table.sentiment, sa.func.count().label("n"))
        .where(*conditions)
        .group_by(sa.text("1"), sa.text("2"), sa.text("3"))
    ).subquery("written")
    columns: list[sa.ColumnElement[Any]] = [
        on.on.slot_start(written.c.slot, query.base).label("bucket"),
        on.on.topic(written.c.topic, query.kept).label("topic"),
        on.on.sentiment(written.c.sentiment).label("sentiment"),
    ]
    if query.kept is None:
        return sa.select(*columns, written.c.n)
    # PostgreSQL adds up what fits into four bytes several times as fast.
    n = sa.func.sum(sa.cast(written.c.n, sa.Integer)).label("n")
    return sa.select(*columns, n).group_by(sa.text("1"), sa.text("2"), sa.text("3"))


def feedback_cells(on: Relations, query: CellQuery, low: Bound, high: Bound | None) -> sa.Select[Any]:
    """Count feedback of the keys ``low <= key < high`` by bucket, class, and its conversation's topic and sentiment."""
    assert on.feedback is not None  # noqa: S101
    row, table = on.feedback.c, on.conversations.c
    conditions = [*_keys(row.key, low, high), *on.of_feedback(query.wanted)]
    if query.period is not None:
        conditions.append(on.on.seconds_within(row.seconds, query.period))
    return (
        sa.select(
            on.on.bucket_of(row.seconds, query.base).label("bucket"),
            on.on.topic(table.topic, query.kept).label("topic"),
            on.on.sentiment(table.sentiment).label("sentiment"),
            row.feedback.label("feedback"),
            sa.func.count().label("n"),
        )
        .select_from(on.feedback.outerjoin(on.conversations, on.key == row.conversation))
        .where(*conditions)
        .group_by(sa.text("1"), sa.text("2"), sa.text("3"), sa.text("4"))
    )


def evaluation_rows(
    on: Relations, query: CellQuery, low: int | None, *, block: int | None = None, placed: bool = False
) -> tuple[sa.Select[Any], pl.Schema]:
    """Return a statement for a narrow row for each evaluation, and the schema that `with_scores` completes.

    With scores there would be nearly as many cells as rows, and a cell would have dozens of figures. Beside those of
    the period it has the evaluations of conversations from the key ``low`` on, whenever they were evaluated. All those
    lie in ``block`` or after it, if that is known; ``placed``, each says where it lies, for `first_block`.
    """
    assert on.evaluations is not None  # noqa: S101
    row = on.evaluations.c
    conditions = on.of_evaluations(query.wanted)
    if query.period is not None:
        conditions.insert(0, on.evaluated_within(query.period, low))
    if block is not None:
        conditions.insert(0, on.from_block(block))
    values = [value_name(place) for place in range(len(on.schema.criteria) + 1)]
    statement = sa.select(
        row.conversation,
        row.seconds,
        (row.topic if query.kept is None else _kept(row.topic, query.kept)).label("topic"),
        row.sentiment,
        row.own_score.label(values[0]),
        *(on.judgement(name).label(value) for name, value in zip(on.schema.criteria, values[1:], strict=True)),
        *([sa.cast(row.lies_at, sa.Text).label(_PLACE)] if placed else []),
    ).where(*conditions)
    labels = {name: _BY[name] for name in ("topic", "sentiment")}
    whole = dict.fromkeys(("conversation", "seconds"), pl.Int64())
    place = {_PLACE: pl.String()} if placed else {}
    return statement, pl.Schema({**whole, **labels, **dict.fromkeys(values, pl.Float64()), **place})


def first_block(rows: pl.DataFrame, since: datetime | None, low: int) -> int | None:
    """Return the first block in which evaluations of a time and of a key on lie, None if that is not known."""
    if BLOCK not in rows.columns:
        return None
    if since is not None:
        rows = rows.filter((pl.col("seconds") >= math.floor(epoch(since))) | (pl.col("conversation") >= low))
    block: int | None = rows[BLOCK].min()  # type: ignore[assignment]
    return block


def with_scores(rows: pl.DataFrame, criteria: int) -> pl.DataFrame:
    """Return evaluations with their row score, and in four bytes those numbers that fit into them exactly.

    The row score is the row's own, else the mean of those criteria that are not null. `BLOCK` is added if it is known.
    """
    if _PLACE in rows.columns:
        block = pl.col(_PLACE).str.extract(r"^\((\d+),").cast(pl.UInt32).alias(BLOCK)
        rows = rows.with_columns(block).drop(_PLACE)
    values = [pl.col(value_name(place)) for place in range(1, criteria + 1)]
    if values:
        # Added in this order, as SQL does, a score is the same number there and here.
        total = reduce(add, (value.fill_null(0.0) for value in values))
        known = reduce(add, (value.is_not_null().cast(pl.Int64) for value in values))
        mean = pl.when(known > 0).then(total / known)
        rows = rows.with_columns(pl.coalesce(value_name(0), mean).alias(value_name(0)))
    for name in [name for name, kind in rows.schema.items() if kind == pl.Float64]:
        short = rows[name].cast(pl.Float32)
        if (short.cast(pl.Float64) == rows[name]).all():
            rows = rows.with_columns(short)
    return rows


def value_name(place: int) -> str:
    """Return what the judgements of one criterion are called in statements; place 0 is the row score."""
    return f"value_{place}"


def _keys(key: Whole, low: Bound, high: Bound | None) -> list[Condition]:
    return [key >= low] if high is None else [key >= low, key < high]


def _kept(topic: sa.ColumnElement[str], kept: frozenset[str]) -> sa.ColumnElement[str]:
    return sa.case((sa.or_(topic.is_(None), topic.in_(sorted(kept))), topic), else_=REST)
