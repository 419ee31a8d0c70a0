"""The last door before the terminal: whatever a widget drew, nothing unprintable leaves the program."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from aiops_tui.text.cells import width
from aiops_tui.text.printable import is_printable

_MARK = "\N{REPLACEMENT CHARACTER}"


class PrintableOnly(LineFilter):
    """Replaces what may not be written to a terminal, keeping the width; drops hyperlinks, which data could forge."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments of a line made safe; untouched, the same list, which is nearly always the case."""
        if all(is_printable(text) and not (style and style.link) for text, style, _ in segments):
            return segments
        return [_safe(segment) for segment in segments]


def _safe(segment: Segment) -> Segment:
    text, style, _ = segment
    if style and style.link:
        style = style.update_link(None)
    if not is_printable(text):
        text = "".join(character if is_printable(character) else _MARK * width(character) for character in text)
    return Segment(text, style)
