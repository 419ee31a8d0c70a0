"""Filters and figures by plain reading of every row, to hold those of the console against."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from operator import eq, ge, gt, le, lt
from zoneinfo import ZoneInfo

import pytest

from aiops_tui.metrics.inputs import Inputs
from aiops_tui.model.filters import Filter, Term, is_score
from aiops_tui.model.labels import ANALYSED, FEEDBACKS, NEGATIVE, WEEKDAYS, fold_topic, sentiment_class
from aiops_tui.model.panels import Metric, Panel, Series, Table
from aiops_tui.model.window import Period, midnights
from aiops_tui.text.printable import printable
from tests.monitor.backend import Judgement, Rating, Talk, shown

OPERATORS: Mapping[str, Callable[[float, float], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "=": eq, ":": eq}


@dataclass(frozen=True)
class World:
    """All rows of all tables, and the zone whose clock filters speak of."""

    talks: Sequence[Talk]
    judgements: Sequence[Judgement]
    ratings: Sequence[Rating]
    zone: ZoneInfo

    def talk(self, key: int) -> Talk:
        """Return a conversation, one that says nothing if it is not there."""
        return next((talk for talk in self.talks if talk.key == key), Talk(key, None, None, None, None))

    def talks_through(self, wanted: Filter) -> list[Talk]:
        """Return the conversations that a filter lets through."""
        return [talk for talk in self.talks if self._lets_through(wanted, talk, *self._said_of(talk.key))]

    def judgements_through(self, wanted: Filter) -> list[Judgement]:
        """Return the evaluations that a filter lets through, with what they inherit from their conversation."""
        found = []
        for judgement in self.judgements:
            parent = self.talk(judgement.conversation)
            whole = Talk(
                judgement.conversation,
                parent.user,
                judgement.sentiment or parent.sentiment,
                judgement.topic or parent.topic,
                judgement.time or parent.time,
            )
            if self._lets_through(wanted, whole, [judgement], self._said_of(judgement.conversation)[1]):
                found.append(Judgement(*vars(judgement).values()) if judgement.time else _timed(judgement, whole.time))
        return found

    def ratings_through(self, wanted: Filter) -> list[Rating]:
        """Return the feedback that a filter lets through."""
        return [
            rating
            for rating in self.ratings
            if self._lets_through(
                wanted,
                _at(self.talk(rating.conversation), rating.time),
                self._said_of(rating.conversation)[0],
                [rating],
            )
        ]

    def _lets_through(
        self, wanted: Filter, talk: Talk, judgements: Collection[Judgement], ratings: Collection[Rating]
    ) -> bool:
        """Return whether a filter lets a row through, with the evaluations and the feedback that count for it."""
        said = Said(talk, judgements, ratings, None if talk.time is None else talk.time.astimezone(self.zone))
        either: dict[str, list[bool]] = defaultdict(list)
        scores: list[Term] = []
        for term in wanted.terms:
            if term.negated and said.holds(term):
                return False
            if term.negated:
                continue
            if is_score(term):
                scores.append(term)
            else:
                either[term.key if term.op == ":" and term.key != "text" else str(term)].append(said.holds(term))
        one = not scores or any(all(_meets(each, term) for term in scores) for each in judgements)
        return one and all(any(each) for each in either.values())

    def _said_of(self, key: int) -> tuple[list[Judgement], list[Rating]]:
        return (
            [each for each in self.judgements if each.conversation == key],
            [each for each in self.ratings if each.conversation == key],
        )


def _timed(judgement: Judgement, time: datetime | None) -> Judgement:
    values = {**vars(judgement), "time": time}
    return Judgement(**values)


def _at(talk: Talk, time: datetime | None) -> Talk:
    return Talk(talk.key, talk.user, talk.sentiment, talk.topic, time)


@dataclass(frozen=True)
class Said:
    """What a filter looks at in one row; ``local`` is its time by the clock."""

    talk: Talk
    judgements: Collection[Judgement]
    ratings: Collection[Rating]
    local: datetime | None

    def holds(self, term: Term) -> bool:
        """Return whether a term is true of the row, negated or not."""
        value, talk, local = term.value, self.talk, self.local
        match term.key:
            case "topic":
                return shown(talk.topic) == shown(str(value))
            case "sentiment":
                return sentiment_class(talk.sentiment) == value
            case "user":
                return (talk.user or "") == value
            case "feedback":
                return any(rating.kind == value for rating in self.ratings)
            case "reason":
                return shown(str(value)) in {shown(rating.reason) for rating in self.ratings}
            case "weekday":
                return local is not None and WEEKDAYS[local.weekday()] == value
            case "hour":
                return local is not None and OPERATORS[term.op](local.hour, float(value))
            case "text":
                return str(value) in f"question {talk.key}" or str(value) in f"answer {talk.key}"
            case _:
                return any(_meets(judgement, term) for judgement in self.judgements)


def _meets(judgement: Judgement, term: Term) -> bool:
    own = judgement.clarity if term.key == "criterion.clarity" else row_score(judgement)
    return own is not None and OPERATORS[term.op](own, float(term.value))


def row_score(judgement: Judgement) -> float | None:
    """Return the mean of the criteria that are there."""
    values = [v for v in (judgement.relevance, judgement.clarity) if v is not None]
    return sum(values) / len(values) if values else None


def within(moment: datetime | None, period: Period | None) -> bool:
    """Return whether a time lies in a period."""
    return moment is not None and period is not None and period.start <= moment < period.end


def days_of(inputs: Inputs) -> list[Period]:
    """Return the days of the zone that the window touches, clipped to it."""
    starts = [m for m in midnights(inputs.window.period, inputs.zone) if m < inputs.window.end]
    edges = [inputs.window.start, *starts[1:], inputs.window.end]
    return [Period(a, b) for a, b in pairwise(edges)]


def metric(by_id: Mapping[str, Panel], name: str) -> Metric:
    """Return a metric by its id."""
    panel = by_id[name]
    assert isinstance(panel, Metric)
    return panel


def series(by_id: Mapping[str, Panel], name: str) -> Series:
    """Return a series by its id."""
    panel = by_id[name]
    assert isinstance(panel, Series)
    return panel


def table(by_id: Mapping[str, Panel], name: str) -> Table:
    """Return a table by its id."""
    panel = by_id[name]
    assert isinstance(panel, Table)
    return panel


def check_feedback(by_id: Mapping[str, Panel], ratings: Sequence[Rating], inputs: Inputs) -> None:
    """Hold the Feedback tab against the feedback that the filter lets through."""
    inside = [rating for rating in ratings if within(rating.time, inputs.window.period)]
    kinds = Counter(rating.kind for rating in inside)
    assert metric(by_id, "likes").value == kinds["like"]
    assert metric(by_id, "dislikes").value == kinds["dislike"]
    judged = kinds["like"] + kinds["dislike"]
    assert metric(by_id, "satisfaction").value == pytest.approx(kinds["like"] / judged if judged else None)
    if inputs.previous is not None:
        before = sum(within(rating.time, inputs.previous) and rating.kind == "like" for rating in ratings)
        assert metric(by_id, "likes").previous == before
    if inputs.window.period.seconds < 400 * 86_400:
        days, by_day = days_of(inputs), series(by_id, "feedback_by_day")
        assert [x.astimezone(UTC) for x in by_day.x[1:]] == [day.start for day in days[1:]]
        for name in FEEDBACKS:
            expected = [sum(within(r.time, day) and r.kind == name for r in ratings) for day in days]
            assert list(by_day.series[name]) == expected
    reasons = Counter(folded for r in inside if (folded := fold_topic(printable(r.reason or ""))))
    found = table(by_id, "reasons")
    assert dict(zip(found.keys, (row[1] for row in found.rows), strict=True)) == dict(reasons)
    assert found.total == len(reasons)
    latest = table(by_id, "recent_feedback")
    assert [row[:2] for row in latest.rows] == [(_whole(r.time), r.kind) for r in reversed(inside)][:50]
    assert latest.total == len(inside)


def check_people(by_id: Mapping[str, Panel], talks: Sequence[Talk], everything: Sequence[Talk], inputs: Inputs) -> None:
    """Hold the Users tab against the conversations that the filter lets through, and all there are."""
    period = inputs.window.period
    inside = [talk for talk in talks if talk.user and within(talk.time, period)]
    active = {talk.user for talk in inside}
    earlier = {talk.user for talk in everything if talk.time is not None and talk.time < period.start}
    assert metric(by_id, "active_users").value == len(active)
    assert metric(by_id, "returning_users").value == len(active & earlier)
    assert metric(by_id, "new_users").value == len(active - earlier)
    people = table(by_id, "users")
    assert people.total == len(active)
    counts = Counter(talk.user for talk in inside)
    assert dict(zip(people.keys, (row[1] for row in people.rows), strict=True)) == counts
    assert [row[1] for row in people.rows] == sorted(counts.values(), reverse=True)
    for user, row, trend in zip(people.keys, people.rows, people.trends, strict=True):
        mine = [talk for talk in inside if talk.user == user]
        kinds = Counter(sentiment_class(talk.sentiment) for talk in mine)
        analysed = sum(kinds[name] for name in ANALYSED)
        assert row[2] == pytest.approx(kinds[NEGATIVE] / analysed if analysed else None)
        assert row[4] == _whole(max(talk.time for talk in mine if talk.time is not None))
        assert sum(value or 0 for value in trend) == len(mine)
    by_day = series(by_id, "active_by_day")
    if inputs.users_by_day is not None:
        expected = [len({talk.user for talk in inside if within(talk.time, day)}) for day in days_of(inputs)]
        assert list(by_day.series["users"]) == expected


def _whole(moment: datetime | None) -> datetime | None:
    """Return a time without its fraction of a second, as lists show it."""
    return None if moment is None else moment.replace(microsecond=0)
