"""A backend on a real database that tests write to, and a plain recount of what it holds."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import psycopg2

from aiops_tui.model.labels import fold_topic, sentiment_class
from aiops_tui.model.window import Period
from aiops_tui.text.printable import printable

CONVERSATIONS = """CREATE TABLE conversation_log (id integer PRIMARY KEY, user_id varchar(50), question text NOT NULL,
answer text NOT NULL, sentiment varchar(2000), topic varchar(1000), created_at {time})"""
EVALUATIONS = """CREATE TABLE conversation_evaluation (conversation_id bigint, user_id text, question text, answer text,
sentiment text, topic text, created_at {time}, relevance double precision, clarity double precision, comment text)"""
FEEDBACK = """CREATE TABLE feedback_log (id integer PRIMARY KEY, conversation_id integer, feedback varchar(10),
reason varchar(255), created_at {time})"""


@dataclass(frozen=True)
class Talk:
    """A row of conversation_log."""

    key: int
    user: str | None
    sentiment: str | None
    topic: str | None
    time: datetime | None


@dataclass(frozen=True)
class Judgement:
    """A row of conversation_evaluation."""

    conversation: int
    sentiment: str | None
    topic: str | None
    time: datetime | None
    relevance: float | None
    clarity: float | None


@dataclass(frozen=True)
class Rating:
    """A row of feedback_log."""

    conversation: int
    value: str | None
    time: datetime | None
    reason: str | None

    @property
    def kind(self) -> str:
        """The class of the value."""
        word = (self.value or "").strip().lower()
        return word if word in {"like", "dislike"} else "other"


class Connection(Protocol):
    """What both drivers offer."""

    def cursor(self) -> Any: ...
    def commit(self) -> None: ...
    def close(self) -> None: ...


class Backend:
    """Writes as the backend does, a transaction at a time."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.postgres = url.startswith("postgresql")
        self.connection: Connection = (
            psycopg2.connect(url) if self.postgres else sqlite3.connect(url.removeprefix("sqlite:///"))
        )
        self._mark = "%s" if self.postgres else "?"
        self._time = "timestamptz" if self.postgres else "datetime"

    def create(self) -> None:
        """Make the tables, anew if they are there."""
        for table in ("conversation_log", "conversation_evaluation", "feedback_log"):
            self.run(f"DROP TABLE IF EXISTS {table}")
        for statement in (CONVERSATIONS, EVALUATIONS, FEEDBACK):
            self.run(statement.format(time=self._time))
        self.commit()

    def run(self, statement: str, rows: Sequence[Sequence[object]] = ((),)) -> list[tuple[Any, ...]]:
        """Run a statement for each row of values, written with ``?``."""
        cursor = self.connection.cursor()
        for row in rows:
            cursor.execute(statement.replace("?", self._mark), row)
        return list(cursor.fetchall()) if cursor.description else []

    def commit(self) -> None:
        """Make it visible, statistics too."""
        self.connection.commit()
        if self.postgres:
            self.run("SELECT pg_stat_force_next_flush()")
            self.connection.commit()

    def insert(self, talks: Iterable[Talk]) -> None:
        """Add conversations."""
        rows = [
            (t.key, t.user, f"question {t.key}", f"answer {t.key}", t.sentiment, t.topic, self._written(t.time))
            for t in talks
        ]
        self.run("INSERT INTO conversation_log VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        self.commit()

    def evaluate(self, judgements: Iterable[Judgement], *, replace: bool) -> None:
        """Add evaluations, or make the table anew as the evaluation run does."""
        if replace:
            self.run("DROP TABLE conversation_evaluation")
            self.run(EVALUATIONS.format(time=self._time))
        rows = [
            (j.conversation, None, "q", "a", j.sentiment, j.topic, self._written(j.time), j.relevance, j.clarity, None)
            for j in judgements
        ]
        self.run("INSERT INTO conversation_evaluation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        self.commit()

    def rate(self, rows: Iterable[tuple[int, int, str | None, datetime | None, str | None]]) -> None:
        """Add feedback: key, conversation, like or dislike, time, reason."""
        written = [(key, talk, value, reason, self._written(at)) for key, talk, value, at, reason in rows]
        self.run("INSERT INTO feedback_log VALUES (?, ?, ?, ?, ?)", written)
        self.commit()

    def talks(self) -> list[Talk]:
        """Return all conversations as they stand."""
        rows = self.run("SELECT id, user_id, sentiment, topic, created_at FROM conversation_log")
        self.connection.commit()
        return [Talk(key, user, sentiment, topic, _read(at)) for key, user, sentiment, topic, at in rows]

    def judgements(self) -> list[Judgement]:
        """Return all evaluations as they stand."""
        rows = self.run(
            "SELECT conversation_id, sentiment, topic, created_at, relevance, clarity FROM conversation_evaluation"
        )
        self.connection.commit()
        return [Judgement(key, sentiment, topic, _read(at), *scores) for key, sentiment, topic, at, *scores in rows]

    def ratings(self) -> list[Rating]:
        """Return all feedback as it stands, the oldest first."""
        rows = self.run("SELECT conversation_id, feedback, created_at, reason FROM feedback_log ORDER BY id")
        self.connection.commit()
        return [Rating(key, value, _read(at), reason) for key, value, at, reason in rows]

    def close(self) -> None:
        """End the connection."""
        self.connection.close()

    def _written(self, moment: datetime | None) -> object:
        if moment is None or self.postgres:
            return moment
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


def _read(value: Any) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    moment: datetime = value
    return moment.astimezone(UTC)


def shown(topic: str | None) -> str | None:
    """Return the folded form that a topic counts under."""
    return None if topic is None else fold_topic(printable(topic[:200]))


def count_topics(talks: Iterable[Talk], period: Period) -> Counter[tuple[str | None, str]]:
    """Count a period's conversations by folded topic and sentiment class."""
    return Counter(
        (shown(t.topic), sentiment_class(t.sentiment))
        for t in talks
        if t.time is not None and period.start <= t.time < period.end
    )
