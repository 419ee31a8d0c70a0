"""Lines over time, with gaps where nothing is known."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from aiops_tui.charts.canvas import Canvas
from aiops_tui.charts.frame import Field
from aiops_tui.charts.glyphs import Glyphs, Style
from aiops_tui.charts.points import Points
from aiops_tui.charts.raster import DOTS_HIGH, DOTS_WIDE, Curve, draw_curves
from aiops_tui.charts.scale import Scale
from aiops_tui.charts.slots import Slot

_MARKS_EVERY = 24
"""Where there are several lines, each shows its marker about once in so many columns."""


class _Point(NamedTuple):
    """A column, fractions of it too, with its value and whether that rests on few rows."""

    x: float
    y: float | None
    weak: bool


def draw_lines(
    canvas: Canvas, area: Field, points: Points, scale: Scale, slots: Sequence[Slot], glyphs: Glyphs
) -> None:
    """Draw each series as a line, the first on top; a point without neighbours as a marker; pale where n is small.

    A bucket that is still filling is a circle that no line leads to.
    """
    last = slots[-1] if points.open_last and slots[-1].first == points.count - 1 else None
    names = list(points.values)[::-1]
    lines = {name: _thinned(points, name, slots[:-1] if last else slots) for name in names}
    drawn = [curve for name in names for curve in _curves(lines[name], points.looks[name], area, glyphs)]
    for x, y, character, role in draw_curves(drawn, area.columns, area.rows, scale.low, scale.high):
        canvas.put(area.left + x, area.top + y, character, role)
    for turn, name in enumerate(names):
        look = points.looks[name]
        first = (turn + 1) * _MARKS_EVERY // (len(names) + 1) if len(names) > 1 else area.columns
        for point in _marked(lines[name], first):
            _put(canvas, area, scale, point, look.mark(glyphs), "muted" if point.weak else look.role)
        if last:
            _put(canvas, area, scale, _Point(last.middle, points.values[name][-1], False), glyphs.open_point, "open")


def _thinned(points: Points, name: str, slots: Sequence[Slot]) -> list[_Point]:
    """Return one point for each bucket, or the two extremes of a slot in their order where several share it."""
    values = points.values[name]
    found: list[_Point] = []
    for slot in slots:
        there = [(value, bucket) for bucket in slot.buckets if (value := values[bucket]) is not None]
        if len(slot.buckets) == 1 or len(there) < 2:
            value, bucket = there[0] if there else (None, slot.first)
            found.append(_Point((slot.start + slot.end) / 2, value, points.weak[bucket]))
            continue
        for x, (value, bucket) in zip((0.25, 0.75), sorted((min(there), max(there)), key=_bucket), strict=True):
            found.append(_Point(slot.start + x, value, points.weak[bucket]))
    return found


def _bucket(pair: tuple[float, int]) -> int:
    return pair[1]


def _curves(line: Sequence[_Point], look: Style, area: Field, glyphs: Glyphs) -> list[Curve]:
    """Return the pale parts of a line, with the points that they lead to, and above them the others."""
    x = [min(int(point.x * DOTS_WIDE), area.columns * DOTS_WIDE - 1) for point in line]
    marker = look.letter if glyphs.ascii else "braille"
    firm = Curve(x, [None if point.weak else point.y for point in line], look.role, marker)
    if not any(point.weak and point.y is not None for point in line):
        return [firm]
    near = [False] * len(line)
    for i, (before, after) in enumerate(pairwise(line)):
        if before.weak or after.weak:
            near[i] = near[i + 1] = True
    return [Curve(x, [point.y if near[i] else None for i, point in enumerate(line)], "muted", marker), firm]


def _marked(line: Sequence[_Point], first: int) -> list[_Point]:
    """Return the points that get a marker: those alone between gaps, and one now and then from column ``first`` on."""
    found: list[_Point] = []
    due = first
    for i, point in enumerate(line):
        alone = (i == 0 or line[i - 1].y is None) and (i == len(line) - 1 or line[i + 1].y is None)
        if alone or point.x >= due:
            found.append(point)
        if point.x >= due:
            due += _MARKS_EVERY
    return found


def _put(canvas: Canvas, area: Field, scale: Scale, point: _Point, character: str, role: str) -> None:
    if point.y is None:
        return
    # The row in which plotext puts the dot of this value.
    dot = int(0.5 + scale.fraction(point.y) * (area.rows * DOTS_HIGH - 1))
    canvas.put(area.left + min(int(point.x), area.columns - 1), area.y(dot // DOTS_HIGH), character, role)
