"""What happens to the make-believe service's database from one moment to the next."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import Connection, func, insert, select, text, update

from aiops_tui.demo import logs
from aiops_tui.demo.rhythm import OUTAGE, USUAL
from aiops_tui.demo.schema import CONVERSATIONS, EVALUATIONS, FEEDBACK
from aiops_tui.demo.service import EVALUATED, Exchange, Service

RATE = 3.0
"""Conversations a second, but in a burst."""

_BURST_RATE = 18.0
_BETWEEN_BURSTS = 90.0
_LONGEST_GAP = 2.0
_BACKLOG = 2000
_REPLACE_EVERY = timedelta(minutes=10)
_REPLACE_AT_MOST = 30_000

_Deed = Callable[[Connection], object]


class Live:
    """Goes on with the service whose past is in a database. Time is what `tick` is told."""

    def __init__(self, connection: Connection, seed: int, now: datetime) -> None:
        """Take over where the database stands at ``now`` (aware), its conversations not yet analysed included."""
        newest = connection.scalar(select(func.max(CONVERSATIONS.c.id))) or 0
        self._service = Service(seed + newest, newest)
        self._random: Random = self._service.random
        self._due: list[tuple[datetime, int, _Deed]] = []
        self._order = itertools.count()
        self._last = now
        self._burst_until = now
        self._condition = USUAL
        self._replaced = now
        self._evaluations = connection.scalar(select(func.count()).select_from(EVALUATIONS)) or 0
        backlog = select(CONVERSATIONS.c.id, CONVERSATIONS.c.topic).where(
            CONVERSATIONS.c.id > newest - _BACKLOG, CONVERSATIONS.c.sentiment.is_(None)
        )
        for key, topic in connection.execute(backlog):
            self._plan(now + self._some(0, 5), _analysed(key, self._service.label(topic)))

    def tick(self, connection: Connection, now: datetime) -> list[str]:
        """Write what happened since the last tick in the caller's transaction, and return the lines it logs."""
        elapsed = min((now - self._last).total_seconds(), _LONGEST_GAP)
        self._last = now
        rate = self._rate(now, elapsed)
        lines: list[str] = []
        moments = sorted(now - self._some(0, elapsed) for _ in range(_poisson(rate * elapsed, self._random)))
        for exchange in self._service.converse(moments, condition=self._condition):
            lines += self._insert(connection, exchange, now)
        while self._due and self._due[0][0] <= now:
            heapq.heappop(self._due)[2](connection)
        if now - self._replaced > _REPLACE_EVERY and self._evaluations < _REPLACE_AT_MOST:
            self._replaced = now
            _replace_evaluations(connection)
        return lines

    def _rate(self, now: datetime, elapsed: float) -> float:
        """Return conversations a second; now and then a burst begins, every other one about a single topic."""
        if now >= self._burst_until:
            self._condition = USUAL
            if self._random.random() < elapsed / _BETWEEN_BURSTS:
                self._burst_until = now + self._some(5, 12)
                self._condition = OUTAGE if self._random.random() < 0.5 else USUAL
        return _BURST_RATE if now < self._burst_until else RATE

    def _insert(self, connection: Connection, exchange: Exchange, now: datetime) -> list[str]:
        """Write a conversation, and plan its analysis, and perhaps its evaluation and feedback."""
        label = exchange.row.sentiment or ""
        values = exchange.row._replace(sentiment=None)._asdict()
        del values["id"]
        result = connection.execute(insert(CONVERSATIONS).values(values))
        key = int(result.inserted_primary_key[0]) if result.inserted_primary_key else 0
        exchange = exchange._replace(row=exchange.row._replace(id=key))
        analysed = now + self._some(5, 30)
        self._plan(analysed, _analysed(key, label))
        if self._random.random() < EVALUATED:
            evaluation = self._service.judge(exchange)._asdict()
            self._plan(analysed + self._some(1, 30), lambda c: self._evaluate(c, evaluation))
        feedback = self._service.react(exchange)
        if feedback is not None:
            values = feedback._asdict()
            self._plan(feedback.created_at, lambda c: c.execute(insert(FEEDBACK).values(values)))
        return logs.chat_lines(exchange.row, self._condition, self._random)

    def _evaluate(self, connection: Connection, evaluation: dict[str, object]) -> None:
        connection.execute(insert(EVALUATIONS).values(evaluation))
        self._evaluations += 1

    def _plan(self, moment: datetime, deed: _Deed) -> None:
        heapq.heappush(self._due, (moment, next(self._order), deed))

    def _some(self, least: float, most: float) -> timedelta:
        return timedelta(seconds=self._random.uniform(least, most))


def _analysed(key: int, label: str) -> _Deed:
    return lambda c: c.execute(update(CONVERSATIONS).where(CONVERSATIONS.c.id == key).values(sentiment=label))


def _replace_evaluations(connection: Connection) -> None:
    """Put a new table in the place of the old one, as each run of the evaluation does by way of pandas."""
    name = EVALUATIONS.name
    connection.execute(text(f"ALTER TABLE {name} RENAME TO {name}_before"))
    EVALUATIONS.create(connection, checkfirst=False)
    connection.execute(text(f"INSERT INTO {name} SELECT * FROM {name}_before"))  # noqa: S608
    connection.execute(text(f"DROP TABLE {name}_before"))


def _poisson(mean: float, rng: Random) -> int:
    """Return how many events happen where ``mean`` are expected, by Knuth's method: for small means."""
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count
