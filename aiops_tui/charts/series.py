"""Figures over time as lines, bars or stacked bars."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import Literal

from aiops_tui.charts.canvas import Canvas, message
from aiops_tui.charts.curves import draw_lines
from aiops_tui.charts.frame import BELOW, Field, draw_axes, draw_cursor, field
from aiops_tui.charts.glyphs import Glyphs, glyphs_for
from aiops_tui.charts.points import Points, points
from aiops_tui.charts.scale import Scale, nice_scale
from aiops_tui.charts.slots import Slot, share, slot_of
from aiops_tui.charts.spans import Line
from aiops_tui.charts.stacks import draw_stacks
from aiops_tui.charts.timeaxis import Tick, ticks
from aiops_tui.model.panels import Series
from aiops_tui.text import cells
from aiops_tui.text.translations import Translator

Kind = Literal["line", "bars", "stacked"]

_LEGEND_HEIGHT = 7
"""A chart lower than this has no row to spare for its legend."""
_CENTRED = 3
"""Slots of so many columns have their label below the middle, narrower ones below the start."""


def draw_series(
    panel: Series,
    width: int,
    height: int,
    zone: tzinfo,
    translator: Translator,
    step_seconds: int,
    kind: Kind = "line",
    cursor: int | None = None,
    *,
    ascii: bool = False,  # noqa: A002
    patterns: bool = False,
) -> list[Line]:
    """Return a chart of ``height`` lines of exactly ``width`` cells; where it does not fit, or is empty, it says so.

    Times are shown in ``zone``; ``step_seconds`` is the width of a bucket. ``cursor`` is the index of the bucket that
    stands out. Bars and stacks show figures below zero as zero. Where several buckets share a column, bars show the
    highest and lines both extremes. ``ascii`` is for terminals without UTF-8, ``patterns`` for those without colours.
    """
    data = points(panel)
    if data.empty:
        return message(translator("charts.empty"), width, height)
    glyphs = glyphs_for(ascii=ascii, patterns=patterns)
    layout = _layout(panel, data, width, height, kind)
    if layout is None:
        return message(translator("charts.too_small"), width, height)
    area, scale, slots = layout
    canvas = Canvas(width, height)
    if area.top:
        key = _entries(data, translator, kind, glyphs)
        if data.open_last and _legend_cells(key) > width:
            key = key[:-1]  # the help tells what the bucket that is still filling looks like
        _draw_legend(canvas, key, area.left, glyphs)
    marks = _ticks(panel, slots, area.columns, zone, step_seconds, translator.language)
    draw_axes(canvas, area, scale, marks, glyphs, grid=kind == "line")
    slot = None if cursor is None else slot_of(slots, cursor)
    if slot:
        draw_cursor(canvas, area, slot, glyphs)
    if kind == "line":
        draw_lines(canvas, area, data, scale, slots, glyphs)
    else:
        draw_stacks(canvas, area, data, scale.high, slots, glyphs)
    return canvas.lines()


def bucket_at(panel: Series, width: int, height: int, x: int, kind: Kind = "line") -> int | None:
    """Return the index of the bucket that such a chart shows in a column, the nearest one beside the field."""
    data = points(panel)
    layout = None if data.empty else _layout(panel, data, width, height, kind)
    if layout is None:
        return None
    area, _, slots = layout
    column = min(max(x - area.left, 0), slots[-1].end - 1)
    return next(slot.first for slot in slots if column < slot.end)


def _layout(panel: Series, data: Points, width: int, height: int, kind: Kind) -> tuple[Field, Scale, list[Slot]] | None:
    """Return the field below the legend, if there is one, its scale, and the columns of each bucket; None: no room."""
    top = int(height >= _LEGEND_HEIGHT and len(data.values) > 1)
    scale = nice_scale(_extent(data, kind), panel.unit, height - top - BELOW)
    area = field(width, height, scale, top)
    if not area.fits:
        return None
    slots = share(data.count, area.columns, open_last=data.open_last, equal=kind != "line")
    return replace(area, columns=slots[-1].end), scale, slots


def _extent(data: Points, kind: Kind) -> list[float]:
    """Return the figures that the value axis has to hold."""
    if kind == "line":
        figures: Iterable[float | None] = (value for values in data.values.values() for value in values)
    else:
        figures = map(data.total, range(data.count))
    return [value for value in figures if value is not None]


def _ticks(
    panel: Series, slots: Sequence[Slot], columns: int, zone: tzinfo, step_seconds: int, language: str
) -> list[Tick]:
    places = [slot.middle if slot.width >= _CENTRED else slot.start for slot in slots]
    return ticks([panel.x[slot.first] for slot in slots], places, columns, zone, step_seconds, language)


def _entries(data: Points, translator: Translator, kind: Kind, glyphs: Glyphs) -> list[tuple[str, str, str]]:
    """Return character, role and label of each entry of the legend; a single series needs none beside the title."""
    if len(data.values) < 2:
        return []
    line = kind == "line"
    found = [
        (look.mark(glyphs) if line else look.key(glyphs), look.role, translator.label(name))
        for name, look in data.looks.items()
    ]
    if data.open_last:
        found.append((glyphs.open_point if line else glyphs.open_fill, "open", translator("charts.open")))
    return found


def _legend_cells(entries: Sequence[tuple[str, str, str]]) -> int:
    return sum(cells.width(label) + 4 for _, _, label in entries) - 2


def _longest_label(entries: Sequence[tuple[str, str, str]], width: int) -> int:
    """Return to how many cells labels are cut for all entries to fit: one that is missing could not be guessed."""
    longest = max((cells.width(label) for _, _, label in entries), default=1)
    while longest > 1 and sum(min(cells.width(label), longest) + 4 for _, _, label in entries) - 2 > width:
        longest -= 1
    return longest


def _draw_legend(canvas: Canvas, entries: Sequence[tuple[str, str, str]], left: int, glyphs: Glyphs) -> None:
    """Write the legend into the first row, from the start of the field if it fits there, else from the edge."""
    size = _legend_cells(entries)
    x = left if left + size <= canvas.width else 0
    longest = _longest_label(entries, canvas.width)
    for character, role, label in entries:
        label = cells.cut(label, longest, "")
        canvas.put(x, 0, character, role)
        canvas.put(x + 2, 0, label, "label")
        x += cells.width(label) + 4
