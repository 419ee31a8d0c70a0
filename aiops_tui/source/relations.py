"""The three things that are counted, conversations, evaluations and feedback, each as one relation to select from."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property, reduce
from operator import add
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from aiops_tui.model.filters import TEXT, Filter, Term, is_score
from aiops_tui.model.labels import WEEKDAYS, fold_topic
from aiops_tui.model.window import LATEST, Period
from aiops_tui.source.clock import hour, weekday
from aiops_tui.source.expressions import Condition, Expressions, Number, Text, Whole
from aiops_tui.source.found import Found
from aiops_tui.source.schema import Schema, TableInfo

SCORE = "score"

_KNOWS_HINTS = sqlite3.sqlite_version_info >= (3, 35)


class TID(sa.types.UserDefinedType[str]):
    """Where a row of PostgreSQL's lies: block and place in it."""

    cache_ok = True

    def get_col_spec(self, **options: object) -> str:
        """Return its name in SQL."""
        del options
        return "tid"


Columns = sa.sql.base.ReadOnlyColumnCollection[str, Any]


@dataclass(frozen=True, slots=True)
class _Row:
    """What a filter looks at; ``scores`` and ``feedback`` are those of the row itself, None if it has none."""

    topic: Text
    sentiment: Text
    user: Text
    texts: tuple[Text, Text]
    conversation: Whole
    seconds: Whole
    scores: Mapping[str, Number] | None = None
    feedback: Columns | None = None


_OPERATORS: Mapping[str, str] = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "=": "=", ":": "="}

_LASTING = ("conversations", "key", "seconds", "evaluations", "feedback")


