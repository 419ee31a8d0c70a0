"""Pages of one log: the entries before or after a position, and where a moment lies, whatever the size of the log."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from aiops_tui.source.logs.dialects import NO_TIME
from aiops_tui.source.logs.reading import BLOCK, Block, Lines
from aiops_tui.source.logs.source import Batch, Reader, Source, place_of

MOST = 16 * 1024 * 1024
"""So far the sure beginning of an entry is looked for; beyond, any line is taken for one."""

APART = 16 * 1024
"""Of so many bytes all entries are made where one may be wanted."""

May = Callable[[bytes], bool]

_PROBE = 16 * 1024
_ASKED = 33
"""So many lines that say a time are asked for it around a position."""

_STRIDE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Page:
    """The entries of a log that begin from position ``low`` to before ``high``, with the keys of the first and last.

    The keys are None where no line says a time; they are those of all entries even if some were left out since.
    """

    batch: Batch
    low: int
    high: int
    first_key: int | None = None
    last_key: int | None = None


class Pages:
    """Reads a log piece by piece; pieces lie between sure beginnings of entries, so that all ways give the same."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.chain = source.chain
        self._reader = Reader(source.index, source.zone)
        self._probes: dict[int, tuple[int, int]] = {}

    @property
    def low(self) -> int:
        """The first position that can be read now."""
        return self.chain.low

    @property
    def high(self) -> int:
        """The position up to which the log was followed."""
        return self.chain.high

    def having(self, words: tuple[str, ...]) -> Pages:
        """Return all of it: what a part holds is looked for in its bytes."""
        del words
        return self

    def deepen(self, cancelled: Callable[[], bool]) -> bool:
        """Make more of what is older readable, and say whether there is more to read now."""
        return self.chain.deepen(cancelled)

    def before(self, high: int, size: int = BLOCK, may: May | None = None) -> Page | None:
        """Return the entries before a position at which one begins; None if there are none that can be read now.

        Where ``may`` says of the bytes that they hold nothing wanted, no entries are made of them.
        """
        floor = self.chain.floor(high)
        if floor >= high:
            return None
        low = self._beginning(max(high - size, floor), high, floor)
        return self._page(low, high, may)

    def after(self, low: int, size: int = BLOCK, may: May | None = None) -> Page | None:
        """Return the entries from a position on at which one begins; None at the end of what was followed."""
        end = self.chain.ceiling(low)
        if end <= low:
            following = self.chain.following(low)
            return self.after(following, size, may) if following is not None else None
        high = end
        while low + size < end and size <= MOST:
            stop = self._beginning(low + size // 2, low + size, low)
            if stop > low:
                high = stop
                break
            size *= 4
        if high == end and low + size < end:
            high = self._line_end(low + size, end)
        return self._page(low, high, may)

    def _page(self, low: int, high: int, may: May | None) -> Page:
        if may is not None and high - low <= MOST:
            if not may(self.chain.read(low, high - low)):
                first, last = self._time_of_first(low), self._time_of_first(max(high - _PROBE, low))
                return Page(Batch(), low, high, first, _later(first, last))
            # Making entries takes far longer than looking for what they have: only those nearby are made.
            middle = self._beginning((low + high) // 2, high, low)
            if high - low > APART and low < middle < high:
                return _joined(self._page(low, middle, may), self._page(middle, high, may))
        batch = self.parse(low, high)
        keys = batch.rows.keys
        return Page(batch, low, high, keys[0] if keys else None, keys[-1] if keys else None)

    def parse(self, low: int, high: int) -> Batch:
        """Return the entries of a part of one file."""
        now = round(time.time() * 1000)
        reader, batch, lines = Reader(self.source.index, self.source.zone), Batch(), Lines()
        for start, data in self.chain.blocks(low, high):
            reader.take(lines.feed(data, start), batch, now)
        if not self._unfinished(high):
            reader.take(lines.flush(), batch, now)
        return batch

    def beginning(self, start: int, high: int) -> int:
        """Return the first position from ``start`` to before ``high`` where an entry begins, else the last before."""
        return self._beginning(start, high, self.chain.floor(high))

    def last_beginning(self, low: int, high: int) -> int:
        """Return the last position after ``low``, before ``high``, at which an entry begins; ``low`` if none does."""
        size = _PROBE // 8
        while True:
            start = max(high - size, low)
            heads = self._heads(start, high, aligned=start == low)
            if heads:
                return heads[-1]
            if start == low:
                return low
            size *= 8

    def seek(self, moment: int) -> int:
        """Return a position at which an entry begins, near before the first entry at or after a moment, by bisection.

        ``moment`` is in milliseconds since the epoch.
        """
        low, high = self.chain.low, self.chain.high
        while high - low > 4 * _PROBE:
            middle = (low + high) // 2
            at = self._time_at(middle)
            if at is None or at >= moment:
                high = middle
            else:
                low = middle
        return self._beginning(low, min(low + 8 * _PROBE, self.chain.high), self.chain.floor(low + 1))

    def at(self, moment: int) -> int:
        """Return the position of the first entry at or after a moment, the end of the log if there is none."""
        position = self.seek(moment)
        while (page := self.after(position, 2 * _PROBE)) is not None and page.high > position:
            rows = page.batch.rows
            found = next((place for place, key in enumerate(rows.keys) if key >= moment), None)
            if found is not None:
                return place_of(rows.numbers[found])[1]
            position = page.high
        return position

    def first_time(self) -> int | None:
        """Return a time at the start of what can be read now, None if no line there says one."""
        return self._time_at(self.chain.low)

    def _time_at(self, position: int) -> int | None:
        """Return the median time of the lines around a position: one absurd time misleads nobody."""
        known = self._probes.get(position)
        if known is not None:
            return known[0]
        size = _PROBE
        while size <= MOST // 4:
            times = self._times(position, size)
            if times:
                found = sorted(times)[(len(times) - 1) // 2]
                if len(self._probes) < 100_000:
                    self._probes[position] = (found, size)
                return found
            size *= 8
        return None

    def _time_of_first(self, position: int) -> int | None:
        """Return the time of the first line after a position that says one, if it does so soon."""
        now = round(time.time() * 1000)
        for line in self.chain.read(position, _PROBE).split(b"\n", 16)[:16]:
            head = self._reader.format.head(line.decode("utf-8", "replace"), now) if line else None
            if head is not None and head.time != NO_TIME:
                return head.time
        return None

    def _times(self, position: int, size: int) -> list[int]:
        now = round(time.time() * 1000)
        block = self._lines(position, position + size, aligned=position == self.chain.floor(position + 1))
        heads = (self._reader.format.head(_text(line), now) for line in block.lines if line)
        return [head.time for head in islice(filter(None, heads), _ASKED) if head.time != NO_TIME]

    def _beginning(self, start: int, high: int, floor: int) -> int:
        """Return the first sure beginning of an entry from ``start`` to before ``high``, else the last before that."""
        size = high - start
        while True:
            ahead = min(_PROBE, high - start)
            while True:
                heads = self._heads(start, start + ahead, aligned=start == floor, first=True)
                if heads:
                    return heads[0]
                if start + ahead >= high:
                    break
                ahead = min(ahead * 8, high - start)
            if start <= floor:
                return floor
            if size >= MOST:
                return self._any_line(start, high, floor)
            size = min(size * 4, MOST)
            start = max(high - size, floor)

    def _any_line(self, start: int, high: int, floor: int) -> int:
        """Return where any line begins, the nearest to ``start``; of one that is longer than all, its own start."""
        starts = self._lines(start, high, aligned=False).starts
        if starts:
            return starts[0]
        while start > floor:
            stop, start = start, max(start - _STRIDE, floor)
            found = self.chain.read(start, stop - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
        return floor

    def _heads(self, start: int, high: int, *, aligned: bool, first: bool = False) -> list[int]:
        now = round(time.time() * 1000)
        reader = Reader(self.source.index, self.source.zone)
        block = self._lines(start, high, aligned=aligned)
        found: list[int] = []
        place = 0
        while (step := reader.first_head(Block(block.lines[place:], block.starts[place:]), now)) is not None:
            found.append(block.starts[place + step])
            if first:
                break
            place += step + 1
        return found

    def _lines(self, start: int, end: int, *, aligned: bool) -> Block:
        """Return the whole lines of a part of one file; one that begins before it is left out."""
        lines = Lines()
        if not aligned:
            lines.skip()
            start -= 1
        found = Block([], [])
        for position, data in self.chain.blocks(start, end):
            some = lines.feed(data, position)
            found.lines.extend(some.lines)
            found.starts.extend(some.starts)
        return found

    def _line_end(self, position: int, end: int) -> int:
        for start, data in self.chain.blocks(position, end):
            found = data.find(b"\n")
            if found >= 0:
                return start + found + 1
        return end

    def _unfinished(self, high: int) -> bool:
        """Return whether a line that ends at a position may still be being written."""
        return high >= self.chain.high


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").removesuffix("\r")


def _joined(page: Page, following: Page) -> Page:
    """Return two pages, one right after the other, as one."""
    rows, more = page.batch.rows, following.batch.rows
    if page.last_key is not None:
        for place, key in enumerate(more.keys):
            more.keys[place] = max(key, page.last_key)
    rows.extend(more)
    first = following.first_key if page.first_key is None else page.first_key
    batch = Batch(rows, page.batch.extras | following.batch.extras)
    return Page(batch, page.low, following.high, first, _later(page.last_key, following.last_key))


def _later(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else max(one, other)
