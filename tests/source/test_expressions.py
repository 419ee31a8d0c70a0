"""What SQL makes of labels, topics, numbers and references equals what Python makes of them."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aiops_tui.model.labels import REST, SENTIMENT_ALIASES, TOPIC_CUT, WHITESPACE, sentiment_class
from aiops_tui.source.database import Database
from aiops_tui.source.expressions import Expressions
from tests.source.place import Place

pytestmark = pytest.mark.xdist_group("source")

often = settings(max_examples=40, deadline=None)

ALIASES = {**SENTIMENT_ALIASES, "positive": (*SENTIMENT_ALIASES["positive"], "좋음", "it's 100%")}

Expression = Callable[[Expressions, sa.ColumnClause[Any]], sa.ColumnElement[Any]]

# No NUL: PostgreSQL takes none, and SQLite's functions end a text there.
texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
words = st.sampled_from([word for group in ALIASES.values() for word in group])
blanks = st.text(st.sampled_from(WHITESPACE), max_size=3)


@st.composite
def labels(draw: st.DrawFn) -> str | None:
    """A sentiment as a model may write it, or anything else."""
    word = draw(st.one_of(words, words, texts))
    word = draw(
        st.sampled_from([word, word.upper() if word.isascii() else word, word.title() if word.isascii() else word])
    )
    word = draw(blanks) + unicodedata.normalize(draw(st.sampled_from(["NFC", "NFD"])), word) + draw(blanks)
    return draw(st.sampled_from([word, word, word, "", None, word + "!"]))


class Asked:
    """Asks the database for an expression of each of some values."""

    def __init__(self, place: Place, database: Database) -> None:
        self.place = place
        self.on = Expressions(database.dialect, ALIASES)
        self._database = database

    def of(self, column: str, values: Sequence[object], expression: Expression) -> list[Any]:
        self.place.run("DELETE FROM given_values")
        self.place.insert("given_values", list(enumerate(values)), "n", column)
        asked = sa.select(expression(self.on, sa.column(column)))
        rows = self._database.rows(asked.select_from(sa.table("given_values")).order_by(sa.column("n")))
        return [row[0] for row in rows]


@pytest.fixture(scope="module")
def asked(place: Place) -> Iterator[Asked]:
    with closing(place.open()) as database:
        place.create("CREATE TABLE given_values (n integer, word text, number double precision, whole bigint)")
        yield Asked(place, database)


def test_sentiments_are_classed_as_in_python(asked: Asked) -> None:
    @often
    @given(st.lists(labels(), min_size=1, max_size=40))
    def check(values: list[str | None]) -> None:
        found = asked.of("word", values, lambda on, column: on.sentiment(column))
        assert found == [sentiment_class(value, ALIASES) for value in values]
        waiting = asked.of("word", values, lambda on, column: on.unanalysed(column))
        assert [bool(each) for each in waiting] == [not value for value in values]

    check()


def test_a_sentiment_that_is_a_number_is_some_other_word(asked: Asked) -> None:
    found = asked.of("number", [1.0, None], lambda on, column: on.sentiment(column))
    assert found == ["other", "unanalysed"]


def test_feedback_is_like_dislike_or_other(asked: Asked) -> None:
    values = ["like", " LIKE\t", "dislike", "Dislike\u3000", "likes", "", None, "%", "👍"]
    classes = ["like", "like", "dislike", "dislike", "other", "other", "other", "other", "other"]
    assert asked.of("word", values, lambda on, column: on.feedback(column)) == classes


def test_topics_are_cut_by_characters(asked: Asked) -> None:
    @often
    @given(st.lists(st.one_of(st.none(), texts, texts.map(lambda text: text * 60)), min_size=1, max_size=20))
    @example(["가" * 201, "😀" * 201, "a" * 200, "e\u0301" * 150, ""])
    def check(values: list[str | None]) -> None:
        cut = [None if value is None else value[:TOPIC_CUT] for value in values]
        assert asked.of("word", values, lambda on, column: on.topic(column)) == cut
        kept = frozenset(each for each in cut[::2] if each is not None)
        found = asked.of("word", values, lambda on, column: on.topic(column, kept))
        assert found == [each if each is None or each in kept else REST for each in cut]

    check()


def test_numbers_are_finite_or_none(asked: Asked) -> None:
    values = [0.0, -0.5, 7.25, 1e12, -1e12, 1.1e12, 1e300, math.inf, -math.inf, math.nan, None]
    finite = [0.0, -0.5, 7.25, 1e12, -1e12, None, None, None, None, None, None]
    assert asked.of("number", values, lambda on, column: on.number(column)) == finite
    assert asked.of("whole", [3, 2**62, -(2**63), None], lambda on, column: on.number(column)) == [
        3.0,
        None,
        None,
        None,
    ]
    if not asked.place.postgres:
        stray: list[object] = ["good", "", b"7", "7.5e", "1e5"]
        assert asked.of("number", stray, lambda on, column: on.number(column)) == [None, None, None, None, 1e5]


def test_references_are_whole_numbers_or_none(asked: Asked) -> None:
    @often
    @given(st.lists(st.integers(0, 2**50), min_size=1, max_size=20))
    def check(keys: list[int]) -> None:
        assert asked.of("whole", keys, lambda on, column: on.key(column, "integer")) == keys
        assert asked.of("number", keys, lambda on, column: on.key(column, "number")) == keys
        assert asked.of("word", [str(key) for key in keys], lambda on, column: on.key(column, "text")) == keys

    check()
    fractions = [12.0, 12.5, 1e300, math.inf, math.nan, None]
    assert asked.of("number", fractions, lambda on, column: on.key(column, "number")) == [12, *(None for _ in range(5))]
    strings = ["12", "007", "", "twelve", "12abc", "1" * 30, "1; DROP TABLE x", " 12", "١٢", None]
    found = asked.of("word", strings, lambda on, column: on.key(column, "text"))
    assert found == [12, 7, *(None for _ in range(8))]


SEARCHED = [
    "a",
    "B",
    "%",
    "_",
    "/",
    "\\",
    "'",
    '"',
    "환불",
    "환",
    "요청",
    " ",
    ";",
    "--",
    "{",
    ":a",
    "%(x)s",
    "?",
    "\x1b",
    "😀",
]
phrases = st.lists(st.sampled_from(SEARCHED), max_size=5).map("".join)


def test_a_text_holds_another_whatever_is_in_them(asked: Asked) -> None:
    @often
    @given(st.lists(st.one_of(st.none(), phrases), min_size=1, max_size=30), phrases.filter(bool))
    @example(["%" * 2000, "환불" * 1000, "/" * 2001], "/" * 2000)
    @example(["환불" * 1000], "환불" * 1000)
    @example(["a", "_", "%", "a%", "/_", "\\"], "_")
    @example(["a", "_", "%", "a%", "/%", "\\"], "%")
    @example(["a", "/", "//", "/%", "\\"], "/%")
    @example(["a", "/", "\\", "\\%"], "\\")
    def check(values: list[str | None], text: str) -> None:
        found = asked.of("word", values, lambda on, column: sa.func.coalesce(on.contains(column, text), sa.false()))
        assert [bool(each) for each in found] == [
            value is not None and text.lower() in value.lower() for value in values
        ]

    check()


def test_sqlite_finds_a_text_with_a_nul(asked: Asked) -> None:
    text = "a\x00B"
    assert asked.on.literal_safe(text) != asked.place.postgres
    if not asked.place.postgres:
        found = asked.of("word", ["xA\x00by", "xa", "a\x00c"], lambda on, column: on.contains(column, text))
        assert [bool(each) for each in found] == [True, False, False]
    assert not asked.on.literal_safe("lone \ud800")
