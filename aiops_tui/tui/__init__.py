"""The console on the screen: the only room that knows Textual."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiops_tui.config import Settings
    from aiops_tui.model.view import View

_FRAMES = "240"
"""So many a second at most: what a key did waits for the next frame, at Textual's 60 up to a whole one of a screen."""


def run(settings: Settings, view: View) -> int:
    """Show the console until it is left and return the exit status; a crash leaves a line on standard error."""
    # Textual reads it once, when it is imported.
    os.environ.setdefault("TEXTUAL_FPS", _FRAMES)
    from aiops_tui.tui.running import run_console

    return run_console(settings, view)
