"""Exact while everything changes: rows late and out of order, analysed, deleted, evaluations made anew."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

import psycopg2

from aiops_tui.config import Settings
from aiops_tui.model.panels import Metric, Series, Snapshot, Status
from aiops_tui.model.view import View
from aiops_tui.model.window import WindowSpec
from aiops_tui.monitor import Monitor
from benchmarks.plain import Plain
from benchmarks.report import Figure
from benchmarks.setting import Setting
from benchmarks.stores import PostgreSQL

_MINUTES = 10.0
_ZONES = ("Asia/Seoul", "UTC", "America/New_York", "Asia/Kathmandu")
_TABS = ("overview", "sentiment", "evaluation", "feedback", "users")
_PATIENCE, _SETTLING = 300.0, 60.0
_LOOKS = 10
_BUCKET = 900
_LABELS = ("긍정", "중립", "부정")

_COUNT = """SELECT count(*), count(*) FILTER (WHERE sentiment = '부정') FROM conversation_log
WHERE created_at >= %s AND created_at < %s"""
_INSERT = """INSERT INTO conversation_log (user_id, question, answer, sentiment, topic, created_at)
SELECT 'user' || i, 'q', 'a', NULL, '주제 ' || i, now() - make_interval(secs => %s * i)
FROM generate_series(1, %s) AS i"""
_ANALYSE = """UPDATE conversation_log SET sentiment = (ARRAY['긍정', '중립', '부정'])[1 + mod(id, 3)]
WHERE id > (SELECT max(id) FROM conversation_log) - %s AND sentiment IS NULL"""
_CHANGE = "UPDATE conversation_log SET sentiment = %s WHERE id = (SELECT max(id) FROM conversation_log) - %s"
_RETAIN = """WITH old AS (SELECT min(id) + 20 AS bound FROM conversation_log),
gone AS (DELETE FROM feedback_log USING old WHERE conversation_id < bound)
DELETE FROM conversation_log USING old WHERE id < bound"""
_RATE = """INSERT INTO feedback_log (id, conversation_id, feedback, created_at)
SELECT (SELECT max(id) FROM feedback_log) + 1, max(id), 'dislike', now() FROM conversation_log"""
_EVALUATE = """CREATE TABLE evaluated AS SELECT conversation_id, user_id, question, answer, sentiment, topic,
created_at, least(relevance + 1, 10) AS relevance, clarity, emotion, comment FROM conversation_evaluation;
DROP TABLE conversation_evaluation; ALTER TABLE evaluated RENAME TO conversation_evaluation"""


class _Console:
    """A monitor without a screen, and what it published last."""

    def __init__(self, settings: Settings, view: View) -> None:
        self.settings = settings
        self.view = view
        self.lost = 0
        self._latest: tuple[Snapshot | None, Status] = (None, Status("loading"))
        self._changed = threading.Condition()
        self.monitor = Monitor(settings, view, self._publish)
        self.monitor.set_interval(1.0)
        self.monitor.start()

    def until(self, met: Callable[[Snapshot, Status], bool], seconds: float = _PATIENCE) -> Snapshot:
        """Wait for a live Snapshot that meets a condition."""

        def found() -> bool:
            snapshot, status = self._latest
            return snapshot is not None and status.state == "live" and met(snapshot, status)

        with self._changed:
            if not self._changed.wait_for(found, seconds):
                raise TimeoutError(self._latest[1])
            snapshot = self._latest[0]
        assert snapshot is not None
        return snapshot

    def _publish(self, snapshot: Snapshot | None, status: Status) -> None:
        with self._changed:
            self.lost += status.state == "lost" and self._latest[1].state != "lost"
            self._latest = snapshot, status
            self._changed.notify_all()


class _Writer(threading.Thread):
    """Writes as a backend does at its worst; whoever holds ``turn`` sees nothing change."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.turn = threading.Lock()
        self.over = threading.Event()
        self.written = 0
        self._url = url

    def run(self) -> None:
        """Go on until it is over."""
        chance = random.Random(1)
        with closing(psycopg2.connect(self._url)) as early, closing(psycopg2.connect(self._url)) as late:
            while not self.over.wait(0.05):
                with self.turn:
                    self.written += 1
                    # Its keys are the lower ones, and visible last.
                    late.cursor().execute(_INSERT, (chance.choice((0, 1, 600)), 10))
                    with early, early.cursor() as cursor:
                        cursor.execute(_INSERT, (0, 10))
                        cursor.execute(_ANALYSE, (chance.choice((200, 5_000)),))
                        cursor.execute(_CHANGE, (chance.choice(_LABELS), chance.randrange(40_000)))
                        cursor.execute(_RATE)
                    late.commit()
                    with early, early.cursor() as cursor:
                        if self.written % 10 == 0:
                            cursor.execute(_RETAIN)
                        if self.written % 100 == 0:
                            cursor.execute(_EVALUATE)
                        cursor.execute("SELECT pg_stat_force_next_flush()")


