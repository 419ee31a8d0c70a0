"""Users: who comes, who comes back, and how each of them fares."""

from __future__ import annotations

from collections.abc import Iterator

from aiops_tui.tui.panes.arrange import Cell, Plan, Row
from aiops_tui.tui.panes.pane import Pane
from aiops_tui.tui.widgets.chart import Chart
from aiops_tui.tui.widgets.drawn import Drawn
from aiops_tui.tui.widgets.table import TableView

_STACKED = (Row("2fr", (Cell(("active_by_day",)),)), Row("3fr", (Cell(("users",)),)))
_SIDE_BY_SIDE = (Row("1fr", (Cell(("active_by_day",), 5), Cell(("users",), 7))),)


class UsersPane(Pane):
    """The sixth pane."""

    tab = "users"
    metrics = ("active_users", "new_users", "returning_users")
    first = "users"
    plan = Plan(wide=_STACKED, vast=_SIDE_BY_SIDE, panels=("active_by_day", "users"))

    def panels(self) -> Iterator[Drawn]:
        """Make the panels."""
        yield Chart("active_by_day", "bars")
        yield TableView("users")
