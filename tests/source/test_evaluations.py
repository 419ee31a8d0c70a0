"""Evaluations count alike whichever form their table has, alone or beside another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from aiops_tui.model.filters import Filter
from aiops_tui.model.labels import REST, sentiment_class
from aiops_tui.model.window import Period, from_epoch
from aiops_tui.source.cells import CellQuery, evaluation_rows, with_scores
from aiops_tui.source.database import Database
from aiops_tui.source.lookups import disliked_among
from aiops_tui.source.relations import Relations
from tests.source.place import CONVERSATIONS, FEEDBACK, Place

pytestmark = pytest.mark.xdist_group("source")

often = settings(max_examples=25, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))

NOON = 1_795_348_800
TALKS = [
    (1, "kim", "질문 하나", "답 하나", "부정", "환불", NOON),
    (2, "lee", "질문 둘", "답 둘", "긍정", "결제", NOON + 86_400),
    (3, None, "q3", "a3", None, None, None),
]

FULL = """CREATE TABLE conversation_evaluation (conversation_id bigint, user_id text, question text, answer text,
sentiment text, topic text, created_at {time}, relevance double precision, clarity integer, comment text)"""
BARE = "CREATE TABLE conversation_evaluation (conversation_id bigint, relevance double precision, clarity integer)"
SCORED = "CREATE TABLE conversation_evaluation (conversation_id bigint, score double precision)"
LOGGED = """CREATE TABLE evaluation_log (id integer PRIMARY KEY, conversation_id bigint, score double precision,
clarity double precision, created_at {time})"""


def at(seconds: int | None) -> str | None:
    """Return a time as the backend writes it."""
    return None if seconds is None else f"{from_epoch(seconds):%Y-%m-%d %H:%M:%S}"


@pytest.fixture
def backend(place: Place) -> Place:
    """The conversations, and no evaluations."""
    place.drop("conversation_evaluation", "evaluation_log", "feedback_log")
    place.create(CONVERSATIONS)
    place.insert("conversation_log", [(*row[:6], at(row[6])) for row in TALKS])
    return place


@pytest.fixture
def connection(backend: Place) -> Iterator[Database]:
    with closing(backend.open()) as database:
        yield database


def rows(database: Database, on: Relations, *columns: str) -> list[tuple[Any, ...]]:
    """Return some columns of all evaluations, in some order."""
    assert on.evaluations is not None
    row = on.evaluations.c
    names = on.schema.criteria
    asked = sa.select(*(on.judgement(name) if name in names else row[name] for name in columns))
    return sorted((tuple(each) for each in database.rows(asked)), key=repr)


def test_what_an_evaluation_does_not_say_is_taken_from_its_conversation(backend: Place, connection: Database) -> None:
    backend.create(FULL)
    backend.insert(
        "conversation_evaluation",
        [
            (1, "own", "own q", "own a", "POSITIVE", "own topic" * 30, at(NOON + 7), 8.0, 6, "good"),
            (2, None, "", None, "", None, None, None, None, None),
            (9, None, None, None, None, None, None, 1.0, None, None),
            (None, None, None, None, "joy", "", at(NOON), None, 0, None),
        ],
    )
    on = backend.relations(connection)
    columns = ("conversation", "seconds", "user_id", "topic", "sentiment", "question", "answer", "comment", "score")
    assert rows(connection, on, *columns) == sorted(
        [
            (1, NOON + 7, "own", ("own topic" * 30)[:200], "positive", "own q", "own a", "good", 7.0),
            (2, NOON + 86_400, "lee", "결제", "positive", "질문 둘", "답 둘", None, None),
            (9, None, None, None, "unanalysed", None, None, None, 1.0),
            (None, NOON, None, None, "other", None, None, None, 0.0),
        ],
        key=repr,
    )


@pytest.mark.parametrize("kind", ["bigint", "double precision", "text", "numeric"])
def test_a_table_of_references_and_scores_alone(backend: Place, connection: Database, kind: str) -> None:
    backend.create(SCORED.replace("bigint", kind))
    backend.insert("conversation_evaluation", [(str(key) if kind == "text" else key, key / 2) for key in (1, 2, 3)])
    on = backend.relations(connection)
    assert on.schema.criteria == ()
    assert rows(connection, on, "conversation", "seconds", "topic", "sentiment", "score") == [
        (1, NOON, "환불", "negative", 0.5),
        (2, NOON + 86_400, "결제", "positive", 1.0),
        (3, None, None, "unanalysed", 1.5),
    ]


def test_a_score_comes_before_the_mean_of_the_criteria(backend: Place, connection: Database) -> None:
    backend.create(BARE.replace("clarity integer", "clarity integer, score double precision"))
    written = [(1, 2.0, 4, 9.0), (2, 2.0, 4, None), (3, None, None, None), (3, None, 4, None)]
    backend.insert("conversation_evaluation", written)
    on = backend.relations(connection)
    assert on.schema.criteria == ("relevance", "clarity")
    assert rows(connection, on, "conversation", "relevance", "clarity", "score") == [
        (1, 2.0, 4.0, 9.0),
        (2, 2.0, 4.0, 3.0),
        (3, None, 4.0, 4.0),
        (3, None, None, None),
    ]


def test_a_score_that_is_no_number_is_no_score(backend: Place, connection: Database) -> None:
    backend.create(BARE.replace("clarity integer", "clarity integer, score text"))
    backend.insert("conversation_evaluation", [(1, 2.0, 4, "very good")])
    assert rows(connection, backend.relations(connection), "score") == [(3.0,)]


def test_a_table_that_judges_nothing(backend: Place, connection: Database) -> None:
    backend.create("CREATE TABLE conversation_evaluation (conversation_id bigint, comment text)")
    backend.insert("conversation_evaluation", [(1, "nice")])
    assert rows(connection, backend.relations(connection), "conversation", "score", "comment") == [(1, None, "nice")]


judged = st.tuples(
    st.one_of(st.none(), st.integers(1, 4)),
    st.one_of(st.none(), st.integers(1, 10**6)),
    st.one_of(st.none(), st.sampled_from([0.0, 4.5, 5.0, 10.0, 10.5, -1.0])),
    st.one_of(st.none(), st.sampled_from([0, 3, 10])),
)


def test_of_two_tables_the_later_row_of_a_conversation_counts(backend: Place, connection: Database) -> None:
    backend.create(FULL, LOGGED)
    on = backend.relations(connection)
    assert on.schema.criteria == ("relevance", "clarity")
    of_talk = {key: seconds for key, *_, seconds in TALKS}

    @often
    @given(st.lists(judged, max_size=6), st.lists(judged, max_size=6))
    def check(one: list[Any], other: list[Any]) -> None:
        backend.empty("conversation_evaluation")
        backend.empty("evaluation_log")
        first = [(key, *[None] * 5, at(s and NOON + s), x, y, str(n)) for n, (key, s, x, y) in enumerate(one)]
        backend.insert("conversation_evaluation", first)
        second = [(n, key, x, y, at(s and NOON + s)) for n, (key, s, x, y) in enumerate(other)]
        backend.insert("evaluation_log", second)
        latest: dict[object, tuple[Any, ...]] = {}
        for rank, table in enumerate((one, other)):
            for place, (key, s, x, y) in enumerate(table):
                seconds = NOON + s if s else of_talk.get(key)
                later = (seconds if seconds is not None else -1, rank, place)
                values = [float(value) for value in (x, y) if value is not None]
                score = (x if x is not None else y) if rank else (sum(values) / len(values) if values else None)
                of: object = key if key is not None else (rank, place)
                if of not in latest or later > latest[of][0]:
                    latest[of] = (later, (key, seconds, score, None if rank else x, y))
        found = rows(connection, on, "conversation", "seconds", "score", "relevance", "clarity")
        assert Counter(found) == Counter(row for _, row in latest.values())

    check()


def test_rows_are_those_of_the_period_with_what_their_conversation_adds(backend: Place, connection: Database) -> None:
    backend.create(FULL, FEEDBACK)
    ratings = [(1, 2, "dislike"), (2, None, "dislike"), (3, 4, "like")]
    backend.insert("feedback_log", ratings, "id", "conversation_id", "feedback")
    on = backend.relations(connection)
    end = NOON + 500_000
    talks = {key: (topic, label) for key, _, _, _, label, topic, _ in TALKS}
    labels = st.tuples(st.sampled_from([None, "환불", "배송"]), st.sampled_from([None, "부정", "긍정", "POS", "joy"]))

    @often
    @given(
        st.lists(st.tuples(judged, labels), max_size=12),
        st.sampled_from([None, frozenset({"환불"})]),
        st.sampled_from([None, 2, 4]),
    )
    def check(drawn: list[Any], kept: frozenset[str] | None, low: int | None) -> None:
        written, expected = [], []
        for (key, s, x, y), (topic, label) in drawn:
            seconds = NOON + (s or 0)
            written.append((key, None, None, None, label, topic, at(seconds), x, y, None))
            if seconds >= end and (low is None or key is None or key < low):
                continue
            above = talks.get(key, (None, None))
            name, mood = topic or above[0], sentiment_class(label or above[1])
            if kept is not None and name is not None and name not in kept:
                name = REST
            there = [float(value) for value in (x, y) if value is not None]
            expected.append((key, seconds, name, mood, sum(there) / len(there) if there else None, x, y))
        backend.empty("conversation_evaluation")
        backend.insert("conversation_evaluation", written)
        period = Period(from_epoch(NOON), from_epoch(end))
        statement, schema = evaluation_rows(on, CellQuery(900, Filter(), period, kept), low)
        rows = with_scores(connection.frame(statement, schema), len(on.schema.criteria))
        assert Counter(rows.rows()) == Counter(expected)
        disliked = {key for (key,) in connection.rows(disliked_among(on))}
        assert disliked == {2} & {row[0] for row in written}

    check()


def test_no_evaluations_make_no_rows(backend: Place, connection: Database) -> None:
    backend.create(FULL)
    on = backend.relations(connection)
    statement, schema = evaluation_rows(on, CellQuery(900, Filter()), None)
    rows = with_scores(connection.frame(statement, schema), len(on.schema.criteria))
    assert (rows.height, rows.schema["seconds"]) == (0, pl.Int64())
