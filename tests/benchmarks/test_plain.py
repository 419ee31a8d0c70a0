"""The benchmark's recount by plain SQL agrees with the console, and tells when a number is another."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg2
import pytest

from aiops_tui.model.panels import Metric, Panel, Table
from aiops_tui.model.view import View
from aiops_tui.model.window import WindowSpec
from aiops_tui.monitor import Monitor
from benchmarks import dataset, recount
from benchmarks.dataset import DAY, Shape, Span
from benchmarks.plain import Plain
from benchmarks.spoilers import SPOILERS
from benchmarks.stores import SQLite
from tests.monitor.conftest import settings_for

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
SHAPE = Shape(3000, 20)
TABS = ("overview", "sentiment", "evaluation", "feedback", "users")


def fill(url: str) -> None:
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        span = Span(str(AT.timestamp()), SHAPE.rows, SHAPE.days * DAY / SHAPE.rows)
        series = f"generate_series(1::bigint, {SHAPE.rows}) AS i"
        for statement in (
            *dataset.POSTGRESQL_TABLES,
            dataset.conversations(SHAPE, series, span, postgresql=True),
            dataset.evaluations(),
            dataset.feedback(),
        ):
            cursor.execute(statement)


def change(url: str, statement: str) -> None:
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/New_York"])
def test_plain_reading_agrees_until_a_row_changes(postgres_url: str, tmp_path: Path, zone: str) -> None:
    fill(postgres_url)
    settings = replace(settings_for(postgres_url, tmp_path), timezone=zone)
    shown = Monitor.once(settings, View(window=WindowSpec("7d", at=AT)), TABS)
    assert shown.previous is not None

    def wrong() -> dict[str, Sequence[str]]:
        assert shown.previous is not None
        plain = Plain(postgres_url, shown.window.period, shown.previous)
        found: dict[str, Sequence[str]] = {}
        for tab in TABS:
            panels: Sequence[Panel] = shown.tabs[tab]
            found[tab] = recount.wrong(plain, tab, panels, ZoneInfo(zone))
        return found

    assert wrong() == {tab: [] for tab in TABS}
    ratio = shown.panel("sentiment", "negative_ratio")
    assert isinstance(ratio, Metric)
    assert ratio.low is not None
    plain = Plain(postgres_url, shown.window.period, shown.previous)
    for other in (replace(ratio, low=ratio.low + 1e-4), replace(ratio, n=1), replace(ratio, change=0.5)):
        assert recount.wrong(plain, "sentiment", [other], ZoneInfo(zone)) == ["sentiment.negative_ratio"]
    change(postgres_url, "UPDATE conversation_log SET sentiment = '부정' WHERE id = 2900")
    assert {"sentiment.negative", "sentiment.sentiment_by_day", "sentiment.negative_heatmap"} <= {*wrong()["sentiment"]}
    change(postgres_url, "UPDATE conversation_evaluation SET clarity = 11 - clarity WHERE conversation_id = 2900")
    assert {"evaluation.score.clarity", "evaluation.score_by_bucket"} <= {*wrong()["evaluation"]}
    change(postgres_url, "UPDATE feedback_log SET reason = '느려요' WHERE conversation_id = 2900")
    assert wrong()["feedback"] == ["feedback.reasons", "feedback.recent_feedback"]
    change(postgres_url, "UPDATE conversation_log SET user_id = 'somebody new' WHERE id = 2900")
    assert {"users.new_users", "users.users"} <= {*wrong()["users"]}
    change(postgres_url, "UPDATE conversation_log SET sentiment = '부정' WHERE topic = '주제 1' AND id > 2000")
    assert "sentiment.movers" in wrong()["sentiment"]


def test_plain_reading_agrees_on_sqlite_after_all_that_a_backend_does(tmp_path: Path) -> None:
    store = SQLite(tmp_path)
    store.make(SHAPE)
    with store.copied(SHAPE) as url:
        writer = SPOILERS["sqlite"](url, 1000)
        writer.start()
        while writer.is_alive() and writer.rounds < 12:
            writer.over.wait(0.01)
        writer.over.set()
        writer.join()
        assert writer.failed is None
        assert writer.changed_since(0) == writer.rounds * 21
        at = datetime.now(UTC) + timedelta(hours=1)
        shown = Monitor.once(settings_for(url, tmp_path), View(window=WindowSpec("7d", at=at)), TABS)
        assert shown.previous is not None
        plain = Plain(url, shown.window.period, shown.previous)
        assert [
            name for tab in TABS for name in recount.wrong(plain, tab, shown.tabs[tab], ZoneInfo(shown.timezone))
        ] == []
        movers = shown.panel("sentiment", "movers")
        assert isinstance(movers, Table)
        assert movers.rows
