"""A conversation, or a log entry, laid out like a letter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aiops_tui.charts.spans import Line, Span
from aiops_tui.model.panels import Notice
from aiops_tui.model.records import Conversation, Evaluation, LogEntry, Neighbours, Page
from aiops_tui.text.cells import cut, fit, width, wrap
from aiops_tui.text.fields import fields_of, load_of
from aiops_tui.text.formats import NOTHING, clock, moment, score
from aiops_tui.tui.look import Look
from aiops_tui.tui.screens.markdown import markdown_lines
from aiops_tui.tui.widgets.lines import EMPTY, line_width

_BAR = 20
_MEASURE = 100
"""Texts are not set wider than so many cells: longer lines are hard to read."""

_NOBODY = Neighbours()
_TOLD = (12, 14, 16)
"""So many cells at most are given to sentiment, user and topic of a conversation in a list."""

TOP = 10.0
"""Scores go from 0 to this."""


def conversation_lines(
    conversation: Conversation,
    look: Look,
    cells: int,
    beside: Neighbours = _NOBODY,
    keys: tuple[str, str] = ("", ""),
    *,
    gone: bool = False,
) -> Sequence[Line]:
    """Return a conversation: who, when, what about; question; answer; scores, comment, feedback; the same user's.

    ``keys`` lead to those ``beside``; ``gone`` says that it has been deleted since it was read.
    """
    return [*_conversation(conversation, look, cells, gone=gone), *_same_user(beside, keys, look, cells)]


def _conversation(conversation: Conversation, look: Look, cells: int, *, gone: bool = False) -> Iterator[Line]:
    words, measure = look.words, min(cells, _MEASURE)
    if gone:
        yield from ((Span(row, "alarm"),) for row in wrap(words("tui.conversation.gone"), measure))
    facts = (
        (words.column("time"), moment(conversation.time, look.zone), "text"),
        (words.column("user_id"), conversation.user_id or words.label("guest"), "text"),
        (words.column("topic"), conversation.topic or NOTHING, "text"),
        (words.column("sentiment"), _sentiment(conversation, look), conversation.sentiment),
    )
    column = max(width(name) for name, _, _ in facts) + 2
    for name, fact, role in facts:
        yield from _fact(name, fact, role, column, measure)
    if conversation.cut:
        yield (Span(words("tui.conversation.cut"), "alarm"),)
    for title, text in (
        ("tui.conversation.question", conversation.question),
        ("tui.conversation.answer", conversation.answer),
    ):
        yield EMPTY
        yield _rule(words(title), measure)
        yield from markdown_lines(text, measure)
    yield EMPTY
    yield _rule(words("tui.conversation.scores"), measure)
    if not conversation.evaluations:
        told = "tui.conversation.reading_said" if conversation.partial else "tui.conversation.no_scores"
        yield (Span(words(told), "muted"),)
    for evaluation in conversation.evaluations:
        yield from _evaluation(evaluation, look, measure)
    yield EMPTY
    yield _rule(words("tui.conversation.feedback"), measure)
    if not conversation.feedback:
        told = "tui.conversation.reading_said" if conversation.partial else "tui.conversation.no_feedback"
        yield (Span(words(told), "muted"),)
    for feedback in conversation.feedback:
        said = feedback.feedback or NOTHING
        role = {"like": "good", "dislike": "bad"}.get(said, "text")
        yield (Span(words.label(said), role), Span(f"  {moment(feedback.time, look.zone)}", "muted"))
        for row in wrap(feedback.reason or "", measure):
            yield (Span(row, "text"),)


def remaining_lines(remains: Sequence[tuple[str, str]], look: Look, cells: int) -> Sequence[Line]:
    """Return what a list still knows of a conversation that is gone, by heading."""
    if not remains:
        return ()
    lines: list[Line] = [EMPTY, _rule(look.words("tui.conversation.remains"), min(cells, _MEASURE))]
    column = max(width(name) for name, _ in remains) + 2
    for name, text in remains:
        lines += _fact(name, text, "text", column, min(cells, _MEASURE))
    return lines


def _fact(name: str, fact: str, role: str, column: int, cells: int) -> Iterator[Line]:
    """Return what something is beside its name, which takes a column of its own."""
    for number, row in enumerate(wrap(fact, max(cells - column, 8))):
        yield (Span(fit("" if number else name, column), "muted"), Span(row, role))


def _same_user(beside: Neighbours, keys: tuple[str, str], look: Look, cells: int) -> Iterator[Line]:
    """Return the keys that lead to the user's conversation before and the one after."""
    if beside == _NOBODY:
        return
    words, measure = look.words, min(cells, _MEASURE)
    yield EMPTY
    yield _rule(words("tui.conversation.same_user"), measure)
    for key, name, found in (
        (keys[0], "tui.conversation.earlier", beside.before),
        (keys[1], "tui.conversation.later", beside.after),
    ):
        if found is not None:
            yield (Span(f"{key}  ", "accent"), Span(f"{words(name)}  ", "muted"), Span(f"#{found}", "text"))


