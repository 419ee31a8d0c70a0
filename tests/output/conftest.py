"""Snapshots worth writing out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from aiops_tui.model.labels import REST
from aiops_tui.model.panels import Column, Heatmap, Histogram, Metric, Notice, Series, Snapshot, SourceInfo, Table
from aiops_tui.model.window import WindowSpec, previous_period
from aiops_tui.text.translations import Translator


@pytest.fixture
def english() -> Translator:
    """English."""
    return Translator("en")


@pytest.fixture
def snapshot() -> Snapshot:
    """A day with a panel of each kind."""
    now = datetime(2026, 11, 22, 7, 50, 43, tzinfo=UTC)
    window = WindowSpec("24h").resolve(now)
    topics = (Column("topic", "topic"), Column("conversations", "count"), Column("negative_ratio", "ratio"))
    recent = (Column("time", "time"), Column("sentiment", "sentiment"), Column("question", "text"))
    question = "=HYPERLINK(1) 카드가 두 번 결제됐는데 취소가 안 돼요. 어떻게 해야 하나요? " * 3
    return Snapshot(
        as_of=now,
        timezone="Asia/Seoul",
        source=SourceInfo("postgresql", "backend", "neon/prod"),
        window=window,
        previous=previous_period(window, "previous"),
        filter="topic:환불",
        tabs={
            "overview": (
                Metric("conversations", "count", 12_430, previous=11_929, change=0.042, change_kind="relative"),
                Metric("negative_ratio", "ratio", 0.25, 12, 0.2, 0.3, 0.2, 0.05, "absolute", True),
                Metric("score", "score", None),
                Series(
                    "volume",
                    "count",
                    (window.start, window.start + timedelta(hours=12)),
                    {"positive": (3, 1), "negative": (None, 9)},
                    open_last=True,
                ),
                Table(
                    "topics",
                    topics,
                    (("결제 오류", 1_840, 0.61), ("refund|all", 7, None), (None, 412, 0.2)),
                    487,
                    ("결제 오류", "refund|all", REST),
                ),
                Table("recent", recent, ((now, "negative", question),), 1, ("1",)),
            ),
            "evaluation": (
                Histogram("score_histogram", (0.0, 5.0, 10.0), (1, 3)),
                Heatmap(
                    "negative_heatmap",
                    "ratio",
                    ("0", "1"),
                    ("mon", "tue"),
                    ((0.1, None), (None, 0.5)),
                    ((9, 0), (0, 2)),
                ),
            ),
            "feedback": (Table("reasons", (Column("reason", "text"),), (), 0),),
        },
        warnings=(Notice("slack.no_channel"),),
    )
