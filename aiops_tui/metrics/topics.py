"""Free-form topics counted by their folded form."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from aiops_tui.metrics.buckets import totals
from aiops_tui.metrics.classes import negative
from aiops_tui.metrics.intervals import Mean, Ratio
from aiops_tui.model.labels import REST, SENTIMENTS, fold_topic

SHOWN = 300
"""So many topics have a row of their own; those beyond add up as the rest."""


@dataclass(frozen=True, slots=True)
class Topic:
    """The conversations of a topic: its folded form, the raw form most often seen, and counts per sentiment.

    The rest, all topics beyond those kept, has the key `REST` and no name.
    """

    key: str
    name: str | None
    counts: Counter[str]

    @property
    def conversations(self) -> int:
        """All of them, analysed or not."""
        return self.counts.total()

    @property
    def negative(self) -> Ratio:
        """The negative ones among those analysed."""
        return negative(self.counts)


@lru_cache(maxsize=4096)
def folded(raw: str) -> str | None:
    """Return the form under which topics count as the same; the rest stays the rest."""
    return REST if raw == REST else fold_topic(raw)


def topics(conversations: pl.DataFrame) -> list[Topic]:
    """Return the topics by conversations, the most first, then by name; the rest last. No topic is no topic."""
    counts: defaultdict[str, Counter[str]] = defaultdict(_none)
    forms: defaultdict[str, Counter[str]] = defaultdict(Counter)
    known = conversations.select("topic", "sentiment", "n").drop_nulls("topic")
    for raw, sentiment, n in totals(known, ["topic", "sentiment"]).iter_rows():
        if (key := folded(raw)) is not None:
            counts[key][sentiment] += n
            forms[key][raw] += n
    found = [Topic(key, None if key == REST else _name(forms[key]), counts[key]) for key in counts]
    return sorted(found, key=lambda topic: (topic.key == REST, -topic.conversations, topic.name or ""))


def foremost(found: Sequence[Topic], most: int = SHOWN) -> list[Topic]:
    """Return the first of the topics; those beyond ``most`` are added to the rest."""
    named = [topic for topic in found if topic.key != REST]
    beyond = [*named[most:], *(topic for topic in found if topic.key == REST)]
    if not beyond:
        return named
    return [*named[:most], Topic(REST, None, sum((topic.counts for topic in beyond), _none()))]


def mean_of(
    means: Mapping[str, Mapping[str, Mean]], topic: Topic, shown: Sequence[Topic], criterion: str
) -> float | None:
    """Return a topic's mean score; the rest's is that of all topics not ``shown``."""
    if topic.key != REST:
        return means[topic.key][criterion].value if topic.key in means else None
    apart = {other.key for other in shown if other.key != REST}
    return sum((sums[criterion] for key, sums in means.items() if key not in apart), Mean()).value


def topic_means(evaluations: pl.DataFrame | None, criteria: Sequence[str]) -> Mapping[str, Mapping[str, Mean]]:
    """Return the sums of the given criteria's scores, by folded topic and criterion."""
    if evaluations is None:
        return {}
    means: defaultdict[str, defaultdict[str, Mean]] = defaultdict(lambda: defaultdict(Mean))
    known = evaluations.filter(pl.col("topic").is_not_null() & pl.col("criterion").is_in(criteria))
    columns = known.select("topic", "criterion", "n", "total", "squares")
    for raw, criterion, *sums in totals(columns, ["topic", "criterion"]).iter_rows():
        if (key := folded(raw)) is not None:
            means[key][criterion] += Mean(*sums)
    return means


def topics_total(found: Sequence[Topic], counted: int | None) -> int:
    """Return how many topics there are: as ``counted`` elsewhere where the cells do not hold them all."""
    kept = sum(topic.key != REST for topic in found)
    return counted if counted is not None and kept < len(found) else kept


def _none() -> Counter[str]:
    return Counter(dict.fromkeys(SENTIMENTS, 0))


def _name(forms: Counter[str]) -> str:
    return min(forms, key=lambda raw: (-forms[raw], raw))
