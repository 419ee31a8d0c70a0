"""Writers that do all that a backend may at its worst: late, out of order, again, and away."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

import psycopg2

_LATENESS = (0, 1, 600, 3_600)
_ROWS, _CHANGED = 10, 20
_HELD_ROUNDS, _RETAIN_ROUNDS, _EVALUATE_ROUNDS = 60, 10, 100
_PAUSE = 0.05

_CHANGE = """UPDATE conversation_log
SET sentiment = CASE WHEN topic IN ('주제 1', '주제 2', '주제 5') THEN '부정' ELSE {label} END
WHERE id <= (SELECT max(id) FROM conversation_log) - {back}
AND id > (SELECT max(id) FROM conversation_log) - {back} - {rows} AND sentiment IS NOT NULL"""
_ANALYSE = """UPDATE conversation_log SET sentiment = CASE id % 3 WHEN 0 THEN '긍정' WHEN 1 THEN '중립' ELSE '부정' END
WHERE id > (SELECT max(id) FROM conversation_log) - {back} AND sentiment IS NULL"""
_DELETE = """DELETE FROM conversation_log WHERE id = (SELECT max(id) FROM conversation_log) - {back}
AND NOT EXISTS (SELECT 1 FROM feedback_log WHERE conversation_id = conversation_log.id)"""
_OLDEST = "(SELECT min(id) + 20 FROM conversation_log)"
_RETAIN = (
    f"DELETE FROM feedback_log WHERE conversation_id < {_OLDEST}",
    f"DELETE FROM conversation_log WHERE id < {_OLDEST}",
)
_RATE = """INSERT INTO feedback_log (id, conversation_id, feedback, reason, created_at)
SELECT (SELECT max(id) FROM feedback_log) + 1, max(id), {feedback}, {reason}, {now} FROM conversation_log"""
_EVALUATE = (
    """CREATE TABLE evaluated AS SELECT conversation_id, user_id, question, answer, sentiment, topic, created_at,
    CAST(CASE WHEN relevance < 10 THEN relevance + 1 ELSE 10 END AS double precision) AS relevance, clarity, emotion,
    comment
    FROM conversation_evaluation""",
    "DROP TABLE conversation_evaluation",
    "ALTER TABLE evaluated RENAME TO conversation_evaluation",
)


class Spoiler(threading.Thread):
    """Writes until it is ``over``; whoever holds ``turn`` sees nothing change.

    What is changed and deleted lies among the newest ``reach`` keys.
    """

    now: str

    def __init__(self, url: str, reach: int) -> None:
        super().__init__(daemon=True)
        self.turn = threading.Lock()
        self.over = threading.Event()
        self.rounds = 0
        self.failed: Exception | None = None
        self._url, self._reach = url, reach
        self._chance = random.Random(1)
        self._changed: list[tuple[float, int]] = []

    def changed_since(self, moment: float) -> int:
        """Return how many rows, at most, were changed or deleted where only a recount finds that, since a time."""
        return sum(rows for at, rows in self._changed if at >= moment)

    def run(self) -> None:
        """Go on until it is over."""
        try:
            with self._connected() as connections:
                while not self.over.wait(_PAUSE):
                    with self.turn:
                        self.rounds += 1
                        self._round(connections)
                self._end(connections)
        except Exception as error:  # noqa: BLE001 - told by whoever waits for the end
            self.failed = error

    @abstractmethod
    def _connected(self) -> Any:
        """Give the connections that a round writes through."""

    @abstractmethod
    def _round(self, connections: Any) -> None:
        """Write once."""

    def _end(self, connections: Any) -> None:
        """Commit what is left."""

    def _changes(self) -> Iterator[str]:
        """Yield the statements of one round that are the same everywhere."""
        chance = self._chance
        yield _ANALYSE.format(back=chance.choice((200, 5_000)))
        label = chance.choice(("'긍정'", "'중립'", "'부정'", "NULL", "'기타'"))
        yield _CHANGE.format(label=label, back=chance.randrange(self._reach), rows=_CHANGED)
        yield _DELETE.format(back=chance.randrange(self._reach))
        # Before they are committed: a recount that begins meanwhile may miss them.
        self._changed.append((time.time(), _CHANGED + 1))
        feedback, reason = chance.choice(("'like'", "'dislike'", "NULL")), chance.choice(("'느려요'", "''", "NULL"))
        yield _RATE.format(feedback=feedback, reason=reason, now=self.now)
        if self.rounds % _RETAIN_ROUNDS == 0:
            yield from _RETAIN
        if self.rounds % _EVALUATE_ROUNDS == 0:
            yield from _EVALUATE


class PostgreSQLSpoiler(Spoiler):
    """Takes keys in one transaction that is committed after others, and in another that stays open for seconds."""

    now = "now()"
    _INSERT = """INSERT INTO conversation_log (user_id, question, answer, sentiment, topic, created_at)
    SELECT 'user' || i, 'q', 'a', NULL, '주제 ' || i, now() - make_interval(secs => %s * i)
    FROM generate_series(1, %s) AS i"""

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        with (
            closing(psycopg2.connect(self._url)) as early,
            closing(psycopg2.connect(self._url)) as late,
            closing(psycopg2.connect(self._url)) as held,
        ):
            yield early, late, held

    def _round(self, connections: Any) -> None:
        early, late, held = connections
        if self.rounds % _HELD_ROUNDS == 0:
            held.commit()
            held.cursor().execute(self._INSERT, (0, _ROWS))
        # Its keys are the lower ones, and visible last.
        late.cursor().execute(self._INSERT, (self._chance.choice(_LATENESS), _ROWS))
        with early, early.cursor() as cursor:
            cursor.execute(self._INSERT, (0, _ROWS))
            for statement in self._changes():
                cursor.execute(statement)
        late.commit()
        with early, early.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")

    def _end(self, connections: Any) -> None:
        connections[-1].commit()


class SQLiteSpoiler(Spoiler):
    """Leaves keys free and takes them later, for a file has one writer at a time."""

    now = "datetime('now')"
    _INSERT = """WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < ?)
    INSERT INTO conversation_log (id, user_id, question, answer, sentiment, topic, created_at)
    SELECT ? + i, 'user' || i, 'q', 'a', NULL, '주제 ' || i, datetime('now', '-' || (? * i) || ' seconds')
    FROM numbers"""

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        with closing(sqlite3.connect(self._url.removeprefix("sqlite:///"), timeout=30)) as connection:
            yield connection

    def _round(self, connection: Any) -> None:
        last = connection.execute("SELECT max(id) FROM conversation_log").fetchone()[0]
        with connection:
            connection.execute(self._INSERT, (_ROWS, last + _ROWS, 0))
            for statement in self._changes():
                connection.execute(statement)
        with connection:
            connection.execute(self._INSERT, (_ROWS, last, self._chance.choice(_LATENESS)))


SPOILERS: Mapping[str, type[Spoiler]] = {"postgresql": PostgreSQLSpoiler, "sqlite": SQLiteSpoiler}
