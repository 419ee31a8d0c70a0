"""Evaluation: how good the answers are, by criterion, over time and by topic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from aiops_tui.model.panels import Panel, Series
from aiops_tui.tui.panes.arrange import Cell, Plan, Row
from aiops_tui.tui.panes.pane import Pane
from aiops_tui.tui.widgets.chart import Chart
from aiops_tui.tui.widgets.choice import ChoiceChart
from aiops_tui.tui.widgets.drawn import Drawn
from aiops_tui.tui.widgets.table import TableView

_COURSE, _HISTOGRAM = "score_by_bucket", "score_histogram"


class EvaluationPane(Pane):
    """The third pane; one score at a time, that of the rows or a criterion, has its course and distribution shown."""

    tab = "evaluation"
    metrics = ("score", "coverage", "agreement")
    explained = (*Pane.explained, "source.no_evaluations")
    plan = Plan(
        wide=(
            Row("1fr", (Cell((_COURSE,), 6), Cell((_HISTOGRAM, "score_heatmap"), 6))),
            Row("1fr", (Cell(("topic_criterion",), 5), Cell(("worst",), 7))),
        ),
        tall=(
            Row("1fr", (Cell((_COURSE,), 6), Cell((_HISTOGRAM,), 6))),
            Row("11", (Cell(("score_heatmap",), 6), Cell(("topic_criterion",), 6))),
            Row("1fr", (Cell(("worst",)),)),
        ),
        vast=(
            Row("1fr", (Cell((_COURSE,), 4), Cell((_HISTOGRAM,), 3), Cell(("score_heatmap",), 5))),
            Row("1fr", (Cell(("topic_criterion",), 5), Cell(("worst",), 7))),
        ),
        panels=(_COURSE, _HISTOGRAM, "score_heatmap", "topic_criterion", "worst"),
        first="worst",
    )

    def __init__(self) -> None:
        super().__init__()
        self._names: tuple[str, ...] = ()
        self._chosen = 0

    def panels(self) -> Iterator[Drawn]:
        """Make the panels."""
        yield ChoiceChart(_COURSE)
        yield ChoiceChart(_HISTOGRAM)
        yield Chart("score_heatmap")
        yield Chart("topic_criterion")
        yield TableView("worst")

    def show_panels(self) -> None:
        """Show what is new, of the score that is chosen."""
        course = super().panel(_COURSE)
        if isinstance(course, Series):
            self._names = tuple(course.series)
            self._chosen = min(self._chosen, max(len(self._names) - 1, 0))
        for chart in self.query(ChoiceChart):
            chart.offer(self._names, self._chosen)
        super().show_panels()

    def on_choice_chart_chosen(self, event: ChoiceChart.Chosen) -> None:
        """Show another score."""
        event.stop()
        if self._names:
            self._chosen = (self._chosen + event.step) % len(self._names)
            self.show_panels()

    def panel(self, panel_id: str) -> Panel | None:
        """Return a panel; of those that tell several scores apart, the part that is chosen."""
        name = self._names[self._chosen] if self._names else ""
        if panel_id == _HISTOGRAM and self._chosen:
            return super().panel(f"{_HISTOGRAM}.{name}")
        found = super().panel(panel_id)
        if panel_id == _COURSE and isinstance(found, Series) and name in found.series:
            return replace(found, series={name: found.series[name]})
        return found
