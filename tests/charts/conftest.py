"""Panels to draw and helpers to look at what was drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from aiops_tui.charts import Line
from aiops_tui.model.panels import Series, Unit
from aiops_tui.text.translations import Translator

Figures = Sequence[float | int | None]
MakeSeries = Callable[..., Series]
RolesOf = Callable[[Sequence[Line], str], int]


@pytest.fixture
def en() -> Translator:
    return Translator("en")


@pytest.fixture
def ko() -> Translator:
    return Translator("ko")


@pytest.fixture
def make_series() -> MakeSeries:
    def make(
        series: Mapping[str, Figures],
        *,
        unit: Unit = "count",
        step: int = 3600,
        open_last: bool = False,
        n: tuple[int, ...] = (),
        start: datetime = datetime(2026, 11, 15, 15, tzinfo=UTC),
    ) -> Series:
        """Return a series whose first bucket begins at midnight of Monday 16 November 2026 in Seoul."""
        count = max(map(len, series.values()), default=0)
        x = tuple(start + timedelta(seconds=i * step) for i in range(count))
        return Series("volume", unit, x, {name: tuple(values) for name, values in series.items()}, open_last, n)

    return make


@pytest.fixture
def cells_of() -> RolesOf:
    def count(lines: Sequence[Line], role: str) -> int:
        """Return how many characters other than blanks have a role."""
        return sum(len(span.text.replace(" ", "")) for line in lines for span in line if span.role == role)

    return count
