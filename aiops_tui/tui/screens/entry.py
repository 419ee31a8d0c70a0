"""A log entry as a sheet: all its lines, what is found in them, and the conversations of the minute around it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import CancelledError, Future

from textual.message import Message

from aiops_tui.charts.spans import Line
from aiops_tui.model.panels import Notice
from aiops_tui.model.records import LogEntry, Page
from aiops_tui.tui.bindings import bindings_of
from aiops_tui.tui.footer import Footer
from aiops_tui.tui.keys import key_named, keys_of
from aiops_tui.tui.look import Look, host
from aiops_tui.tui.screens.letter import around_lines, entry_lines
from aiops_tui.tui.screens.sheet import Sheet

MOST = 10
"""So many of the conversations are shown; a key leads to the list of all."""

_READING = Notice("tui.list.reading")
_UNREAD = Notice("tui.list.failed")


class EntryScreen(Sheet):
    """Shows an entry at once, and the conversations when they were read; closes with True to go to their list."""

    BINDINGS = bindings_of("log", only=frozenset({"around"}))

    class Arrived(Message):
        """The conversations were read, or could not be."""

        def __init__(self, future: Future[Page]) -> None:
            super().__init__()
            self.future = future

    def __init__(self, entry: LogEntry, look: Look, plain: str, around: Future[Page] | None) -> None:
        self._entry = entry
        self._around = around
        self._found: Page | Notice | None = None if around is None else _READING
        super().__init__(look.words("tui.entry.title"), self._write, plain=plain)

    def on_mount(self) -> None:
        """Wait for the conversations."""
        if self._around is not None:
            self._around.add_done_callback(lambda done: self.post_message(self.Arrived(done)))

    def show_keys(self) -> None:
        """Show the keys that work here: of those of the list the one that leads on."""
        hidden = {key.id for key in keys_of("log")} - ({"around"} if self._around is not None else set())
        self.query_one(Footer).show(("everywhere", "dialog", "log"), frozenset(hidden | {"help"}))

    def on_unmount(self) -> None:
        """Ask no more for what nobody will see."""
        if self._around is not None:
            self._around.cancel()

    def on_entry_screen_arrived(self, message: Arrived) -> None:
        """Show what was read."""
        message.stop()
        future = message.future
        error = CancelledError() if future.cancelled() else future.exception()
        if error is None:
            self._found = future.result()
        else:
            reason = getattr(error, "notice", _UNREAD)
            self._found = reason if isinstance(reason, Notice) else _UNREAD
        self.rewrite()

    def action_around(self) -> None:
        """Go to the list of the conversations."""
        if self._around is not None:
            self.dismiss(True)

    def _write(self, cells: int) -> Sequence[Line]:
        look = host(self).look
        lines = entry_lines(self._entry, look, cells)
        if self._found is None:
            return lines
        shown = key_named("around", host(self).keys).shown
        return [*lines, *around_lines(self._found, look, cells, shown)]
