"""Lists that are read a page at a time, by key, and no further than they are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from aiops_tui.model.filters import Filter
from aiops_tui.model.labels import fold_topic
from aiops_tui.model.records import Neighbours, Page, TopicCount
from aiops_tui.model.window import Period
from aiops_tui.monitor.lists import Lists, recent_of, with_scores
from aiops_tui.source.database import Database, Row, first_value
from aiops_tui.source.lookups import beside, key_below, recent, top_topics, user_of
from aiops_tui.source.problems import Cancelled, SourceError
from aiops_tui.source.relations import Relations
from aiops_tui.text.printable import printable

MOST_TOPICS = 2_000
"""So many topics are listed beside those that are told apart."""

_LEAST_ROWS = 20_000
_NEAR = 500_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where a page is looked for: the rows of a period that a filter lets through; none has a key below ``low``.

    ``high`` is the highest key that was seen. ``evaluations`` are those of all conversations from the key
    ``evaluated`` on, where they are at hand.
    """

    on: Relations
    wanted: Filter
    period: Period
    low: int
    high: int | None = None
    evaluations: pl.DataFrame | None = None
    evaluated: int = 0


def read_page(
    database: Database, lists: Lists, where: Stretch, after: str | None, limit: int, total: int | None
) -> Page:
    """Return conversations, the newest key first, from below the key ``after`` on.

    Raises:
        SourceError: if the database does not answer.
    """
    found: list[Row] = []
    top = _number(after)
    # Most pages lie near where they begin: only what does not is measured out by rows.
    start = where.high if top is None else top
    step = None if start is None else start - _slice(database)
    while True:
        bottom = max(_bottom(database, where.on, top) if step is None else step, where.low)
        wanted = limit + 1 - len(found)
        found += database.rows(recent(where.on, where.wanted, where.period, bottom, wanted, below=top))
        if len(found) > limit or bottom <= where.low:
            break
        top, step = bottom, None
    rows = tuple(map(recent_of, found[:limit]))
    if where.evaluations is not None and (not found or found[:limit][-1][0] >= where.evaluated):
        return Page(with_scores(rows, where.evaluations), len(found) > limit, total)
    try:
        rows = lists.scored_page(where.on, rows)
    except SourceError as error:
        # Whoever replaces the evaluations locks them: the conversations are worth showing without scores.
        if error.lost or isinstance(error, Cancelled):
            raise
    return Page(rows, len(found) > limit, total)


def read_other_topics(database: Database, where: Stretch, apart: Collection[str]) -> tuple[TopicCount, ...]:
    """Return topics by conversations, the first of very many, but those whose folded form is told ``apart`` elsewhere.

    Raises:
        SourceError: if the database does not answer.
    """
    statement = top_topics(where.on, where.low, where.period, MOST_TOPICS + 2 * len(apart), where.wanted)
    counts: Counter[str] = Counter()
    names: dict[str, str] = {}
    for raw, n, _ in database.rows(statement):
        name = printable(raw)
        key = fold_topic(name)
        if key is not None and key not in apart:
            counts[key] += n
            names.setdefault(key, name)
    return tuple(TopicCount(key, names[key], n) for key, n in counts.most_common(MOST_TOPICS))


def read_neighbours(database: Database, on: Relations, key: str) -> Neighbours:
    """Return the conversations of the same user before and after one, by key; far away ones are not looked for.

    Raises:
        SourceError: if the database does not answer.
    """
    number = _number(key)
    user = None if number is None else first_value(database.rows(user_of(on, number)))
    if number is None or not user:
        return Neighbours()
    before, after = (first_value(database.rows(beside(on, user, number, step, _NEAR))) for step in (-1, 1))
    return Neighbours(None if before is None else str(before), None if after is None else str(after))


def _bottom(database: Database, on: Relations, top: int | None) -> int:
    """Return how far down one statement looks: a reader keeps the writers of some databases waiting."""
    rows = _slice(database)
    found: int | None = first_value(database.rows(key_below(on.key, top, rows)))
    return -(2**62) if found is None else int(found)


def _slice(database: Database) -> int:
    return max(database.slice_keys, _LEAST_ROWS)


def _number(key: str | None) -> int | None:
    try:
        number = None if key is None else int(key)
    except ValueError:
        return None
    return number if number is not None and abs(number) < 2**63 else None
