"""Tables of single conversations."""

from __future__ import annotations

from collections.abc import Sequence

from aiops_tui.metrics.inputs import LowScored
from aiops_tui.model.panels import Cell, Column, Table
from aiops_tui.model.records import Recent

_CONVERSATION = (
    Column("time", "time"),
    Column("user_id", "user"),
    Column("topic", "topic"),
    Column("sentiment", "sentiment"),
    Column("score", "score"),
    Column("question", "text"),
)


def conversation_table(panel_id: str, conversations: Sequence[Recent | LowScored], total: int | None) -> Table:
    """Return conversations as rows, ``total`` saying of how many they are the first."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (row.time, row.user_id, row.topic, row.sentiment, row.score, row.question) for row in conversations
    )
    return Table(panel_id, _CONVERSATION, rows, total, tuple(row.conversation or "" for row in conversations))
