"""The Overview: how much, by whom, how people feel and how good the answers are."""

from __future__ import annotations

from aiops_tui.metrics.buckets import closed, open_last
from aiops_tui.metrics.classes import (
    by_class,
    class_buckets,
    class_cells,
    class_counts,
    class_series,
    conversations_metric,
    negative_metric,
)
from aiops_tui.metrics.compare import count_metric
from aiops_tui.metrics.feedback import satisfaction_metric
from aiops_tui.metrics.inputs import Inputs
from aiops_tui.metrics.ranking import topics_table
from aiops_tui.metrics.scores import ROW_SCORE, score_buckets, score_metrics
from aiops_tui.metrics.tables import conversation_table
from aiops_tui.metrics.users import active_users_metric
from aiops_tui.model.panels import Panel, Series


def panels(inputs: Inputs) -> tuple[Panel, ...]:
    """Return the panels of the tab."""
    buckets = class_buckets(inputs, class_cells(inputs.current))
    before = class_counts(inputs.before)
    n = sum(by_class(buckets).values())
    return (
        conversations_metric(inputs, buckets, before),
        active_users_metric(inputs, closed(inputs.users or (), inputs)),
        negative_metric(inputs, buckets, before),
        *score_metrics(inputs, score_buckets(inputs, [ROW_SCORE])),
        satisfaction_metric(inputs),
        count_metric("total", inputs.total, unit="estimate"),
        class_series("volume", inputs, buckets),
        *_users_by_bucket(inputs),
        topics_table(inputs, n),
        conversation_table("recent", inputs.recent, n),
    )


def _users_by_bucket(inputs: Inputs) -> tuple[Panel, ...]:
    """Return the panel, or none where users were not counted by bucket."""
    if inputs.users is None:
        return ()
    return (
        Series("users_by_bucket", "count", inputs.edges[:-1], {"users": inputs.users}, open_last(inputs), inputs.users),
    )
