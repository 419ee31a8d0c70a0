"""Base buckets summed into those that a chart draws, into days, and into weekdays and hours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

import polars as pl

from aiops_tui.metrics.inputs import Inputs
from aiops_tui.model.window import epoch

SLOT = "slot"


def bucketed(frame: pl.DataFrame, edges: Sequence[datetime], by: Sequence[str] = ()) -> pl.DataFrame:
    """Return the sums of all numeric columns per chart bucket, its index as ``slot``, and values of ``by``.

    ``bucket`` holds starts of base buckets in seconds since the epoch; ``edges`` are one more than the buckets.
    """
    sums = [name for name, kind in frame.schema.items() if kind.is_numeric() and name not in {"bucket", *by}]
    # Few buckets are placed, instead of many cells.
    cells = frame.group_by("bucket", *by).agg(pl.col(sums).sum())
    return cells.with_columns(slots(cells["bucket"], edges).alias(SLOT)).group_by(SLOT, *by).agg(pl.col(sums).sum())


def slots(buckets: pl.Series, edges: Sequence[datetime]) -> pl.Series:
    """Return the index of the chart bucket that each base bucket begins in."""
    inner = pl.Series([math.ceil(epoch(edge)) for edge in edges[1:-1]], dtype=pl.Int64)
    return inner.search_sorted(buckets.cast(pl.Int64), side="right")


def counts_by_bucket(
    frame: pl.DataFrame, edges: Sequence[datetime], by: str, names: Sequence[str]
) -> dict[str, tuple[int, ...]]:
    """Return the sums of ``n`` for each name of the column ``by``, per chart bucket; 0 where there is nothing."""
    counts = {name: [0] * (len(edges) - 1) for name in names}
    for slot, name, n in bucketed(frame.select("bucket", by, "n"), edges, [by]).select(SLOT, by, "n").iter_rows():
        if name in counts:
            counts[name][slot] = n
    return {name: tuple(values) for name, values in counts.items()}


def open_last(inputs: Inputs) -> bool:
    """Say whether the last bucket is still filling: the window reaches the present."""
    return bool(inputs.edges) and inputs.edges[-1] >= inputs.now
