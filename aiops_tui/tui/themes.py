"""Colours: one dark and one light palette, and which of its colours each role of a drawing has.

Sentiment is blue, orange and grey, which colour-blind people tell apart; words and markers say it too. The values are
chosen so that their nearest neighbours among 16 colours still differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from rich.style import Style
from textual.theme import Theme

_DARK = {
    "ground": "#10151b", "text": "#d8dee6", "strong": "#ffffff", "label": "#a3aebb", "muted": "#7d8996",
    "axis": "#7d8996", "border": "#46525f", "accent": "#4fc1b0", "positive": "#5aa9f0", "neutral": "#a7b0ba",
    "negative": "#f39a4a", "other": "#b794d6", "unanalysed": "#68747f", "good": "#5aa9f0", "bad": "#f39a4a",
    "open": "#68747f", "alarm": "#ff6b5e", "selected": "#243442", "bar": "#1a222b", "hit": "#6b5a16",
}  # fmt: skip
_LIGHT = {
    "ground": "#fbfbf9", "text": "#25303b", "strong": "#000000", "label": "#4c5a67", "muted": "#66727e",
    "axis": "#66727e", "border": "#aab4bd", "accent": "#00756a", "positive": "#1c62b5", "neutral": "#707a84",
    "negative": "#b8560a", "other": "#7a4fa3", "unanalysed": "#9aa4ad", "good": "#1c62b5", "bad": "#b8560a",
    "open": "#9aa4ad", "alarm": "#c0281c", "selected": "#d5e6e6", "bar": "#eceeec", "hit": "#ffe38a",
}  # fmt: skip
_DARK_HEATS = ("#1d2a35", "#28404c", "#38524f", "#5a6144", "#86702f", "#b17c2c", "#d88a37", "#f6a95e")
_LIGHT_HEATS = ("#eef0ea", "#e9e3cb", "#eed6a8", "#f0c384", "#eda95e", "#e08a3a", "#c76a1c", "#9c470b")
_GROUNDS = {"selected": "selected", "selected.blur": "bar", "hit": "hit", "bar": "bar"}
_BOLD = frozenset({"strong", "title", "tab.here", "critical", "error", "cursor", "alarm"})
_SAME = {
    "title": "text", "focus": "accent", "tab.here": "accent", "critical": "alarm", "error": "alarm",
    "warning": "negative", "info": "label", "debug": "muted", "like": "good", "dislike": "bad",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme, by role."""

    name: str
    dark: bool

    def colour(self, role: str) -> str:
        """Return the colour of a role as ``#rrggbb``; a role that is not known is plain text."""
        colours = _DARK if self.dark else _LIGHT
        if role.startswith(("heat", "cell")) and role[4:].isdigit():
            return (_DARK_HEATS if self.dark else _LIGHT_HEATS)[int(role[4:])]
        return colours.get(_SAME.get(role, role), colours["text"])

    def style(self, role: str, ground: str = "", *, stale: bool = False) -> Style:
        """Return how text of a role looks on a ground (a role, or nothing for the screen's); greyed if stale."""
        return _style(self, role, ground, stale)

    def theme(self) -> Theme:
        """Return the palette as Textual wants it."""
        ground, text, accent = self.colour("ground"), self.colour("text"), self.colour("accent")
        return Theme(
            name=self.name, dark=self.dark, primary=accent, secondary=accent, accent=accent, foreground=text,
            background=ground, surface=ground, panel=self.colour("bar"), warning=self.colour("negative"),
            error=self.colour("alarm"), success=accent,
            variables={
                "border": self.colour("border"), "input-cursor-background": accent,
                "input-selection-background": self.colour("selected"), "bar": self.colour("bar"),
            },
        )  # fmt: skip


PALETTES: dict[str, Palette] = {"dark": Palette("aiops-dark", dark=True), "light": Palette("aiops-light", dark=False)}


@lru_cache(maxsize=1024)
def _style(palette: Palette, role: str, ground: str, stale: bool) -> Style:
    behind = palette.colour(_GROUNDS.get(ground, ground)) if ground else palette.colour("ground")
    if stale:
        return Style(color=palette.colour("muted" if role != "border" else "border"), bgcolor=behind)
    if role.startswith("cell"):
        # Text on a warm cell is dark on the bright end of either theme's scale, light on the dark end.
        bright = int(role[4:]) >= 4 if palette.dark else int(role[4:]) < 6
        return Style(color="#10151b" if bright else "#f4f6f8", bgcolor=palette.colour(role))
    if role == "cursor":
        return Style(color=palette.colour("ground"), bgcolor=palette.colour("accent"), bold=True)
    if role in _GROUNDS and not ground:
        behind = palette.colour(_GROUNDS[role])
        role = "text"
    return Style(color=palette.colour(role), bgcolor=behind, bold=role in _BOLD or None)
