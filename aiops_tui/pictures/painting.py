"""Lines of cells painted as a PNG, twice as large as on a screen, in 64 colours or fewer."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from aiops_tui.charts.colours import ink
from aiops_tui.charts.spans import Line
from aiops_tui.pictures.shapes import Box, Colour, draw_shape, is_shape

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

CELL_WIDTH, CELL_HEIGHT = 14, 32
"""Pixels of a cell."""

_SIZE = 28
_BASELINE = 4
_MARGIN = 24
_COLOURS = 64
_MOST_CELLS = 60_000
_UNKNOWN = "·"
_ASCII = range(0x21, 0x7F)


class Cell(NamedTuple):
    """A character where it stands, with the cells it takes and its colours."""

    x: int
    y: int
    text: str
    width: int
    colour: str
    ground: str
    bold: bool


def png(lines: Sequence[Line], *, dark: bool, stale: frozenset[int] = frozenset()) -> bytes:
    """Return lines as a picture in one of the two themes; ``stale`` lines are greyed.

    Needs Pillow (`pictures.available`). What would be larger than any screen is cut off.
    """
    columns = max((sum(cell_len(span.text) for span in line) for line in lines), default=1)
    rows = max(min(len(lines), _MOST_CELLS // max(columns, 1)), 1)
    cells = list(_cells(lines[:rows], dark=dark, stale=stale))
    return painted(cells, columns, rows, ink("text", "", dark=dark).ground)


def painted(cells: Sequence[Cell], columns: int, rows: int, ground: str) -> bytes:
    """Return cells as a picture with a margin, what none of them covers in the colour of the ground."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (columns * CELL_WIDTH + 2 * _MARGIN, rows * CELL_HEIGHT + 2 * _MARGIN), ground)
    canvas = ImageDraw.Draw(picture)
    for cell in cells:
        left, top, right, bottom = _box(cell)
        canvas.rectangle((left, top, right - 1, bottom - 1), fill=cell.ground)
    for cell in cells:
        colour, behind, box = _rgb(cell.colour), _rgb(cell.ground), _box(cell)
        if is_shape(cell.text):
            draw_shape(canvas, cell.text, box, colour, behind)
        elif not cell.text.isspace():
            mask = _glyph(cell.text, cell.width, bold=cell.bold)
            if mask is not None:
                canvas.bitmap((box[0], box[1]), mask, fill=colour)
    return _packed(picture)


def _cells(lines: Sequence[Line], *, dark: bool, stale: frozenset[int]) -> Iterator[Cell]:
    for y, line in enumerate(lines):
        x = 0
        for span in line:
            found = ink(span.role, span.ground, dark=dark, stale=y in stale)
            for character in span.text:
                width = cell_len(character)
                if width:
                    yield Cell(x, y, character, width, found.colour, found.ground, found.bold)
                    x += width


def _box(cell: Cell) -> Box:
    left, top = _MARGIN + cell.x * CELL_WIDTH, _MARGIN + cell.y * CELL_HEIGHT
    return left, top, left + cell.width * CELL_WIDTH, top + CELL_HEIGHT


@cache
def _rgb(colour: str) -> Colour:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


@cache
def _font() -> FreeTypeFont:
    from PIL import ImageFont

    content = (files("aiops_tui.pictures") / "font" / "aiops-gothic.ttf").read_bytes()
    return ImageFont.truetype(BytesIO(content), _SIZE, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def _glyph(character: str, cells: int, *, bold: bool) -> Image | None:
    """Return a character as a mask as large as its cells; the font is wider than a terminal in what it squeezes."""
    from PIL import Image, ImageDraw

    known = _known(character)
    font, width = _font(), cells * CELL_WIDTH
    left, _, right, _ = font.getbbox(known)
    mask = Image.new("L", (width, CELL_HEIGHT), 0)
    if right <= left:
        return None
    if font.getlength(known) <= width:
        _write(ImageDraw.Draw(mask), 0, known, bold=bold)
        return mask
    wide = Image.new("L", (int(right - left) + 2, CELL_HEIGHT), 0)
    _write(ImageDraw.Draw(wide), -int(left), known, bold=bold)
    if wide.width > width:
        wide = wide.resize((width, CELL_HEIGHT), Image.Resampling.LANCZOS)
    mask.paste(wide, ((width - wide.width) // 2, 0))
    return mask


def _write(canvas: object, x: int, text: str, *, bold: bool) -> None:
    from PIL import ImageDraw

    assert isinstance(canvas, ImageDraw.ImageDraw)  # noqa: S101
    for shift in (0, 1) if bold else (0,):
        canvas.text((x + shift, _BASELINE - 1), text, fill=255, font=_font())


@cache
def _known(character: str) -> str:
    """Return a character that the font has: without its accent, or a dot, never an empty box."""
    if ord(character) in _ASCII or _drawn(character):
        return character
    base = unicodedata.normalize("NFKD", character)[:1]
    return base if base and _drawn(base) else _UNKNOWN


def _drawn(character: str) -> bool:
    left, top, right, bottom = _font().getbbox(character)
    return right > left and bottom > top


def _packed(picture: Image) -> bytes:
    from PIL import Image

    few = picture.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    out = BytesIO()
    few.save(out, "PNG", optimize=False, compress_level=6)
    return out.getvalue()