def measure(setting: Setting) -> Iterator[Figure]:
    """Write for minutes while consoles of four zones watch, then reconcile, and hold each panel against plain SQL."""
    if not isinstance(setting.store, PostgreSQL):
        return
    at = datetime.fromtimestamp((time.time() // _BUCKET + 8) * _BUCKET, UTC)
    view = View(window=WindowSpec("7d", at=at))
    with _copied(setting.store.url(setting.whole())) as url:
        writer = _Writer(url)
        settings = replace(setting.settings(setting.shape, url), interval=1.0)
        consoles = [_Console(replace(settings, timezone=zone), view) for zone in _ZONES]
        for console in consoles:
            console.until(lambda snapshot, status: True)
        writer.start()
        seconds = (setting.minutes or _MINUTES) * 60
        errors = [_error(url, writer, consoles[0], seconds / _LOOKS) for _ in range(_LOOKS)]
        writer.over.set()
        writer.join()
        for console in consoles:
            _settled(console)
        plain = _plain(url, consoles[0].until(lambda snapshot, status: True))
        wrong = [name for console in consoles for name in _differing(console, plain)]
        lost = sum(console.lost for console in consoles)
        for console in consoles:
            console.monitor.stop(5)
    detail = f"{writer.written} rounds of writing in {seconds / 60:g} min; {len(_TABS)} tabs, {len(_ZONES)} zones"
    detail = "; ".join([detail, *sorted(set(wrong))])
    yield Figure("panels that differ from plain SQL, after reconciling", len(wrong), "", 0, detail)
    detail = f"at {_LOOKS} moments while it was written: {', '.join(map(str, errors))}"
    yield Figure("the largest error of either before reconciling", max(errors), "rows", None, detail)
    yield Figure("times that the database was thought lost", lost, "", 0)


def _plain(url: str, shown: Snapshot) -> Plain:
    assert shown.previous is not None
    return Plain(url, shown.window.period, shown.previous)


def _error(url: str, writer: _Writer, console: _Console, pause: float) -> int:
    """Return by how many rows a console is wrong that has polled since nothing changes any more."""
    time.sleep(pause)
    with writer.turn:
        began = datetime.now(UTC)
        console.monitor.look(replace(console.view, tab="overview"))
        shown = console.until(lambda snapshot, status: _is_since(snapshot, status, began))
        with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
            cursor.execute(_COUNT, (shown.window.start, shown.window.end))
            conversations, negative = map(int, cursor.fetchone())
    metric, volume = shown.panel("overview", "conversations"), shown.panel("overview", "volume")
    assert isinstance(metric, Metric)
    assert isinstance(volume, Series)
    ours = sum(n or 0 for n in volume.series["negative"])
    return int(max(abs((metric.value or 0) - conversations), abs(ours - negative)))


def _is_since(snapshot: Snapshot, status: Status, began: datetime) -> bool:
    return "overview" in snapshot.tabs and status.polled_at is not None and status.polled_at > began


def _settled(console: _Console) -> None:
    """Reconcile, and wait for it."""
    began = datetime.now(UTC)
    console.monitor.reconcile()
    console.until(lambda snapshot, status: snapshot.reconciled_at is not None and snapshot.reconciled_at >= began)


def _differing(console: _Console, plain: Plain) -> Iterator[str]:
    """Name the panels that plain SQL gives otherwise."""
    zone = ZoneInfo(console.settings.timezone)
    for tab in _TABS:
        console.monitor.look(replace(console.view, tab=tab))
        # Dear figures come later than the others.
        with suppress(TimeoutError):
            console.until(partial(_is_right, tab, plain, zone), _SETTLING)
        latest = console.until(partial(_has, tab))
        yield from plain.wrong(tab, latest.tabs[tab], zone)


def _has(tab: str, snapshot: Snapshot, _: Status) -> bool:
    return tab in snapshot.tabs


def _is_right(tab: str, plain: Plain, zone: ZoneInfo, snapshot: Snapshot, _: Status) -> bool:
    return tab in snapshot.tabs and not plain.wrong(tab, snapshot.tabs[tab], zone)


@contextmanager
def _copied(url: str) -> Iterator[str]:
    """Give the URL of a copy of a database that may be spoilt."""
    head, _, query = url.partition("?")
    place, _, name = head.rpartition("/")
    with closing(psycopg2.connect(f"{place}/postgres?{query}")) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute("DROP DATABASE IF EXISTS spoilt WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE spoilt TEMPLATE {name}")
        copied = f"{place}/spoilt?{query}"
        with closing(psycopg2.connect(copied)) as own, own, own.cursor() as inside:
            inside.execute("SELECT setval('conversation_log_id_seq', max(id)) FROM conversation_log")
        try:
            yield copied
        finally:
            cursor.execute("DROP DATABASE spoilt WITH (FORCE)")
