"""The second line of the screen: the tabs, and how much there is to know of data and settings."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message

from aiops_tui.charts.spans import Line, Span
from aiops_tui.model.panels import Notice
from aiops_tui.text.cells import cut, width
from aiops_tui.tui.widgets.drawn import Drawn
from aiops_tui.tui.widgets.lines import EMPTY, line_width

_ROOM_FOR_NOTICES = 24
_READABLE = 5
"""Names cut to fewer cells say too little."""


class Tabs(Drawn):
    """The panes by their fixed number, a click goes there; at the right what there is to know of data and settings."""

    greys = False

    class Asked(Message):
        """Somebody clicked what there is to know."""

    class Chosen(Message):
        """Somebody clicked a tab."""

        def __init__(self, tab: str) -> None:
            super().__init__()
            self.tab = tab

    def __init__(self, tabs: Sequence[tuple[int, str]]) -> None:
        super().__init__(id="tabs")
        self.tabs = tuple(tabs)
        self.here = ""
        self.notices: tuple[Notice, ...] = ()
        self._places: list[tuple[range, str]] = []

    def show(self, here: str, notices: tuple[Notice, ...]) -> None:
        """Mark the tab that is shown."""
        self.here, self.notices = here, notices
        self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the one line."""
        words = self.look.words
        names = [(number, tab, words.label(f"tab.{tab}")) for number, tab in self.tabs]
        longest = _longest([name for _, _, name in names], width)
        short = longest < _READABLE  # then numbers alone, and the whole name of the one that is shown
        spans: list[Span] = []
        self._places = []
        x = 0
        for number, tab, name in names:
            here = tab == self.here
            name = name if short and here else "" if short else cut(name, longest, "")
            text = f" {number} {name} " if name else f" {number} "
            size = line_width((Span(text, ""),))
            self._places.append((range(x, x + size), tab))
            spans += [Span(text, "tab.here" if here else "label", "selected" if here else ""), Span(" ", "text")]
            x += size + 1
        return [(*spans, *self._aside(width - x))]

    def _aside(self, room: int) -> Line:
        """Return how many notices there are, and the first where there is room, at the right."""
        mark = f"! {len(self.notices)}"
        if not self.notices or room < width(mark) + 1:
            return EMPTY
        first = self.look.words.notice(self.notices[0])
        text = f" {cut(first, room - 8)} " if room >= _ROOM_FOR_NOTICES else " "
        blank = " " * (room - width(mark) - width(text))
        return (Span(blank, "text"), Span(mark, "alarm"), Span(text, "label"))

    def on_click(self, event: events.Click) -> None:
        """Go to the tab that was clicked."""
        for cells, tab in self._places:
            if event.x in cells:
                self.post_message(self.Chosen(tab))
                return
        if self.notices:
            self.post_message(self.Asked())


def _longest(names: Sequence[str], room: int) -> int:
    """Return to how many cells names are cut for all tabs to fit."""
    longest = max(map(width, names), default=1)
    while longest > 1 and sum(min(width(name), longest) + 5 for name in names) - 1 > room:
        longest -= 1
    return longest
