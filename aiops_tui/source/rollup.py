"""Rollups kept up to date by key: frozen segments that are never read twice, and an open tail that is replaced."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import polars as pl

from aiops_tui.model.window import LATEST, Period
from aiops_tui.source.problems import SourceError

_LEAST_SLICE = 1_000
_SPARSE = 4
"""Keys are sparse where fewer than one in so many has a row that is counted."""

Read = Callable[[int, int | None, Period | None], pl.DataFrame]
"""Reads the cells of the keys ``low <= key < high`` (no end if None), of one period or of all times."""

Below = Callable[[int, int], int | None]
"""Returns the key of the row that lies so many rows below a key, None if there are not so many."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How keys are cut: those one statement reads, those worth a segment, those that a merged segment may span."""

    slice_keys: int
    freeze_keys: int = 2_000
    merge_keys: int = 50_000


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Segment:
    """The cells of the keys ``low <= key < high``; ``since`` says that rows before that time were left out.

    ``first`` and ``latest`` are the outermost buckets that hold a row, ``untimed`` counts rows without a time.
    """

    low: int
    high: int
    cells: pl.DataFrame
    since: datetime | None = None
    first: int | None = field(init=False)
    latest: int | None = field(init=False)
    untimed: int = field(init=False)

    def __post_init__(self) -> None:
        buckets = self.cells["bucket"]
        object.__setattr__(self, "first", buckets.min())
        object.__setattr__(self, "latest", buckets.max())
        object.__setattr__(self, "untimed", int(self.cells.filter(buckets.is_null())["n"].sum()))


