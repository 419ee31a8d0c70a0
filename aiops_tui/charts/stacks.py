"""Bars over time, each a stack of one figure or more."""

from __future__ import annotations

from collections.abc import Sequence

from aiops_tui.charts.blocks import Block, column
from aiops_tui.charts.canvas import Canvas
from aiops_tui.charts.frame import Field
from aiops_tui.charts.glyphs import Glyphs, stacking
from aiops_tui.charts.points import Points
from aiops_tui.charts.slots import Slot

_APART = 3
"""Where all slots have so many columns, bars have a space between them."""
_NARROWER = 0.75
"""How much of wide columns a bar fills."""


def draw_stacks(canvas: Canvas, area: Field, points: Points, top: float, slots: Sequence[Slot], glyphs: Glyphs) -> None:
    """Draw a bar in each slot, of its bucket with the highest total; ``top`` is the value at the upper edge.

    A bucket without any figure has a dot on the baseline, so that nothing known is not taken for nothing.
    """
    order = stacking(points.values)
    apart = min(slot.width for slot in slots) >= _APART
    for slot in slots:
        totals = {bucket: points.total(bucket) for bucket in slot.buckets}
        bucket = max(slot.buckets, key=lambda bucket: totals[bucket] or 0.0)
        start, end = _extent(slot) if apart else (slot.start, slot.end)
        if all(total is None for total in totals.values()):
            canvas.put(area.left + slot.middle, area.y(0), glyphs.gap, "muted")
            continue
        parts = [(points.looks[name], max(points.values[name][bucket] or 0.0, 0.0)) for name in order]
        cells = column(parts, top, area.rows, glyphs)
        if points.open_last and slot.last == points.count - 1:
            cells = [_open(cell, glyphs) for cell in cells]
        for row, (character, role, ground) in enumerate(cells):
            canvas.put(area.left + start, area.y(row), character * (end - start), role, ground)


def _extent(slot: Slot) -> tuple[int, int]:
    """Return the columns that a bar with a space beside it fills."""
    space = max(round(slot.width * (1 - _NARROWER)), 1)
    return slot.start + space // 2, slot.end - (space - space // 2)


def _open(cell: Block, glyphs: Glyphs) -> Block:
    """Return a cell of a bucket that is still filling: pale, whatever it is made of."""
    character, _, ground = cell
    full = character not in glyphs.lower[:-1] or bool(ground)
    return glyphs.open_fill if full else character, "open", ""
