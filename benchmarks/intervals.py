"""The intervals of figures, by other formulas than the console's."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple

import polars as pl

_Z = NormalDist().inv_cdf(0.975)
_MANY = 2_000
"""Of so many degrees of freedom on, Student's t is reckoned from the normal distribution."""


class Told(NamedTuple):
    """A figure, how many rows it rests on, and the ends of its 95 % interval."""

    value: float | None
    n: int
    ends: tuple[float, float] | None = None


def count(n: int) -> Told:
    """Return a number of rows, which has no interval."""
    return Told(n, n)


def ratio(hits: int, n: int) -> Told:
    """Return a share and where, by Wilson, the normal test of another share would not refute it."""
    if not n:
        return Told(None, 0)
    # The roots of (p - hits / n)² = z² p (1 - p) / n.
    a, b, c = n + _Z**2, 2 * hits + _Z**2, hits**2 / n
    root = math.sqrt(max(b * b - 4 * a * c, 0.0))
    return Told(hits / n, n, ((b - root) / (2 * a), (b + root) / (2 * a)))


def mean(values: pl.Series) -> Told:
    """Return a mean and its t interval."""
    values = values.drop_nulls()
    middle, spread, n = values.mean(), values.std(), len(values)
    if not isinstance(middle, float) or not isinstance(spread, float):
        return Told(middle if isinstance(middle, float) else None, n)
    half = _student(n - 1) * spread / math.sqrt(n)
    return Told(middle, n, (middle - half, middle + half))


def change(now: Told, then: Told) -> Told:
    """Return the difference of two shares and its interval, by Newcombe's method; nothing if either is of nothing."""
    if now.value is None or then.value is None or now.ends is None or then.ends is None:
        return Told(None, now.n)
    p, q, ends, limits = now.value, then.value, now.ends, then.ends
    below, above = math.hypot(p - ends[0], limits[1] - q), math.hypot(ends[1] - p, q - limits[0])
    return Told(p - q, now.n, (p - q - below, p - q + above))


@lru_cache(maxsize=1024)
def _student(freedom: int) -> float:
    """Return how far from 0 Student's t lies in 95 of 100 cases, by bisecting its distribution's finite series."""
    if freedom > _MANY:
        return _Z + (_Z**3 + _Z) / (4 * freedom)
    low, high = 0.0, 1000.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, freedom) < 0.95 else (low, middle)
    return high


def _within(t: float, freedom: int) -> float:
    angle = math.atan(t / math.sqrt(freedom))
    term = total = 1.0 if freedom % 2 == 0 else math.cos(angle)
    for k in range(2 + freedom % 2, freedom - 1, 2):
        term *= (k - 1) / k * math.cos(angle) ** 2
        total += term
    if freedom % 2 == 0:
        return math.sin(angle) * total
    return 2 / math.pi * (angle + (math.sin(angle) * total if freedom > 1 else 0.0))
