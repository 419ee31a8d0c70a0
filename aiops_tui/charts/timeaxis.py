"""Where a time axis has its ticks: on round local times, as many as there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Literal

from aiops_tui.model.window import DAY, clamp
from aiops_tui.text import cells, formats

_SPACE = 2
_SHORTEST = 4


@dataclass(frozen=True, slots=True)
class Interval:
    """A round length of local time."""

    unit: Literal["second", "day", "month"]
    size: int

    @property
    def seconds(self) -> int:
        """The length, a month being 30 days."""
        return self.size * {"second": 1, "day": DAY, "month": 30 * DAY}[self.unit]

    def floor(self, local: datetime) -> datetime:
        """Return the last round time at or before a naive local time; weeks begin on Monday."""
        if self.unit == "second":
            midnight = datetime.combine(local.date(), time())
            return midnight + timedelta(seconds=(local - midnight).seconds // self.size * self.size)
        if self.unit == "day":
            ordinal = local.toordinal() - (local.toordinal() - 1) % self.size
            return datetime.combine(date.fromordinal(ordinal), time())
        months = (local.year * 12 + local.month - 1) // self.size * self.size
        return datetime(max(months // 12, 1), months % 12 + 1, 1)


_INTERVALS = (
    *(Interval("second", s) for s in (10, 30, 60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200)),
    *(Interval("day", d) for d in (1, 2, 7, 14)),
    *(Interval("month", m) for m in (1, 2, 3, 6, 12, 24, 60, 120, 600, 1200, 6000, 12_000)),
)


@dataclass(frozen=True, slots=True)
class Tick:
    """A label, the column of its tick and the column where its text begins."""

    column: int
    start: int
    label: str


def ticks(
    starts: Sequence[datetime], columns: Sequence[int], width: int, zone: tzinfo, step_seconds: int, language: str
) -> list[Tick]:
    """Return the ticks of the shortest interval whose labels fit into ``width`` cells side by side.

    ``starts`` are times in order and ``columns`` the column of each.
    """
    locals_ = [clamp(start, 0).astimezone(zone).replace(tzinfo=None) for start in starts]
    for interval in _INTERVALS:
        places = _places(locals_, interval, step_seconds)
        if 0 < len(places) <= 1 + width // (_SHORTEST + _SPACE):
            moments = [interval.floor(locals_[i]).replace(tzinfo=zone) for i in places]
            labels = formats.axis(moments, zone, step_seconds, language)
            found = _placed(labels, [columns[i] for i in places], width)
            if found is not None:
                return found
    return []


def _places(locals_: Sequence[datetime], interval: Interval, step_seconds: int) -> list[int]:
    """Return the indices at which a new round time has been reached."""
    floors = [interval.floor(local) for local in locals_]
    begins = bool(floors) and (floors[0] == locals_[0] or interval.seconds <= step_seconds)
    return [0] * begins + [i for i, (before, after) in enumerate(pairwise(floors), 1) if before < after]


def _placed(labels: Sequence[str], columns: Sequence[int], width: int) -> list[Tick] | None:
    """Return the labels centred below their ticks, or None where two would touch or say the same."""
    found: list[Tick] = []
    end = -_SPACE
    for label, column in zip(labels, columns, strict=True):
        size = cells.width(label)
        start = min(max(column - size // 2, 0), width - size)
        if start < end + _SPACE or start < 0 or (found and found[-1].label == label):
            return None
        found.append(Tick(column, start, label))
        end = start + size
    return found
