"""The signs of change move when somebody writes, say how far the keys reach, and stand still otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from aiops_tui.source.database import Database
from aiops_tui.source.probe import Probe, Signs
from aiops_tui.source.schema import read_tables, understand
from tests.source.place import CONVERSATIONS, FEEDBACK, Place, problem

pytestmark = pytest.mark.xdist_group("source")

EVALUATIONS = "CREATE TABLE conversation_evaluation (conversation_id bigint, score double precision)"

Look = Callable[[], Signs]


@pytest.fixture
def database(place: Place) -> Iterator[Database]:
    place.create(CONVERSATIONS, FEEDBACK, EVALUATIONS)
    with closing(place.open()) as database:
        yield database


@pytest.fixture
def look(place: Place, database: Database) -> Look:
    schema = understand(read_tables(database))

    def look() -> Signs:
        if place.postgres:
            # The counters of a session reach the others some time after its commit, or when it says so.
            place.run("SELECT pg_stat_force_next_flush()")
            place.run("SELECT 1")
        return Probe(schema).signs(database)

    return look


def talk(place: Place, key: int) -> None:
    place.insert("conversation_log", [(key, None, "q", "a", None, None, None)])


def test_empty_tables_and_the_databases_clock(look: Look) -> None:
    signs = look()
    assert (signs.highest, signs.lowest, signs.highest_feedback, signs.lowest_feedback) == (None, None, None, None)
    assert abs(signs.now - datetime.now(UTC)) < timedelta(seconds=30)
    assert signs.now.tzinfo is UTC


def test_signs_stand_still_while_nobody_writes(place: Place, look: Look) -> None:
    talk(place, 5)
    one, other = look(), look()
    assert (one.conversations, one.evaluations, one.feedback, one.identity) == (
        other.conversations,
        other.evaluations,
        other.feedback,
        other.identity,
    )


def test_keys_and_each_kind_of_writing(place: Place, look: Look) -> None:
    before = look()
    talk(place, 5)
    talk(place, 9)
    signs = look()
    assert (signs.highest, signs.lowest) == (9, 5)
    assert signs.conversations != before.conversations
    place.run("UPDATE conversation_log SET sentiment = '긍정' WHERE id = 5")
    updated = look()
    assert updated.conversations != signs.conversations
    place.run("DELETE FROM conversation_log WHERE id = 5")
    deleted = look()
    assert deleted.conversations != updated.conversations
    assert (deleted.highest, deleted.lowest) == (9, 9)
    place.insert("feedback_log", [(3, 9, "like", None, None)])
    rated = look()
    assert rated.feedback != deleted.feedback
    assert (rated.highest_feedback, rated.lowest_feedback) == (3, 3)
    place.insert("conversation_evaluation", [(9, 7.5)])
    judged = look()
    assert judged.evaluations != rated.evaluations
    assert judged.identity == before.identity
    if place.postgres:
        assert judged.conversations == rated.conversations


def test_a_table_that_is_replaced_within_a_transaction(place: Place, look: Look) -> None:
    before = look()
    cursor = place.writer.cursor()
    cursor.execute("DROP TABLE conversation_evaluation")
    cursor.execute(EVALUATIONS)
    place.writer.commit()
    after = look()
    assert after.identity != before.identity
    assert after.evaluations != before.evaluations


def test_a_table_that_is_gone_is_told(place: Place, database: Database, look: Look) -> None:
    look()
    place.drop("feedback_log")
    assert problem(look).notice.id == "source.changed"
    assert understand(read_tables(database)).feedback is None


def test_one_statement_asks_for_all(place: Place, database: Database, look: Look) -> None:
    before = database.statements
    look()
    assert database.statements - before == (1 if place.postgres else 3)
