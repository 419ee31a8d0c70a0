"""Feedback: what users said of the answers, when, and why."""

from __future__ import annotations

from collections.abc import Iterator

from aiops_tui.tui.panes.arrange import Cell, Plan, Row
from aiops_tui.tui.panes.pane import Pane
from aiops_tui.tui.widgets.chart import Chart
from aiops_tui.tui.widgets.drawn import Drawn
from aiops_tui.tui.widgets.table import TableView

_DAYS, _SATISFACTION = "feedback_by_day", "satisfaction_by_day"
_WIDE = (
    Row("3fr", (Cell((_DAYS,), 4), Cell((_SATISFACTION,), 4), Cell(("reasons",), 4))),
    Row("2fr", (Cell(("recent_feedback",)),)),
)


class FeedbackPane(Pane):
    """The fifth pane."""

    tab = "feedback"
    metrics = ("likes", "dislikes", "satisfaction")
    plan = Plan(
        wide=(
            Row("3fr", (Cell((_DAYS, _SATISFACTION), 6), Cell(("reasons",), 6))),
            Row("2fr", (Cell(("recent_feedback",)),)),
        ),
        vast=_WIDE,
        panels=(_DAYS, _SATISFACTION, "reasons", "recent_feedback"),
        first="reasons",
        figures=1,
    )

    def panels(self) -> Iterator[Drawn]:
        """Make the panels."""
        yield Chart(_DAYS, "stacked")
        yield Chart(_SATISFACTION)
        yield TableView("reasons")
        yield TableView("recent_feedback")
