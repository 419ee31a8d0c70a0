"""The benchmark's recount by plain SQL agrees with the console, and tells when a number is another."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg2
import pytest

from aiops_tui.model.panels import Panel
from aiops_tui.model.view import View
from aiops_tui.model.window import WindowSpec
from aiops_tui.monitor import Monitor
from benchmarks import dataset, recount
from benchmarks.dataset import DAY, Shape, Span
from benchmarks.plain import Plain
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
    change(postgres_url, "UPDATE conversation_log SET sentiment = '부정' WHERE id = 2900")
    assert {"sentiment.negative", "sentiment.sentiment_by_day", "sentiment.negative_heatmap"} <= {*wrong()["sentiment"]}
    change(postgres_url, "UPDATE conversation_evaluation SET clarity = 11 - clarity WHERE conversation_id = 2900")
    assert {"evaluation.score.clarity", "evaluation.score_by_bucket"} <= {*wrong()["evaluation"]}
    change(postgres_url, "UPDATE feedback_log SET reason = '느려요' WHERE conversation_id = 2900")
    assert wrong()["feedback"] == ["feedback.reasons", "feedback.recent_feedback"]
    change(postgres_url, "UPDATE conversation_log SET user_id = 'somebody new' WHERE id = 2900")
    assert {"users.new_users", "users.users"} <= {*wrong()["users"]}
