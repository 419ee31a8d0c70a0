"""Time ranges: what was asked for, the exact bounds it resolves to, and the buckets a chart draws."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

SPANS: dict[str, int] = {"1h": 3600, "6h": 21_600, "24h": 86_400, "7d": 604_800, "30d": 2_592_000, "90d": 7_776_000}
"""The named windows and their length in seconds; ``all`` comes beside them."""

WINDOW_NAMES: tuple[str, ...] = (*SPANS, "all")

DAY = 86_400
EARLIEST = datetime(1, 1, 2, tzinfo=UTC)
LATEST = datetime(9999, 12, 30, tzinfo=UTC)
"""Times outside these bounds cannot be shown in every zone, and count as no time at all."""

_STEPS = (10, 60, 300, 900, 3600, 21_600, DAY, 7 * DAY)

Compare = Literal["previous", "week", "off"]
COMPARES: tuple[Compare, ...] = ("previous", "week", "off")


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open range of time, ``start <= t < end``; both bounds are aware."""

    start: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        """The length in seconds."""
        return (self.end - self.start).total_seconds()

    def shifted(self, seconds: float) -> Period:
        """Return the same length, later by so many seconds (earlier if negative), kept within the calendar."""
        return Period(clamp(self.start, seconds), clamp(self.end, seconds))


@dataclass(frozen=True, slots=True)
class Window:
    """The exact bounds that figures are counted over.

    ``bucket_seconds`` is the width of the base buckets, counted from the epoch, that rollups keep. The start always
    lies on one. The end does too, unless ``cut`` says that rows at or after the end were left out by the database.
    """

    name: str
    start: datetime
    end: datetime
    bucket_seconds: int
    cut: bool = False

    @property
    def period(self) -> Period:
        """The bounds alone."""
        return Period(self.start, self.end)


@dataclass(frozen=True, slots=True)
class WindowSpec:
    """A window as a person asked for it, relative to a *now* that moves.

    ``name`` is a key of `SPANS`, ``all``, or ``custom`` with ``since`` and perhaps ``until``. ``at`` stands in for
    now; with it, rows at or after that moment are not counted.
    """

    name: str = "7d"
    since: datetime | None = None
    until: datetime | None = None
    at: datetime | None = None

    def resolve(self, now: datetime, first: datetime | None = None) -> Window:
        """Return the bounds at the moment ``now``; ``first`` is the oldest row's time, where ``all`` begins.

        The start is snapped down to the base bucket. The end is ``at`` or ``until`` exactly, or else snapped up.
        """
        anchor = min(self.at or now, LATEST)
        asked_end = min(self.until, anchor) if self.until and self.at else (self.until or anchor)
        if self.name == "all":
            asked_start = first or asked_end
        elif self.name == "custom":
            asked_start = self.since or first or asked_end
        else:
            asked_start = clamp(anchor, -SPANS[self.name])
        base = base_bucket((asked_end - asked_start).total_seconds() if self.name != "all" else math.inf)
        start = snap_down(asked_start, base)
        if self.until or self.at:
            end = max(asked_end, start)
            return Window(self.name, start, end, base, cut=snap_down(end, base) != end)
        return Window(self.name, start, max(snap_up(asked_end, base), start + timedelta(seconds=base)), base)

    @property
    def is_live(self) -> bool:
        """Whether the end of the window moves with the clock."""
        return self.at is None and self.until is None

    def stepped(self, resolved: Window, direction: int) -> WindowSpec:
        """Return the window earlier (-1) or later (+1) by half its length, on whole base buckets."""
        if self.name == "all":
            return self
        half = max(snap_seconds(resolved.period.seconds / 2, resolved.bucket_seconds), resolved.bucket_seconds)
        end = snap_up(clamp(resolved.end, direction * half), resolved.bucket_seconds)
        if self.name == "custom":
            return replace(self, since=clamp(resolved.start, direction * half), until=end)
        return replace(self, at=end)

    def zoomed(self, direction: int) -> WindowSpec:
        """Return the next shorter (-1) or longer (+1) named window that ends where this one does."""
        names = WINDOW_NAMES
        if self.name in names:
            place = min(max(names.index(self.name) + direction, 0), len(names) - 1)
            return replace(self, name=names[place])
        span = ((self.until or LATEST) - (self.since or EARLIEST)).total_seconds()
        longer = [name for name, seconds in SPANS.items() if seconds > span]
        shorter = [name for name, seconds in SPANS.items() if seconds < span]
        name = (longer[0] if longer else "all") if direction > 0 else (shorter[-1] if shorter else "1h")
        return WindowSpec(name, at=self.until)


