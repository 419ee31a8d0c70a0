"""The Overview of a large table before its cells are read says what it says after."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aiops_tui.metrics import panels
from aiops_tui.model.panels import Metric, Panel
from aiops_tui.model.view import View
from aiops_tui.model.window import Compare, WindowSpec
from aiops_tui.monitor import Monitor, glance
from aiops_tui.monitor.books import Tuning
from aiops_tui.monitor.collector import Collected, Collector
from aiops_tui.source.database import open_database
from aiops_tui.source.rollup import Limits
from tests.monitor.backend import Backend, Judgement, Talk
from tests.monitor.conftest import Watcher, conversations, role, settings_for, some_talks

SMALL = Tuning(Limits(50), tail_keys=20, margin_keys=1, whole_keys=10, share=math.inf)

users = st.sampled_from(["u1", "u2", "u3", "김", "", None])
sentiments = st.sampled_from(["긍정", "중립", "부정", " Negative", "", None, "joy"])
topics = st.sampled_from(["환불", "환불.", "결제 오류", "Login", "", None, "%_'\"\\", "\x1b[31m"])
scores = st.sampled_from([None, 0.0, 2.5, 4.0, 7.5, 10.0])
rows = st.lists(st.tuples(users, sentiments, topics, scores, st.sampled_from(["like", "dislike", None])), max_size=40)


Drawn = tuple[str | None, str | None, str | None, float | None, str | None]


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiops_tui.monitor.collector._MANY_ROWS", 10)
    monkeypatch.setattr("aiops_tui.source.slices._KEYS", 7)


def looked_at(url: str, folder: Path, view: View, look: Callable[[Collector], Collected | None]) -> list[Panel]:
    configured = settings_for(url, folder)
    database = open_database(configured)
    database.connect()
    try:
        collector = Collector(configured, database, SMALL)
        seen = look(collector)
        assert seen is not None
        return list(panels("overview", seen.inputs))
    finally:
        database.close()


@pytest.mark.parametrize("compare", ["previous", "off"])
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(rows=rows, gap=st.integers(1, 60), late=st.sampled_from([0, 1, 30]), past=st.booleans())
def test_what_is_seen_at_a_glance_is_what_the_cells_say(
    backend: Backend, tmp_path: Path, compare: Compare, rows: list[Drawn], gap: int, late: int, past: bool
) -> None:
    for table in ("conversation_log", "conversation_evaluation", "feedback_log"):
        backend.run(f"DELETE FROM {table}")
    old = datetime.now(UTC) - timedelta(days=40)
    backend.insert(Talk(key, "old", "긍정", "환불", old) for key in range(1, 60))
    first = datetime.now(UTC) - timedelta(hours=len(rows) * gap // 2)
    times = [first + timedelta(hours=gap * place / 2) for place in range(len(rows))]
    backend.insert(
        Talk(60 + n, row[0], row[1], row[2], at) for n, (row, at) in enumerate(zip(rows, times, strict=True))
    )
    judged = [
        Judgement(60 + n, None, None, at + timedelta(hours=late * again, minutes=again), score, score)
        for n, (row, at) in enumerate(zip(rows, times, strict=True))
        for again, score in ((1, row[3]), (2, rows[-1 - n][3]))[: 1 + n % 2]
    ]
    backend.evaluate(judged, replace=False)
    said = enumerate(zip(rows, times, strict=True))
    backend.rate((n + 1, 60 + n, row[4], at, None) for n, (row, at) in said if row[4] is not None)
    until = (datetime.now(UTC) - timedelta(hours=late)).replace(minute=0, second=0, microsecond=0)
    window = WindowSpec("custom", since=until - timedelta(days=7), until=until) if past else WindowSpec("7d")
    view = View(window=window, compare=compare)
    at_a_glance = looked_at(backend.url, tmp_path, view, lambda collector: collector.glance(view))
    whole = looked_at(
        backend.url, tmp_path, view, lambda collector: collector.collect(view, ("overview",), lambda done, steps: None)
    )
    assert [panel.id for panel in at_a_glance] == [panel.id for panel in whole]
    for one, other in zip(at_a_glance, whole, strict=True):
        assert one == other, one.id


def test_the_overview_is_live_while_the_rest_is_read(
    backend: Backend, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiops_tui.monitor.loop._REPORT_EVERY", 0.0)
    monkeypatch.setattr("aiops_tui.monitor.collector.Tuning", lambda *args, **kwargs: SMALL)
    backend.insert(some_talks(1, 200, ago=timedelta(days=30)))
    backend.insert(some_talks(201, 150, ago=timedelta(days=1)))
    watcher.start()
    watcher.until(lambda snapshot, status: status.state == "live" and status.steps > 0)
    watcher.until(lambda snapshot, status: status.state == "live" and status.steps == 0)
    shown = [(status.state, conversations(snapshot)) for snapshot, status in watcher.updates if snapshot]
    assert set(shown) == {("live", 150)}


def test_there_is_no_glance_where_an_earlier_run_kept_what_it_counted(
    backend: Backend, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiops_tui.monitor.loop._REPORT_EVERY", 0.0)
    monkeypatch.setattr("aiops_tui.monitor.collector.Tuning", lambda *args, **kwargs: SMALL)
    backend.insert(some_talks(1, 200, ago=timedelta(days=30)))
    backend.insert(some_talks(201, 150, ago=timedelta(days=1)))
    first = watcher.start()
    watcher.until(lambda snapshot, status: status.state == "live" and status.steps == 0 and snapshot is not None)
    watcher.until_conversations(150)
    first.stop(5.0)
    seen = len(watcher.updates)
    watcher.start()
    watcher.until(lambda snapshot, status: len(watcher.updates) > seen and status.state == "live")
    assert not any(status.state == "live" and status.steps for _, status in watcher.updates[seen:])


def test_users_of_a_week_ago_are_those_of_that_period_alone(backend: Backend, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    ago = {"then": timedelta(days=7, hours=1), "between": timedelta(days=3), "now": timedelta(hours=1)}
    backend.insert(Talk(key, name, None, None, now - length) for key, (name, length) in enumerate(ago.items(), 1))
    for window, found in (("24h", (1, 1)), ("30d", (3, 1))):
        view = View(window=WindowSpec(window), compare="week")
        users = Monitor.once(settings_for(backend.url, tmp_path), view, ("overview",)).panel("overview", "active_users")
        assert isinstance(users, Metric)
        assert (users.value, users.previous) == found


def test_a_role_that_may_connect_once_gets_its_users_one_after_the_other(postgres_url: str, tmp_path: Path) -> None:
    backend = Backend(postgres_url)
    backend.create()
    backend.insert(some_talks(1, 200, ago=timedelta(days=30)))
    backend.insert(some_talks(201, 150, ago=timedelta(days=1)))
    with role(backend) as name:
        url = postgres_url.replace("postgres:", f"{name}:", 1)
        backend.run(f"ALTER ROLE {name} CONNECTION LIMIT 1")
        backend.commit()
        view = View()
        found = {panel.id: panel for panel in looked_at(url, tmp_path, view, lambda one: one.glance(view))}
        users = found["active_users"]
        assert isinstance(users, Metric)
        assert users.value == 5
    backend.close()


def test_users_of_a_file_are_kept_with_what_it_took_to_read_their_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = Backend(f"sqlite:///{tmp_path / 'backend.db'}")
    backend.create()
    backend.insert(some_talks(1, 200, ago=timedelta(days=30)))
    backend.insert(some_talks(201, 150, ago=timedelta(days=1)))
    took: list[float] = []

    def timed(read: Callable[..., object], *asked: object) -> object:
        started = time.monotonic()
        answer = read(*asked)
        took.append(time.monotonic() - started)
        return answer

    made = glance._reader
    monkeypatch.setattr(glance, "_reader", lambda *asked: partial(timed, made(*asked)))
    configured = settings_for(backend.url, tmp_path)
    with closing(open_database(configured)) as database:
        database.connect()
        collector = Collector(configured, database, SMALL)
        assert collector.glance(View()) is not None
        kept = collector._figures.lists.last_users
    assert kept is not None
    assert kept.users.current is not None
    # When it is asked for again rests on it.
    assert kept.seconds >= max(took)
