"""Lines of spans made to fit: cut and padded by cells, and put into a frame."""

from __future__ import annotations

from collections.abc import Iterable

from aiops_tui.charts.spans import Line, Span
from aiops_tui.text.cells import cut, width


def line_width(line: Iterable[Span]) -> int:
    """Return how many cells the spans take."""
    return sum(width(span.text) for span in line)


def fit_line(line: Iterable[Span], cells: int, ground: str = "") -> Line:
    """Return the line cut and padded to exactly so many cells; what is cut ends in an ellipsis."""
    spans: list[Span] = []
    room = cells
    for span in line:
        size = width(span.text)
        if size > room:
            text = cut(span.text, room)
            spans.append(span._replace(text=text))
            room -= width(text)
            break
        spans.append(span)
        room -= size
    if room > 0:
        spans.append(Span(" " * room, "text", ground))
    return tuple(spans)


def edge_line(start: str, left: Line, right: Line, end: str, cells: int, role: str) -> Line:
    """Return a frame's upper or lower edge with texts in it."""
    room = cells - 2
    spans: list[Span] = [Span(start, role)]
    if left and room >= 6:
        fitted = fit_line(left, min(line_width(left), room - 3))
        spans += [Span(" ", role), *fitted, Span(" ", role)]
        room -= line_width(fitted) + 2
    tail: list[Span] = []
    if right and line_width(right) + 4 <= room:
        tail = [Span(" ", role), *right, Span(" ─", role)]
        room -= line_width(right) + 3
    return (*spans, Span("─" * room, role), *tail, Span(end, role))
