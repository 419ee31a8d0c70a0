"""Base buckets summed into those that a chart draws."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

import polars as pl

from aiops_tui.metrics.inputs import Inputs
from aiops_tui.metrics.intervals import Mean
from aiops_tui.model.window import epoch

SLOT = "slot"

T = TypeVar("T")


def bucketed(frame: pl.DataFrame, edges: Sequence[datetime], by: Sequence[str] = ()) -> pl.DataFrame:
    """Return the sums of the numeric columns per chart bucket, its index in ``slot``, and values of ``by``.

    ``bucket`` holds starts of base buckets in seconds since the epoch; ``edges`` are one more than the chart's buckets.
    """
    # Order is kept so that sums of floats come out the same at each poll; few buckets are placed instead of many cells.
    base = totals(frame, ["bucket", *by])
    return totals(base.with_columns(slots(base["bucket"], edges).alias(SLOT)).drop("bucket"), [SLOT, *by])


def totals(frame: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Return the sums of the numeric columns for each combination of values of ``by``, in order of appearance."""
    sums = [name for name, kind in frame.schema.items() if kind.is_numeric() and name not in by]
    return frame.group_by(by, maintain_order=True).agg(pl.col(sums).sum())


def slots(buckets: pl.Series, edges: Sequence[datetime]) -> pl.Series:
    """Return the index of the chart bucket that each base bucket begins in; the outermost take what lies beyond."""
    inner = pl.Series([math.ceil(epoch(edge)) for edge in edges[1:-1]], dtype=pl.Int64)
    return inner.search_sorted(buckets, side="right")


def counts_by_bucket(
    frame: pl.DataFrame, edges: Sequence[datetime], by: str, names: Sequence[str]
) -> dict[str, tuple[int, ...]]:
    """Return the sums of ``n`` for each name of the column ``by``, per chart bucket; 0 where there is nothing."""
    counts = {name: [0] * (len(edges) - 1) for name in names}
    for slot, name, n in bucketed(frame.select("bucket", by, "n"), edges, [by]).iter_rows():
        if name in counts:
            counts[name][slot] = n
    return {name: tuple(values) for name, values in counts.items()}


def means_by_bucket(
    evaluations: pl.DataFrame, edges: Sequence[datetime], criteria: Sequence[str]
) -> dict[str, tuple[Mean, ...]]:
    """Return the sums of each criterion's scores per chart bucket."""
    means = {name: [Mean()] * (len(edges) - 1) for name in criteria}
    columns = evaluations.select("bucket", "criterion", "n", "total", "squares")
    for slot, name, *sums in bucketed(columns, edges, ["criterion"]).iter_rows():
        if name in means:
            means[name][slot] = Mean(*sums)
    return {name: tuple(values) for name, values in means.items()}


def open_last(inputs: Inputs) -> bool:
    """Say whether the last bucket is still filling, as the window reaches the present."""
    return inputs.window.end >= inputs.now


def closed(values: Sequence[T], inputs: Inputs) -> tuple[T, ...]:
    """Return figures by bucket as a trend: without the one that is still filling."""
    return tuple(values[:-1] if open_last(inputs) else values)
