"""Overview: how much, by whom, about what, how people feel and how good the answers are."""

from __future__ import annotations

from collections.abc import Iterator

from aiops_tui.model.panels import Metric
from aiops_tui.text.formats import value
from aiops_tui.tui.look import host
from aiops_tui.tui.panes.arrange import Cell, Plan, Row, is_roomy
from aiops_tui.tui.panes.pane import Pane
from aiops_tui.tui.widgets.chart import Chart
from aiops_tui.tui.widgets.drawn import Drawn
from aiops_tui.tui.widgets.table import TableView
from aiops_tui.tui.widgets.tiles import ROOM_FOR_ALL


class OverviewPane(Pane):
    """The first pane."""

    tab = "overview"
    metrics = ("conversations", "active_users", "negative_ratio", "score", "satisfaction", "total")
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
        first="topics",
    )

    def panels(self) -> Iterator[Drawn]:
        """Make the panels."""
        yield Chart("volume", "stacked")
        yield TableView("topics")
        yield TableView("recent")
        yield Chart("users_by_bucket", "bars")

    def show_panels(self) -> None:
        """Show what is new; the estimate of all rows stands with the chart where it has no tile."""
        total = self.panel("total")
        untold = is_roomy(*self.size) and self.size.width < ROOM_FOR_ALL
        remark = ""
        if isinstance(total, Metric) and total.value and untold:
            remark = host(self).look.words("tui.in_all", n=value(total.value, total.unit))
        self.query_one("#volume", Chart).say(remark)
        super().show_panels()
