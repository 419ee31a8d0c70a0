"""The conversations behind a view, the newest first: a list that is read page by page as one comes to its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass

from textual.message import Message

from aiops_tui.charts.spans import Line, Span
from aiops_tui.model.filters import Filter
from aiops_tui.model.panels import Cell, Column, Notice, Table
from aiops_tui.model.records import Page
from aiops_tui.model.view import View
from aiops_tui.model.window import WindowSpec
from aiops_tui.text.formats import number
from aiops_tui.tui.history import Mark
from aiops_tui.tui.look import host
from aiops_tui.tui.widgets.empty import Emptiness, nothing
from aiops_tui.tui.widgets.lines import EMPTY
from aiops_tui.tui.widgets.table import TableView

Load = Callable[[str | None], "Future[Page] | None"]
"""Begins to read the page after a key, None for the first; returns None while there is nothing to read from yet."""

_READING = Notice("tui.list.reading")
_AGAIN = 0.3
"""Seconds after which a page is asked for again that was withdrawn in favour of something else."""
MOST = 10_000
"""So many rows are kept: who has come so far looks for something that a filter finds."""

_COLUMNS = (
    Column("time", "time"),
    Column("user_id", "user"),
    Column("topic", "topic"),
    Column("sentiment", "sentiment"),
    Column("score", "score"),
    Column("question", "text"),
)

_Rows = dict[str, tuple[Cell, ...]]
"""Cells by the conversation's key, the largest key first."""

_Of = tuple[WindowSpec, Filter]


@dataclass(frozen=True, slots=True)
class ListMark(Mark):
    """Where one is in the list, with what had been read of it."""

    of: _Of | None = None
    panel: Table | None = None
    more: bool = False


