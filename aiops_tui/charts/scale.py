"""Value axes that do not breathe: bounds on multiples of a step of 1, 2, 2.5 or 5 times a power of ten."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from aiops_tui.model.panels import Unit

_LADDER = (1.0, 2.0, 2.5, 5.0, 10.0)
_NARROWEST = {"ratio": 0.05, "score": 1.0}
_FEWEST = 4.0
"""Counts have at least this range: a single row is no peak."""
_MAGNITUDES = (("", 1e0), ("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12), ("P", 1e15), ("E", 1e18))
_LARGEST = 1e300
_BEST_SCORE = 10.0


def finite(value: float | None) -> float | None:
    """Return a figure that can be drawn, or None for a gap: no number, not finite, or beyond 1e300."""
    if value is None:
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if abs(number) <= _LARGEST else None


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear axis from ``low`` to ``high``, both multiples of ``step``."""

    low: float
    high: float
    step: float
    unit: Unit

    @property
    def ticks(self) -> list[float]:
        """The values that get a label, from the lowest."""
        return [self.low + i * self.step for i in range(round((self.high - self.low) / self.step) + 1)]

    def fraction(self, value: float) -> float:
        """Return where a value lies between the bounds, 0 to 1."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)

    def row(self, value: float, rows: int) -> int:
        """Return the row, from 0 at the bottom, that a bar of this value ends in; -1 is the axis below."""
        return math.ceil(self.fraction(value) * rows - 1e-9) - 1

    def label(self, value: float) -> str:
        """Return a tick's label with just the decimals that the step needs."""
        if self.unit == "ratio":
            return f"{decimal(100 * value, 100 * self.step)}%"
        if self.unit == "score":
            return decimal(value, self.step)
        top = max(abs(self.low), abs(self.high))
        if top >= 1000 * _MAGNITUDES[-1][1]:
            return f"{value:.1e}" if value else "0"
        if top < 10_000:
            return decimal(value, self.step)
        suffix, size = next(pair for pair in reversed(_MAGNITUDES) if pair[1] <= top)
        return f"{decimal(value / size, self.step / size)}{suffix}" if value else "0"


def nice_scale(values: Iterable[float], unit: Unit, rows: int) -> Scale:
    """Return the axis for these finite values in a chart of so many rows; all but scores begin at zero."""
    known = list(values) or [0.0]
    low, high = min(known), max(known)
    if unit != "score":
        low, high = min(low, 0.0), max(high, 0.0)
    span = max(_NARROWEST.get(unit, _FEWEST), 1e-6 * max(abs(low), abs(high)))
    if high - low < span:
        low, high = _widened(low, high, span, unit)
    step = _step((high - low) / max(min((rows + 1) // 2, 5), 1), whole=unit in {"count", "estimate"})
    return Scale(math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, step, unit)


def _widened(low: float, high: float, span: float, unit: Unit) -> tuple[float, float]:
    if unit != "score":
        return (low, low + span) if low == 0 else (high - span, high)
    middle = (low + high) / 2
    if low >= 0 and high <= _BEST_SCORE:
        middle = min(max(middle, span / 2), _BEST_SCORE - span / 2)
    return middle - span / 2, middle + span / 2


def _step(least: float, *, whole: bool) -> float:
    power = 10.0 ** math.floor(math.log10(least))
    steps = (factor * power for factor in _LADDER)
    return next((s for s in steps if s >= least * (1 - 1e-9) and (not whole or s == round(s))), 10 * power)


def decimal(value: float, step: float) -> str:
    """Return a value with just the decimals that tell multiples of ``step`` apart."""
    digits = next((d for d in range(6) if abs(round(step, d) - step) <= 1e-6 * step), 6)
    text = f"{value:,.{digits}f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text
