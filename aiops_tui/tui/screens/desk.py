"""The main screen with what its keys and the palette do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.message import Message

from aiops_tui.model.panels import Table
from aiops_tui.model.records import Conversation
from aiops_tui.model.view import View
from aiops_tui.tui import moves
from aiops_tui.tui.bindings import bindings_of
from aiops_tui.tui.header import Tabs
from aiops_tui.tui.history import Place
from aiops_tui.tui.look import host
from aiops_tui.tui.screens.main import MainScreen
from aiops_tui.tui.session import Session
from aiops_tui.tui.widgets.chart import Chart
from aiops_tui.tui.widgets.entries import Entries
from aiops_tui.tui.widgets.rows import Rows
from aiops_tui.tui.widgets.table import TableView
from aiops_tui.tui.widgets.tiles import Tiles

if TYPE_CHECKING:
    from aiops_tui.slack import Outcome
    from aiops_tui.tui.filterbar import FilterBar, Mode
    from aiops_tui.tui.screens.conversation import ConversationScreen
    from aiops_tui.tui.screens.palette import Command

_EXPLAINED_BY = {
    "negative_ratio": "sentiment",
    "score": "evaluation",
    "coverage": "evaluation",
    "agreement": "evaluation",
    "errors": "logs",
    "warnings": "logs",
}
"""The pane that explains a metric."""

_OUTCOMES = {"sent": "accent", "rejected": "alarm", "not_sent": "alarm", "unknown": "alarm"}


class Desk(MainScreen):
    """Moves the session by keys: windows, filters, drilling down and back, sharing."""

    BINDINGS = bindings_of("main")

    class Shared(Message):
        """A share ended; an exception is one that nobody foresaw."""

        def __init__(self, result: Outcome | Exception) -> None:
            super().__init__()
            self.result = result

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._searched: Rows | None = None

    # moving the view

    def go(self, view: View | None, *, into: bool = False) -> None:
        """Show another view; ``into`` remembers this one as the place to go back to."""
        session = self.session
        if view is None or view == session.view:
            return
        if into:
            session.history.push(Place(session.view, session.snapshot, self.pane.focused_id(), self.pane.marks()))
        session.look(view)
        host(self).update()

    def action_overview(self) -> None:
        """Show Overview."""
        self.turn("overview")

    def action_sentiment(self) -> None:
        """Show Sentiment."""
        self.turn("sentiment")

    def action_evaluation(self) -> None:
        """Show Evaluation."""
        self.turn("evaluation")

    def action_logs(self) -> None:
        """Show Logs."""
        self.turn("logs")

    def turn(self, tab: str) -> None:
        """Show a tab of the same view."""
        self.go(replace(self.session.view, tab=tab))

    def action_earlier(self) -> None:
        """Go back in time by half a window."""
        self.go(moves.stepped(self.session.view, self.session.snapshot, -1, host(self).now()))

    def action_later(self) -> None:
        """Go forward in time by half a window."""
        self.go(moves.stepped(self.session.view, self.session.snapshot, 1, host(self).now()))

    def action_zoom_out(self) -> None:
        """Show a longer window."""
        self.go(moves.zoomed(self.session.view, 1))

    def action_zoom_in(self) -> None:
        """Show a shorter window."""
        self.go(moves.zoomed(self.session.view, -1))

    def action_now(self) -> None:
        """Show the window that ends now."""
        self.go(moves.present(self.session.view))

    def action_compare(self) -> None:
        """Compare with something else."""
        self.go(moves.compared(self.session.view))
        words = host(self).look.words
        compared = words.label(f"compare.{self.session.view.compare}")
        host(self).tell(words("tui.comparing", compare=compared))

    def action_go_back(self) -> None:
        """Go back to exactly where one was."""
        place = self.session.go_back()
        if place is not None:
            host(self).update()
            self.restore(place.marks, place.focus)
            self.show_keys()

    def action_next_panel(self) -> None:
        """Give the keys to the next panel."""
        self.pane.step(1)

    def action_previous_panel(self) -> None:
        """Give the keys to the panel before."""
        self.pane.step(-1)

    # going into things

    def on_rows_opened(self, event: Rows.Opened) -> None:
        """Go into a row: an entry, a conversation, or what it is about."""
        event.stop()
        rows, words = event.rows, host(self).look.words
        if isinstance(rows, Entries):
            from aiops_tui.tui.screens.notes import entry_sheet

            entry = rows.entry()
            if entry is not None:
                self.app.push_screen(entry_sheet(entry, host(self), rows.text_of(event.row)))
        elif isinstance(rows, TableView):
            key = moves.conversation_of(rows, event.row)
            if key is not None:
                self.open_conversation(key, rows)
                return
            view = moves.narrowed(self.session.view, rows, event.row)
            if view is None:
                host(self).tell(words("tui.cannot_open"))
            else:
                self.go(view, into=True)

    def on_table_view_sorted(self, event: TableView.Sorted) -> None:
        """Remember the order as part of the view."""
        event.stop()
        self.session.look(replace(self.session.view, sort=event.column))
        words = host(self).look.words
        by = words.column(event.column) if event.column else words("tui.unsorted")
        host(self).tell(words("tui.sorted", column=by), seconds=3)

    def on_chart_opened(self, event: Chart.Opened) -> None:
        """Go into a bucket."""
        event.stop()
        self.go(moves.within(self.session.view, event.start, event.end), into=True)

    def on_tiles_opened(self, event: Tiles.Opened) -> None:
        """Go to the pane that explains a metric."""
        event.stop()
        tab = _EXPLAINED_BY.get(event.metric_id.partition(".")[0])
        if tab is not None and tab != self.session.view.tab:
            self.go(replace(self.session.view, tab=tab), into=True)

    def on_tabs_chosen(self, event: Tabs.Chosen) -> None:
        """Go to the tab that was clicked."""
        self.turn(event.tab)

    def open_conversation(self, key: str, rows: TableView | None = None) -> None:
        """Show a conversation over the pane; its neighbours are those of the list."""
        from aiops_tui.tui.screens.conversation import ConversationScreen

        self.session.look(replace(self.session.view, conversation=key))
        screen = ConversationScreen(key, self._load, _neighbours(rows))
        self.app.push_screen(screen, lambda _: self._closed_conversation())
        host(self).update()

    def retry_conversation(self) -> None:
        """Read the conversation that is open, if that was not possible before."""
        from aiops_tui.tui.screens.conversation import ConversationScreen

        for screen in self.app.screen_stack:
            if isinstance(screen, ConversationScreen):
                screen.retry()

    def on_conversation_screen_moved(self, event: ConversationScreen.Moved) -> None:
        """Remember which conversation is looked at."""
        self.session.look(replace(self.session.view, conversation=event.key))
        host(self).update()

    def _closed_conversation(self) -> None:
        self.session.look(replace(self.session.view, conversation=None))
        host(self).update()

    def _load(self, key: str) -> Future[Conversation | None] | None:
        return self.session.monitor.conversation(key) if self.session.monitor is not None else None

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
        elif result.kind == "unset":
            from aiops_tui.tui.screens.notes import text_sheet

            desk.tell("")
            self.app.push_screen(text_sheet(words("tui.share.title"), words.notice(result.notice)))
        else:
            head = words(f"tui.share.{result.kind}")
            seconds = 8 if result.kind == "sent" else 60
            desk.tell(f"{head} — {words.notice(result.notice)}", _OUTCOMES[result.kind], seconds=seconds)

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
                from aiops_tui.tui.screens.notes import notices_sheet

                self.app.push_screen(notices_sheet(desk))
            case action:
                self.call_later(self._call, action)

    async def _call(self, action: str) -> None:
        namespace = self if hasattr(self, f"action_{action}") else self.app
        await self.app.run_action(action, namespace)


def _neighbours(rows: TableView | None) -> Callable[[int], str | None]:
    """Return how to go from a conversation to the next in its list, past rows whose conversation is not known."""

    def neighbour(step: int) -> str | None:
        row = rows.row + step if rows is not None else -1
        while rows is not None and 0 <= row < rows.count():
            key = moves.conversation_of(rows, row)
            if key is not None:
                rows.select(row)
                return key
            row += step
        return None

    return neighbour


def _quoted(word: str) -> str:
    from shlex import quote

    return quote(word)
