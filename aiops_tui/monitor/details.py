"""One conversation, read whole with what was said of it."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime

from aiops_tui.model.records import Conversation, Evaluation, Feedback
from aiops_tui.model.window import from_epoch
from aiops_tui.source.database import Database
from aiops_tui.source.lookups import TEXT_LIMIT, conversation, evaluations_of, feedback_of
from aiops_tui.source.relations import Relations
from aiops_tui.text.printable import printable, printable_lines

_Said = tuple[tuple[Evaluation, ...], tuple[Feedback, ...]]


class Details:
    """Reads conversations; what was said of the last one is looked for once, until evaluations or feedback come."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._last: tuple[Hashable, _Said] | None = None

    def read(self, on: Relations, key: str, version: Hashable = None, *, at_once: bool = False) -> Conversation | None:
        """Return a conversation by its key, None if it is not there.

        No index leads from a conversation to what was said of it. Unless that is wanted ``at_once``, it is left out
        when it is not known, and the conversation is ``partial``; ``version`` changes when more may have been said.

        Raises:
            SourceError: if the database does not answer.
        """
        try:
            number = int(key)
        except ValueError:
            return None
        if abs(number) >= 2**63:
            return None
        question = None if version is None else (number, version)
        with self._database.transaction():
            rows = self._database.rows(conversation(on, number))
            if not rows:
                return None
            said = self._last[1] if self._last is not None and question == self._last[0] else None
            if said is None and at_once:
                said = self._said(on, number)
        if said is not None and question is not None:
            self._last = question, said
        _, at, user, topic, sentiment, label, asked, answer, question_length, answer_length = rows[0]
        return Conversation(
            id=str(number),
            time=_moment(at),
            user_id=_text(user),
            topic=_text(topic),
            sentiment=sentiment,
            label=_text(label),
            question=printable_lines(asked or ""),
            answer=printable_lines(answer or ""),
            evaluations=said[0] if said is not None else (),
            feedback=said[1] if said is not None else (),
            cut=max(question_length or 0, answer_length or 0) > TEXT_LIMIT,
            partial=said is None,
        )

    def _said(self, on: Relations, key: int) -> _Said:
        """Return what judges and users said of a conversation, which takes a look at all that they said of any."""
        evaluations = self._database.rows(evaluations_of(on, key)) if on.evaluations is not None else []
        feedback = self._database.rows(feedback_of(on, key)) if on.feedback is not None else []
        names = on.schema.criteria
        return tuple(
            Evaluation(_moment(seen), score, dict(zip(names, criteria, strict=True)), _lines(comment))
            for seen, score, comment, *criteria in evaluations
        ), tuple(Feedback(_moment(seen), _text(value), _text(reason)) for seen, value, reason in feedback)


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else from_epoch(seconds)


def _text(value: str | None) -> str | None:
    return None if value is None else printable(value)


def _lines(value: str | None) -> str | None:
    return None if value is None else printable_lines(value)
