"""The Users tab at the edges: near the first row kept, where users were not counted, and in another order."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aiops_tui.metrics import panels
from aiops_tui.metrics.inputs import Inputs, Person
from aiops_tui.model.panels import Metric, Panel, Series, Snapshot, SourceInfo, Table
from aiops_tui.model.sorting import sorted_by
from aiops_tui.output import json_text
from aiops_tui.text.translations import Translator

NOW = datetime(2026, 11, 22, 7, 5, tzinfo=UTC)
PEOPLE = (
    Person("kim", "kim", 9, 3, 8, NOW, 7.5, (4, 5)),
    Person("lee", "lee", 2, 0, 0, NOW - timedelta(hours=3), None, (2, 0)),
)


def users_of(inputs: Inputs) -> dict[str, Panel]:
    return {panel.id: panel for panel in panels("users", inputs)}


def counted(inputs: Inputs, active: int | None, returning: int | None, first: datetime) -> dict[str, Panel]:
    """Return the panels where both periods have the same figures."""
    cells = replace(inputs.current, active_users=active, returning_users=returning)
    return users_of(replace(inputs, current=cells, before=cells, first=first))


@pytest.mark.parametrize(("days", "told"), [(1.5, False), (2.5, False), (3.5, True)])
def test_new_users_are_not_compared_with_the_time_of_the_first_rows(
    inputs_of: Callable[..., Inputs], days: float, told: bool
) -> None:
    found = counted(inputs_of(), 10, 7, NOW - timedelta(days=days))
    for name, value in (("new_users", 3), ("returning_users", 7)):
        metric = found[name]
        assert isinstance(metric, Metric)
        assert (metric.value, metric.previous) == (value, value if told else None)


@pytest.mark.parametrize(("active", "returning"), [(None, None), (10, None), (None, 7)])
def test_what_was_not_counted_is_missing(
    inputs_of: Callable[..., Inputs], active: int | None, returning: int | None
) -> None:
    found = counted(inputs_of(), active, returning, NOW - timedelta(days=90))
    assert isinstance(found["new_users"], Metric)
    assert found["new_users"].value is None
    assert isinstance(found["active_by_day"], Series)
    assert found["active_by_day"].x == ()


def test_users_keep_their_sparkline_in_any_order(inputs_of: Callable[..., Inputs]) -> None:
    table = users_of(inputs_of(people=PEOPLE, people_total=40))["users"]
    assert isinstance(table, Table)
    assert (table.keys, table.trends, table.total) == (("kim", "lee"), ((4, 5), (2, 0)), 40)
    assert [row[1:4] for row in table.rows] == [(9, 3 / 8, 7.5), (2, None, None)]
    turned = sorted_by(replace(table, rows=table.rows[::-1], keys=table.keys[::-1], trends=table.trends[::-1]), "score")
    assert (turned.keys, turned.trends) == (table.keys, table.trends)


def test_json_has_the_sparklines_beside_the_promised_columns(inputs_of: Callable[..., Inputs]) -> None:
    inputs = inputs_of(people=PEOPLE, people_total=40)
    tabs = {"users": panels("users", inputs), "feedback": panels("feedback", inputs)}
    source = SourceInfo("sqlite", "backend", "local.db")
    snapshot = Snapshot(NOW, "Asia/Seoul", source, inputs.window, inputs.previous, "", tabs)
    found = json.loads(json_text(snapshot, Translator("en")))["tabs"]
    users = next(panel for panel in found["users"]["panels"] if panel["id"] == "users")
    assert [column["id"] for column in users["columns"]] == [
        "user_id", "conversations", "negative_ratio", "score", "last_seen",
    ]  # fmt: skip
    assert users["trends"] == [[4, 5], [2, 0]]
    assert not any("trends" in panel for panel in found["feedback"]["panels"])
