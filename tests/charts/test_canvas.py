"""The canvas clips and overwrites by cells, so that wide characters never break a line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aiops_tui.charts import plain
from aiops_tui.charts.canvas import Canvas
from aiops_tui.text import cells
from aiops_tui.text.printable import printable

TEXTS = st.one_of(st.text(alphabet="가나다ab é́", max_size=12), st.text(max_size=12).map(printable))


@given(st.lists(st.tuples(st.integers(-6, 14), st.integers(-1, 2), TEXTS), max_size=12))
def test_lines_keep_their_width_whatever_is_written_over_what(pieces: list[tuple[int, int, str]]) -> None:
    canvas = Canvas(10, 2)
    for x, y, text in pieces:
        canvas.put(x, y, text, "text")

    assert [cells.width(line) for line in plain(canvas.lines())] == [10, 10]


def test_half_of_a_wide_character_is_never_left() -> None:
    canvas = Canvas(6, 1)
    canvas.put(0, 0, "가나다", "text")
    canvas.put(3, 0, "x", "accent")
    canvas.put(5, 0, "라", "text")

    assert plain(canvas.lines()) == ["가 x다"]


def test_neighbours_of_one_colour_are_one_span() -> None:
    canvas = Canvas(8, 1)
    canvas.put(0, 0, "ab", "label")
    canvas.put(2, 0, "가", "label")
    canvas.put(4, 0, "▃", "negative", "positive")

    assert [tuple(span) for span in canvas.lines()[0]] == [
        ("ab가", "label", ""),
        ("▃", "negative", "positive"),
        ("   ", "text", ""),
    ]
