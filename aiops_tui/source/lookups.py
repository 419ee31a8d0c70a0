"""Statements that look up: bounds, distinct counts, lists that a screen shows, single conversations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from aiops_tui.model.filters import Filter
from aiops_tui.model.window import Period, from_epoch
from aiops_tui.source.expressions import Condition, Whole, even_runs
from aiops_tui.source.found import is_one_of
from aiops_tui.source.relations import SCORE, Relations

_PROBE = 33
"""A probe of the bisection is the median time of so many neighbouring rows, so that an absurd date misleads nothing."""

_SPREAD = 32
"""So many keys are looked at beside those of the bisection."""

_ALL = Filter()

TEXT_LIMIT = 100_000
"""A question or an answer is read up to so many characters."""

BEFORE, WHOLE = -1, -2
"""Stand in for a place in answers of `users_of_both`."""

_WORD = 62
"""So many places fit into the bits of one number."""

MOST_EDGES = 6 * _WORD
"""`users_of_both` takes at most so many edges."""

LIST_LIMIT = 400
"""A list reads so many characters of a question, more than any screen is wide."""


def first_key_since(on: Relations, seconds: int, low: int, high: int, *, feedback: bool = False) -> sa.Select[Any]:
    """Bisect the key of conversations or feedback for the first row at or after a time, in one statement.

    ``seconds`` are those since the epoch; the answer lies in ``low`` to ``high``. A second column is the lowest of some
    keys, spread evenly, that lie below the answer and whose rows are not earlier all the same: many rows of larger keys
    are late then, and have misled the bisection. NULL if there is none.
    """
    if feedback:
        assert on.feedback is not None  # noqa: S101
        return bisected(on.feedback.c.key, on.feedback.c.seconds, seconds, low, high)
    return bisected(on.key, on.seconds, seconds, low, high)


def bisected(key: Whole, at: Whole, seconds: int, low: int, high: int) -> sa.Select[Any]:
    """Bisect any key for the first row whose time ``at`` is at or after so many seconds since the epoch."""
    bounds = (sa.cast(low, sa.BigInteger).label("lo"), sa.cast(high, sa.BigInteger).label("hi"))
    span = sa.select(*bounds).cte("span", recursive=True)
    middle: Whole = span.c.lo + (span.c.hi - span.c.lo) // sa.literal(2, sa.BigInteger)
    # Asked twice, because SQLite takes the recursive table nowhere but in the outermost FROM.
    earlier = sa.func.coalesce(_median_time(key, at, middle, span) < seconds, sa.false())
    step = sa.select(sa.case((earlier, middle + 1), else_=span.c.lo), sa.case((earlier, span.c.hi), else_=middle))
    span = span.union_all(step.where(span.c.lo < span.c.hi))
    found = sa.select(sa.func.max(span.c.lo).label("lo")).cte("found")
    spread = sa.union_all(*(sa.select(sa.literal(probe, sa.BigInteger).label("key")) for probe in _spread(low, high)))
    probe = spread.subquery("spread")
    later = _median_time(key, at, probe.c.key, probe) >= seconds
    misled = sa.select(sa.func.min(probe.c.key)).where(probe.c.key < found.c.lo, later).correlate(found)
    return sa.select(found.c.lo, misled.scalar_subquery())


def _spread(low: int, high: int) -> list[int]:
    step = max((high - low) // _SPREAD, 1)
    return list(range(low, low + step * _SPREAD, step))


def _median_time(key: Whole, at: Whole, first: Whole, place: sa.FromClause) -> sa.ScalarSelect[Any]:
    """Return the median time of some rows from a key on, that is of a row of ``place``."""
    near = (
        sa.select(at.label("at")).where(key >= first, at.is_not(None)).order_by(key).limit(_PROBE).correlate(place)
    ).subquery("near")
    return sa.select(near.c.at).order_by(near.c.at).limit(1).offset(_PROBE // 2).scalar_subquery()


def tail_key(on: Relations, since_seconds: int, low: int) -> sa.Select[Any]:
    """Return the first key at or above ``low`` whose row is not older than a time."""
    return sa.select(sa.func.min(on.key)).where(on.key >= low, on.seconds >= since_seconds)


def key_below(key: Whole, top: int | None, rows: int) -> sa.Select[Any]:
    """Return the key of the row so many rows below ``top`` (None: the end); no row if there are not so many."""
    below = sa.select(key) if top is None else sa.select(key).where(key < top)
    return below.order_by(key.desc()).limit(1).offset(rows - 1)


def keys_of(on: Relations, wanted: Filter, low: int, high: int, limit: int) -> sa.Select[Any]:
    """Return the keys ``low <= key < high`` of conversations that a filter lets through, in no order."""
    return sa.select(on.key).where(on.key >= low, on.key < high, *on.of_conversations(wanted)).limit(limit)


def user_of(on: Relations, key: int) -> sa.Select[Any]:
    """Return the user of a conversation."""
    return sa.select(sa.cast(on.conversations.c.user_id, sa.Text)).where(on.key == key)


def beside(on: Relations, user: str, key: int, step: int, rows: int) -> sa.Select[Any]:
    """Return the key of a user's conversation next above (``step`` 1) or below (-1) a key, among so many rows."""
    beyond, order = (on.key > key, on.key.asc()) if step > 0 else (on.key < key, on.key.desc())
    near = (
        sa.select(on.key.label("key"), sa.cast(on.conversations.c.user_id, sa.Text).label("who"))
        .where(beyond)
        .order_by(order)
        .limit(rows)
    ).subquery("near")
    nearest = near.c.key.asc() if step > 0 else near.c.key.desc()
    return sa.select(near.c.key).where(near.c.who == user).order_by(nearest).limit(1)


