"""A chart of one figure among several alike, of which ↑ and ↓ choose."""

from __future__ import annotations

from textual.message import Message

from aiops_tui.charts.spans import Line, Span
from aiops_tui.tui.widgets.chart import Chart
from aiops_tui.tui.widgets.drawing import Kind
from aiops_tui.tui.widgets.lines import EMPTY


class ChoiceChart(Chart):
    """Titled with what is chosen; which figures there are is for its pane to know, by `offer`."""

    class Chosen(Message):
        """Somebody wants the next figure (1) or the one before (-1)."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def __init__(self, panel_id: str, kind: Kind = "line") -> None:
        super().__init__(panel_id, kind)
        self.names: tuple[str, ...] = ()
        self.place = 0

    def offer(self, names: tuple[str, ...], place: int) -> None:
        """Take the names of the figures, and which of them is shown."""
        if (names, place) != (self.names, self.place):
            self.names, self.place = names, place
            self.redraw()

    def title(self) -> Line:
        """Return the panel's name, and that of a figure which is not the usual one."""
        head = super().title()
        if not 0 < self.place < len(self.names):
            return head
        return (*head, Span(" · ", "muted"), Span(self.look.words.label(self.names[self.place]), "accent"))

    def aside(self, width: int) -> Line:
        """Return the keys that choose, and how far one is."""
        if len(self.names) < 2:
            return EMPTY
        return (Span("↑↓ ", "accent"), Span(f"{self.place + 1}/{len(self.names)}", "muted"))

    def action_cursor_up(self) -> None:
        """Ask for the figure before."""
        self.post_message(self.Chosen(-1))

    def action_cursor_down(self) -> None:
        """Ask for the next figure."""
        self.post_message(self.Chosen(1))
