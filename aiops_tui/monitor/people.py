"""Users one by one: those with most conversations, how they fare, and who of them was there before."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, replace

import polars as pl

from aiops_tui.metrics.inputs import Inputs, Person
from aiops_tui.model.filters import Filter
from aiops_tui.model.sorting import column_of
from aiops_tui.model.window import Period, epoch, from_epoch
from aiops_tui.monitor.answers import Answers
from aiops_tui.source.database import Database, Row
from aiops_tui.source.relations import Relations
from aiops_tui.source.users import (
    Ranking,
    returning_users,
    top_users,
    user_scores,
    user_trends,
    users_by_score,
    users_earlier,
    users_within,
)
from aiops_tui.text.printable import printable

_TREND = 24
_SLOW = "source.slow_users"

_MANY = 50_000
"""A question about more rows than this waits until the view has been shown without its answer."""

_STEP = 1_000_000
"""So many keys are looked through first for users who were there before."""

_RANKED = ("conversations", "negative_ratio", "score", "last_seen", "user_id")

_BY_NAME = 1_000_000
_NAMES = pl.Schema({"user": pl.String()})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question is about: ``place`` is which view and period, the same for as long as they move with the clock.

    ``version`` changes with the rows.
    """

    on: Relations
    wanted: Filter
    place: Hashable
    version: Hashable


def ranking(sort: str | None, limit: int) -> Ranking:
    """Return the order of users that a table sorted so begins with."""
    name, flipped = column_of(sort or "")
    return Ranking(limit, name, (name != "user_id") != flipped) if name in _RANKED else Ranking(limit)


