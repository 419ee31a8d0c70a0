"""What stands over the panes while they stay in sight around it."""

from __future__ import annotations

import gc
from typing import cast

from rich.console import RenderableType
from textual.css.styles import RulesMap
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import ModalScreen, Screen, ScreenResultType
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual

_SWEPT_SECONDS = 0.05


class Over(ModalScreen[ScreenResultType]):
    """A screen without a ground of its own."""

    def render(self) -> RenderableType:
        """Return what is below: its lines as they are, where Textual would take all of them apart."""
        below = super().render()
        if not isinstance(below, BackgroundScreen) or below.color.a:
            return below
        return cast("RenderableType", _Below(below.screen))  # Textual takes its own kind here as everywhere

    def on_unmount(self) -> None:
        """Have what this leaves swept up soon, while nobody waits: of several such screens it would hold up a key."""
        self.app.set_timer(_SWEPT_SECONDS, lambda: gc.collect(1))


class _Below(Visual):
    """What a screen shows."""

    def __init__(self, screen: Screen[object]) -> None:
        self._screen = screen

    def render_strips(self, width: int, height: int | None, style: Style, options: RenderOptions) -> list[Strip]:
        return self._screen._compositor.render_strips()

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        return self._screen.size.width

    def get_height(self, rules: RulesMap, width: int) -> int:
        return self._screen.size.height
