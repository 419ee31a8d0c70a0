"""The widget that all others are: it keeps the lines it drew and repaints only the cells that changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import zip_longest
from typing import Self

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from aiops_tui.charts.lines import edge_line
from aiops_tui.charts.spans import Line, Span
from aiops_tui.tui.look import Look, host
from aiops_tui.tui.widgets.lines import EMPTY, fit_line, line_width

_NEAR = 8
"""Changed cells with so few unchanged ones between them are repainted together: moving the cursor costs as much."""


class Drawn(Widget):
    """A widget drawn as lines of spans by `draw`; `redraw` finds out what changed and repaints that."""

    ALLOW_SELECT = False
    greys = True
    """Whether the widget shows data, which is greyed when it is out of date."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._lines: list[Line] = []
        self._strips: list[Strip] = []
        self._look: Look | None = None

    @property
    def look(self) -> Look:
        """How things are shown."""
        return host(self).look

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return at most ``height`` lines of at most ``width`` cells."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw anew and repaint the cells that differ from what is on the screen."""
        width, height = self.size
        if not (self.is_attached and width and height):
            return
        look = self.look
        kept = self._lines if look == self._look else []
        lines = [fit_line(line, width) for line in self.draw(width, height)[:height]]
        lines += [fit_line(EMPTY, width)] * (height - len(lines))
        stale = look.stale and self.greys
        strips = [
            old if line == before and old is not None and old.cell_length == width else strip_of(line, look, stale)
            for line, before, old in zip_longest(lines, kept[:height], self._strips[:height])
        ]
        regions = [
            Region(left, y, right - left, 1)
            for y, (new, old) in enumerate(zip_longest(strips, self._strips[:height]))
            if new is not old
            for left, right in changes(old, new)
        ]
        self._lines, self._strips, self._look = lines, strips, look
        if regions:
            self.refresh(*regions)

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Repaint regions. Textual asks for all of a widget at each change of focus; `redraw` knows what it needs."""
        if regions or layout or recompose or not self._strips:
            super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        return self

    def _exchange_repaint_regions(self) -> Collection[Region]:
        """Return what to repaint, within the size there is.

        Of a widget that shrinks Textual repaints its former size, whose edge may halve a wide character of a neighbour.
        """
        here = self.outer_size.region  # `size` would look for the widget anew, and Textual miss that it was resized
        return [within for region in super()._exchange_repaint_regions() if (within := here.intersection(region))]

    def render_line(self, y: int) -> Strip:
        """Return a line as it was drawn last."""
        if y < len(self._strips):
            return self._strips[y]
        return Strip.blank(self.size.width, self.look.palette.style("text"))

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.redraw()

    def watch_has_focus(self, has_focus: bool) -> None:
        """Show whether keys go here; where they go now is shown before where they went."""
        super().watch_has_focus(has_focus)
        if has_focus:
            self.redraw()
        else:
            self.call_after_refresh(self.redraw)

    def on_show(self) -> None:
        """Draw what may have changed while the widget was hidden."""
        self.redraw()


class Framed(Drawn):
    """A drawn widget in a thin rounded frame with a title, figures at its right, and a note in its lower edge."""

    _next: str | None = None

    def title(self) -> Line:
        """Return what the frame is titled."""
        return EMPTY

    def aside(self, width: int) -> Line:
        """Return what stands at the right of the title, in at most ``width`` cells."""
        return EMPTY

    def note(self) -> Line:
        """Return what stands in the lower edge."""
        return EMPTY

    def stand_before(self, panel_id: str | None) -> None:
        """Say in the lower edge that Tab brings another panel to this place; None for no other."""
        if panel_id != self._next:
            self._next = panel_id
            self.redraw()

    def _behind(self) -> Line:
        if self._next is None:
            return EMPTY
        return (Span("Tab ", "accent"), Span(self.look.words.title(self._next), "muted"))

    def content(self, width: int, height: int) -> Sequence[Line]:
        """Return the lines inside the frame."""
        raise NotImplementedError

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the frame around the content."""
        edge = "focus" if self.has_focus else "border"
        if width < 6 or height < 3:
            return self.content(width, height)
        inside = [fit_line(line, width - 2) for line in self.content(width - 2, height - 2)[: height - 2]]
        inside += [fit_line(EMPTY, width - 2)] * (height - 2 - len(inside))
        side = Span("│", edge)
        title = self.title()
        aside = self.aside(max(width - line_width(title) - 8, 0))
        return [
            edge_line("╭", title, aside, "╮", width, edge),
            *((side, *line, side) for line in inside),
            edge_line("╰", self.note(), self._behind(), "╯", width, edge),
        ]


def strip_of(line: Line, look: Look, stale: bool) -> Strip:
    """Return the spans in the colours of the theme; blanks take the colour before them, which saves bytes."""
    segments: list[Segment] = []
    before: Style | None = None
    for text, role, ground in line:
        style = look.palette.style(role, ground, stale=stale)
        if before is not None and style.bgcolor == before.bgcolor and text.isspace():
            style = before
        if style == before:
            segments[-1] = Segment(segments[-1].text + text, style)
        elif text:
            segments.append(Segment(text, style))
            before = style
    return Strip(segments)


def changes(old: Strip | None, new: Strip | None) -> Iterator[tuple[int, int]]:
    """Return the ranges of cells in which two lines differ, those near each other as one."""
    if not old and new:
        yield 0, new.cell_length
        return
    before, after = _cells(old), _cells(new)
    start = last = -1
    for x, (a, b) in enumerate(zip_longest(before, after)):
        if a == b:
            continue
        if start >= 0 and x - last > _NEAR:
            yield start, last + 1
            start = x
        start = x if start < 0 else start
        last = x
    if start >= 0:
        yield start, last + 1


def _cells(strip: Strip | None) -> list[tuple[str, Style | None]]:
    cells: list[tuple[str, Style | None]] = []
    for text, style, _ in strip or ():
        if text.isascii() and text.isprintable():
            cells += [(character, style) for character in text]
            continue
        for character in text:
            size = cell_len(character)
            if size:
                # The halves of a wide character differ from those of another one, and from each other.
                cells += [(character, style), (f"{character} ", style)][:size]
            elif cells:
                cells[-1] = (cells[-1][0] + character, cells[-1][1])
    return cells