def previous_period(window: Window, compare: Compare) -> Period | None:
    """Return the period that ``window`` is compared with, of the same length; None for ``all`` and for ``off``."""
    if compare == "off" or window.name == "all":
        return None
    if compare == "week":
        return window.period.shifted(-7 * DAY)
    return window.period.shifted(-window.period.seconds)


def base_bucket(span_seconds: float) -> int:
    """Return the width in seconds of the base buckets for a window of that length."""
    if span_seconds <= 2 * 3600:
        return 10
    if span_seconds <= 12 * 3600:
        return 60
    return 900


def epoch(moment: datetime) -> float:
    """Return seconds since 1970-01-01T00:00Z, exact to the microsecond for any year."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1)


def from_epoch(seconds: float) -> datetime:
    """Return the UTC time so many seconds after 1970-01-01T00:00Z, kept within the calendar."""
    return clamp(datetime(1970, 1, 1, tzinfo=UTC), seconds)


def clamp(moment: datetime, seconds: float) -> datetime:
    """Add seconds, staying within `EARLIEST` and `LATEST`."""
    try:
        moved = moment + timedelta(seconds=seconds)
    except OverflowError:
        return LATEST if seconds > 0 else EARLIEST
    return min(max(moved, EARLIEST), LATEST)


def snap_seconds(seconds: float, step: int) -> int:
    """Round down to a multiple of ``step``."""
    return math.floor(seconds / step) * step


def snap_down(moment: datetime, step: int) -> datetime:
    """Return the start of the base bucket that holds the moment."""
    return from_epoch(snap_seconds(epoch(moment), step))


def snap_up(moment: datetime, step: int) -> datetime:
    """Return the first base bucket's start at or after the moment."""
    return from_epoch(-snap_seconds(-epoch(moment), step))


def display_step(window: Window, most: int = 200) -> int:
    """Return the width in seconds of a chart's buckets: the shortest usual one of which at most ``most`` fit."""
    span = max(window.period.seconds, 1)
    for step in _STEPS:
        if step % window.bucket_seconds == 0 and span / step <= most:
            return step
    step = _STEPS[-1]
    while span / step > most:
        step *= 2
    return step


def bucket_edges(period: Period, step: int, zone: ZoneInfo) -> list[datetime]:
    """Return the edges, one more than there are buckets, of a chart over ``period`` in a zone.

    Buckets shorter than a day are counted from each local midnight, those of a day and more lie between local
    midnights, weeks begin on Monday. The first edge and the last are the period's own, so both buckets may be clipped.
    """
    if period.end <= period.start:
        return [period.start, period.end]
    inner: list[datetime] = []
    if step < DAY:
        for start, following in pairwise(midnights(period, zone)):
            length = (following - start).total_seconds()
            inner += [start + timedelta(seconds=s) for s in range(0, math.ceil(length), step)]
    else:
        days = step // DAY
        first = _local_date(period.start, zone)
        anchor = first.toordinal() - (first.toordinal() - 1) % days
        last = _local_date(period.end, zone).toordinal()
        inner = [midnight(date.fromordinal(max(n, 1)), zone) for n in range(anchor, last + 1, days)]
    return [period.start, *(edge for edge in inner if period.start < edge < period.end), period.end]


def midnights(period: Period, zone: ZoneInfo) -> list[datetime]:
    """Return the local midnights, in UTC, from the one at or before the start to the one at or after the end."""
    first, last = _local_date(period.start, zone), _local_date(period.end, zone)
    days = range(first.toordinal(), min(last.toordinal() + 1, date.max.toordinal()) + 1)
    found = [midnight(date.fromordinal(day), zone) for day in days]
    return found[:-1] if len(found) > 2 and found[-2] >= period.end else found


def _local_date(moment: datetime, zone: ZoneInfo) -> date:
    return clamp(moment, 0).astimezone(zone).date()


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment of a day in a zone; where clocks skip midnight, it is the moment they jump."""
    local = datetime(day.year, day.month, day.day, tzinfo=zone)
    try:
        return max(local.astimezone(UTC), datetime.min.replace(tzinfo=UTC))
    except OverflowError:
        return EARLIEST if day.year < 5000 else LATEST
