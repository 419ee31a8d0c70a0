"""Heatmaps of weekday and hour, by the clock of a zone."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import polars as pl

from aiops_tui.metrics.buckets import totals
from aiops_tui.metrics.intervals import Mean
from aiops_tui.model.labels import WEEKDAYS
from aiops_tui.model.panels import Heatmap, Unit
from aiops_tui.model.window import DAY, from_epoch

HOURS: tuple[str, ...] = tuple(map(str, range(24)))

_FIRST_WEEKDAY = 3  # 1970-01-01 was a Thursday.


def week_heatmap(panel_id: str, unit: Unit, cells: pl.DataFrame, zone: ZoneInfo) -> Heatmap:
    """Return ``total`` / ``n`` by weekday and hour of the zone, from cells with ``bucket``, ``total`` and ``n``."""
    base = totals(cells.select("bucket", "total", "n"), ["bucket"])
    weekday, hour = by_the_clock(base["bucket"], zone)
    placed = totals(base.select(weekday, hour, "total", "n"), ["weekday", "hour"])
    values: list[list[float | None]] = [[None] * len(HOURS) for _ in WEEKDAYS]
    counts = [[0] * len(HOURS) for _ in WEEKDAYS]
    for y, x, total, n in placed.iter_rows():
        counts[y][x] = n
        values[y][x] = Mean(n, total).value
    return Heatmap(panel_id, unit, HOURS, WEEKDAYS, tuple(map(tuple, values)), tuple(map(tuple, counts)))


def week_counts(panel_id: str, cells: pl.DataFrame, zone: ZoneInfo) -> Heatmap:
    """Return the sums of ``n`` by weekday and hour of the zone, from cells with ``bucket`` and ``n``."""
    counted = week_heatmap(panel_id, "count", cells.select("bucket", "n", pl.col("n").alias("total")), zone)
    return replace(counted, values=counted.n)


def by_the_clock(buckets: pl.Series, zone: ZoneInfo) -> tuple[pl.Series, pl.Series]:
    """Return ``weekday``, 0 for Monday, and ``hour`` of each time."""
    local = buckets + offsets(buckets, zone)
    return ((local // DAY + _FIRST_WEEKDAY) % 7).alias("weekday"), (local % DAY // 3600).alias("hour")


def offsets(buckets: pl.Series, zone: ZoneInfo) -> pl.Series:
    """Return the zone's offset from UTC at each time, in seconds.

    It is asked of Python's zones, as days and labels are: Polars has its own copy, without the rules of far years.
    """
    by_day = {day: _steady_offset(day, zone) for day in (buckets // DAY).unique().to_list()}
    found = (
        _offset(bucket, zone) if (steady := by_day[bucket // DAY]) is None else steady for bucket in buckets.to_list()
    )
    return pl.Series(found, dtype=pl.Int64)


def _steady_offset(day: int, zone: ZoneInfo) -> int | None:
    """Return the offset of a UTC day, None where it changes within the day."""
    first, last = _offset(day * DAY, zone), _offset((day + 1) * DAY, zone)
    return first if first == last else None


def _offset(seconds: int, zone: ZoneInfo) -> int:
    offset = from_epoch(seconds).astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0
