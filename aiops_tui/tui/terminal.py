"""Textual's driver for terminals, which also tells whether more has been typed than was taken."""

from __future__ import annotations

from select import select

from textual import events
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message


class TerminalDriver(LinuxDriver):
    """Reads the terminal in a thread of its own; ``typed_at`` is when it read the latest key."""

    typed_at = 0.0

    def process_message(self, message: Message) -> None:
        """Note a key before it is on its way."""
        if isinstance(message, events.Key):
            self.typed_at = message.time
        super().process_message(message)

    def more_since(self, moment: float) -> bool:
        """Return whether anything was typed after the key of a moment: it is on its way, or waits to be read."""
        return self.typed_at > moment or bool(select([self.fileno], [], [], 0)[0])