class Listing(TableView):
    """Keeps what was read when new rows arrive above it, and asks for the next page before its end is reached."""

    class Arrived(Message):
        """A page was read, or could not be."""

        def __init__(self, of: _Of, after: str | None, future: Future[Page]) -> None:
            super().__init__()
            self.of = of
            self.after = after
            self.future = future

    def __init__(self, panel_id: str) -> None:
        super().__init__(panel_id)
        self.more = False
        self._of: _Of | None = None
        self._load: Load = lambda after: None
        self._seen: object = None
        self._asking = False
        self._fresh = range(0)

    def follow(self, view: View, load: Load, seen: object, unread: Notice | None = None) -> None:
        """Show the conversations of a view; ``seen`` is what its figures are of, another one asks for newer rows.

        ``unread`` says why nothing will come for the time being.
        """
        self._load = load
        of = (view.window, view.filter)
        if of != self._of:
            self._of, self._seen, self._asking = of, None, False
            self._restart(None, more=False)
        if self.panel is None or seen is not self._seen:
            self._seen = seen
            self._ask(None)
        if self.panel is None and self._asking:
            self.show(None, Emptiness(notice=unread or _READING))
        if self._look != self.look:
            self._laid_out = None
            self.redraw()

    def aside(self, width: int) -> Line:
        """Return which row one is at, of how many."""
        if not self.count() or self.panel is None:
            return EMPTY
        total = self.panel.total if self.panel.total is not None else self.count()
        shown = number(max(total, self.count())) + ("+" if self.panel.total is None and self.more else "")
        return (Span(self.look.words("common.place_of", place=number(self.row + 1), total=shown), "muted"),)

    def note(self) -> Line:
        """Return that there is more to come, or that no more is kept."""
        if self.count() >= MOST:
            return (Span(self.look.words("tui.list.most", n=MOST), "muted"),)
        waiting = self._asking and self.more and self.row == self.count() - 1
        return (Span(self.look.words("tui.list.reading"), "muted"),) if waiting else EMPTY

    def select(self, row: int) -> None:
        """Select a row, and read on before there are none left."""
        super().select(row)
        self._read_on()

    def scroll_rows(self, rows: int) -> None:
        """Scroll, and read on before there are no rows left."""
        super().scroll_rows(rows)
        self._read_on()

    def on_resize(self) -> None:
        """Read on where there is room for more than was read."""
        self.call_next(self._read_on)

    def action_sort(self) -> None:
        """Do nothing: pages come in the order of their keys."""

    def sort_by(self, sort: str | None) -> None:
        """Do nothing: pages come in the order of their keys."""

    def mark(self) -> Mark:
        """Return where one is, and what was read so far."""
        return ListMark(self.row, self.top, self._key, None, self._of, self.panel, self.more)

    def restore(self, mark: Mark) -> None:
        """Go where one was, if that was in the conversations of this view."""
        if isinstance(mark, ListMark) and mark.of == self._of and mark.panel is not None:
            self._restart(mark.panel, more=mark.more)
            super().restore(mark)

    def on_listing_arrived(self, message: Arrived) -> None:
        """Take a page, unless the view has changed since it was asked for."""
        message.stop()
        if message.of != self._of:
            return
        self._asking = False
        error = None if message.future.cancelled() else message.future.exception()
        if message.future.cancelled() or isinstance(error, CancelledError):
            self.set_timer(_AGAIN, self._ask_again)
            return
        if error is None:
            self._take(message.future.result(), message.after)
        elif self.panel is None:
            reason = getattr(error, "notice", None)
            notice = reason if isinstance(reason, Notice) else Notice("tui.list.failed")
            self.show(None, Emptiness(notice=notice))
        self._read_on()

    def _restart(self, panel: Table | None, *, more: bool) -> None:
        self.more = more
        self.row = self.top = 0
        self._key = None
        self._fresh = range(len(panel.rows) if panel else 0)
        self.show(panel, Emptiness(notice=_READING))
        self.redraw()

    def _ask(self, after: str | None) -> None:
        future = None if self._asking or self._of is None else self._load(after)
        if future is None or self._of is None:
            return
        self._asking, of = True, self._of
        future.add_done_callback(lambda done: self.post_message(self.Arrived(of, after, done)))

    def _ask_again(self) -> None:
        if self.panel is None:
            self._ask(None)
        self._read_on()

    def _read_on(self) -> None:
        """Ask for the next page when less than a screen is left below."""
        if self.more and self.panel is not None and self.top + 2 * self._page >= self.count():
            self._ask(self.panel.keys[-1])

    def _take(self, page: Page, after: str | None) -> None:
        known: _Rows = dict(zip(self.panel.keys, self.panel.rows, strict=True)) if self.panel else {}
        found = rows_of(page)
        if after is not None:
            found = {key: row for key, row in found.items() if key not in known}
            self._fresh = range(len(known), len(known) + len(found))
            rows, more = known | found, page.more
        else:
            merged = joined(found, known) if page.more else found
            if merged is None and self.row:
                return  # what is looked at stays; at the top there will be the new rows alone
            self._fresh = range(len(found))
            more = page.more and (self.more or merged is None or merged == found)
            rows = found if merged is None else merged
        self.more = more and len(rows) < MOST
        table = Table(self.panel_id, _COLUMNS, tuple(rows.values()), page.total, tuple(rows))
        window, wanted = self._of if self._of is not None else (WindowSpec(), Filter())
        self.show(table, nothing(window.name, host(self).keys, filtered=bool(wanted)))

    def _telling(self) -> Iterable[int]:
        """Return the rows that were read last: those before them have told already how wide columns must be."""
        return self._fresh


def rows_of(page: Page) -> _Rows:
    """Return the rows of a page as cells."""
    return {
        row.conversation: (row.time, row.user_id, row.topic, row.sentiment, row.score, row.question)
        for row in page.rows
    }


def joined(first: _Rows, known: _Rows) -> _Rows | None:
    """Return a first page, read anew, with the rows known to come after it; None if some between are not known."""
    if not first or not known:
        return first
    last = int(next(reversed(first)))
    if int(next(iter(known))) < last:
        return None
    return first | {key: row for key, row in known.items() if int(key) < last}
