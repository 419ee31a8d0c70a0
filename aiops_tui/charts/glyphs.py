"""The characters that charts are drawn with, and what each named series looks like."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Glyphs:
    """A set of characters; ``lower`` and ``left`` have nine steps from an empty cell to a full one.

    ``patterned`` says that the parts of a stack differ by their characters, not by colour alone.
    """

    lower: str
    left: str
    shades: str
    horizontal: str
    vertical: str
    tick_x: str
    tick_y: str
    corner: str
    grid: str
    gap: str
    few: str
    open_fill: str
    open_point: str
    ellipsis: str
    dash: str
    ascii: bool = False
    patterned: bool = False


UNICODE = Glyphs(
    lower=" ▁▂▃▄▅▆▇█",
    left=" ▏▎▍▌▋▊▉█",
    shades="░▒▓█",
    horizontal="─",
    vertical="│",
    tick_x="┬",
    tick_y="┤",
    corner="┴",
    grid="┈",
    gap="·",
    few=":",
    open_fill="░",
    open_point="○",
    ellipsis="…",
    dash="–",
)
_PATTERNED = replace(UNICODE, patterned=True)
_ASCII = Glyphs(
    lower=" --++**##",
    left=" --++**##",
    shades="-+*#",
    horizontal="-",
    vertical="|",
    tick_x="+",
    tick_y="+",
    corner="+",
    grid=" ",
    gap=".",
    few=":",
    open_fill=":",
    open_point="o",
    ellipsis="~",
    dash="-",
    ascii=True,
    patterned=True,
)


@dataclass(frozen=True, slots=True)
class Style:
    """How one series is told from the others: by colour, by the marker on its line and by the pattern of its bars."""

    role: str
    marker: str
    pattern: str
    letter: str

    def mark(self, glyphs: Glyphs) -> str:
        """Return the character of a point."""
        return self.letter if glyphs.ascii else self.marker

    def full(self, glyphs: Glyphs) -> str:
        """Return the character of a full cell."""
        if glyphs.ascii:
            return self.letter
        return self.pattern if glyphs.patterned else glyphs.lower[-1]

    def key(self, glyphs: Glyphs) -> str:
        """Return the character that stands for the bars in a legend."""
        return self.full(glyphs) if glyphs.patterned else self.marker


PLAIN = Style("accent", "●", "█", "#")
_STYLES = {
    "positive": Style("positive", "■", "▓", "+"),
    "neutral": Style("neutral", "●", "▒", "-"),
    "negative": Style("negative", "▲", "█", "#"),
    "other": Style("other", "◆", "▚", "*"),
    "unanalysed": Style("unanalysed", "□", "⠶", "."),
    "like": Style("good", "■", "▓", "+"),
    "dislike": Style("bad", "▲", "█", "#"),
    "critical": Style("critical", "◆", "▚", "*"),
    "error": Style("error", "▲", "█", "#"),
    "warning": Style("warning", "■", "▓", "+"),
    "info": Style("info", "●", "▒", "-"),
    "debug": Style("debug", "□", "⠶", "."),
}
_OTHERS = (
    PLAIN,
    Style("positive", "■", "▓", "+"),
    Style("other", "◆", "▚", "*"),
    Style("neutral", "▲", "▒", "-"),
    Style("unanalysed", "□", "⠶", "."),
)
_BASE = ("critical", "error", "negative", "dislike", "warning", "neutral", "positive", "like")
"""What stands on the baseline of a stack, where heights are best compared, comes first."""


def glyphs_for(*, ascii: bool = False, patterns: bool = False) -> Glyphs:  # noqa: A002
    """Return the characters for a terminal without UTF-8, for one without colours, or for any other."""
    if ascii:
        return _ASCII
    return _PATTERNED if patterns else UNICODE


def styles(names: Iterable[str]) -> dict[str, Style]:
    """Return how each series is drawn; those that have no look of their own take turns."""
    found: dict[str, Style] = {}
    turn = 0
    for name in names:
        if name in _STYLES:
            found[name] = _STYLES[name]
        else:
            found[name] = _OTHERS[turn % len(_OTHERS)]
            turn += 1
    return found


def stacking(names: Iterable[str]) -> list[str]:
    """Return the series from the bottom of a stack to its top."""
    return sorted(names, key=lambda name: _BASE.index(name) if name in _BASE else len(_BASE))
