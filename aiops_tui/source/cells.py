"""Statements that count: cells of base buckets, summed up by the database where few rows travel by that."""

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
    """Count conversations of the keys ``low <= key < high`` by bucket, topic and sentiment (`CELLS`).

    Counted as written first: what a label or a topic means is then reckoned once per cell and not once per row.
    """
    table = on.conversations.c
    conditions = [*_keys(on.key, low, high), *on.of_conversations(query.wanted)]
    if query.period is not None:
        conditions.append(on.within(query.period))
    bucket = on.bucket(query.base).label("bucket")
    written = (
        sa.select(bucket, table.topic, table.sentiment, sa.func.count().label("n"))
        .where(*conditions)
        .group_by(sa.text("1"), sa.text("2"), sa.text("3"))
    ).subquery("written")
    columns: list[sa.ColumnElement[Any]] = [
        written.c.bucket,
        on.on.topic(written.c.topic, query.kept).label("topic"),
        on.on.sentiment(written.c.sentiment).label("sentiment"),
        sa.cast(sa.func.sum(written.c.n), sa.BigInteger).label("n"),
    ]
    return sa.select(*columns).group_by(sa.text("1"), sa.text("2"), sa.text("3"))


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
    """Return what `split_evaluation_cells` sums up, a narrow row for each evaluation, and the answer's schema.

    With scores there are nearly as many cells as rows, and a cell has dozens of figures: sums would travel longer.
    """
    assert on.evaluations is not None  # noqa: S101
    row = on.evaluations.c
    conditions = on.of_evaluations(query.wanted)
    if query.period is not None:
        conditions.append(on.on.seconds_within(row.seconds, query.period))
    unhappy: Condition = row.sentiment == NEGATIVE
    if on.disliked is not None:
        unhappy = sa.or_(unhappy, row.conversation.in_(on.disliked))
    values = [_value(place) for place in range(len(on.schema.criteria) + 1)]
    statement = sa.select(
        on.on.bucket_of(row.seconds, query.base).label("bucket"),
        (row.topic if query.kept is None else _kept(row.topic, query.kept)).label("topic"),
        row.sentiment.label("sentiment"),
        sa.case((unhappy, 1), else_=0).label("unhappy"),
        *(on.judgement(name).label(value) for name, value in zip([SCORE, *on.schema.criteria], values, strict=True)),
    ).where(*conditions)
    texts = dict.fromkeys(("topic", "sentiment"), pl.String)
    return statement, pl.Schema({"bucket": pl.Int64, **texts, "unhappy": pl.Int8, **dict.fromkeys(values, pl.Float64)})


def split_evaluation_cells(rows: pl.DataFrame, names: Iterable[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the cells by criterion and those of agreement, from what `evaluation_cells` answered."""
    by_criterion = [_scored(rows, name, pl.col(_value(place))) for place, name in enumerate([SCORE, *names])]
    score, unhappy = pl.col(_value(0)), pl.col("unhappy") == 1
    judged = (
        rows.filter(score.is_not_null())
        .group_by(_GROUP)
        .agg(
            n=pl.len().cast(pl.Int64),
            low=_count_if(score < LOW_SCORE),
            unhappy=_count_if(unhappy),
            unhappy_low=_count_if(unhappy & (score < LOW_SCORE)),
        )
    )
    return pl.concat(by_criterion), judged


def _scored(rows: pl.DataFrame, name: str, value: pl.Expr) -> pl.DataFrame:
    """Return the cells of one criterion."""
    uppers = [value < place + 1 for place in range(BINS - 1)] + [value <= BINS]
    bins = {f"h{place}": _count_if((value >= place) & upper) for place, upper in enumerate(uppers)}
    cells = (
        rows.filter(value.is_not_null())
        .group_by(_GROUP)
        .agg(n=pl.len().cast(pl.Int64), total=value.sum(), squares=(value * value).sum(), **bins)
    )
    return cells.select(*_GROUP, pl.lit(name).alias("criterion"), pl.exclude(_GROUP))


def _value(place: int) -> str:
    """Return what the judgements of one criterion are called in statements; place 0 is the row score."""
    return f"value_{place}"


def _count_if(condition: pl.Expr) -> pl.Expr:
    return condition.sum().cast(pl.Int64)


def _keys(key: Whole, low: int, high: int | None) -> list[Condition]:
    return [key >= low] if high is None else [key >= low, key < high]


def _kept(topic: sa.ColumnElement[str], kept: frozenset[str]) -> sa.ColumnElement[str]:
    return sa.case((sa.or_(topic.is_(None), topic.in_(sorted(kept))), topic), else_=REST)
