"""A list of rows of which only the visible ones are made, with a selection that stays with its row."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message

from aiops_tui.charts.spans import Line, Span
from aiops_tui.tui.bindings import bindings_of
from aiops_tui.tui.history import Mark
from aiops_tui.tui.widgets.drawn import Framed
from aiops_tui.tui.widgets.lines import EMPTY, fit_line, highlighted, on_ground

_WHEEL = 3


class Rows(Framed, can_focus=True):
    """Rows by number and key; subclasses say what they are.

    The selection is kept by key when rows move. Nothing but the visible rows is ever drawn, so that a list may be as
    long as it likes.
    """

    BINDINGS = bindings_of("list")

    class Opened(Message):
        """Somebody wants into the selected row."""

        def __init__(self, rows: Rows, row: int) -> None:
            super().__init__()
            self.rows = rows
            self.row = row

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.row = 0
        self.top = 0
        self.needle = ""
        self._key: str | None = None
        self._page = 1
        self._headed = False

    @property
    def lit(self) -> bool:
        """Whether the selected row stands out."""
        return self.has_focus

    def count(self) -> int:
        """Return how many rows there are."""
        raise NotImplementedError

    def key_of(self, row: int) -> str:
        """Return what identifies a row."""
        raise NotImplementedError

    def line(self, row: int, width: int) -> Line:
        """Return a row as it is shown."""
        raise NotImplementedError

    def text_of(self, row: int) -> str:
        """Return the whole text of a row, to search and to copy."""
        raise NotImplementedError

    def find_row(self, key: str) -> int | None:
        """Return where the row with this key is now."""
        return next((row for row in range(self.count()) if self.key_of(row) == key), None)

    def head(self, width: int) -> Line:
        """Return the headings, if there are any."""
        return EMPTY

    def empty(self, width: int, height: int) -> Sequence[Line]:
        """Return what is shown when there are no rows."""
        return ()

    def content(self, width: int, height: int) -> Sequence[Line]:
        """Return the headings and the rows that can be seen."""
        total = self.count()
        if not total:
            return self.empty(width, height)
        head = self.head(width - 1)
        self._headed = bool(head)
        self._page = max(height - bool(head), 1)
        self.settle()
        scrollable = total > self._page
        lines = [fit_line((Span(" ", "text"), *head), width)] if head else []
        thumb = self._thumb(total) if scrollable else range(0)
        for place in range(min(self._page, total - self.top)):
            line = self._shown(self.top + place, width - 1)
            lines.append((*line, Span("▐", "border") if place in thumb else line[-1]._replace(text=" ", role="text")))
        return lines

    def _shown(self, row: int, width: int) -> Line:
        line = self.line(row, width - 1)
        line = self.with_hits(line)
        if row != self.row:
            return fit_line((Span(" ", "text"), *line), width)
        ground = "selected" if self.lit else "selected.blur"
        return on_ground(fit_line((Span("▌" if self.lit else " ", "accent"), *line), width), ground)

    def with_hits(self, line: Line) -> Line:
        """Return a line with what is sought marked."""
        return highlighted(line, self.needle) if self.needle else line

    def _thumb(self, total: int) -> range:
        size = max(self._page * self._page // total, 1)
        start = round((self._page - size) * self.top / max(total - self._page, 1))
        return range(start, start + size)

    def settle(self) -> None:
        """Bring selection and scroll within what there is."""
        total = self.count()
        self.row = min(max(self.row, 0), max(total - 1, 0))
        self.top = min(max(self.top, 0), max(total - self._page, 0))

    def rows_changed(self) -> None:
        """Follow the selected row to where it is now."""
        if self._key is not None and not (self.row < self.count() and self.key_of(self.row) == self._key):
            found = self.find_row(self._key)
            if found is not None:
                self.top += found - self.row
                self.row = found
        self.settle()
        self.redraw()

    def select(self, row: int) -> None:
        """Select a row and bring it into view."""
        total = self.count()
        if not total:
            return
        self.row = min(max(row, 0), total - 1)
        self._key = self.key_of(self.row)
        self.top = min(max(self.top, self.row - self._page + 1), self.row)
        self.redraw()

    def scroll_rows(self, rows: int) -> None:
        """Scroll without changing the selection."""
        self.top += rows
        self.settle()
        self.redraw()

    def mark(self) -> Mark:
        """Return where one is in the list."""
        return Mark(self.row, self.top, self._key)

    def restore(self, mark: Mark) -> None:
        """Go where one was in the list."""
        self.row, self.top, self._key = mark.row, mark.top, mark.key
        self.rows_changed()

    def find(self, needle: str) -> bool:
        """Mark a text and go to the first row from the selected one that has it; say whether there is one."""
        self.needle = needle.lower()
        found = bool(needle) and self.hit(1, here=True)
        self.redraw()
        return found

    def hit(self, step: int, *, here: bool = False) -> bool:
        """Select the next (1) or previous (-1) row that has the text sought, round the end; say if there is one."""
        total = self.count()
        if not self.needle:
            return False
        for distance in range(0 if here else 1, total + (0 if here else 1)):
            row = (self.row + step * distance) % total
            if self.needle in self.text_of(row).lower():
                self.select(row)
                return True
        return False

    def action_up(self) -> None:
        """Select the row above."""
        self.select(self.row - 1)

    def action_down(self) -> None:
        """Select the row below."""
        self.select(self.row + 1)

    def action_page_up(self) -> None:
        """Go a page up."""
        self.select(self.row - self._page)

    def action_page_down(self) -> None:
        """Go a page down."""
        self.select(self.row + self._page)

    def action_top(self) -> None:
        """Select the first row."""
        self.select(0)

    def action_bottom(self) -> None:
        """Select the last row."""
        self.select(self.count() - 1)

    def action_open(self) -> None:
        """Go into the selected row."""
        if self.count():
            self.post_message(self.Opened(self, self.row))

    def action_sort(self) -> None:
        """Sort by the next column, where there are columns."""

    def action_reverse(self) -> None:
        """Sort the other way round, where there are columns."""

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll down."""
        event.stop()
        self.scroll_rows(_WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up."""
        event.stop()
        self.scroll_rows(-_WHEEL)

    def on_click(self, event: events.Click) -> None:
        """Select the row that was clicked; a second click goes into it."""
        row = self.top + event.y - 1 - self._headed
        if not self.top <= row < min(self.top + self._page, self.count()):
            return
        self.select(row)
        if event.chain == 2:
            self.action_open()
