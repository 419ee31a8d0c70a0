"""What a cursor says it stands on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aiops_tui.charts import describe, describe_bin, describe_cell
from aiops_tui.model.panels import Heatmap, Histogram, Series
from aiops_tui.text.translations import Translator

if TYPE_CHECKING:
    from tests.charts.conftest import MakeSeries

SEOUL = ZoneInfo("Asia/Seoul")


def test_a_bucket_is_named_with_its_figures_and_n(make_series: MakeSeries, en: Translator, ko: Translator) -> None:
    panel = make_series({"positive": [1, 1200], "negative": [2, None]}, n=(3, 1200))

    assert describe(panel, 0, SEOUL, en) == "2026-11-16 Mon 00:00–01:00 · n 3 · Positive 1 · Negative 2"
    assert describe(panel, 1, SEOUL, ko) == "2026-11-16 월 01:00 · n 1,200 · 긍정 1,200 · 부정 –"


def test_days_and_weeks_are_named_by_date(make_series: MakeSeries, en: Translator) -> None:
    days = make_series({"a": [0.25, 0.5, 0.5]}, unit="ratio", step=86_400)
    weeks = make_series({"a": [1, 2]}, step=7 * 86_400)

    assert describe(days, 0, SEOUL, en) == "2026-11-16 Mon · 25.0%"
    assert describe(days, 2, SEOUL, en) == "2026-11-18 Wed · 50.0%"
    assert describe(weeks, 0, SEOUL, en) == "2026-11-16 – 2026-11-22 · 1"


def test_a_day_of_25_hours_is_one_day(en: Translator) -> None:
    zone = ZoneInfo("America/New_York")
    x = tuple(datetime(2026, 11, day, tzinfo=zone).astimezone(UTC) for day in (1, 2))

    assert describe(Series("a", "count", x, {"a": (1, 2)}), 0, zone, en) == "2026-11-01 Sun · 1"


def test_the_open_bucket_is_said_to_be(make_series: MakeSeries, en: Translator) -> None:
    panel = make_series({"a": [1, 2]}, open_last=True)

    assert describe(panel, 1, SEOUL, en).endswith("still filling")
    assert not describe(panel, 0, SEOUL, en).endswith("still filling")
    assert describe(panel, 2, SEOUL, en) == describe(panel, -1, SEOUL, en) == ""


def test_a_cell_and_a_bin(ko: Translator) -> None:
    heatmap = Heatmap("negative_heatmap", "ratio", ("7", "8"), ("mon",), ((0.213, None),), ((120, 0),))
    histogram = Histogram("score_histogram", (0.0, 0.5, 1.0), (1, 3))

    assert describe_cell(heatmap, 0, 0, ko) == "월 07:00 · 21.3% · n 120"
    assert describe_cell(heatmap, 0, 1, ko) == "월 08:00 · – · n 0"
    assert describe_cell(heatmap, 1, 0, ko) == ""
    assert describe_bin(histogram, 1) == "0.5–1.0 · 3 · 75.0%"
    assert describe_bin(histogram, 2) == ""