@dataclass(frozen=True)
class Relations:
    """The relations of one schema.

    ``topics`` and ``reasons`` are the raw forms of each folded topic and reason that a filter may name. ``found`` are
    the conversations that a part of the filter is known to let through.
    """

    schema: Schema
    on: Expressions
    topics: Mapping[str, frozenset[str]] = field(default_factory=dict)
    reasons: Mapping[str, frozenset[str]] = field(default_factory=dict)
    found: Found | None = None

    def knowing(self, **known: Any) -> Relations:
        """Return the same relations with other ``topics``, ``reasons`` or ``found``; what rests on none is kept."""
        other = replace(self, **known)
        vars(other).update({name: made for name, made in vars(self).items() if name in _LASTING})
        return other

    @cached_property
    def conversations(self) -> sa.TableClause:
        """The table of conversations itself, as ``c``."""
        return self.schema.conversations.sql

    @cached_property
    def key(self) -> Whole:
        """A conversation's key."""
        return self.conversations.c[self.schema.conversations.key or "id"]

    @cached_property
    def seconds(self) -> Whole:
        """A conversation's time, in whole seconds since the epoch."""
        return self.on.seconds(self.conversations.c.created_at, self._kind(self.schema.conversations))

    def slot(self, base: int) -> ColumnElement[Any]:
        """What is the same for conversations of the same base bucket."""
        return self.on.slot(self.conversations.c.created_at, self._kind(self.schema.conversations), base)

    def place(self, edges: Sequence[int]) -> Whole:
        """After how many edges a conversation lies, the last one being left out."""
        return self.on.place(self.conversations.c.created_at, self._kind(self.schema.conversations), edges)

    def within(self, period: Period) -> Condition:
        """Whether a conversation lies in a period."""
        return self.on.within(self.conversations.c.created_at, self._kind(self.schema.conversations), period)

    @cached_property
    def evaluations(self) -> sa.FromClause | None:
        """All evaluations, one relation of few columns; None if there is no such table.

        Columns: ``conversation``, ``seconds``, ``created_at`` (its own), ``user_id``, ``topic`` (cut), ``sentiment``
        (class), ``question``, ``answer``, ``comment``, ``own_score``, ``lies_at`` (if `tells_places`), and
        ``score`` and the criteria, which `judgement` gives. If there are two tables, the later row of a conversation is
        kept.
        """
        tables = self.schema.evaluations
        if not tables:
            return None
        if len(tables) == 1:
            alone = self._evaluations_of(tables[0], 0)
            if self.on.postgres:
                return alone.subquery("evaluations")
            named = alone.cte("evaluations")
            # Else a statement that names them twice has all of them written out first, with all their columns.
            return named.prefix_with("NOT MATERIALIZED") if _KNOWS_HINTS else named
        # Named in front of the statement: written where they are used, they are nested too deeply for SQLite's parser.
        both = sa.union_all(*(self._evaluations_of(table, rank) for rank, table in enumerate(tables))).cte(
            "both_tables"
        )
        later = sa.func.row_number().over(
            # An evaluation of no known conversation stands for itself.
            partition_by=(
                both.c.conversation,
                *(sa.case((both.c.conversation.is_(None), both.c[name])) for name in ("table_rank", "row_number")),
            ),
            order_by=(both.c.seconds.desc().nulls_last(), both.c.table_rank.desc(), both.c.row_number.desc()),
        )
        ranked = sa.select(both, later.label("place")).subquery("ranked")
        return sa.select(ranked).where(ranked.c.place == 1).subquery("evaluations")

    @property
    def tells_places(self) -> bool:
        """Whether it is known where evaluations lie, so that not all of them have to be looked at."""
        tables = self.schema.evaluations
        return self.on.postgres and len(tables) == 1 and tables[0].has_blocks

    def from_block(self, block: int) -> Condition:
        """Whether an evaluation lies in a block of its table or in one after it."""
        assert self.evaluations is not None  # noqa: S101
        first: Condition = self.evaluations.c.lies_at >= sa.cast(f"({block},0)", TID)
        return first

    def evaluated_within(self, period: Period, low: int | None = None) -> Condition:
        """Whether an evaluation lies in a period, or is of a conversation from the key ``low`` on.

        For most its own time decides, before any lookup: that comes first, being a condition of its own.
        """
        assert self.evaluations is not None  # noqa: S101
        row = self.evaluations.c
        exactly = self._or_from(low, self.on.seconds_within(row.seconds, period))
        tables = self.schema.evaluations
        if len(tables) > 1 or "created_at" not in tables[0].columns:
            return exactly
        whole_seconds = replace(period, end=period.end + timedelta(seconds=1) if period.end < LATEST else LATEST)
        roughly = self.on.within(row.created_at, self._kind(tables[0]), whole_seconds)
        return sa.and_(self._or_from(low, sa.or_(row.created_at.is_(None), roughly)), exactly)

    def _or_from(self, low: int | None, condition: Condition) -> Condition:
        """Return a condition that evaluations of conversations from a key on meet in any case."""
        if low is None:
            return condition
        assert self.evaluations is not None  # noqa: S101
        return sa.or_(condition, self.evaluations.c.conversation >= low)

    def judgement(self, name: str) -> Number:
        """The column of `evaluations` with the row score (`SCORE`) or a criterion, by its printable name."""
        assert self.evaluations is not None  # noqa: S101
        return self.evaluations.c[SCORE if name == SCORE else _labels(self.schema)[name]]

    @cached_property
    def feedback(self) -> sa.FromClause | None:
        """All feedback with its conversation; None if there is no such table.

        Columns: ``key``, ``seconds``, ``feedback`` (class), ``label`` (raw), ``reason``, ``conversation``.
        """
        table = self.schema.feedback
        if table is None:
            return None
        clause = table.sql
        reason = clause.c.reason if "reason" in table.columns else sa.null()
        return sa.select(
            clause.c[table.key or "id"].label("key"),
            self.on.seconds(clause.c.created_at, self._kind(table)).label("seconds"),
            self.on.feedback(clause.c.feedback).label("feedback"),
            clause.c.feedback.label("label"),
            reason.label("reason"),
            self.on.key(clause.c.conversation_id, table.columns["conversation_id"]).label("conversation"),
        ).subquery("feedback")

    @property
    def disliked(self) -> sa.Select[Any] | None:
        """The conversations that somebody disliked."""
        if self.feedback is None:
            return None
        row = self.feedback.c
        return sa.select(row.conversation).where(row.conversation.is_not(None), row.feedback == "dislike")

    def of_conversations(self, wanted: Filter) -> list[Condition]:
        """Return what a filter asks of a row of `conversations`."""
        found, rest = self._known_part(wanted)
        row = self._talk(self.key, self.seconds)
        if found is None:
            return self._conditions(wanted, row)
        known = found.holds(self.key)
        if not found.is_all:
            known = sa.or_(known, sa.and_(self.key >= found.high, *self._conditions(found.wanted, row)))
        return [known, *self._conditions(rest, row)]

    def of_evaluations(self, wanted: Filter) -> list[Condition]:
        """Return what a filter asks of a row of `evaluations`."""
        if self.evaluations is None:
            return [sa.false()]
        row = self.evaluations.c
        scores = {name: self.judgement(name) for name in (SCORE, *self.schema.criteria)}
        texts = (row.question, row.answer)
        return self._conditions(
            wanted, _Row(row.topic, row.sentiment, row.user_id, texts, row.conversation, row.seconds, scores)
        )

    def of_feedback(self, wanted: Filter) -> list[Condition]:
        """Return what a filter asks of a row of `feedback` joined to `conversations`."""
        if self.feedback is None:
            return [sa.false()]
        row = self.feedback.c
        found, rest = self._known_part(wanted)
        said = replace(self._talk(row.conversation, row.seconds), feedback=row)
        if found is None:
            return self._conditions(wanted, said)
        key = row.conversation
        # A list is of its key's type, and references may be of one too narrow for the keys of the conversations.
        wide = sa.cast(key, sa.BigInteger) if self.on.postgres else key
        known, elsewhere = found.holds(wide), sa.or_(key < found.low, key >= found.high)
        plainly = sa.and_(elsewhere, *self._conditions(found.wanted, said))
        # Said twice, for the first can be told before the conversations are looked up.
        return [sa.or_(known, elsewhere), sa.or_(known, plainly), *self._conditions(rest, said)]

    def _known_part(self, wanted: Filter) -> tuple[Found | None, Filter]:
        """Return what is known of a part of a filter, and the rest of the filter."""
        found = self.found
        if found is None or not {*found.wanted.terms} <= {*wanted.terms}:
            return None, wanted
        return found, Filter(tuple(term for term in wanted.terms if term not in found.wanted.terms))

    def _talk(self, conversation: Whole, seconds: Whole) -> _Row:
        table = self.conversations.c
        return _Row(
            self.on.topic(table.topic),
            self.on.sentiment(table.sentiment),
            sa.cast(table.user_id, sa.Text),
            (table.question, table.answer),
            conversation,
            seconds,
        )

    def topic_in(self, topic: Text, value: str) -> Condition:
        """Return whether a topic is one of the raw forms that fold to the same as ``value``."""
        folded = fold_topic(value)
        found = self._one_of(topic, self.topics.get(folded or "", frozenset()))
        return found if folded else sa.or_(self.on.is_blank(topic), found)

    def _one_of(self, text: Text, forms: Iterable[str]) -> Condition:
        safe = sorted(form for form in forms if self.on.literal_safe(form))
        return text.in_(safe) if safe else sa.false()

    def _conditions(self, wanted: Filter, row: _Row) -> list[Condition]:
        either: dict[str, list[Condition]] = {}
        every: list[Condition] = []
        of_one_score = [term for term in wanted.terms if is_score(term) and not term.negated]
        if of_one_score:
            every.append(self._scored(of_one_score, row))
        for term in wanted.terms:
            if term in of_one_score:
                continue
            condition = self._condition(term, row)
            if term.negated:
                every.append(sa.func.coalesce(condition, sa.false()) == sa.false())
            elif term.op == ":" and term.key != TEXT:
                either.setdefault(term.key, []).append(condition)
            else:
                every.append(condition)
        return [*(reduce(sa.or_, conditions) for conditions in either.values()), *every]

    def _condition(self, term: Term, row: _Row) -> Condition:
        """Return whether a term holds, negated or not."""
        if is_score(term):
            return self._scored([term], row)
        if term.key in {"weekday", "hour"}:
            return self._at_time(term, row.seconds)
        value = str(term.value)
        if not self.on.literal_safe(value):
            return sa.false()
        match term.key:
            case "topic":
                return self.topic_in(row.topic, value)
            case "sentiment":
                return row.sentiment == value
            case "user":
                return self.on.is_shown_as(row.user, value) if value else sa.or_(row.user.is_(None), row.user == "")
            case "feedback" | "reason":
                return self._said(term.key, value, row)
            case _:
                return reduce(sa.or_, (self.on.contains(text, value) for text in row.texts))

    def _scored(self, terms: Sequence[Term], row: _Row) -> Condition:
        """Return whether one evaluation meets all of these terms."""
        names = [term.key.removeprefix("criterion.") for term in terms]
        if self.evaluations is None or not {*names} <= {SCORE, *self.schema.criteria}:
            return sa.false()
        compared: list[Condition] = []
        for name, term in zip(names, terms, strict=True):
            column = self.judgement(name) if row.scores is None else row.scores[name]
            compared.append(column.op(_OPERATORS[term.op], is_comparison=True)(term.value))
        if row.scores is not None:
            return sa.and_(*compared)
        evaluated = self.evaluations.c.conversation
        return row.conversation.in_(sa.select(evaluated).where(evaluated.is_not(None), *compared))

    def _at_time(self, term: Term, seconds: Whole) -> Condition:
        """Return whether a time has the weekday or the hour of a term, by the clock of the display zone."""
        zone, postgres = self.on.timezone, self.on.postgres
        if isinstance(term.value, str):
            return weekday(seconds, zone, postgres=postgres) == WEEKDAYS.index(term.value)
        own = hour(seconds, zone, postgres=postgres)
        compared: Condition = own.op(_OPERATORS[term.op], is_comparison=True)(int(term.value))
        return compared

    def _said(self, key: str, value: str, row: _Row) -> Condition:
        """Return whether a row of feedback says something, or if it is none any of its conversation."""
        if self.feedback is None:
            return sa.false()
        columns = self.feedback.c if row.feedback is None else row.feedback
        if key == "feedback":
            says: Condition = columns.feedback == value
        else:
            says = self._one_of(self.on.topic(columns.reason), self.reasons.get(fold_topic(value) or "", ()))
        if row.feedback is not None:
            return says
        return row.conversation.in_(sa.select(columns.conversation).where(columns.conversation.is_not(None), says))

    def _evaluations_of(self, table: TableInfo, rank: int) -> sa.Select[Any]:
        """Return one table's evaluations; what they lack themselves is taken from their conversation."""
        clause = table.sql.alias(f"evaluation_{rank}")
        on = self.on
        conversation = on.key(clause.c.conversation_id, table.columns["conversation_id"])
        parent = self.schema.conversations.sql.alias(f"conversation_{rank}")
        parent_key = parent.c[self.schema.conversations.key or "id"]

        def inherited(value: ColumnElement[Any]) -> ColumnElement[Any]:
            return sa.select(value).where(parent_key == conversation).limit(1).scalar_subquery()

        def own(name: str) -> ColumnElement[Any] | None:
            return clause.c[name] if name in table.columns else None

        def text(name: str) -> ColumnElement[Any]:
            column = own(name)
            above = sa.cast(inherited(parent.c[name]), sa.Text)
            return above if column is None else sa.func.coalesce(sa.func.nullif(sa.cast(column, sa.Text), ""), above)

        seconds = inherited(on.seconds(parent.c.created_at, self._kind(self.schema.conversations)))
        created = own("created_at")
        if created is not None:
            seconds = sa.func.coalesce(on.seconds(created, self._kind(table)), seconds)
        criteria = {name: on.number(clause.c[column]) for name, column in table.criteria.items()}
        comment = own("comment")
        score = own(SCORE) if not on.postgres or table.columns.get(SCORE) in {"integer", "number"} else None
        order = own("id") if table.columns.get("id") == "integer" else None
        return sa.select(
            conversation.label("conversation"),
            seconds.label("seconds"),
            (created if created is not None and len(self.schema.evaluations) == 1 else sa.null()).label("created_at"),
            (sa.literal_column(f"{clause.name}.ctid", TID) if self.tells_places else sa.null()).label("lies_at"),
            text("user_id").label("user_id"),
            on.topic(text("topic")).label("topic"),
            on.sentiment(text("sentiment")).label("sentiment"),
            text("question").label("question"),
            text("answer").label("answer"),
            (sa.cast(comment, sa.Text) if comment is not None else sa.cast(sa.null(), sa.Text)).label("comment"),
            _row_score(score, list(criteria.values()), on).label(SCORE),
            (sa.cast(sa.null(), sa.Double) if score is None else on.number(score)).label("own_score"),
            *(
                criteria.get(name, sa.cast(sa.null(), sa.Double)).label(label)
                for name, label in _labels(self.schema).items()
            ),
            sa.literal(rank).label("table_rank"),
            (sa.func.row_number().over(order_by=order) if len(self.schema.evaluations) > 1 else sa.literal(0))
            .label("row_number"),
        )  # fmt: skip

    @staticmethod
    def _kind(table: TableInfo) -> Any:
        return table.columns["created_at"]


def _labels(schema: Schema) -> dict[str, str]:
    """Return what the criteria are called inside statements, where their own names could be those of other columns."""
    return {name: f"criterion_{place}" for place, name in enumerate(schema.criteria)}


def _row_score(score: ColumnElement[Any] | None, criteria: list[Number], on: Expressions) -> Number:
    """Return ``score`` if the row has one, else the mean of those criteria that are not NULL."""
    parts: list[Number] = [] if score is None else [on.number(score)]
    if criteria:
        values: list[Number] = [sa.func.coalesce(value, 0.0) for value in criteria]
        # Whole numbers and casts, for PostgreSQL takes 1.0 for a decimal and reckons slowly with it.
        known: list[Whole] = [sa.case((value.is_not(None), 1), else_=0) for value in criteria]
        count = sa.cast(sa.func.nullif(reduce(add, known), 0), sa.Double)
        parts.append(reduce(add, values) / count)
    if not parts:
        return sa.cast(sa.null(), sa.Double)
    return parts[0] if len(parts) == 1 else sa.func.coalesce(*parts)
