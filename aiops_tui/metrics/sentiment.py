"""The Sentiment tab: how people feel, when, and about what."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from aiops_tui.metrics.buckets import closed, counts_by_bucket, open_last
from aiops_tui.metrics.classes import (
    Buckets,
    by_bucket,
    by_class,
    class_buckets,
    class_cells,
    class_counts,
    class_series,
    negative_cells,
    negative_metric,
)
from aiops_tui.metrics.compare import count_metric
from aiops_tui.metrics.days import day_bounds
from aiops_tui.metrics.inputs import Inputs
from aiops_tui.metrics.intervals import LEAST, Ratio, difference
from aiops_tui.metrics.topics import Topic, foremost, topics, topics_total
from aiops_tui.metrics.week import week_heatmap
from aiops_tui.model.labels import REST, SENTIMENTS
from aiops_tui.model.panels import Cell, Column, Panel, Series, Table

_TOPIC_SENTIMENT = (
    Column("topic", "topic"),
    *(Column(name, "count") for name in SENTIMENTS),
    Column("negative_ratio", "ratio"),
)
_MOVERS = (
    Column("topic", "topic"),
    Column("negative_ratio", "ratio"),
    Column("previous", "ratio"),
    Column("change", "ratio"),
    Column("low", "ratio"),
    Column("high", "ratio"),
    Column("n", "count"),
)


def panels(inputs: Inputs) -> tuple[Panel, ...]:
    """Return the panels of the tab."""
    cells = class_cells(inputs.current)
    buckets = class_buckets(inputs, cells)
    counts, before = by_class(buckets), class_counts(inputs.before)
    found = topics(inputs.current.by_topic)
    return (
        *(
            count_metric(name, counts[name], before[name] if before else None, closed(buckets[name], inputs))
            for name in SENTIMENTS
        ),
        negative_metric(inputs, buckets, before),
        class_series("sentiment_by_bucket", inputs, buckets),
        _by_day(inputs, cells),
        week_heatmap("negative_heatmap", "ratio", negative_cells(cells), inputs.zone),
        _topic_sentiment(found, inputs.topics_total),
        _movers(found, topics(inputs.before.by_topic) if inputs.before else []),
    )


def _by_day(inputs: Inputs, cells: pl.DataFrame) -> Series:
    """Return the five classes for each day of the zone that the window touches, clipped to the window.

    The daily history fills whole days before the first conversation.
    """
    window = inputs.window
    bounds = day_bounds(window, inputs.zone, cells["bucket"])
    starts = [start for start in bounds if start < window.end]
    counts: Buckets = counts_by_bucket(cells, [*starts, window.end], "sentiment", SENTIMENTS)
    n = by_bucket(counts)
    days = tuple(start.astimezone(inputs.zone) for start in starts)
    if inputs.history is not None:
        before_first = itertools.takewhile(lambda place: not n[place], range(len(days)))
        until = min(inputs.first or window.end, window.end)
        whole = {
            days[place].date(): place
            for place in before_first
            if bounds[place] >= window.start and bounds[place + 1] <= until
        }
        counts = _with_history(counts, inputs.history, whole)
    return Series("sentiment_by_day", "count", days, counts, open_last(inputs), by_bucket(counts))


def _with_history(counts: Buckets, history: pl.DataFrame, places: Mapping[date, int]) -> Buckets:
    """Add the daily history at the places of the given days."""
    filled = {name: list(values) for name, values in counts.items()}
    for day, sentiment, n in history.select("day", "sentiment", "n").iter_rows():
        if day in places:
            filled[sentiment][places[day]] += n
    return {name: tuple(values) for name, values in filled.items()}


def _topic_sentiment(found: Sequence[Topic], counted: int | None) -> Table:
    shown = foremost(found)
    rows = tuple((topic.name, *(topic.counts[name] for name in SENTIMENTS), topic.negative.value) for topic in shown)
    total = topics_total(found, counted)
    return Table("topic_sentiment", _TOPIC_SENTIMENT, rows, total, tuple(topic.key for topic in shown))


def _movers(found: Sequence[Topic], before: Sequence[Topic]) -> Table:
    """Return the topics whose negative ratio changed beyond noise, the surest change first, of all that were compared.

    They are ranked by the end of the interval that is nearest to no change: few rows cannot push it far.
    """
    earlier = {topic.key: topic.negative for topic in before if topic.key != REST}
    compared = 0
    moved: list[tuple[float, str, tuple[Cell, ...]]] = []
    for topic in found:
        now, was = topic.negative, earlier.get(topic.key, Ratio(0, 0))
        interval = difference(now, was)
        if interval is None or now.value is None or was.value is None or min(now.n, was.n) < LEAST:
            continue
        compared += 1
        low, high = interval
        if low > 0 or high < 0:
            row = (topic.name, now.value, was.value, now.value - was.value, low, high, now.n)
            moved.append((max(low, -high), topic.key, row))
    moved.sort(key=lambda mover: (-mover[0], mover[1]))
    return Table("movers", _MOVERS, tuple(row for *_, row in moved), compared, tuple(key for _, key, _ in moved))
