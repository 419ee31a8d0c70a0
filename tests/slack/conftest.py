"""A Slack of this test's own, settings that lead to it, and a snapshot worth sharing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aiops_tui.config import Secret, Settings, load_settings
from aiops_tui.model.labels import REST
from aiops_tui.model.panels import Column, Metric, Snapshot, SourceInfo, Table
from aiops_tui.model.window import WindowSpec, previous_period
from aiops_tui.text.translations import Translator
from tests.fakeslack import FakeSlack


@pytest.fixture
def fake_slack() -> Iterator[FakeSlack]:
    """Slack as a server on this machine."""
    with FakeSlack() as slack:
        yield slack


@pytest.fixture
def unset(tmp_path: Path) -> Settings:
    """Settings that say nothing of Slack."""
    return load_settings({"state_dir": tmp_path / "state"}, {}, tmp_path)


@pytest.fixture
def bot(unset: Settings, fake_slack: FakeSlack) -> Settings:
    """Settings with a bot token."""
    return replace(
        unset, slack_bot_token=Secret(fake_slack.token), slack_channel="#ops", slack_api_url=fake_slack.api_url
    )


@pytest.fixture
def webhook(unset: Settings, fake_slack: FakeSlack) -> Settings:
    """Settings with a webhook alone."""
    return replace(unset, slack_webhook_url=Secret(fake_slack.webhook_url))


@pytest.fixture
def translator() -> Translator:
    """English."""
    return Translator("en")


@pytest.fixture
def snapshot() -> Snapshot:
    """An overview of a week, compared with the week before."""
    now = datetime(2026, 11, 22, 7, 50, 43, tzinfo=UTC)
    window = WindowSpec("7d").resolve(now)
    columns = (Column("topic", "topic"), Column("conversations", "count"), Column("negative_ratio", "ratio"))
    recent = (Column("time", "time"), Column("user_id", "user"), Column("topic", "topic"), Column("question", "text"))
    return Snapshot(
        as_of=now,
        timezone="Asia/Seoul",
        source=SourceInfo("postgresql", "backend", "neon/prod"),
        window=window,
        previous=previous_period(window, "previous"),
        filter="",
        tabs={
            "overview": (
                Metric("conversations", "count", 12_430, previous=11_929, change=0.042, change_kind="relative"),
                Metric("negative_ratio", "ratio", 0.21, 11_973, 0.203, 0.217, 0.187, 0.023, "absolute", True),
                Metric("score", "score", 7.12, 2_400, 7.01, 7.23, 7.20, -0.08, "absolute", False),
                Table("recent", recent, ((now - timedelta(hours=1), "u-secret", "배송", "where is my parcel"),), 1),
                Table(
                    "topics",
                    columns,
                    (("결제 오류", 1_840, 0.61), ("환불", 1_702, None), (None, 412, 0.2)),
                    487,
                    ("결제 오류", "환불", REST),
                ),
            )
        },
    )
