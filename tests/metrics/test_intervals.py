"""Intervals and changes, against figures published elsewhere."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiops_tui.metrics.compare import count_metric, mean_metric, ratio_metric
from aiops_tui.metrics.intervals import Mean, Ratio, counts_differ, difference, mean_interval, t_quantile, wilson


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_intervals_of_newcombe_1998(k: int, n: int, low: float, high: float) -> None:
    assert wilson(k, n) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_wilson_lies_between_0_and_1_around_the_ratio(k: int, n: int) -> None:
    k = min(k, n)
    interval = wilson(k, n)
    assert interval is not None
    assert 0 <= interval[0] <= k / n <= interval[1] <= 1


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [(1, 12.7062), (2, 4.3027), (4, 2.7764), (5, 2.5706), (10, 2.2281), (29, 2.0452), (120, 1.9799), (10**9, 1.96)],
)
def test_quantiles_of_t_are_those_of_the_tables(freedom: int, quantile: float) -> None:
    assert t_quantile(freedom) == pytest.approx(quantile, rel=2e-4)


def test_a_mean_has_the_interval_of_the_textbook() -> None:
    values = [7.0, 8.0, 6.0, 9.0, 5.0]
    interval = mean_interval(len(values), sum(values), sum(value * value for value in values))
    assert interval == pytest.approx((7 - 2.7764 * math.sqrt(2.5 / 5), 7 + 2.7764 * math.sqrt(2.5 / 5)), rel=1e-4)


def test_newcombe_gives_the_published_interval_of_a_difference() -> None:
    assert difference(Ratio(56, 70), Ratio(48, 80)) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_of_nothing_there_is_no_figure() -> None:
    assert wilson(0, 0) is None
    assert mean_interval(1, 5.0, 25.0) is None
    assert difference(Ratio(0, 0), Ratio(1, 2)) is None
    for metric in (ratio_metric("r", Ratio(0, 0), Ratio(1, 2)), mean_metric("m", Mean(), Mean(2, 9.0, 41.0))):
        assert (metric.value, metric.n, metric.low, metric.high) == (None, 0, None, None)
        assert (metric.change, metric.change_kind, metric.significant) == (None, "na", None)
        assert metric.previous is not None


def test_a_mean_of_values_that_are_not_finite_is_no_figure() -> None:
    for mean in (Mean(3, math.inf, math.inf), Mean(3, math.nan, math.nan), Mean(3, 1e200, math.inf)):
        assert mean.interval is None
    assert Mean(3, math.nan, math.nan).value is None


@pytest.mark.parametrize(
    ("value", "previous", "change", "kind"),
    [
        (104, 100, 0.04, "relative"),
        (0, 5, -1.0, "relative"),
        (5, 0, None, "new"),
        (0, 0, None, "na"),
        (5, None, None, "na"),
    ],
)
def test_a_count_changes_in_relation_to_what_it_was(
    value: int, previous: int | None, change: float | None, kind: str
) -> None:
    metric = count_metric("c", value, previous)
    assert (metric.change_kind, metric.n, metric.low, metric.high) == (kind, value, None, None)
    assert metric.change == pytest.approx(change) if change is not None else metric.change is None


def test_a_count_that_cannot_be_made_is_missing_and_not_zero() -> None:
    metric = count_metric("c", None, 7)
    assert (metric.value, metric.n, metric.change_kind, metric.significant) == (None, None, "na", None)


def test_a_ratio_changes_by_a_difference_and_is_noise_while_intervals_overlap() -> None:
    noise = ratio_metric("r", Ratio(24, 100), Ratio(20, 100))
    sure = ratio_metric("r", Ratio(400, 1000), Ratio(200, 1000))
    assert (noise.change_kind, noise.significant, sure.significant) == ("absolute", False, True)
    assert sure.change == pytest.approx(0.2)
    assert sure.n == 1000


def test_a_score_changes_by_a_difference_and_is_noise_while_intervals_overlap() -> None:
    noise = mean_metric("m", Mean(9, 63.0, 450.0), Mean(9, 60.0, 410.0))
    sure = mean_metric("m", Mean(50, 350.0, 2460.0), Mean(50, 250.0, 1260.0))
    assert (noise.change_kind, noise.significant, sure.significant) == ("absolute", False, True)
    assert sure.change == pytest.approx(2.0)


def test_few_rows_are_never_more_than_noise() -> None:
    """Three equal scores have an interval of no width, which proves nothing."""
    assert mean_metric("m", Mean(3, 21.0, 147.0), Mean(3, 24.0, 192.0)).significant is None


@pytest.mark.parametrize(
    ("first", "second", "differ"), [(0, 0, None), (5, 0, False), (6, 0, True), (110, 100, False), (1000, 800, True)]
)
def test_counts_differ_beyond_poisson_noise(first: int, second: int, differ: bool | None) -> None:
    assert counts_differ(first, second) is differ
    assert counts_differ(second, first) is differ
