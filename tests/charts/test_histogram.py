"""Distributions."""

from __future__ import annotations

import pytest

from aiops_tui.charts import draw_histogram, plain
from aiops_tui.model.panels import Histogram
from aiops_tui.text.translations import Translator


@pytest.fixture
def scores() -> Histogram:
    return Histogram("score_histogram", tuple(map(float, range(11))), (3, 0, 40, 77, 120, 340, 812, 1204, 960, 233))


def test_upright_bars_have_counts_shares_and_edges(scores: Histogram, en: Translator) -> None:
    text = plain(draw_histogram(scores, 100, 14, en))

    assert "1,204" in text[0]
    assert text[-2].split() == [str(edge) for edge in range(11)]
    assert text[-1].split() == ["0%", "0%", "1%", "2%", "3%", "9%", "21%", "32%", "25%", "6%"]
    tallest = text[0].index("1,204") + 2
    assert all(line[tallest] == "█" for line in text[1:-3])
    assert {line[text[-2].index("1") + 2] for line in text[:-4]} == {" "}


def test_lying_bars_where_it_is_narrow(scores: Histogram, en: Translator) -> None:
    text = plain(draw_histogram(scores, 36, 10, en))

    assert [line.split()[0] for line in text] == [f"{i}–{i + 1}" for i in range(10)]
    lengths = [line.count("█") for line in text]
    assert max(lengths) == lengths[7]
    assert text[1].split()[1:] == ["0", "0%"]
    assert text[7].split()[-2:] == ["1.2k", "32%"]


def test_bins_are_joined_where_rows_are_few(scores: Histogram, en: Translator) -> None:
    text = plain(draw_histogram(scores, 36, 5, en))

    assert [line.split()[0] for line in text] == ["0–2", "2–4", "4–6", "6–8", "8–10"]
    assert text[4].split()[-1] == "31%"


@pytest.mark.parametrize(("width", "height"), [(100, 14), (36, 10)])
def test_the_cursor_marks_a_bin(scores: Histogram, en: Translator, width: int, height: int) -> None:
    marked = [draw_histogram(scores, width, height, en, cursor) for cursor in (0, 7)]

    assert all(any(span.role == "cursor" for line in lines for span in line) for lines in marked)
    assert marked[0] != marked[1]


def test_nothing_says_so(en: Translator) -> None:
    assert "No figures" in "".join(plain(draw_histogram(Histogram("h", (0.0, 1.0), (0,)), 60, 9, en)))
    assert "No figures" in "".join(plain(draw_histogram(Histogram("h", (), ()), 60, 9, en)))
