"""Logs: what the system wrote, as it writes it."""

from __future__ import annotations

from collections.abc import Iterator

from aiops_tui.tui.panes.arrange import Cell, Plan, Row
from aiops_tui.tui.panes.pane import Pane
from aiops_tui.tui.widgets.chart import Chart
from aiops_tui.tui.widgets.drawn import Drawn
from aiops_tui.tui.widgets.entries import Entries

_ROWS = (Row("11", (Cell(("levels_by_bucket",)),)), Row("1fr", (Cell(("entries",)),)))


class LogsPane(Pane):
    """The fourth pane."""

    tab = "logs"
    metrics = ("errors", "warnings")
    plan = Plan(wide=_ROWS, vast=_ROWS, panels=("levels_by_bucket", "entries"), first="entries", tiles=1)

    def panels(self) -> Iterator[Drawn]:
        """Make the panels."""
        yield Chart("levels_by_bucket", "stacked")
        yield Entries()
