"""How many entries of each level a table has, by ten seconds: counted by the database, each range of keys once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator

import polars as pl

from aiops_tui.model.panels import Notice
from aiops_tui.model.records import LEVELS
from aiops_tui.source.database import Database
from aiops_tui.source.logs.counts import STEP
from aiops_tui.source.lookups import bisected, key_below
from aiops_tui.source.problems import SourceError
from aiops_tui.source.streams.desk import Desk
from aiops_tui.source.streams.shelves import Shelf, tone_of

TAIL = 10_000
"""So many of the highest keys are counted again each time: a lower one may be committed after a higher one."""

_LATE = 600
"""Rows may be so many seconds older than those of lower keys and still are found at the start of a window."""

_AGAIN = 60.0
_REMEMBERED = 16
_WIDTH = len(LEVELS)
_ROW_BYTES = 256
_SCHEMA = pl.Schema({"time": pl.Int64, "level": pl.String, "n": pl.Int64})

_NOTHING = pl.DataFrame(schema={"cell": pl.Int64, "n": pl.Int64})

Cancelled = Callable[[], bool]
Seconds = list[tuple[int, int, int]]
"""Seconds since the epoch, place in `LEVELS`, and how many entries."""


class ShelfCounts:
    """Counts one table's rows; what was counted is kept, by bucket and level. Used by one thread.

    ``problem`` says what kept it from being counted: what could be is there all the same.
    """

    step = STEP

    def __init__(self, desk: Desk, shelf: Shelf) -> None:
        self.shelf = shelf
        self.problem: Notice | None = None
        self._desk = desk
        self._low = self._high = 0
        self._begun = 0.0
        self._since: int | None = None
        self._cells = _NOTHING
        self._tail: Seconds = []
        self._exact: dict[int, Seconds] = {}

    def missing(self, since: int) -> int:
        """Return about how many bytes have to be read: so many as rows of a file would take."""
        try:
            start, top = self._desk.ask(lambda database: self._bounds(database, since))
        except SourceError:
            return 0
        keys = top - start if self._since is None else max(top - self._high, 0) + max(self._low - start, 0)
        return keys * _ROW_BYTES

    def cover(self, since: int, cancelled: Cancelled, progress: Callable[[int], None]) -> None:
        """Count what was not yet from the time ``since``, in milliseconds, on; stops early when ``cancelled``."""
        self.problem = None
        try:
            self._cover(since, cancelled, progress)
        except SourceError as error:
            self.problem = error.notice

    def _cover(self, since: int, cancelled: Cancelled, progress: Callable[[int], None]) -> None:
        start, top = self._desk.ask(lambda database: self._bounds(database, since))
        if self._since is None or (start > self._low and since <= self._since and self._is_old):
            # Nothing was counted, or rows that were are gone from the table.
            self._cells, self._exact, self._begun = _NOTHING, {}, time.monotonic()
            self._low = self._high = max(start, top - TAIL)
        self._since = since
        while self._low > start and not cancelled():
            progress(self._count_below(start))
        while self._high < top - TAIL and not cancelled():
            progress(self._count_above(top - TAIL))
        self._tail = self._desk.ask(lambda database: self._counted(database, self._high, top, 1))

    def cells(self) -> pl.DataFrame:
        """Return ``n`` by ``cell``: ``bucket * len(LEVELS) + level``, where buckets are of `STEP` since the epoch."""
        return pl.concat([self._cells, _celled(self._tail)])

    def exact(self, bucket: int) -> Iterator[tuple[int, int]]:
        """Yield time, in milliseconds, and level of each entry of a bucket."""
        start = bucket * STEP // 1000
        of_tail = bool(self._tail) and min(self._tail)[0] <= start - _LATE
        try:
            counted = self._tail if of_tail else self._counted_around(start)
        except SourceError as error:
            self.problem, counted = error.notice, []
        for at, level, n in counted:
            if start <= at < start + STEP // 1000:
                yield from ((at * 1000, level) for _ in range(n))

    @property
    def _is_old(self) -> bool:
        return time.monotonic() - self._begun > _AGAIN

    def _bounds(self, database: Database, since: int) -> tuple[int, int]:
        """Return the first key that a time in milliseconds may concern, and the one after the highest."""
        low, high = database.rows(self.shelf.bounds())[0]
        if low is None:
            return self._high, self._high
        start = self._first_key(database, since // 1000 - _LATE, int(low), int(high) + 1)
        return start, int(high) + 1

    def _first_key(self, database: Database, seconds: int, low: int, high: int) -> int:
        return int(database.rows(bisected(self.shelf.position, self.shelf.seconds, seconds, low, high))[0][0])

    def _count_below(self, start: int) -> int:
        """Count the next rows below those counted, not before a key, and return about how many bytes they are."""

        def count(database: Database) -> tuple[int, Seconds]:
            found = database.rows(key_below(self.shelf.position, self._low, database.slice_keys))
            low = max(int(found[0][0]), start) if found else start
            return low, self._counted(database, low, self._low, STEP // 1000)

        low, counted = self._desk.ask(count)
        self._cells = pl.concat([self._cells, _celled(counted)], rechunk=True)
        done, self._low = self._low - low, low
        return done * _ROW_BYTES

    def _count_above(self, end: int) -> int:
        """Count the next rows above those counted, up to a key."""

        def count(database: Database) -> tuple[int, Seconds]:
            found = database.rows(self.shelf.key_above(self._high, database.slice_keys))
            high = min(int(found[0][0]), end) if found else end
            return high, self._counted(database, self._high, high, STEP // 1000)

        high, counted = self._desk.ask(count)
        self._cells = pl.concat([self._cells, _celled(counted)], rechunk=True)
        done, self._high = high - self._high, high
        return done * _ROW_BYTES

    def _counted(self, database: Database, low: int, high: int, width: int) -> Seconds:
        frame = database.frame(self.shelf.levels(low, high, width), _SCHEMA)
        return [(at, tone_of(level), n) for at, level, n in frame.iter_rows()]

    def _counted_around(self, start: int) -> Seconds:
        """Count the entries of a bucket, whatever else lies around it."""
        known = self._exact.get(start)
        if known is None:

            def count(database: Database) -> Seconds:
                low, high = database.rows(self.shelf.bounds())[0]
                if low is None:
                    return []
                bounds = int(low), int(high) + 1
                first, last = (self._first_key(database, start + late, *bounds) for late in (-_LATE, _LATE + 10))
                return self._counted(database, first, last, 1)

            known = self._desk.ask(count)
            self._exact[start] = [each for each in known if start <= each[0] < start + STEP // 1000]
            while len(self._exact) > _REMEMBERED:
                del self._exact[next(iter(self._exact))]
            if self._tail and start + _LATE >= min(self._tail)[0]:
                del self._exact[start]  # more may be written of it
        return known


def _celled(counted: Seconds) -> pl.DataFrame:
    cells: Counter[int] = Counter()
    for at, level, n in counted:
        cells[at * 1000 // STEP * _WIDTH + level] += n
    return pl.DataFrame({"cell": list(cells), "n": list(cells.values())}, schema=_NOTHING.schema)
