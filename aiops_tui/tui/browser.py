"""What Textual's driver for browsers leaves open: who looked before the console was ready is still looking."""

from __future__ import annotations

from textual import events
from textual.drivers.web_driver import WebDriver


class BrowserDriver(WebDriver):
    """Draws to a page, by the process that serves it."""

    _looked = False

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
