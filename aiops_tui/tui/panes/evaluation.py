"""Evaluation: how good the answers are, by criterion, over time and by topic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from aiops_tui.model.panels import Histogram, Snapshot
from aiops_tui.tui.panes.arrange import Cell, Plan, Row
from aiops_tui.tui.panes.pane import Pane
from aiops_tui.tui.widgets.chart import Chart
from aiops_tui.tui.widgets.drawn import Drawn
from aiops_tui.tui.widgets.table import TableView

_HISTOGRAM = "score_histogram"
_MOST = 12
"""So many criteria have a histogram of their own on the screen."""


class EvaluationPane(Pane):
    """The third pane; each criterion that the data have gets a histogram behind that of the score."""

    tab = "evaluation"
    metrics = ("score", "coverage", "agreement")
    first = "worst"
    plan = Plan(
        wide=(
            Row("1fr", (Cell(("score_by_bucket",), 7), Cell((_HISTOGRAM, "score_heatmap"), 5))),
            Row("1fr", (Cell(("worst",), 8), Cell(("topic_criterion",), 4))),
        ),
        vast=(
            Row("1fr", (Cell(("score_by_bucket",), 5), Cell((_HISTOGRAM,), 3), Cell(("score_heatmap",), 4))),
            Row("1fr", (Cell(("worst",), 7), Cell(("topic_criterion",), 5))),
        ),
        panels=("score_by_bucket", _HISTOGRAM, "score_heatmap", "worst", "topic_criterion"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._criteria: tuple[str, ...] = ()

    def panels(self) -> Iterator[Drawn]:
        """Make the panels that there are always."""
        yield Chart("score_by_bucket", "line")
        yield Chart(_HISTOGRAM)
        yield Chart("score_heatmap")
        yield TableView("worst")
        yield Chart("topic_criterion")

    def show_panels(self) -> None:
        """Show what is new; a criterion seen for the first time gets its histogram."""
        found = _criteria(self._seen.snapshot)
        if found is not None and found != self._criteria:
            for place in range(len(self._criteria), len(found)):
                after = f"#{_widget_id(place - 1)}" if place else f"#{_HISTOGRAM}"
                self.mount(Chart(found[place], id=_widget_id(place)), after=after)
            for place, panel_id in enumerate(found[: len(self._criteria)]):
                self.query_one(f"#{_widget_id(place)}", Chart).panel_id = panel_id
            self._criteria = found
            self.lay_out()
        super().show_panels()

    def current_plan(self) -> Plan:
        """Return the arrangement with the criteria's histograms in the place of the score's."""
        criteria = tuple(_widget_id(place) for place in range(len(self._criteria)))
        return replace(
            self.plan,
            wide=tuple(_with(row, criteria) for row in self.plan.wide),
            vast=tuple(_with(row, criteria) for row in self.plan.vast),
            panels=_after(self.plan.panels, criteria),
        )


def _criteria(snapshot: Snapshot | None) -> tuple[str, ...] | None:
    """Return the ids of the criteria's histograms, None if there is nothing to know them from."""
    if snapshot is None or "evaluation" not in snapshot.tabs:
        return None
    panels = snapshot.tabs["evaluation"]
    return tuple(p.id for p in panels if isinstance(p, Histogram) and p.id.startswith(f"{_HISTOGRAM}."))[:_MOST]


def _widget_id(place: int) -> str:
    """A criterion's name is data, and may be anything; its widget is called by its place."""
    return f"histogram-{place}"


def _with(row: Row, criteria: tuple[str, ...]) -> Row:
    cells = (replace(cell, panels=_after(cell.panels, criteria)) for cell in row.cells)
    return replace(row, cells=tuple(cells))


def _after(panels: tuple[str, ...], criteria: tuple[str, ...]) -> tuple[str, ...]:
    if _HISTOGRAM not in panels:
        return panels
    place = panels.index(_HISTOGRAM) + 1
    return (*panels[:place], *criteria, *panels[place:])
