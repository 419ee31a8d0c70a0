"""Filters and figures by plain reading of every row, to hold those of the console against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from operator import eq, ge, gt, le, lt
from zoneinfo import ZoneInfo

from aiops_tui.metrics.inputs import Inputs
from aiops_tui.model.filters import Filter, Term, is_score
from aiops_tui.model.labels import WEEKDAYS, sentiment_class
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
            if self._lets_through(wanted, whole, [judgement], self._said_of(judgement.conversation)[1], ("q", "a")):
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
        self,
        wanted: Filter,
        talk: Talk,
        judgements: Collection[Judgement],
        ratings: Collection[Rating],
        own: tuple[str, str] | None = None,
    ) -> bool:
        """Return whether a filter lets a row through, with the evaluations and the feedback that count for it."""
        local = None if talk.time is None else talk.time.astimezone(self.zone)
        there = any(each.key == talk.key for each in self.talks)
        texts = own or ((f"question {talk.key}", f"answer {talk.key}") if there else ("", ""))
        said = Said(talk, judgements, ratings, local, texts)
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
    texts: tuple[str, str]

    def holds(self, term: Term) -> bool:
        """Return whether a term is true of the row, negated or not."""
        value, talk, local = term.value, self.talk, self.local
        match term.key:
            case "topic":
                return shown(talk.topic) == shown(str(value))
            case "sentiment":
                return sentiment_class(talk.sentiment) == value
            case "user":
                return printable(talk.user or "") == value
            case "feedback":
                return any(rating.kind == value for rating in self.ratings)
            case "reason":
                return shown(str(value)) in {shown(rating.reason) for rating in self.ratings}
            case "weekday":
                return local is not None and WEEKDAYS[local.weekday()] == value
            case "hour":
                return local is not None and OPERATORS[term.op](local.hour, float(value))
            case "text":
                return any(str(value) in text for text in self.texts)
            case _:
                return any(_meets(judgement, term) for judgement in self.judgements)


def _meets(judgement: Judgement, term: Term) -> bool:
    scores = {"score": row_score(judgement), "criterion.clarity": judgement.clarity}
    own = scores.get(term.key)
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
