"""Statements about feedback row by row: its reasons, and the latest of it."""

from __future__ import annotations

import unicodedata
from typing import Any

import sqlalchemy as sa

from aiops_tui.model.filters import Filter
from aiops_tui.model.labels import WHITESPACE
from aiops_tui.model.window import Period
from aiops_tui.source.expressions import Condition
from aiops_tui.source.lookups import LIST_LIMIT
from aiops_tui.source.relations import Relations


def reasons(on: Relations, wanted: Filter, low: int, period: Period, limit: int) -> sa.Select[Any]:
    """Return the reasons most often written: reason as it is, class, count, and how many such rows there are in all."""
    assert on.feedback is not None  # noqa: S101
    row = on.feedback.c
    reason = on.on.topic(row.reason).label("reason")
    trimmed = sa.func.btrim if on.on.postgres else sa.func.trim
    given = sa.and_(reason.is_not(None), trimmed(reason, WHITESPACE) != "")
    n = sa.func.count()
    return (
        sa.select(reason, row.feedback, n, sa.func.count().over())
        .select_from(_joined(on))
        .where(*_rows(on, wanted, low, period), given)
        .group_by(sa.text("1"), sa.text("2"))
        .order_by(n.desc(), sa.text("1"), sa.text("2"))
        .limit(limit)
    )


def reasons_like(on: Relations, word: str, low: int, limit: int = 1000) -> sa.Select[Any]:
    """Return the reasons as they are written that hold a word, from a key on: the candidates for a folded reason."""
    assert on.feedback is not None  # noqa: S101
    row = on.feedback.c
    forms = {unicodedata.normalize(form, word) for form in ("NFC", "NFD")}
    held = sa.or_(*(on.on.contains(row.reason, form) for form in sorted(forms)))
    return sa.select(on.on.topic(row.reason)).where(row.key >= low, held).distinct().limit(limit)


def latest_feedback(on: Relations, wanted: Filter, low: int, period: Period, limit: int) -> sa.Select[Any]:
    """Return the newest feedback by key: seconds, class, reason, conversation, its user, topic and question's start."""
    assert on.feedback is not None  # noqa: S101
    row, table = on.feedback.c, on.conversations.c
    return (
        sa.select(
            row.seconds,
            row.feedback,
            sa.func.substr(sa.cast(row.reason, sa.Text), 1, LIST_LIMIT),
            row.conversation,
            sa.cast(table.user_id, sa.Text),
            on.on.topic(table.topic),
            sa.func.substr(sa.cast(table.question, sa.Text), 1, LIST_LIMIT),
        )
        .select_from(_joined(on))
        .where(*_rows(on, wanted, low, period))
        .order_by(row.key.desc())
        .limit(limit)
    )


def rated_after(on: Relations, key: int, limit: int) -> sa.Select[Any]:
    """Return the conversations of the newest feedback above a key."""
    assert on.feedback is not None  # noqa: S101
    row = on.feedback.c
    return sa.select(row.conversation).where(row.key > key).order_by(row.key.desc()).limit(limit)


def _joined(on: Relations) -> sa.FromClause:
    assert on.feedback is not None  # noqa: S101
    return on.feedback.outerjoin(on.conversations, on.key == on.feedback.c.conversation)


def _rows(on: Relations, wanted: Filter, low: int, period: Period) -> list[Condition]:
    assert on.feedback is not None  # noqa: S101
    row = on.feedback.c
    return [row.key >= low, on.on.seconds_within(row.seconds, period), *on.of_feedback(wanted)]
