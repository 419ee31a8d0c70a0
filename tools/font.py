"""Makes the font of the pictures from NanumGothicCoding.ttf: ``python tools/font.py NanumGothicCoding.ttf OUT.ttf``.

Needs fonttools. All Hangul syllables are kept, Latin letters, punctuation and symbols; box, block and braille
characters are drawn as geometry. What takes one cell of a terminal is one cell wide, so that browsers can have the font
too. The name is another, as the licence of a changed font asks.
"""

from __future__ import annotations

import sys

from fontTools import subset
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from aiops_tui.text.cells import width

RANGES = (
    (0x20, 0x7E), (0xA0, 0x17F), (0x370, 0x3FF), (0x400, 0x45F), (0x2010, 0x206F), (0x20A0, 0x20BF), (0x2100, 0x214F),
    (0x2190, 0x22FF), (0x2460, 0x24FF), (0x25A0, 0x26FF), (0x3000, 0x30FF), (0x3130, 0x318F), (0x3200, 0x33FF),
    (0xAC00, 0xD7A3), (0xFF00, 0xFFEE),
)  # fmt: skip
NAME = "AiopsGothic"
_NAMED = {1: NAME, 3: NAME, 4: NAME, 6: NAME, 16: NAME}


_CELL, _INK = 500, 470
"""How wide a cell is, and how wide the ink of a letter in it may be."""


def squeeze(font: TTFont) -> None:
    """Make letters of one cell as wide as one: with less white around them, or else narrower."""
    glyphs, letters, table, advances = font.getGlyphSet(), font.getBestCmap(), font["glyf"], font["hmtx"].metrics
    wide = {name for code, name in letters.items() if width(chr(code)) == 1 and advances[name][0] > _CELL}
    squeezed = {}
    for name in wide:
        glyph = table[name]
        if glyph.numberOfContours:
            ink = glyph.xMax - glyph.xMin
            scale = min(1.0, _INK / ink)
            pen = TTGlyphPen(glyphs)
            shift = (_CELL - ink * scale) / 2 - glyph.xMin * scale
            glyphs[name].draw(TransformPen(pen, (scale, 0, 0, 1, shift, 0)))
            squeezed[name] = pen.glyph()
    for name in wide:
        if name in squeezed:
            table[name] = squeezed[name]
            squeezed[name].recalcBounds(table)
        advances[name] = (_CELL, getattr(table[name], "xMin", 0))


def main(source: str, target: str) -> None:
    """Write the subset."""
    options = subset.Options()
    options.hinting = False
    options.notdef_outline = False
    options.layout_features = []
    options.name_IDs = ["*"]
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "kern", "vhea", "vmtx", "DSIG", "LTSH", "VDMX", "hdmx", "gasp"]
    font = subset.load_font(source, options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[code for first, last in RANGES for code in range(first, last + 1)])
    cutter.subset(font)
    squeeze(font)
    for record in list(font["name"].names):
        if record.nameID in _NAMED:
            record.string = _NAMED[record.nameID]
        elif record.nameID == 7:
            font["name"].names.remove(record)
    subset.save_font(font, target, options)


if __name__ == "__main__":
    main(*sys.argv[1:])
