"""A text to read: lines made for the width, scrolled by line and page."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.geometry import Size

from aiops_tui.charts.spans import Line, Span
from aiops_tui.tui.bindings import bindings_of
from aiops_tui.tui.look import Look
from aiops_tui.tui.widgets.drawn import Framed
from aiops_tui.tui.widgets.lines import fit_line, highlighted

Write = Callable[[int], Sequence[Line]]
"""Makes the lines of a text for a width."""

_WHEEL = 3


class Reader(Framed, can_focus=True):
    """Shows what a function writes for the width there is."""

    BINDINGS = bindings_of("list")

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.heading = ""
        self.needle = ""
        self.top = 0
        self._write: Write = lambda width: ()
        self._written: tuple[tuple[int, Look], Sequence[Line]] | None = None
        self._page = 1
        self._total = 0
        self._height = 0

    def show(self, heading: str, write: Write, *, keep_place: bool = False) -> None:
        """Take a text with its heading, from the beginning unless told otherwise."""
        self.heading, self._write, self._written = heading, write, None
        self.top = self.top if keep_place else 0
        self.redraw()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the lines that the whole text takes, for a style sheet that asks for no more."""
        return len(self._text(width - 2)) + 2

    def _text(self, width: int) -> Sequence[Line]:
        """Return all lines for a width inside the frame; to make them anew at each step would take long."""
        key = width, self.look
        if self._written is None or self._written[0] != key:
            self._written = key, self._write(max(width - 2, 1))
        return self._written[1]

    def title(self) -> Line:
        """Return the heading."""
        return (Span(self.heading, "title"),)

    def aside(self, width: int) -> Line:
        """Return how far one has read, if there is more than a page."""
        if self._total <= self._page:
            return ()
        seen = min(self.top + self._page, self._total)
        return (Span(f"{100 * seen // self._total}%", "muted"),)

    def content(self, width: int, height: int) -> Sequence[Line]:
        """Return the lines that are in view."""
        lines = self._text(width)
        self._page, self._total = max(height, 1), len(lines)
        self.top = min(max(self.top, 0), max(self._total - self._page, 0))
        seen = lines[self.top : self.top + height]
        if self.needle:
            seen = [highlighted(line, self.needle) for line in seen]
        return [fit_line((Span(" ", "text"), *line), width) for line in seen]

    def find(self, needle: str) -> bool:
        """Mark a text and go to the first line that has it; say whether there is one."""
        self.needle = needle.lower()
        self.top -= 1
        return self.hit(1)

    def hit(self, step: int) -> bool:
        """Go to the next (1) or previous (-1) line that has the text sought; say whether there is one."""
        if not self.needle:
            return False
        lines = self._text(self.size.width - 2)
        for distance in range(1, len(lines) + 1):
            place = (self.top + step * distance) % len(lines)
            if self.needle in "".join(span.text for span in lines[place]).lower():
                self._go(place)
                return True
        self.redraw()
        return False

    def action_up(self) -> None:
        """Go a line up."""
        self._go(self.top - 1)

    def action_down(self) -> None:
        """Go a line down."""
        self._go(self.top + 1)

    def action_page_up(self) -> None:
        """Go a page up."""
        self._go(self.top - self._page)

    def action_page_down(self) -> None:
        """Go a page down."""
        self._go(self.top + self._page)

    def action_top(self) -> None:
        """Go to the beginning."""
        self._go(0)

    def action_bottom(self) -> None:
        """Go to the end."""
        self._go(self._total)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll down."""
        self._go(self.top + _WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up."""
        self._go(self.top - _WHEEL)

    def _go(self, top: int) -> None:
        self.top = top
        self.redraw()
