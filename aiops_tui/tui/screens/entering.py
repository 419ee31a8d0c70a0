"""The main screen's ways down: into rows, buckets, cells and tiles, and to the single conversation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime

from aiops_tui.model.filters import Filter
from aiops_tui.model.labels import REST
from aiops_tui.model.panels import Heatmap, Histogram, Series, Snapshot
from aiops_tui.model.records import Conversation, LogEntry, Neighbours
from aiops_tui.model.sorting import column_of
from aiops_tui.model.view import USERS, View
from aiops_tui.model.window import WindowSpec, clamp
from aiops_tui.tui import drill, moves
from aiops_tui.tui.look import host
from aiops_tui.tui.panes.logs import LogsPane
from aiops_tui.tui.screens.moving import MovingScreen
from aiops_tui.tui.widgets.chart import Chart
from aiops_tui.tui.widgets.entries import Entries
from aiops_tui.tui.widgets.rows import Rows
from aiops_tui.tui.widgets.table import TableView
from aiops_tui.tui.widgets.tiles import Tiles
from aiops_tui.tui.widgets.users import MOST_USERS, UsersTable

_EXPLAINED_BY = {
    "negative_ratio": "sentiment",
    "score": "evaluation",
    "coverage": "evaluation",
    "agreement": "evaluation",
    "errors": "logs",
    "warnings": "logs",
    "satisfaction": "feedback",
    "active_users": "users",
}
"""The pane that explains a metric."""

_AROUND = 30
"""So many seconds before and after a log entry are those around it."""


class EnteringScreen(MovingScreen):
    """Goes into what Enter or a click is on."""

    _shown: Snapshot | None = None

    def on_rows_opened(self, event: Rows.Opened) -> None:
        """Go into a row: an entry, a conversation, or what it is about."""
        event.stop()
        rows, words = event.rows, host(self).look.words
        if isinstance(rows, Entries):
            entry = rows.entry()
            if entry is not None and entry.conversation is not None:
                self.open_conversation(entry.conversation)
            elif entry is not None:
                self._open_entry(entry, rows.text_of(event.row))
        elif isinstance(rows, TableView) and rows.panel_id == "patterns":
            self.go(drill.into_pattern(self.session.view, rows.cells_of(event.row)), into=True)
            self.pane.bring("entries")
        elif isinstance(rows, TableView):
            key = moves.conversation_of(rows, event.row)
            if key is not None:
                self.open_conversation(key, rows)
                return
            if rows.panel_id in moves.CONVERSATION_TABLES:
                host(self).tell(words("tui.conversation.unknown"))
                return
            if rows.key_of(event.row) == REST:
                self._open_others(rows)
                return
            view = drill.into_row(self.session.view, rows.cells_of(event.row))
            # A user has a page, with the latest conversations among others, and tables of its own.
            self._drill(view and (replace(view, listed=False, sort=None) if rows.panel_id == "users" else view))

    def _open_entry(self, entry: LogEntry, plain: str) -> None:
        """Show a log entry, with the conversations around it."""
        from aiops_tui.tui.screens.entry import MOST, EntryScreen

        monitor, moment = self.session.monitor, entry.time
        around = None
        if monitor is not None and moment is not None:
            around = monitor.conversations(self._around(moment), limit=MOST, aside=True)

        def closed(leads_on: bool | None) -> None:
            if leads_on and moment is not None:
                self.go(self._around(moment), into=True)

        self.app.push_screen(EntryScreen(entry, host(self).look, plain, around), closed)

    def _around(self, moment: datetime) -> View:
        """Return the view of the conversations of the minute around a moment."""
        around = WindowSpec("custom", since=clamp(moment, -_AROUND), until=clamp(moment, _AROUND))
        return replace(self.session.view, tab="overview", window=around, filter=Filter(), listed=True)

    def _open_others(self, rows: TableView) -> None:
        """List the topics that a table adds up as the rest; one of them is gone into like any other."""
        from aiops_tui.tui.screens.others import OtherTopics

        apart = frozenset(rows.panel.keys) if rows.panel is not None else frozenset()

        def chosen(topic: str | None) -> None:
            if topic is not None:
                self._drill(drill.into_row(self.session.view, {"topic": topic}))

        self.app.push_screen(OtherTopics(self.session.other_topics(apart)), chosen)

    def on_users_table_ended(self, event: UsersTable.Ended) -> None:
        """Tell of more users, which the panel will have."""
        event.stop()
        view = self.session.view
        if view.users <= event.rows.count() < MOST_USERS:
            self.session.look(replace(view, users=view.users + USERS))

    def on_table_view_sorted(self, event: TableView.Sorted) -> None:
        """Remember the order as part of the view."""
        event.stop()
        self.session.look(replace(self.session.view, sort=event.column))
        words = host(self).look.words
        name, flipped = column_of(event.column) if event.column else ("", False)
        by = words.column(name) + (f" ({words('tui.reversed')})" if flipped else "") if name else words("tui.unsorted")
        host(self).tell(words("tui.sorted", column=by), seconds=3)

    def on_chart_opened(self, event: Chart.Opened) -> None:
        """Go into a bucket, a bin or a cell; in Logs, to the first entry of a bucket."""
        event.stop()
        view, (row, column) = self.session.view, event.at
        if isinstance(self.pane, LogsPane) and isinstance(event.panel, Series):
            self.remember_place(None)  # the view stays
            self.pane.go_to(event.panel.x[column])
            return
        match event.panel:
            case Series():
                self._drill(drill.into_bucket(view, event.panel, column))
            case Histogram():
                self._drill(drill.into_bin(view, event.panel, column))
            case Heatmap():
                self._drill(drill.into_cell(view, event.panel, row, column))

    def _drill(self, view: View | None) -> None:
        """Go to a narrower view, where there is one; the log has no list of conversations in the way."""
        if view is None:
            host(self).tell(host(self).look.words("tui.cannot_open"))
        else:
            self.go_in_time(replace(view, listed=view.listed and view.tab != "logs"), into=True)

    def on_tiles_opened(self, event: Tiles.Opened) -> None:
        """Go to the pane that explains a metric, or to the conversations that it counts."""
        event.stop()
        view = self.session.view
        tab = _EXPLAINED_BY.get(event.metric_id.partition(".")[0])
        if tab is not None and tab != view.tab:
            self.go(replace(view, tab=tab, listed=False), into=True)
        elif tab is None:
            self._drill(drill.into_metric(view, event.metric_id))

    def on_entries_around(self, event: Entries.Around) -> None:
        """Go to the conversations of the minute around a log entry."""
        event.stop()
        self.go(self._around(event.moment), into=True)

    def go_to_logs(self, moment: datetime) -> None:
        """Go to the log lines around a moment; going back leads to where one was."""
        self.go(replace(self.session.view, tab="logs", listed=False, conversation=None), into=True)
        if isinstance(self.pane, LogsPane):
            self.pane.go_to(moment)

    def open_conversation(self, key: str, rows: TableView | None = None) -> None:
        """Show a conversation over the pane; its neighbours are those of the list."""
        from aiops_tui.tui.screens.conversation import ConversationScreen

        self.session.look(replace(self.session.view, conversation=key))
        screen = ConversationScreen(
            key, self._load, _neighbours(rows), self._load_beside, _remains(rows), self._moved_to
        )
        self.app.push_screen(screen, self._closed_conversation)
        host(self).update()

    def retry_conversation(self) -> None:
        """Read the conversation that is open, if that was not possible before."""
        from aiops_tui.tui.screens.conversation import ConversationScreen

        for screen in self.app.screen_stack:
            if isinstance(screen, ConversationScreen):
                screen.retry()

    def show(self, now: datetime) -> None:
        """Show the session as it is now; a conversation that is open is read again where the figures have moved."""
        moved, self._shown = self.session.snapshot is not self._shown, self.session.snapshot
        super().show(now)
        if moved and self.session.view.conversation is not None:
            from aiops_tui.tui.screens.conversation import ConversationScreen

            for screen in self.app.screen_stack:
                if isinstance(screen, ConversationScreen) and screen.conversation is not None:
                    screen.check()

    def _moved_to(self, key: str) -> None:
        """Remember which conversation is looked at."""
        self.session.look(replace(self.session.view, conversation=key))
        host(self).update()

    def _closed_conversation(self, logs_at: datetime | None) -> None:
        self.session.look(replace(self.session.view, conversation=None))
        host(self).update()
        if logs_at is not None:
            self.go_to_logs(logs_at)

    def _load(self, key: str, whole: bool) -> Future[Conversation | None] | None:
        return self.session.monitor.conversation(key, whole=whole) if self.session.monitor is not None else None

    def _load_beside(self, key: str) -> Future[Neighbours] | None:
        return self.session.monitor.neighbours(key) if self.session.monitor is not None else None


def _remains(rows: TableView | None) -> Callable[[str], Sequence[tuple[str, str]]]:
    """Return how to find out what a list knows of a conversation that is selected in it."""

    def remains(key: str) -> Sequence[tuple[str, str]]:
        if rows is None or not rows.row < rows.count() or rows.key_of(rows.row) != key:
            return ()
        return rows.told(rows.row)

    return remains


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
