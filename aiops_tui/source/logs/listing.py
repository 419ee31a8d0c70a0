"""Entries by place: an older stretch of the logs and their end after it, those that say the same as one."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import replace

from aiops_tui.model.records import LogEntry
from aiops_tui.source.logs.book import LogBook
from aiops_tui.source.logs.folds import Folds
from aiops_tui.source.logs.match import EVERYTHING, Match
from aiops_tui.source.logs.rows import Extra, Rows
from aiops_tui.source.logs.stretch import Stretch

_SPARE = 1000
"""So many verdicts of entries that are gone are kept."""


class Listing:
    """What is shown of a book: the wanted entries of a stretch, and where they follow on it those of the end.

    While ``folding``, neighbours that say the same are one: the latest of them, which knows how many they are.
    """

    def __init__(self, book: LogBook, *, folding: bool) -> None:
        self._book = book
        self._folding = folding
        self._unfolded: set[int] = set()
        self._folds: tuple[int, Folds] | None = None
        self._wanted = EVERYTHING
        self._stretch: Stretch | None = None
        self._joined = True  # the end of the logs follows on the stretch
        self._rows, self._extras = Rows(), dict[int, Extra]()
        self._older = range(0)
        self._tail = (Rows(), 0)
        self._verdicts: dict[int, bool] = {}
        self._sizes: dict[int, int] = {}

    def __len__(self) -> int:
        with self._book.lock:
            return len(self._rows_now()) if self._folding else self._size()

    def __getitem__(self, place: int) -> LogEntry:
        with self._book.lock:
            run = self._run(place)
            entry = self._entry(run[-1])
            return replace(entry, repeats=len(run)) if len(run) > 1 else entry

    def all(self) -> list[LogEntry]:
        """Return every entry that is at hand, folded or not."""
        with self._book.lock:
            return [self._entry(place) for place in range(self._size())]

    def place(self, number: int) -> int | None:
        """Return where the entry of that number is, None if it is not among these."""
        with self._book.lock:
            place = self._place(number)
            return self._rows_now().row(place) if self._folding and place is not None else place

    def _refold(self, number: int) -> None:
        with self._book.lock:
            place = self._place(number)
            if place is None or not self._folding:
                return
            folds = Folds(self._kinds())
            run = folds.run(folds.row(place))
            opened = {number for number in self._unfolded if (at := self._place(number)) is not None and at in run}
            self._unfolded ^= opened or {number}
            self._folds = None

    def _size(self) -> int:
        rows, place = self._tail
        return len(self._older) + (len(rows) - place if self._joined else 0)

    def _run(self, row: int) -> range:
        """Return the places, whatever is folded, of the entries of a row."""
        if self._folding:
            return self._rows_now().run(row)
        place = range(self._size())[row]
        return range(place, place + 1)

    def _rows_now(self) -> Folds:
        """Return what is folded; what the book has read since is looked at as it is asked for."""
        version = self._book.version
        if self._folds is None or self._folds[0] != version:
            places = map(self._place, self._unfolded)
            self._folds = version, Folds(self._kinds(), [place for place in places if place is not None])
        return self._folds[1]

    def _kinds(self) -> array[int]:
        kinds = array("q")
        for rows, span, _ in self._parts():
            kinds += rows.kinds[span.start : span.stop]
        return kinds

    def _entry(self, place: int) -> LogEntry:
        rows, at, extras = self._at(place)
        return self._book.entry_of(rows, at, extras)

    def _place(self, number: int) -> int | None:
        for rows, span, before in self._parts():
            try:
                return rows.numbers.index(number, span.start, span.stop) - span.start + before
            except ValueError:
                continue
        return None

    @property
    def at_start(self) -> bool:
        """Whether there is nothing older than the first entry."""
        return self._stretch is not None and self._stretch.begun

    @property
    def at_end(self) -> bool:
        """Whether the entries go on to the end of the logs."""
        return self._joined

    def _at(self, place: int) -> tuple[Rows, int, Mapping[int, Extra]]:
        if place < len(self._older):
            return self._rows, self._older.start + place, self._extras
        rows, start = self._tail
        return rows, start + place - len(self._older), self._book.tail()[1]

    def _parts(self) -> list[tuple[Rows, range, int]]:
        parts = [(self._rows, self._older, 0)]
        rows, start = self._tail
        return [*parts, (rows, range(start, len(rows)), len(self._older))] if self._joined else parts

    def _forget(self) -> None:
        """Let go of what is older than the end."""
        self._stretch, self._folds = None, None
        self._rows, self._extras, self._older = Rows(), {}, range(0)

    def _chosen(self, rows: Rows, extras: Mapping[int, Extra], start: int) -> list[int]:
        """Return the places of the entries that are wanted; each is looked at once, and when lines were added."""
        known, sizes = self._verdicts, self._sizes
        if len(known) > 2 * len(rows) + _SPARE:
            known.clear()
        grown = {number for number, extra in extras.items() if sizes.get(number) != len(extra.lines)}
        self._sizes = {number: len(extra.lines) for number, extra in extras.items()}
        for place, number in enumerate(rows.numbers):
            if number not in known or number in grown:
                known[number] = self._wanted.wants(rows, place, extras.get(number))
        return [place for place, number in enumerate(rows.numbers) if known[number] and place >= start]

    def _fits(self, wanted: Match, place: int) -> bool:
        rows, at, extras = self._at(place)
        return wanted.wants(rows, at, extras.get(rows.numbers[at]))