def unanalysed_keys(on: Relations, low: int, high: int, limit: int) -> sa.Select[Any]:
    """Return the newest keys of a range whose rows have no sentiment yet."""
    waiting = on.on.unanalysed(on.conversations.c.sentiment)
    return sa.select(on.key).where(on.key >= low, on.key < high, waiting).order_by(on.key.desc()).limit(limit)


def still_unanalysed(on: Relations) -> sa.Select[Any]:
    """Return which of some keys (the parameter `KEYS`) are of rows without sentiment still."""
    waiting = on.on.unanalysed(on.conversations.c.sentiment)
    return sa.select(on.key).where(is_one_of(on.key, (), postgres=on.on.postgres), waiting)


def top_topics(on: Relations, low: int, period: Period | None, limit: int, wanted: Filter = _ALL) -> sa.Select[Any]:
    """Return the most frequent raw topics of a period, their counts, and how many there are in all."""
    topic = on.on.topic(on.conversations.c.topic).label("topic")
    conditions: list[Condition] = [
        on.key >= low, on.conversations.c.topic.is_not(None), *on.of_conversations(wanted),
    ]  # fmt: skip
    if period is not None:
        conditions.append(on.within(period))
    counted = sa.select(topic, sa.func.count().label("n")).where(*conditions).group_by(topic).subquery("counted")
    everything = sa.func.count().over()
    return (
        sa.select(counted.c.topic, counted.c.n, everything).order_by(counted.c.n.desc(), counted.c.topic).limit(limit)
    )


def topics_like(on: Relations, word: str, limit: int = 1000) -> sa.Select[Any]:
    """Return the raw topics that hold a word, the candidates for a folded topic."""
    topic = on.on.topic(on.conversations.c.topic)
    return sa.select(topic).where(on.on.contains(on.conversations.c.topic, word)).distinct().limit(limit)


def active_users(on: Relations, wanted: Filter, low: int, period: Period | None) -> sa.Select[Any]:
    """Count distinct users of a period, those NULL or empty left out."""
    users = sa.select(on.conversations.c.user_id).where(*user_rows(on, wanted, low, period)).distinct()
    return sa.select(sa.func.count()).select_from(users.subquery("users"))


def users_by_bucket(on: Relations, wanted: Filter, low: int, edges: Sequence[int]) -> sa.Select[Any]:
    """Count distinct users between each two edges (seconds since the epoch): rows of (place, count)."""
    rows = (
        sa.select(place_between(on.seconds, edges).label("place"), on.conversations.c.user_id)
        .where(*user_rows(on, wanted, low, None), on.seconds.between(edges[0], edges[-1] - 1))
        .distinct()
    ).subquery("users")
    return sa.select(rows.c.place, sa.func.count()).group_by(rows.c.place)


