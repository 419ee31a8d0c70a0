"""How busy the machine is, by what its monitor writes into the logs."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from aiops_tui.metrics.inputs import Inputs
from aiops_tui.model.panels import Series

_FIGURES = ("cpu", "mem", "disk")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def load_panels(inputs: Inputs) -> tuple[Series, ...]:
    """Return the mean load by bucket, as ratios; none where no log tells of any."""
    edges, period = inputs.edges, inputs.window.period
    if inputs.log_load is None:
        return ()
    start, end = (round((bound - _EPOCH).total_seconds() * 1000) for bound in (period.start, period.end))
    lines = inputs.log_load.filter(pl.col("time").is_between(start, end, closed="left"))
    if lines.is_empty():
        return ()
    inner = pl.Series([round((edge - _EPOCH).total_seconds() * 1000) for edge in edges[1:-1]], dtype=pl.Int64)
    placed = lines.with_columns(inner.search_sorted(lines["time"], side="right").alias("slot"))
    means = placed.group_by("slot").agg(pl.col(_FIGURES).mean())
    values: dict[str, list[float | None]] = {name: [None] * (len(edges) - 1) for name in _FIGURES}
    for slot, *found in means.select("slot", *_FIGURES).iter_rows():
        for name, value in zip(_FIGURES, found, strict=True):
            values[name][slot] = value
    return (Series("load", "ratio", edges[:-1], {name: tuple(column) for name, column in values.items()}),)