class KeyRollup:
    """Cells of a table with a growing key, from ``low`` on: frozen segments, then the tail.

    Late rows are not missed, for they arrive by key. Rows that change or vanish later are found by recounting.
    """

    def __init__(self, read: Read, below: Below, limits: Limits) -> None:
        self._read = read
        self._below = below
        self._limits = limits
        self.segments: list[Segment] = []
        self.tail_low: int | None = None
        self.tail: Segment | None = None
        self._next_recount = 0
        self.version = 0

    @property
    def low(self) -> int | None:
        """The lowest key that is counted, None if nothing was read yet."""
        return self.segments[0].low if self.segments else self.tail_low

    def start(self, tail_low: int) -> None:
        """Set where the tail begins; nothing below is counted until `fill`."""
        self.tail_low = tail_low

    def fill(self, low: int, since: datetime | None = None) -> Iterator[tuple[int, int]]:
        """Read what is missing from ``low`` up to the tail, the newest first, yielding (keys done, keys in all).

        With ``since``, rows before that time are left out of what is read now; segments above ``low`` that leave out
        more than that are read again. Each step reads at most a slice of rows in one statement, over more keys where
        they are sparse.
        """
        assert self.tail_low is not None  # noqa: S101
        left_out = [s for s in self.segments if s.since is not None and s.high > low]
        short = [s for s in left_out if since is None or (s.since is not None and s.since > since)]
        top = self.low if self.low is not None else self.tail_low
        done, steps = 0, max(top - low, 0) + sum(s.high - s.low for s in short)
        for segment in short:
            cells = self._read(segment.low, segment.high, _from(since))
            self._replace(segment, replace(segment, cells=cells, since=since))
            done += segment.high - segment.low
            yield done, steps
        slice_keys, sparse, in_time = self._limits.slice_keys, False, True
        while top > low:
            bottom = max(self._bottom(top, slice_keys) if sparse and in_time else top - slice_keys, low)
            try:
                cells = self._read(bottom, top, _from(since))
            except SourceError as error:
                # A slow database is asked for less at a time.
                if error.notice.id != "source.timeout" or slice_keys <= _LEAST_SLICE:
                    raise
                slice_keys, in_time = max(slice_keys // 4, _LEAST_SLICE), False
                continue
            self.segments.insert(0, Segment(bottom, top, cells, since))
            self.version += 1
            done += top - bottom
            sparse = int(cells["n"].sum()) * _SPARSE <= top - bottom
            top = bottom
            yield done, steps

    def take_over(self, kept: Sequence[Segment], low: int, lowest: int) -> Iterator[tuple[int, int]]:
        """Go on with segments that were counted before, and read what lies between them and the tail.

        Those that hold only keys below ``low``, or any that the table has no more, are left out.
        """
        assert self.tail_low is not None  # noqa: S101
        usable: list[Segment] = []
        for segment in reversed(kept):
            meets = not usable or segment.high == usable[0].low
            if segment.high <= self.tail_low and meets and segment.high > low and segment.low >= lowest:
                usable.insert(0, segment)
            elif usable:
                break
        if usable and not self.segments:
            yield from self.fill(usable[-1].high)
            self.segments[:0] = usable
            self.version += 1

    def _bottom(self, top: int, slice_keys: int) -> int:
        """Return where a slice ends below which keys are sparse, or seem so because a filter leaves out many rows."""
        found = self._below(top, max(slice_keys // _SPARSE, 1))
        return -sys.maxsize if found is None else min(found, top - slice_keys)

    def read_tail(self) -> None:
        """Replace the tail's cells by what is there now."""
        assert self.tail_low is not None  # noqa: S101
        tail = self._read(self.tail_low, None, None)
        if self.tail is None or not _same(self.tail.cells, tail):
            self.tail = Segment(self.tail_low, sys.maxsize, tail)
            self.version += 1

    def tail_from(self, new_low: int) -> int:
        """Return where the tail would start after `freeze`."""
        assert self.tail_low is not None  # noqa: S101
        return new_low if new_low - self.tail_low >= self._limits.freeze_keys else self.tail_low

    def freeze(self, new_low: int) -> bool:
        """Move the tail's start up, where that is worth a segment, and say whether it was."""
        assert self.tail_low is not None  # noqa: S101
        if self.tail_from(new_low) == self.tail_low:
            return False
        cells = self._read(self.tail_low, new_low, None)
        self.segments.append(Segment(self.tail_low, new_low, cells))
        self.tail_low = new_low
        # What the old tail held below is in the segment now: it must not count twice if reading the new one fails.
        self.tail = None
        self._merge_newest()
        self.version += 1
        return True

    def drop_below(self, low: int) -> None:
        """Forget segments whose keys all lie below the lowest one that the table still has."""
        kept = [segment for segment in self.segments if segment.high > low]
        if len(kept) < len(self.segments):
            self._next_recount = max(self._next_recount - len(self.segments) + len(kept), 0)
            self.segments = kept
            self.version += 1

    def segment_of(self, key: int) -> Segment | None:
        """Return the frozen segment that holds a key."""
        place = bisect_right(self.segments, key, key=lambda segment: segment.low) - 1
        return self.segments[place] if place >= 0 and key < self.segments[place].high else None

    def first_key_in(self, bucket: float) -> int:
        """Return a key below which no counted row lies after the start of a bucket."""
        for segment in self.segments:
            if segment.latest is not None and segment.latest > bucket:
                return segment.low
        return self.tail_low or 0

    def recount_key(self, key: int) -> bool:
        """Recount the segment that holds a key, and say whether it had changed."""
        segment = self.segment_of(key)
        return segment is not None and self._recount(segment)

    def recount_next(self) -> tuple[bool, bool]:
        """Recount one frozen segment, in turn; return whether it had changed, and whether that completes a round."""
        if not self.segments:
            return False, True
        place = self._next_recount % len(self.segments)
        changed = self._recount(self.segments[place])
        self._next_recount = place + 1
        finished = self._next_recount >= len(self.segments)
        if finished:
            self._next_recount = 0
        return changed, finished

    @property
    def next_recounted(self) -> Segment | None:
        """The segment that `recount_next` recounts."""
        return self.segments[self._next_recount % len(self.segments)] if self.segments else None

    def restart_recount(self) -> None:
        """Begin the next round of recounting at the oldest segment."""
        self._next_recount = 0

    def parts(self) -> list[Segment]:
        """Return what was read so far, the tail last; cells of one bucket may be in several of them."""
        return self.segments if self.tail is None else [*self.segments, self.tail]

    def _recount(self, segment: Segment) -> bool:
        cells = self._read(segment.low, segment.high, _from(segment.since))
        if _same(cells, segment.cells):
            return False
        self._replace(segment, replace(segment, cells=cells))
        return True

    def _replace(self, old: Segment, new: Segment) -> None:
        self.segments[self.segments.index(old)] = new
        self.version += 1

    def _merge_newest(self) -> None:
        while len(self.segments) > 1:
            before, last = self.segments[-2:]
            if before.since is not None or last.high - before.low > self._limits.merge_keys:
                return
            cells = merged(pl.concat([before.cells, last.cells]))
            self.segments[-2:] = [Segment(before.low, last.high, cells)]


def merged(cells: pl.DataFrame) -> pl.DataFrame:
    """Return cells with one row for each combination of what they are counted by."""
    keys = [name for name in cells.columns if name != "n"]
    return cells.group_by(keys).agg(pl.col("n").sum())


def _from(since: datetime | None) -> Period | None:
    return None if since is None else Period(since, LATEST)


def _same(one: pl.DataFrame, other: pl.DataFrame) -> bool:
    """Return whether two frames hold the same cells, in any order."""
    if one.height != other.height:
        return False
    # Told by what is left of their difference: putting cells in order takes several times as long.
    left = pl.concat([one, other.with_columns(-pl.col("n"))])
    return not (merged(left)["n"] != 0).any()
