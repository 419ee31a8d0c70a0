"""Entries of some logs over one stretch of time, merged, which grows at either end as one moves along it."""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from aiops_tui.source.logs.match import READ, Match
from aiops_tui.source.logs.paged import Paged
from aiops_tui.source.logs.pages import Page
from aiops_tui.source.logs.rows import Extra, Rows
from aiops_tui.source.logs.source import place_of

KEPT_ENTRIES = 50_000
KEPT_BYTES = 16 * 1024 * 1024
"""So much is kept of a stretch; of what is more, the end that one moves away from is let go."""

_FIRST, _LAST = -(2**62), 2**62
Cancelled = Callable[[], bool]


@dataclass(slots=True)
class _Ends:
    """How far one log was read: its positions, the keys of the entries there, and whether there is nothing beyond."""

    low: int
    high: int
    low_key: int
    high_key: int
    begun: bool = False
    ended: bool = False


class Stretch:
    """The wanted entries between two positions of each log; each log's own order is kept.

    ``starts`` are the positions, at beginnings of entries, from which it grows; ``key`` is the time there in
    milliseconds, from which on entries of logs that were not read yet would follow.
    """

    def __init__(self, pages: Mapping[int, Paged], starts: Mapping[int, int], key: int, wanted: Match) -> None:
        self.rows = Rows()
        self.extras: dict[int, Extra] = {}
        self.ends = {index: _Ends(at, at, key, key) for index, at in starts.items() if wanted.may_be_of(index)}
        self._pages = pages
        self._wanted = wanted
        self._weight = 0

    def span(self, *, closed: bool = True) -> range:
        """Return the places of the entries between which none is missing; ``closed``: what follows is not read yet."""
        keys = self.rows.keys
        floor = max((end.low_key for end in self.ends.values() if not end.begun), default=_FIRST)
        ceiling = min((end.high_key for end in self.ends.values() if not end.ended), default=_LAST)
        return range(bisect_left(keys, floor), bisect_right(keys, ceiling) if closed else len(keys))

    @property
    def begun(self) -> bool:
        """Whether there is nothing older."""
        return all(end.begun for end in self.ends.values())

    @property
    def highs(self) -> dict[int, int]:
        """Up to which position each log was read."""
        return {index: end.high for index, end in self.ends.items()}

    def back(
        self,
        more: int,
        cancelled: Cancelled,
        progress: Callable[[int], None] = lambda read: None,
        until: int = _FIRST,
        size: int = READ,
    ) -> None:
        """Read older entries, ``size`` bytes at once, until there are so many more, or none, or as old as ``until``."""
        enough = len(self.span(closed=False)) + more
        while len(self.span(closed=False)) < enough and not cancelled():
            left = [index for index, end in self.ends.items() if not end.begun and end.low_key > until]
            if not left:
                return
            index = max(left, key=lambda index: self.ends[index].low_key)
            end, pages = self.ends[index], self._pages[index]
            page = self._wanted.page(pages, end.low, backwards=True, size=size)
            if page is None:
                end.begun = not pages.deepen(cancelled)
                continue
            progress(end.low - page.low)
            end.low = page.low
            keys = page.batch.rows.keys
            for place in range(len(keys)):
                keys[place] = min(keys[place], end.low_key)
            end.low_key = min(end.low_key, page.first_key if page.first_key is not None else end.low_key)
            self._enter(page)
            self._let_go(newest=True)

    def forth(
        self,
        more: int,
        limits: Mapping[int, int],
        cancelled: Cancelled,
        progress: Callable[[int], None] = lambda read: None,
        size: int = READ,
    ) -> None:
        """Read newer entries, ``size`` bytes at once, up to a position in each log, until there are so many more."""
        self._admit()
        enough = len(self.span()) + more
        while len(self.span()) < enough and not cancelled():
            for index, end in self.ends.items():
                end.ended = end.high >= limits.get(index, end.high)
            left = [index for index, end in self.ends.items() if not end.ended]
            if not left:
                return
            index = min(left, key=lambda index: self.ends[index].high_key)
            end = self.ends[index]
            page = self._wanted.page(self._pages[index], end.high, backwards=False, size=size)
            if page is None:
                end.high = limits[index]
                continue
            progress(page.high - end.high)
            end.high = page.high
            keys = page.batch.rows.keys
            for place in range(len(keys)):
                keys[place] = max(keys[place], end.high_key)
            end.high_key = max(end.high_key, page.last_key if page.last_key is not None else end.high_key)
            self._enter(page)
            self._let_go(newest=False)

    def _admit(self) -> None:
        """Read on of logs that have appeared meanwhile as well, from where one is."""
        missing = (
            [index for index in self._pages if index not in self.ends and self._wanted.may_be_of(index)]
            if self.ends
            else []
        )
        for index in missing:
            key = min(end.high_key for end in self.ends.values())
            at = self._pages[index].at(key)
            self.ends[index] = _Ends(at, at, key, key, begun=True)

    def cut(self, limits: Mapping[int, int]) -> None:
        """Forget what lies at or after a position of each log; from there on it is read elsewhere."""
        places = [place_of(number) for number in self.rows.numbers]
        self._keep([place for place, (index, at) in enumerate(places) if at < limits.get(index, at + 1)])
        for index, limit in limits.items():
            if index in self.ends:
                self.ends[index].high = min(self.ends[index].high, limit)

    def _enter(self, page: Page) -> None:
        """Take a page in; the rows there were stay as they are for who looks at them."""
        rows = page.batch.rows
        if not len(rows):
            return
        rows.sort()
        weight = _weight(rows.messages)
        place, after = bisect_left(self.rows.keys, rows.keys[0]), bisect_right(self.rows.keys, rows.keys[-1])
        among = self.rows.part(place, after)
        # Of one log, an older page lies before all with the same key, a newer one after them.
        first, second = (rows, among) if not len(self.rows) or _older(rows, self.rows) else (among, rows)
        first.extend(second)
        first.sort()
        merged = self.rows.part(0, place)
        merged.extend(first)
        merged.extend(self.rows.part(after, len(self.rows)))
        self._weight += weight
        self._weight += sum(_weight(extra.lines) for extra in page.batch.extras.values())
        self.rows, self.extras = merged, self.extras | page.batch.extras

    def _let_go(self, *, newest: bool) -> None:
        size = len(self.rows)
        if (size <= KEPT_ENTRIES and self._weight <= KEPT_BYTES) or size < 2:
            return
        share = min(KEPT_ENTRIES / size, KEPT_BYTES / max(self._weight, 1))
        kept = max(int(size * share * 0.8), 1)
        gone = range(kept, size) if newest else range(size - kept)
        for place in gone if newest else reversed(gone):
            index, at = place_of(self.rows.numbers[place])
            end, key = self.ends[index], self.rows.keys[place]
            if newest and at < end.high:
                end.high, end.high_key, end.ended = at, key, False
            elif not newest:
                end.low_key, end.begun = max(end.low_key, key), False
        if not newest:
            self._raise_lows(gone)
        self._keep(range(kept) if newest else range(size - kept, size))

    def _raise_lows(self, gone: range) -> None:
        """Begin each log anew at its first entry that stays; the lines of one that went must not be read into it."""
        first: dict[int, int] = {}
        for number in self.rows.numbers[gone.stop :]:
            index, at = place_of(number)
            first.setdefault(index, at)
        for index in {place_of(number)[0] for number in self.rows.numbers[: gone.stop]}:
            self.ends[index].low = first.get(index, self.ends[index].high)

    def _keep(self, places: Iterable[int]) -> None:
        kept = list(places)
        if len(kept) == len(self.rows):
            return
        self.rows = self.rows.picked(kept)
        numbers = set(self.rows.numbers)
        self.extras = {number: extra for number, extra in self.extras.items() if number in numbers}
        self._weight = _weight(self.rows.messages) + sum(_weight(extra.lines) for extra in self.extras.values())


def _older(page: Rows, rows: Rows) -> bool:
    """Return whether a page of one log lies before what is there of that log."""
    index, at = place_of(page.numbers[0])
    for number in rows.numbers:
        other, position = place_of(number)
        if other == index:
            return at < position
    return True


def _weight(texts: Iterable[str]) -> int:
    return sum(map(sys.getsizeof, texts))
