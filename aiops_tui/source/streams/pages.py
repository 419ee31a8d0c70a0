"""Pages of a log that the database holds: rows before or after a position, and where a moment lies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from aiops_tui.source.database import Database, Row
from aiops_tui.source.logs.dialects import NO_TIME
from aiops_tui.source.logs.folds import kind_of
from aiops_tui.source.logs.pages import May, Page
from aiops_tui.source.logs.reading import BLOCK
from aiops_tui.source.logs.rows import Extra
from aiops_tui.source.logs.source import MORE_LINES, Batch, keys_of, number_of
from aiops_tui.source.lookups import bisected, key_below
from aiops_tui.source.streams.desk import Desk
from aiops_tui.source.streams.shelves import Said, Shelf, evaluated_from

LOWEST, HIGHEST = -(2**51), 2**51
"""Positions lie between these: an entry's number has room for no more."""

_MORE = 4
"""So many times as many rows are looked at where few may be wanted, or where a look costs much."""

_ROW_BYTES = 256
"""So many bytes of a file stand for a row where a page's size is told in bytes."""


class ShelfPages:
    """Reads the rows of a shelf piece by piece, up to what was followed; those of a key by ranges of keys.

    May be used by any thread. All that asks may raise `SourceError`.
    """

    def __init__(self, desk: Desk, shelf: Shelf, index: int, high: int, clock: Callable[[], int]) -> None:
        self.shelf = shelf
        self._desk = desk
        self._index = index
        self._clock = clock
        self._followed = high
        self._whole: ShelfPages | None = None
        self._narrower: tuple[tuple[str, ...], ShelfPages] = ((), self)

    @property
    def high(self) -> int:
        """The position up to which the log was followed."""
        return self._followed if self._whole is None else self._whole.high

    def follow(self, high: int) -> None:
        """Take note of how far the log was followed."""
        self._followed = max(self._followed, high)

    def having(self, words: tuple[str, ...]) -> ShelfPages:
        """Return the same log without rows that lack one of these words, which the database looks for."""
        if self.shelf.holds is None:
            return self
        if self._narrower[0] != words:
            narrower = ShelfPages(self._desk, self.shelf.having(words), self._index, self._followed, self._clock)
            narrower._whole = self
            self._narrower = words, narrower
        return self._narrower[1]

    @property
    def low(self) -> int:
        """A position below all."""
        return LOWEST

    def before(self, high: int, size: int = BLOCK, may: May = lambda data: True) -> Page | None:
        """Return the rows before a position; None if there are none."""
        del may
        limit = self._rows_of(size)

        def read(database: Database) -> Page | None:
            if self.shelf.keyed and self.shelf.conditions:
                return self._passed_before(database, high, _MORE * limit)
            rows = database.rows(self.shelf.page(None, high, limit, newest=True))
            rows.sort(key=lambda row: int(row[0]))
            return self._page(rows, int(rows[0][0]), high) if rows else None

        return self._desk.ask(read)

    def _passed_before(self, database: Database, high: int, look: int) -> Page | None:
        """Return those that pass the filter of so many rows before a position: few may, but no more are looked at."""
        shelf = self.shelf
        below = database.rows(key_below(shelf.position, high, look)) or database.rows(shelf.bounds())
        low = below[0][0]
        if low is None or low >= high:
            return None
        page = self._page(database.rows(shelf.page(int(low), high, look, newest=False)), int(low), high)
        seconds = database.rows(shelf.first_time(int(low)))[0][0]
        key = page.first_key if seconds is None else int(seconds) * 1000
        return replace(page, first_key=key if page.first_key is None or key is None else min(key, page.first_key))

    def after(self, low: int, size: int = BLOCK, may: May = lambda data: True) -> Page | None:
        """Return the rows from a position on; None at the end of what was followed."""
        del may
        if low >= self.high:
            return None
        limit = self._rows_of(size)

        def read(database: Database) -> tuple[int, list[Row]]:
            end, most = self.high, limit
            if self.shelf.keyed and self.shelf.conditions:
                most = _MORE * limit
                above = database.rows(self.shelf.key_above(low, most))
                end = min(int(above[0][0]), end) if above else end
            rows = database.rows(self.shelf.page(low, end, most, newest=False))
            return end if len(rows) < most else int(rows[-1][0]) + 1, rows

        high, rows = self._desk.ask(read)
        return self._page(rows, low, high)

    def at(self, moment: int) -> int:
        """Return the position of the first row at or after a moment, in milliseconds since the epoch, by bisection."""
        shelf, seconds = self.shelf, -(-moment // 1000)
        if not shelf.keyed:
            return min(max(evaluated_from(seconds), LOWEST), self.high)

        def look(database: Database) -> int:
            low, high = database.rows(shelf.bounds())[0]
            if low is None:
                return self.high
            return int(database.rows(bisected(shelf.position, shelf.seconds, seconds, int(low), int(high) + 1))[0][0])

        return min(self._desk.ask(look), self.high)

    def first_time(self) -> int | None:
        """Return nothing: all there is can be read at any time."""
        return None

    def deepen(self, cancelled: Callable[[], bool]) -> bool:
        """Return that there is no more than what can be read at any time."""
        del cancelled
        return False

    def _rows_of(self, size: int) -> int:
        # Where there is no key each page is a look at all rows: it is to be worth that.
        return max(size // _ROW_BYTES, 64) * (1 if self.shelf.keyed else _MORE)

    def _page(self, rows: Sequence[Row], low: int, high: int) -> Page:
        batch = batch_of(self.shelf, self._index, rows, self._clock())
        keys = batch.rows.keys
        return Page(batch, low, high, keys[0] if keys else None, keys[-1] if keys else None)


def batch_of(shelf: Shelf, index: int, rows: Sequence[Row], now: int) -> Batch:
    """Return the entries of rows in order of their positions; one without a time has that of the row before."""
    batch = Batch()
    entries, at = batch.rows, NO_TIME
    for position, seconds, *values in rows:
        at = at if seconds is None else int(seconds) * 1000
        said, number = shelf.read(values), number_of(index, int(position))
        entries.numbers.append(number)
        entries.times.append(at)
        entries.levels.append(said.level)
        entries.sources.append(index)
        entries.origins.append(said.origin)
        entries.messages.append(said.message)
        entries.kinds.append(_kind(index, number, said))
        if said.more or said.conversation is not None or said.cut:
            left = max(len(said.more) - MORE_LINES, 0)
            batch.extras[number] = Extra(list(said.more[:MORE_LINES]), left, said.cut, said.conversation)
    keys = keys_of(entries.times, NO_TIME, now)
    first = next((key for key in keys if key != NO_TIME), now)
    entries.keys.extend(first if key == NO_TIME else key for key in keys)
    return batch


def _kind(index: int, number: int, said: Said) -> int:
    """Return what entries that say the same share; each conversation says its own."""
    return number if said.conversation is not None else kind_of(index, said.level, said.message)
