"""The palettes of `charts.colours` as Textual and Rich want them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from rich.style import Style
from textual.theme import Theme

from aiops_tui.charts.colours import Depth, colour, ink


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme, by role."""

    name: str
    dark: bool
    depth: Depth = "full"

    def colour(self, role: str) -> str:
        """Return the colour of a role as ``#rrggbb``; a role that is not known is plain text."""
        return colour(role, dark=self.dark, depth=self.depth)

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


def palettes(depth: Depth) -> dict[str, Palette]:
    """Return the palettes by the setting that chooses them, for what the terminal can show."""
    return {name: replace(palette, depth=depth) for name, palette in PALETTES.items()}


def depth_of(colour_system: str | None, *, no_color: bool) -> Depth:
    """Return what a terminal can show, from Rich's name for its colours."""
    if no_color:
        return "grey"
    return "full" if colour_system in {"256", "truecolor"} else "sixteen"


@lru_cache(maxsize=1024)
def _style(palette: Palette, role: str, ground: str, stale: bool) -> Style:
    found = ink(role, ground, dark=palette.dark, depth=palette.depth, stale=stale)
    return Style(color=found.colour, bgcolor=found.ground, bold=found.bold or None)
