"""Statements that count: cells of base buckets, summed up by the database so that few rows travel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl
import sqlalchemy as sa

from aiops_tui.model.filters import Filter
from aiops_tui.model.labels import NEGATIVE, REST
from aiops_tui.model.window import Period
from aiops_tui.source.expressions import Condition, Whole
from aiops_tui.source.relations import SCORE, Relations

LOW_SCORE = 5.0
"""A row score below this is low, on the scale of 0 to 10."""

BINS = 10
"""Bins of width 1 that a score is counted in, from 0; the last one holds 10 too."""

CELLS = pl.Schema({"bucket": pl.Int64, "topic": pl.String, "sentiment": pl.String, "n": pl.Int64})
FEEDBACK_CELLS = pl.Schema(
    {"bucket": pl.Int64, "topic": pl.String, "sentiment": pl.String, "feedback": pl.String, "n": pl.Int64}
)
_GROUP = ("bucket", "topic", "sentiment")


@dataclass(frozen=True)
class CellQuery:
    """What one kind of rollup counts: base bucket, filter, period (None: all times) and topics kept (None: all)."""

    base: int
    wanted: Filter
    period: Period | None = None
    kept: frozenset[str] | None = None


def conversation_cells(on: Relations, query: CellQuery, low: int, high: int | None) -> sa.Select[Any]:
    """Count conversations of the keys ``low <= key < high`` by bucket, topic and sentiment (`CELLS`)."""
    table = on.conversations.c
    conditions = [*_keys(on.key, low, high), *on.of_conversations(query.wanted)]
    if query.period is not None:
        conditions.append(on.within(query.period))
    columns: list[sa.ColumnElement[Any]] = [
        on.bucket(query.base).label("bucket"),
        on.on.topic(table.topic, query.kept).label("topic"),
        on.on.sentiment(table.sentiment).label("sentiment"),
        sa.func.count().label("n"),
    ]
    return sa.select(*columns).where(*conditions).group_by(sa.text("1"), sa.text("2"), sa.text("3"))


def feedback_cells(on: Relations, query: CellQuery, low: int, high: int | None) -> sa.Select[Any]:
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


def evaluation_cells(on: Relations, query: CellQuery) -> tuple[sa.Select[Any], pl.Schema]:
    """Sum up evaluations, a row a cell with the figures of each criterion side by side, and the statement's schema."""
    assert on.evaluations is not None  # noqa: S101
    names = [SCORE, *on.schema.criteria]
    row = _evaluation_rows(on, query, names).c
    columns: list[sa.ColumnElement[Any]] = [row[name] for name in _GROUP]
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        "bucket": pl.Int64,
        "topic": pl.String,
        "sentiment": pl.String,
    }

    def add(name: str, value: sa.ColumnElement[Any], kind: type[pl.DataType] = pl.Int64) -> None:
        columns.append(value.label(name))
        schema[name] = kind

    for place in range(len(names)):
        value = row[f"value_{place}"]
        add(f"n:{place}", sa.func.count(value))
        add(f"total:{place}", sa.func.coalesce(sa.func.sum(value), 0.0), pl.Float64)
        add(f"squares:{place}", sa.func.coalesce(sa.func.sum(value * value), 0.0), pl.Float64)
        for bin_ in range(BINS):
            upper = value <= BINS if bin_ == BINS - 1 else value < bin_ + 1
            add(f"h{bin_}:{place}", _count_if(sa.and_(value >= bin_, upper)))
    low = row.value_0 < LOW_SCORE
    unhappy: Condition = row.sentiment == NEGATIVE
    if on.disliked is not None:
        unhappy = sa.or_(unhappy, row.conversation.in_(on.disliked))
    scored = row.value_0.is_not(None)
    add("low", _count_if(low))
    add("unhappy", _count_if(sa.and_(scored, unhappy)))
    add("unhappy_low", _count_if(sa.and_(low, unhappy)))
    return sa.select(*columns).group_by(sa.text("1"), sa.text("2"), sa.text("3")), pl.Schema(schema)


def _evaluation_rows(on: Relations, query: CellQuery, names: Iterable[str]) -> sa.Subquery:
    """Return the evaluations that a query asks for, with no more columns than are counted."""
    assert on.evaluations is not None  # noqa: S101
    row = on.evaluations.c
    conditions = on.of_evaluations(query.wanted)
    if query.period is not None:
        conditions.append(on.on.seconds_within(row.seconds, query.period))
    rows = sa.select(
        on.on.bucket_of(row.seconds, query.base).label("bucket"),
        (row.topic if query.kept is None else _kept(row.topic, query.kept)).label("topic"),
        row.sentiment.label("sentiment"),
        row.conversation.label("conversation"),
        *(on.judgement(name).label(f"value_{place}") for place, name in enumerate(names)),
    )
    # An offset of 0 keeps planners from merging the two, which would reckon each value once per figure.
    return rows.where(*conditions).offset(0).subquery("counted")


def split_evaluation_cells(wide: pl.DataFrame, names: Iterable[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the cells by criterion and those of agreement, from what `evaluation_cells` answered."""
    figures = ["n", "total", "squares", *(f"h{i}" for i in range(BINS))]
    by_criterion = [
        wide.select(
            *_GROUP, pl.lit(name).alias("criterion"), *(pl.col(f"{figure}:{place}").alias(figure) for figure in figures)
        )
        for place, name in enumerate([SCORE, *names])
    ]
    judged = wide.select(*_GROUP, pl.col("n:0").alias("n"), "low", "unhappy", "unhappy_low")
    return pl.concat(by_criterion).filter(pl.col("n") > 0), judged.filter(pl.col("n") > 0)


def _keys(key: Whole, low: int, high: int | None) -> list[Condition]:
    return [key >= low] if high is None else [key >= low, key < high]


def _kept(topic: sa.ColumnElement[str], kept: frozenset[str]) -> sa.ColumnElement[str]:
    return sa.case((sa.or_(topic.is_(None), topic.in_(sorted(kept))), topic), else_=REST)


def _count_if(condition: Condition) -> Whole:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)
