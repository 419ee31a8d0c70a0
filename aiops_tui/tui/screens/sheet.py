"""A sheet over the panes with something to read: help, notices, a log entry, what sharing needs."""

from __future__ import annotations

from textual.app import ComposeResult

from aiops_tui.tui.bindings import bindings_of
from aiops_tui.tui.clipboard import told
from aiops_tui.tui.footer import Footer
from aiops_tui.tui.look import host
from aiops_tui.tui.screens.over import Over
from aiops_tui.tui.styles import STYLES
from aiops_tui.tui.widgets.reader import Reader, Write


class Sheet(Over[bool]):
    """Shows one text until it is closed; ``heading`` is its title."""

    BINDINGS = bindings_of("everywhere", "dialog")
    CSS_PATH = STYLES / "sheet.tcss"

    def __init__(self, heading: str, write: Write, *, plain: str = "") -> None:
        super().__init__()
        self.plain = plain
        """The text as it is copied."""
        self._heading, self._text = heading, write
        self._reader = Reader(id="sheet")
        self._reader.show(heading, write)

    def compose(self) -> ComposeResult:
        """Put the text above the keys."""
        yield self._reader
        yield Footer(id="sheetfooter")

    def on_mount(self) -> None:
        """Give the text the keys."""
        self._reader.focus()
        self.show_keys()

    def show_keys(self) -> None:
        """Show the keys that work here."""
        self.query_one(Footer).show(("everywhere", "dialog"), frozenset({"help"}))

    def rewrite(self) -> None:
        """Show what the text has become."""
        self._reader.show(self._heading, self._text, keep_place=True)
        self._reader.refresh(layout=True)

    def action_shut(self) -> None:
        """Close the sheet."""
        self.dismiss()

    def action_copy(self) -> None:
        """Copy the text."""
        if self.plain:
            self.app.copy_to_clipboard(self.plain)
            self.query_one(Footer).tell(told("cell", self.plain, host(self).look.words))
