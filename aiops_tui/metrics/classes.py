"""Conversations by sentiment class, and the negative ratio that is made of them."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from aiops_tui.metrics.buckets import closed, counts_by_bucket, open_last, totals
from aiops_tui.metrics.compare import count_metric, ratio_metric
from aiops_tui.metrics.inputs import Cells, Inputs
from aiops_tui.metrics.intervals import Ratio
from aiops_tui.model.labels import ANALYSED, NEGATIVE, SENTIMENTS
from aiops_tui.model.panels import Metric, Series

Counts = Mapping[str, int]
Buckets = Mapping[str, tuple[int, ...]]


def class_cells(cells: Cells) -> pl.DataFrame:
    """Return the conversations per base bucket and class: few rows, of which all but the topics is made."""
    return totals(cells.conversations.select("bucket", "sentiment", "n"), ["bucket", "sentiment"])


def class_buckets(inputs: Inputs, cells: pl.DataFrame) -> Buckets:
    """Return the conversations of each class per bucket of the charts."""
    return counts_by_bucket(cells, inputs.edges, "sentiment", SENTIMENTS)


def class_counts(cells: Cells | None) -> Counts | None:
    """Return the conversations of each class; None of no period."""
    if cells is None:
        return None
    found = dict(totals(cells.conversations.select("sentiment", "n"), ["sentiment"]).iter_rows())
    return {name: found.get(name, 0) for name in SENTIMENTS}


def by_class(buckets: Buckets) -> Counts:
    """Return the conversations of each class in all buckets."""
    return {name: sum(values) for name, values in buckets.items()}


def by_bucket(buckets: Buckets) -> tuple[int, ...]:
    """Return the conversations of all classes in each bucket."""
    return tuple(map(sum, zip(*buckets.values(), strict=True)))


def negative(counts: Counts) -> Ratio:
    """Return the negative ones among those analysed."""
    return Ratio(counts[NEGATIVE], sum(counts[name] for name in ANALYSED))


def conversations_metric(inputs: Inputs, buckets: Buckets, before: Counts | None) -> Metric:
    """Return the metric ``conversations``, all classes together."""
    volume = by_bucket(buckets)
    previous = sum(before.values()) if before else None
    return count_metric("conversations", sum(volume), previous, closed(volume, inputs))


def negative_metric(inputs: Inputs, buckets: Buckets, before: Counts | None) -> Metric:
    """Return the metric ``negative_ratio``."""
    analysed = by_bucket({name: buckets[name] for name in ANALYSED})
    trend = [Ratio(hits, n).value for hits, n in zip(buckets[NEGATIVE], analysed, strict=True)]
    previous = negative(before) if before is not None else None
    return ratio_metric("negative_ratio", negative(by_class(buckets)), previous, closed(trend, inputs))


def class_series(panel_id: str, inputs: Inputs, buckets: Buckets) -> Series:
    """Return the five classes over time."""
    return Series(panel_id, "count", inputs.edges[:-1], dict(buckets), open_last(inputs), by_bucket(buckets))


def negative_cells(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the negative conversations as ``total`` and those analysed as ``n``, per base bucket."""
    analysed = cells.filter(pl.col("sentiment").is_in(ANALYSED))
    return analysed.select(
        "bucket", pl.when(pl.col("sentiment") == NEGATIVE).then("n").otherwise(0).alias("total"), "n"
    )
