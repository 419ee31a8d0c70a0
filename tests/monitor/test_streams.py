"""Logs that the database holds, while the console watches: followed, counted, narrowed, switched on and off."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aiops_tui.model.filters import Filter
from aiops_tui.model.panels import Metric, Snapshot, Table
from aiops_tui.model.records import STREAMS, LogEntry
from aiops_tui.model.view import View
from aiops_tui.model.window import WindowSpec
from aiops_tui.monitor import Monitor
from tests.monitor.backend import Backend, Talk
from tests.monitor.conftest import Watcher, some_talks

TABLE = "CREATE TABLE system_log (id integer PRIMARY KEY, created_at {time}, level text, message text)"
VIEW = View("logs", WindowSpec("1h"))


def log(backend: Backend, first: int, count: int, level: str, ago: timedelta = timedelta(minutes=5)) -> None:
    start = datetime.now(UTC) - ago
    cursor = backend.connection.cursor()
    values = "(%s, %s, %s, %s)" if backend.postgres else "(?, ?, ?, ?)"
    for key in range(first, first + count):
        at = (start + timedelta(seconds=key - first)).isoformat(" ")
        cursor.execute(f"INSERT INTO system_log VALUES {values}", (key, at, level, f"job {key}"))
    backend.connection.commit()


def insert(backend: Backend, talks: Iterable[Talk]) -> None:
    backend.insert(talks)
    backend.commit()


def shown(monitor: Monitor, wanted: Callable[[list[LogEntry]], bool], watcher: Watcher) -> list[LogEntry]:
    """Return the entries of the list once they are as wanted."""
    watcher.until(lambda snapshot, status: wanted(monitor.logs.all()))
    return monitor.logs.all()


def figure(snapshot: Snapshot | None, name: str) -> tuple[float | None, float | None]:
    panel = None if snapshot is None else snapshot.panel("logs", name)
    return (panel.value, panel.previous) if isinstance(panel, Metric) else (None, None)


@pytest.fixture
def logging(backend: Backend) -> Backend:
    backend.run(TABLE.format(time="timestamptz" if backend.postgres else "text"))
    backend.connection.commit()
    return backend


def test_a_log_table_is_followed_and_counted_against_the_period_before(logging: Backend, watcher: Watcher) -> None:
    log(logging, 1, 4, "ERROR", timedelta(minutes=100))
    log(logging, 5, 3, "ERROR")
    log(logging, 8, 2, "WARN")
    monitor = watcher.start(VIEW)
    watcher.until(lambda snapshot, _: figure(snapshot, "errors") == (3, 4) and figure(snapshot, "warnings") == (2, 0))
    log(logging, 10, 6, "ERROR", timedelta(minutes=1))
    watcher.until(lambda snapshot, _: figure(snapshot, "errors") == (9, 4))
    entries = shown(monitor, lambda entries: len(entries) == 15, watcher)
    assert entries[-1].message == "job 15" and entries[-1].source == "system_log"


def test_streams_are_off_until_they_are_asked_for_and_lead_to_the_conversation(
    logging: Backend, watcher: Watcher
) -> None:
    log(logging, 1, 3, "INFO")
    insert(logging, some_talks(1, 8))
    monitor = watcher.start(VIEW)
    assert len(shown(monitor, lambda entries: len(entries) >= 3, watcher)) == 3
    monitor.logs.show_only(Filter(), frozenset({"evaluations"}))
    entries = shown(monitor, lambda entries: len(entries) == 11, watcher)
    talks = [entry for entry in entries if entry.conversation is not None]
    assert [entry.level for entry in talks][:5] == ["negative", "positive", "positive", "positive", "negative"]
    insert(logging, some_talks(9, 1, ago=timedelta(seconds=2)))
    last = shown(monitor, lambda entries: entries[-1].conversation == "9", watcher)[-1]
    opened = monitor.conversation(str(last.conversation)).result(10)
    assert opened is not None and opened.user_id == "u0"
    watcher.until(lambda snapshot, _: figure(snapshot, "errors") == (0, 0))
    monitor.logs.show_only(Filter(), frozenset(STREAMS))
    assert len(shown(monitor, lambda entries: len(entries) == 3, watcher)) == 3


def test_a_filter_of_conversations_narrows_their_stream(logging: Backend, watcher: Watcher) -> None:
    insert(logging, some_talks(1, 8))
    watcher.settings = replace(watcher.settings, log_streams=("conversations",))
    monitor = watcher.start(VIEW)
    shown(monitor, lambda entries: len(entries) == 8, watcher)
    monitor.look(replace(VIEW, filter=Filter.parse("topic:환불 sentiment:negative")))
    entries = shown(monitor, lambda entries: len(entries) == 2, watcher)
    assert [entry.conversation for entry in entries] == ["1", "5"]


def test_one_look_has_it_all(logging: Backend, watcher: Watcher) -> None:
    log(logging, 1, 3, "ERROR")
    insert(logging, some_talks(1, 2))
    settings = replace(watcher.settings, log_streams=("conversations",))
    snapshot = Monitor.once(settings, VIEW, ["logs"])
    assert figure(snapshot, "errors") == (3, 0)
    entries = snapshot.panel("logs", "entries")
    assert isinstance(entries, Table)
    assert {row[2] for row in entries.rows} == {"system_log", "conversations"} and len(entries.rows) == 5
    assert not [notice for notice in snapshot.warnings if notice.id.startswith("logs.")]


def test_a_table_that_was_named_and_is_no_log_is_told(logging: Backend, watcher: Watcher) -> None:
    settings = replace(watcher.settings, log_tables=("nowhere", "feedback_log_2", "system_log"))
    log(logging, 1, 3, "ERROR")
    snapshot = Monitor.once(settings, VIEW, ["logs"])
    assert figure(snapshot, "errors") == (3, 0)
    told = [(notice.id, notice.values["table"]) for notice in snapshot.warnings if notice.id == "logs.no_table"]
    assert told == [("logs.no_table", "nowhere"), ("logs.no_table", "feedback_log_2")]
