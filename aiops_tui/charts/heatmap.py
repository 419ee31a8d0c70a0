"""Figures by row and column as warm and cool cells, with their numbers where there is room."""

from __future__ import annotations

from dataclasses import dataclass

from aiops_tui.charts.canvas import Canvas, message
from aiops_tui.charts.glyphs import Glyphs, glyphs_for
from aiops_tui.charts.points import FEW
from aiops_tui.charts.scale import Scale, finite, nice_scale
from aiops_tui.charts.spans import HEATS, Line
from aiops_tui.model.panels import Heatmap, Unit
from aiops_tui.text import cells, formats
from aiops_tui.text.translations import Translator

_STEPS = 12
"""As many rows as give the scale steps fine enough."""
_NUMBER_CELLS = {"ratio": 2, "score": 3}
_MOST_CELLS = 14
_TALLEST = 3
"""Rows of a panel that has room are so many lines high at most."""
_LEAST_LABEL = 3
_LEGEND_HEIGHT = 6
_STRIDES = (1, 2, 3, 4, 6, 8, 12)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Cells of the row labels and of one cell, lines of a row, which rows are shown from the first on, and how."""

    label: int
    cell: int
    tall: int
    first: int
    rows: int
    numbers: bool

    @property
    def left(self) -> int:
        return self.label + 1


def draw_heatmap(
    panel: Heatmap,
    width: int,
    height: int,
    translator: Translator,
    cursor: tuple[int, int] | None = None,
    *,
    ascii: bool = False,  # noqa: A002
    patterns: bool = False,
) -> list[Line]:
    """Return a chart of ``height`` lines of exactly ``width`` cells; where it does not fit, or is empty, it says so.

    ``cursor`` is the row and column of the cell that stands out; rows beyond the height are counted, and scrolled to
    if the cursor is there. Figures that rest on fewer than 5 rows are pale, of counts those that are 0. Warm is where
    to look: high ratios and counts, low scores. ``ascii`` is for terminals without UTF-8, ``patterns`` for those
    without colours.
    """
    known = [value for row in panel.values for cell in row if (value := finite(cell)) is not None]
    if not known:
        return message(translator("charts.empty"), width, height)
    glyphs = glyphs_for(ascii=ascii, patterns=patterns)
    legend = height >= _LEGEND_HEIGHT
    layout = _layout(panel, width, height - 1 - legend, translator, cursor, max(known))
    if layout is None:
        return message(translator("charts.too_small"), width, height)
    scale = nice_scale(known, panel.unit, _STEPS)
    canvas = Canvas(width, height)
    _draw_header(canvas, panel, layout, translator, glyphs)
    for y in range(layout.rows):
        row, top = layout.first + y, 1 + y * layout.tall
        label = cells.cut(translator.label(panel.y[row]), layout.label, glyphs.ellipsis)
        canvas.put(0, top + (layout.tall - 1) // 2, label, "label")
        for column in range(len(panel.x)):
            text, role = _cell(panel, row, column, scale, layout, glyphs)
            if cursor == (row, column):
                text, role = _chosen(text), "cursor"
            _fill(canvas, layout, column, top, text, role)
    hidden = len(panel.y) - layout.rows
    if hidden:
        canvas.put(0, 1 + layout.rows * layout.tall, translator("common.more", n=hidden), "muted")
    if legend:
        _draw_legend(canvas, scale, panel.unit, layout, translator, glyphs)
    return canvas.lines()


def cell_at(
    panel: Heatmap, width: int, height: int, translator: Translator, cursor: tuple[int, int] | None, x: int, y: int
) -> tuple[int, int] | None:
    """Return row and column of what such a chart shows at a cell of the terminal, None beside the cells."""
    known = [value for row in panel.values for cell in row if (value := finite(cell)) is not None]
    rows = height - 1 - (height >= _LEGEND_HEIGHT)
    layout = _layout(panel, width, rows, translator, cursor, max(known)) if known else None
    if layout is None:
        return None
    row, column = (y - 1) // layout.tall, (x - layout.left) // layout.cell
    inside = 0 <= row < layout.rows and 0 <= column < len(panel.x)
    return (layout.first + row, column) if inside else None


def _layout(
    panel: Heatmap, width: int, rows: int, translator: Translator, cursor: tuple[int, int] | None, most: float
) -> _Layout | None:
    """Return what fits into ``rows`` rows of cells, None if nothing does."""
    widest = max(cells.width(translator.label(name)) for name in panel.y)
    heading = max(cells.width(translator.label(name)) for name in panel.x)
    # Long names take what the columns leave when these have room for their headings, a third of the width at least.
    label = min(widest, max(width // 3, width - len(panel.x) * (heading + 2) - 1, _LEAST_LABEL))
    number = _NUMBER_CELLS.get(panel.unit, len(_number(most, panel.unit)))
    cell = min((width - label - 1) // len(panel.x), max(heading, number) + 2, _MOST_CELLS)
    shown = len(panel.y) if len(panel.y) <= rows else rows - 1
    if cell < 1 or shown < 1:
        return None
    first = 0 if cursor is None else min(max(cursor[0] - shown + 1, 0), len(panel.y) - shown)
    tall = min(max(rows // len(panel.y), 1), _TALLEST)
    return _Layout(label, cell, tall, first, shown, cell > number)


def _draw_header(canvas: Canvas, panel: Heatmap, layout: _Layout, translator: Translator, glyphs: Glyphs) -> None:
    """Write the columns' names: numbers as often as they fit, words all of them and cut."""
    names = [translator.label(name) for name in panel.x]
    widest = max(map(cells.width, names))
    stride = 1
    if all(name.isdigit() for name in panel.x):
        stride = next((s for s in _STRIDES if widest < s * layout.cell), _STRIDES[-1])
    for index in range(0, len(names), stride):
        room = layout.cell * stride - 1
        name = cells.cut(names[index], room, glyphs.ellipsis)
        shift = max((layout.cell - cells.width(name)) // 2, 0)
        canvas.put(layout.left + index * layout.cell + shift, 0, name, "label")


def _cell(panel: Heatmap, row: int, column: int, scale: Scale, layout: _Layout, glyphs: Glyphs) -> tuple[str, str]:
    """Return text and role of a cell."""
    value = finite(panel.values[row][column])
    if value is None:
        return cells.fit(glyphs.gap, layout.cell, "center"), "muted"
    few = value == 0 if panel.unit == "count" else panel.n[row][column] < FEW
    heat = _heat(scale, value, panel.unit)
    if layout.numbers:
        text = cells.fit(_number(value, panel.unit), layout.cell, "center")
        return text, "muted" if few else f"cell{heat}"
    if few:
        return glyphs.few * layout.cell, "muted"
    return _shade(glyphs, heat) * layout.cell, f"heat{heat}"


def _fill(canvas: Canvas, layout: _Layout, column: int, top: int, text: str, role: str) -> None:
    """Draw a cell over the lines of its row: a shade in all of them, a number or a dot in the middle one."""
    shade = len(set(text)) == 1
    for line in range(layout.tall):
        shown = text if shade or line == (layout.tall - 1) // 2 else " " * layout.cell
        canvas.put(layout.left + column * layout.cell, top + line, shown, role)


def _chosen(text: str) -> str:
    """Return a cell's text in brackets if there is room, so that the cursor is seen without colours."""
    number = text.strip()
    return cells.fit(f"[{number}]", len(text), "center") if 0 < len(number) < len(text) - 1 else text


def _draw_legend(
    canvas: Canvas, scale: Scale, unit: Unit, layout: _Layout, translator: Translator, glyphs: Glyphs
) -> None:
    """Write the scale into the last row, below the cells if it fits there, else from the edge."""
    pieces = [(f"{scale.label(scale.low)} ", "label")]
    heats = [_heat(scale, scale.low + (scale.high - scale.low) * (step + 0.5) / HEATS, unit) for step in range(HEATS)]
    pieces += [(glyphs.shades[-1] if layout.numbers else _shade(glyphs, heat), f"heat{heat}") for heat in heats]
    pieces += [
        (f" {scale.label(scale.high)}", "label"),
        (f"   {glyphs.gap} {translator('charts.no_data')}", "muted"),
    ]
    if unit != "count":
        few = "" if layout.numbers else f"{glyphs.few} "
        pieces.append((f"   {few}{translator('charts.few', n=FEW)}", "muted"))
    elif not layout.numbers:
        pieces.append((f"   {glyphs.few} 0", "muted"))
    size = sum(cells.width(text) for text, _ in pieces)
    x = layout.left if layout.left + size <= canvas.width else 0
    for text, role in pieces:
        if x + cells.width(text) > canvas.width:
            break
        canvas.put(x, canvas.height - 1, text, role)
        x += cells.width(text)


def _heat(scale: Scale, value: float, unit: Unit) -> int:
    step = min(int(scale.fraction(value) * HEATS), HEATS - 1)
    return HEATS - 1 - step if unit == "score" else step


def _shade(glyphs: Glyphs, heat: int) -> str:
    return glyphs.shades[heat * len(glyphs.shades) // HEATS] if glyphs.patterned else glyphs.shades[-1]


def _number(value: float, unit: Unit) -> str:
    if unit == "ratio":
        return f"{100 * value:.0f}"
    return f"{value:.1f}" if unit == "score" else formats.compact(value)
