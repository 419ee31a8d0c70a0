"""Reading any stretch of the logs: around a time, around an entry, or around what is sought."""

from __future__ import annotations

from collections.abc import Callable

from aiops_tui.source.logs.book import LogBook
from aiops_tui.source.logs.listing import Listing
from aiops_tui.source.logs.match import Match
from aiops_tui.source.logs.source import place_of
from aiops_tui.source.logs.stretch import Stretch

_NEAR, _NEAR_BYTES = 200, 32 * 1024
"""So much is read to either side of where a jump leads: what the tallest screen shows, and no more."""

NEVER = 2**62
Cancelled = Callable[[], bool]


class Roving(Listing):
    """A list whose stretch of the logs changes as one goes about; ``listener`` is called while that takes time."""

    def __init__(self, book: LogBook, *, folding: bool = False) -> None:
        super().__init__(book, folding=folding)
        self.busy = 0
        """How many bytes were looked through for what is under way, 0 while nothing is."""
        self.listener: Callable[[], None] = lambda: None
        self._seam = 0
        self._seen = -1

    def refresh(self) -> bool:
        """Take in what was written since, and say whether there was anything; called by who polls the book."""
        raise NotImplementedError

    def _looked(self, read: int) -> None:
        self.busy += read
        self.listener()

    def _show(self, stretch: Stretch, *, lying_before: bool = False) -> bool:
        """Show a stretch, and the end of the logs after it where it reaches so far; or only if it does, and say so."""
        with self._book.lock:
            lows, _ = self._book.lows()
            joined = all(high >= lows.get(index, high) for index, high in stretch.highs.items())
            if lying_before and not joined:
                return False
            if joined:
                stretch.cut(lows)
            self._seam, self._seen = self._book.seam, -1
            self._stretch, self._joined = stretch, joined
            self._rows, self._extras, self._older = stretch.rows, stretch.extras, stretch.span(closed=not joined)
            self._folds = None
        self.refresh()
        return True

    def _show_around(self, key: int, cancelled: Cancelled) -> None:
        book = self._book
        starts = {}
        for index, pages in list(book.pages.items()):
            if not self._wanted.may_be_of(index):
                continue
            while (pages.first_time() or key + 1) > key and pages.deepen(cancelled):
                pass
            starts[index] = pages.low if key == -NEVER else pages.at(key)
        stretch = Stretch(book.pages, starts, key, self._wanted)
        stretch.forth(_NEAR, book.highs(), cancelled, size=_NEAR_BYTES)
        stretch.back(_NEAR, cancelled, self._looked, size=_NEAR_BYTES)
        self._show(stretch)

    def _bring(self, number: int, cancelled: Cancelled) -> None:
        """Read what is around an entry, unless it is at hand."""
        if self.place(number) is None:
            index, position = place_of(number)
            page = self._book.pages[index].after(position)
            self._show_around(NEVER if page is None or page.first_key is None else page.first_key, cancelled)

    # what is sought

    def _found_apart(self, wanted: Match, step: int, number: int | None, cancelled: Cancelled) -> int | None:
        """Read what is around the next or previous wanted entry that is not shown as one with where one is."""
        found = number
        while (found := self._found(wanted, step, self._edge(wanted, step, found), cancelled)) is not None:
            self._bring(found, cancelled)
            place = self.place(found)
            if number is None or place is None or place != self.place(number) or cancelled():
                break
            if not self._fits(wanted, self._run(place)[-1]):
                break
        return found

    def _edge(self, wanted: Match, step: int, number: int | None) -> int | None:
        """Return the first or last of the entries that are shown as one, where what is shown is wanted itself."""
        with self._book.lock:
            place = None if number is None else self.place(number)
            if place is None or not self._folding:
                return number
            run = self._run(place)
            return self._entry(run[0] if step < 0 else run[-1]).number if self._fits(wanted, run[-1]) else number

    def _reveal(self, wanted: Match, number: int) -> None:
        """Unfold where what was found is, unless what is shown of it is as good."""
        with self._book.lock:
            place = self.place(number)
            if self._folding and place is not None and not self._fits(wanted, self._run(place)[-1]):
                self._unfolded.add(number)
                self._folds = None

    def _found(self, wanted: Match, step: int, number: int | None, cancelled: Cancelled) -> int | None:
        """Return the next or previous wanted entry, None if there is none."""
        starts, key = self._starts(number, step)
        stretch = Stretch(self._book.pages, starts, key, wanted.within(self._wanted))
        if step < 0:
            stretch.back(1, cancelled, self._looked)
        else:
            stretch.forth(1, self._book.highs(), cancelled, self._looked)
        found = stretch.span()
        return stretch.rows.numbers[found[-1] if step < 0 else found[0]] if found else None

    def _starts(self, number: int | None, step: int) -> tuple[dict[int, int], int]:
        """Return where in each log to begin from an entry, exclusively, and its key; from the end for None."""
        pages = self._book.pages
        if number is None:
            return self._book.highs(), NEVER
        index, position = place_of(number)
        page = pages[index].after(position)
        key = page.first_key if page is not None and page.first_key is not None else NEVER
        if step > 0 and page is not None:
            numbers = page.batch.rows.numbers
            position = place_of(numbers[1])[1] if len(numbers) > 1 else page.high
        starts = {other: its.at(key) for other, its in pages.items() if other != index}
        return {**starts, index: position}, key
