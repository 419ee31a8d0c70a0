"""Box, block, braille and mark characters as geometry: they join from cell to cell and need no font."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

Colour = tuple[int, int, int]
Box = tuple[int, int, int, int]
"""The pixels of a cell: left, top, and right and bottom, which are not of it any more."""

_LEFT, _RIGHT, _UP, _DOWN = 1, 2, 4, 8
_ARMS: Mapping[str, int] = {
    "─": _LEFT | _RIGHT, "━": _LEFT | _RIGHT, "│": _UP | _DOWN, "┃": _UP | _DOWN,
    "┌": _RIGHT | _DOWN, "┐": _LEFT | _DOWN, "└": _RIGHT | _UP, "┘": _LEFT | _UP,
    "├": _UP | _DOWN | _RIGHT, "┤": _UP | _DOWN | _LEFT, "┬": _LEFT | _RIGHT | _DOWN, "┴": _LEFT | _RIGHT | _UP,
    "┼": _LEFT | _RIGHT | _UP | _DOWN, "╴": _LEFT, "╶": _RIGHT, "╵": _UP, "╷": _DOWN,
}  # fmt: skip
_ROUND: Mapping[str, tuple[int, int]] = {"╭": (1, 1), "╮": (-1, 1), "╰": (1, -1), "╯": (-1, -1)}
_DASHES: Mapping[str, int] = {"┄": 3, "┈": 4, "╌": 2, "┅": 3, "┉": 4, "╍": 2}
_SHADES: Mapping[str, float] = {"░": 0.28, "▒": 0.5, "▓": 0.75}
_QUADRANTS: Mapping[str, str] = {
    "▖": "3", "▗": "4", "▘": "1", "▙": "134", "▚": "14", "▛": "123", "▜": "124", "▝": "2", "▞": "23", "▟": "234",
}  # fmt: skip
_DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
"""Column and row of the braille dots in the order of their bits."""

Points = Sequence[tuple[float, float]]
_POLYGONS: Mapping[str, Points] = {
    "▲": ((0.5, 0.28), (1, 0.78), (0, 0.78)), "▼": ((0.5, 0.78), (1, 0.28), (0, 0.28)),
    "▶": ((0.1, 0.25), (1, 0.53), (0.1, 0.8)), "◀": ((0.9, 0.25), (0, 0.53), (0.9, 0.8)),
    "◆": ((0.5, 0.26), (1, 0.53), (0.5, 0.8), (0, 0.53)), "■": ((0, 0.32), (1, 0.32), (1, 0.74), (0, 0.74)),
    "▪": ((0.2, 0.42), (0.8, 0.42), (0.8, 0.66), (0.2, 0.66)),
}  # fmt: skip
_STROKES: Mapping[str, Sequence[Points]] = {
    "□": (((0.05, 0.34), (0.95, 0.34), (0.95, 0.72), (0.05, 0.72), (0.05, 0.34)),),
    "◇": (((0.5, 0.28), (0.97, 0.53), (0.5, 0.78), (0.03, 0.53), (0.5, 0.28)),),
    "✖": (((0.1, 0.34), (0.9, 0.72)), ((0.9, 0.34), (0.1, 0.72))),
    "✗": (((0.15, 0.34), (0.85, 0.72)), ((0.85, 0.34), (0.15, 0.72))),
    "✓": (((0.05, 0.56), (0.38, 0.74), (0.95, 0.3)),), "✔": (((0.05, 0.56), (0.38, 0.74), (0.95, 0.3)),),
    "⏸": (((0.3, 0.36), (0.3, 0.72)), ((0.7, 0.36), (0.7, 0.72))),
    "→": (((0, 0.53), (1, 0.53)), ((0.6, 0.38), (1, 0.53), (0.6, 0.68))),
    "←": (((0, 0.53), (1, 0.53)), ((0.4, 0.38), (0, 0.53), (0.4, 0.68))),
    "↑": (((0.5, 0.28), (0.5, 0.8)), ((0.15, 0.44), (0.5, 0.28), (0.85, 0.44))),
    "↓": (((0.5, 0.28), (0.5, 0.8)), ((0.15, 0.64), (0.5, 0.8), (0.85, 0.64))),
    "↵": (((0.95, 0.3), (0.95, 0.6), (0.1, 0.6)), ((0.4, 0.46), (0.1, 0.6), (0.4, 0.74))),
    "⌫": (((0, 0.53), (0.35, 0.34), (1, 0.34), (1, 0.72), (0.35, 0.72), (0, 0.53)),
          ((0.45, 0.45), (0.8, 0.62)), ((0.8, 0.45), (0.45, 0.62))),
    "␣": (((0.05, 0.6), (0.05, 0.76), (0.95, 0.76), (0.95, 0.6)),),
    "›": (((0.3, 0.36), (0.7, 0.54), (0.3, 0.72)),), "‹": (((0.7, 0.36), (0.3, 0.54), (0.7, 0.72)),),
    "❯": (((0.25, 0.34), (0.75, 0.54), (0.25, 0.74)),), "–": (((0.05, 0.55), (0.95, 0.55)),),
    "—": (((0, 0.55), (1, 0.55)),),
}  # fmt: skip


def is_shape(character: str) -> bool:
    """Return whether a character is drawn as geometry."""
    return (
        "\u2580" <= character <= "\u259f"
        or "\u2800" <= character <= "\u28ff"
        or any(character in table for table in (_ARMS, _ROUND, _DASHES, _POLYGONS, _STROKES))
        or character in "●○◐·…"
    )


def draw_shape(canvas: ImageDraw, character: str, box: Box, ink: Colour, ground: Colour) -> None:
    """Draw a character for which `is_shape` holds into a cell that has its ground already."""
    stroke = max((box[2] - box[0]) // 7, 1)
    if character in _ARMS:
        _arms(canvas, box, _ARMS[character], ink, stroke * 2 if character in "━┃" else stroke)
    elif character in _ROUND:
        _corner(canvas, box, _ROUND[character], ink, stroke)
    elif character in _DASHES:
        _dashes(canvas, box, _DASHES[character], ink, stroke)
    elif "\u2580" <= character <= "\u259f":
        _block(canvas, character, box, ink, ground)
    elif "\u2800" <= character <= "\u28ff":
        _braille(canvas, ord(character) - 0x2800, box, ink)
    elif character in _POLYGONS:
        canvas.polygon(_placed(_POLYGONS[character], box), fill=ink)
    elif character in _STROKES:
        for points in _STROKES[character]:
            canvas.line(_placed(points, box), fill=ink, width=stroke, joint="curve")
    else:
        _round_mark(canvas, character, box, ink, stroke)


def _placed(points: Points, box: Box) -> list[tuple[float, float]]:
    left, top, right, bottom = box
    width, height = right - left - 2, bottom - top - 1
    return [(left + 1 + x * width, top + y * height) for x, y in points]


def _arms(canvas: ImageDraw, box: Box, arms: int, ink: Colour, stroke: int) -> None:
    left, top, right, bottom = box
    x, y = (left + right - stroke) // 2, (top + bottom - stroke) // 2
    if arms & (_LEFT | _RIGHT):
        ends = (left if arms & _LEFT else x, right if arms & _RIGHT else x + stroke)
        canvas.rectangle((ends[0], y, ends[1] - 1, y + stroke - 1), fill=ink)
    if arms & (_UP | _DOWN):
        ends = (top if arms & _UP else y, bottom if arms & _DOWN else y + stroke)
        canvas.rectangle((x, ends[0], x + stroke - 1, ends[1] - 1), fill=ink)


def _corner(canvas: ImageDraw, box: Box, towards: tuple[int, int], ink: Colour, stroke: int) -> None:
    """Draw a quarter of a circle between the middles of two sides, and the rest of the way to the longer one."""
    left, top, right, bottom = box
    x, y = (left + right - stroke) // 2, (top + bottom - stroke) // 2
    across, down = towards
    radius = (right - x) if across > 0 else (x + stroke - left)
    centre = (x + radius if across > 0 else x + stroke - radius, y + radius if down > 0 else y + stroke - radius)
    start = {(1, 1): 180, (-1, 1): 270, (1, -1): 90, (-1, -1): 0}[towards]
    ring = (centre[0] - radius, centre[1] - radius, centre[0] + radius - 1, centre[1] + radius - 1)
    canvas.arc(ring, start, start + 90, fill=ink, width=stroke)
    ends = (y + radius, bottom) if down > 0 else (top, y + stroke - radius)
    if ends[1] > ends[0]:
        canvas.rectangle((x, ends[0], x + stroke - 1, ends[1] - 1), fill=ink)


def _dashes(canvas: ImageDraw, box: Box, count: int, ink: Colour, stroke: int) -> None:
    left, top, right, bottom = box
    y, step = (top + bottom - stroke) // 2, (right - left) / count
    for place in range(count):
        start = round(left + place * step)
        canvas.rectangle((start, y, start + max(round(step / 2), 1) - 1, y + stroke - 1), fill=ink)


def _block(canvas: ImageDraw, character: str, box: Box, ink: Colour, ground: Colour) -> None:
    left, top, right, bottom = box
    width, height, code = right - left, bottom - top, ord(character)

    def fill(x0: float, y0: float, x1: float, y1: float, colour: Colour = ink) -> None:
        edges = (left + round(x0 * width), top + round(y0 * height), left + round(x1 * width), top + round(y1 * height))
        if edges[2] > edges[0] and edges[3] > edges[1]:
            canvas.rectangle((edges[0], edges[1], edges[2] - 1, edges[3] - 1), fill=colour)

    if character in _SHADES:
        fill(0, 0, 1, 1, mixed(ink, ground, _SHADES[character]))
    elif character in _QUADRANTS:
        for quadrant in _QUADRANTS[character]:
            x, y = (int(quadrant) - 1) % 2 / 2, (int(quadrant) - 1) // 2 / 2
            fill(x, y, x + 0.5, y + 0.5)
    elif code == 0x2580:
        fill(0, 0, 1, 0.5)
    elif code <= 0x2588:
        fill(0, 1 - (code - 0x2580) / 8, 1, 1)
    elif code <= 0x258F:
        fill(0, 0, (0x2590 - code) / 8, 1)
    elif code == 0x2590:
        fill(0.5, 0, 1, 1)
    elif code == 0x2594:
        fill(0, 0, 1, 0.125)
    else:
        fill(0.875, 0, 1, 1)


def _braille(canvas: ImageDraw, bits: int, box: Box, ink: Colour) -> None:
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    radius = max(width / 6, 1)
    for place, (column, row) in enumerate(_DOTS):
        if bits >> place & 1:
            x, y = left + width * (1 + 2 * column) / 4, top + height * (1 + 2 * row) / 8
            canvas.ellipse((x - radius, y - radius, x + radius, y + radius), fill=ink)


def _round_mark(canvas: ImageDraw, character: str, box: Box, ink: Colour, stroke: int) -> None:
    left, top, right, bottom = box
    x, y = (left + right - 1) / 2, top + (bottom - top) * 0.53
    if character == "…":
        for place in (1, 3, 5):
            _dot(canvas, left + (right - left) * place / 6, top + (bottom - top) * 0.72, stroke * 0.7, ink)
    elif character == "·":
        _dot(canvas, x, y, stroke * 0.9, ink)
    else:
        radius = (right - left) * 0.44
        ring = (x - radius, y - radius, x + radius, y + radius)
        if character == "●":
            canvas.ellipse(ring, fill=ink)
        else:
            canvas.ellipse(ring, outline=ink, width=stroke)
        if character == "◐":
            canvas.pieslice(ring, 90, 270, fill=ink)


def _dot(canvas: ImageDraw, x: float, y: float, radius: float, ink: Colour) -> None:
    canvas.ellipse((x - radius, y - radius, x + radius, y + radius), fill=ink)


def mixed(ink: Colour, ground: Colour, share: float) -> Colour:
    """Return a colour between two; ``share`` of 1 is the first."""
    red, green, blue = (round(a * share + b * (1 - share)) for a, b in zip(ink, ground, strict=True))
    return red, green, blue
