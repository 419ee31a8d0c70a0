"""Bounds, previous periods and buckets, in zones with half hours and changes of clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiops_tui.model.window import (
    DAY,
    SPANS,
    WINDOW_NAMES,
    Period,
    WindowSpec,
    bucket_edges,
    display_step,
    midnights,
    previous_period,
    snap_down,
    snap_up,
)

NOW = datetime(2026, 11, 22, 16, 50, 43, tzinfo=UTC)
moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)
zones = st.sampled_from(["Asia/Seoul", "UTC", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe"]).map(ZoneInfo)


@given(now=moments, name=st.sampled_from(list(SPANS)))
def test_a_live_window_is_never_further_than_a_bucket_from_what_was_asked(now: datetime, name: str) -> None:
    window = WindowSpec(name).resolve(now)
    bucket = timedelta(seconds=window.bucket_seconds)
    asked = now - timedelta(seconds=SPANS[name])
    assert asked - bucket < window.start <= asked
    assert now <= window.end < now + bucket or window.end == now + bucket
    assert not window.cut


@given(now=moments, at=moments, name=st.sampled_from(list(SPANS)))
def test_at_ends_the_window_to_the_second(now: datetime, at: datetime, name: str) -> None:
    window = WindowSpec(name, at=at).resolve(now)
    assert window.end == at
    assert window.cut == (snap_down(at, window.bucket_seconds) != at)


@given(now=moments, name=st.sampled_from(WINDOW_NAMES), at=st.none() | moments)
def test_the_previous_period_is_as_long_and_ends_where_the_window_starts(
    now: datetime, name: str, at: datetime | None
) -> None:
    window = WindowSpec(name, at=at).resolve(now)
    previous = previous_period(window, "previous")
    if name == "all":
        assert previous is None
    else:
        assert previous is not None
        assert previous.end == window.start
        assert previous.seconds == window.period.seconds


def test_a_week_before_is_the_same_bounds_seven_days_earlier() -> None:
    window = WindowSpec("24h").resolve(NOW)
    week = previous_period(window, "week")
    assert week == Period(window.start - timedelta(days=7), window.end - timedelta(days=7))
    assert previous_period(window, "off") is None


@given(now=moments, name=st.sampled_from(list(SPANS)), zone=zones)
def test_buckets_cover_the_window_without_gaps_and_on_base_buckets(now: datetime, name: str, zone: ZoneInfo) -> None:
    window = WindowSpec(name).resolve(now)
    edges = bucket_edges(window.period, display_step(window), zone)
    assert (edges[0], edges[-1]) == (window.start, window.end)
    assert all(a < b for a, b in pairwise(edges))
    assert len(edges) <= 202 + 10
    assert all(snap_down(edge, window.bucket_seconds) == edge for edge in edges)


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 8), 23), ((2026, 11, 1), 25), ((2026, 11, 2), 24)])
def test_days_are_those_of_the_zone_whatever_their_length(day: tuple[int, int, int], hours: int) -> None:
    zone = ZoneInfo("America/New_York")
    start = datetime(*day, tzinfo=zone).astimezone(UTC)
    first, second = midnights(Period(start, start + timedelta(hours=hours)), zone)
    assert (second - first) == timedelta(hours=hours)


def test_weeks_begin_on_monday_and_days_at_local_midnight() -> None:
    seoul = ZoneInfo("Asia/Seoul")
    period = Period(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC))
    weeks = bucket_edges(period, 7 * DAY, seoul)[1:-1]
    assert all(edge.astimezone(seoul).weekday() == 0 and edge.astimezone(seoul).hour == 0 for edge in weeks)


def test_absurd_years_still_give_buckets() -> None:
    window = WindowSpec("all").resolve(NOW, first=datetime(1, 1, 2, tzinfo=UTC))
    edges = bucket_edges(window.period, display_step(window), ZoneInfo("America/New_York"))
    assert 2 < len(edges) < 300


@given(now=moments, name=st.sampled_from(list(SPANS)))
def test_a_step_back_and_forward_keeps_the_length(now: datetime, name: str) -> None:
    spec = WindowSpec(name)
    window = spec.resolve(now)
    back = spec.stepped(window, -1)
    earlier = back.resolve(now)
    assert earlier.end < window.end and not back.is_live
    assert abs(earlier.period.seconds - window.period.seconds) <= window.bucket_seconds
    assert back.stepped(earlier, 1).resolve(now).end == snap_up(window.end, window.bucket_seconds)


def test_zooming_goes_through_the_named_windows_and_stops_at_the_ends() -> None:
    assert WindowSpec("7d").zoomed(1).name == "30d"
    assert WindowSpec("1h").zoomed(-1).name == "1h"
    assert WindowSpec("all").zoomed(1).name == "all"
    custom = WindowSpec("custom", since=NOW - timedelta(days=2), until=NOW)
    assert custom.zoomed(1) == WindowSpec("7d", at=NOW)
    assert custom.zoomed(-1) == WindowSpec("24h", at=NOW)
