"""The answers of the database that are no sums: distinct users, latest and lowest scored conversations, totals."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import polars as pl

from aiops_tui.metrics.inputs import HISTORY, LowScored
from aiops_tui.model.filters import Filter
from aiops_tui.model.records import Recent
from aiops_tui.model.window import Period, epoch, from_epoch
from aiops_tui.monitor.answers import Answers
from aiops_tui.monitor.scores import latest_scores
from aiops_tui.source.database import Database, Row, Statement
from aiops_tui.source.lookups import (
    BEFORE,
    MOST_EDGES,
    WHOLE,
    active_users,
    count_rows,
    recent,
    scores_of,
    trends,
    users_by_bucket,
    users_of_both,
    worst,
)
from aiops_tui.source.probe import Signs
from aiops_tui.source.relations import Relations
from aiops_tui.source.slices import Slices
from aiops_tui.text.printable import printable

RECENT = 50
WORST = 50
_EXACT_ROWS = 200_000
_SLOW, _SLOW_LISTS = "source.slow_users", "source.slow_lists"
TIMES = pl.Schema({"user": pl.String(), "seconds": pl.Int64()})
ROWS_HERE = 2_000_000
"""Of so many rows at most users are told apart in memory, where the database is a file."""


@dataclass(frozen=True, slots=True)
class Users:
    """Distinct users of a window, of the period before it, and of each bucket of its charts."""

    current: int | None = None
    before: int | None = None
    by_bucket: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptUsers:
    """Users as they were counted at a time (seconds since the epoch), and how long that took."""

    question: str
    users: Users
    taken_at: float
    seconds: float


class Lists:
    """Asks, and keeps the answers until what they rest on changes, which ``version`` tells."""

    def __init__(self, database: Database, answers: Answers) -> None:
        self.answers = answers
        self._database = database
        self.last_users: KeptUsers | None = None
        self._estimated = 0, 0
        # Asked at each poll that finds something, and made anew only for another question.
        self._recent: tuple[Relations, Hashable, Statement] | None = None

    def forget(self) -> None:
        """Ask for everything anew, whatever that takes."""
        self.answers.clear()
        self.last_users = None

    def users(
        self,
        on: Relations,
        wanted: Filter,
        edges: Sequence[datetime],
        before: Period | None,
        low: int,
        rows: int,
        version: Hashable,
        *,
        later: bool = False,
    ) -> Users | None:
        """Count distinct users between the first edge and the last, between each two, and in the period before.

        No row of either period has a key below ``low``, from which there are at most ``rows``. None if that takes too
        long, or can wait for ``later``.
        """
        question, ask = self.ask_users(on, wanted, edges, before, low, rows, self._database)
        last = self.last_users
        if last is not None and last.question == repr(question):
            self.answers.recall(question, last.users, last.taken_at, last.seconds, ask)
        return self.answers.tried(question, version, ask, self._database, _SLOW, later=later)

    def ask_users(
        self,
        on: Relations,
        wanted: Filter,
        edges: Sequence[datetime],
        before: Period | None,
        low: int,
        rows: int,
        database: Database,
        seen: tuple[pl.DataFrame, float] | None = None,
    ) -> tuple[Hashable, Callable[[], Users]]:
        """Return what `users` asks, and what asks it, over a connection that may be another one.

        Where up to `ROWS_HERE` rows of a file are told apart here, they may have been ``seen`` already: the rows, and
        the moment on the monotonic clock at which to read them was begun.
        """
        bounds = tuple(math.ceil(epoch(edge)) for edge in edges)
        start = bounds[0] if before is None else math.ceil(epoch(before.start))
        adjacent = before is None or math.ceil(epoch(before.end)) == bounds[0]
        question = ("users", str(wanted), on.on.timezone, bounds, before)
        places = range(len(bounds) - 1)

        def at_once() -> Users:
            found: dict[int, int] = dict(database.rows(users_of_both(on, wanted, low, start, bounds)))
            by_bucket = tuple(int(found.get(place, 0)) for place in places)
            return Users(int(found[WHOLE]), None if before is None else int(found.get(BEFORE, 0)), by_bucket)

        def one_by_one() -> Users:
            period = Period(from_epoch(bounds[0]), from_epoch(bounds[-1]))
            current = _count(database, active_users(on, wanted, low, period))
            earlier = None if before is None else _count(database, active_users(on, wanted, low, before))
            found: dict[int, int] = dict(database.rows(users_by_bucket(on, wanted, low, bounds)))
            return Users(current, earlier, tuple(found.get(place, 0) for place in places))

        def here() -> Users:
            if seen is not None:
                return _told_apart(seen[0], bounds, before)
            slices = Slices(on, wanted, low, rows, start, bounds[-1])
            times = [pl.DataFrame(schema=TIMES), *map(times_of, slices.frames(database))]
            return _told_apart(pl.concat(times), bounds, before)

        if on.on.postgres:
            count = at_once if adjacent and len(bounds) <= MOST_EDGES else one_by_one
        else:
            count = here if rows <= ROWS_HERE else one_by_one

        def ask() -> Users:
            started = time.monotonic() if seen is None else seen[1]
            users = count()
            last = self.last_users
            # Together with other questions it takes no time of its own.
            seconds = max(time.monotonic() - started, last.seconds if last is not None else 0.0)
            self.last_users = KeptUsers(repr(question), users, time.time(), seconds)
            return users

        return question, ask

    def recent(
        self, on: Relations, wanted: Filter, period: Period, low: int, version: int, *, later: bool = False
    ) -> tuple[Recent, ...]:
        """Return the latest conversations of a period, their scores not looked up yet.

        None of them if that can wait for ``later``: few may have to be looked for among many.
        """

        about = (wanted, period, low)
        if self._recent is None or self._recent[0] is not on or self._recent[1] != about:
            self._recent = on, about, recent(on, wanted, period, low, RECENT)
        statement = self._recent[2]

        def ask() -> tuple[Recent, ...]:
            return tuple(map(recent_of, self._database.rows(statement)))

        question = ("recent", wanted, period)
        if later:
            return self.answers.tried(question, version, ask, self._database, _SLOW_LISTS, later=True) or ()
        return self.answers.of(question, version, ask, patient=False)

    def scored_page(self, on: Relations, rows: tuple[Recent, ...]) -> tuple[Recent, ...]:
        """Return conversations with their scores."""
        if on.evaluations is None or not rows:
            return rows
        keys = [int(row.conversation) for row in rows]
        found: dict[int, float | None] = dict(self._database.rows(scores_of(on, keys)))
        return tuple(replace(row, score=found.get(key)) for row, key in zip(rows, keys, strict=True))

    def worst(
        self, on: Relations, wanted: Filter, period: Period, version: int, *, later: bool
    ) -> tuple[LowScored, ...]:
        """Return the lowest scored conversations of a period, none of them if that can wait for ``later``."""

        def ask() -> tuple[LowScored, ...]:
            return tuple(map(_low_scored, self._database.rows(worst(on, wanted, period, WORST))))

        return (
            self.answers.tried(("worst", wanted, period), version, ask, self._database, _SLOW_LISTS, later=later) or ()
        )

    def total(self, on: Relations, signs: Signs) -> int:
        """Return about how many conversations there are: counted where that is cheap, else estimated."""
        if signs.highest is None or signs.lowest is None:
            return 0
        span = signs.highest - signs.lowest + 1
        if span > _EXACT_ROWS:
            rows = on.schema.conversations.rows or span
            if self._estimated[0] != rows:
                self._estimated = rows, span
            # What came and went since then shows in the keys alone.
            return max(min(span, rows + span - self._estimated[1]), 0)
        return self.answers.of(("total",), signs.conversations, lambda: _count(self._database, count_rows(on)))

    def history(self, on: Relations, signs: Signs) -> pl.DataFrame | None:
        """Return the daily history of ``sentiment_trends``, None if there is no such table."""
        if on.schema.trends is None:
            return None

        def ask() -> pl.DataFrame:
            rows = [(_day(day), sentiment, count) for day, sentiment, count in self._database.rows(trends(on))]
            return pl.DataFrame([row for row in rows if row[0] is not None and row[2]], schema=HISTORY, orient="row")

        return self.answers.of(("history",), signs.evaluations, ask)


def recent_of(row: Row) -> Recent:
    """Return a row of `lookups.recent` printable, its score not looked up yet."""
    key, at, user, topic, sentiment, question = row
    return Recent(str(key), _moment(at), _text(user), _text(topic), sentiment, None, printable(question or ""))


def _count(database: Database, statement: Statement) -> int:
    return int(database.rows(statement)[0][0])


def times_of(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of known users (`TIMES`)."""
    return rows.filter(pl.col("user") != "").select(TIMES.names())


def _told_apart(seen: pl.DataFrame, bounds: Sequence[int], before: Period | None) -> Users:
    """Count distinct users of rows with ``user`` and ``seconds``, those of the period before apart."""
    seconds = pl.col("seconds")
    inside = seen.filter(seconds >= bounds[0])
    place = pl.Series(bounds[1:-1], dtype=pl.Int64).search_sorted(inside["seconds"], side="right")
    by_place = inside.group_by(place.alias("place")).agg(pl.col("user").n_unique())
    found: dict[int, int] = dict(by_place.iter_rows())
    earlier = None
    if before is not None:
        start, end = math.ceil(epoch(before.start)), math.ceil(epoch(before.end))
        earlier = seen.filter((seconds >= start) & (seconds < end))["user"].n_unique()
    return Users(inside["user"].n_unique(), earlier, tuple(found.get(n, 0) for n in range(len(bounds) - 1)))


def with_scores(rows: tuple[Recent, ...], evaluations: pl.DataFrame) -> tuple[Recent, ...]:
    """Return conversations with their scores."""
    scores = latest_scores(evaluations, [int(row.conversation) for row in rows])
    return tuple(replace(row, score=scores.get(int(row.conversation))) for row in rows)


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
