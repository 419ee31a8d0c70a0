"""The document that other programs build on is exactly what was promised, whatever the snapshot holds."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from aiops_tui.model.panels import Heatmap, Histogram, Metric, Panel, Series, Snapshot, Table
from aiops_tui.output import json_text
from aiops_tui.output.as_json import iso
from aiops_tui.text.translations import Translator
from tests.strategies import for_snapshots, snapshots

TOP = ["version", "as_of", "timezone", "source", "window", "previous", "filter", "tabs", "warnings"]
KEYS = {
    "metric": ["kind", "id", "title", "unit", "value", "n", "low", "high", "previous", "change", "change_kind"],
    "series": ["kind", "id", "title", "unit", "x", "series", "open_last"],
    "histogram": ["kind", "id", "title", "edges", "counts"],
    "heatmap": ["kind", "id", "title", "x", "y", "values", "n"],
    "table": ["kind", "id", "title", "columns", "rows", "total"],
}
KINDS: dict[type[Panel], str] = {
    Metric: "metric", Series: "series", Histogram: "histogram", Heatmap: "heatmap", Table: "table",
}  # fmt: skip


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


def number(value: float | None) -> float | None:
    return value if value is None or math.isfinite(value) else None


@for_snapshots
@given(snapshots())
def test_any_snapshot_comes_back_with_the_promised_keys(snapshot: Snapshot) -> None:
    text = json_text(snapshot, Translator("en"))
    assert text.encode().decode() == text
    document = json.loads(text, parse_constant=refuse)
    assert list(document) == TOP
    assert document["version"] == 1
    assert datetime.fromisoformat(document["as_of"]) == snapshot.as_of
    assert datetime.fromisoformat(document["window"]["start"]) == snapshot.window.start
    assert document["filter"] == snapshot.filter
    assert list(document["source"]) == ["dialect", "profile", "database"]
    assert list(document["window"]) == ["name", "start", "end", "bucket_seconds"]
    assert (document["previous"] is None) == (snapshot.previous is None)
    assert list(document["tabs"]) == list(snapshot.tabs)
    for tab, panels in snapshot.tabs.items():
        written = document["tabs"][tab]["panels"]
        assert [panel["id"] for panel in written] == [panel.id for panel in panels]
        for panel, found in zip(panels, written, strict=True):
            assert found["kind"] == KINDS[type(panel)]
            assert list(found) == KEYS[found["kind"]]
            compare(panel, found)


def compare(panel: Panel, found: dict[str, object]) -> None:
    match panel:
        case Metric():
            assert found["value"] == number(panel.value)
            assert found["previous"] == number(panel.previous)
        case Series():
            assert isinstance(found["x"], list)
            assert [datetime.fromisoformat(moment) for moment in found["x"]] == list(panel.x)
            assert found["series"] == {name: [*map(number, values)] for name, values in panel.series.items()}
        case Histogram():
            assert (found["edges"], found["counts"]) == (list(panel.edges), list(panel.counts))
        case Heatmap():
            assert found["values"] == [[*map(number, row)] for row in panel.values]
        case Table():
            assert isinstance(found["rows"], list)
            assert len(found["rows"]) == len(panel.rows)
            assert found["total"] == panel.total


def test_times_are_of_the_zone_and_words_of_the_language(snapshot: Snapshot) -> None:
    document = json.loads(json_text(snapshot, Translator("ko")))
    assert document["as_of"] == "2026-11-22T16:50:43+09:00"
    assert document["window"] == {
        "name": "24h",
        "start": "2026-11-21T16:45:00+09:00",
        "end": "2026-11-22T17:00:00+09:00",
        "bucket_seconds": 900,
    }
    conversations, _, score, volume, topics, recent = document["tabs"]["overview"]["panels"]
    assert conversations == {
        "kind": "metric", "id": "conversations", "title": "대화", "unit": "count", "value": 12430, "n": None,
        "low": None, "high": None, "previous": 11929, "change": 0.042, "change_kind": "relative",
    }  # fmt: skip
    assert (score["value"], score["change_kind"]) == (None, "na")
    assert volume["series"] == {"positive": [3, 1], "negative": [None, 9]}
    assert volume["open_last"] is True
    assert topics["columns"][0] == {"id": "topic", "title": "토픽", "unit": "topic"}
    assert topics["rows"][2] == [None, 412, 0.2]
    assert recent["rows"][0][:2] == ["2026-11-22T16:50:43+09:00", "negative"]
    assert "SLACK_CHANNEL" in document["warnings"][0]


def test_nothing_is_escaped_that_need_not_be(snapshot: Snapshot) -> None:
    assert "결제 오류" in json_text(snapshot, Translator("en"))


@pytest.mark.parametrize(
    ("moment", "zone", "expected"),
    [
        (datetime(2026, 7, 1, tzinfo=UTC), "Asia/Kolkata", "2026-07-01T05:30:00+05:30"),
        (datetime(1900, 1, 1, tzinfo=UTC), "Asia/Seoul", "1900-01-01T00:00:00+00:00"),
        (datetime.max.replace(tzinfo=UTC), "Asia/Seoul", "9999-12-30T09:00:00+09:00"),
    ],
)
def test_an_offset_has_whole_minutes_and_no_time_leaves_the_calendar(
    moment: datetime, zone: str, expected: str
) -> None:
    assert iso(moment, ZoneInfo(zone)) == expected
