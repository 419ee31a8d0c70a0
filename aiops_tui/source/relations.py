"""The three things that are counted, conversations, evaluations and feedback, each as one relation to select from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import add
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from aiops_tui.model.filters import TEXT, Filter, Term
from aiops_tui.model.labels import fold_topic
from aiops_tui.model.window import Period
from aiops_tui.source.expressions import Condition, Expressions, Number, Text, Whole
from aiops_tui.source.schema import Schema, TableInfo

SCORE = "score"

_OPERATORS: Mapping[str, str] = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "=": "=", ":": "="}


@dataclass(frozen=True)
class Relations:
    """The relations of one schema; ``topics`` are the raw forms of each folded topic that a filter may name."""

    schema: Schema
    on: Expressions
    topics: Mapping[str, frozenset[str]] = field(default_factory=dict)

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

    def bucket(self, base: int) -> Whole:
        """A conversation's base bucket."""
        return self.on.bucket(self.conversations.c.created_at, self._kind(self.schema.conversations), base)

    def within(self, period: Period) -> Condition:
        """Whether a conversation lies in a period."""
        return self.on.within(self.conversations.c.created_at, self._kind(self.schema.conversations), period)

    @cached_property
    def evaluations(self) -> sa.FromClause | None:
        """All evaluations, one relation of few columns; None if there is no such table.

        Columns: ``conversation``, ``seconds``, ``user_id``, ``topic`` (cut), ``sentiment`` (class), ``question``,
        ``answer``, ``comment``, and ``score`` and the criteria, which `judgement` gives. If there are two tables, the
        later row of a conversation is kept.
        """
        tables = self.schema.evaluations
        if not tables:
            return None
        if len(tables) == 1:
            alone = self._evaluations_of(tables[0], 0)
            return alone.subquery("evaluations") if self.on.postgres else alone.cte("evaluations")
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
        return None if self.feedback is None else self._with_feedback("dislike")

    def of_conversations(self, wanted: Filter) -> list[Condition]:
        """Return what a filter asks of a row of `conversations`."""
        table = self.conversations.c
        return self._conditions(
            wanted,
            topic=self.on.topic(table.topic),
            sentiment=self.on.sentiment(table.sentiment),
            user=sa.cast(table.user_id, sa.Text),
            texts=(table.question, table.answer),
            conversation=self.key,
        )

    def of_evaluations(self, wanted: Filter) -> list[Condition]:
        """Return what a filter asks of a row of `evaluations`."""
        if self.evaluations is None:
            return [sa.false()]
        row = self.evaluations.c
        return self._conditions(
            wanted,
            topic=row.topic,
            sentiment=row.sentiment,
            user=row.user_id,
            texts=(row.question, row.answer),
            conversation=row.conversation,
            scores={name: self.judgement(name) for name in (SCORE, *self.schema.criteria)},
        )

    def of_feedback(self, wanted: Filter) -> list[Condition]:
        """Return what a filter asks of a row of `feedback` joined to `conversations`."""
        if self.feedback is None:
            return [sa.false()]
        table = self.conversations.c
        return self._conditions(
            wanted,
            topic=self.on.topic(table.topic),
            sentiment=self.on.sentiment(table.sentiment),
            user=sa.cast(table.user_id, sa.Text),
            texts=(table.question, table.answer),
            conversation=self.feedback.c.conversation,
            feedback=self.feedback.c.feedback,
        )

    def topic_in(self, topic: Text, value: str) -> Condition:
        """Return whether a topic is one of the raw forms that fold to the same as ``value``."""
        folded = fold_topic(value)
        forms = {form for form in self.topics.get(folded or "", frozenset()) if self.on.literal_safe(form)}
        return topic.in_(sorted(forms)) if forms else sa.false()

    def _conditions(
        self,
        wanted: Filter,
        *,
        topic: Text,
        sentiment: Text,
        user: Text,
        texts: tuple[Text, Text],
        conversation: Whole,
        scores: Mapping[str, Number] | None = None,
        feedback: Text | None = None,
    ) -> list[Condition]:
        either: dict[str, list[Condition]] = {}
        every: list[Condition] = []
        for term in wanted.terms:
            condition: Condition
            value = term.value
            if isinstance(value, float):
                condition = self._scored(term, value, conversation, scores)
            elif not self.on.literal_safe(value):
                condition = sa.false()
            elif term.key == "topic":
                condition = self.topic_in(topic, value)
            elif term.key == "sentiment":
                condition = sentiment == value
            elif term.key == "user":
                condition = user == value
            elif term.key == "feedback":
                condition = feedback == value if feedback is not None else self._has_feedback(value, conversation)
            else:
                condition = reduce(sa.or_, (self.on.contains(text, value) for text in texts))
            if term.negated:
                every.append(sa.func.coalesce(condition, sa.false()) == sa.false())
            elif isinstance(value, float) or term.key == TEXT:
                every.append(condition)
            else:
                either.setdefault(term.key, []).append(condition)
        return [*(reduce(sa.or_, conditions) for conditions in either.values()), *every]

    def _scored(self, term: Term, value: float, conversation: Whole, scores: Mapping[str, Number] | None) -> Condition:
        name = term.key.removeprefix("criterion.")
        if name not in (SCORE, *self.schema.criteria) or self.evaluations is None:
            return sa.false()
        column = self.judgement(name) if scores is None else scores[name]
        compared: Condition = column.op(_OPERATORS[term.op], is_comparison=True)(value)
        if scores is not None:
            return compared
        row = self.evaluations.c.conversation
        return conversation.in_(sa.select(row).where(row.is_not(None), compared))

    def _has_feedback(self, value: str, conversation: Whole) -> Condition:
        return sa.false() if self.feedback is None else conversation.in_(self._with_feedback(value))

    def _with_feedback(self, value: str) -> sa.Select[Any]:
        assert self.feedback is not None  # noqa: S101
        row = self.feedback.c
        return sa.select(row.conversation).where(row.conversation.is_not(None), row.feedback == value)

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
        if (created := own("created_at")) is not None:
            seconds = sa.func.coalesce(on.seconds(created, self._kind(table)), seconds)
        criteria = {name: on.number(clause.c[column]) for name, column in table.criteria.items()}
        comment = own("comment")
        score = own(SCORE) if not on.postgres or table.columns.get(SCORE) in {"integer", "number"} else None
        order = own("id") if table.columns.get("id") == "integer" else None
        return sa.select(
            conversation.label("conversation"),
            seconds.label("seconds"),
            text("user_id").label("user_id"),
            on.topic(text("topic")).label("topic"),
            on.sentiment(text("sentiment")).label("sentiment"),
            text("question").label("question"),
            text("answer").label("answer"),
            (sa.cast(comment, sa.Text) if comment is not None else sa.cast(sa.null(), sa.Text)).label("comment"),
            _row_score(score, list(criteria.values()), on).label(SCORE),
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
        ones: list[Number] = [sa.case((value.is_not(None), 1.0), else_=0.0) for value in criteria]
        parts.append(reduce(add, values) / sa.func.nullif(reduce(add, ones), 0.0))
    if not parts:
        return sa.cast(sa.null(), sa.Double)
    return parts[0] if len(parts) == 1 else sa.func.coalesce(*parts)
