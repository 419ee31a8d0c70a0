"""Either connection reads one state, writes nothing, brings answers back as they are, and can be withdrawn."""

from __future__ import annotations

import gc
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial

import polars as pl
import pytest
import sqlalchemy as sa

from aiops_tui.source.database import Database, first_value, open_database
from aiops_tui.source.problems import Cancelled
from tests.source.place import Place, problem, settings_for

pytestmark = pytest.mark.xdist_group("source")

ENDLESS = {
    "sqlite": sa.text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"),
    "postgresql": sa.text("SELECT count(*) FROM generate_series(1, 100000000000)"),
}
FRAME = pl.Schema({"key": pl.Int64, "word": pl.String, "number": pl.Float64})
WAITING = {"_execute", "_frame", "_cursor", "_progress"}
"""What the connection is in while it waits for a database."""

THINGS = sa.table("things", sa.column("key"), sa.column("word"), sa.column("number"))
COUNT = sa.text("SELECT count(*) FROM things")


@pytest.fixture(scope="module", autouse=True)
def things(place: Place) -> None:
    if not place.postgres:
        place.run("PRAGMA journal_mode = WAL")
    place.create("CREATE TABLE things (key integer, word text, number double precision)")


@contextmanager
def opened(place: Place, **changes: float) -> Iterator[Database]:
    with closing(open_database(replace(settings_for(place.url), **changes))) as database:  # type: ignore[arg-type]
        database.connect()
        yield database


def fill(place: Place, rows: list[tuple[int, str | None, float | None]]) -> None:
    place.run("DELETE FROM things")
    place.insert("things", rows)


@contextmanager
def cancelled_meanwhile(database: Database) -> Iterator[None]:
    """Withdraw, from another thread, the statement that this one is seen to wait for."""
    here = threading.get_ident()

    def cancel() -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            frame = sys._current_frames().get(here)
            if frame is not None and frame.f_code.co_name in WAITING:
                break
            time.sleep(0.001)
        database.cancel()

    thread = threading.Thread(target=cancel)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def test_rows_and_frames_bring_back_what_is_there(place: Place) -> None:
    words = [
        "",
        None,
        "NULL",
        '"',
        '""',
        "a,b",
        "line\nbreak\r\n",
        "\\.",
        "\\N",
        "환불 요청",
        "'; DROP",
        "\ufeff",
        "#x",
        " ",
    ]
    rows = [(n - 3, word, n / 3 if n % 2 else None) for n, word in enumerate(words)]
    rows += [(n, f'many\n"{n}', 1e-300) for n in range(len(words), 12_000)]
    fill(place, rows)
    with opened(place) as database:
        asked = sa.select(THINGS)
        assert sorted(database.rows(asked), key=lambda row: int(row[0])) == rows
        frame = database.frame(asked, FRAME)
        assert frame.schema == FRAME
        assert sorted(frame.rows(), key=lambda row: int(row[0])) == rows
        nothing = database.frame(asked.where(sa.false()), FRAME)
        assert nothing.schema == FRAME
        assert nothing.height == 0
        assert database.statements == 3
        assert database.seconds > 0
        assert first_value(database.rows(COUNT)) == len(rows)
        assert first_value([]) is None


def test_values_are_bound_whatever_the_columns_are_called(place: Place) -> None:
    names = ["select", "n:0", "a b", 'quo"te', "per%cent", "점수", "a-b", "(x)", "a;b", "a.b", "?", ":a"]
    quoted = ", ".join('"' + name.replace('"', '""') + '" integer' for name in names)
    writer = place.writer.cursor()
    writer.execute("DROP TABLE IF EXISTS odd")
    writer.execute(f"CREATE TABLE odd ({quoted})")
    writer.execute(f"INSERT INTO odd VALUES ({', '.join(str(n) for n, _ in enumerate(names))})")
    place.writer.commit()
    odd = sa.table("odd", *(sa.column(name, sa.Integer) for name in names))
    with opened(place) as database:
        for number, name in enumerate(names):
            column = odd.c[name]
            asked = sa.select(column).where(column == number, column + 5 > 4, column.in_([number, 99]))
            assert database.rows(asked) == [(number,)], name
            assert database.frame(asked, pl.Schema({"x": pl.Int64})).rows() == [(number,)], name


