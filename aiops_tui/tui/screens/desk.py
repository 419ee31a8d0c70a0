"""The main screen with what its keys and the palette do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from aiops_tui.tui import moves
from aiops_tui.tui.bindings import bindings_of
from aiops_tui.tui.look import host
from aiops_tui.tui.screens.telling import TellingScreen

if TYPE_CHECKING:
    from aiops_tui.tui.screens.palette import Command


class Desk(TellingScreen):
    """Polls and does what the palette lists, beside moving, asking, handing out, keeping and telling others."""

    BINDINGS = bindings_of("main")

    # polling

    def action_pause(self) -> None:
        """Stop polling, or go on."""
        session, words = self.session, host(self).look.words
        session.pause(not session.paused)
        host(self).tell(words("tui.paused" if session.paused else "tui.resumed"), seconds=3)

    def action_refresh(self) -> None:
        """Poll now."""
        if self.session.monitor is not None:
            self.session.monitor.refresh()
            host(self).tell(host(self).look.words("tui.refreshing"), seconds=2)

    def action_interval(self) -> None:
        """Poll by the next interval."""
        seconds = self.session.next_interval()
        host(self).tell(host(self).look.words("tui.interval", seconds=f"{seconds:g}"))

    # the palette

    def run_command(self, command: Command | None) -> None:
        """Do what was chosen in the palette: a choice with its argument, else what a key does."""
        if command is None:
            return
        desk = host(self)
        choices: Mapping[str, Callable[[str], object]] = {
            "window": lambda name: self.go_in_time(moves.windowed(self.session.view, name)),
            "language": lambda name: desk.configure(language=name),
            "theme": lambda name: desk.configure(theme=name),
            "zone": lambda name: desk.configure(timezone=name),
            "mouse": lambda state: desk.configure(mouse=state == "on"),
            "interval": self._poll_every,
            "saved": self.open_saved,
            "forget": self.delete_saved,
        }
        if command.argument:
            choices[command.action](command.argument)
        else:
            self.call_later(self._call, command.action)

    def _poll_every(self, seconds: str) -> None:
        self.session.set_interval(float(seconds))
        host(self).tell(host(self).look.words("tui.interval", seconds=seconds))

    def action_reconcile(self) -> None:
        """Recount everything that the view rests on."""
        if self.session.monitor is not None:
            self.session.monitor.reconcile()
            host(self).tell(host(self).look.words("tui.reconciling"))

    def action_notices(self) -> None:
        """Show all there is to know of data and settings."""
        self._show_notices()

    async def _call(self, action: str) -> None:
        namespace = self if hasattr(self, f"action_{action}") else self.app
        await self.app.run_action(action, namespace)
