"""How busy the machine was, by what its monitor wrote into a log: read once, and on as the log grows."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from aiops_tui.source.logs.book import LogBook
from aiops_tui.source.logs.counts import Cancelled
from aiops_tui.source.logs.dialects import NO_TIME
from aiops_tui.source.logs.match import Clue, Match
from aiops_tui.source.logs.pages import Page, Pages
from aiops_tui.source.logs.source import place_of
from aiops_tui.text.fields import load_of

if TYPE_CHECKING:
    from polars import DataFrame

FIGURES = ("CPU", "MEM", "DISK")

MOST = 16 * 1024 * 1024
"""So many bytes at the end of a log are looked through at most."""

_SIGNS = (b"CPU:", b"MEM:")
_GLANCE = 64 * 1024
_WANTED = Match(clues=(Clue("CPU:"),))


class Loads:
    """The load that one log tells of, from the start of the latest window on; used by one thread."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._since: int | None = None
        self._high = 0
        self._forget()

    def _forget(self) -> None:
        self._numbers, self._times = array("q"), array("q")
        self._ratios = tuple(array("d") for _ in FIGURES)

    def cover(self, since: int, cancelled: Cancelled) -> None:
        """Read what was not yet from a time on, in milliseconds, as far back as `MOST` reaches."""
        if self._since is None or since < self._since:
            far = self._pages.high - MOST
            start = self._pages.at(since)
            self._high = self._pages.beginning(far, self._pages.high) if start < far else start
            self._since = since
            self._forget()
        while not cancelled():
            page = _WANTED.page(self._pages, self._high, backwards=False)
            if page is None or page.high <= self._high:
                return
            self._take(page)
            if page.high >= self._pages.high:
                # The last line may still be being written: it is read again with what follows.
                self._high = place_of(page.batch.rows.numbers[-1])[1] if len(page.batch.rows) else self._high
                return
            self._high = page.high

    def frame(self) -> DataFrame:
        """Return ``time`` (milliseconds since the epoch), ``cpu``, ``mem`` and ``disk``, ratios or null."""
        from polars import DataFrame, Float64, Int64

        ratios = {name.lower(): list(column) for name, column in zip(FIGURES, self._ratios, strict=True)}
        schema = {"time": Int64, **dict.fromkeys(ratios, Float64)}
        return DataFrame({"time": list(self._times), **ratios}, schema=schema).fill_nan(None)

    def _take(self, page: Page) -> None:
        rows = page.batch.rows
        if len(rows) and len(self._numbers) and self._numbers[-1] == rows.numbers[0]:
            del self._numbers[-1], self._times[-1]
            for column in self._ratios:
                del column[-1]
        for number, at, message in zip(rows.numbers, rows.times, rows.messages, strict=True):
            load = load_of(message)
            if load and at != NO_TIME:
                self._numbers.append(number)
                self._times.append(at)
                for name, column in zip(FIGURES, self._ratios, strict=True):
                    column.append(load.get(name, float("nan")))


def loads(book: LogBook, known: dict[int, Loads], since: int, cancelled: Cancelled = lambda: False) -> DataFrame | None:
    """Return what all log files tell of the load since a time, in milliseconds; None if they tell nothing.

    ``known`` holds what was read of each before, by its index.
    """
    from polars import concat

    found = []
    for index, pages in list(book.pages.items()):
        if isinstance(pages, Pages) and (index in known or _tells(pages)):
            log = known.setdefault(index, Loads(pages))
            log.cover(since, cancelled)
            found.append(log.frame())
    return concat(found) if found else None


def _tells(pages: Pages) -> bool:
    """Return whether the end of a log has lines of the machine's monitor."""
    end = pages.chain.read(max(pages.high - _GLANCE, pages.low), _GLANCE)
    return all(sign in end for sign in _SIGNS)
