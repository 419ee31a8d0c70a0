"""Lines drawn by plotext, as characters and the role of their colour."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

_PIECE = re.compile(r"\x1b\[(?P<code>[0-9;]*)m|(?P<text>[^\x1b\n]+)|(?P<end>\n)")
_COLOUR = "38;5;"

DOTS_WIDE, DOTS_HIGH = 2, 4
"""Dots of a cell in Braille."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Points joined by a line; ``x`` counts half cells from 0, None in ``y`` is a gap."""

    x: Sequence[int]
    y: Sequence[float | None]
    role: str
    marker: str


def draw_curves(
    curves: Sequence[Curve], columns: int, rows: int, low: float, high: float
) -> list[tuple[int, int, str, str]]:
    """Return the cells that lines pass: column, row from the top, character, role. Later curves hide earlier ones.

    ``marker`` is one character, or ``braille`` for lines of dots. ``low`` and ``high`` are the values at the lower and
    the upper edge. A figure of plotext is made for each call: its global one is not safe between threads.
    """
    from plotext._figure import _figure_class

    curves = [curve for curve in curves if any(y is not None for y in curve.y)]
    if not curves:
        return []
    codes = {role: code for code, role in enumerate({curve.role: None for curve in curves}, 1)}
    figure = _figure_class()
    figure._limit_size(False, False)
    figure.plot_size(columns, rows)
    figure.frame(False)
    figure.xticks([])
    figure.yticks([])
    for paint in (figure.canvas_color, figure.axes_color, figure.ticks_color):
        paint("default")
    figure.xlim(0, DOTS_WIDE * columns - 1)
    figure.ylim(low, high)
    for curve in curves:
        # Infinity stops plotext; not-a-number is its gap.
        heights = [math.nan if y is None else y for y in curve.y]
        figure.plot(list(curve.x), heights, marker=curve.marker, color=codes[curve.role])
    return _cells(figure.build(), {code: role for role, code in codes.items()})


def _cells(built: str, roles: dict[int, str]) -> list[tuple[int, int, str, str]]:
    found: list[tuple[int, int, str, str]] = []
    column = row = 0
    role = ""
    for piece in _PIECE.finditer(built):
        if piece["end"]:
            column, row = 0, row + 1
        elif piece["text"]:
            found += [(column + i, row, char, role) for i, char in enumerate(piece["text"]) if char != " "]
            column += len(piece["text"])
        else:
            code = piece["code"].removeprefix(_COLOUR)
            role = roles.get(int(code), "") if code.isdigit() else ""
    return [cell for cell in found if cell[3]]
