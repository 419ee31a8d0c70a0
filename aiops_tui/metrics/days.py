"""The days of a zone that a window touches."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import polars as pl

from aiops_tui.metrics.week import offsets
from aiops_tui.model.window import DAY, Period, Window, from_epoch, midnights

MOST_DAYS = 20_000
"""A window of more days leaves out the empty ones."""


def day_bounds(window: Window, zone: ZoneInfo, buckets: pl.Series) -> list[datetime]:
    """Return the midnights that the days of the zone begin at, and the one after the last.

    A window that one absurd date has stretched over centuries has only the days that hold something, of which
    ``buckets`` are the base buckets.
    """
    if window.period.seconds <= MOST_DAYS * DAY:
        # A day that a zone skipped begins and ends at the same moment.
        return sorted(set(midnights(window.period, zone)))
    days = (buckets + offsets(buckets, zone)) // DAY
    moments = map(from_epoch, buckets.filter(days.is_first_distinct()))
    return sorted({midnights(Period(moment, moment), zone)[0] for moment in moments})


def day_starts(window: Window, zone: ZoneInfo, buckets: pl.Series) -> list[datetime]:
    """Return the midnights that the days of the window begin at; the first may lie before the window."""
    return [start for start in day_bounds(window, zone, buckets) if start < window.end]


def day_edges(window: Window, zone: ZoneInfo) -> tuple[datetime, ...] | None:
    """Return the edges of the days of a window, clipped to it; None if they are too many."""
    if window.period.seconds > MOST_DAYS * DAY:
        return None
    starts = day_starts(window, zone, pl.Series(dtype=pl.Int64))
    return (window.start, *starts[1:], window.end) if starts else None
