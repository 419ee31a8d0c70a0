"""How everything is shown at the moment, and what the parts of the screen ask of the application."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, cast
from zoneinfo import ZoneInfo

from textual.dom import DOMNode

from aiops_tui.config import Settings
from aiops_tui.text.translations import Translator
from aiops_tui.tui.keys import Key
from aiops_tui.tui.themes import Palette

if TYPE_CHECKING:
    from aiops_tui.tui.session import Session
    from aiops_tui.tui.sharing import Sharing


LOW = 20
"""On screens of fewer lines what opens above the panes takes the whole screen."""


@dataclass(frozen=True, slots=True)
class Look:
    """What every widget draws by; two that are equal draw the same.

    ``stale`` greys the data: it is of a lost database or of a view that was left. ``day`` is today's midnight in the
    zone, before which times are written with their date.
    """

    words: Translator
    zone: ZoneInfo
    palette: Palette
    stale: bool = False
    day: datetime | None = None


class Host(Protocol):
    """The application as its screens and widgets see it."""

    settings: Settings
    session: Session
    sharing: Sharing
    keys: tuple[Key, ...]

    @property
    def look(self) -> Look:
        """How things are shown."""

    def now(self) -> datetime:
        """Return this machine's time."""

    def tell(self, text: str, role: str = "text", seconds: float = 8.0) -> None:
        """Say something in the last line for a while; 0 is until something else is said."""

    def update(self) -> None:
        """Show the session as it is."""

    def opened(self) -> None:
        """Give a line to type in, which has just opened, the keys pressed since it was asked for."""

    def configure(
        self,
        *,
        language: str | None = None,
        theme: str | None = None,
        timezone: str | None = None,
        mouse: bool | None = None,
    ) -> None:
        """Take other settings and show everything by them."""

    def leave(self) -> None:
        """End now."""


def host(node: DOMNode) -> Host:
    """Return the application that a widget is part of."""
    return cast(Host, node.app)
