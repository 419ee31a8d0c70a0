"""Inputs of a quiet week, of which a test changes what it is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from aiops_tui.metrics.inputs import CONVERSATIONS, Cells, Inputs
from aiops_tui.model.window import WindowSpec, bucket_edges, display_step, previous_period


@pytest.fixture(scope="session")
def inputs_of() -> Callable[..., Inputs]:
    """Make inputs of a window at a moment, empty and without any optional table but for the changes given."""

    def make(
        spec: WindowSpec | None = None,
        now: datetime = datetime(2026, 11, 22, 7, 5, tzinfo=UTC),
        first: datetime | None = None,
        zone: str = "Asia/Seoul",
        **changes: object,
    ) -> Inputs:
        window = (spec or WindowSpec("24h")).resolve(now, first)
        place = ZoneInfo(zone)
        empty = Cells(pl.DataFrame(schema=CONVERSATIONS))
        previous = previous_period(window, "previous")
        edges = tuple(bucket_edges(window.period, display_step(window), place))
        plain = Inputs(now, window, previous, place, edges, empty, empty if previous else None)
        return replace(plain, **changes)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def conversations_of() -> Callable[[list[tuple[int, str | None, str, int]]], pl.DataFrame]:
    """Make cells of conversations from bucket, topic, sentiment and n."""
    return lambda rows: pl.DataFrame(rows, CONVERSATIONS, orient="row")
