"""What Textual's driver for browsers leaves open: whole packets, and who looked before the console was ready."""

from __future__ import annotations

import os
from functools import partial
from threading import Lock
from typing import Any

from textual import events
from textual.app import App
from textual.drivers.web_driver import WebDriver


class BrowserDriver(WebDriver):
    """Draws to a page, by the process that serves it."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._looked = False
        self._writing = Lock()
        self._write = partial(self._write_whole)

    def start_application_mode(self) -> None:
        """Begin. Textual says last that nobody looks, which may come after the page said that somebody does."""
        super().start_application_mode()
        self._app.call_later(self._look_again)

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        """Take what the page says of itself."""
        if packet_type in {"focus", "blur"}:
            self._looked = packet_type == "focus"
        super().on_meta(packet_type, payload)

    def _look_again(self) -> None:
        if self._looked:
            self._app.post_message(events.AppFocus())

    def _write_whole(self, packet: bytes) -> int:
        """Write all of a packet, and none into another: files are handed out by the thread that reads."""
        with self._writing:
            rest = memoryview(packet)
            while rest:
                rest = rest[os.write(self.fileno, rest) :]
        return len(packet)
