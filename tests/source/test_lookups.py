"""What is looked up equals what a plain reading of the same rows gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from aiops_tui.model.filters import Filter
from aiops_tui.model.window import Period, epoch, from_epoch
from aiops_tui.source import lookups
from aiops_tui.source.found import KEYS, as_list
from tests.source.place import CONVERSATIONS, FEEDBACK, Filled, Place, written

pytestmark = pytest.mark.xdist_group("source")

EVALUATIONS = """CREATE TABLE conversation_evaluation (conversation_id bigint, topic text, created_at {time},
relevance double precision, clarity integer, comment text)"""
TRENDS = "CREATE TABLE sentiment_trends (date date, sentiment text, count integer)"

MOMENT = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOON = int(epoch(MOMENT))
FEW: list[tuple[int, str | None, str, str, str | None, str | None, datetime | None]] = [
    (1, "kim", "q" * 500, "a", "긍정", "환불", MOMENT),
    (2, "kim", "q2", "a2", "부정", "환불", MOMENT + timedelta(hours=1)),
    (3, "lee", "q3", "a3", None, "결제", MOMENT + timedelta(hours=1, microseconds=999_600)),
    (4, "", "q4", "a4", "", None, MOMENT + timedelta(hours=2)),
    (5, None, "q5", "a5", "joy", "", MOMENT + timedelta(hours=2)),
    (6, "lee", "q6", "a6", "부정", "환불.", MOMENT + timedelta(days=1)),
    (7, "choi", "q7", "a7", "부정", "배송", None),
]
DAY = Period(MOMENT, MOMENT + timedelta(days=1))


@pytest.fixture
def few(place: Place) -> Iterator[Filled]:
    """A few conversations, and nothing said of them yet."""
    place.create(CONVERSATIONS, EVALUATIONS, FEEDBACK, TRENDS)
    place.insert("conversation_log", [(*row[:6], written(row[6])) for row in FEW])
    with closing(place.open()) as database:
        yield Filled(place, database)


def test_distinct_users(few: Filled) -> None:
    on, none = few.on, Filter()
    assert few.ask(lookups.active_users(on, none, 0, None)) == [(3,)]
    assert few.ask(lookups.active_users(on, none, 0, DAY)) == [(2,)]
    assert few.ask(lookups.active_users(on, none, 3, DAY)) == [(1,)]
    assert few.ask(lookups.active_users(on, Filter.parse("sentiment:negative"), 0, DAY)) == [(1,)]
    assert few.ask(lookups.active_users(on, Filter.parse("user:nobody"), 0, None)) == [(0,)]


def test_distinct_users_by_bucket(few: Filled) -> None:
    edges = [NOON, NOON + 1800, NOON + 3600, NOON + 7200, NOON + 90_000]
    assert dict(few.ask(lookups.users_by_bucket(few.on, Filter(), 0, edges))) == {0: 1, 2: 2, 3: 1}
    assert few.ask(lookups.users_by_bucket(few.on, Filter(), 0, [NOON - 10, NOON - 5])) == []


def test_topics_by_how_often_they_come(few: Filled) -> None:
    rows = few.ask(lookups.top_topics(few.on, 0, None, 10))
    assert rows[0] == ("환불", 2, 5)
    assert Counter({topic: n for topic, n, _ in rows}) == Counter({"환불": 2, "환불.": 1, "결제": 1, "배송": 1, "": 1})
    assert few.ask(lookups.top_topics(few.on, 0, DAY, 1)) == [("환불", 2, 3)]
    assert few.ask(lookups.top_topics(few.on, 100, None, 1)) == []
    assert {row[0] for row in few.ask(lookups.topics_like(few.on, "환불"))} == {"환불", "환불."}


def test_conversations_that_wait_for_their_sentiment(few: Filled) -> None:
    assert few.ask(lookups.unanalysed_keys(few.on, 0, 100, 10)) == [(4,), (3,)]
    assert few.ask(lookups.unanalysed_keys(few.on, 0, 4, 10)) == [(3,)]
    assert few.ask(lookups.unanalysed_keys(few.on, 0, 100, 1)) == [(4,)]
    keys = {KEYS: as_list([1, 3, 4, 99, 3], postgres=few.on.on.postgres)}
    assert sorted(few.ask(lookups.still_unanalysed(few.on), keys)) == [(3,), (4,)]


def test_the_newest_conversations(few: Filled) -> None:
    rows = few.ask(lookups.recent(few.on, Filter(), DAY, 0, 10))
    assert [row[0] for row in rows] == [5, 4, 3, 2, 1]
    assert rows[2] == (3, NOON + 3600, "lee", "결제", "unanalysed", "q3")
    assert len(rows[4][5]) == lookups.LIST_LIMIT
    assert [row[0] for row in few.ask(lookups.recent(few.on, Filter(), None, 3, 2))] == [7, 6]
    assert few.ask(lookups.recent(few.on, Filter(), None, 7, 2)) == [(7, None, "choi", "배송", "negative", "q7")]


def test_one_conversation_and_what_was_said_of_it(few: Filled) -> None:
    evaluations = [
        (1, None, written(MOMENT), 4.0, 2, "second"),
        (1, None, written(MOMENT - timedelta(days=1)), 8.0, None, None),
    ]
    few.place.insert("conversation_evaluation", evaluations)
    feedback = [(1, 1, "like", "good", written(MOMENT)), (2, 1, "huh", None, None), (3, 2, "like", None, None)]
    few.place.insert("feedback_log", feedback)
    on = few.on
    assert few.ask(lookups.conversation(on, 1)) == [
        (1, NOON, "kim", "환불", "positive", "긍정", "q" * 500, "a", 500, 1)
    ]
    assert few.ask(lookups.conversation(on, 5))[0][3:6] == ("", "other", "joy")
    assert few.ask(lookups.conversation(on, 99)) == []
    assert few.ask(lookups.evaluations_of(on, 1)) == [
        (NOON - 86_400, 8.0, None, 8.0, None),
        (NOON, 3.0, "second", 4.0, 2.0),
    ]
    assert few.ask(lookups.feedback_of(on, 1)) == [(NOON, "like", "good"), (None, "huh", None)]


def test_texts_that_are_too_long_are_cut(few: Filled) -> None:
    few.place.insert("conversation_log", [(9, "u", "가" * 100_001, "b" * 70_000, "x" * 900, "t", None)])
    *_, label, question, answer, question_length, answer_length = few.ask(lookups.conversation(few.on, 9))[0]
    assert (len(label), len(question), len(answer)) == (lookups.LIST_LIMIT, lookups.TEXT_LIMIT, 70_000)
    assert (question_length, answer_length) == (100_001, 70_000)


def test_bytes_and_numbers_where_text_should_be(few: Filled) -> None:
    if few.place.postgres:
        return  # which lets none in
    few.place.insert("conversation_log", [(9, 7, b"\xff\x00 bytes", 12.5, b"\xeb\xb6\x80\xec\xa0\x95", 99, b"2026")])
    assert few.ask(lookups.recent(few.on, Filter(), None, 9, 1))[0][:5] == (9, None, "7", "99", "negative")
    row = few.ask(lookups.conversation(few.on, 9))[0]
    assert all(value is None or isinstance(value, str | int) for value in row)
    assert row[7] == "12.5"
    assert few.ask(lookups.active_users(few.on, Filter.parse('user:7 "2.5"'), 0, None)) == [(1,)]


def test_distinct_users_of_two_periods_in_one_pass(few: Filled) -> None:
    if not few.on.on.postgres:
        return
    start, edges = NOON - 86_400, [NOON, NOON + 1800, NOON + 3600, NOON + 7200, NOON + 90_000]
    found = dict(few.ask(lookups.users_of_both(few.on, Filter(), 0, start, edges)))
    one_by_one = [
        few.ask(lookups.active_users(few.on, Filter(), 0, Period(from_epoch(low), from_epoch(high))))[0][0]
        for low, high in ((start, NOON), (NOON, edges[-1]), *pairwise(edges))
    ]
    places = range(len(edges) - 1)
    assert [
        found.get(lookups.BEFORE, 0),
        found[lookups.WHOLE],
        *(found.get(place, 0) for place in places),
    ] == one_by_one
    many = [NOON + 60 * minute for minute in range(200)]
    found = dict(few.ask(lookups.users_of_both(few.on, Filter(), 0, NOON, many)))
    assert {place: n for place, n in found.items() if place >= 0} == dict(
        few.ask(lookups.users_by_bucket(few.on, Filter(), 0, many))
    )


def test_the_lowest_scored_first(few: Filled) -> None:
    moments = [MOMENT, MOMENT + timedelta(hours=1), None, MOMENT + timedelta(hours=1), MOMENT + timedelta(days=3)]
    scores = [(2, 4), (2, 4), (3, 3), (None, None), (0, 0)]
    few.place.insert(
        "conversation_evaluation",
        [
            (key, None, written(when), x, y, None)
            for key, when, (x, y) in zip([1, 2, 7, 3, 6], moments, scores, strict=True)
        ],
    )
    rows = few.ask(lookups.worst(few.on, Filter(), None, 10))
    assert [(row[0], row[5]) for row in rows] == [(6, 0.0), (2, 3.0), (1, 3.0), (7, 3.0)]
    assert rows[1] == (2, NOON + 3600, "kim", "환불", "negative", 3.0, "q2")
    assert len(rows[2][6]) == lookups.LIST_LIMIT
    assert [row[0] for row in few.ask(lookups.worst(few.on, Filter(), DAY, 1))] == [2]
    assert [row[0] for row in few.ask(lookups.worst(few.on, Filter.parse("-user:kim"), DAY, 9))] == []


def test_the_latest_score_of_a_conversation_is_the_last(few: Filled) -> None:
    times = [MOMENT, None, MOMENT + timedelta(hours=1)]
    few.place.insert("conversation_evaluation", [(7, None, written(at), n, None, None) for n, at in enumerate(times)])
    assert dict(few.ask(lookups.scores_of(few.on, [1, 7]))) == {7: 2.0}


def test_daily_history(few: Filled) -> None:
    few.place.insert("sentiment_trends", [("2026-08-01", "긍정", 12), ("2026-08-01", " NEG ", 3), (None, None, None)])
    assert sorted(few.ask(lookups.trends(few.on)), key=str) == [
        ("2026-08-01", "negative", 3),
        ("2026-08-01", "positive", 12),
        (None, "unanalysed", None),
    ]
    assert few.ask(lookups.count_rows(few.on)) == [(7,)]
    assert from_epoch(NOON) == MOMENT
