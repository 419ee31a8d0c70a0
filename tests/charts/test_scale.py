"""Value axes: round bounds that hold all figures and move seldom."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiops_tui.charts.scale import finite, nice_scale
from aiops_tui.model.panels import Unit

UNITS: st.SearchStrategy[Unit] = st.sampled_from(["count", "ratio", "score"])
VALUES = st.lists(st.floats(-1e15, 1e15, allow_subnormal=True), min_size=1, max_size=5)


@given(VALUES, UNITS, st.integers(1, 60))
def test_bounds_hold_all_figures_on_round_steps(values: list[float], unit: Unit, rows: int) -> None:
    scale = nice_scale(values, unit, rows)
    slack = 1e-6 * scale.step

    assert scale.low - slack <= min(values) and max(values) <= scale.high + slack
    mantissa = scale.step / 10 ** math.floor(math.log10(scale.step) + 1e-12)
    assert min(abs(mantissa - allowed) for allowed in (1, 2, 2.5, 5, 10)) < 1e-6
    assert 2 <= len(scale.ticks) <= 7
    assert len({scale.label(tick) for tick in scale.ticks}) == len(scale.ticks)


@given(st.lists(st.integers(0, 10**9), min_size=1), st.integers(1, 60))
def test_counts_begin_at_zero_and_have_whole_ticks(values: list[int], rows: int) -> None:
    scale = nice_scale(values, "count", rows)

    assert scale.low == 0
    assert all(tick == round(tick) for tick in scale.ticks)


@pytest.mark.parametrize(
    ("values", "unit", "rows", "labels"),
    [
        ([0], "count", 9, ["0", "1", "2", "3", "4"]),
        ([333], "count", 14, ["0", "100", "200", "300", "400"]),
        ([12_430], "count", 9, ["0", "2.5k", "5.0k", "7.5k", "10.0k", "12.5k"]),
        ([2.4e6], "count", 6, ["0", "1M", "2M", "3M"]),
        ([0.213], "ratio", 14, ["0%", "5%", "10%", "15%", "20%", "25%"]),
        ([0.01, 0.02], "ratio", 7, ["0%", "2%", "4%", "6%"]),
        ([1.0], "ratio", 6, ["0%", "50%", "100%"]),
        ([7.1, 7.3], "score", 6, ["6.5", "7.0", "7.5", "8.0"]),
        ([10, 10], "score", 6, ["9.0", "9.5", "10.0"]),
        ([-3, 4], "count", 6, ["-5", "0", "5"]),
    ],
)
def test_labels(values: list[float], unit: Unit, rows: int, labels: list[str]) -> None:
    scale = nice_scale(values, unit, rows)

    assert [scale.label(tick) for tick in scale.ticks] == labels


def test_what_cannot_be_drawn_is_a_gap() -> None:
    gaps = [None, math.nan, math.inf, -math.inf, 10**400, 1.7e308]

    assert [finite(value) for value in gaps] == [None] * len(gaps)
    assert finite(10**15) == 1e15
