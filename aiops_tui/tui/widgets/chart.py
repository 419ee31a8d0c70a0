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
        """Somebody wants into the bucket, bin or cell of a panel at a row and a column."""

        def __init__(self, panel: drawing.Charted, at: tuple[int, int]) -> None:
            super().__init__()
            self.panel = panel
            self.at = at

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
        self._back: tuple[int, int] | None = None
        """Where in a heatmap the cursor is to be once it has that row: one comes back before the figures do."""
        self.remark = ""
        self._drawn: tuple[tuple[object, ...], Sequence[Line]] | None = None

    def show(self, panel: drawing.Charted | None, emptiness: Emptiness) -> None:
        """Take new figures; draws nothing if they are the ones it has."""
        if (panel, emptiness) == (self.panel, self.emptiness) and self._look == self.look:
            return
        self._follow(panel)
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
        self._clamp()
        if self.at is None or self.panel is None or not self.has_focus:
            return EMPTY
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
        self.at = self._back = None if mark.column is None else (mark.row, mark.column)
        self.redraw()

    def moment(self) -> datetime | None:
        """Return the middle of the bucket under the cursor, None where it is not on one, or at the end, which moves."""
        self._clamp()
        if not isinstance(self.panel, Series) or self.at is None or self.at[1] == len(self.panel.x) - 1:
            return None
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
        self._clamp()
        if self.panel is not None and self.at is not None:
            self.post_message(self.Opened(self.panel, self.at))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the chart was clicked; a second click goes into it."""
        if self.panel is None or not (0 < event.x < self.size.width - 1 and 0 < event.y < self.size.height - 1):
            return
        inside = (self.size.width - 2, self.size.height - 2)
        at = drawing.place_at(self.panel, self.kind, *inside, self.look, self.at, event.x - 1, event.y - 1)
        if at is not None:
            self.at, self._back = at, None
            self.redraw()
            if event.chain == 2:
                self.action_open_bucket()

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
        self._clamp()
        if self.at is not None:
            self._back = None
            self.at = (max(self.at[0] + down, 0), max(self.at[1] + right, 0))
            self.redraw()

    def _clamp(self) -> None:
        """Keep the cursor on the chart; the keys bring one to where there was none, over time to the end."""
        rows, columns = self._extent()
        if isinstance(self.panel, Heatmap) and self._back is not None and self._back[0] < rows:
            self.at, self._back = self._back, None
        if self.at is None and self.has_focus:
            self.at = (0, columns if isinstance(self.panel, Series) else 0)
        if self.at is not None:
            self.at = (min(self.at[0], rows - 1), min(self.at[1], columns - 1)) if rows and columns else None

    def _follow(self, panel: drawing.Charted | None) -> None:
        """Keep the cursor on its bucket where time has moved; at the end it stays there."""
        old = self.panel
        if isinstance(old, Series) and isinstance(panel, Series) and self.at is not None:
            place = self.at[1]
            if place < len(old.x) - 1 and old.x[place] in panel.x:
                self.at = (0, panel.x.index(old.x[place]))
            elif place == len(old.x) - 1:
                self.at = (0, len(panel.x))
