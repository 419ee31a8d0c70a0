"""Sums before ratios: proportions and means as mergeable sums, and the 95 % intervals that go with them."""

from __future__ import annotations

import math
from dataclasses import dataclass

Interval = tuple[float, float]

Z = 1.959963984540054
"""The 97.5 % quantile of the normal distribution."""

LEAST = 5
"""A figure that rests on fewer rows is neither ranked nor called more than noise."""

_T = (12.706205, 4.302653, 3.182446, 2.776445)
"""The 97.5 % quantiles of Student's t for 1 to 4 degrees of freedom, where the expansion is too coarse."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """So many ``hits`` among ``n``; nothing among nothing has no value."""

    hits: int
    n: int

    @property
    def value(self) -> float | None:
        """The ratio, 0 to 1."""
        return self.hits / self.n if self.n > 0 else None

    @property
    def interval(self) -> Interval | None:
        """The Wilson interval."""
        return wilson(self.hits, self.n)


@dataclass(frozen=True, slots=True)
class Mean:
    """The sums of ``n`` values: their ``total`` and that of their ``squares``."""

    n: int = 0
    total: float = 0.0
    squares: float = 0.0

    def __add__(self, other: Mean) -> Mean:
        return Mean(self.n + other.n, self.total + other.total, self.squares + other.squares)

    @property
    def value(self) -> float | None:
        """The mean; None of nothing, and where a value was not finite."""
        return self.total / self.n if self.n > 0 and math.isfinite(self.total) else None

    @property
    def interval(self) -> Interval | None:
        """The t interval."""
        return mean_interval(self.n, self.total, self.squares)


def wilson(k: int, n: int) -> Interval | None:
    """Return the interval of the proportion ``k / n``, None for no rows.

    Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22, 209-212.
    """
    if n <= 0:
        return None
    p, square = k / n, Z * Z
    middle = (p + square / (2 * n)) / (1 + square / n)
    half = Z / (1 + square / n) * math.sqrt(p * (1 - p) / n + square / (4 * n * n))
    return max(0.0, min(middle - half, p)), min(1.0, max(middle + half, p))


def mean_interval(n: int, total: float, squares: float) -> Interval | None:
    """Return Student's t interval of a mean from the sums of its values, None for fewer than two values."""
    if n < 2 or not (math.isfinite(total) and math.isfinite(squares)):
        return None
    mean = total / n
    variance = max(squares - total * mean, 0.0) / (n - 1)
    half = t_quantile(n - 1) * math.sqrt(variance / n)
    return mean - half, mean + half


def t_quantile(freedom: int) -> float:
    """Return the 97.5 % quantile of Student's t, within 0.02 %.

    Abramowitz and Stegun (1964), Handbook of Mathematical Functions, 26.7.5.
    """
    if freedom <= len(_T):
        return _T[freedom - 1]
    z3, z5, z7, z9 = Z**3, Z**5, Z**7, Z**9
    return (
        Z
        + (z3 + Z) / 4 / freedom
        + (5 * z5 + 16 * z3 + 3 * Z) / 96 / freedom**2
        + (3 * z7 + 19 * z5 + 17 * z3 - 15 * Z) / 384 / freedom**3
        + (79 * z9 + 776 * z7 + 1482 * z5 - 1920 * z3 - 945 * Z) / 92_160 / freedom**4
    )


def difference(now: Ratio, before: Ratio) -> Interval | None:
    """Return the interval of ``now - before``, None where one of them rests on nothing.

    Newcombe (1998), Interval estimation for the difference between independent proportions, Statistics in Medicine
    17, 873-890, method 10: the Wilson limits of both, added in quadrature.
    """
    first, second = now.interval, before.interval
    if now.value is None or before.value is None or first is None or second is None:
        return None
    change = now.value - before.value
    low = change - math.hypot(now.value - first[0], second[1] - before.value)
    high = change + math.hypot(first[1] - now.value, before.value - second[0])
    return low, high


def apart(now: Ratio | Mean, before: Ratio | Mean) -> bool | None:
    """Say whether two intervals do not overlap, so that the change is more than noise; None for too few rows."""
    first, second = now.interval, before.interval
    if first is None or second is None or min(now.n, before.n) < LEAST:
        return None
    return first[0] > second[1] or second[0] > first[1]


def counts_differ(first: int, second: int) -> bool | None:
    """Say whether two counts over equally long times differ by more than Poisson noise; None for nothing at all.

    Given their sum, each is binomial with one half (Przyborowski and Wilenski 1940, Biometrika 31, 313-323), here by
    its normal approximation with a continuity correction. Real traffic is burstier, so this is a rough test.
    """
    if first + second == 0:
        return None
    return max(abs(first - second) - 1, 0) > Z * math.sqrt(first + second)
