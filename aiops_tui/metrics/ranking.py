"""The topics of a period, ranked by their conversations."""

from __future__ import annotations

from aiops_tui.metrics.inputs import Inputs
from aiops_tui.metrics.scores import ROW_SCORE
from aiops_tui.metrics.topics import foremost, mean_of, topic_means, topics, topics_total
from aiops_tui.model.panels import Column, Table

_TOPICS = (
    Column("topic", "topic"),
    Column("conversations", "count"),
    Column("share", "ratio"),
    Column("negative_ratio", "ratio"),
    Column("score", "score"),
)


def topics_table(inputs: Inputs, conversations: int) -> Table:
    """Return the table ``topics``; ``share`` is of all conversations, those without a topic too."""
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
