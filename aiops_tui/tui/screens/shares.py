"""The list of what was shared: when, where, by whom, what became of it, and what waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from textual.app import ComposeResult
from textual.message import Message

from aiops_tui.charts.spans import Line, Span
from aiops_tui.text.cells import fit
from aiops_tui.text.formats import moment
from aiops_tui.text.printable import printable
from aiops_tui.tui.bindings import bindings_of
from aiops_tui.tui.footer import Footer
from aiops_tui.tui.look import host
from aiops_tui.tui.screens.over import Over
from aiops_tui.tui.styles import STYLES
from aiops_tui.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from aiops_tui.slack import Outcome
    from aiops_tui.slack.outbox import Entry

_STATE, _CHANNEL, _SENDER = 14, 16, 18
_GIVEN_UP = "slack.dropped_unknown"
"""What is said of a share that was dropped though it may have been posted."""

_ROLES = {"sent": "good", "waiting": "label", "sending": "label", "unknown": "alarm", "rejected": "bad"}


class Shares(Rows):
    """The shares, the newest first."""

    entries: Sequence[Entry] | None = None

    def show(self, entries: Sequence[Entry]) -> None:
        """Take the shares."""
        self.entries = entries
        self.rows_changed()

    def title(self) -> Line:
        """Return what this is."""
        return (Span(self.look.words("tui.shares.title"), "title"),)

    def note(self) -> Line:
        """Return what became of the selected share, in full."""
        entry = self.chosen
        if entry is None:
            return ()
        notice = self.look.words.notice(entry.notice) if entry.notice.id else ""
        return (Span(printable(entry.permalink if entry.state == "sent" and entry.permalink else notice), "label"),)

    @property
    def chosen(self) -> Entry | None:
        """The selected share."""
        return self.entries[self.row] if self.entries else None

    def count(self) -> int:
        """Return how many shares there are."""
        return len(self.entries or ())

    def key_of(self, row: int) -> str:
        """Return the id of a share."""
        return self.entries[row].id if self.entries else ""

    def text_of(self, row: int) -> str:
        """Return the address of a share, or what it is of."""
        entry = self.entries[row] if self.entries else None
        return "" if entry is None else entry.permalink or entry.title

    def line(self, row: int, width: int) -> Line:
        """Return a share."""
        if self.entries is None:
            return ()
        entry, words = self.entries[row], self.look.words
        created = moment(datetime.fromtimestamp(entry.created, UTC), self.look.zone)[5:]
        parts = [
            Span(f"{created}  ", "label"),
            Span(fit(words(f"tui.shares.state.{entry.state}"), _STATE) + "  ", _ROLES.get(entry.state, "muted")),
            Span(fit(printable(entry.channel) or "Slack", _CHANNEL) + "  ", "text"),
        ]
        if width >= 90:
            parts.append(Span(fit(printable(entry.sender), _SENDER) + "  ", "muted"))
        return (*parts, Span(printable(entry.title), "text"))

    def empty(self, width: int, height: int) -> Sequence[Line]:
        """Say that there is none, or not yet."""
        message = "tui.shares.reading" if self.entries is None else "tui.shares.none"
        return [(Span(" " + self.look.words(message), "muted"),)]


class SharesSheet(Over[None]):
    """Lists the shares; each can be sent again or given up."""

    BINDINGS = bindings_of("everywhere", "shares", "dialog")
    CSS_PATH = STYLES / "share.tcss"

    class Read(Message):
        """The outbox was read, or something was done with it."""

        def __init__(self, entries: Sequence[Entry], notice: str = "") -> None:
            super().__init__()
            self.entries = entries
            self.notice = notice

    def __init__(self) -> None:
        super().__init__()
        self._asked: str | None = None

    def compose(self) -> ComposeResult:
        """Put the list above the keys."""
        yield Shares(id="shares")
        yield Footer(id="sharesfooter")

    def on_mount(self) -> None:
        """Read the outbox."""
        self.query_one(Shares).focus()
        self.query_one(Footer).show(("everywhere", "shares", "dialog"), frozenset({"help"}))
        self._work(lambda: None)

    def on_shares_sheet_read(self, event: Read) -> None:
        """Show what was read."""
        event.stop()
        self.query_one(Shares).show(event.entries)
        self.query_one(Footer).tell(event.notice)

    def on_rows_opened(self, event: Rows.Opened) -> None:
        """Copy the address."""
        event.stop()
        self.action_copy()

    def action_copy(self) -> None:
        """Copy the address of a share."""
        entry = self.query_one(Shares).chosen
        if entry is not None and entry.permalink:
            self.app.copy_to_clipboard(entry.permalink)
            self.query_one(Footer).tell(host(self).look.words("tui.copied.link", text=entry.permalink))

    def action_retry(self) -> None:
        """Send a share again; where it may be there already, ask first."""
        entry = self.query_one(Shares).chosen
        if entry is None or entry.state in {"sent", "sending", "taken_back"}:
            return
        perhaps_there = entry.state == "unknown" or entry.notice.id == _GIVEN_UP
        if perhaps_there and self._asked != entry.id:
            self._asked = entry.id
            self.query_one(Footer).tell(host(self).look.words("tui.shares.sure"), "alarm")
            return
        self._change("retry", entry)

    def action_drop(self) -> None:
        """Give a share up."""
        entry = self.query_one(Shares).chosen
        if entry is not None:
            self._change("drop", entry)

    def action_shut(self) -> None:
        """Close the list."""
        self.dismiss()

    def _change(self, what: Literal["retry", "drop"], entry: Entry) -> None:
        from aiops_tui.slack.listing import change

        settings = host(self).settings
        self._asked = None
        self._work(lambda: change(entry.id, what, settings))

    def _work(self, work: Callable[[], Outcome | None]) -> None:
        """Do something with the outbox in the background, then read it."""
        from aiops_tui.slack.listing import entries
        from aiops_tui.slack.outbox import OutboxError

        desk = host(self)
        settings, words = desk.settings, desk.look.words

        def run() -> None:
            try:
                outcome = work()
                notice = words.notice(outcome.notice) if outcome is not None else ""
                self.post_message(self.Read(entries(settings), notice))
            except OutboxError as trouble:
                self.post_message(self.Read((), words.notice(trouble.notice)))

        self.run_worker(run, thread=True, exclusive=True, exit_on_error=False)
