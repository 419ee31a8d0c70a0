"""The screen as a picture: its own cells, drawn once more from data without what is kept back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.screen import Screen

from aiops_tui.charts.lines import fit_line, line_width
from aiops_tui.charts.spans import Line, Span
from aiops_tui.config.shares import TEXTS, USERS
from aiops_tui.model.panels import Heatmap, Table
from aiops_tui.model.records import LogEntry
from aiops_tui.model.view import View
from aiops_tui.text.printable import printable
from aiops_tui.tui.footer import Footer
from aiops_tui.tui.header import Piece
from aiops_tui.tui.look import Look
from aiops_tui.tui.tabs import Tabs
from aiops_tui.tui.widgets.chart import Chart
from aiops_tui.tui.widgets.drawn import Drawn
from aiops_tui.tui.widgets.entries import Entries
from aiops_tui.tui.widgets.lines import on_ground
from aiops_tui.tui.widgets.table import TableView
from aiops_tui.tui.widgets.tiles import Tiles

if TYPE_CHECKING:
    from aiops_tui.slack.privacy import Veil

_SAFE = (Chart, Entries, Footer, Piece, TableView, Tabs, Tiles)
"""Widgets of which it is known what they show; the place of any other stays empty."""


def screen_lines(screen: Screen[None], view: View, look: Look, veil: Veil, source: str) -> list[Line]:
    """Return the cells of a screen as lines, as it would be without what is kept back.

    ``source`` is what the database is called. To be called where widgets may be.
    """
    width, height = screen.size
    rows: list[list[tuple[int, Line]]] = [[] for _ in range(height)]
    for widget in screen.query(Drawn):
        region = widget.region
        if not (isinstance(widget, _SAFE) and widget.is_on_screen and region.area):
            continue
        for y, line in enumerate(_lines(widget, view, look, veil, source)[: region.height], region.y):
            if 0 <= y < height:
                ground = "bar" if isinstance(widget, Piece) else ""
                rows[y].append((region.x, fit_line(line, region.width, ground)))
    return [_joined(pieces, width) for pieces in rows]


def _lines(widget: Drawn, view: View, look: Look, veil: Veil, source: str) -> Sequence[Line]:
    width, height = widget.size
    if isinstance(widget, Piece):
        line = _where(view, look, veil, source) if widget.id == "where" else widget.line
        return [on_ground(line, "bar")]
    with _veiled(widget, view.tab, veil):
        return widget.draw(width, height)


def _where(view: View, look: Look, veil: Veil, source: str) -> Line:
    """Return where one is: the header's own words may hold what is kept back."""
    words = look.words
    parts = [words.label(f"tab.{view.tab}"), words.label(f"window.{view.window.name}"), str(veil.filter(view.filter))]
    path = " › ".join(printable(part) for part in parts if part)
    return (
        Span(" aiops  ", "accent", "bar"),
        Span(printable(source, 60), "strong", "bar"),
        Span(f" › {path}", "text", "bar"),
    )


@contextmanager
def _veiled(widget: Drawn, tab: str, veil: Veil) -> Iterator[None]:
    """Show a widget data without what is kept back for as long as it is drawn."""
    if isinstance(widget, TableView) and widget.panel is not None:
        panel, veiled = widget.panel, veil.panel(widget.panel, tab)
        widget.panel, widget._laid_out = veiled if isinstance(veiled, Table) else None, None
        try:
            yield
        finally:
            widget.panel, widget._laid_out = panel, None
    elif isinstance(widget, Chart) and isinstance(widget.panel, Heatmap):
        heatmap, hidden = widget.panel, veil.panel(widget.panel, tab)
        widget.panel = hidden if isinstance(hidden, Heatmap) else None
        try:
            yield
        finally:
            widget.panel = heatmap
    elif isinstance(widget, Entries) and widget.book is not None:
        widget.veil = lambda entry: _veiled_entry(entry, veil)
        try:
            yield
        finally:
            widget.veil = None
    else:
        yield


def _veiled_entry(entry: LogEntry, veil: Veil) -> LogEntry:
    """Return an entry whose messages have numbers, addresses and tokens masked, and nothing of a conversation."""
    from aiops_tui.slack.privacy import MASK

    if entry.conversation is not None and veil.kinds & {TEXTS, USERS}:
        return replace(entry, message=MASK)
    return replace(entry, message=veil.text(entry.message), more=tuple(veil.text(line) for line in entry.more))


def _joined(pieces: list[tuple[int, Line]], width: int) -> Line:
    spans: list[Span] = []
    used = 0
    for x, line in sorted(pieces, key=lambda piece: piece[0]):
        if x < used:
            continue
        if x > used:
            spans.append(Span(" " * (x - used), "text"))
        spans += line
        used = x + line_width(line)
    return fit_line(spans, width)
