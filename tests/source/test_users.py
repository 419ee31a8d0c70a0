"""What is told of users and of feedback row by row equals a plain reading, and reads the window's keys alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from aiops_tui.model.filters import Filter
from aiops_tui.model.window import Period, epoch
from aiops_tui.source import opinions, users
from tests.source.place import CONVERSATIONS, FEEDBACK, Filled, Place, written

pytestmark = pytest.mark.xdist_group("source")

MOMENT = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOON = int(epoch(MOMENT))
DAY = Period(MOMENT, MOMENT + timedelta(days=1))
HOUR = timedelta(hours=1)
NONE = Filter()
EVALUATIONS = """CREATE TABLE conversation_evaluation (conversation_id bigint, user_id text, created_at {time},
score double precision)"""
TALKS = [
    (1, "kim", "q1", "a", "부정", "환불", MOMENT - 30 * HOUR),
    (2, "lee", "q2", "a", "긍정", "환불", MOMENT - HOUR),
    (3, "kim", "q" * 500, "a", "부정", "환불", MOMENT),
    (4, "kim", "q4", "a", "긍정", "배송", MOMENT + HOUR),
    (5, "lee", "q5", "a", None, None, MOMENT + 2 * HOUR),
    (6, "choi", "q6", "a", "joy", None, MOMENT + 2 * HOUR),
    (7, "", "q7", "a", "부정", None, MOMENT + 2 * HOUR),
    (8, None, "q8", "a", "부정", None, MOMENT + 2 * HOUR),
    (9, "park", "q9", "a", "부정", None, None),
]
SAID = [
    (1, 3, "dislike", "느려요", MOMENT - HOUR),
    (2, 3, "dislike", "느려요", MOMENT),
    (3, 4, "Like", " 느려요 ", MOMENT + HOUR),
    (4, 5, "dislike", "느려요", MOMENT + HOUR),
    (5, 6, "meh", "  ", MOMENT + 2 * HOUR),
    (6, 99, "like", None, MOMENT + 3 * HOUR),
    (7, 3, "like", "x" * 250, None),
]
JUDGED = [(3, "kim", MOMENT, 4.0), (4, "kim", MOMENT, 8.0), (5, "lee", MOMENT, None), (6, "choi", MOMENT - HOUR, 9.0)]


@pytest.fixture
def few(place: Place) -> Iterator[Filled]:
    place.create(CONVERSATIONS, EVALUATIONS, FEEDBACK)
    place.insert("conversation_log", [(*row[:-1], written(row[-1])) for row in TALKS])
    place.insert("feedback_log", [(*row[:-1], written(row[-1])) for row in SAID])
    place.insert("conversation_evaluation", [(key, user, written(at), score) for key, user, at, score in JUDGED])
    with closing(place.open()) as database:
        yield Filled(place, database)


def test_the_users_with_most_conversations(few: Filled) -> None:
    kim, choi = ("kim", 2, 1, 2, NOON + 3600, 3), ("choi", 1, 0, 0, NOON + 7200, 3)
    lee = ("lee", 1, 0, 0, NOON + 7200, 3)
    assert few.ask(users.top_users(few.on, NONE, 0, DAY, users.Ranking(9))) == [kim, choi, lee]
    assert few.ask(users.top_users(few.on, NONE, 0, DAY, users.Ranking(1))) == [kim]
    assert few.ask(users.top_users(few.on, NONE, 4, DAY, users.Ranking(1))) == [("choi", 1, 0, 0, NOON + 7200, 3)]
    only = few.ask(users.top_users(few.on, Filter.parse("topic:x -user:kim user:kim"), 0, DAY, users.Ranking(9)))
    assert only == []


def test_users_in_other_orders(few: Filled) -> None:
    def first(by: str, *, descending: bool, among: list[str] | None = None) -> list[str]:
        ranking = users.Ranking(9, by, descending)
        return [row[0] for row in few.ask(users.top_users(few.on, NONE, 0, DAY, ranking, among))]

    assert first("user_id", descending=False) == ["choi", "kim", "lee"]
    assert first("user_id", descending=True) == ["lee", "kim", "choi"]
    assert first("negative_ratio", descending=True) == ["kim", "choi", "lee"], "of some there is no ratio"
    assert first("last_seen", descending=False) == ["kim", "choi", "lee"]
    assert first("conversations", descending=True, among=["lee", "choi"]) == ["choi", "lee"]
    for descending in (True, False):
        assert few.ask(users.users_by_score(few.on, NONE, DAY, users.Ranking(9, "score", descending))) == [("kim",)]


def test_trends_and_scores_of_some_users(few: Filled) -> None:
    edges = [NOON, NOON + 3600, NOON + 7200, NOON + 10_800]
    asked = few.ask(users.user_trends(few.on, NONE, 0, edges, ["kim", "lee"]))
    assert sorted(asked) == [("kim", 0, 1), ("kim", 1, 1), ("lee", 2, 1)]
    assert sorted(few.ask(users.user_trends(few.on, NONE, 4, edges, ["kim"]))) == [("kim", 1, 1)]
    found = {user: (n, total) for user, n, total in few.ask(users.user_scores(few.on, NONE, DAY, ["kim", "lee"]))}
    assert found == {"kim": (2, 12.0), "lee": (0, None)}


def test_who_was_there_before(few: Filled) -> None:
    assert few.ask(users.returning_users(few.on, NONE, 0, DAY)) == [(2,)]
    assert few.ask(users.returning_users(few.on, NONE, 5, DAY)) == [(1,)]
    assert few.ask(users.returning_users(few.on, Filter.parse("user:kim"), 0, DAY)) == [(1,)]
    assert few.ask(users.returning_users(few.on, NONE, 0, Period(MOMENT - 40 * HOUR, MOMENT))) == [(0,)]


def test_who_was_there_before_by_name(few: Filled) -> None:
    assert {row[0] for row in few.ask(users.users_within(few.on, NONE, 0, DAY))} == {"kim", "lee", "choi"}
    known = {row[0] for row in few.ask(users.users_earlier(few.on, None, None, DAY.start))}
    assert len(known & {"kim", "lee", "choi"}) == 2
    parts = [few.ask(users.users_earlier(few.on, low, high, DAY.start)) for low, high in ((None, 5), (5, None))]
    assert {row[0] for part in parts for row in part} == known


def test_who_was_there_before_where_the_database_has_not_counted_what_is_new(postgres: Place) -> None:
    postgres.create(CONVERSATIONS.replace("{time})", "{time}) WITH (autovacuum_enabled = false)"))
    more = "INSERT INTO conversation_log SELECT i, 'u' || mod(i, 300), 'q', 'a', NULL, NULL, {} FROM {} AS i"
    postgres.run(more.format(f"timestamptz '{MOMENT - 30 * HOUR}'", "generate_series(1, 9000)"))
    postgres.run("ANALYZE conversation_log")
    postgres.run(more.format(f"timestamptz '{MOMENT}'", "generate_series(9001, 10000)"))
    with closing(postgres.open()) as database:
        asked = users.returning_users(postgres.relations(database), NONE, 9001, DAY)
        assert database.rows(asked)[0][0] == 300
        bound = asked.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]
        plan = "\n".join(row[0] for row in database.rows(sa.text(f"EXPLAIN {bound}")))
    assert "rows=1 " in plan, "the estimate is not the trap"
    assert "Nested Loop" not in plan


def test_reasons(few: Filled) -> None:
    found = few.ask(opinions.reasons(few.on, NONE, 0, DAY, 9))
    assert found == [("느려요", "dislike", 2, 2), (" 느려요 ", "like", 1, 2)]
    assert few.ask(opinions.reasons(few.on, NONE, 3, DAY, 1)) == [(" 느려요 ", "like", 1, 2)]
    assert few.ask(opinions.reasons(few.on, Filter.parse("user:lee"), 0, DAY, 9)) == [("느려요", "dislike", 1, 1)]
    assert sorted(few.ask(opinions.reasons_like(few.on, "느려", 0))) == [(" 느려요 ",), ("느려요",)]
    assert few.ask(opinions.reasons_like(few.on, "느려", 5)) == []
    assert few.ask(opinions.reasons_like(few.on, "xxx", 0)) == [("x" * 200,)]


def test_the_latest_feedback(few: Filled) -> None:
    found = few.ask(opinions.latest_feedback(few.on, NONE, 0, DAY, 9))
    assert [row[0] for row in found] == [NOON + 10_800, NOON + 7200, NOON + 3600, NOON + 3600, NOON]
    assert found[0][1:] == ("like", None, 99, None, None, None)
    assert found[-1] == (NOON, "dislike", "느려요", 3, "kim", "환불", "q" * 400)
    assert len(few.ask(opinions.latest_feedback(few.on, NONE, 4, DAY, 9))) == 3
    assert len(few.ask(opinions.latest_feedback(few.on, Filter.parse("feedback:dislike"), 0, DAY, 9))) == 2
