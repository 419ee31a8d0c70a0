"""Statements about single users: those with most conversations, how they fare, and who was there before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from aiops_tui.model.filters import Filter
from aiops_tui.model.labels import ANALYSED, NEGATIVE
from aiops_tui.model.window import EARLIEST, Period
from aiops_tui.source.expressions import Condition
from aiops_tui.source.lookups import place_between, user_rows
from aiops_tui.source.relations import SCORE, Relations


@dataclass(frozen=True, slots=True)
class Ranking:
    """In which order users come, by name at last, and how many of them: ``by`` is a column of the table of users."""

    limit: int
    by: str = "conversations"
    descending: bool = True


def top_users(
    on: Relations, wanted: Filter, low: int, period: Period, ranking: Ranking, among: Sequence[str] | None = None
) -> sa.Select[Any]:
    """Return the first users, perhaps ``among`` some: user, conversations, negative, analysed, last seen, users in all.

    They cannot be ranked by their score, which is another table's.
    """
    table = on.conversations.c
    # Counted as written first: what a label and a moment mean is then reckoned once per user and label.
    kind = on.schema.conversations.columns["created_at"]
    instant = on.on.postgres and kind == "time"
    written = (
        sa.select(
            sa.cast(table.user_id, sa.Text).label("who"),
            table.sentiment,
            sa.func.count().label("n"),
            sa.func.max(table.created_at if instant else on.seconds).label("seen"),
        )
        .where(*user_rows(on, wanted, low, period))
        .group_by(sa.text("1"), sa.text("2"))
    )
    if among is not None:
        written = written.where(sa.cast(table.user_id, sa.Text).in_(among))
    row = written.subquery("written").c
    sentiment = on.on.sentiment(row.sentiment)
    n, last = sa.cast(sa.func.sum(row.n), sa.BigInteger), sa.func.max(row.seen)
    negative, analysed = _sum_if(sentiment == NEGATIVE, row.n), _sum_if(sentiment.in_(ANALYSED), row.n)
    ranks: dict[str, sa.ColumnElement[Any]] = {
        "conversations": n,
        "negative_ratio": sa.cast(negative, sa.Double) / sa.func.nullif(analysed, 0),
        "last_seen": last,
        "user_id": sa.func.lower(row.who),
    }
    return (
        sa.select(
            row.who,
            n.label("n"),
            negative,
            analysed,
            on.on.seconds(last, kind) if instant else last,
            sa.func.count().over(),
        )
        .group_by(row.who)
        .order_by(*_in_order(ranks[ranking.by], row.who, ranking))
        .limit(ranking.limit)
    )


def _in_order(rank: sa.ColumnElement[Any], who: sa.ColumnElement[Any], ranking: Ranking) -> list[Any]:
    """Return what to order by: those of whom there is no rank come last."""
    return [rank.is_(None), rank.desc() if ranking.descending else rank.asc(), who]


def _sum_if(condition: Condition, n: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    return sa.cast(sa.func.sum(sa.case((condition, n), else_=0)), sa.BigInteger)


def user_trends(on: Relations, wanted: Filter, low: int, edges: Sequence[int], users: Sequence[str]) -> sa.Select[Any]:
    """Count the conversations of some users between each two edges (seconds since the epoch): user, place, count."""
    user = sa.cast(on.conversations.c.user_id, sa.Text)
    columns: list[sa.ColumnElement[Any]] = [user, place_between(on.seconds, edges), sa.func.count()]
    return (
        sa.select(*columns)
        .where(*user_rows(on, wanted, low, None), user.in_(users), on.seconds.between(edges[0], edges[-1] - 1))
        .group_by(sa.text("1"), sa.text("2"))
    )


def user_scores(on: Relations, wanted: Filter, period: Period, users: Sequence[str]) -> sa.Select[Any]:
    """Return the sums of some users' scores in a period: user, number of scores, their total."""
    assert on.evaluations is not None  # noqa: S101
    row = on.evaluations.c
    score = row[SCORE]
    columns: list[sa.ColumnElement[Any]] = [row.user_id, sa.func.count(score), sa.func.sum(score)]
    return (
        sa.select(*columns)
        .where(row.user_id.in_(users), on.evaluated_within(period), *on.of_evaluations(wanted))
        .group_by(row.user_id)
    )


def users_by_score(on: Relations, wanted: Filter, period: Period, ranking: Ranking) -> sa.Select[Any]:
    """Return the users with the highest mean scores in a period, or with the lowest."""
    assert on.evaluations is not None  # noqa: S101
    row = on.evaluations.c
    user, mean = row.user_id, sa.func.avg(row[SCORE])
    return (
        sa.select(user)
        .where(user.is_not(None), user != "", on.evaluated_within(period), *on.of_evaluations(wanted))
        .group_by(user)
        .having(mean.is_not(None))
        .order_by(*_in_order(mean, user, ranking))
        .limit(ranking.limit)
    )


def users_within(on: Relations, wanted: Filter, low: int, period: Period) -> sa.Select[Any]:
    """Return the users of a period, each once."""
    user = sa.cast(on.conversations.c.user_id, sa.Text)
    return sa.select(user).where(*user_rows(on, wanted, low, period)).distinct()


def users_earlier(on: Relations, low: int | None, high: int | None, moment: datetime) -> sa.Select[Any]:
    """Return the users of rows before a moment among the keys ``low <= key < high``, each once."""
    user = sa.cast(on.conversations.c.user_id, sa.Text)
    conditions = [user.is_not(None), user != "", on.within(Period(EARLIEST, moment))]
    if low is not None:
        conditions.append(on.key >= low)
    if high is not None:
        conditions.append(on.key < high)
    return sa.select(user).where(*conditions).distinct()


def returning_users(on: Relations, wanted: Filter, low: int, period: Period) -> sa.Select[Any]:
    """Count the users of a period of whom an earlier row is kept, whatever that row is about.

    No index leads from a user to the rows: this reads all rows before the period once. Nothing is joined, for a join of
    few rows by estimate and many in truth would read them once for each user.
    """
    user = on.conversations.c.user_id
    there = sa.select(user.label("who")).where(*user_rows(on, wanted, low, period)).distinct()
    before = sa.select(user).where(on.within(Period(EARLIEST, period.start))).distinct()
    return sa.select(sa.func.count()).select_from(there.intersect(before).subquery("known"))
