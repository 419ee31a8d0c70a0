"""The filter language: what it reads, what it writes, and where it points when it cannot."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiops_tui.model.filters import Filter, FilterError, Term, between
from aiops_tui.model.labels import WEEKDAYS

values = st.text(min_size=1)
terms = st.one_of(
    st.builds(Term, st.sampled_from(["topic", "user", "reason", "text"]), values, st.just(":"), st.booleans()),
    st.builds(Term, st.sampled_from(["topic", "user"]), st.just(""), st.just(":"), st.booleans()),
    st.builds(Term, st.just("weekday"), st.sampled_from(WEEKDAYS), st.just(":"), st.booleans()),
    st.builds(
        Term,
        st.just("hour"),
        st.integers(0, 23).map(float),
        st.sampled_from([":", "<", "<=", ">", ">="]),
        st.booleans(),
    ),
    st.builds(
        Term, st.just("sentiment"), st.sampled_from(["positive", "negative", "other"]), st.just(":"), st.booleans()
    ),
    st.builds(
        Term,
        st.sampled_from(["score", "criterion.clarity"]),
        st.floats(allow_nan=False, allow_infinity=False),
        st.sampled_from(["<", "<=", ">", ">=", "="]),
        st.booleans(),
    ),
)


@given(st.lists(terms, unique=True, max_size=5))
def test_what_is_written_is_read_back(parts: list[Term]) -> None:
    wanted = Filter(tuple(parts))
    assert Filter.parse(str(wanted)) == wanted


@given(st.text())
def test_any_text_is_a_filter_or_a_mistake_with_a_place(text: str) -> None:
    try:
        parsed = Filter.parse(text)
    except FilterError as error:
        assert 0 <= error.position <= len(text)
    else:
        assert Filter.parse(str(parsed)) == parsed


def test_the_language_of_the_help() -> None:
    parsed = Filter.parse(
        'topic:환불 -topic:잡담 sentiment:부정 user:kim score<5 criterion.clarity<=4 feedback:dislike "안 돼요"'
    )
    assert parsed.terms == (
        Term("topic", "환불"),
        Term("topic", "잡담", negated=True),
        Term("sentiment", "negative"),
        Term("user", "kim"),
        Term("score", 5.0, "<"),
        Term("criterion.clarity", 4.0, "<="),
        Term("feedback", "dislike"),
        Term("text", "안 돼요"),
    )
    assert Filter.parse("토픽:환불 감정:부정") == Filter.parse("topic:환불 sentiment:negative")


def test_times_reasons_and_what_has_none() -> None:
    parsed = Filter.parse(
        'weekday:월 요일:화요일 weekday:Sunday hour:9 시=14 hour>=22 reason:"too long" topic:"" -user:""'
    )
    assert parsed.terms == (
        Term("weekday", "mon"),
        Term("weekday", "tue"),
        Term("weekday", "sun"),
        Term("hour", 9.0),
        Term("hour", 14.0),
        Term("hour", 22.0, ">="),
        Term("reason", "too long"),
        Term("topic", ""),
        Term("user", "", negated=True),
    )
    assert str(parsed).startswith("weekday:mon weekday:tue weekday:sun hour:9 hour:14 hour>=22 reason:")


def test_a_bar_of_a_histogram_is_a_pair_of_bounds() -> None:
    wanted = Filter.parse("score<3 user:kim").narrowed(*between("score", 7, 8))
    assert str(wanted) == "user:kim score>=7 score<8"
    assert str(Filter(between("criterion.tone", 9, 10, closed=True))) == "criterion.tone>=9 criterion.tone<=10"


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("topic:환불 moood:x", "filter.unknown_key", 9),
        ("score<abc", "filter.not_a_number", 0),
        ("score<nan", "filter.not_a_number", 0),
        ("topic:", "filter.empty_value", 0),
        ('reason:""', "filter.empty_value", 0),
        ("user:kim weekday:someday", "filter.unknown_weekday", 9),
        ("hour:24", "filter.not_an_hour", 0),
        ("hour:2.5", "filter.not_an_hour", 0),
        ("hour:noon", "filter.not_a_number", 0),
        ("topic<3", "filter.not_comparable", 0),
        ("sentiment:angry", "filter.unknown_sentiment", 0),
        ("feedback:meh", "filter.unknown_feedback", 0),
        ('a "open', "filter.unclosed", 2),
    ],
)
def test_a_mistake_is_named_and_pointed_at(text: str, message: str, position: int) -> None:
    with pytest.raises(FilterError) as caught:
        Filter.parse(text)
    assert (caught.value.message_id, caught.value.position) == (message, position)


def test_drilling_down_replaces_terms_of_the_same_key() -> None:
    wanted = Filter.parse("topic:환불 user:kim").narrowed(Term("topic", "배송"))
    assert str(wanted) == "user:kim topic:배송"
