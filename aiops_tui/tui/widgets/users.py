"""The table of users, which asks for more of them where it ends."""

from __future__ import annotations

from collections.abc import Iterable

from aiops_tui.charts.spans import Line, Span
from aiops_tui.tui.widgets.lines import EMPTY
from aiops_tui.tui.widgets.rows import Rows
from aiops_tui.tui.widgets.table import TableView

MOST_USERS = 3000
"""So many users are told one by one: who has come so far looks for somebody whom a filter finds."""

_TELLING = 300


class UsersTable(TableView):
    """Shows the first users in the order that it is sorted by; there may be more."""

    class Ended(Rows.Opened):
        """Somebody came to the end, after which there are more."""

    _told = 0

    @property
    def more(self) -> bool:
        """Whether there are more users than rows."""
        return self.panel is not None and self.panel.total is not None and self.count() < self.panel.total

    def select(self, row: int) -> None:
        """Select a row; at the last one, ask for more."""
        super().select(row)
        self._ask()

    def scroll_rows(self, rows: int) -> None:
        """Scroll; where the last row comes into sight, ask for more."""
        super().scroll_rows(rows)
        self._ask()

    def on_resize(self) -> None:
        """Draw for the new size, in which the last row may come into sight."""
        super().on_resize()
        self.call_next(self._ask)

    @property
    def _ends(self) -> bool:
        """Whether one is at the end, or sees it after scrolling away from the row that is selected."""
        last = self.count() - 1
        return self.row == last or self.row < self.top <= last < self.top + self._page

    def _ask(self) -> None:
        if self.more and self._ends:
            self.post_message(self.Ended(self, self.row))

    def note(self) -> Line:
        """Return that more are on the way, or that no more are told."""
        if not (self.more and self._ends):
            return EMPTY
        words = self.look.words
        text = words("tui.list.most", n=MOST_USERS) if self.count() >= MOST_USERS else words("tui.list.reading")
        return (Span(text, "muted"),)

    def _telling(self) -> Iterable[int]:
        known, self._told = self._told, self.count()
        return range(self._told if known != self._told else min(self._told, _TELLING))