def users_of_both(on: Relations, wanted: Filter, low: int, start: int, edges: Sequence[int]) -> sa.CompoundSelect[Any]:
    """Count distinct users from ``start`` up to the edges, between them, and between each two: (place, count).

    The places before and of all are `BEFORE` and `WHOLE`. PostgreSQL's: it takes one pass, in which each user gets a
    bit for each place, instead of one for each count with as many groups as rows.
    """
    table, period = on.conversations.c, Period(from_epoch(start), from_epoch(edges[-1]))
    conditions = (on.key >= low, *on.of_conversations(wanted), on.within(period))
    rows = sa.select(table.user_id, on.place(edges).label("place")).where(*conditions)
    # Without the offsets the place would be reckoned anew wherever it is named, and it would be asked of each row
    # whether its user is known.
    row = rows.offset(sa.literal_column("0")).subquery("rows").c
    firsts = range(0, len(edges), _WORD)
    masks = [_mask(row.place, first, len(edges)).label(f"word_{first}") for first in firsts]
    grouped = sa.select(sa.cast(row.user_id, sa.Text).label("user"), *masks).group_by(row.user_id)
    user = grouped.offset(sa.literal_column("0")).subquery("users").c
    each = sa.select(*(user[mask.name] for mask in masks)).where(user.user.is_not(None), user.user != "").cte("each")
    words = [each.c[mask.name] for mask in masks]
    inside = sa.or_(words[0] > 1, *(word != 0 for word in words[1:]))
    # The first place is that of the rows before all edges.
    return sa.union_all(
        sa.select(sa.literal(WHOLE, sa.Integer), sa.func.count()).select_from(each).where(inside),
        *(_by_place(word, first, len(edges)) for word, first in zip(words, firsts, strict=True)),
    )


def _by_place(word: Whole, first: int, places: int) -> sa.Select[Any]:
    """Count the users of each place of one word: many have the same bits there, which are looked at once."""
    alike = sa.select(word.label("word"), sa.func.count().label("n")).group_by(word).subquery().c
    there = sa.func.generate_series(first, min(first + _WORD, places) - 1).table_valued("place").render_derived().c
    bit: Whole = alike.word.op(">>")(there.place - first).op("&")(1)
    n = sa.cast(sa.func.sum(alike.n), sa.BigInteger)
    return sa.select(there.place + BEFORE, n).where(bit == 1).group_by(there.place)


def _mask(place: Whole, first: int, places: int) -> Whole:
    """Return the bits of those places of a group that lie in one word of them."""
    bit = sa.literal(1, sa.BigInteger).op("<<")(place - first)
    bounds = [place >= first] if first else []
    if first + _WORD < places:
        bounds.append(place < first + _WORD)
    bits = sa.func.bit_or(bit).filter(sa.and_(sa.true(), *bounds))
    return sa.func.coalesce(bits, sa.literal(0, sa.BigInteger))


def user_rows(on: Relations, wanted: Filter, low: int, period: Period | None) -> list[Condition]:
    """Return what rows of a known user in a period have to meet."""
    user = sa.cast(on.conversations.c.user_id, sa.Text)
    conditions: list[Condition] = [on.key >= low, user.is_not(None), user != "", *on.of_conversations(wanted)]
    return conditions if period is None else [*conditions, on.within(period)]


