"""Weekday and hour by the clock of a zone, by Python's rules: a database may know no zones, or older rules of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from aiops_tui.model.window import DAY, from_epoch

LOCAL_HOURS = "aiops_local_hours"
"""What `local_hours` is called in SQLite, where the expression would be too long."""

_FIRST, _LAST = 0, 2_208_988_800
"""Changes of clocks are known from 1970 to 2040; before and after, the nearest offset is taken."""

_STEP = 7 * DAY
_FIRST_WEEKDAY = 3  # 1970-01-01 was a Thursday.
_ABOVE = 7 * DAY * 110_000
"""Whole weeks that lift every time above 0, towards which the division of databases rounds."""


def weekday(seconds: ColumnElement[int], zone: str, *, postgres: bool) -> ColumnElement[int]:
    """Return the weekday of a time (seconds since the epoch), 0 for Monday."""
    return (_hours(seconds, zone, postgres=postgres) // sa.literal(24, sa.BigInteger) + _FIRST_WEEKDAY) % 7


def hour(seconds: ColumnElement[int], zone: str, *, postgres: bool) -> ColumnElement[int]:
    """Return the hour of the day of a time (seconds since the epoch)."""
    return _hours(seconds, zone, postgres=postgres) % 24


def local_hours(seconds: int | None, zone: str) -> int | None:
    """Return the hours that the clock of a zone has counted, from a Monday in the far past on."""
    if seconds is None:
        return None
    starts, offsets = _changes(zone)
    return (seconds + offsets[bisect_right(starts, seconds)] + _ABOVE) // 3600


def _hours(seconds: ColumnElement[int], zone: str, *, postgres: bool) -> ColumnElement[int]:
    if not postgres:
        return getattr(sa.func, LOCAL_HOURS)(seconds, zone, type_=sa.BigInteger())  # type: ignore[no-any-return]
    offset = _offset(seconds, *_changes(zone))
    return (seconds + offset + sa.literal(_ABOVE, sa.BigInteger)) // sa.literal(3600, sa.BigInteger)


def _offset(seconds: ColumnElement[int], starts: Sequence[int], offsets: Sequence[int]) -> ColumnElement[int]:
    """Return the offset in force, found by halving."""
    if not starts:
        return sa.literal(offsets[0], sa.BigInteger)
    middle = len(starts) // 2
    earlier = _offset(seconds, starts[:middle], offsets[: middle + 1])
    later = _offset(seconds, starts[middle + 1 :], offsets[middle + 1 :])
    return sa.case((seconds < starts[middle], earlier), else_=later)


@lru_cache(maxsize=8)
def _changes(name: str) -> tuple[Sequence[int], Sequence[int]]:
    """Return when a zone's offset changes, and the offsets between, one more."""
    zone = ZoneInfo(name)
    starts: list[int] = []
    offsets = [_offset_at(_FIRST, zone)]
    for start in range(_FIRST, _LAST, _STEP):
        if _offset_at(start + _STEP, zone) != offsets[-1]:
            low, high = start, start + _STEP
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if _offset_at(middle, zone) == offsets[-1] else (low, middle)
            starts.append(high)
            offsets.append(_offset_at(high, zone))
    return starts, offsets


def _offset_at(seconds: int, zone: ZoneInfo) -> int:
    offset = from_epoch(seconds).astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0
