"""What stands behind each log of the database: which rows, in which order, and how one becomes an entry."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from aiops_tui.model.filters import Filter
from aiops_tui.model.labels import SENTIMENTS
from aiops_tui.model.records import LEVELS, STREAMS, TONES
from aiops_tui.source.expressions import Condition, Expressions, Whole
from aiops_tui.source.logs.formats import OTHER, level_of
from aiops_tui.source.logs.source import LINE_CHARACTERS
from aiops_tui.source.lookups import LIST_LIMIT
from aiops_tui.source.relations import SCORE, Relations
from aiops_tui.source.streams.shapes import LogTable
from aiops_tui.text.printable import printable, printable_lines

LEVEL_CHARACTERS = 24
"""A level is read so far."""

_MORE_CHARACTERS = 50_000
_PYTHON = {10: "debug", 20: "info", 30: "warning", 40: "error", 50: "critical"}
_SYSLOG = ("critical", "critical", "critical", "error", "warning", "info", "info", "debug")
_SHIFT = 19
"""An evaluation's position is its time in seconds, then so many bits of its conversation's key."""


class Said(NamedTuple):
    """What a row says: ``level`` as a place in `TONES`, texts printable."""

    level: int
    origin: str
    message: str
    more: tuple[str, ...] = ()
    conversation: str | None = None
    cut: bool = False


@dataclass(frozen=True, eq=False)
class Shelf:
    """The rows of one log: ``position`` is a whole number that orders them, ``seconds`` their time since the epoch.

    ``holds`` tells whether a row's texts have a word, None where that saves nothing.
    ``columns`` are what ``read`` makes an entry of. Where ``keyed``, an index leads with the position. ``level`` is the
    column that entries are counted by, None where they are not. ``waiting`` tells what ``read`` made of a row that is
    still to be changed.
    """

    name: str
    rows: sa.FromClause
    position: Whole
    seconds: Whole
    columns: Sequence[ColumnElement[Any]]
    read: Callable[[Sequence[Any]], Said]
    keyed: bool = True
    level: ColumnElement[str] | None = None
    conditions: Sequence[Condition] = field(default_factory=tuple)
    waiting: Callable[[Said], bool] = lambda said: False
    holds: Callable[[str], Condition] | None = None

    def having(self, words: Sequence[str]) -> Shelf:
        """Return the rows whose texts have all of some words, and perhaps others."""
        if self.holds is None:
            return self
        return replace(self, conditions=(*self.conditions, *map(self.holds, words)))

    def page(self, low: int | None, high: int | None, limit: int, *, newest: bool) -> sa.Select[Any]:
        """Return position, seconds and columns of the rows from ``low`` to before ``high``, so many from one end."""
        order = self.position.desc() if newest else self.position.asc()
        return self._selected().where(*self._between(low, high), *self.conditions).order_by(order).limit(limit)

    def these(self, positions: Sequence[int]) -> sa.Select[Any]:
        """Return the same of the rows at some positions."""
        return self._selected().where(self.position.in_(positions), *self.conditions).order_by(self.position)

    def positions(self, above: int, limit: int) -> sa.Select[Any]:
        """Return the newest positions above one."""
        return (
            sa.select(self.position)
            .select_from(self.rows)
            .where(self.position > above, *self.conditions)
            .order_by(self.position.desc())
            .limit(limit)
        )

    def first_time(self, low: int) -> sa.Select[Any]:
        """Return the time of the first row from a position on, whatever the filter."""
        return (
            sa.select(self.seconds).select_from(self.rows).where(self.position >= low).order_by(self.position).limit(1)
        )

    def key_above(self, low: int, rows: int) -> sa.Select[Any]:
        """Return the position of the row so many rows above one; no row if there are not so many."""
        above = sa.select(self.position).select_from(self.rows).where(self.position >= low)
        return above.order_by(self.position).limit(1).offset(rows)

    def bounds(self) -> sa.Select[Any]:
        """Return the lowest and the highest position."""
        low, high = (sa.select(end(self.position)).select_from(self.rows) for end in (sa.func.min, sa.func.max))
        return sa.select(low.scalar_subquery(), high.scalar_subquery())

    def levels(self, low: int, high: int, width: int) -> sa.Select[Any]:
        """Count rows by time, in steps of ``width`` seconds, and level: (seconds, level as written, n)."""
        assert self.level is not None  # noqa: S101
        step = self.seconds // sa.literal(width, sa.BigInteger) * width
        columns: tuple[ColumnElement[Any], ...] = (step, self.level, sa.func.count())
        timed = (*self._between(low, high), self.seconds.is_not(None))
        counted = sa.select(*columns).select_from(self.rows).where(*timed)
        return counted.group_by(sa.text("1"), sa.text("2"))

    def _selected(self) -> sa.Select[Any]:
        return sa.select(self.position, self.seconds, *self.columns).select_from(self.rows)

    def _between(self, low: int | None, high: int | None) -> list[Condition]:
        bounds = [] if low is None else [self.position >= low]
        return bounds if high is None else [*bounds, self.position < high]


def of_table(shape: LogTable, on: Expressions) -> Shelf:
    """Return the rows of a table that is a log."""
    table = sa.table(
        shape.table.name, *map(sa.column, {*shape.table.columns, shape.key}), schema=shape.table.schema
    )  # fmt: skip
    column = table.c

    def text(name: str | None, characters: int) -> ColumnElement[Any]:
        if name is None:
            return sa.cast(sa.null(), sa.Text)
        return sa.func.substr(sa.cast(column[name], sa.Text), 1, characters)

    level = text(shape.level, LEVEL_CHARACTERS)
    return Shelf(
        printable(shape.table.name, 100),
        table,
        sa.type_coerce(column[shape.key], sa.BigInteger),
        on.seconds(column[shape.time], shape.table.columns[shape.time]),
        (
            level,
            text(shape.logger, 200),
            text(shape.message, LINE_CHARACTERS + 1),
            text(shape.more, _MORE_CHARACTERS + 1),
        ),
        _of_table,
        level=level,
        holds=partial(_holds, on, [column[name] for name in (shape.logger, shape.message, shape.more) if name]),
    )


def tone_of(level: str | None) -> int:
    """Return the place in `LEVELS` of a level as a table has it: a word, Python's number or syslog's."""
    word = (level or "").strip(" []")
    if word.isascii() and word.isdecimal():
        number = int(word)
        name = _SYSLOG[number] if number < len(_SYSLOG) else _PYTHON.get(number)
        return LEVELS.index(name) if name else OTHER
    return level_of(word)


def _of_table(values: Sequence[Any]) -> Said:
    level, logger, message, more = values
    first, *rest = printable_lines(message or "", LINE_CHARACTERS).split("\n")
    following = printable_lines(more, _MORE_CHARACTERS).strip("\n").split("\n") if more else []
    cut = len(message or "") > LINE_CHARACTERS or len(more or "") > _MORE_CHARACTERS
    return Said(tone_of(level), printable(logger or "", 200), first, (*rest, *following), None, cut)


def of_conversations(on: Relations, wanted: Filter) -> Shelf:
    """Return the conversations that a filter lets through."""
    table = on.conversations.c
    columns = (
        sa.cast(table.user_id, sa.Text),
        on.on.topic(table.topic),
        on.on.sentiment(table.sentiment),
        sa.func.substr(sa.cast(table.question, sa.Text), 1, LIST_LIMIT),
        on.key,
    )
    return Shelf(
        STREAMS[0],
        on.conversations,
        on.key,
        on.seconds,
        columns,
        _of_conversation,
        conditions=on.of_conversations(wanted),
        waiting=lambda said: TONES[said.level] == "unanalysed",
        holds=partial(_holds, on.on, [table.user_id, table.topic, table.question]),
    )


def _of_conversation(values: Sequence[Any]) -> Said:
    user, topic, sentiment, question, key = values
    level = len(LEVELS) + SENTIMENTS.index(sentiment)
    return Said(level, "", _joined(user, topic, question), (), str(int(key)))


def of_evaluations(on: Relations, wanted: Filter) -> Shelf | None:
    """Return the evaluations that a filter lets through, in order of their time; None if there are none."""
    if on.evaluations is None:
        return None
    row = on.evaluations.c
    names = on.schema.criteria
    conversation = sa.func.coalesce(row.conversation, 0, type_=sa.BigInteger())
    among = conversation % sa.literal(1 << _SHIFT, sa.BigInteger)
    position: Whole = row.seconds * sa.literal(1 << _SHIFT, sa.BigInteger) + among
    columns = (
        row.conversation, row.user_id, row.topic, row.score, *(on.judgement(name) for name in names if name != SCORE),
        sa.func.substr(sa.func.coalesce(sa.func.nullif(row.comment, ""), row.question), 1, LIST_LIMIT),
    )  # fmt: skip

    def read(values: Sequence[Any]) -> Said:
        key, user, topic, score, *rest = values
        judged = (f"{name} {value:g}" for name, value in zip(names, rest, strict=False) if value is not None)
        figures = ", ".join(judged)
        whole = "–" if score is None else f"{score:.1f}"
        message = _joined(f"{whole} ({figures})" if figures else whole, user, topic, rest[-1])
        return Said(OTHER, "", message, (), None if key is None else str(int(key)))

    return Shelf(
        STREAMS[1],
        on.evaluations,
        position,
        row.seconds,
        columns,
        read,
        keyed=False,
        conditions=[row.seconds.is_not(None), *on.of_evaluations(wanted)],
    )


def _holds(on: Expressions, texts: Sequence[ColumnElement[Any]], word: str) -> Condition:
    """Return whether any of some texts may have a word: SQLite tells cases of ASCII letters alone to be the same."""
    if not on.literal_safe(word) or not (on.postgres or word.isascii() or word.lower() == word.upper()):
        return sa.true()
    forms = {unicodedata.normalize(form, word) for form in ("NFC", "NFD")}
    return sa.or_(*(on.contains(text, form) for text in texts for form in sorted(forms)))


def evaluated_from(seconds: int) -> int:
    """Return the first position of evaluations at or after so many seconds since the epoch."""
    return seconds << _SHIFT


def _joined(*texts: str | None) -> str:
    return " · ".join(part for part in (printable(text or "", LIST_LIMIT).strip() for text in texts) if part)
