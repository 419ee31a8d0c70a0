"""Conversations by sentiment class, and the negative ratio that is made of them."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from aiops_tui.metrics.buckets import closed, counts_by_bucket, open_last, totals
from aiops_tui.metrics.compare import ratio_metric
from aiops_tui.metrics.inputs import Cells, Inputs
from aiops_tui.metrics.intervals import Ratio
from aiops_tui.model.labels import ANALYSED, NEGATIVE, SENTIMENTS
from aiops_tui.model.panels import Metric, Series

Counts = Mapping[str, int]
Buckets = Mapping[str, tuple[int, ...]]


def sentiment_counts(cells: Cells) -> dict[str, int]:
    """Return the conversations of each sentiment class."""
    found = dict(totals(cells.conversations.select("sentiment", "n"), ["sentiment"]).iter_rows())
    return {name: found.get(name, 0) for name in SENTIMENTS}


def sentiment_buckets(inputs: Inputs) -> Buckets:
    """Return the conversations of each sentiment class per bucket of the charts."""
    return counts_by_bucket(inputs.current.conversations, inputs.edges, "sentiment", SENTIMENTS)


def summed(buckets: Buckets) -> tuple[int, ...]:
    """Return the conversations of all classes per bucket."""
    return tuple(map(sum, zip(*buckets.values(), strict=True)))


def negative(counts: Counts) -> Ratio:
    """Return the negative ones among those analysed."""
    return Ratio(counts[NEGATIVE], sum(counts[name] for name in ANALYSED))


def negative_metric(inputs: Inputs, counts: Counts, before: Counts | None, buckets: Buckets) -> Metric:
    """Return the metric ``negative_ratio``."""
    by_bucket = zip(buckets[NEGATIVE], zip(*(buckets[name] for name in ANALYSED), strict=True), strict=True)
    trend = closed([Ratio(hits, sum(analysed)).value for hits, analysed in by_bucket], inputs)
    return ratio_metric("negative_ratio", negative(counts), negative(before) if before else None, trend)


def sentiment_series(panel_id: str, inputs: Inputs, buckets: Buckets) -> Series:
    """Return the five classes over time."""
    return Series(panel_id, "count", inputs.edges[:-1], dict(buckets), open_last(inputs), summed(buckets))


def negative_cells(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the negative conversations as ``total`` and those analysed as ``n``, per base bucket."""
    analysed = frame.filter(pl.col("sentiment").is_in(ANALYSED))
    return analysed.select(
        "bucket", pl.when(pl.col("sentiment") == NEGATIVE).then("n").otherwise(0).alias("total"), "n"
    )
