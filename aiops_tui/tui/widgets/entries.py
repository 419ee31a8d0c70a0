"""The log as a list: it follows the end until one scrolls back, then stands still and counts what came since."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from aiops_tui.charts.spans import Line, Span
from aiops_tui.model.records import LogEntry
from aiops_tui.text.cells import cut, fit
from aiops_tui.text.cells import width as cells
from aiops_tui.text.formats import NOTHING, clock, moment, number
from aiops_tui.tui.bindings import bindings_of
from aiops_tui.tui.history import Mark
from aiops_tui.tui.widgets.empty import Emptiness, empty_lines
from aiops_tui.tui.widgets.lines import EMPTY
from aiops_tui.tui.widgets.rows import Rows

_LEVEL = 8
_LONGEST_SOURCE = 18
_ROOM_FOR_SOURCE, _ROOM_FOR_ORIGIN = 70, 90
_ORIGIN = 24
_ERRORS = frozenset({"critical", "error"})


class Book(Protocol):
    """What the list needs of the entries read so far; ``version`` changes whenever they do."""

    @property
    def version(self) -> int:
        """A number that grows with each change."""

    def __len__(self) -> int: ...

    def __getitem__(self, place: int, /) -> LogEntry: ...

    def place(self, number: int, /) -> int | None:
        """Return where the entry of that number is, None if it is not kept any more."""


class Entries(Rows):
    """The entries of a log book; nothing is kept of them but the number of the selected one."""

    BINDINGS = bindings_of("log")

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id or "entries", classes=classes)
        self.book: Book | None = None
        self.following = True
        self.emptiness = Emptiness()
        self._version: int | None = None
        self._seen = 0
        self._top_number: int | None = None
        self._source_cells = 0
        """As wide as the widest name that was in view, so that nothing moves back."""

    def show(self, book: Book | None, emptiness: Emptiness) -> None:
        """Take what was read since; draws nothing if nothing was."""
        version = None if book is None else book.version
        if (book, version, emptiness) == (self.book, self._version, self.emptiness) and self._look == self.look:
            return
        self.book, self._version, self.emptiness = book, version, emptiness
        if self.following:
            self._to_end()
        else:
            self._stand_still()
        self.redraw()

    def title(self) -> Line:
        """Return the list's name."""
        return (Span(self.look.words.title("entries"), "title"),)

    def aside(self, width: int) -> Line:
        """Return whether the end is followed, else how many entries came since it was left."""
        words = self.look.words
        if not self.count():
            return EMPTY
        if self.following:
            return (Span("● ", "accent"), Span(words("tui.following"), "muted"))
        new = self._last_number() - self._seen
        return (Span(words("tui.new_lines", n=number(new)), "accent" if new else "muted"),)

    def count(self) -> int:
        """Return how many entries there are."""
        return len(self.book) if self.book is not None else 0

    def key_of(self, row: int) -> str:
        """Return an entry's number."""
        entry = self._entry(row)
        return str(entry.number) if entry else ""

    def find_row(self, key: str) -> int | None:
        """Return where an entry is now, None if it was dropped."""
        return self._find(int(key)) if key else None

    def entry(self) -> LogEntry | None:
        """Return the selected entry."""
        return self._entry(self.row)

    def text_of(self, row: int) -> str:
        """Return an entry as its file has it."""
        entry = self._entry(row)
        if entry is None:
            return ""
        head = f"{moment(entry.time, self.look.zone)} {entry.level.upper()} {entry.source} {entry.message}"
        return "\n".join((head, *entry.more))

    def line(self, row: int, width: int) -> Line:
        """Return the first line of an entry."""
        entry = self._entry(row)
        if entry is None:
            return EMPTY
        look = self.look
        dated = self._is_old(self._entry(self.top))
        when = moment(entry.time, look.zone)[5:] if dated else clock(entry.time, look.zone)
        more = f"  +{len(entry.more)}" if entry.more else ""
        level = look.words.label(entry.level) if entry.level != "other" else NOTHING
        return (
            Span(fit(when, 14 if dated else 8), "label"),
            Span("  ", "text"),
            Span(fit(level, _LEVEL), entry.level if entry.level != "other" else "muted"),
            Span("  ", "text"),
            *self._whence(entry, width),
            Span(entry.message, "text" if entry.level != "debug" else "muted"),
            Span(more, "muted"),
        )

    def _whence(self, entry: LogEntry, width: int) -> Line:
        """Return the file, and which part of the program speaks, as far as there is room."""
        texts = []
        if width >= _ROOM_FOR_SOURCE:
            texts.append(fit(entry.source, self._source_cells))
        if width >= _ROOM_FOR_ORIGIN and entry.origin:
            texts.append(cut(entry.origin, _ORIGIN))
        return tuple(Span(f"{text}  ", "muted") for text in texts)

    def content(self, width: int, height: int) -> Sequence[Line]:
        """Return the entries that can be seen, and remember the first of them."""
        for row in range(self.top, self.top + height):
            entry = self._entry(row)
            if entry is not None:
                self._source_cells = min(max(self._source_cells, cells(entry.source)), _LONGEST_SOURCE)
        lines = super().content(width, height)
        first = self._entry(self.top)
        self._top_number = first.number if first else None
        return lines

    def empty(self, width: int, height: int) -> Sequence[Line]:
        """Return why there are no entries."""
        return empty_lines("entries", self.emptiness, self.look.words, width, height)

    def select(self, row: int) -> None:
        """Select an entry; selecting the last one follows the end again."""
        was = self.following
        self.following = row >= self.count() - 1
        if was and not self.following:
            self._seen = self._last_number()
        super().select(row)

    def scroll_rows(self, rows: int) -> None:
        """Scroll; back stands still, at the end follows again."""
        if self.following and rows < 0:
            self._seen = self._last_number()
        super().scroll_rows(rows)
        self.following = self.top >= self.count() - self._page
        if self.following:
            self._to_end()
        else:
            self.row = min(max(self.row, self.top), self.top + self._page - 1)
            self._key = self.key_of(self.row)
        self.redraw()

    def mark(self) -> Mark:
        """Return where one is; following the end is a place too."""
        return Mark() if self.following else super().mark()

    def restore(self, mark: Mark) -> None:
        """Go where one was."""
        self.following = mark.key is None
        if self.following:
            self._to_end()
            self.redraw()
        else:
            super().restore(mark)

    def settle(self) -> None:
        """Bring the selection within what there is; while following, to the end."""
        if self.following:
            self._to_end()
        super().settle()

    def action_next_error(self) -> None:
        """Select the next error."""
        self._error(1)

    def action_previous_error(self) -> None:
        """Select the error before."""
        self._error(-1)

    def _error(self, step: int) -> None:
        row = self.row + step
        while 0 <= row < self.count():
            entry = self._entry(row)
            if entry is not None and entry.level in _ERRORS:
                self.select(row)
                return
            row += step

    def _entry(self, row: int) -> LogEntry | None:
        if self.book is None or not 0 <= row < len(self.book):
            return None
        try:
            return self.book[row]
        except IndexError:  # dropped by the reader since its length was asked
            return None

    def _is_old(self, entry: LogEntry | None) -> bool:
        """Whether an entry is of before today, so that dates are needed."""
        day = self.look.day
        return entry is not None and entry.time is not None and day is not None and entry.time < day

    def _last_number(self) -> int:
        entry = self._entry(self.count() - 1)
        return entry.number if entry else 0

    def _find(self, entry_number: int) -> int | None:
        return self.book.place(entry_number) if self.book is not None else None

    def _to_end(self) -> None:
        self.row = max(self.count() - 1, 0)
        self.top = max(self.count() - self._page, 0)
        self._key = self.key_of(self.row) if self.count() else None

    def _stand_still(self) -> None:
        """Keep the same entries in view where the oldest ones were dropped, or late ones came in between."""
        top = self._find(self._top_number) if self._top_number is not None else None
        row = self._find(int(self._key)) if self._key else None
        self.top = top if top is not None else 0
        self.row = row if row is not None else self.top
        self._key = self.key_of(self.row)
        super().settle()
