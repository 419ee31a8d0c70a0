"""How many entries of all logs have what is sought: counted from the end back, a piece at a time, and as logs grow."""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aiops_tui.model.records import Found
from aiops_tui.source.logs.match import Match
from aiops_tui.source.logs.paged import Paged
from aiops_tui.source.logs.pages import Page, Pages
from aiops_tui.source.logs.source import place_of

MOST = 100_000
"""So many are counted, and remembered by number and key."""


@dataclass(slots=True)
class _Counted:
    """What was found of one log between two positions; the last ``open`` hits are looked for again as it grows."""

    low: int
    high: int
    ended: int = -1
    begun_at: int | None = None
    open: int = 0
    numbers: array[int] = field(default_factory=lambda: array("q"))
    keys: array[int] = field(default_factory=lambda: array("q"))


class Hits:
    """Counts the wanted entries; one thread takes the steps, any may ask.

    Of packed files those that were unpacked count, and of logs in the database none: nothing reads all of a table.
    """

    def __init__(self, pages: Mapping[int, Paged], wanted: Match) -> None:
        self.wanted = wanted
        self._all = pages
        self._lock = threading.Lock()
        self._logs: dict[int, _Counted] = {}

    @property
    def _pages(self) -> dict[int, Pages]:
        return {index: pages for index, pages in list(self._all.items()) if isinstance(pages, Pages)}

    @property
    def left(self) -> bool:
        """Whether there is anything to be looked through now."""
        return self._n < MOST and any(
            self._goes_on(index, pages) or self._goes_back(index, pages) for index, pages in self._pages.items()
        )

    @property
    def _n(self) -> int:
        with self._lock:
            return sum(len(log.numbers) for log in self._logs.values())

    def step(self) -> None:
        """Look through one piece of one log."""
        for index, pages in self._pages.items():
            if index not in self._logs:
                high = pages.high
                start = pages.last_beginning(pages.chain.floor(high), high)
                self._logs[index] = _Counted(start, start)
            log = self._logs[index]
            if self._goes_on(index, pages):
                self._go_on(log, pages)
                return
            if self._goes_back(index, pages):
                page = self.wanted.page(pages, log.low, backwards=True)
                self._go_back(log, page, pages)
                return

    def found(self, number: int | None) -> Found:
        """Return how many there are, and which of them an entry is."""
        left = self.left
        with self._lock:
            total = sum(len(log.numbers) for log in self._logs.values())
            return Found(total, None if number is None else self._place(number), counting=left, most=total >= MOST)

    def _place(self, number: int) -> int | None:
        ours, _ = place_of(number)
        log = self._logs.get(ours)
        at = bisect_left(log.numbers, number) if log else 0
        if log is None or at == len(log.numbers) or log.numbers[at] != number:
            return None
        before = at + 1
        for index, other in self._logs.items():
            if index != ours:
                before += (bisect_right if index < ours else bisect_left)(other.keys, log.keys[at])
        return before

    def _goes_on(self, index: int, pages: Pages) -> bool:
        log = self._logs.get(index)
        return log is None or log.ended != pages.high

    def _goes_back(self, index: int, pages: Pages) -> bool:
        log, low = self._logs.get(index), pages.low
        return log is None or (log.low > low and log.begun_at != low)

    def _go_on(self, log: _Counted, pages: Pages) -> None:
        end = pages.high
        page = self.wanted.page(pages, log.high, backwards=False)
        with self._lock:
            if log.open:
                del log.numbers[-log.open :], log.keys[-log.open :]
            numbers, keys = _of(page)
            last = log.keys[-1] if log.keys else None
            log.numbers.extend(numbers)
            log.keys.extend(keys if last is None else [max(key, last) for key in keys])
            if page is None or page.high >= end or page.high <= log.high:
                log.ended, log.open = end, len(numbers)
            else:
                log.high, log.open = page.high, 0

    def _go_back(self, log: _Counted, page: Page | None, pages: Pages) -> None:
        with self._lock:
            if page is None or page.low >= log.low:
                log.begun_at = pages.low
                return
            numbers, keys = _of(page)
            first = log.keys[0] if log.keys else None
            log.numbers[:0] = array("q", numbers)
            log.keys[:0] = array("q", keys if first is None else [min(key, first) for key in keys])
            log.low = page.low


def _of(page: Page | None) -> tuple[Sequence[int], Sequence[int]]:
    return ((), ()) if page is None else (page.batch.rows.numbers, page.batch.rows.keys)