def _evaluation(evaluation: Evaluation, look: Look, measure: int) -> Iterator[Line]:
    from aiops_tui.charts import bar

    words = look.words
    scores = dict(evaluation.criteria)
    if evaluation.score is not None and "score" not in scores:
        scores = {"score": evaluation.score, **scores}
    column = min(max((width(words.label(name)) for name in scores), default=0) + 2, max(measure // 3, 8))
    for name, figure in scores.items():
        filled = bar(None if figure is None else figure / TOP, _BAR)
        role = "bad" if figure is not None and figure < TOP / 2 else "accent"
        yield (
            Span(fit(words.label(name), column), "label"),
            Span(f"{score(figure):>5} ", "text"),
            Span(filled, role, "bar"),
        )
    if evaluation.time is not None:
        yield (Span(moment(evaluation.time, look.zone), "muted"),)
    for row in wrap(evaluation.comment or "", measure):
        yield (Span(row, "text"),)


def conversation_text(conversation: Conversation, look: Look) -> str:
    """Return a conversation as plain text, to copy."""
    return "\n".join(
        "".join(span.text for span in line).rstrip() for line in _conversation(conversation, look, _MEASURE)
    )


def entry_lines(entry: LogEntry, look: Look, cells: int) -> Sequence[Line]:
    """Return a log entry with all its lines."""
    from aiops_tui.charts import bar

    words = look.words
    level = words.label(entry.level) if entry.level != "other" else NOTHING
    lines: list[Line] = [
        (
            Span(f"{moment(entry.time, look.zone)}  ", "muted"),
            Span(level, entry.level),
            Span(f"  {entry.source}", "label"),
            Span(f"  {entry.origin}" if entry.origin else "", "muted"),
        ),
        EMPTY,
    ]
    lines += [(Span(row, "strong"),) for row in wrap(entry.message, cells)]
    fields = fields_of(entry.origin, entry.message)
    column = min(max((width(name) for name, _ in fields), default=0) + 2, max(cells // 3, 8))
    if fields:
        lines.append(EMPTY)
    load = load_of(entry.message)
    for name, value in fields:
        filled = f"  {bar(load[name], _BAR)}" if name in load else ""
        rows = list(_fact(name, value, "text", column, cells))
        lines += [(*rows[0], Span(filled, "accent")), *rows[1:]]
    if entry.more:
        lines.append(EMPTY)
    for text in entry.more:
        lines += [(Span(row, "text"),) for row in wrap(text, cells)]
    if entry.left_out:
        lines.append((Span(words("tui.entry.left_out", n=entry.left_out), "alarm"),))
    if entry.cut:
        lines.append((Span(words("tui.entry.cut"), "alarm"),))
    return lines


def around_lines(found: Page | Notice, look: Look, cells: int, key: str) -> Iterator[Line]:
    """Yield the conversations around a log entry, or why there are none yet; ``key`` leads to the list of all."""
    words = look.words
    yield EMPTY
    yield _rule(words("tui.entry.around"), cells)
    if isinstance(found, Notice):
        yield from ((Span(row, "muted"),) for row in wrap(words.notice(found), cells))
        return
    if not found.rows:
        yield (Span(words("tui.entry.around.none"), "muted"),)
        return
    told = [
        (words.label(row.sentiment), row.user_id or words.label("guest"), row.topic or NOTHING) for row in found.rows
    ]
    columns = [min(max(map(width, texts)), most) for texts, most in zip(zip(*told, strict=True), _TOLD, strict=True)]
    for row, texts in zip(found.rows, told, strict=True):
        tone, user, topic = (fit(text, size) + "  " for text, size in zip(texts, columns, strict=True))
        line = (
            Span(f"{clock(row.time, look.zone)}  ", "muted"),
            Span(tone, row.sentiment),
            Span(user + topic, "label"),
        )
        room = max(cells - line_width(line), 0)
        yield (*line, Span(cut(row.question, room), "text"))
    more = words("tui.entry.around.more" if found.more else "tui.entry.around.list", key=key)
    yield (Span(more, "muted"),)


def _sentiment(conversation: Conversation, look: Look) -> str:
    word = look.words.label(conversation.sentiment)
    label = conversation.label
    return word if not label or label == word else f"{word} ({label})"


def _rule(title: str, cells: int) -> Line:
    return (Span(f"{title} ", "accent"), Span("─" * max(cells - width(title) - 1, 0), "border"))
