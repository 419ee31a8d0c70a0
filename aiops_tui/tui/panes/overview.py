"""Overview: how much, by whom, about what, how people feel and how good the answers are."""

from __future__ import annotations

from collections.abc import Iterator

from aiops_tui.tui.panes.arrange import Cell, Plan, Row
from aiops_tui.tui.panes.pane import Pane
from aiops_tui.tui.widgets.chart import Chart
from aiops_tui.tui.widgets.drawn import Drawn
from aiops_tui.tui.widgets.table import TableView


class OverviewPane(Pane):
    """The first pane."""

    tab = "overview"
    metrics = ("conversations", "active_users", "negative_ratio", "score", "satisfaction", "total")
    first = "topics"
    plan = Plan(
        wide=(
            Row("3fr", (Cell(("volume",), 7), Cell(("topics",), 5))),
            Row("2fr", (Cell(("recent", "users_by_bucket")),)),
        ),
        vast=(
            Row("1fr", (Cell(("volume",), 8), Cell(("topics",), 4))),
            Row("1fr", (Cell(("recent",), 8), Cell(("users_by_bucket",), 4))),
        ),
        panels=("volume", "topics", "recent", "users_by_bucket"),
    )

    def panels(self) -> Iterator[Drawn]:
        """Make the panels."""
        yield Chart("volume", "stacked")
        yield TableView("topics")
        yield TableView("recent")
        yield Chart("users_by_bucket", "bars")
