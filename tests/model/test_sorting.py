from __future__ import annotations

from aiops_tui.model.labels import REST
from aiops_tui.model.panels import Column, Table
from aiops_tui.model.sorting import order, sorted_by

TABLE = Table(
    "topics",
    (Column("topic", "topic"), Column("score", "score")),
    (("b", 5.0), ("a", None), ("c", 9.0), (None, 7.0)),
    4,
    ("b", "a", "c", REST),
    ((1,), (2,), (3,), (4,)),
)


def test_figures_begin_with_the_largest_and_names_with_a_and_minus_turns_both_round() -> None:
    assert order(TABLE, "score") == [2, 0, 1, 3]
    assert order(TABLE, "-score") == [0, 2, 1, 3]
    assert order(TABLE, "topic") == [1, 0, 2, 3]
    assert order(TABLE, "-topic") == [2, 0, 1, 3]
    assert order(TABLE, None) == order(TABLE, "nothing") == order(TABLE, "-nothing") == [0, 1, 2, 3]


def test_keys_and_sparklines_go_with_their_rows() -> None:
    turned = sorted_by(TABLE, "-topic")
    assert turned.keys == ("c", "b", "a", REST)
    assert turned.trends == ((3,), (1,), (2,), (4,))
