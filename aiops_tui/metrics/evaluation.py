"""The Evaluation tab: how good the answers are, by criterion, over time and by topic."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from aiops_tui.metrics.buckets import totals
from aiops_tui.metrics.compare import ratio_metric
from aiops_tui.metrics.inputs import BINS, EVALUATIONS, Cells, Inputs
from aiops_tui.metrics.intervals import Mean, Ratio
from aiops_tui.metrics.scores import ROW_SCORE, panel_id, score_buckets, score_metrics, score_series, scored
from aiops_tui.metrics.tables import conversation_table
from aiops_tui.metrics.topics import Topic, topic_means, topics
from aiops_tui.metrics.week import week_heatmap
from aiops_tui.model.labels import SENTIMENTS
from aiops_tui.model.panels import Heatmap, Histogram, Metric, Panel

TOPICS = 20
"""So many topics have a row in ``topic_criterion``."""

_AGREEMENT = {
    "agreement": ("unhappy_low", "unhappy"),
    "agreement.base_rate": ("low", "n"),
    "agreement.disliked": ("disliked_low", "low"),
    "agreement.disliked.base_rate": ("disliked", "n"),
    "agreement.negative": ("negative_low", "low"),
    "agreement.negative.base_rate": ("negative", "n"),
}
"""The share of which evaluations among which."""

_EDGES = tuple(float(edge) for edge in range(BINS + 1))
_COUNTS = [f"h{place}" for place in range(BINS)]


def panels(inputs: Inputs) -> tuple[Panel, ...]:
    """Return the panels of the tab; where there are no evaluations they have no values."""
    buckets = score_buckets(inputs, scored(inputs))
    evaluations = inputs.current.evaluations
    cells = evaluations if evaluations is not None else pl.DataFrame(schema=EVALUATIONS)
    row_scores = cells.filter(pl.col("criterion") == ROW_SCORE)
    return (
        *score_metrics(inputs, buckets),
        ratio_metric("coverage", _coverage(inputs.current), _coverage(inputs.before)),
        *_agreement(inputs),
        score_series(inputs, buckets),
        *_histograms(inputs, cells),
        week_heatmap("score_heatmap", "score", row_scores, inputs.zone),
        _topic_criterion(inputs),
        conversation_table("worst", inputs.worst, None if evaluations is None else int(row_scores["n"].sum())),
    )


def _coverage(cells: Cells | None) -> Ratio | None:
    """Return the conversations evaluated among all, never more than all: an evaluation can be later than its window."""
    if cells is None or cells.evaluated is None:
        return None
    n = int(cells.conversations["n"].sum())
    return Ratio(min(cells.evaluated, n), n)


def _agreement(inputs: Inputs) -> tuple[Metric, ...]:
    """Return how judges agree with users, each share followed by its base rate.

    That is the share of low scores among disliked or negative conversations; and the share of disliked ones, and of
    negative ones, among low scores.
    """
    current, before = _judged(inputs.current), _judged(inputs.before)
    return tuple(
        ratio_metric(name, None if current is None else current[name], None if before is None else before[name])
        for name in _AGREEMENT
    )


def _judged(cells: Cells | None) -> Mapping[str, Ratio] | None:
    if cells is None or cells.judged is None:
        return None
    sums = cells.judged.select(pl.exclude("bucket", "topic", "sentiment").sum()).row(0, named=True)
    return {name: Ratio(sums[hits], sums[n]) for name, (hits, n) in _AGREEMENT.items()}


def _histograms(inputs: Inputs, cells: pl.DataFrame) -> tuple[Histogram, ...]:
    counts = {
        name: tuple(rest) for name, *rest in totals(cells.select("criterion", *_COUNTS), ["criterion"]).iter_rows()
    }
    return tuple(
        Histogram(panel_id("score_histogram", name), _EDGES, counts.get(name, (0,) * BINS)) for name in scored(inputs)
    )


def _topic_criterion(inputs: Inputs) -> Heatmap:
    """Return the means by topic, those most evaluated, and criterion; the row score stands in where there is none."""
    criteria = scored(inputs)[1:] or (ROW_SCORE,)
    cells = inputs.current.scores_by_topic
    means = topic_means(cells, criteria)
    kept = [(topic.key, topic.name) for topic in _evaluated_topics(cells) if topic.name is not None][:TOPICS]
    sums = [[means.get(key, {}).get(name, Mean()) for name in criteria] for key, _ in kept]
    return Heatmap(
        "topic_criterion",
        "score",
        criteria,
        tuple(name for _, name in kept),
        tuple(tuple(mean.value for mean in row) for row in sums),
        tuple(tuple(mean.n for mean in row) for row in sums),
    )


def _evaluated_topics(cells: pl.DataFrame | None) -> list[Topic]:
    """Return the topics by evaluations that have a row score, the most first."""
    if cells is None:
        return []
    row_scores = cells.filter(pl.col("criterion") == ROW_SCORE)
    return topics(row_scores.select("topic", pl.lit(SENTIMENTS[0]).alias("sentiment"), "n"))