def test_nothing_can_be_written(place: Place) -> None:
    fill(place, [(1, "one", 1.0)])
    insert = sa.text("INSERT INTO things VALUES (9, 'x', 1)")
    others = ["UPDATE things SET key = 2", "DELETE FROM things", "DROP TABLE things", "CREATE TABLE more (x integer)"]
    with opened(place) as database:
        for statement in (insert, *map(sa.text, others)):
            assert problem(partial(database.rows, statement)).notice.id == "source.refused_query"
        with database.transaction():
            assert problem(partial(database.rows, insert)).notice.id == "source.refused_query"
        assert database.rows(sa.select(THINGS)) == [(1, "one", 1.0)]


def test_a_transaction_sees_one_state(place: Place) -> None:
    fill(place, [(1, "one", 1.0)])
    with opened(place) as database:
        with database.transaction():
            assert database.rows(COUNT) == [(1,)]
            place.insert("things", [(2, "two", 2.0)])
            assert database.rows(COUNT) == [(1,)]
            with database.transaction():
                assert database.frame(COUNT, pl.Schema({"n": pl.Int64})).item() == 1
            assert database.rows(COUNT) == [(1,)]
        assert database.rows(COUNT) == [(2,)]
        with pytest.raises(KeyError), database.transaction():
            database.rows(COUNT)
            raise KeyError
        place.insert("things", [(3, "three", 3.0)])
        with database.transaction():
            pass
        assert database.rows(COUNT) == [(3,)]


def test_a_failed_statement_does_not_spoil_what_comes_after(place: Place) -> None:
    wrong = sa.text("SELECT absent FROM nowhere")
    with opened(place) as database:
        assert problem(lambda: database.rows(wrong)).notice.id == "source.changed"
        assert problem(lambda: database.frame(wrong, FRAME)).notice.id == "source.changed"

        def within() -> None:
            with database.transaction():
                database.rows(wrong)

        assert problem(within).notice.id == "source.changed"
        assert database.rows(sa.text("SELECT 1")) == [(1,)]


@pytest.mark.parametrize("asked", ["rows", "frame", "transaction"])
def test_a_statement_under_way_is_withdrawn_at_once(place: Place, asked: str) -> None:
    endless = ENDLESS["postgresql" if place.postgres else "sqlite"]
    with opened(place) as database:
        with cancelled_meanwhile(database), pytest.raises(Cancelled):
            if asked == "frame":
                database.frame(endless, pl.Schema({"n": pl.Int64}))
            elif asked == "rows":
                database.rows(endless)
            else:
                with database.transaction():
                    database.rows(sa.text("SELECT 1"))
                    database.rows(endless)
        with pytest.raises(Cancelled):
            database.rows(sa.text("SELECT 1"))
        database.arm()
        assert database.rows(sa.text("SELECT 1")) == [(1,)]


def test_a_statement_that_takes_too_long_is_given_up(place: Place) -> None:
    endless = ENDLESS["postgresql" if place.postgres else "sqlite"]
    with opened(place, statement_timeout=0.1) as database:
        found = problem(lambda: database.rows(endless))
        assert (found.notice.id, found.lost, found.final) == ("source.timeout", False, False)
        assert database.rows(sa.text("SELECT 1")) == [(1,)]


def test_before_and_after_the_connection_is_there(place: Place) -> None:
    database = open_database(settings_for(place.url))
    database.cancel()
    database.close()
    database.arm()
    gone = problem(lambda: database.rows(sa.text("SELECT 1")))
    assert (gone.notice.id, gone.lost) == ("source.gone", True)
    database.connect()
    database.connect()
    assert database.rows(sa.text("SELECT 1")) == [(1,)]
    database.close()
    database.close()
    assert problem(lambda: database.rows(sa.text("SELECT 1"))).lost


def test_a_statement_that_nobody_asks_any_more_is_forgotten(place: Place) -> None:
    with closing(place.open()) as database:
        statement = sa.select(sa.func.count()).select_from(THINGS).where(THINGS.c.key > 10**6)
        forgotten = weakref.ref(statement)
        assert database.rows(statement) == database.rows(statement) == [(0,)]
        del statement
        gc.collect()
        assert forgotten() is None
