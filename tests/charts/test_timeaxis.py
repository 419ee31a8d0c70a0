"""Ticks of a time axis lie on round local times, and their labels never touch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiops_tui.charts.slots import share
from aiops_tui.charts.timeaxis import ticks
from aiops_tui.model.window import WINDOW_NAMES, WindowSpec, bucket_edges, display_step
from aiops_tui.text import cells

NOW = datetime(2026, 11, 22, 7, 50, tzinfo=UTC)


def labels(name: str, width: int, zone: ZoneInfo, language: str = "en", now: datetime = NOW) -> list[str]:
    """Return the labels of a window's axis, after checking that they are in order and apart."""
    window = WindowSpec(name).resolve(now, now - timedelta(days=400))
    step = display_step(window)
    starts = bucket_edges(window.period, step, zone)[:-1]
    slots = share(len(starts), width, open_last=True, equal=False)
    found = ticks([starts[s.first] for s in slots], [s.start for s in slots], width, zone, step, language)
    end = -1
    for tick in found:
        assert tick.start > end
        end = tick.start + cells.width(tick.label)
        assert end <= width and tick.start <= tick.column < end
    return [tick.label for tick in found]


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(WINDOW_NAMES),
    st.integers(8, 220),
    st.sampled_from(["Asia/Seoul", "UTC", "Asia/Kolkata", "America/New_York"]),
    st.sampled_from(["en", "ko"]),
    st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)),
)
def test_labels_are_apart_and_differ(name: str, width: int, zone: str, language: str, now: datetime) -> None:
    found = labels(name, width, ZoneInfo(zone), language, now.replace(tzinfo=UTC))

    assert all(a != b for a, b in pairwise(found))
    if width >= 40:
        assert len(found) >= 2


@pytest.mark.parametrize(
    ("name", "width", "expected"),
    [
        ("1h", 40, ["16:00", "16:15", "16:30", "16:45"]),
        ("6h", 36, ["12:00", "14:00", "16:00"]),
        ("24h", 40, ["18:00", "22 Sun", "06:00", "12:00"]),
        ("7d", 60, ["16 Mon", "17 Tue", "18 Wed", "19 Thu", "20 Fri", "21 Sat", "22 Sun"]),
        ("30d", 60, ["Oct 26", "Nov 2", "Nov 9", "Nov 16"]),
        ("90d", 36, ["Sep 1", "Oct 1", "Nov 1"]),
    ],
)
def test_each_window_has_readable_labels(name: str, width: int, expected: list[str]) -> None:
    assert labels(name, width, ZoneInfo("Asia/Seoul")) == expected


def test_labels_follow_the_zone_and_the_language() -> None:
    assert labels("24h", 40, ZoneInfo("Asia/Kolkata")) == ["18:00", "22 Sun", "06:00", "12:00"]
    assert labels("7d", 60, ZoneInfo("Asia/Seoul"), "ko")[0] == "16 월"


def test_days_stay_midnights_across_a_change_of_clocks() -> None:
    zone = ZoneInfo("America/New_York")
    found = labels("7d", 60, zone, now=datetime(2026, 11, 4, 12, tzinfo=UTC))

    assert found == ["29 Thu", "30 Fri", "31 Sat", "1 Sun", "2 Mon", "3 Tue", "4 Wed"]
