"""Tables are understood as they are, whatever made them; what cannot be read is named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
import sqlalchemy as sa

from aiops_tui.model.filters import Filter
from aiops_tui.source.cells import CELLS, CellQuery, conversation_cells, evaluation_rows, with_scores
from aiops_tui.source.database import Database
from aiops_tui.source.probe import Probe
from aiops_tui.source.schema import KNOWN, Schema, described, read_tables, understand
from tests.source.place import CONVERSATIONS, FEEDBACK, Place, problem

pytestmark = pytest.mark.xdist_group("source")

ROW = (1, "kim", "q", "a", "긍정", "환불", "2026-11-22 16:49:11")


@pytest.fixture(autouse=True)
def empty(place: Place) -> None:
    """Each test finds none of the tables."""
    for name in KNOWN:
        kind = "(SELECT relkind::text, relname AS name FROM pg_class) t" if place.postgres else "sqlite_master"
        column = "relkind" if place.postgres else "type"
        for (found,) in place.run(f"SELECT {column} FROM {kind} WHERE name = '{name}'"):
            place.run(f"DROP {'VIEW' if found in {'v', 'view'} else 'TABLE'} {name}")


@contextmanager
def opened(place: Place) -> Iterator[Database]:
    with closing(place.open()) as database:
        yield database


def schema_of(place: Place) -> Schema:
    with opened(place) as database:
        return understand(read_tables(database))


def counted(place: Place) -> list[tuple[object, ...]]:
    """Return the cells of all conversations."""
    with opened(place) as database:
        cells = conversation_cells(place.relations(database), CellQuery(900, Filter()), 0, None)
        return database.frame(cells, CELLS).rows()


CELL = (1_795_365_900, "환불", "positive", 1)


def test_without_the_conversations_there_is_nothing_to_show(place: Place) -> None:
    place.create(FEEDBACK)
    found = problem(lambda: schema_of(place))
    assert found.notice.id == "source.no_table"
    assert found.notice.values["table"] == "conversation_log"


def test_columns_that_the_conversations_lack_are_named(place: Place) -> None:
    place.create("CREATE TABLE conversation_log (id integer, question text, answer text, created_at {time})")
    found = problem(lambda: schema_of(place))
    assert found.notice.id == "source.no_column"
    assert found.notice.values == {"table": "conversation_log", "columns": "user_id, sentiment, topic"}


def test_the_backends_own_tables(place: Place) -> None:
    place.create(CONVERSATIONS, FEEDBACK)
    schema = schema_of(place)
    assert schema.conversations.key == "id"
    assert "id" in schema.conversations.indexed
    assert "created_at" not in schema.conversations.indexed
    assert schema.conversations.is_table
    assert (schema.evaluations, schema.trends, schema.warnings, schema.criteria) == ((), None, (), ())
    assert schema.feedback is not None
    assert "user_id" in described(schema.conversations)
    place.run("CREATE INDEX by_time ON conversation_log (created_at, topic)")
    assert schema_of(place).conversations.indexed == {"id", "created_at"}


def test_tables_that_are_of_no_use_are_left_out_with_a_word(place: Place) -> None:
    place.create(
        CONVERSATIONS,
        "CREATE TABLE feedback_log (id integer PRIMARY KEY, feedback text)",
        "CREATE TABLE conversation_evaluation (clarity integer)",
        "CREATE TABLE sentiment_trends (date date, sentiment text)",
    )
    schema = schema_of(place)
    assert (schema.feedback, schema.evaluations, schema.trends) == (None, (), None)
    told = {str(notice.values["table"]): notice.values["columns"] for notice in schema.warnings}
    assert {notice.id for notice in schema.warnings} == {"source.table_lacks_column"}
    assert told == {
        "feedback_log": "conversation_id, created_at",
        "conversation_evaluation": "conversation_id",
        "sentiment_trends": "count",
    }


def test_a_view_serves_as_well(place: Place) -> None:
    place.create(CONVERSATIONS.replace("conversation_log", "kept_elsewhere"))
    place.insert("kept_elsewhere", [ROW])
    place.run("CREATE VIEW conversation_log AS SELECT * FROM kept_elsewhere WHERE id > 0")
    schema = schema_of(place)
    assert (schema.conversations.is_table, schema.conversations.key) == (False, "id")
    assert counted(place) == [CELL]
    with opened(place) as database:
        assert Probe(schema).signs(database).highest == 1


def test_an_id_need_not_be_the_primary_key(place: Place) -> None:
    table = CONVERSATIONS.replace("integer PRIMARY KEY", "bigint")
    place.create(table.replace("created_at", "number bigint PRIMARY KEY, created_at"))
    place.insert("conversation_log", [(*ROW[:6], 77, ROW[6])])
    assert schema_of(place).conversations.key == "id"
    assert counted(place) == [CELL]


def test_a_table_that_is_made_anew_has_another_identity(place: Place) -> None:
    place.create(CONVERSATIONS, "CREATE TABLE conversation_evaluation (conversation_id bigint, score integer)")
    with opened(place) as database:
        schema = understand(read_tables(database))
        before = Probe(schema).signs(database).identity
        assert Probe(schema).signs(database).identity == before
        place.create("CREATE TABLE conversation_evaluation (conversation_id bigint, score integer)")
        after = Probe(schema).signs(database).identity
        assert after != before
        place.drop("conversation_evaluation")
        assert Probe(understand(read_tables(database))).signs(database).identity not in (before, after)


ODD = (
    "clarity", "관련성 점수", 'quo"te', "per%cent", "n:0", "select", "seconds", "place", "row_number", "a-b",
    "criterion_0", "line\nbreak", "\x1b[31mred", "total:0", "conversation",
)  # fmt: skip


def test_criteria_may_be_called_anything(place: Place) -> None:
    """Even as the columns are called that statements use inside themselves."""
    quoted = ", ".join('"{}" double precision'.format(name.replace('"', '""')) for name in ODD)
    place.create(CONVERSATIONS)
    place.insert("conversation_log", [ROW])
    cursor = place.writer.cursor()
    table = f'conversation_evaluation (conversation_id bigint, "index" bigint, level_0 bigint, {quoted})'
    cursor.execute(f"CREATE TABLE {table}")
    values = ", ".join(str(n / 2) for n, _ in enumerate(ODD))
    cursor.execute(f"INSERT INTO conversation_evaluation VALUES (1, 5, 6, {values})")
    place.writer.commit()
    with opened(place) as database:
        relations = place.relations(database)
        names = relations.schema.criteria
        assert len(names) == len(ODD)
        assert names[:10] == ODD[:10]
        assert all(name.isprintable() for name in names)
        statement, schema = evaluation_rows(relations, CellQuery(900, Filter()), None)
        rows = with_scores(database.frame(statement, schema), len(names))
        mean = sum(n / 2 for n, _ in enumerate(ODD)) / len(ODD)
        assert rows.rows()[0][2:] == ("환불", "positive", mean, *(n / 2 for n, _ in enumerate(names)))
        for number, name in enumerate(names):
            if any(c in name for c in ' "\n:-\x1b�[%'):
                continue
            wanted = Filter.parse(f"criterion.{name}={number / 2}")
            asked, schema = evaluation_rows(relations, CellQuery(900, wanted), None)
            assert database.frame(asked, schema).height == 1, name


def test_what_a_number_means_otherwise_is_no_criterion(place: Place) -> None:
    place.create(
        CONVERSATIONS,
        "CREATE TABLE conversation_evaluation (conversation_id bigint, id bigint, user_id bigint, judge_id integer, "
        "created_at bigint, sentiment double precision, score double precision, clarity integer, comment text)",
    )
    schema = schema_of(place)
    assert schema.criteria == ("clarity",)


def test_a_broken_view_spoils_nothing_else(place: Place) -> None:
    if place.postgres:
        return  # which lets no table go that a view needs
    place.create(CONVERSATIONS, "CREATE TABLE gone (conversation_id integer, score integer)")
    place.run("CREATE VIEW evaluation_log AS SELECT * FROM gone")
    place.drop("gone")
    with opened(place) as database:
        schema = understand(read_tables(database))
        assert schema.evaluations == ()
        assert [notice.id for notice in schema.warnings] == ["source.table_lacks_column"]
        assert database.rows(sa.text("SELECT 1")) == [(1,)]
