"""A make-believe monitor, and figures to show."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Collection
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from aiops_tui.config import Secret, Settings
from aiops_tui.model.filters import Filter
from aiops_tui.model.labels import REST, SENTIMENTS
from aiops_tui.model.panels import (
    Column,
    Heatmap,
    Histogram,
    Metric,
    Panel,
    Series,
    Snapshot,
    SourceInfo,
    Status,
    Table,
)
from aiops_tui.model.records import (
    Arrival,
    Conversation,
    Evaluation,
    Feedback,
    Found,
    LogEntry,
    Neighbours,
    Page,
    Recent,
    TopicCount,
)
from aiops_tui.model.view import View
from aiops_tui.model.window import Period, previous_period
from aiops_tui.text.translations import Translator
from aiops_tui.tui.app import Console
from aiops_tui.tui.look import Look
from aiops_tui.tui.session import Publish
from aiops_tui.tui.themes import palettes

NOW = datetime(2026, 11, 22, 7, 50, 43, tzinfo=UTC)
TOPICS = ("결제 오류", "환불", "배송", "로그인", "login", "refund", "쿠폰", "회원 탈퇴")
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = tuple(map(str, range(24)))


class FakeBook:
    """Log entries that a test adds to."""

    def __init__(self, entries: int = 0) -> None:
        self.version = 0
        self.entries: list[LogEntry] = []
        self.arrival = Arrival()
        self.busy = self.behind = 0
        self.following = True
        self.sought = ""
        self.arrived = 0
        self.at_start = self.at_end = True
        self.sources: tuple[str, ...] = ("app.log",)
        self.listener: Callable[[], None] = lambda: None
        self.wishes: list[tuple[Any, ...]] = []
        self.add(entries)

    def add(
        self, n: int, level: str = "info", message: str = "request served", more: tuple[str, ...] = (), origin: str = ""
    ) -> None:
        first = self.entries[-1].number + 1 if self.entries else 0
        self.entries += [
            LogEntry(i, NOW + timedelta(seconds=i), level, "app.log", f"{message} {i}", more, origin=origin)
            for i in range(first, first + n)
        ]
        self.version += 1
        self.arrived += n

    def drop(self, n: int) -> None:
        del self.entries[:n]
        self.version += 1

    def place(self, number: int) -> int | None:
        return next((place for place, entry in enumerate(self.entries) if entry.number == number), None)

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, place: int) -> LogEntry:
        return self.entries[place]

    def all(self) -> list[LogEntry]:
        return list(self.entries)

    def count(self, text: str) -> None:
        self.sought = text

    def found(self, number: int | None) -> Found | None:
        hits = [entry.number for entry in self.entries if self.sought and self.sought in entry.message]
        return Found(len(hits), hits.index(number) + 1 if number in hits else None) if self.sought else None

    def fold(self, number: int) -> None:
        self.wishes.append(("fold", number))

    def arrive(self, number: int | None) -> None:
        self.arrival = Arrival(self.arrival.serial + 1, number, missed=number is None)
        self.version += 1
        self.listener()

    def older(self) -> None:
        self.wishes.append(("older",))

    def newer(self) -> None:
        self.wishes.append(("newer",))

    def latest(self) -> None:
        self.wishes.append(("latest",))

    def oldest(self) -> None:
        self.wishes.append(("oldest",))

    def seek(self, moment: datetime) -> None:
        self.wishes.append(("seek", moment))

    def until(self, moment: datetime) -> None:
        self.wishes.append(("until", moment))

    def go(self, number: int) -> None:
        self.wishes.append(("go", number))
        self.arrive(number)

    def show_only(self, wanted: Filter, hidden: frozenset[str]) -> None:
        self.wishes.append(("show_only", str(wanted), hidden))

    def next_error(self, step: int, number: int | None) -> None:
        self._next(lambda entry: entry.level in {"error", "critical"}, step, number)

    def find(self, text: str, step: int, number: int | None) -> None:
        self._next(lambda entry: text.lower() in " ".join((entry.message, *entry.more)).lower(), step, number)

    def _next(self, fits: Callable[[LogEntry], bool], step: int, number: int | None) -> None:
        places = [place for place, entry in enumerate(self.entries) if fits(entry)]
        here = self.place(number) if number is not None else None
        here = len(self.entries) if here is None else here
        beyond = [place for place in places if (place > here if step > 0 else place < here)]
        if step == 0 and not beyond:
            self._next(fits, 1, number)
        else:
            self.arrive(self.entries[beyond[0 if step > 0 else -1]].number if beyond else None)


@dataclass
class FakeMonitor:
    """Publishes made figures of whatever view it is told to look at, and writes down what it was asked."""

    view: View
    publish: Publish
    logs: FakeBook = field(default_factory=lambda: FakeBook(200))
    calls: list[tuple[str, Any]] = field(default_factory=list)
    answers: bool = True
    rows: int = 40
    known: dict[str, Conversation] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    behind: int = 12_430
    """So many conversations lie behind each view, their keys counted from 1."""

    listening: list[tuple[Future[Conversation | None], Conversation | None]] | None = None
    """Whole conversations that take long and wait to be answered; None if nothing takes long."""

    held: list[tuple[Future[Page], Page]] | None = None
    """Pages that wait for `release`, where a test wants them to."""

    ways: int = 0
    """How often it was told that a key was pressed."""

    def start(self) -> None:
        self.calls.append(("start", self.view))
        if self.answers:
            self.show()

    def stop(self, timeout: float = 0.3) -> None:
        self.calls.append(("stop", timeout))

    def look(self, view: View) -> None:
        self.calls.append(("look", view))
        self.view = view
        if self.answers:
            self.show()

    def refresh(self) -> None:
        self.calls.append(("refresh", None))

    def reconcile(self) -> None:
        self.calls.append(("reconcile", None))

    def pause(self, on: bool) -> None:
        self.calls.append(("pause", on))

    def set_interval(self, seconds: float) -> None:
        self.calls.append(("interval", seconds))

    def set_timezone(self, name: str) -> None:
        self.calls.append(("timezone", name))

    def make_way(self) -> None:
        self.ways += 1

    def idle(self, on: bool) -> None:
        self.calls.append(("idle", on))

    def conversation(self, key: str, *, whole: bool = True) -> Future[Conversation | None]:
        future: Future[Conversation | None] = Future()
        there = key.isdigit() and key not in self.deleted
        found = self.known.get(key) or (conversation(key) if there else None)
        if whole and self.listening is not None:
            self.listening.append((future, found))
            return future
        if not whole and self.listening is not None and found is not None:
            found = replace(found, evaluations=(), feedback=(), partial=True)
        future.set_result(found)
        return future

    def conversations(
        self, view: View, after: str | None = None, limit: int = 50, *, aside: bool = False
    ) -> Future[Page]:
        self.calls.append(("page", (str(view.filter), view.window, after)))
        future: Future[Page] = Future()
        last = self.behind if after is None else int(after) - 1
        page = Page(tuple(map(summary, range(last, max(last - limit, 0), -1))), last > limit, self.behind)
        if self.held is None:
            future.set_result(page)
        else:
            self.held.append((future, page))
        return future

    def other_topics(self, view: View, apart: Collection[str]) -> Future[tuple[TopicCount, ...]]:
        self.calls.append(("topics", (str(view.filter), frozenset(apart))))
        future: Future[tuple[TopicCount, ...]] = Future()
        future.set_result(tuple(TopicCount(f"rare {i}", f"Rare {i}", 40 - i) for i in range(30)))
        return future

    def neighbours(self, key: str) -> Future[Neighbours]:
        future: Future[Neighbours] = Future()
        future.set_result(Neighbours(str(int(key) - 90), str(int(key) + 90) if int(key) + 90 <= self.behind else None))
        return future

    def release(self) -> None:
        for future, page in self.held or ():
            future.set_result(page)
        self.held = []

    def show(self, **changes: Any) -> Snapshot:
        shown = replace(snapshot(self.view, self.rows), **changes)
        self.publish(shown, Status("live", polled_at=NOW - timedelta(seconds=2)))
        return shown

    def named(self, name: str) -> list[Any]:
        return [value for called, value in self.calls if called == name]


def conversation(key: str) -> Conversation:
    return Conversation(
        key, NOW, "u1832", "결제 오류", "negative", "부정", f"카드가 두 번 결제됐어요 {key}",
        "\n".join(f"답변 {i} " + "불편을 드려 죄송합니다. 결제 내역을 확인해 드리겠습니다. " * 4 for i in range(30)),
        (Evaluation(NOW, 4.3, {"relevance": 7.0, "clarity": 4.0, "emotion": None}, "성의가 부족합니다"),),
        (Feedback(NOW, "dislike", "too slow"),),
    )  # fmt: skip


def summary(n: int) -> Recent:
    asked = f"카드가 두 번 결제됐는데 취소가 안 돼요 {n}"
    when = NOW - timedelta(seconds=3 * (12_430 - n))
    return Recent(str(n), when, f"u{n % 90:04}", TOPICS[n % 8], SENTIMENTS[n % 3], 4.3 if n % 2 else None, asked)


def _wave(count: int, scale: float, shift: int = 0) -> tuple[int, ...]:
    return tuple(max(round(scale * (1.1 + math.sin((i + shift) / 3.8))), 0) for i in range(count))


def _overview(x: tuple[datetime, ...], rows: int) -> tuple[Panel, ...]:
    n = len(x)
    volume = {name: _wave(n, scale) for name, scale in zip(SENTIMENTS, (80, 60, 40, 3, 8), strict=True)}
    topics = tuple((t, 1840 - 150 * i, 0.148 - i / 100, 0.61 - i / 20, 5.9 + i / 5) for i, t in enumerate(TOPICS))
    recent = tuple(
        (NOW - timedelta(seconds=3 * i), f"u{i:04}", TOPICS[i % 8], SENTIMENTS[i % 3], 4.3 if i % 2 else None,
         f"카드가 두 번 결제됐는데 취소가 안 돼요. 어떻게 해야 하나요? {i}")
        for i in range(rows)
    )  # fmt: skip
    return (
        Metric("conversations", "count", 12430, 12430, previous=11929, change=0.042, change_kind="relative",
               significant=True, trend=_wave(60, 9)),
        Metric("active_users", "count", 1204, 1204, change=-0.01, change_kind="relative", significant=False,
               trend=_wave(60, 5)),
        Metric("negative_ratio", "ratio", 0.21, 11973, 0.203, 0.217, 0.187, 0.023, "absolute", significant=True,
               trend=_wave(60, 5)),
        Metric("score", "score", 7.12, 2400, 7.02, 7.22, 7.2, -0.08, "absolute", significant=False, trend=_wave(60, 7)),
        Metric("satisfaction", "ratio", 0.67, 216, 0.61, 0.73, 0.64, 0.03, "absolute"),
        Metric("total", "estimate", 203_400),
        Series("volume", "count", x, volume, open_last=True),
        Series("users_by_bucket", "count", x, {"users": _wave(n, 30)}, open_last=True, n=_wave(n, 30)),
        Table("topics", (Column("topic", "topic"), Column("conversations", "count"), Column("share", "ratio"),
                         Column("negative_ratio", "ratio"), Column("score", "score")),
              (*topics, (None, 412, 0.033, 0.2, None)), 487, (*TOPICS, REST)),
        Table("recent", (Column("time", "time"), Column("user_id", "user"), Column("topic", "topic"),
                         Column("sentiment", "sentiment"), Column("score", "score"), Column("question", "text")),
              recent, 12430, tuple(str(1000 - i) for i in range(rows))),
    )  # fmt: skip


def _sentiment(x: tuple[datetime, ...]) -> tuple[Panel, ...]:
    n = len(x)
    classes = {
        name: _wave(n, scale, shift)
        for shift, (name, scale) in enumerate(zip(SENTIMENTS, (80, 60, 40, 3, 8), strict=True))
    }
    days = tuple(x[0] + timedelta(days=i) for i in range(8))
    heat = tuple(tuple((d + h) / 36 for h in range(24)) for d in range(7))
    return (
        *(Metric(name, "count", 4000 - 700 * i, 12430, change=0.1, change_kind="relative", trend=_wave(60, 5))
          for i, name in enumerate(SENTIMENTS)),
        Metric("negative_ratio", "ratio", 0.21, 11973, 0.203, 0.217, 0.187, 0.023, "absolute", significant=True),
        Series("sentiment_by_bucket", "count", x, classes, open_last=True),
        Series("sentiment_by_day", "count", days, {k: v[:8] for k, v in classes.items()}, open_last=True),
        Heatmap("negative_heatmap", "ratio", _HOURS, WEEK, heat, tuple((40,) * 24 for _ in WEEK)),
        Table("topic_sentiment", (Column("topic", "topic"), *(Column(s, "count") for s in SENTIMENTS),
                                  Column("negative_ratio", "ratio")),
              tuple((t, 100, 50, 30, 2, 5, 0.17) for t in TOPICS), 487, TOPICS),
        Table("movers", (Column("topic", "topic"), Column("negative_ratio", "ratio"), Column("previous", "ratio"),
                         Column("change", "ratio"), Column("low", "ratio"), Column("high", "ratio"),
                         Column("n", "count")),
              (("결제 오류", 0.61, 0.2, 0.41, 0.38, 0.44, 1840),), 40, ("결제 오류",)),
    )  # fmt: skip


def _evaluation(x: tuple[datetime, ...]) -> tuple[Panel, ...]:
    criteria = ("relevance", "clarity", "emotion")
    lines = {name: tuple(7 + math.sin(i / 9 + j) for i in range(len(x))) for j, name in enumerate(("score", *criteria))}
    edges, counts = tuple(map(float, range(11))), (1, 2, 5, 9, 20, 50, 90, 120, 60, 20)
    worst = ((NOW, "u1", "환불", "negative", 1.3, "환불이 왜 안 되나요?"),)
    return (
        *(Metric(name, "score", 7.1, 2400, 7.0, 7.2, 7.2, -0.1, "absolute") for name in ("score", *(
            f"score.{c}" for c in criteria))),
        Metric("coverage", "ratio", 0.2, 12430, 0.19, 0.21),
        Metric("agreement", "ratio", 0.4, 300, 0.35, 0.45),
        Series("score_by_bucket", "score", x, lines, open_last=True),
        Histogram("score_histogram", edges, counts),
        *(Histogram(f"score_histogram.{c}", edges, counts) for c in criteria),
        Heatmap("score_heatmap", "score", _HOURS, WEEK, tuple(tuple(5 + (d + h) / 10 for h in range(24))
                for d in range(7)), tuple((9,) * 24 for _ in WEEK)),
        Heatmap("topic_criterion", "score", criteria, TOPICS, tuple((7.0, 6.0, 5.0) for _ in TOPICS),
                tuple((50, 50, 50) for _ in TOPICS)),
        Table("worst", (Column("time", "time"), Column("user_id", "user"), Column("topic", "topic"),
                        Column("sentiment", "sentiment"), Column("score", "score"), Column("question", "text")),
              worst, 2400, ("77",)),
    )  # fmt: skip


def _feedback(x: tuple[datetime, ...]) -> tuple[Panel, ...]:
    days = tuple(x[0] + timedelta(days=i) for i in range(8))
    given = {name: _wave(8, scale) for name, scale in (("like", 20), ("dislike", 9), ("other", 1))}
    share = {"satisfaction": (0.67,) * 8, "low": (0.6,) * 8, "high": (0.73,) * 8}
    reasons = (("답변이 느려요", 40, 0.4, 2, 38), ("정확해요", 30, 0.3, 30, 0), ("too slow", 9, 0.1, 0, 9))
    latest = ((NOW, "dislike", "too slow", "u1832", "환불", "환불이 왜 안 되나요?"),
              (NOW, "like", None, None, "배송", "배송 조회는 어디서 하나요?"))  # fmt: skip
    return (
        Metric("likes", "count", 144, 216, change=0.1, change_kind="relative", trend=_wave(60, 5)),
        Metric("dislikes", "count", 72, 216, change=-0.1, change_kind="relative", trend=_wave(60, 5)),
        Metric("satisfaction", "ratio", 0.67, 216, 0.61, 0.73, 0.64, 0.03, "absolute"),
        Series("feedback_by_day", "count", days, given, open_last=True, n=_wave(8, 30)),
        Series("satisfaction_by_day", "ratio", days, share, open_last=True, n=_wave(8, 30)),
        Table("reasons", (Column("reason", "text"), Column("n", "count"), Column("share", "ratio"),
                          Column("likes", "count"), Column("dislikes", "count")), reasons, 14,
              tuple(str(row[0]) for row in reasons)),
        Table("recent_feedback", (Column("time", "time"), Column("feedback", "feedback"), Column("reason", "text"),
                                  Column("user_id", "user"), Column("topic", "topic"), Column("question", "text")),
              latest, 216, ("981", "")),
    )  # fmt: skip


def _users(x: tuple[datetime, ...]) -> tuple[Panel, ...]:
    days = tuple(x[0] + timedelta(days=i) for i in range(8))
    people = tuple((f"u{i:04}", 120 - 2 * i, 0.5 - i / 100, 5.0 + i / 20, NOW - timedelta(minutes=7 * i))
                   for i in range(45))  # fmt: skip
    return (
        Metric("active_users", "count", 1204, change=-0.01, change_kind="relative", significant=False),
        Metric("new_users", "count", 310, change=0.05, change_kind="relative"),
        Metric("returning_users", "count", 894, change=0.02, change_kind="relative"),
        Series("active_by_day", "count", days, {"users": _wave(8, 200)}, open_last=True, n=_wave(8, 200)),
        Table("users", (Column("user_id", "user"), Column("conversations", "count"), Column("negative_ratio", "ratio"),
                        Column("score", "score"), Column("last_seen", "time")), people, 1204,
              tuple(row[0] for row in people), tuple(_wave(24, 4, i) for i in range(45))),
    )  # fmt: skip


def _person(x: tuple[datetime, ...], rows: int) -> tuple[Panel, ...]:
    """One user's page, made of panels that other tabs have too."""
    overview = {panel.id: panel for panel in _overview(x, rows)}
    sentiment = next(panel for panel in _sentiment(x) if panel.id == "sentiment_by_bucket")
    scores = next(panel for panel in _evaluation(x) if panel.id == "score_by_bucket")
    visits = tuple(tuple((d * h) % 5 for h in range(24)) for d in range(7))
    rhythm = Heatmap("rhythm", "count", _HOURS, WEEK, visits, visits)
    figures = (overview[name] for name in ("conversations", "negative_ratio", "score", "satisfaction"))
    return (*figures, sentiment, scores, rhythm, overview["topics"], overview["recent"])