def place_between(seconds: Whole, edges: Sequence[int]) -> Whole:
    """Return between which two edges a time lies, counted from 0."""
    whens: list[tuple[Condition, Whole]] = []
    for place, start, end, step in even_runs(edges):
        whens.append((seconds < end, (seconds - start) // sa.literal(step, sa.BigInteger) + place))
    return sa.case(*whens)


def disliked_among(on: Relations) -> sa.Select[Any]:
    """Return the conversations that were evaluated and that somebody disliked."""
    assert on.evaluations is not None  # noqa: S101
    assert on.disliked is not None  # noqa: S101
    conversation = on.evaluations.c.conversation
    return sa.select(conversation).where(conversation.in_(on.disliked)).distinct()


def worst(on: Relations, wanted: Filter, period: Period | None, limit: int) -> sa.Select[Any]:
    """Return the lowest scored evaluations: conversation, seconds, user, topic, sentiment, score, question."""
    assert on.evaluations is not None  # noqa: S101
    row = on.evaluations.c
    conditions = [row.score.is_not(None), *on.of_evaluations(wanted)]
    if period is not None:
        conditions.append(on.evaluated_within(period))
    # The long text is looked up for the rows that are shown alone.
    chosen = (
        sa.select(row.conversation, row.seconds, row.user_id, row.topic, row.sentiment, row.score, row.question)
        .where(*conditions)
        .order_by(row.score, row.seconds.desc().nulls_last(), row.conversation.desc().nulls_last())
        .limit(limit)
    ).subquery("worst")
    place = chosen.c
    return sa.select(
        place.conversation, place.seconds, place.user_id, place.topic, place.sentiment, place.score,
        sa.func.substr(place.question, 1, LIST_LIMIT),
    ).order_by(place.score, place.seconds.desc().nulls_last(), place.conversation.desc().nulls_last())  # fmt: skip


def recent(
    on: Relations, wanted: Filter, period: Period | None, low: int, limit: int, *, below: int | None = None
) -> sa.Select[Any]:
    """Return the newest conversations by key: key, seconds, user, topic, sentiment, start of the question."""
    table = on.conversations.c
    conditions = [on.key >= low, *on.of_conversations(wanted)]
    if below is not None:
        conditions.append(on.key < below)
    if period is not None:
        conditions.append(on.within(period))
    return (
        sa.select(
            on.key,
            on.seconds,
            sa.cast(table.user_id, sa.Text),
            on.on.topic(table.topic),
            on.on.sentiment(table.sentiment),
            sa.func.substr(sa.cast(table.question, sa.Text), 1, LIST_LIMIT),
        )
        .where(*conditions)
        .order_by(on.key.desc())
        .limit(limit)
    )


def scores_of(on: Relations, keys: Sequence[int]) -> sa.Select[Any]:
    """Return row scores of conversations: conversation, score, in order of time."""
    assert on.evaluations is not None  # noqa: S101
    row = on.evaluations.c
    return sa.select(row.conversation, row.score).where(row.conversation.in_(keys)).order_by(row.seconds.nulls_first())


def conversation(on: Relations, key: int) -> sa.Select[Any]:
    """Return one conversation: key, seconds, user, topic, class, label, question, answer, and both texts' lengths."""
    table = on.conversations.c
    question, answer = sa.cast(table.question, sa.Text), sa.cast(table.answer, sa.Text)
    return sa.select(
        on.key,
        on.seconds,
        sa.cast(table.user_id, sa.Text),
        on.on.topic(table.topic),
        on.on.sentiment(table.sentiment),
        sa.func.substr(sa.cast(table.sentiment, sa.Text), 1, LIST_LIMIT),
        sa.func.substr(question, 1, TEXT_LIMIT),
        sa.func.substr(answer, 1, TEXT_LIMIT),
        sa.func.length(question),
        sa.func.length(answer),
    ).where(on.key == key)


def evaluations_of(on: Relations, key: int) -> sa.Select[Any]:
    """Return what judges said of a conversation: seconds, score, comment, then each criterion."""
    assert on.evaluations is not None  # noqa: S101
    row = on.evaluations.c
    comment = sa.func.substr(row.comment, 1, TEXT_LIMIT)
    criteria = (on.judgement(name) for name in on.schema.criteria)
    return (
        sa.select(row.seconds, row[SCORE], comment, *criteria)
        .where(row.conversation == key)
        .order_by(row.seconds)
        .limit(20)
    )


def feedback_of(on: Relations, key: int) -> sa.Select[Any]:
    """Return what users said of a conversation: seconds, feedback as written, reason."""
    assert on.feedback is not None  # noqa: S101
    row = on.feedback.c
    label = sa.func.substr(sa.cast(row.label, sa.Text), 1, LIST_LIMIT)
    reason = sa.func.substr(sa.cast(row.reason, sa.Text), 1, LIST_LIMIT)
    return sa.select(row.seconds, label, reason).where(row.conversation == key).order_by(row.key).limit(100)


def trends(on: Relations, limit: int = 100_000) -> sa.Select[Any]:
    """Return the daily history of ``sentiment_trends``: day as text, sentiment class, count."""
    assert on.schema.trends is not None  # noqa: S101
    table = on.schema.trends.sql.c
    day = sa.func.substr(sa.cast(table.date, sa.Text), 1, 10)
    return sa.select(day, on.on.sentiment(table.sentiment), sa.cast(table["count"], sa.BigInteger)).limit(limit)


def count_rows(on: Relations) -> sa.Select[Any]:
    """Count all conversations."""
    return sa.select(sa.func.count()).select_from(on.conversations)
