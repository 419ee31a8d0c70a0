"""A chart panel: a series, a histogram or a heatmap, with a cursor that names what it stands on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from textual import events
from textual.message import Message

from aiops_tui.charts.spans import Line, Span
from aiops_tui.model.panels import Heatmap, Histogram, Series
from aiops_tui.tui.bindings import bindings_of
from aiops_tui.tui.history import Mark
from aiops_tui.tui.widgets import drawing
from aiops_tui.tui.widgets.drawn import Framed
from aiops_tui.tui.widgets.empty import Emptiness, empty_lines
from aiops_tui.tui.widgets.lines import EMPTY


class Chart(Framed, can_focus=True):
    """Shows a charted panel; drawing costs milliseconds, and is done only when panel, size, look or cursor changed."""

    BINDINGS = bindings_of("chart")

    class Opened(Message):
        """Somebody wants into the bucket from ``start`` to ``end`` (None: it is the last, and still open)."""

        def __init__(self, start: datetime, end: datetime | None) -> None:
            super().__init__()
            self.start = start
            self.end = end

    def __init__(
        self,
        panel_id: str,
        kind: drawing.Kind = "line",
        *,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id or panel_id, classes=classes)
        self.panel_id = panel_id
        self.kind = kind
        self.panel: drawing.Charted | None = None
        self.emptiness = Emptiness()
        self.at: tuple[int, int] | None = None
        self.remark = ""
        self._drawn: tuple[tuple[object, ...], Sequence[Line]] | None = None

    def show(self, panel: drawing.Charted | None, emptiness: Emptiness) -> None:
        """Take new figures; draws nothing if they are the ones it has."""
        if (panel, emptiness) == (self.panel, self.emptiness) and self._look == self.look:
            return
        self.panel, self.emptiness = panel, emptiness
        self.redraw()

    def title(self) -> Line:
        """Return the panel's name."""
        return (Span(self.look.words.title(self.panel_id), "title"),)

    def aside(self, width: int) -> Line:
        """Return what there is to remark."""
        return (Span(self.remark, "muted"),) if self.remark else EMPTY

    def say(self, remark: str) -> None:
        """Show a remark beside the title, or none."""
        if remark != self.remark:
            self.remark = remark
            self.redraw()

    def note(self) -> Line:
        """Return what the cursor stands on."""
        if self.at is None or self.panel is None or not self.has_focus:
            return EMPTY
        self._clamp()
        text = drawing.describe(self.panel, self.at, self.look)
        return (Span(text, "accent"),) if text else EMPTY

    def content(self, width: int, height: int) -> Sequence[Line]:
        """Return the drawn panel, or why there is none."""
        if self.panel is None or drawing.is_empty(self.panel):
            return empty_lines(self.panel_id, self.emptiness, self.look.words, width, height)
        self._clamp()
        at = self.at if self.has_focus else None
        key = (self.panel, width, height, self.look.words, self.look.zone, at)
        if self._drawn is None or self._drawn[0] != key:
            lines = drawing.draw(self.panel, self.kind, width, height, self.look, at)
            self._drawn = (key, lines)
        return self._drawn[1]

    def mark(self) -> Mark:
        """Return where the cursor is."""
        return Mark() if self.at is None else Mark(row=self.at[0], column=self.at[1])

    def restore(self, mark: Mark) -> None:
        """Put the cursor where it was."""
        self.at = None if mark.column is None else (mark.row, mark.column)
        self.redraw()

    def moment(self) -> datetime | None:
        """Return the middle of the bucket under the cursor, None if there is no cursor or it is not on one of time."""
        if not isinstance(self.panel, Series) or self.at is None or not self.panel.x:
            return None
        self._clamp()
        x, place = self.panel.x, self.at[1]
        after = x[place + 1] if place + 1 < len(x) else x[place]
        return x[place] + (after - x[place]) / 2

    def action_cursor_left(self) -> None:
        """Move the cursor to the bucket before."""
        self._move(0, -1)

    def action_cursor_right(self) -> None:
        """Move the cursor to the bucket after."""
        self._move(0, 1)

    def action_cursor_up(self) -> None:
        """Move the cursor a row up in a heatmap."""
        self._move(-1, 0)

    def action_cursor_down(self) -> None:
        """Move the cursor a row down in a heatmap."""
        self._move(1, 0)

    def action_open_bucket(self) -> None:
        """Ask for the bucket under the cursor."""
        if isinstance(self.panel, Series) and self.at is not None and self.panel.x:
            self._clamp()
            x, place = self.panel.x, self.at[1]
            self.post_message(self.Opened(x[place], x[place + 1] if place + 1 < len(x) else None))

    def on_click(self, event: events.Click) -> None:
        """Put a cursor on the chart."""
        if self.panel is not None and self.at is None:
            self._move(0, 0)

    def _extent(self) -> tuple[int, int]:
        match self.panel:
            case Series(x=x):
                return 1, len(x)
            case Histogram(counts=counts):
                return 1, len(counts)
            case Heatmap(x=columns, y=rows):
                return len(rows), len(columns)
        return 0, 0

    def _move(self, down: int, right: int) -> None:
        rows, columns = self._extent()
        if not (rows and columns):
            return
        start = (0, 0) if isinstance(self.panel, Heatmap | Histogram) else (0, columns)
        y, x = self.at or start
        self.at = (min(max(y + down, 0), rows - 1), min(max(x + right, 0), columns - 1))
        self.redraw()

    def _clamp(self) -> None:
        rows, columns = self._extent()
        if self.at is not None:
            self.at = (min(self.at[0], rows - 1), min(self.at[1], columns - 1)) if rows and columns else None
