"""Time as people write it, against a calendar on the wall of Seoul."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiops_tui.model.timespan import TimeError, read_moment, read_window
from aiops_tui.model.window import LATEST, WINDOW_NAMES, WindowSpec

SEOUL = ZoneInfo("Asia/Seoul")
NOW = datetime(2026, 11, 23, 0, 40, 12, tzinfo=UTC)  # Monday, 09:40:12 in Seoul


def local(written: str) -> datetime | None:
    return None if written == "-" else datetime.fromisoformat(written).replace(tzinfo=SEOUL).astimezone(UTC)


@pytest.mark.parametrize("name", WINDOW_NAMES)
def test_the_named_windows_stay_what_they_are(name: str) -> None:
    assert read_window(f" {name.upper()} ", SEOUL, NOW) == WindowSpec(name)


@pytest.mark.parametrize(
    ("written", "since", "until"),
    [
        ("2026-11-20 09:00..12:00", "2026-11-20T09:00", "2026-11-20T12:00"),
        ("2026-11-20 09:00 ~ 2026-11-21 12:00", "2026-11-20T09:00", "2026-11-21T12:00"),
        ("2026-11-20", "2026-11-20", "2026-11-21"),
        ("20261120", "2026-11-20", "2026-11-21"),
        ("11/20..11/21", "2026-11-20", "2026-11-22"),
        ("12/31", "2025-12-31", "2026-01-01"),
        ("2026-10", "2026-10-01", "2026-11-01"),
        ("12월", "2025-12-01", "2026-01-01"),
        ("11월 20일 9시~11시 30분", "2026-11-20T09:00", "2026-11-20T11:30"),
        ("오후 3시..오후 5시", "2026-11-22T15:00", "2026-11-22T17:00"),
        ("yesterday", "2026-11-22", "2026-11-23"),
        ("어제", "2026-11-22", "2026-11-23"),
        ("어제 14:00..15:30", "2026-11-22T14:00", "2026-11-22T15:30"),
        ("그저께", "2026-11-21", "2026-11-22"),
        ("today", "2026-11-23", "-"),
        ("오늘", "2026-11-23", "-"),
        ("09:00..", "2026-11-23T09:00", "-"),
        ("10:00..", "2026-11-22T10:00", "-"),
        ("22:00..02:00", "2026-11-22T22:00", "2026-11-23T02:00"),
        ("..yesterday", "-", "2026-11-23"),
        ("yesterday..now", "2026-11-22", "-"),
        ("mon", "2026-11-23", "-"),
        ("일요일", "2026-11-22", "2026-11-23"),
        ("fri..sat", "2026-11-20", "2026-11-22"),
        ("last week", "2026-11-16", "2026-11-23"),
        ("지난달", "2026-10-01", "2026-11-01"),
        ("3h", "2026-11-23T06:40:12", "-"),
        ("최근 3시간", "2026-11-23T06:40:12", "-"),
        ("2026-11-20T00:00Z..2026-11-20T12:00+09:00", "2026-11-20T09:00", "2026-11-20T12:00"),
    ],
)
def test_ranges(written: str, since: str, until: str) -> None:
    assert read_window(written, SEOUL, NOW) == WindowSpec("custom", since=local(since), until=local(until))


@pytest.mark.parametrize(
    ("written", "mistake", "position"),
    [
        ("", "empty", 0), ("..", "empty", 0), ("soon", "unreadable", 0), ("2026-02-30", "unreadable", 0),
        ("yesterday..soon", "unreadable", 11), ("25:00..", "unreadable", 0), ("09:00", "one_moment", 0),
        ("2026-12-01", "future", 0), ("2026-11-21..2026-11-19", "backwards", 0), ("0000-00-00..", "unreadable", 0),
    ],
)  # fmt: skip
def test_mistakes_are_pointed_at(written: str, mistake: str, position: int) -> None:
    with pytest.raises(TimeError) as caught:
        read_window(written, SEOUL, NOW)
    assert (caught.value.message_id, caught.value.position) == (f"timespan.{mistake}", position)


def test_days_have_as_many_hours_as_they_have() -> None:
    new_york = ZoneInfo("America/New_York")
    window = read_window("2026-11-01", new_york, NOW)
    assert window.since and window.until
    assert window.until - window.since == timedelta(hours=25)


def test_of_a_day_a_moment_is_its_beginning() -> None:
    assert read_moment("yesterday", SEOUL, NOW) == local("2026-11-22")
    assert read_moment("9999-12-31", SEOUL, NOW) == LATEST


@given(st.text(st.sampled_from("0123456789-:.~/ T일월시분어제monhdw+Z"), max_size=24))
def test_any_text_is_a_window_or_a_mistake(written: str) -> None:
    try:
        window = read_window(written, SEOUL, NOW)
    except TimeError:
        return
    assert window.since is None or window.since < NOW
    assert window.until is None or window.until < NOW
    assert not (window.since and window.until) or window.since < window.until
