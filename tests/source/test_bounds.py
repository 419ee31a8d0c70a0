"""Bounds of a window are found in one statement, on a long history with all that disturbs a bisection."""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from aiops_tui.model.window import Period, bucket_edges, epoch
from aiops_tui.source import lookups
from aiops_tui.source.database import Database
from aiops_tui.source.relations import Relations
from tests.source.place import CONVERSATIONS, Place

pytestmark = pytest.mark.xdist_group("source")

START = datetime(2026, 8, 24, tzinfo=UTC)
ROWS = 20_000
EVERY = 389
"""So many seconds apart do conversations come: 20,000 of them in 90 days."""

HOURS_6 = 6 * 3600


def at(moment: datetime | None) -> str | None:
    """Return a time as the backend writes it."""
    return None if moment is None else moment.replace(tzinfo=None).isoformat(" ")


@cache
def long_history() -> dict[int, datetime | None]:
    """Return times by key: gaps in the keys, 1 % late by up to 3 h, some without a time, absurd ones where it hurts."""
    chance = random.Random(7)
    times: dict[int, datetime | None] = {}
    key = 1000
    for number in range(ROWS):
        key += 1 if chance.random() < 0.9 else chance.randint(1, 40)
        if number in {4000, 15_000}:
            key += 100_000
        moment = START + timedelta(seconds=number * EVERY, microseconds=chance.randrange(10**6))
        if chance.random() < 0.01:
            moment -= timedelta(seconds=chance.randrange(3 * 3600))
        times[key] = None if chance.random() < 0.02 else moment
    low, high = min(times), max(times) + 1
    keys = sorted(times)
    for probe in probes(low, high, depth=6):
        first = bisect_left(keys, probe)
        absurd = datetime(1 if chance.random() < 0.5 else 9999, 6, 1, tzinfo=UTC)
        times.update(dict.fromkeys(keys[first : first + chance.randint(0, 6)], absurd))
    return times


def probes(low: int, high: int, depth: int) -> Iterator[int]:
    """Return the keys that a bisection may look at first."""
    if depth and low < high:
        middle = low + (high - low) // 2
        yield middle
        yield from probes(low, middle, depth - 1)
        yield from probes(middle + 1, high, depth - 1)


class Backend:
    """A database with a long history, and the console's connection to it."""

    def __init__(self, place: Place, database: Database) -> None:
        place.create(CONVERSATIONS)
        self.history = long_history()
        talks = [(key, None, "q", "a", None, None, at(moment)) for key, moment in self.history.items()]
        place.insert("conversation_log", talks)
        if place.postgres:
            place.run("ANALYZE conversation_log")
        self.place = place
        self.database = database
        self.on: Relations = place.relations(database)
        self.low, self.high = min(self.history), max(self.history) + 1

    def ask(self, statement: sa.Executable) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.database.rows(statement)]

    def first_key(self, moment: datetime, low: int | None = None, high: int | None = None) -> int:
        low, high = self.low if low is None else low, self.high if high is None else high
        before = self.database.statements
        found = self.ask(lookups.first_key_since(self.on, int(epoch(moment)), low, high))[0][0]
        assert self.database.statements == before + 1
        return int(found)


@pytest.fixture(scope="module")
def backend(place: Place) -> Iterator[Backend]:
    with closing(place.open()) as database:
        yield Backend(place, database)


@pytest.fixture(scope="module", autouse=True)
def first(backend: Backend) -> None:
    """Make the long history before any test."""


def test_with_a_margin_no_row_of_a_window_is_missed(backend: Backend) -> None:
    chance = random.Random(3)
    for hours in [1, 6, 24, 7 * 24, 30 * 24, *(chance.randrange(89 * 24) for _ in range(25))]:
        since = START + timedelta(days=90) - timedelta(hours=hours)
        key = backend.first_key(since - timedelta(hours=6))
        timed = [(k, moment) for k, moment in backend.history.items() if moment and moment.year == 2026]
        assert not [k for k, moment in timed if k < key and moment >= since], f"{hours} h"
        useless = sum(1 for k, moment in timed if k >= key and moment < since)
        assert useless < (HOURS_6 + 3 * 3600) / EVERY + 200, f"{hours} h"


def test_bounds_before_the_first_row_and_after_the_last(backend: Backend) -> None:
    assert backend.first_key(START - timedelta(days=400)) == backend.low
    assert backend.high - 40 * 40 <= backend.first_key(START + timedelta(days=400)) <= backend.high
    assert backend.first_key(START, low=5, high=5) == 5
    assert backend.first_key(START, low=backend.high + 10, high=backend.high + 20) == backend.high + 10


def test_keys_beyond_32_bits(backend: Backend) -> None:
    far = 2**40
    assert backend.first_key(START - timedelta(days=400), low=1, high=far) == 1
    assert backend.first_key(START + timedelta(days=30), low=1, high=far) < backend.high


def test_where_the_tail_begins(backend: Backend) -> None:
    since = START + timedelta(days=89)
    expected = min(k for k, moment in backend.history.items() if k >= 20_000 and moment and moment >= since)
    assert backend.ask(lookups.tail_key(backend.on, int(epoch(since)), 20_000)) == [(expected,)]
    assert backend.ask(lookups.tail_key(backend.on, int(epoch(since)), backend.high)) == [(None,)]


@given(
    st.sampled_from(["Asia/Seoul", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]),
    st.sampled_from([60, 900, 3600, 6 * 3600, 86_400, 7 * 86_400]),
    st.integers(0, 59),
    st.integers(1, 20),
)
@settings(max_examples=25, deadline=None)
def places_in_any_zone(backend: Backend, zone: str, step: int, offset: int, count: int) -> None:
    start = datetime(2026, 10, 30, 3, tzinfo=UTC) + timedelta(minutes=17 * offset)
    period = Period(start, start + timedelta(seconds=step * count + 77))
    edges = [int(epoch(edge)) for edge in bucket_edges(period, step, ZoneInfo(zone))]
    around = {edge + d for edge in edges for d in (-1, 0, 1)}
    seconds = sorted(second for second in around if edges[0] <= second < edges[-1])
    values = sa.union_all(*(sa.select(sa.literal(second, sa.BigInteger).label("at")) for second in seconds)).subquery()
    asked = sa.select(values.c.at, lookups.place_between(values.c.at, edges))
    found = dict(backend.ask(asked))
    assert found == {second: bisect_right(edges, second) - 1 for second in seconds}


def test_places_between_edges_with_changes_of_clocks(backend: Backend) -> None:
    places_in_any_zone(backend)
