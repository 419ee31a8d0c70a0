"""Sentiment: how people feel, when, and about what."""

from __future__ import annotations

from collections.abc import Iterator

from aiops_tui.tui.panes.arrange import Cell, Plan, Row
from aiops_tui.tui.panes.pane import Pane
from aiops_tui.tui.widgets.chart import Chart
from aiops_tui.tui.widgets.drawn import Drawn
from aiops_tui.tui.widgets.table import TableView


class SentimentPane(Pane):
    """The second pane."""

    tab = "sentiment"
    metrics = ("positive", "neutral", "negative", "other", "unanalysed", "negative_ratio")
    plan = Plan(
        wide=(
            Row("1fr", (Cell(("sentiment_by_bucket", "sentiment_by_day"), 6), Cell(("negative_heatmap",), 6))),
            Row("1fr", (Cell(("movers",), 6), Cell(("topic_sentiment",), 6))),
        ),
        tall=(
            Row("1fr", (Cell(("sentiment_by_bucket",), 6), Cell(("sentiment_by_day",), 6))),
            Row("11", (Cell(("negative_heatmap",), 6), Cell(("movers",), 6))),
            Row("1fr", (Cell(("topic_sentiment",)),)),
        ),
        vast=(
            Row(
                "1fr",
                (Cell(("sentiment_by_bucket",), 4), Cell(("sentiment_by_day",), 3), Cell(("negative_heatmap",), 5)),
            ),
            Row("1fr", (Cell(("movers",), 5), Cell(("topic_sentiment",), 7))),
        ),
        panels=("sentiment_by_bucket", "sentiment_by_day", "negative_heatmap", "movers", "topic_sentiment"),
        first="topic_sentiment",
    )

    def panels(self) -> Iterator[Drawn]:
        """Make the panels."""
        yield Chart("sentiment_by_bucket", "stacked")
        yield Chart("sentiment_by_day", "stacked")
        yield Chart("negative_heatmap")
        yield TableView("movers")
        yield TableView("topic_sentiment")
