"""Colours: one dark and one light palette, and which of its colours each role of a drawing has.

Sentiment is blue, orange and grey, which colour-blind people tell apart; words and markers say it too. Greys are so
little tinted that they stay grey among 256 colours; terminals with 16 colours or none get palettes of their own.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NamedTuple

Depth = Literal["full", "sixteen", "grey"]
"""What a terminal can show: many colours, 16, or (by NO_COLOR) none."""

_DARK = {
    "ground": "#121417", "text": "#dadde2", "strong": "#ffffff", "label": "#a6aeb8", "muted": "#7d8996",
    "axis": "#7d8996", "border": "#485058", "accent": "#4fc1b0", "positive": "#5aa9f0", "neutral": "#a7b0ba",
    "negative": "#f39a4a", "other": "#b794d6", "unanalysed": "#68747f", "good": "#5aa9f0", "bad": "#f39a4a",
    "open": "#68747f", "alarm": "#ff6b5e", "selected": "#2c3239", "bar": "#1c2024", "hit": "#6b5a16",
}  # fmt: skip
_LIGHT = {
    "ground": "#fbfbf9", "text": "#2b3036", "strong": "#000000", "label": "#505860", "muted": "#687078",
    "axis": "#687078", "border": "#aab2b9", "accent": "#00756a", "positive": "#1c62b5", "neutral": "#707a84",
    "negative": "#b8560a", "other": "#7a4fa3", "unanalysed": "#9aa4ad", "good": "#1c62b5", "bad": "#b8560a",
    "open": "#9aa4ad", "alarm": "#c0281c", "selected": "#d6dede", "bar": "#eceeec", "hit": "#ffe38a",
}  # fmt: skip
_DARK_SIXTEEN = _DARK | {
    "ground": "#000000", "text": "#c0c0c0", "label": "#c0c0c0", "muted": "#808080", "axis": "#808080",
    "border": "#808080", "accent": "#ffffff", "positive": "#00ffff", "neutral": "#c0c0c0", "negative": "#ffff00",
    "other": "#ff00ff", "unanalysed": "#808080", "good": "#00ffff", "bad": "#ffff00", "open": "#808080",
    "alarm": "#ff0000", "selected": "#000080", "bar": "#000000", "hit": "#800080",
}  # fmt: skip
_LIGHT_SIXTEEN = _LIGHT | {
    "ground": "#ffffff", "text": "#000000", "label": "#000000", "muted": "#808080", "axis": "#808080",
    "border": "#808080", "accent": "#008080", "positive": "#000080", "neutral": "#808080", "negative": "#800000",
    "other": "#800080", "unanalysed": "#c0c0c0", "good": "#008000", "bad": "#800000", "open": "#c0c0c0",
    "alarm": "#ff0000", "selected": "#c0c0c0", "bar": "#ffffff", "hit": "#ffff00",
}  # fmt: skip
_DARK_GREY = _DARK | {
    "positive": "#b0b0b0", "neutral": "#727272", "negative": "#f4f4f4", "other": "#8e8e8e", "unanalysed": "#505050",
    "good": "#d0d0d0", "bad": "#f4f4f4", "alarm": "#ffffff", "accent": "#c8c8c8", "selected": "#3a3a3a",
}  # fmt: skip
_LIGHT_GREY = _LIGHT | {
    "positive": "#767676", "neutral": "#b4b4b4", "negative": "#101010", "other": "#949494", "unanalysed": "#d4d4d4",
    "good": "#404040", "bad": "#101010", "alarm": "#000000", "accent": "#484848", "selected": "#d0d0d0",
}  # fmt: skip
_COLOURS: dict[tuple[bool, Depth], dict[str, str]] = {
    (True, "full"): _DARK, (True, "sixteen"): _DARK_SIXTEEN, (True, "grey"): _DARK_GREY,
    (False, "full"): _LIGHT, (False, "sixteen"): _LIGHT_SIXTEEN, (False, "grey"): _LIGHT_GREY,
}  # fmt: skip
_HEATS: dict[tuple[bool, Depth], tuple[str, ...]] = {
    (True, "full"): ("#1d2a35", "#28404c", "#38524f", "#745f2c", "#8d772d", "#b17c2c", "#d88a37", "#f6a95e"),
    (False, "full"): ("#eef0ea", "#f3eeb4", "#eed6a8", "#f0c384", "#eda95e", "#e08a2c", "#c76a1c", "#9c470b"),
    (True, "sixteen"): ("#000080", "#000080", "#008080", "#008080", "#808000", "#808000", "#ffff00", "#ffff00"),
    (False, "sixteen"): ("#ffffff", "#ffffff", "#c0c0c0", "#c0c0c0", "#ffff00", "#ffff00", "#808000", "#800000"),
    (True, "grey"): ("#1e1e1e", "#323232", "#464646", "#5c5c5c", "#808080", "#a0a0a0", "#c4c4c4", "#eeeeee"),
    (False, "grey"): ("#f0f0f0", "#dcdcdc", "#c8c8c8", "#b4b4b4", "#a0a0a0", "#888888", "#606060", "#303030"),
}
_GROUNDS = {"selected": "selected", "selected.blur": "bar", "hit": "hit", "bar": "bar"}
_BOLD = frozenset({"strong", "title", "tab.here", "critical", "error", "cursor", "alarm"})
_SAME = {
    "title": "text", "focus": "accent", "tab.here": "accent", "critical": "alarm", "error": "alarm",
    "warning": "negative", "info": "label", "debug": "muted", "like": "good", "dislike": "bad",
}  # fmt: skip


class Ink(NamedTuple):
    """How a piece of text is painted, colours as ``#rrggbb``."""

    colour: str
    ground: str
    bold: bool = False


def colour(role: str, *, dark: bool, depth: Depth = "full") -> str:
    """Return the colour of a role as ``#rrggbb``; a role that is not known is plain text."""
    colours = _COLOURS[dark, depth]
    if role.startswith(("heat", "cell")) and role[4:].isdigit():
        return _HEATS[dark, depth][int(role[4:])]
    return colours.get(_SAME.get(role, role), colours["text"])


@lru_cache(maxsize=2048)
def ink(role: str, ground: str, *, dark: bool, depth: Depth = "full", stale: bool = False) -> Ink:
    """Return how text of a role is painted on a ground (a role, or nothing for the screen's); greyed if stale."""

    def named(name: str) -> str:
        return colour(name, dark=dark, depth=depth)

    behind = named(_GROUNDS.get(ground, ground)) if ground else named("ground")
    if stale:
        return Ink(named("muted" if role != "border" else "border"), behind)
    if role.startswith("cell"):
        # Text on a warm cell is dark on the bright end of either theme's scale, light on the dark end.
        bright = int(role[4:]) >= 4 if dark else int(role[4:]) < 6
        return Ink("#10151b" if bright else "#f4f6f8", named(role))
    if role == "cursor":
        return Ink(named("ground"), named("accent"), bold=True)
    if role in _GROUNDS and not ground:
        behind = named(_GROUNDS[role])
        role = "text"
    return Ink(named(role), behind, bold=role in _BOLD)
