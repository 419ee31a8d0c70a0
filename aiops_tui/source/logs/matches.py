"""How many of the entries that are wanted by their text a log has: found by RE2, and looked at one by one."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from itertools import chain

from aiops_tui.source.logs.counts import Cancelled, Progress
from aiops_tui.source.logs.dialects import NO_TIME
from aiops_tui.source.logs.match import Match
from aiops_tui.source.logs.paged import Paged
from aiops_tui.source.logs.pages import Page

_MOST = 500_000


class Matches:
    """Time and level of each entry of one log that is wanted, kept for the latest window; used by one thread."""

    def __init__(self, pages: Paged, wanted: Match) -> None:
        self._pages = pages
        self.wanted = wanted
        self._since: int | None = None
        self._high = 0
        self._times, self._levels = array("q"), bytearray()
        self._last: list[tuple[int, int]] = []

    def missing(self, since: int) -> int:
        """Return about how many bytes have to be read to know all from ``since`` on."""
        return self._pages.high - (self._pages.at(since) if self._is_new(since) else self._high)

    def cover(self, since: int, cancelled: Cancelled, progress: Progress) -> None:
        """Find those of the time from ``since``, in milliseconds, on."""
        if self._is_new(since):
            while self._pages.deepen(cancelled) and (self._pages.first_time() or since) >= since:
                pass
            self._since, self._high = since, self._pages.at(since)
            self._times, self._levels = array("q"), bytearray()
        while not cancelled() and len(self._times) < _MOST:
            page = self.wanted.page(self._pages, self._high, backwards=False)
            if page is None or page.high <= self._high:
                return
            if page.high >= self._pages.high:
                # More may follow of the last entry: it is read again with what does.
                self._last = list(_of(page))
                return
            for at, level in _of(page):
                self._times.append(at)
                self._levels.append(level)
            progress(page.high - self._high)
            self._high = page.high

    def entries(self) -> Iterator[tuple[int, int]]:
        """Yield time, in milliseconds, and level of each."""
        return chain(zip(self._times, self._levels, strict=True), self._last)

    def _is_new(self, since: int) -> bool:
        # A window that moves on has its start later: what was found before it is left out by who counts.
        return self._since is None or since < self._since


def _of(page: Page) -> Iterator[tuple[int, int]]:
    rows = page.batch.rows
    return ((at, level) for at, level in zip(rows.times, rows.levels, strict=True) if at != NO_TIME)
