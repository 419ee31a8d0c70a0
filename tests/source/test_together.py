"""Questions asked in one message are answered as one by one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from aiops_tui.source.database import Database, SQLite, open_database
from aiops_tui.source.problems import Cancelled
from tests.source.place import Place, settings_for

pytestmark = pytest.mark.xdist_group("source")

TEXTS = st.lists(st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0")), max_size=5)
PAIR = pl.Schema({"a": pl.String, "n": pl.Int64})
WIDE = pl.Schema({"n": pl.Int64, "x": pl.Float64, "a": pl.String, "b": pl.String, "small": pl.Int8})


def value(text: str | None, dtype: pl.DataType) -> sa.ColumnElement[Any]:
    """Return something of a type that depends on a text."""
    size = len(text or "")
    made: dict[Any, sa.ColumnElement[Any]] = {
        pl.String: sa.cast(text, sa.Text),
        pl.Int64: sa.cast(size, sa.BigInteger),
        pl.Float64: sa.cast(size / 3, sa.Double),
        pl.Int8: sa.cast(1, sa.SmallInteger),
    }
    return made[dtype]


def frame(database: Database, texts: list[str | None], schema: pl.Schema) -> pl.DataFrame:
    made = [sa.select(*(value(text, dtype) for dtype in schema.dtypes())) for text in [None, *texts]]
    return database.frame(sa.union_all(made[0].where(sa.false()), *made[1:]), schema)


def rows(database: Database, texts: list[str | None]) -> list[tuple[Any, ...]]:
    made = (sa.select(sa.cast(text, sa.Text), sa.literal(7), sa.cast(1.5, sa.Double)) for text in [*texts, ""])
    return database.rows(sa.union_all(*made))


def asks_of(database: Database, *answers: list[str | None]) -> dict[str, Callable[[], Any]]:
    one, two, three = answers
    return {
        "pair": partial(frame, database, one, PAIR),
        "rows": partial(rows, database, two),
        "wide": partial(frame, database, three, WIDE),
        "none": partial(database.rows, sa.text("SELECT 1 WHERE false")),
        "twice": lambda: [*database.rows(sa.text("SELECT 1")), *database.rows(sa.text("SELECT 2"))],
        "nothing asked": lambda: 1,
    }


@settings(deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_answers_are_those_of_one_by_one(
    postgres: Place, one: list[str | None], two: list[str | None], three: list[str | None]
) -> None:
    with closing(postgres.open()) as database:
        asks = asks_of(database, one, two, three)
        before = database.statements
        found = database.together(asks)
        assert database.statements == before + 1
        assert found.keys() == {"pair", "rows", "wide", "none"}
        for key, answer in found.items():
            if isinstance(answer, pl.DataFrame):
                assert answer.equals(asks[key]()) and answer.schema == asks[key]().schema
            else:
                assert answer == asks[key]()


def test_one_that_fails_leaves_all_to_be_asked_one_by_one(postgres: Place) -> None:
    with closing(postgres.open()) as database:
        good = partial(database.rows, sa.text("SELECT 1"))
        assert database.together({"good": good, "bad": partial(database.rows, sa.text("SELECT 1 / 0"))}) == {}
        assert good() == [(1,)]


def test_what_was_withdrawn_is_not_asked(postgres: Place) -> None:
    with closing(postgres.open()) as database:
        database.cancel()
        with pytest.raises(Cancelled):
            database.together({"good": partial(database.rows, sa.text("SELECT 1"))})


def test_where_messages_cost_nothing_nothing_is_asked_ahead(sqlite: Place) -> None:
    with closing(open_database(settings_for(sqlite.url))) as database:
        assert isinstance(database, SQLite)
        assert database.together({"good": partial(database.rows, sa.text("SELECT 1"))}) == {}
