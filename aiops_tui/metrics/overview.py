"""The Overview: how much, by whom, how people feel and how good the answers are."""

from __future__ import annotations

from aiops_tui.metrics.buckets import closed, open_last
from aiops_tui.metrics.classes import by_bucket, class_buckets, class_cells, class_counts, class_series, negative_metric
from aiops_tui.metrics.compare import count_metric
from aiops_tui.metrics.feedback import satisfaction_metric
from aiops_tui.metrics.inputs import Inputs
from aiops_tui.metrics.scores import ROW_SCORE, score_buckets, score_metrics
from aiops_tui.metrics.tables import conversation_table
from aiops_tui.metrics.topics import foremost, mean_of, topic_means, topics, topics_total
from aiops_tui.metrics.users import active_users_metric
from aiops_tui.model.panels import Column, Panel, Series, Table

_TOPICS = (
    Column("topic", "topic"),
    Column("conversations", "count"),
    Column("share", "ratio"),
    Column("negative_ratio", "ratio"),
    Column("score", "score"),
)


def panels(inputs: Inputs) -> tuple[Panel, ...]:
    """Return the panels of the tab."""
    buckets = class_buckets(inputs, class_cells(inputs.current))
    before = class_counts(inputs.before)
    volume = by_bucket(buckets)
    n = sum(volume)
    return (
        count_metric("conversations", n, sum(before.values()) if before else None, closed(volume, inputs)),
        active_users_metric(inputs, closed(inputs.users or (), inputs)),
        negative_metric(inputs, buckets, before),
        *score_metrics(inputs, score_buckets(inputs, [ROW_SCORE])),
        satisfaction_metric(inputs),
        count_metric("total", inputs.total, unit="estimate"),
        class_series("volume", inputs, buckets),
        *_users_by_bucket(inputs),
        _topics(inputs, n),
        conversation_table("recent", inputs.recent, n),
    )


def _users_by_bucket(inputs: Inputs) -> tuple[Panel, ...]:
    """Return the panel, or none where users were not counted by bucket."""
    if inputs.users is None:
        return ()
    return (
        Series("users_by_bucket", "count", inputs.edges[:-1], {"users": inputs.users}, open_last(inputs), inputs.users),
    )


def _topics(inputs: Inputs, conversations: int) -> Table:
    found = topics(inputs.current.by_topic)
    shown = foremost(found)
    means = topic_means(inputs.current.scores_by_topic, [ROW_SCORE])
    rows = tuple(
        (
            topic.name,
            topic.conversations,
            topic.conversations / conversations if conversations else None,
            topic.negative.value,
            mean_of(means, topic, shown, ROW_SCORE),
        )
        for topic in shown
    )
    total = topics_total(found, inputs.topics_total)
    return Table("topics", _TOPICS, rows, total, tuple(topic.key for topic in shown))
