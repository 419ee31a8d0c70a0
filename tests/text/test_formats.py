"""Figures and times are written as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from aiops_tui.model.panels import Cell, ChangeKind, Metric, Unit
from aiops_tui.text import formats
from aiops_tui.text.translations import Translator

SEOUL = ZoneInfo("Asia/Seoul")
MOMENT = datetime(2026, 11, 22, 7, 50, 43, tzinfo=UTC)


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (None, "–"), (0, "0"), (999, "999"), (999.6, "1.0k"), (1000, "1.0k"), (12_430, "12.4k"), (99_949, "99.9k"),
        (99_950, "100k"), (999_499, "999k"), (999_500, "1.0M"), (3_140_000, "3.1M"), (2e9, "2.0G"), (-12_430, "-12.4k"),
    ],
)  # fmt: skip
def test_compact(figure: float | None, text: str) -> None:
    assert formats.compact(figure) == text


@pytest.mark.parametrize(
    ("figure", "unit", "text"),
    [
        (12_430, "count", "12,430"),
        (10_000_000, "estimate", "≈ 10,000,000"),
        (0.21, "ratio", "21.0%"),
        (7.1234, "score", "7.12"),
        (None, "score", "–"),
        ("환불", "topic", "환불"),
        (MOMENT, "time", "2026-11-22 16:50:43"),
    ],
)
def test_value_follows_its_unit(figure: Cell, unit: Unit, text: str) -> None:
    assert formats.value(figure, unit, SEOUL) == text


@pytest.mark.parametrize(
    ("unit", "size", "kind", "text"),
    [
        ("count", 0.042, "relative", "▲ 4.2%"),
        ("count", -0.01, "relative", "▼ 1.0%"),
        ("count", 12.5, "relative", "▲ 1,250.0%"),
        ("ratio", 0.023, "absolute", "▲ 2.3pp"),
        ("score", -0.08, "absolute", "▼ 0.08"),
        ("score", -0.001, "absolute", "0.00"),
        ("count", None, "new", "new"),
        ("score", None, "na", "n/a"),
    ],
)
def test_change(unit: Unit, size: float | None, kind: ChangeKind, text: str) -> None:
    assert formats.change(Metric("x", unit, 1, change=size, change_kind=kind), Translator("en")) == text


def test_interval() -> None:
    assert formats.interval(Metric("x", "ratio", 0.21, low=0.203, high=0.217)) == "20.3–21.7"
    assert formats.interval(Metric("x", "score", 7.1, low=6.9, high=7.3)) == "6.90–7.30"
    assert formats.interval(Metric("x", "score", None)) == ""


@pytest.mark.parametrize(
    ("seconds", "english", "korean"),
    [(-3, "0 s", "0초"), (2.9, "2 s", "2초"), (200, "3 min", "3분"), (7200, "2 h", "2시간"), (200_000, "2 d", "2일")],
)
def test_age(seconds: float, english: str, korean: str) -> None:
    assert formats.age(seconds) == formats.age(seconds, Translator("en")) == english
    assert formats.age(seconds, Translator("ko")) == korean


def test_moments_are_those_of_the_zone() -> None:
    assert formats.clock(MOMENT, SEOUL) == "16:50:43"
    assert formats.moment(MOMENT, ZoneInfo("Asia/Kolkata")) == "2026-11-22 13:20:43"
    assert formats.clock(None, SEOUL) == formats.moment(None, SEOUL) == "–"


@pytest.mark.parametrize("edge", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)])
def test_the_ends_of_the_calendar_can_be_written(edge: datetime) -> None:
    for zone in (SEOUL, ZoneInfo("America/New_York")):
        assert formats.moment(edge, zone)[:4] in {"0001", "9999"}
        assert formats.axis([edge, edge], zone, 3600, "en")


def ticks(start: str, step: timedelta, count: int) -> list[datetime]:
    first = datetime.fromisoformat(start).replace(tzinfo=SEOUL).astimezone(UTC)
    return [first + i * step for i in range(count)]


@pytest.mark.parametrize(
    ("moments", "step", "language", "labels"),
    [
        (ticks("2026-11-22T15:50", timedelta(minutes=10), 3), 10, "en", ["15:50:00", "16:00:00", "16:10:00"]),
        (ticks("2026-11-21T18:00", timedelta(hours=6), 3), 900, "en", ["18:00", "22 Sun", "06:00"]),
        (ticks("2026-11-16T00:00", timedelta(days=1), 5), 3600, "ko", ["16 월", "17 화", "18 수", "19 목", "20 금"]),
        (ticks("2026-11-15T16:45", timedelta(days=2), 3), 86_400, "en", ["15 Sun", "17 Tue", "19 Thu"]),
        (ticks("2026-10-24T00:00", timedelta(days=14), 3), 86_400, "en", ["Oct 24", "Nov 7", "Nov 21"]),
        (ticks("2026-10-24T00:00", timedelta(days=14), 3), 86_400, "ko", ["10/24", "11/7", "11/21"]),
        (ticks("2024-01-01T00:00", timedelta(days=366), 3), 604_800, "ko", ["2024-01", "2025-01", "2026-01"]),
        ([], 60, "en", []),
    ],
)
def test_axis(moments: list[datetime], step: int, language: str, labels: list[str]) -> None:
    assert formats.axis(moments, SEOUL, step, language) == labels
