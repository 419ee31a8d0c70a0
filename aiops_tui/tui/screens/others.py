"""The topics that a table adds up as the rest, as a list of their own."""

from __future__ import annotations

from concurrent.futures import CancelledError, Future

from textual.app import ComposeResult
from textual.message import Message

from aiops_tui.model.panels import Column, Notice, Table
from aiops_tui.model.records import TopicCount
from aiops_tui.tui.bindings import bindings_of
from aiops_tui.tui.footer import Footer
from aiops_tui.tui.screens.over import Over
from aiops_tui.tui.styles import STYLES
from aiops_tui.tui.widgets.empty import Emptiness
from aiops_tui.tui.widgets.rows import Rows
from aiops_tui.tui.widgets.table import TableView

Reading = Future[tuple[TopicCount, ...]]

_COLUMNS = (Column("topic", "topic"), Column("conversations", "count"))


class OtherTopics(Over[str | None]):
    """Lists topics by conversations, and ends with the one that was gone into, or none."""

    BINDINGS = bindings_of("everywhere", "dialog", only=frozenset({"close", "leave", "repaint", "suspend", "shut"}))
    CSS_PATH = STYLES / "others.tcss"

    class Arrived(Message):
        """The topics were read, or could not be."""

        def __init__(self, future: Reading) -> None:
            super().__init__()
            self.future = future

    def __init__(self, reading: Reading | None) -> None:
        super().__init__()
        self._reading = reading
        self._table = TableView("other_topics")

    def compose(self) -> ComposeResult:
        """Put the list above the keys."""
        yield self._table
        yield Footer(id="othersfooter")

    def on_mount(self) -> None:
        """Wait for the topics."""
        self._table.focus()
        self.query_one(Footer).show(("everywhere", "dialog", "list"), frozenset({"help"}))
        self._table.show(None, Emptiness(notice=Notice("tui.list.reading")))
        if self._reading is not None:
            self._reading.add_done_callback(lambda done: self.post_message(self.Arrived(done)))

    def on_other_topics_arrived(self, message: Arrived) -> None:
        """Show what was read."""
        message.stop()
        future = message.future
        error = CancelledError() if future.cancelled() else future.exception()
        if error is not None:
            reason = getattr(error, "notice", None)
            self._table.show(
                None, Emptiness(notice=reason if isinstance(reason, Notice) else Notice("tui.list.failed"))
            )
            return
        found = future.result()
        rows = tuple((count.topic, count.conversations) for count in found)
        panel = Table("other_topics", _COLUMNS, rows, len(rows), tuple(count.key for count in found))
        self._table.show(panel, Emptiness("none"))

    def on_rows_opened(self, event: Rows.Opened) -> None:
        """Go into a topic."""
        event.stop()
        topic = self._table.cells_of(event.row).get("topic")
        self.dismiss(topic if isinstance(topic, str) else None)

    def on_table_view_sorted(self, event: TableView.Sorted) -> None:
        """Sort here alone."""
        event.stop()

    def action_shut(self) -> None:
        """Go back to the panes."""
        self.dismiss(None)
