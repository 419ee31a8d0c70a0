"""The log as a list: it follows the end until one scrolls back, then stands still and counts what came since."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from textual.message import Message

from aiops_tui.charts.spans import Line, Span
from aiops_tui.model.filters import Filter
from aiops_tui.model.records import Arrival, LogEntry
from aiops_tui.text.cells import cut, fit
from aiops_tui.text.cells import width as cells
from aiops_tui.text.formats import NOTHING, clock, moment, number
from aiops_tui.tui.bindings import bindings_of
from aiops_tui.tui.history import Mark
from aiops_tui.tui.keys import key_named
from aiops_tui.tui.logbook import Book
from aiops_tui.tui.look import host
from aiops_tui.tui.sourcemarks import called, mark_of
from aiops_tui.tui.widgets.empty import Emptiness, empty_lines
from aiops_tui.tui.widgets.lines import EMPTY, marked
from aiops_tui.tui.widgets.rows import Rows

_LEVEL = 8
_LONGEST_SOURCE = 18
_ROOM_FOR_SOURCE, _ROOM_FOR_ORIGIN = 70, 90
_ORIGIN = 24
_MOST_TO_FILL = 20_000
_UNTOLD = {"other", "unanalysed"}


class Entries(Rows):
    """The entries of the logs; nothing is kept of them but the numbers of the selected one and the first in view."""

    BINDINGS = bindings_of("log")

    class Moved(Message):
        """There is something else to be seen in the logs."""

    class Around(Message):
        """Somebody wants to see the conversations around an entry."""

        def __init__(self, moment: datetime) -> None:
            super().__init__()
            self.moment = moment

    class Choosing(Message):
        """Somebody wants to switch logs on and off."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id or "entries", classes=classes)
        self._dated = False
        self.book: Book | None = None
        self.following = True
        self.emptiness = Emptiness()
        self.veil: Callable[[LogEntry], LogEntry] | None = None
        """Keeps back what others are not to see, while a picture is taken."""
        self.marked: int | None = None
        self._version: tuple[object, ...] = ()
        self._arrival = 0
        self._seen = 0
        self._sought = ""
        self._expression = ""
        self._told = False
        self._top_number: int | None = None
        self._source_cells = 0
        """As wide as the widest name that was in view, so that nothing moves back."""

    def show(self, book: Book | None, emptiness: Emptiness) -> None:
        """Take what was read since; draws nothing if nothing was."""
        version = () if book is None else (book.version, book.busy >> 22)
        if (book, version, emptiness) == (self.book, self._version, self.emptiness) and self._look == self.look:
            return
        if book is not None and book is not self.book:
            book.listener = self._hear
            self._arrival = book.arrival.serial
        self.book, self._version, self.emptiness = book, version, emptiness
        if book is not None and book.arrival.serial != self._arrival:
            self._arrive(book.arrival)
        elif self.following:
            self._to_end()
            self._fill()
        else:
            self._stand_still()
        if book is not None:
            book.following = self.following
        self.redraw()

    def _hear(self) -> None:
        """Be told from any thread; many times at once count once."""
        if not self._told:
            self._told = True
            self.post_message(self.Moved())

    def on_entries_moved(self, event: Moved) -> None:
        """Show what there is to be seen."""
        event.stop()
        self._told = False
        if self.display:
            self.show(self.book, self.emptiness)

    def _arrive(self, arrival: Arrival) -> None:
        """Select what a jump led to."""
        self._arrival = arrival.serial
        row = None if arrival.number is None else self._find(arrival.number)
        if arrival.missed:
            host(self).tell(self.look.words("tui.logs.none_there"))
            self._stand_still()
        elif row is None:
            self.following = True
            self._to_end()
        else:
            self._leave_end()
            if not self.top <= row < self.top + self._page or self._top_number != self._number(self.top):
                self.top = row - self._page // 3
            self.select(row)

    def title(self) -> Line:
        """Return the list's name."""
        return (Span(self.look.words.title("entries"), "title"),)

    def aside(self, width: int) -> Line:
        """Return whether the end is followed, else how many entries came since it was left."""
        words = self.look.words
        if self.book is not None and self.book.busy >> 22:
            return (Span(words("tui.logs.reading", mib=number(self.book.busy >> 20)), "muted"),)
        if not self.count():
            return EMPTY
        if self.book is not None and self.book.behind >> 20:
            return (Span(words("tui.logs.behind", mib=number(self.book.behind >> 20)), "warning"),)
        if self._sought and (hits := self._hits()):
            return hits
        if self.following:
            return (Span("● ", "accent"), Span(words("tui.following"), "muted"))
        new = self.book.arrived - self._seen if self.book is not None else 0
        return (Span(words("tui.new_lines", n=number(new)), "accent" if new else "muted"),)

    def _hits(self) -> Line:
        """Return how many entries have what is sought, and which of them is selected."""
        entry = self.entry()
        found = self.book.found(entry.number if entry else None) if self.book is not None else None
        if found is None:
            return EMPTY
        words, n = self.look.words, number(found.n) + ("+" if found.most else "")
        text = (
            words("tui.logs.hits", n=n)
            if found.place is None or found.counting
            else words("tui.logs.hit", place=number(found.place), n=n)
        )
        return (Span(text, "accent"), Span(" …" if found.counting else "", "muted"))

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
        dated = self._dated
        when = moment(entry.time, look.zone)[5:] if dated else clock(entry.time, look.zone)
        more = f"  +{len(entry.more)}" if entry.more else ""
        repeated = f"×{number(entry.repeats)}  " if entry.repeats > 1 else ""
        level = look.words.label(entry.level) if entry.level not in _UNTOLD else NOTHING
        return (
            Span(fit(when, 14 if dated else 8), "label"),
            Span("  ", "text"),
            Span(fit(level, _LEVEL), entry.level if entry.level not in _UNTOLD else "muted"),
            Span("  ", "text"),
            *self._whence(entry, width),
            Span(repeated, "accent"),
            Span(entry.message, "text" if entry.level != "debug" else "muted"),
            Span(more, "muted"),
        )

    def _whence(self, entry: LogEntry, width: int) -> Line:
        """Return the log by its mark and name, and which part of the program speaks, as far as there is room."""
        names = self.book.sources if self.book is not None else ()
        mark = mark_of(entry.source, names)
        spans = [Span(f"{mark.glyph} ", mark.role)] if len(names) > 1 else []
        if width >= _ROOM_FOR_SOURCE:
            role = mark.role if entry.conversation is not None else "muted"
            spans.append(Span(fit(called(entry.source, self.look.words), self._source_cells) + "  ", role))
        if width >= _ROOM_FOR_ORIGIN and entry.origin:
            spans.append(Span(cut(entry.origin, _ORIGIN) + "  ", "muted"))
        return tuple(spans)

    def content(self, width: int, height: int) -> Sequence[Line]:
        """Return the entries that can be seen, and remember the first of them."""
        self._dated = False
        for row in range(self.top, self.top + height):
            entry = self._entry(row)
            if entry is not None:
                self._dated = self._dated or self._is_old(entry)
                self._source_cells = min(
                    max(self._source_cells, cells(called(entry.source, self.look.words))), _LONGEST_SOURCE
                )
        lines = super().content(width, height)
        first = self._entry(self.top)
        self._top_number = first.number if first else None
        return lines

    def empty(self, width: int, height: int) -> Sequence[Line]:
        """Return why there are no entries."""
        return empty_lines("entries", self.emptiness, self.look.words, width, height)

    def select(self, row: int) -> None:
        """Select an entry; selecting the very last one follows the end again, near either end more is read."""
        book = self.book
        if book is None:
            return
        if row >= self.count() - 1 and book.at_end:
            self.following = True
        else:
            self._leave_end()
        super().select(row)
        self._read_on()

    def _fill(self) -> None:
        """Read more where repetitions leave the list with less than it has room for, if they are not too many."""
        total = self.count()
        if self.book is not None and total < self._page and not self.book.at_start:
            entries = filter(None, map(self._entry, range(total)))
            if sum(entry.repeats for entry in entries) < _MOST_TO_FILL:
                self.book.older()

    def on_resize(self) -> None:
        """Read more where there is room for more than was read."""
        if self.following:
            self.call_next(self._fill)

    def _leave_end(self) -> None:
        if self.following and self.book is not None:
            self._seen = self.book.arrived
            self.book.following = False
        self.following = False

    def _read_on(self) -> None:
        """Read more where one comes near what was read."""
        if self.book is None:
            return
        if self.top < 2 * self._page and not self.book.at_start:
            self.book.older()
        elif self.top + 3 * self._page > self.count() and not self.book.at_end:
            self.book.newer()

    def scroll_rows(self, rows: int) -> None:
        """Scroll; back stands still, at the end follows again."""
        if rows < 0:
            self._leave_end()
        super().scroll_rows(rows)
        self.following = self.top >= self.count() - self._page and self.book is not None and self.book.at_end
        if self.following:
            self._to_end()
        else:
            self.row = min(max(self.row, self.top), self.top + self._page - 1)
            self._key = self.key_of(self.row)
            self._read_on()
        self.redraw()

    def action_top(self) -> None:
        """Go to the beginning of the logs."""
        if self.book is not None and not self.book.at_start:
            self.book.oldest()
        else:
            super().action_top()

    def action_bottom(self) -> None:
        """Go to the end of the logs and follow it."""
        if self.book is not None and not self.book.at_end:
            self.book.latest()
        else:
            super().action_bottom()

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

    def seek(self, moment: datetime) -> None:
        """Go to the first entry at or after a moment."""
        if self.book is not None:
            self.book.seek(moment)

    def narrow(self, wanted: Filter, hidden: frozenset[str]) -> None:
        """Show only what a filter lets through, of the logs that are not hidden."""
        if self.book is not None:
            self.book.show_only(wanted, hidden)

    def find(self, needle: str) -> bool:
        """Mark a text and go to the latest entry that has it, from the selected one back; if none has, that is told."""
        self._sought = needle.strip()
        is_expression = len(needle) > 2 and needle.startswith("/") and needle.endswith("/")
        self.needle = "" if is_expression else needle.lower()
        self._expression = needle[1:-1] if is_expression else ""
        here = self.entry()
        if self.book is not None:
            self.book.count(self._sought)
        if self.needle and here is not None and self.needle in self.text_of(self.row).lower():
            self._leave_end()
        elif self._sought and self.book is not None:
            self.book.find(self._sought, 0, here.number if here else None)
        self.redraw()
        return True

    def with_hits(self, line: Line) -> Line:
        """Return an entry with what is sought marked, a text or what fits an expression."""
        if not self._expression:
            return super().with_hits(line)
        from aiops_tui.source.logs.match import ExpressionError, places_of

        try:
            return marked(line, partial(places_of, self._expression))
        except ExpressionError:  # told as nothing that was found
            return line

    def hit(self, step: int, *, here: bool = False) -> bool:
        """Go to the next (1) or previous (-1) entry that has the text sought, wherever in the logs."""
        entry = self.entry()
        if self.book is None or not self._sought or entry is None:
            return False
        self.book.find(self._sought, step, entry.number)
        return True

    def action_next_error(self) -> None:
        """Go to the next error."""
        self._error(1)

    def action_previous_error(self) -> None:
        """Go to the error before."""
        self._error(-1)

    def _error(self, step: int) -> None:
        entry = self.entry()
        if self.book is not None and entry is not None:
            self.book.next_error(step, entry.number)

    def action_fold(self) -> None:
        """Show the repetitions that the selected entry stands for each by itself, or as one again."""
        entry = self.entry()
        if self.book is not None and entry is not None:
            self._leave_end()
            self.book.fold(entry.number)

    def action_mark(self) -> None:
        """Remember the selected entry."""
        entry = self.entry()
        if entry is not None:
            self.marked = entry.number
            key = key_named("to_mark", host(self).keys).shown
            host(self).tell(self.look.words("tui.logs.marked", key=key), seconds=3)

    def action_to_mark(self) -> None:
        """Go to the entry that was marked, and mark where one was."""
        entry, marked = self.entry(), self.marked
        if self.book is not None and marked is not None:
            self.marked = entry.number if entry is not None else None
            self.book.go(marked)

    def action_around(self) -> None:
        """Ask for the conversations of the minute around the selected entry."""
        entry = self.entry()
        if entry is not None and entry.time is not None:
            self.post_message(self.Around(entry.time))

    def action_sources(self) -> None:
        """Ask which logs to switch on and off."""
        self.post_message(self.Choosing())

    def _entry(self, row: int) -> LogEntry | None:
        if self.book is None or not 0 <= row < len(self.book):
            return None
        try:
            return self.book[row] if self.veil is None else self.veil(self.book[row])
        except IndexError:  # dropped by the reader since its length was asked
            return None

    def _is_old(self, entry: LogEntry | None) -> bool:
        """Whether an entry is of before today, so that dates are needed."""
        day = self.look.day
        return entry is not None and entry.time is not None and day is not None and entry.time < day

    def _number(self, row: int) -> int | None:
        entry = self._entry(row)
        return entry.number if entry else None

    def _find(self, entry_number: int) -> int | None:
        return self.book.place(entry_number) if self.book is not None else None

    def _to_end(self) -> None:
        self.row = max(self.count() - 1, 0)
        self.top = max(self.count() - self._page, 0)
        self._key = self.key_of(self.row) if self.count() else None

    def _stand_still(self) -> None:
        """Keep the same entries in view where others came in before or between them; read them anew if they went."""
        top = self._find(self._top_number) if self._top_number is not None else None
        row = self._find(int(self._key)) if self._key else None
        if row is None and self._key and self.book is not None and self.count():
            self.book.go(int(self._key))
        self.top = top if top is not None else self.top
        self.row = row if row is not None else self.top
        if row is not None:
            self._key = self.key_of(self.row)
        super().settle()
