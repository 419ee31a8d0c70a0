"""Slack's own charts keep every figure, the preview keeps its width, and a report its days."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiops_tui.charts.lines import line_width
from aiops_tui.model.panels import Metric, Series, Snapshot
from aiops_tui.model.view import View
from aiops_tui.slack.message import Told, compose
from aiops_tui.slack.natives import native_charts, text_charts
from aiops_tui.slack.reading import read
from aiops_tui.slack.report import REPORT, gathered, last
from aiops_tui.slack.validator import block_errors
from aiops_tui.text.translations import Translator
from tests.strategies import for_snapshots, snapshots, views

EN = Translator("en")
SEOUL = ZoneInfo("Asia/Seoul")
START = datetime(2026, 11, 15, 15, tzinfo=UTC)


def hourly(count: int) -> tuple[datetime, ...]:
    return tuple(START + timedelta(hours=place) for place in range(count))


def chart_of(panel: Series) -> Any:
    (block,) = native_charts((panel,), EN, SEOUL)
    assert block_errors([block]) == []
    return block["chart"]


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=2, max_size=300))
def test_joined_buckets_have_the_sum_of_all(counts: list[tuple[int, int]]) -> None:
    first, second = zip(*counts, strict=True)
    panel = Series("volume", "count", hourly(len(counts)), {"positive": first, "negative": second})
    drawn = chart_of(panel)
    assert len(drawn["axis_config"]["categories"]) <= 20
    sums = [sum(point["value"] for point in each["data"]) for each in drawn["series"]]
    assert sums == [sum(first), sum(second)]


@given(st.lists(st.tuples(st.floats(0, 10), st.integers(1, 1000)), min_size=21, max_size=200))
def test_joined_scores_are_means_by_what_they_rest_on(rated: list[tuple[float, int]]) -> None:
    values, n = zip(*rated, strict=True)
    (line,) = chart_of(Series("score_by_bucket", "score", hourly(len(rated)), {"score": values}, n=n))["series"]
    joined = -(-len(rated) // 20)
    for place, point in enumerate(line["data"]):
        group = range(place * joined, min((place + 1) * joined, len(rated)))
        mean = sum(values[i] * n[i] for i in group) / sum(n[i] for i in group)
        assert math.isclose(point["value"], mean, abs_tol=1e-3)


def test_users_of_several_hours_are_not_added_up() -> None:
    panel = Series("users_by_bucket", "count", hourly(48), {"users": (3,) * 48})
    assert native_charts((panel,), EN, SEOUL) == []
    assert text_charts((panel,), EN) != []


def test_a_bucket_that_is_still_filling_is_marked_and_gaps_are_left_out() -> None:
    panel = Series("score_by_bucket", "score", hourly(4), {"score": (7.0, None, 6.0, 5.0)}, open_last=True)
    assert chart_of(panel)["axis_config"]["categories"] == ["00:00", "02:00", "03:00…"]


@for_snapshots
@given(snapshots(), views(), st.integers(30, 120))
def test_the_preview_keeps_to_its_width(snapshot: Snapshot, view: View, width: int) -> None:
    parcel = compose(snapshot, view, EN, Told("kim@box", "id", note="look", dashboard_url="https://d.example/")).parcel
    for layout in parcel.layouts:
        lines = read(layout.blocks, width)
        assert all(line_width(line) <= max(width, 45) for line in lines)
        assert any("look" in span.text for line in lines for span in line)


def test_the_preview_breaks_a_long_title_of_a_chart() -> None:
    lines = read([{"type": "data_visualization", "title": "가" * 50, "chart": {"series": []}}], 30)
    assert [line_width(line) for line in lines] == [30, 30, 30, 10]


@pytest.mark.parametrize(
    ("span", "now", "start", "end"),
    [
        ("day", "2026-11-22T15:00:00+00:00", "2026-11-22T00:00+09:00", "2026-11-23T00:00+09:00"),
        ("week", "2026-11-22T14:59:59+00:00", "2026-11-09T00:00+09:00", "2026-11-16T00:00+09:00"),
        ("week", "2026-11-22T15:00:00+00:00", "2026-11-16T00:00+09:00", "2026-11-23T00:00+09:00"),
        ("month", "2026-03-01T00:00:00+00:00", "2026-02-01T00:00+09:00", "2026-03-01T00:00+09:00"),
        ("month", "2026-01-01T00:00:00+00:00", "2025-12-01T00:00+09:00", "2026-01-01T00:00+09:00"),
    ],
)
def test_a_report_is_of_the_last_whole_period(span: Any, now: str, start: str, end: str) -> None:
    period = last(span, datetime.fromisoformat(now), SEOUL)
    assert period.start == datetime.fromisoformat(start)
    assert period.end == datetime.fromisoformat(end)


def test_a_day_on_which_clocks_change_has_its_own_length() -> None:
    period = last("day", datetime(2026, 3, 30, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
    assert period.seconds == 23 * 3600


def test_a_report_has_each_figure_once(snapshot: Snapshot) -> None:
    taken, also = gathered(snapshot, "week")
    metrics = [panel.id for panel in taken.tabs[REPORT] if isinstance(panel, Metric)]
    assert metrics == ["conversations", "negative_ratio", "score"]
    assert also == ()
