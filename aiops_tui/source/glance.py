"""Statements for the Overview alone: summed up by the database as far as its panels need, so that few rows travel.

Each answers for two periods at once, that of the edges (whole seconds since the epoch) and one before it that begins at
``start``. The rows of those that sum up tell a place between two edges, `BEFORE` for the earlier period, or, with a
topic, `WHOLE`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
import sqlalchemy as sa

from aiops_tui.model.window import Period, from_epoch
from aiops_tui.source.expressions import Number, Text, Whole
from aiops_tui.source.lookups import BEFORE, WHOLE, place_between
from aiops_tui.source.relations import SCORE, Relations
from aiops_tui.source.slices import timed

LATEST = -3
"""The place of a score that is told by itself."""

_BY = {"place": pl.Int64(), "topic": pl.String()}
CLASSES = pl.Schema({**_BY, "sentiment": pl.String(), "n": pl.Int64()})
SCORES = pl.Schema({**_BY, "n": pl.Int64(), "total": pl.Float64(), "squares": pl.Float64()})
FEEDBACK = pl.Schema({"place": pl.Int64(), "feedback": pl.String(), "n": pl.Int64()})


def conversations(
    on: Relations, low: int, start: int, edges: Sequence[int], kept: frozenset[str] | None
) -> sa.CompoundSelect[Any]:
    """Count conversations of the keys from ``low`` on (`CLASSES`); topics beyond those ``kept`` count as one."""
    if on.on.postgres:
        table, period = on.conversations.c, Period(from_epoch(start), from_epoch(edges[-1]))
        place = (on.place(edges) + BEFORE).label("place")
        rows = sa.select(place, table.topic, table.sentiment).where(on.key >= low, on.within(period))
    else:
        one = timed(on, on.key >= low).c
        within = (one.seconds >= start, one.seconds < edges[-1])
        rows = sa.select(_place(one.seconds, edges).label("place"), one.topic, one.sentiment).where(*within)
    row = rows.subquery("rows").c
    counted = sa.select(row.place, row.topic, row.sentiment, sa.func.count().label("n"))
    # Counted as written first: what a label or a topic means is then reckoned once per group and not per row.
    written = counted.group_by(sa.text("1"), sa.text("2"), sa.text("3")).cte("written").c
    topic: Text = on.on.topic(written.topic, kept)
    sentiment = on.on.sentiment(written.sentiment)
    n = _total(written.n)
    return sa.union_all(
        sa.select(written.place, _no_topic(), sentiment, n).group_by(sa.text("1"), sa.text("3")),
        sa.select(sa.literal(WHOLE, sa.Integer), topic, sentiment, n)
        .where(written.place > BEFORE)
        .group_by(sa.text("2"), sa.text("3")),
    )


def scores(
    on: Relations, start: int, edges: Sequence[int], kept: frozenset[str] | None, latest: sa.Select[Any]
) -> sa.CompoundSelect[Any]:
    """Sum up row scores (`SCORES`), and tell those of the ``latest`` conversations one by one, whenever they are of.

    These have the place `LATEST`: their ``topic`` is the conversation, ``n`` the time in seconds, ``total`` the score.
    To look for them apart would mean to go through all evaluations once more.
    """
    assert on.evaluations is not None  # noqa: S101
    row = on.evaluations.c
    period = Period(from_epoch(start), from_epoch(edges[-1]))
    columns = (row.seconds, row.topic, row.conversation, row[SCORE].label("score"))
    # By the ends of their keys, not by each of them: it is asked of every row.
    shown = latest.cte("latest").c[0]
    first, last = (sa.select(end(shown)).scalar_subquery() for end in (sa.func.min, sa.func.max))
    chosen = sa.select(*columns).where(sa.or_(on.evaluated_within(period), row.conversation.between(first, last)))
    # Named twice, it is written out first. Else the score would be reckoned anew wherever it is named, and PostgreSQL
    # would sort what it can hash: next to what the lookup of times might cost it takes both for the same.
    judged = chosen.cte("judged").c
    score: Number = judged.score
    within = judged.seconds.between(start, edges[-1] - 1)
    written = (
        sa.select(
            sa.case((within, _place(judged.seconds, edges))).label("place"),
            judged.topic,
            sa.func.count(score).label("n"),
            sa.func.sum(score).label("total"),
            sa.func.sum(score * score).label("squares"),
        )
        .group_by(sa.text("1"), sa.text("2"))
        .cte("written")
    ).c
    topic: Text = on.on.topic(written.topic, kept)
    sums = (_total(written.n), sa.func.sum(written.total), sa.func.sum(written.squares))
    return sa.union_all(
        sa.select(written.place, _no_topic(), *sums)
        .where(written.place.is_not(None), written.n > 0)
        .group_by(sa.text("1")),
        sa.select(sa.literal(WHOLE, sa.Integer), topic, *sums)
        .where(written.place > BEFORE, written.n > 0)
        .group_by(sa.text("2")),
        sa.select(
            sa.literal(LATEST, sa.Integer),
            sa.cast(judged.conversation, sa.Text),
            sa.cast(judged.seconds, sa.BigInteger),
            score,
            sa.cast(sa.null(), sa.Double),
        ).where(judged.conversation.in_(sa.select(shown))),
    )


def feedback(on: Relations, low: int, start: int, edges: Sequence[int]) -> sa.Select[Any]:
    """Count feedback of the keys from ``low`` on by class (`FEEDBACK`)."""
    assert on.feedback is not None  # noqa: S101
    row = on.feedback.c
    return (
        sa.select(_place(row.seconds, edges), row.feedback, sa.func.count())
        .where(row.key >= low, row.seconds.between(start, edges[-1] - 1))
        .group_by(sa.text("1"), sa.text("2"))
    )


def _place(seconds: Whole, edges: Sequence[int]) -> Whole:
    """Return between which two edges a time lies, `BEFORE` if before the first."""
    return sa.case((seconds >= edges[0], place_between(seconds, edges)), else_=BEFORE)


def _total(n: Whole) -> Whole:
    # PostgreSQL makes decimals of sums of what does not fit into four bytes.
    return sa.cast(sa.func.sum(sa.cast(n, sa.Integer)), sa.BigInteger)


def _no_topic() -> Text:
    return sa.cast(sa.null(), sa.Text)