class People:
    """Asks about users, and keeps the answers until what they rest on changes."""

    def __init__(self, database: Database, answers: Answers) -> None:
        self._answers = answers
        self._database = database
        self._latest: tuple[Hashable, tuple[tuple[Person, ...], int]] | None = None

    def returning(self, asked: Asked, period: Period, low: int, rows: int) -> int | None:
        """Count the users of a period who were seen before it: a pass over all ``rows``, which may have to wait.

        It is not asked more often than that cost allows, though the period moves on with the clock.
        """
        version = (period, asked.version)

        def ask() -> int:
            found = self._recognised(asked, period, low, rows) if asked.on.on.postgres and rows > _STEP else None
            if found is not None:
                return found
            return int(self._database.rows(returning_users(asked.on, asked.wanted, low, period))[0][0])

        question = ("returning", asked.wanted, asked.place)
        return self._answers.tried(question, version, ask, self._database, _SLOW, later=rows > _MANY)

    def _recognised(self, asked: Asked, period: Period, low: int, rows: int) -> int | None:
        """Count the users of a period who were seen before, going back until none is left to be found.

        Who comes back was mostly there lately. None if they are too many to be looked for by name.
        """
        database, on = self._database, asked.on
        unseen = database.frame(users_within(on, asked.wanted, low, period), _NAMES)
        total = unseen.height
        if total > _BY_NAME:
            return None
        # Late rows of before the period lie among its own.
        bottom: int | None = low
        top, end, step = None, low - rows, _STEP
        while unseen.height:
            unseen = unseen.join(database.frame(users_earlier(on, bottom, top, period.start), _NAMES), "user", "anti")
            if bottom is None:
                break
            top, bottom, step = bottom, bottom - step if bottom - step > end else None, 2 * step
        return total - unseen.height

    def first(self, inputs: Inputs, asked: Asked, low: int, rows: int, ranked: Ranking) -> Inputs:
        """Add the first users by a ranking, of so many ``rows``: where they are many, once it can wait.

        Those with the best or the worst scores are found by `scored`; until then they are those with most
        conversations.
        """
        period, on, wanted = inputs.window.period, asked.on, asked.wanted
        if ranked.by == "score":
            ranked = Ranking(ranked.limit)

        def ask() -> tuple[tuple[Person, ...], int]:
            rows = self._database.rows(top_users(on, wanted, low, period, ranked))
            return tuple(map(_person, rows)), int(rows[0][-1]) if rows else 0

        question = ("people", wanted, asked.place, ranked)
        found = self._answers.tried(question, (period, asked.version), ask, self._database, _SLOW, later=rows > _MANY)
        # Until others are found, those of another ranking are shown in the order that is wanted.
        known = self._latest[1] if self._latest is not None and self._latest[0] == question[:-1] else None
        self._latest = (question[:-1], found) if found is not None else self._latest
        found = found or known
        if found is None:
            return inputs
        people, total = found
        return replace(inputs, people=self._with_trends(people, asked, period, low, rows, ranked), people_total=total)

    def _with_trends(
        self, people: tuple[Person, ...], asked: Asked, period: Period, low: int, rows: int, ranked: Ranking
    ) -> tuple[Person, ...]:
        edges = _parts(period)
        names = tuple(person.written for person in people)
        if not names or len(edges) < 2:
            return people

        def ask() -> dict[str, list[int]]:
            trends = {name: [0] * (len(edges) - 1) for name in names}
            for name, place, n in self._database.rows(user_trends(asked.on, asked.wanted, low, edges, names)):
                trends[name][place] = n
            return trends

        # Of another ranking's users nothing was asked.
        question = ("trends", asked.wanted, asked.place, ranked)
        version = (edges, names, asked.version)
        trends = self._answers.tried(question, version, ask, self._database, _SLOW, later=rows > _MANY)
        if trends is None:
            return people
        return tuple(replace(person, trend=tuple(trends.get(person.written, ()))) for person in people)

    def scored(self, inputs: Inputs, asked: Asked, low: int, rows: int, ranked: Ranking) -> Inputs:
        """Add the users' mean scores; ranked by these, the users are others."""
        if ranked.by == "score" and inputs.people:
            inputs = self._first_by_score(inputs, asked, low, rows, ranked)
        people, period = inputs.people, inputs.window.period
        names = tuple(person.written for person in people)
        if not names:
            return inputs

        def ask() -> dict[str, float | None]:
            rows = self._database.rows(user_scores(asked.on, asked.wanted, period, names))
            return {name: total / n if n else None for name, n, total in rows}

        question = ("scores", asked.wanted, asked.place, ranked)
        means = self._answers.tried(question, (period, names, asked.version), ask, self._database, _SLOW)
        if means is None:
            return inputs
        return replace(inputs, people=tuple(replace(person, score=means.get(person.written)) for person in people))

    def _first_by_score(self, inputs: Inputs, asked: Asked, low: int, rows: int, ranked: Ranking) -> Inputs:
        period, on, wanted = inputs.window.period, asked.on, asked.wanted

        def ask() -> tuple[Person, ...]:
            names = [str(name) for (name,) in self._database.rows(users_by_score(on, wanted, period, ranked))]
            found = self._database.rows(top_users(on, wanted, low, period, Ranking(ranked.limit), names))
            return tuple(map(_person, found))

        question = ("people", wanted, asked.place, ranked)
        people = self._answers.tried(question, (period, asked.version), ask, self._database, _SLOW, later=rows > _MANY)
        if people is None:
            return inputs
        scored = {person.written for person in people}
        others = tuple(person for person in inputs.people if person.written not in scored)
        people = (*people, *others)[: ranked.limit]
        return replace(inputs, people=self._with_trends(people, asked, period, low, rows, ranked))


def _person(row: Row) -> Person:
    name, n, negative, analysed, seen, _ = row
    return Person(name, printable(name), n, negative, analysed, None if seen is None else from_epoch(seen))


def _parts(period: Period) -> tuple[int, ...]:
    """Return the edges of equal parts of a period, in seconds since the epoch."""
    start, end = math.ceil(epoch(period.start)), math.ceil(epoch(period.end))
    step = max(-(-(end - start) // _TREND), 1)
    return (*range(start, end, step), end) if end > start else ()
