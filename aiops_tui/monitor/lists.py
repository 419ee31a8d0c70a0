"""The answers of the database that are no sums: distinct users, latest and lowest scored conversations, totals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import polars as pl

from aiops_tui.metrics.inputs import HISTORY, LowScored
from aiops_tui.model.filters import Filter
from aiops_tui.model.records import Recent
from aiops_tui.model.window import Period, epoch, from_epoch
from aiops_tui.monitor.answers import Answers
from aiops_tui.source.database import Database, Row, Statement
from aiops_tui.source.lookups import (
    active_users,
    count_rows,
    evaluated,
    recent,
    scores_of,
    trends,
    users_by_bucket,
    worst,
)
from aiops_tui.source.probe import Signs
from aiops_tui.source.relations import Relations
from aiops_tui.text.printable import printable

RECENT = 50
WORST = 50
_EXACT_ROWS = 200_000
_SCORES = 2_000
_SLOW = "source.slow_users"


class Lists:
    """Asks, and keeps the answers until what they rest on changes, which ``version`` tells."""

    def __init__(self, database: Database, answers: Answers) -> None:
        self.answers = answers
        self._database = database
        self._scores: dict[int, float | None] = {}
        self._scores_above: int | None = None
        self._scores_version = -1

    def active_users(self, on: Relations, wanted: Filter, period: Period, low: int, version: int) -> int | None:
        """Count distinct users of a period; no row of it has a key below ``low``."""
        statement = active_users(on, wanted, low, period)
        return self.answers.tried(
            ("users", wanted, period), version, lambda: self._count(statement), self._database, _SLOW
        )

    def users_by_bucket(
        self, on: Relations, wanted: Filter, edges: Sequence[datetime], low: int, version: int
    ) -> tuple[int, ...] | None:
        """Count distinct users between each two edges."""
        bounds = tuple(math.ceil(epoch(edge)) for edge in edges)

        def ask() -> tuple[int, ...]:
            found: dict[int, int] = dict(self._database.rows(users_by_bucket(on, wanted, low, bounds)))
            return tuple(found.get(place, 0) for place in range(len(edges) - 1))

        return self.answers.tried(("users by bucket", wanted, bounds), version, ask, self._database, _SLOW)

    def recent(self, on: Relations, wanted: Filter, period: Period, low: int, version: int) -> tuple[Recent, ...]:
        """Return the latest conversations of a period, their scores not looked up yet."""

        def ask() -> tuple[Recent, ...]:
            return tuple(map(recent_of, self._database.rows(recent(on, wanted, period, low, RECENT))))

        return self.answers.of(("recent", wanted, period), version, ask, patient=False)

    def scored(self, on: Relations, rows: tuple[Recent, ...], version: int) -> tuple[Recent, ...]:
        """Return conversations with their scores, asking only for those not asked about these evaluations yet."""
        if self._scores_version != version or len(self._scores) > 100 * RECENT:
            self._scores, self._scores_above, self._scores_version = {}, None, version
        keys = [int(row.conversation) for row in rows]
        unknown = [key for key in keys if key not in self._scores and not self._is_above(key)]
        if unknown and not self.answers.offline:
            self._scores.update(dict.fromkeys(unknown) | dict(self._ask_scores(on, unknown)))
        return tuple(replace(row, score=self._scores.get(key)) for row, key in zip(rows, keys, strict=True))

    def scored_page(self, on: Relations, rows: tuple[Recent, ...]) -> tuple[Recent, ...]:
        """Return conversations with their scores."""
        if on.evaluations is None or not rows:
            return rows
        keys = [int(row.conversation) for row in rows]
        found: dict[int, float | None] = dict(self._database.rows(scores_of(on, keys, None, None)))
        return tuple(replace(row, score=found.get(key)) for row, key in zip(rows, keys, strict=True))

    def _is_above(self, key: int) -> bool:
        return self._scores_above is not None and key > self._scores_above

    def _ask_scores(self, on: Relations, keys: Sequence[int]) -> list[tuple[int, float | None]]:
        """Ask for scores, and what is newer with them: conversations still to come then cost no further look.

        Evaluations have no index, so that each look reads the whole table.
        """
        above = max(keys)
        found = self._database.rows(scores_of(on, keys, above, _SCORES))
        if len(found) < _SCORES:
            self._scores_above = above if self._scores_above is None else min(self._scores_above, above)
        else:
            found = self._database.rows(scores_of(on, keys, None, None))
        return [(key, score) for key, score in found]

    def evaluated(self, on: Relations, wanted: Filter, period: Period, version: int) -> int:
        """Count the distinct conversations that were evaluated in a period."""
        return self.answers.of(
            ("evaluated", wanted, period), version, lambda: self._count(evaluated(on, wanted, period))
        )

    def worst(self, on: Relations, wanted: Filter, period: Period, version: int) -> tuple[LowScored, ...]:
        """Return the lowest scored conversations of a period."""

        def ask() -> tuple[LowScored, ...]:
            return tuple(map(_low_scored, self._database.rows(worst(on, wanted, period, WORST))))

        return self.answers.of(("worst", wanted, period), version, ask)

    def total(self, on: Relations, signs: Signs) -> int:
        """Return about how many conversations there are: counted where that is cheap, else estimated."""
        if signs.highest is None or signs.lowest is None:
            return 0
        span = signs.highest - signs.lowest + 1
        if span > _EXACT_ROWS:
            return min(span, on.schema.conversations.rows or span)
        return self.answers.of(("total",), signs.conversations, lambda: self._count(count_rows(on)))

    def history(self, on: Relations, signs: Signs) -> pl.DataFrame | None:
        """Return the daily history of ``sentiment_trends``, None if there is no such table."""
        if on.schema.trends is None:
            return None

        def ask() -> pl.DataFrame:
            rows = [(_day(day), sentiment, count) for day, sentiment, count in self._database.rows(trends(on))]
            return pl.DataFrame([row for row in rows if row[0] is not None and row[2]], schema=HISTORY, orient="row")

        return self.answers.of(("history",), signs.evaluations, ask)

    def _count(self, statement: Statement) -> int:
        return int(self._database.rows(statement)[0][0])


def recent_of(row: Row) -> Recent:
    """Return a row of `lookups.recent` printable, its score not looked up yet."""
    key, at, user, topic, sentiment, question = row
    return Recent(str(key), _moment(at), _text(user), _text(topic), sentiment, None, printable(question or ""))


def _low_scored(row: Row) -> LowScored:
    key, at, user, topic, sentiment, score, question = row
    shown = None if key is None else str(key)
    return LowScored(shown, _moment(at), _text(user), _text(topic), sentiment, float(score), printable(question or ""))


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else from_epoch(seconds)


def _text(value: str | None) -> str | None:
    return None if value is None else printable(value)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
