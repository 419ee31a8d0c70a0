"""Rows that an SQLite file writes out as CSV are the rows that are in it, whatever their texts hold."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiops_tui.model.filters import Filter
from aiops_tui.model.window import epoch
from aiops_tui.source.slices import ROWS, Slices, lines, rows_of
from tests.source.place import CONVERSATIONS, Filled, Place, written

MOMENT = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOON = int(epoch(MOMENT))

texts = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.lists(st.sampled_from(['"', ",", "\n", "\r\n", "\x00", "'", "한", " ", ""]), max_size=6).map("".join),
)


@pytest.fixture(scope="module")
def filled(sqlite: Place) -> Iterator[Filled]:
    sqlite.create(CONVERSATIONS)
    with closing(sqlite.open()) as database:
        yield Filled(sqlite, database)


def read(filled: Filled, low: int, high: int, start: int, end: int) -> list[tuple[object, ...]]:
    [(text,)] = filled.ask(lines(filled.on, Filter(), start, end), {"low": low, "high": high})
    return rows_of(text).rows()


@settings(deadline=None)
@given(
    st.lists(st.tuples(texts, texts, texts, st.integers(0, 90)), max_size=8),
    st.integers(1, 9),
    st.integers(1, 9),
    st.integers(0, 90),
)
def test_rows_come_as_they_are(
    filled: Filled, rows: list[tuple[str | None, str | None, str | None, int]], low: int, high: int, until: int
) -> None:
    filled.place.empty("conversation_log")
    filled.place.insert(
        "conversation_log",
        [
            (key, user, "q", "a", sentiment, topic, written(MOMENT + timedelta(seconds=after)))
            for key, (user, topic, sentiment, after) in enumerate(rows, start=1)
        ],
    )
    # SQLite's own function that cuts a text cuts it at a NUL as well.
    expected = [
        (user, None if topic is None else topic.partition("\0")[0], sentiment, NOON + after)
        for key, (user, topic, sentiment, after) in enumerate(rows, start=1)
        if low <= key < high and 10 <= after < until
    ]
    assert read(filled, low, high, NOON + 10, NOON + until) == expected


def test_text_that_is_no_utf8_is_replaced_and_a_long_topic_cut(filled: Filled) -> None:
    filled.place.empty("conversation_log")
    at = written(MOMENT)
    filled.place.run(
        "INSERT INTO conversation_log VALUES (1, CAST(x'ff41' AS TEXT), 'q', 'a', 7, ?, ?)", [("t" * 300, at)]
    )
    assert read(filled, 0, 10, NOON, NOON + 1) == [("\ufffdA", "t" * 200, "7", NOON)]
    assert rows_of(None).schema == ROWS


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16le", "UTF-16be"])
def test_a_file_of_any_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    with closing(sqlite3.connect(tmp_path / "backend.db")) as writer:
        writer.execute(f"PRAGMA encoding = '{encoding}'")
        writer.execute("CREATE TABLE other (x)")
    place = Place(f"sqlite:///{tmp_path / 'backend.db'}")
    place.create(CONVERSATIONS)
    place.insert("conversation_log", [(1, "김", "q", "a", "긍정", "환불", written(MOMENT))])
    with closing(place.open()) as database:
        assert database.encoding == encoding
        [rows] = Slices(Filled(place, database).on, Filter(), 0, 10, NOON, NOON + 1).frames(database)
    assert rows.rows() == [("김", "환불", "긍정", NOON)]
