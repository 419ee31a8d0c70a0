"""The main screen with what its keys and the palette do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from aiops_tui.model.panels import Table
from aiops_tui.text.cells import width
from aiops_tui.tui import moves
from aiops_tui.tui.bindings import bindings_of
from aiops_tui.tui.look import host
from aiops_tui.tui.screens.moving import MovingScreen
from aiops_tui.tui.session import Session
from aiops_tui.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from aiops_tui.slack import Outcome
    from aiops_tui.tui.filterbar import FilterBar, Mode
    from aiops_tui.tui.screens.palette import Command


class Desk(MovingScreen):
    """Filters, finds, polls, shares and does what the palette lists, beside moving."""

    BINDINGS = bindings_of("main")

    class Shared(Message):
        """A share ended; an exception is one that nobody foresaw."""

        def __init__(self, result: Outcome | Exception) -> None:
            super().__init__()
            self.result = result

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._searched: Rows | None = None

    # filter and find

    def action_filter(self) -> None:
        """Ask for a filter, beginning with the one there is."""
        self._ask("filter", str(self.session.view.filter), self._topics())

    def action_find(self) -> None:
        """Ask for a text to find in the list that has the keys."""
        if isinstance(self.focused, Rows):
            self._searched = self.focused
            self._ask("find", self.focused.needle)

    def _ask(self, mode: Mode, text: str, topics: Sequence[str] = ()) -> None:
        """Show the line in which to type; it is made when it is first needed."""
        from aiops_tui.tui.filterbar import FilterBar

        known = self.query_children(FilterBar)
        if known:
            known.first().ask(mode, text, topics)
        else:
            bar = FilterBar()
            self.mount(bar)
            self.call_after_refresh(bar.ask, mode, text, topics)

    def on_filter_bar_given(self, event: FilterBar.Given) -> None:
        """Filter all panes."""
        self.go(moves.filtered(self.session.view, event.filter), into=True)

    def on_filter_bar_sought(self, event: FilterBar.Sought) -> None:
        """Find a text in the list."""
        if self._searched is not None and not self._searched.find(event.needle) and event.needle:
            host(self).tell(host(self).look.words("tui.not_found", text=event.needle))

    def on_filter_bar_closed(self) -> None:
        """Give the keys back."""
        self.pane.focus_first()

    def action_next_hit(self) -> None:
        """Go to the next place where the text was found."""
        if isinstance(self.focused, Rows):
            self.focused.hit(1)

    def action_previous_hit(self) -> None:
        """Go to the place before where the text was found."""
        if isinstance(self.focused, Rows):
            self.focused.hit(-1)

    def _topics(self) -> list[str]:
        snapshot = self.session.snapshot
        tables = [panel for panels in snapshot.tabs.values() for panel in panels] if snapshot else []
        found = (table.rows for table in tables if isinstance(table, Table) and table.columns[0].id == "topic")
        return list(dict.fromkeys(str(row[0]) for rows in found for row in rows if row[0]))

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

    # telling others

    def action_copy(self) -> None:
        """Copy the selected row, else the command that opens this view."""
        words = host(self).look.words
        focused = self.focused
        if isinstance(focused, Rows) and focused.count():
            text = focused.text_of(focused.row)
        else:
            text = " ".join(["aiops-tui", *map(_quoted, self.session.view.arguments())])
        self.app.copy_to_clipboard(text)
        host(self).tell(words("tui.copied"), seconds=3)

    def action_share(self) -> None:
        """Share what is seen to Slack, one share at a time."""
        session, desk = self.session, host(self)
        words = desk.look.words
        if session.snapshot is None or session.stale:
            desk.tell(words("tui.share.not_yet"))
            return
        begun = desk.sharing.begin(
            session.snapshot, session.view, desk.settings, words, lambda result: self.post_message(self.Shared(result))
        )
        if begun:
            desk.tell(words("tui.share.sharing"), seconds=0)

    def on_desk_shared(self, event: Shared) -> None:
        """Tell what became of a share."""
        event.stop()
        result, desk = event.result, host(self)
        words = desk.look.words
        if isinstance(result, Exception):
            desk.tell(words("tui.share.failed", kind=type(result).__name__), "alarm", seconds=30)
            return
        notice = words.notice(result.notice)
        if result.kind == "sent":
            desk.tell(" · ".join(filter(None, (notice, result.permalink))), "accent", seconds=15)
        elif result.kind == "unset":
            self._explain("", notice)
        else:
            self._explain(words(f"tui.share.{result.kind}"), notice)

    def _explain(self, head: str, reason: str) -> None:
        """Tell why nothing was shared and what to do: in the last line, or where that is too short, on a sheet."""
        desk, line = host(self), f"{head} — {reason}"
        if head and width(line) < self.size.width:
            desk.tell(line, "alarm", seconds=60)
            return
        from aiops_tui.tui.screens.notes import text_sheet

        desk.tell(head, "alarm", seconds=60)
        self.app.push_screen(text_sheet(desk.look.words("tui.share.title"), line if head else reason))

    # the palette

    def run_command(self, command: Command | None) -> None:
        """Do what was chosen in the palette."""
        if command is None:
            return
        desk, argument = host(self), command.argument
        match command.action:
            case "window":
                self.go(moves.windowed(self.session.view, argument))
            case "language":
                desk.configure(language=argument)
            case "theme":
                desk.configure(theme=argument)
            case "zone":
                desk.configure(timezone=argument)
            case "reconcile":
                if self.session.monitor is not None:
                    self.session.monitor.reconcile()
                    desk.tell(desk.look.words("tui.reconciling"))
            case "notices":
                self._show_notices()
            case action:
                self.call_later(self._call, action)

    async def _call(self, action: str) -> None:
        namespace = self if hasattr(self, f"action_{action}") else self.app
        await self.app.run_action(action, namespace)


def _quoted(word: str) -> str:
    from shlex import quote

    return quote(word)
