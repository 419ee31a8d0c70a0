"""Sparklines and bars."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aiops_tui.charts import bar, sparkline

STEPS = " ▁▂▃▄▅▆▇█"


def test_a_sparkline_rises_from_zero_and_leaves_gaps() -> None:
    assert sparkline([0, 50, None, 100], 4) == "▁▅ █"
    assert sparkline([90, 95, 100], 3, from_zero=False) == "▁▅█"
    assert sparkline([90, 95, 100], 3) == "▇██"


def test_a_constant_sparkline_is_flat() -> None:
    assert sparkline([0, 0, 0], 3) == "▁▁▁"
    assert sparkline([7, 7, 7], 3, from_zero=False) == "▄▄▄"
    assert sparkline([None, None], 3) == sparkline([], 3) == "   "


def test_a_sparkline_fills_its_width() -> None:
    assert sparkline([1, 2], 6) == "▅▅▅███"
    assert sparkline([0, 8, 8, 8], 2) == "▅█"
    assert sparkline([0, 5, 10], 3, ascii=True).isascii()


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=60))
def test_larger_figures_never_look_smaller(values: list[int]) -> None:
    drawn = sparkline(values, len(values))

    assert [STEPS.index(character) for character in sorted(drawn, key=STEPS.index)] == [
        STEPS.index(character) for _, character in sorted(zip(values, drawn, strict=True))
    ]


def test_a_bar_has_eighths_of_a_cell() -> None:
    assert bar(0.5, 4) == "██  "
    assert bar(1 / 32, 4) == "▏   "
    assert bar(1.0, 4) == bar(2.0, 4) == "████"
    assert bar(0.0, 4) == bar(None, 4) == bar(-1.0, 4) == "    "
    assert bar(0.6, 5, ascii=True) == "###  "


def test_a_bar_of_little_is_not_nothing() -> None:
    assert bar(1e-9, 10).strip() == "▏"
