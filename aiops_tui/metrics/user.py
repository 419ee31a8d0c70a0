"""One user's page: when they come, what they talk about, how they feel and how well they are answered."""

from __future__ import annotations

from aiops_tui.metrics.classes import (
    by_class,
    class_buckets,
    class_cells,
    class_counts,
    class_series,
    conversations_metric,
    negative_metric,
)
from aiops_tui.metrics.feedback import satisfaction_metric
from aiops_tui.metrics.inputs import Inputs
from aiops_tui.metrics.ranking import topics_table
from aiops_tui.metrics.scores import ROW_SCORE, score_buckets, score_metrics, score_series
from aiops_tui.metrics.tables import conversation_table
from aiops_tui.metrics.week import week_counts
from aiops_tui.model.panels import Panel


def panels(inputs: Inputs) -> tuple[Panel, ...]:
    """Return the panels of inputs that are of one user alone."""
    cells = class_cells(inputs.current)
    buckets = class_buckets(inputs, cells)
    before = class_counts(inputs.before)
    scores = score_buckets(inputs, [ROW_SCORE])
    n = sum(by_class(buckets).values())
    return (
        conversations_metric(inputs, buckets, before),
        negative_metric(inputs, buckets, before),
        *score_metrics(inputs, scores),
        satisfaction_metric(inputs),
        class_series("sentiment_by_bucket", inputs, buckets),
        score_series(inputs, scores),
        week_counts("rhythm", cells, inputs.zone),
        topics_table(inputs, n),
        conversation_table("recent", inputs.recent, n),
    )
