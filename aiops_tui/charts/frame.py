"""The frame that charts over time share: legend, value axis, time axis and the field between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiops_tui.charts.canvas import Canvas
from aiops_tui.charts.glyphs import Glyphs
from aiops_tui.charts.scale import Scale
from aiops_tui.charts.slots import Slot
from aiops_tui.charts.timeaxis import Tick
from aiops_tui.text import cells

LEAST_COLUMNS, LEAST_ROWS = 8, 2
BELOW = 2
"""Rows of the time axis."""
_LABEL = 4


@dataclass(frozen=True, slots=True)
class Field:
    """Where figures are drawn: its place on the canvas and its size in cells."""

    left: int
    top: int
    columns: int
    rows: int

    @property
    def fits(self) -> bool:
        """Whether there is room for a chart at all."""
        return self.columns >= LEAST_COLUMNS and self.rows >= LEAST_ROWS

    def y(self, row: int) -> int:
        """Return the canvas row of a row counted from 0 at the bottom."""
        return self.top + self.rows - 1 - row


def field(width: int, height: int, scale: Scale, top: int) -> Field:
    """Return the field that is left beside the labels of the scale and below ``top`` rows."""
    left = max(_LABEL, *(cells.width(scale.label(tick)) for tick in scale.ticks)) + 1
    return Field(left, top, width - left, height - top - BELOW)


def draw_axes(canvas: Canvas, area: Field, scale: Scale, ticks: Sequence[Tick], glyphs: Glyphs, *, grid: bool) -> None:
    """Draw both axes with their labels, and faint lines at the values that have one."""
    column, below = area.left - 1, area.top + area.rows
    for y in range(area.top, below):
        canvas.put(column, y, glyphs.vertical, "axis")
    canvas.put(column, below, glyphs.corner + glyphs.horizontal * area.columns, "axis")
    for value in scale.ticks:
        y = area.y(scale.row(value, area.rows))
        canvas.put(0, y, cells.fit(scale.label(value), column, "right"), "label")
        if y < below:
            canvas.put(column, y, glyphs.tick_y, "axis")
            if grid:
                canvas.put(area.left, y, glyphs.grid * area.columns, "border")
    for tick in ticks:
        canvas.put(area.left + tick.column, below, glyphs.tick_x, "axis")
        canvas.put(area.left + tick.start, below + 1, tick.label, "label")


def draw_cursor(canvas: Canvas, area: Field, slot: Slot, glyphs: Glyphs) -> None:
    """Draw a line through the middle of a slot, from the upper edge through the axis; figures are drawn over it."""
    for y in range(area.top, area.top + area.rows + 1):
        canvas.put(area.left + slot.middle, y, glyphs.vertical, "cursor")
