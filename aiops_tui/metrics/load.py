"""How busy the machine is, by what its monitor writes into the logs."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from aiops_tui.metrics.inputs import Inputs
from aiops_tui.model.panels import Series

_FIGURES = ("cpu", "mem", "disk")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def load_panels(inputs: Inputs) -> tuple[Series, ...]:
    """Return the mean load by bucket, as ratios, as far as the sample of the latest entries reaches; none if none."""
    sample = inputs.log_sample
    if sample is None:
        return ()
    message = pl.col("message").str.slice(0, 400)
    figures = [
        message.str.extract(rf"\b{name.upper()}: ?(\d{{1,3}}(?:\.\d{{1,4}})?) ?%").cast(pl.Float64).alias(name)
        for name in _FIGURES
    ]
    lines = sample.drop_nulls("time").select("time", *figures).filter(pl.any_horizontal(pl.col(_FIGURES).is_not_null()))
    if lines.is_empty():
        return ()
    edges = inputs.edges
    inner = pl.Series([round((edge - _EPOCH).total_seconds() * 1000) for edge in edges[1:-1]], dtype=pl.Int64)
    placed = lines.with_columns(inner.search_sorted(lines["time"], side="right").alias("slot"))
    means = placed.group_by("slot").agg((pl.col(_FIGURES).mean() / 100).clip(0, 1))
    values: dict[str, list[float | None]] = {name: [None] * (len(edges) - 1) for name in _FIGURES}
    for slot, *found in means.select("slot", *_FIGURES).iter_rows():
        for name, value in zip(_FIGURES, found, strict=True):
            values[name][slot] = value
    return (Series("load", "ratio", edges[:-1], {name: tuple(column) for name, column in values.items()}),)
