"""Distributions as bars: upright where there is room, else lying."""

from __future__ import annotations

from collections.abc import Sequence

from aiops_tui.charts.blocks import bar, column
from aiops_tui.charts.canvas import Canvas, message
from aiops_tui.charts.frame import Field, draw_cursor
from aiops_tui.charts.glyphs import PLAIN, Glyphs, glyphs_for
from aiops_tui.charts.scale import decimal
from aiops_tui.charts.slots import Slot
from aiops_tui.charts.spans import Line
from aiops_tui.model.panels import Histogram
from aiops_tui.text import cells, formats
from aiops_tui.text.translations import Translator

_LEAST_SLOT, _MOST_SLOT = 4, 12
_LEAST_HEIGHT = 6
_LEAST_LYING = 16
_SHARES_HEIGHT = 9


def draw_histogram(
    panel: Histogram,
    width: int,
    height: int,
    translator: Translator,
    cursor: int | None = None,
    *,
    ascii: bool = False,  # noqa: A002
) -> list[Line]:
    """Return a chart of ``height`` lines of exactly ``width`` cells; where it does not fit, or is empty, it says so.

    Each bar has its count and its share. ``cursor`` is the index of the bin that stands out. Lying bins are joined
    where there are more than rows.
    """
    glyphs = glyphs_for(ascii=ascii)
    counts = [max(count, 0) for count in panel.counts[: max(len(panel.edges) - 1, 0)]]
    if not any(counts):
        return message(translator("charts.empty"), width, height)
    slot = _slot(len(counts), width, height)
    if slot:
        canvas = Canvas(width, height)
        _draw_upright(canvas, panel.edges, counts, slot, cursor, glyphs)
        return canvas.lines()
    if width >= _LEAST_LYING and height >= 1:
        canvas = Canvas(width, height)
        _draw_lying(canvas, panel.edges, counts, cursor, glyphs)
        return canvas.lines()
    return message(translator("charts.too_small"), width, height)


def bin_at(panel: Histogram, width: int, height: int, x: int, y: int) -> int | None:
    """Return the index of the bin that such a chart shows at a cell, None beside the bars."""
    count = min(len(panel.counts), len(panel.edges) - 1)
    if count < 1 or height < 1:
        return None
    slot = _slot(count, width, height)
    place = (x - 1) // slot if slot else y * -(-count // height)
    return place if 0 <= place < count else None


def _slot(count: int, width: int, height: int) -> int:
    """Return how many columns an upright bar takes, 0 where bars have to lie."""
    slot = min((width - 3) // count, _MOST_SLOT)
    return slot if slot >= _LEAST_SLOT and height >= _LEAST_HEIGHT else 0


def bin_label(edges: Sequence[float], first: int, last: int, glyphs: Glyphs) -> str:
    """Return the range from the lower edge of one bin to the upper edge of another."""
    low, high = (_edge(edges, i) for i in (first, last + 1))
    return f"{low}{glyphs.dash}{high}"


def _edge(edges: Sequence[float], index: int) -> str:
    return decimal(edges[index], abs(edges[1] - edges[0]))


def _draw_upright(
    canvas: Canvas, edges: Sequence[float], counts: Sequence[int], slot: int, cursor: int | None, glyphs: Glyphs
) -> None:
    shares = canvas.height >= _SHARES_HEIGHT and slot > 4
    area = Field(1, 1, slot * len(counts), canvas.height - 3 - shares)
    below = area.top + area.rows
    canvas.put(area.left, below, glyphs.horizontal * (area.columns + 1), "axis")
    if cursor is not None and 0 <= cursor < len(counts):
        draw_cursor(canvas, area, Slot(cursor * slot + 1, (cursor + 1) * slot, cursor, cursor), glyphs)
    written = -1
    for index, count in enumerate(counts):
        start = area.left + index * slot
        blocks = column([(PLAIN, count)], max(counts), area.rows, glyphs)
        for row, (character, role, _) in enumerate(blocks):
            canvas.put(start + 1, area.y(row), character * (slot - 1), role)
        label, row = _fitting(count, slot - 1), len(blocks)
        if not label and row != written:
            label = _fitting(count, slot)  # into the space beside the bar, unless the label before is there
        canvas.put(start + 1, area.y(row), label, "text" if count else "muted")
        written = row
        if shares:
            share = formats.percent(count / sum(counts), 0)
            canvas.put(start + 1, below + 2, cells.fit(share, slot - 1, "center"), "muted")
    for index in range(len(counts) + 1):
        label = cells.cut(_edge(edges, index), slot - 1, glyphs.ellipsis)
        x = area.left + index * slot
        canvas.put(x, below, glyphs.tick_x, "axis")
        canvas.put(max(min(x - len(label) // 2, canvas.width - len(label)), 0), below + 1, label, "label")


def _fitting(count: int, width: int) -> str:
    """Return a count centred in so many cells: in full, or short, or not at all."""
    for text in (formats.number(count), formats.compact(count)):
        if len(text) <= width:
            return cells.fit(text, width, "center")
    return ""


def _draw_lying(
    canvas: Canvas, edges: Sequence[float], counts: Sequence[int], cursor: int | None, glyphs: Glyphs
) -> None:
    joined = -(-len(counts) // canvas.height)
    rows = [(i, min(i + joined, len(counts)) - 1) for i in range(0, len(counts), joined)]
    sums = [sum(counts[first : last + 1]) for first, last in rows]
    labels = [bin_label(edges, first, last, glyphs) for first, last in rows]
    figures = [f"{formats.compact(n)} {formats.percent(n / sum(sums), 0):>4}" for n in sums]
    right = max(map(len, figures))
    left = min(max(map(cells.width, labels)), max(canvas.width - right - 4, 1))
    for y, (first, last) in enumerate(rows):
        here = cursor is not None and first <= cursor <= last
        label = cells.fit(cells.cut(labels[y], left, glyphs.ellipsis), left, "right")
        canvas.put(0, y, label, "cursor" if here else "label")
        room = canvas.width - left - right - 2
        canvas.put(left + 1, y, bar(sums[y] / max(sums), room, ascii=glyphs.ascii), "accent")
        canvas.put(canvas.width - right, y, figures[y].rjust(right), "text" if sums[y] else "muted")