def snapshot(view: View, rows: int = 40) -> Snapshot:
    """Return made figures for a view."""
    window = view.window.resolve(NOW, NOW - timedelta(days=90))
    hours = range(int(min(window.period.seconds // 3600, 168)) or 1)
    x = tuple(window.start.replace(minute=0, second=0) + timedelta(hours=i) for i in hours)
    levels = {name: _wave(len(x), n) for name, n in (("error", 2), ("warning", 4), ("info", 50))}
    tabs: dict[str, tuple[Panel, ...]] = {
        "overview": _overview(x, rows),
        "sentiment": _sentiment(x),
        "evaluation": _evaluation(x),
        "feedback": _feedback(x),
        "users": (*_users(x), *(_person(x, rows) if view.filter.of(("user",)) else ())),
        "logs": (
            Metric("errors", "count", 12), Metric("warnings", "count", 40),
            Series("levels_by_bucket", "count", x, levels, open_last=True),
        ),
    }  # fmt: skip
    previous = previous_period(window, view.compare)
    return Snapshot(
        NOW, "Asia/Seoul", SourceInfo("postgresql", "neon", "prod"), window,
        Period(previous.start, previous.end) if previous else None, str(view.filter), tabs,
    )  # fmt: skip


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path)


def make_settings(directory: Path, **changes: Any) -> Settings:
    known = Settings(
        database_url=Secret("postgresql://u:hunter2@db/prod"), profile=None, naive_timezone="UTC", interval=5.0,
        timezone="Asia/Seoul", language="en", theme="dark", mouse=True, log_files=(), connect_timeout=10.0,
        statement_timeout=30.0, lock_timeout=0.5, tail_keys=20_000, tail_seconds=600.0, sentiment_aliases={},
        slack_bot_token=None, slack_channel=None, slack_webhook_url=None, slack_api_url="https://slack.com/api/",
        dashboard_url=None, state_dir=directory / "state",
    )  # fmt: skip
    return replace(known, **changes)


class Desk:
    """A console under test: its monitor, and what is on its screen."""

    def __init__(self, console: Console, pilot: Pilot[int], monitors: list[FakeMonitor]) -> None:
        self.console = console
        self.pilot = pilot
        self.monitors = monitors

    @property
    def monitor(self) -> FakeMonitor:
        return self.monitors[-1]

    def text(self) -> str:
        """What is on the screen, line by line."""
        return "\n".join(strip.text for strip in self.console.screen._compositor.render_strips())

    def below(self) -> str:
        """What the main screen shows, under whatever is open."""
        return "\n".join(strip.text for strip in self.console.desk._compositor.render_strips())

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        """Wait for something to become true, three seconds at most."""
        for _ in range(300):
            if condition():
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"never: {what or condition}\n{self.text()}")

    async def field(self) -> Input:
        """Wait until keys go into a text, and return it."""
        await self.until(lambda: isinstance(self.console.focused, Input), "an input with the keys")
        assert isinstance(self.console.focused, Input)
        return self.console.focused

    async def sees(self, *texts: str) -> None:
        for text in texts:
            await self.until(partial(lambda wanted: wanted in self.text(), text), f"on the screen: {text}")


Open = Callable[..., AbstractAsyncContextManager[Desk]]


@pytest.fixture
def desk(settings: Settings) -> Open:
    """Open a console on made figures: ``async with desk(size=(120, 40)) as d``."""

    @asynccontextmanager
    async def opened(
        view: View | None = None,
        size: tuple[int, int] = (120, 40),
        prepare: Callable[[FakeMonitor], None] = lambda monitor: None,
        **changes: Any,
    ) -> AsyncIterator[Desk]:
        monitors: list[FakeMonitor] = []

        def factory(chosen: Settings, seen: View, publish: Publish) -> FakeMonitor:
            monitor = FakeMonitor(seen, publish)
            prepare(monitor)
            monitors.append(monitor)
            return monitor

        console = Console(replace(settings, **changes), view or View(), factory, lambda: NOW)
        async with console.run_test(size=size) as pilot:
            found = Desk(console, pilot, monitors)
            await found.until(lambda: console.session.monitor is not None, "a monitor")
            await found.until(lambda: console.session.snapshot or not monitors[-1].answers, "figures")
            await pilot.pause()
            yield found

    return opened


@pytest.fixture
def look() -> Look:
    return Look(Translator("en"), ZoneInfo("UTC"), palettes("full")["dark"])


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def figures() -> Callable[[View], Snapshot]:
    return snapshot
