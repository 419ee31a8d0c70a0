"""One conversation, read whole with what was said of it."""

from __future__ import annotations

from datetime import datetime

from aiops_tui.model.records import Conversation, Evaluation, Feedback
from aiops_tui.model.window import from_epoch
from aiops_tui.source.database import Database
from aiops_tui.source.lookups import TEXT_LIMIT, conversation, evaluations_of, feedback_of
from aiops_tui.source.relations import Relations
from aiops_tui.text.printable import printable, printable_lines


def read_conversation(database: Database, relations: Relations, key: str) -> Conversation | None:
    """Return a conversation by its key, None if it is not there.

    Raises:
        SourceError: if the database does not answer.
    """
    try:
        number = int(key)
    except ValueError:
        return None
    if abs(number) >= 2**63:
        return None
    with database.transaction():
        rows = database.rows(conversation(relations, number))
        if not rows:
            return None
        evaluations = database.rows(evaluations_of(relations, number)) if relations.evaluations is not None else []
        feedback = database.rows(feedback_of(relations, number)) if relations.feedback is not None else []
    _, at, user, topic, sentiment, label, question, answer, question_length, answer_length = rows[0]
    return Conversation(
        id=str(number),
        time=_moment(at),
        user_id=_text(user),
        topic=_text(topic),
        sentiment=sentiment,
        label=_text(label),
        question=printable_lines(question or ""),
        answer=printable_lines(answer or ""),
        evaluations=tuple(
            Evaluation(
                _moment(seen), score, dict(zip(relations.schema.criteria, criteria, strict=True)), _lines(comment)
            )
            for seen, score, comment, *criteria in evaluations
        ),
        feedback=tuple(Feedback(_moment(seen), _text(value), _text(reason)) for seen, value, reason in feedback),
        cut=max(question_length or 0, answer_length or 0) > TEXT_LIMIT,
    )


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else from_epoch(seconds)


def _text(value: str | None) -> str | None:
    return None if value is None else printable(value)


def _lines(value: str | None) -> str | None:
    return None if value is None else printable_lines(value)
