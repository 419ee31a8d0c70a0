"""What a person looks at in the logs: any stretch of them, up to the end as it grows, narrowed as they wish."""

from __future__ import annotations

import contextlib
import threading
import time
from bisect import bisect_left
from collections.abc import Callable
from datetime import datetime

from aiops_tui.model.filters import Filter
from aiops_tui.model.records import Arrival, Found
from aiops_tui.source.logs.book import LogBook, first_millisecond
from aiops_tui.source.logs.hits import Hits
from aiops_tui.source.logs.match import ERRORS, Clue, ExpressionError, Match
from aiops_tui.source.logs.roving import NEVER, Cancelled, Roving
from aiops_tui.source.logs.stretch import Stretch
from aiops_tui.source.logs.wanted import match_of
from aiops_tui.source.problems import SourceError

PAGE = 1000
"""So many entries are read at once beyond those that are there."""

_TELLING = 0.25
"""While hits are counted, it is told so often how many there are, in seconds."""
Wish = Callable[[Cancelled], None]


class Browser(Roving):
    """Entries by place, like a list: an older stretch, read as it is wished for, and the end of the logs, as it grows.

    Reading is done by `run`, in a thread of its own; all other methods return at once and may be called from any
    thread. ``version`` changes whenever there is something else to be seen; ``listener`` is called then. While
    ``folding``, neighbours that say the same are one: the latest of them, which knows how many they are.
    """

    def __init__(self, book: LogBook, *, folding: bool = False) -> None:
        super().__init__(book, folding=folding)
        self.version = 0
        self.arrival = Arrival()
        self.following = True
        """Whether who looks at this stays at the end: what no longer lies right before it is let go then."""
        self._asked = threading.Condition()
        self._wish: Wish | None = None
        self._narrowing: Wish | None = None
        self._sought: Match | None = None
        self._hunting: tuple[Match, int] | None = None
        self._further = 0
        self._hits: Hits | None = None
        self._told = 0.0
        self._stopping = False

    def fold(self, number: int) -> None:
        """Show the entries that say the same as this one and follow on each other each by itself, or as one again."""
        self._refold(number)
        self._changed()

    @property
    def arrived(self) -> int:
        """How many entries were written since the console was opened."""
        return self._book.arrived

    @property
    def behind(self) -> int:
        """How many bytes were written that are still to be read."""
        return self._book.behind

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the logs; an entry's ``source`` is one of them."""
        return self._book.sources

    # wishes

    def older(self) -> None:
        """Read on before the first entry, unless something is being read."""
        if self._book.polled and not (self.at_start or self._wish or self.busy):
            self._begin(self._read_older)

    def newer(self) -> None:
        """Read on after the last entry, unless something is being read."""
        if not (self._joined or self._wish or self.busy):
            self._begin(self._read_newer)

    def latest(self) -> None:
        """Go to the end."""
        self._begin(lambda cancelled: self._to_end())

    def oldest(self) -> None:
        """Go to the beginning of all logs, those rotated away included."""
        self._begin(lambda cancelled: self._load(-NEVER, cancelled))

    def seek(self, moment: datetime) -> None:
        """Go to the first entry at or after a moment."""
        at = first_millisecond(moment)
        self._begin(lambda cancelled: self._load(at, cancelled))

    def until(self, moment: datetime) -> None:
        """Go to the last entry before a moment, where the end of a window is."""
        at = first_millisecond(moment)
        self._begin(lambda cancelled: self._load(at, cancelled, before=1))

    def go(self, number: int) -> None:
        """Go to an entry."""
        self._begin(lambda cancelled: self._go(number, cancelled))

    def show_only(self, wanted: Filter, hidden: frozenset[str]) -> None:
        """Show only what a filter lets through of the logs that are not hidden."""

        def narrow(cancelled: Cancelled) -> None:
            self._book.turn(hidden)
            self._book.poll_feeds(cancelled)
            self._narrow(match_of(wanted, self.sources, hidden), cancelled)

        self._narrowing = narrow
        self._begin(narrow)

    def next_error(self, step: int, number: int | None) -> None:
        """Go to the next (1) or previous (-1) error from an entry on, or back from the end."""
        self.hunt(ERRORS, step, number)

    def find(self, text: str, step: int, number: int | None) -> None:
        """Go to the next (1) or previous (-1) entry that has a text, or fits an expression between slashes.

        With a step of 0 it is the previous one, or else the next.
        """
        self.hunt(Match(clues=(_clue(text),)), step, number)

    def count(self, text: str) -> None:
        """Count the entries that have a text, or fit an expression between slashes, from now on; none for no text."""
        sought = Match(clues=(_clue(text),)) if text else None
        with contextlib.suppress(ExpressionError):
            if sought is not None:
                sought.clues[0].found_in(b"")
            self._count(sought)
        with self._asked:
            self._asked.notify()

    def found(self, number: int | None) -> Found | None:
        """Return how many entries have what is sought, as far as they were counted, and which of them one is."""
        hits = self._hits
        return hits.found(number) if hits is not None else None

    def hunt(self, wanted: Match, step: int, number: int | None) -> None:
        """Go to the next (1) or previous (-1) entry of those wanted from an entry on, or back from the end.

        Asked for again before it was found, it goes one further.
        """
        with self._asked:
            if step and self._hunting == (wanted, step):
                self._further += 1
                return
        self._begin(lambda cancelled: self._hunt(wanted, step, number, cancelled), (wanted, step))

    def _begin(self, wish: Wish, hunting: tuple[Match, int] | None = None) -> None:
        with self._asked:
            self._hunting, self._further = hunting, 0
            if self._wish is not None and self._wish is self._narrowing:
                # Who narrows the list and goes on at once to look for something does so among what is shown then.
                self._narrowing = wish = _both(self._wish, wish)
            self._wish = wish
            self._asked.notify()

    # the thread

    def run(self) -> None:
        """Fulfil wishes until `stop`, a newer one in the place of one under way; count hits while there are none."""
        while True:
            with self._asked:
                while self._wish is None and not self._stopping and not (self._hits and self._hits.left):
                    self._asked.wait()
                if self._stopping:
                    return
                wish, self._wish = self._wish, None
                self.busy = 0 if wish is None else 1  # at once, lest a lesser wish take the place of this one
            if wish is None:
                self._count_on()
                continue
            try:
                wish(lambda: self._stopping or self._wish is not None)
            except (ExpressionError, SourceError):
                self._arrived(None, missed=True)
            finally:
                self.busy = 0
            with self._asked:
                if self._wish is None:
                    self._hunting = None
            self._changed()

    def stop(self) -> None:
        """End `run`."""
        with self._asked:
            self._stopping = True
            self._asked.notify()

    def refresh(self) -> bool:
        """Take in what was written since, and say whether there was anything; called by who polls the book."""
        behind = False
        with self._book.lock:
            if self._seen == self._book.version:
                return False
            self._seen = self._book.version
            rows, extras, place = self._book.tail()
            if self._stretch is not None and self._joined and self._book.seam != self._seam:
                # Entries have gone that were between the stretch and the end.
                behind = self.following and bool(self._wanted)
                if not self.following:
                    self._joined = False
                elif not behind:
                    self._forget()
            self._folds = None
            self._tail = (rows, place)
            if self._wanted:
                kept = self._chosen(rows, extras, place)
                self._tail = (rows.picked(kept), 0)
            self.version += 1
        if behind and not (self._wish or self.busy):
            self._begin(self._catch_up)
        with self._asked:
            self._asked.notify()
        self.listener()
        return True

    def _changed(self, arrival: Arrival | None = None) -> None:
        with self._book.lock:
            if arrival is not None:
                self.arrival = arrival
            self.version += 1
        self.listener()

    def _arrived(self, number: int | None, *, missed: bool = False) -> None:
        self._changed(Arrival(self.arrival.serial + 1, number, missed))

    # moving about

    def _to_end(self) -> None:
        with self._book.lock:
            self._joined, self._seen = True, -1
            self._forget()
        self.refresh()
        self._arrived(None)

    def _narrow(self, wanted: Match, cancelled: Cancelled) -> None:
        self._wanted = wanted
        self._verdicts = {}
        self._count(self._sought)
        self._to_end()
        if wanted and self._book.polled and self._size() < PAGE:
            self._read_older(cancelled)

    def _read_older(self, cancelled: Cancelled) -> None:
        stretch = self._stretch
        if stretch is None:
            lows, key = self._book.lows()
            stretch = Stretch(self._book.pages, lows, key, self._wanted)
        stretch.back(PAGE, cancelled, self._looked)
        if not self._show(stretch, lying_before=self.following and self._joined):
            self._stretch = stretch
            self._catch_up(cancelled)

    def _catch_up(self, cancelled: Cancelled) -> None:
        """Read what went from the end since, up to where the end begins now."""
        stretch = self._stretch
        while stretch is not None and not cancelled():
            stretch.forth(NEVER, self._book.lows()[0], cancelled)
            if self._show(stretch, lying_before=True):
                return

    def _read_newer(self, cancelled: Cancelled) -> None:
        if self._stretch is not None:
            self._stretch.forth(PAGE, self._book.highs(), cancelled, self._looked)
            self._show(self._stretch)

    def _load(self, key: int, cancelled: Cancelled, before: int = 0) -> None:
        """Show what is around a time, in milliseconds, and go to the first entry at or after it, or so many before."""
        self._show_around(key, cancelled)
        with self._book.lock:
            keys = [rows.keys[at] for rows, span, _ in self._parts() for at in span]
            place = max(min(bisect_left(keys, key) - before, len(keys) - 1), 0)
            number = self._entry(place).number if keys else None
        self._arrived(number, missed=number is None)

    def _go(self, number: int, cancelled: Cancelled) -> None:
        self._bring(number, cancelled)
        self._arrived(number, missed=self.place(number) is None)

    def _count(self, sought: Match | None) -> None:
        self._sought = sought
        self._hits = None if sought is None else Hits(self._book.pages, sought.within(self._wanted))

    def _count_on(self) -> None:
        hits = self._hits
        if hits is not None:
            hits.step()
            if not hits.left or time.monotonic() - self._told > _TELLING:
                self._told = time.monotonic()
                self._changed()

    def _hunt(self, wanted: Match, step: int, number: int | None, cancelled: Cancelled) -> None:
        again = True
        while again:
            found = self._found_apart(wanted, step or -1, number, cancelled)
            if found is None and step == 0 and number is not None:
                found = self._found_apart(wanted, 1, number, cancelled)
            if cancelled():
                return
            if found is None:
                self._arrived(number, missed=True)
            else:
                self._reveal(wanted, found)
                self._arrived(found)
            with self._asked:
                again = found is not None and self._further > 0
                self._further -= again
                if not again and self._wish is None:
                    self._hunting = None
            number = found


def _both(one: Wish, other: Wish) -> Wish:
    def wish(cancelled: Cancelled) -> None:
        one(cancelled)
        other(cancelled)

    return wish


def _clue(text: str) -> Clue:
    is_expression = len(text) > 2 and text.startswith("/") and text.endswith("/")
    return Clue(text[1:-1], literal=False) if is_expression else Clue(text)
