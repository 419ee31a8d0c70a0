"""The last line: the keys that work here, or for a while what there is to tell."""

from __future__ import annotations

from collections.abc import Sequence

from aiops_tui.charts.spans import Line, Span
from aiops_tui.text.cells import width as cells
from aiops_tui.tui.keys import KEYS, Key, Place, keys_of
from aiops_tui.tui.look import host
from aiops_tui.tui.widgets.drawn import Drawn
from aiops_tui.tui.widgets.lines import fit_line

_NARROW = 100
_ESSENTIAL = 5
"""So many keys, by rank, are shown on a narrow screen."""


class Footer(Drawn):
    """Keys by rank for the places where one is; a message takes their place until it is over."""

    greys = False

    def __init__(self, *, id: str = "footer") -> None:  # noqa: A002
        super().__init__(id=id)
        self.places: tuple[Place, ...] = ("everywhere", "main")
        self.message = ""
        self.role = "text"
        self.hidden: frozenset[str] = frozenset()

    def show(self, places: tuple[Place, ...], hidden: frozenset[str] = frozenset()) -> None:
        """Take where one is; ``hidden`` are actions that would do nothing now."""
        if (places, hidden) != (self.places, self.hidden):
            self.places, self.hidden = places, hidden
            self.redraw()

    def tell(self, message: str, role: str = "text") -> None:
        """Say something in place of the keys; nothing brings the keys back."""
        if (message, role) != (self.message, self.role):
            self.message, self.role = message, role
            self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the one line."""
        if self.message:
            return [fit_line((Span(" ", "text", "bar"), Span(self.message, self.role, "bar")), width, "bar")]
        keys = ranked(self.places, self.hidden, host(self).keys)
        *keys, close = keys
        if width < _NARROW:
            helps = [key for key in keys if key.id == "help"]
            keys = [key for key in keys if key.id != "help"][: _ESSENTIAL - 1] + helps
        tail = self._hint(close)
        spans: list[Span] = []
        room = width - sum(cells(span.text) for span in tail)
        for key in keys:
            hint = self._hint(key)
            size = sum(cells(span.text) for span in hint)
            if size > room:
                continue
            spans += hint
            room -= size
        return [(*spans, Span(" " * max(room, 0), "text", "bar"), *tail) if room >= 0 else fit_line(tail, width, "bar")]

    def _hint(self, key: Key) -> Line:
        shown = key.shown.split(" ")[0]
        return (Span(f" {shown}", "accent", "bar"), Span(f" {self.look.words(key.word)} ", "label", "bar"))


def ranked(places: Sequence[Place], hidden: frozenset[str] = frozenset(), table: Sequence[Key] = KEYS) -> list[Key]:
    """Return the keys of the footer in their order; the one that closes comes last."""
    keys = [key for key in keys_of(*places, table=table) if key.rank and key.keys and key.id not in hidden]
    return sorted(keys, key=lambda key: key.rank)
