"""Tables of PostgreSQL that the backend does not make, but its operators may have made of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from aiops_tui.model.filters import Filter
from aiops_tui.source.cells import CELLS, CellQuery, conversation_cells
from aiops_tui.source.database import open_database
from aiops_tui.source.probe import Probe
from aiops_tui.source.schema import Schema, read_tables, understand
from tests.source.place import CONVERSATIONS, FEEDBACK, Place, problem, settings_for

pytestmark = pytest.mark.xdist_group("source")

ROW = (1, "kim", "q", "a", "긍정", "환불", "2026-11-22 16:49:11")
CELL = (1_795_365_900, "환불", "positive", 1)


def schema_of(place: Place) -> Schema:
    with closing(place.open()) as database:
        return understand(read_tables(database))


def counted(place: Place) -> list[tuple[object, ...]]:
    """Return the cells of all conversations."""
    with closing(place.open()) as database:
        cells = conversation_cells(place.relations(database), CellQuery(900, Filter()), 0, None)
        return database.frame(cells, CELLS).rows()


@pytest.fixture
def made(postgres: Place) -> Iterator[Place]:
    """A database of PostgreSQL of which each test may make what it likes."""
    yield postgres
    postgres.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public; DROP SCHEMA IF EXISTS backend CASCADE")
    postgres.run("GRANT USAGE ON SCHEMA public TO PUBLIC")


def test_a_partitioned_table(made: Place) -> None:
    made.run(
        CONVERSATIONS.format(time="timestamptz").replace("id integer PRIMARY KEY", "id bigint")[:-1]
        + ", PRIMARY KEY (created_at, id)) PARTITION BY RANGE (created_at)"
    )
    for year in (2025, 2026):
        bounds = f"FROM ('{year}-01-01') TO ('{year + 1}-01-01')"
        made.run(f"CREATE TABLE part_{year} PARTITION OF conversation_log FOR VALUES {bounds}")
    made.insert("conversation_log", [ROW, (2, *ROW[1:6], "2025-05-05 05:05:05")])
    schema = schema_of(made)
    assert (schema.conversations.key, schema.conversations.is_table) == ("id", False)
    assert CELL in counted(made)
    with closing(made.open()) as database:
        signs = Probe(schema).signs(database)
        assert (signs.lowest, signs.highest) == (1, 2)


def test_a_table_in_a_schema_of_the_search_path(made: Place) -> None:
    made.run("CREATE SCHEMA backend")
    made.run(CONVERSATIONS.format(time="timestamptz").replace("conversation_log", "backend.conversation_log"))
    made.insert("backend.conversation_log", [ROW])
    assert problem(lambda: schema_of(made)).notice.id == "source.no_table"
    name = made.run("SELECT current_database()")[0][0]
    made.run(f"ALTER DATABASE {name} SET search_path = nowhere, backend, public")
    try:
        assert schema_of(made).conversations.schema == "backend"
        assert counted(made) == [CELL]
        made.run(FEEDBACK.format(time="timestamptz"))
        assert schema_of(made).feedback is not None
    finally:
        made.run(f"ALTER DATABASE {name} RESET search_path")


def test_a_materialized_view_and_odd_types(made: Place) -> None:
    made.run("CREATE DOMAIN moment AS timestamptz; CREATE TYPE mood AS ENUM ('긍정', 'POSITIVE', '')")
    made.run(
        "CREATE TABLE source_table (id smallint, user_id integer, question varchar(9), answer char(3), sentiment mood, "
        "topic integer, created_at moment)"
    )
    made.run("INSERT INTO source_table VALUES (1, 7, 'q', 'a', 'POSITIVE', 12, '2026-11-22 16:49:11Z'), "
             "(2, NULL, 'q', 'a', '', NULL, '2026-11-22 16:49:12Z')")  # fmt: skip
    made.run("CREATE MATERIALIZED VIEW conversation_log AS SELECT * FROM source_table")
    schema = schema_of(made)
    assert schema.conversations.columns["created_at"] == "time"
    assert sorted(counted(made), key=str) == [
        (CELL[0], "12", "positive", 1),
        (CELL[0], None, "unanalysed", 1),
    ]


@pytest.mark.parametrize("kind", ["uuid", "text", "numeric", "double precision"])
def test_an_id_that_may_be_no_whole_number_is_told(made: Place, kind: str) -> None:
    made.run(CONVERSATIONS.format(time="timestamptz").replace("id integer", f"id {kind}"))
    found = problem(lambda: schema_of(made))
    assert (found.notice.id, found.notice.values) == ("source.bad_key", {"table": "conversation_log"})
    made.run("DROP TABLE conversation_log")
    made.run(CONVERSATIONS.format(time="timestamptz"))
    made.run(FEEDBACK.format(time="timestamptz").replace("id integer", f"id {kind}"))
    schema = schema_of(made)
    assert schema.feedback is None
    assert [notice.values for notice in schema.warnings] == [{"table": "feedback_log", "columns": "id"}]


def test_tables_that_the_role_may_not_read(made: Place) -> None:
    made.run(CONVERSATIONS.format(time="timestamptz"))
    made.run(FEEDBACK.format(time="timestamptz"))
    made.run("DROP ROLE IF EXISTS console")
    made.run("CREATE ROLE console LOGIN; GRANT SELECT ON conversation_log TO console")
    try:
        url = made.url.replace("postgres:", "console:", 1)
        with closing(open_database(settings_for(url))) as database:
            database.connect()
            tables = read_tables(database)
            schema = understand(tables)
            assert schema.feedback is None
            assert [(notice.id, notice.values["table"]) for notice in schema.warnings] == [
                ("source.table_unreadable", "feedback_log")
            ]
            assert Probe(schema).signs(database).highest is None
            made.run("REVOKE SELECT ON conversation_log FROM console")
            assert problem(lambda: understand(read_tables(database))).notice.id == "source.no_rights"
            assert problem(lambda: Probe(schema).signs(database)).notice.id == "source.no_rights"
            made.run("GRANT SELECT ON conversation_log TO console; REVOKE USAGE ON SCHEMA public FROM PUBLIC")
            assert problem(lambda: understand(read_tables(database))).notice.id == "source.no_rights"
    finally:
        made.run("DROP OWNED BY console; DROP ROLE console")


def test_estimates_are_none_where_there_are_none(made: Place) -> None:
    made.run(CONVERSATIONS.format(time="timestamptz"))
    assert schema_of(made).conversations.rows is None
    made.insert("conversation_log", [ROW])
    made.run("ANALYZE conversation_log")
    assert schema_of(made).conversations.rows == 1
    made.run("ALTER TABLE conversation_log DROP COLUMN sentiment, ADD COLUMN sentiment text")
    assert list(schema_of(made).conversations.columns)[-1] == "sentiment"
