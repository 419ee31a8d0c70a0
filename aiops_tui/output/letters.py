"""One conversation as text for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from zoneinfo import ZoneInfo

from aiops_tui.model.records import Conversation, Evaluation
from aiops_tui.output.as_json import Document, iso
from aiops_tui.output.figures import finite
from aiops_tui.text import formats
from aiops_tui.text.cells import wrap
from aiops_tui.text.printable import printable, printable_lines
from aiops_tui.text.translations import Translator


def letter(conversation: Conversation, translator: Translator, zone: tzinfo, width: int = 100) -> str:
    """Return who asked what when, the answer, and what was said of it, in lines of at most ``width`` cells."""
    rows = (
        row for text in _letter(conversation, translator, zone) for row in (wrap(printable_lines(text), width) or [""])
    )
    return "\n".join(rows) + "\n"


def conversation_document(conversation: Conversation, zone: ZoneInfo) -> Document:
    """Return a conversation as JSON has it; times have an offset, what is not known is null."""
    return {
        "id": conversation.id,
        "time": iso(conversation.time, zone) if conversation.time else None,
        "user_id": conversation.user_id,
        "topic": conversation.topic,
        "sentiment": conversation.sentiment,
        "label": conversation.label,
        "question": conversation.question,
        "answer": conversation.answer,
        "cut": conversation.cut,
        "evaluations": [
            {
                "time": iso(each.time, zone) if each.time else None,
                "score": finite(each.score),
                "criteria": {name: finite(score) for name, score in each.criteria.items()},
                "comment": each.comment,
            }
            for each in conversation.evaluations
        ],
        "feedback": [
            {"time": iso(each.time, zone) if each.time else None, "feedback": each.feedback, "reason": each.reason}
            for each in conversation.feedback
        ],
    }


def _letter(conversation: Conversation, words: Translator, zone: tzinfo) -> Iterator[str]:
    nothing = formats.NOTHING
    yield words("output.conversation", id=conversation.id).upper()
    sentiment = words.label(conversation.sentiment) + (f" ({conversation.label})" if conversation.label else "")
    yield (
        f"{formats.moment(conversation.time, zone)} · {conversation.user_id or nothing} · "
        f"{conversation.topic or nothing} · {sentiment}"
    )
    for name, text in (("question", conversation.question), ("answer", conversation.answer)):
        yield ""
        yield f"{words(f'output.{name}')}:"
        yield text
    yield ""
    yield from (_evaluation(each, words, zone) for each in conversation.evaluations)
    for said in conversation.feedback:
        parts = (formats.moment(said.time, zone), words.label(said.feedback or nothing), said.reason or "")
        yield " · ".join(printable(part) for part in parts if part)


def _evaluation(evaluation: Evaluation, words: Translator, zone: tzinfo) -> str:
    scores = [f"{words.column('score')} {formats.score(evaluation.score)}"]
    scores += [f"{words.label(name)} {formats.score(score)}" for name, score in evaluation.criteria.items()]
    parts = (formats.moment(evaluation.time, zone), ", ".join(scores), evaluation.comment or "")
    return " · ".join(printable(part) for part in parts if part)
