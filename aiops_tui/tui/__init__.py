"""The console on the screen: the only room that knows Textual."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiops_tui.config import Settings
    from aiops_tui.model.view import View


def run(settings: Settings, view: View) -> int:
    """Show the console until it is left and return the exit status; a crash leaves a line on standard error."""
    from aiops_tui.tui.running import run_console

    return run_console(settings, view)
