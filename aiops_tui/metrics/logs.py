"""The Logs tab: how often the system complains, and its latest words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import polars as pl

from aiops_tui.metrics.buckets import closed, open_last
from aiops_tui.metrics.compare import count_metric
from aiops_tui.metrics.inputs import Inputs
from aiops_tui.metrics.load import load_panels
from aiops_tui.metrics.patterns import pattern_table
from aiops_tui.model.panels import Column, Metric, Panel, Series, Table
from aiops_tui.model.records import LEVELS, STREAMS
from aiops_tui.model.window import Period

ERRORS = ("critical", "error")
WARNINGS = ("warning",)

_COLUMNS = (Column("time", "time"), Column("level", "level"), Column("source", "text"), Column("message", "text"))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def panels(inputs: Inputs) -> tuple[Panel, ...]:
    """Return the panels of the tab; where no logs are followed, their figures are missing."""
    logs = inputs.logs
    current = None if logs is None else _within(logs, inputs.window.period)
    before = None if logs is None or inputs.previous is None else _within(logs, inputs.previous)
    counts = None if current is None else _by_bucket(current, inputs.edges)
    return (
        _metric("errors", ERRORS, current, before, counts, inputs),
        _metric("warnings", WARNINGS, current, before, counts, inputs),
        _levels(counts, inputs),
        *load_panels(inputs),
        pattern_table(inputs.log_sample),
        _entries(None if current is None else int(current["n"].sum()), inputs),
    )


def _metric(
    panel_id: str,
    levels: Sequence[str],
    current: pl.DataFrame | None,
    before: pl.DataFrame | None,
    counts: dict[str, list[int]] | None,
    inputs: Inputs,
) -> Metric:
    trend = [sum(values) for values in zip(*(counts[level] for level in levels), strict=True)] if counts else []
    return count_metric(panel_id, _count(current, levels), _count(before, levels), closed(trend, inputs))


def _levels(counts: dict[str, list[int]] | None, inputs: Inputs) -> Series:
    gaps = (None,) * (len(inputs.edges) - 1)
    return Series(
        "levels_by_bucket",
        "count",
        inputs.edges[:-1],
        {level: tuple(counts[level]) if counts else gaps for level in LEVELS},
        open_last(inputs),
        tuple(sum(values) for values in zip(*counts.values(), strict=True)) if counts else (),
    )


def _entries(total: int | None, inputs: Inputs) -> Table:
    """Return the latest entries; a fifth cell, if there is one, is the number that identifies the entry."""
    width = len(_COLUMNS)
    if any(row[2] in STREAMS for row in inputs.log_rows):
        total = None  # what is counted are the entries of logs
    rows = tuple(row[:width] for row in inputs.log_rows)
    keys = tuple(str(row[width] if len(row) > width else place) for place, row in enumerate(inputs.log_rows))
    return Table("entries", _COLUMNS, rows, total, keys)


def _within(logs: pl.DataFrame, period: Period) -> pl.DataFrame:
    return logs.filter(pl.col("time").is_between(_milliseconds(period.start), _milliseconds(period.end), closed="left"))


def _count(logs: pl.DataFrame | None, levels: Sequence[str]) -> int | None:
    return None if logs is None else int(logs.filter(pl.col("level").is_in(levels))["n"].sum())


def _by_bucket(logs: pl.DataFrame, edges: Sequence[datetime]) -> dict[str, list[int]]:
    inner = pl.Series([_milliseconds(edge) for edge in edges[1:-1]], dtype=pl.Int64)
    counts = {level: [0] * (len(edges) - 1) for level in LEVELS}
    placed = logs.select("level", "n", inner.search_sorted(logs["time"], side="right").alias("slot"))
    for level, slot, n in placed.group_by("level", "slot").agg(pl.col("n").sum()).iter_rows():
        counts[level][slot] = n
    return counts


def _milliseconds(moment: datetime) -> int:
    """Return the first whole millisecond since the epoch at or after a moment."""
    return -((_EPOCH - moment) // timedelta(milliseconds=1))
