"""The monitor on real databases: live, lost and back, paused, asked, and gone at once."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from aiops_tui.model.filters import Filter
from aiops_tui.model.labels import REST
from aiops_tui.model.panels import Metric, Table
from aiops_tui.model.view import View
from aiops_tui.model.window import WindowSpec
from aiops_tui.monitor import Monitor
from aiops_tui.monitor.books import Tuning
from aiops_tui.monitor.collector import Collector
from aiops_tui.source.database import open_database
from aiops_tui.source.problems import SourceError
from aiops_tui.source.rollup import Limits
from aiops_tui.text.printable import printable
from tests.monitor.backend import CONVERSATIONS, Backend, Judgement, Talk
from tests.monitor.conftest import Watcher, conversations, settings_for, some_talks


@pytest.fixture
def on_postgres(postgres_url: str, tmp_path: Path) -> Iterator[tuple[Backend, Watcher]]:
    backend = Backend(postgres_url)
    backend.create()
    watcher = Watcher(settings_for(postgres_url, tmp_path))
    yield backend, watcher
    watcher.close()
    backend.close()


def admin(url: str, statement: str) -> None:
    connection = psycopg2.connect(url.replace(f"/{name_of(url)}?", "/postgres?", 1))
    connection.autocommit = True
    connection.cursor().execute(statement)
    connection.close()


def name_of(url: str) -> str:
    return url.split("?")[0].rsplit("/", 1)[1]


def test_new_conversations_show_up_by_themselves(backend: Backend, watcher: Watcher) -> None:
    backend.insert(some_talks(1, 20))
    watcher.start()
    watcher.until_conversations(20)
    backend.insert(some_talks(21, 5))
    watcher.until_conversations(25)


def test_an_empty_table_is_live_with_no_conversations(backend: Backend, watcher: Watcher) -> None:
    watcher.start()
    assert conversations(watcher.until_live()) == 0
    backend.insert(some_talks(1, 3))
    watcher.until_conversations(3)


def test_a_quiet_poll_computes_nothing(backend: Backend, watcher: Watcher) -> None:
    backend.insert(some_talks(1, 10))
    watcher.start(View(window=WindowSpec("7d", at=datetime.now(UTC))))
    first = watcher.until_live()
    polled = watcher.updates[-1][1].polled_at
    assert polled is not None
    again, _ = watcher.until(lambda _, s: s.state == "live" and s.polled_at is not None and s.polled_at > polled)
    assert again is first


def test_a_changed_sentiment_is_found_by_recounting_in_the_background(backend: Backend, watcher: Watcher) -> None:
    backend.insert([*some_talks(1, 10, ago=timedelta(days=2)), *some_talks(3000, 5)])
    watcher.start(View(tab="sentiment"))
    watcher.until_live()
    backend.run("UPDATE conversation_log SET sentiment = '부정'")
    backend.commit()

    def all_negative(snapshot: object, _: object) -> bool:
        panel = snapshot.panel("sentiment", "negative") if snapshot is not None else None  # type: ignore[attr-defined]
        return isinstance(panel, Metric) and panel.value == 15

    watcher.until(all_negative)


@pytest.mark.parametrize(("tab", "narrowed"), [("sentiment", ""), ("overview", "hour:9"), ("users", "weekday:mon")])
def test_another_zone_is_shown_from_what_is_read_already(
    backend: Backend, watcher: Watcher, monkeypatch: pytest.MonkeyPatch, tab: str, narrowed: str
) -> None:
    at = datetime.now(UTC)
    each_hour = (some_talks(1000 - 5 * h, 1 + h % 4, ago=timedelta(hours=h)) for h in range(150, 0, -1))
    backend.insert([talk for talks in each_hour for talk in talks])
    view = View(tab, WindowSpec("7d", at=at), Filter.parse(narrowed))
    monitor = watcher.start(view)
    watcher.until_live()
    fresh = Monitor.once(replace(watcher.settings, timezone="America/New_York"), view, [tab])
    monkeypatch.setattr(Collector, "__init__", lambda *_: pytest.fail("nothing is read anew"))
    monitor.set_timezone("America/New_York")
    # The dearest figures may come with the next poll.
    watcher.until(lambda snapshot, _: snapshot is not None and snapshot.tabs == fresh.tabs)
    assert watcher.updates[-1][0] is not None
    assert watcher.updates[-1][0].timezone == "America/New_York"


def test_paused_looks_no_more_until_asked(backend: Backend, watcher: Watcher) -> None:
    backend.insert(some_talks(1, 4))
    monitor = watcher.start()
    watcher.until_conversations(4)
    monitor.pause(True)
    watcher.until(lambda _, status: status.state == "paused")
    backend.insert(some_talks(5, 4))
    assert conversations(watcher.updates[-1][0]) == 4
    monitor.refresh()
    watcher.until_conversations(8)
    monitor.pause(False)
    assert watcher.until(lambda _, status: status.state == "live")


def test_idle_looks_rarely_says_so_and_looks_at_once_when_it_is_over(backend: Backend, watcher: Watcher) -> None:
    watcher.settings = replace(watcher.settings, interval_idle=3600)
    backend.insert(some_talks(1, 4))
    monitor = watcher.start()
    watcher.until_conversations(4)
    monitor.idle(True)
    _, idle = watcher.until(lambda _, status: status.state == "idle")
    backend.insert(some_talks(5, 4))
    monitor.set_interval(0.01)  # wakes it, as a line in a log does
    again, status = watcher.until(lambda _, status: status.state == "idle" and status is not idle)
    assert conversations(again) == 4 and status.polled_at == idle.polled_at
    monitor.idle(False)
    watcher.until_conversations(8)
    watcher.until_live()


def test_idle_still_looks_now_and_then(backend: Backend, watcher: Watcher) -> None:
    watcher.settings = replace(watcher.settings, interval_idle=0.1)
    backend.insert(some_talks(1, 4))
    watcher.start().idle(True)
    watcher.until(lambda _, status: status.state == "idle")
    backend.insert(some_talks(5, 4))
    watcher.until(lambda snapshot, status: status.state == "idle" and conversations(snapshot) == 8)


def test_another_view_is_shown_at_once_and_the_filter_in_it(backend: Backend, watcher: Watcher) -> None:
    backend.insert(some_talks(1, 8))
    monitor = watcher.start()
    watcher.until_conversations(8)
    monitor.set_interval(3600)
    monitor.look(View(filter=Filter.parse("user:u1")))
    assert watcher.until_conversations(2).filter == "user:u1"
    monitor.look(View(filter=Filter.parse("sentiment:negative")))
    watcher.until_conversations(2)
    monitor.look(View(tab="sentiment"))
    watcher.until(lambda snapshot, _: snapshot is not None and "sentiment" in snapshot.tabs)


def test_a_conversation_is_read_whole_with_its_scores(backend: Backend, watcher: Watcher) -> None:
    backend.insert(some_talks(1, 3))
    backend.evaluate([Judgement(2, None, None, datetime.now(UTC), 4.0, 6.0)], replace=False)
    backend.rate([(1, 2, "dislike", datetime.now(UTC), None)])
    monitor = watcher.start()
    opened = monitor.conversation("2").result(30)
    assert opened is not None
    assert (opened.question, opened.evaluations[0].score, opened.feedback[0].feedback) == ("question 2", 5.0, "dislike")
    assert monitor.conversation("99").result(30) is None
    assert monitor.conversation("no number").result(30) is None
    assert monitor.conversation("9" * 30).result(30) is None


def test_of_many_conversations_one_comes_before_what_was_said_of_it(
    backend: Backend, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Collector, "_is_worth_keeping", lambda *_: True)
    backend.insert(some_talks(1, 3))
    backend.evaluate([Judgement(2, None, None, datetime.now(UTC), 4.0, 6.0)], replace=False)
    monitor = watcher.start()
    watcher.until_live()
    monitor.set_interval(3600)
    soon = monitor.conversation("2", whole=False).result(30)
    assert soon is not None and (soon.question, soon.evaluations, soon.partial) == ("question 2", (), True)
    whole = monitor.conversation("2").result(30)
    assert whole is not None and whole.evaluations[0].score == 5.0 and not whole.partial
    assert monitor.conversation("2", whole=False).result(30) == whole
    backend.rate([(1, 2, "dislike", datetime.now(UTC), None)])
    monitor.refresh()
    while (whole := monitor.conversation("2").result(30)) is not None and not whole.feedback:
        pass


def test_a_lost_server_keeps_the_last_data_and_comes_back(on_postgres: tuple[Backend, Watcher]) -> None:
    backend, watcher = on_postgres
    backend.insert(some_talks(1, 6))
    watcher.start()
    watcher.until_conversations(6)
    name = name_of(backend.url)
    backend.close()
    admin(backend.url, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    admin(backend.url, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    snapshot, status = watcher.until(lambda _, status: status.state == "lost")
    assert conversations(snapshot) == 6
    assert status.problem is not None and status.retry_at is not None and status.lost_at is not None
    admin(backend.url, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    watcher.monitors[0].refresh()
    watcher.until(lambda _, status: status.state == "live")
    backend.connection = psycopg2.connect(backend.url)
    backend.insert(some_talks(7, 1))
    watcher.until_conversations(7)


def test_a_table_without_a_column_is_named_and_awaited(backend: Backend, watcher: Watcher) -> None:
    backend.run("ALTER TABLE conversation_log RENAME COLUMN sentiment TO mood")
    backend.commit()
    watcher.start()
    _, status = watcher.until(lambda _, status: status.state == "lost")
    assert status.problem is not None
    assert status.problem.id == "source.no_column" and status.problem.values["columns"] == "sentiment"
    backend.create()
    watcher.monitors[0].refresh()
    watcher.until_live()


def test_a_locked_evaluation_table_keeps_its_last_figures(on_postgres: tuple[Backend, Watcher]) -> None:
    backend, watcher = on_postgres
    backend.insert(some_talks(1, 6))
    backend.evaluate([Judgement(1, None, None, datetime.now(UTC), 4.0, 6.0)], replace=False)
    backend.run("LOCK TABLE conversation_evaluation IN ACCESS EXCLUSIVE MODE")
    watcher.start(View(tab="evaluation"))
    locked, _ = watcher.until(lambda _, status: status.state == "live")
    assert locked is not None and "source.evaluations_stale" in {notice.id for notice in locked.warnings}
    backend.commit()
    watcher.monitors[0].look(View(tab="evaluation", compare="off"))

    def scored(snapshot: object, _: object) -> bool:
        panel = snapshot.panel("evaluation", "score") if snapshot is not None else None  # type: ignore[attr-defined]
        return isinstance(panel, Metric) and panel.value == 5.0

    watcher.until(scored)


def test_stopping_does_not_wait_for_a_question_that_hangs(on_postgres: tuple[Backend, Watcher]) -> None:
    backend, watcher = on_postgres
    backend.insert(some_talks(1, 6))
    backend.run("LOCK TABLE conversation_log IN ACCESS EXCLUSIVE MODE")
    watcher.settings = replace(watcher.settings, lock_timeout=60.0)
    monitor = watcher.start()
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'aiops-tui' AND wait_event_type = 'Lock'"
    watch = psycopg2.connect(backend.url)
    watch.autocommit = True
    cursor = watch.cursor()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        cursor.execute(waiting)
        if cursor.fetchone()[0]:
            break
    monitor.stop(30)
    assert not any(thread.name == "monitor" and thread.is_alive() for thread in threading.enumerate())
    watch.close()


def test_two_open_transactions_that_commit_out_of_order_lose_nothing(on_postgres: tuple[Backend, Watcher]) -> None:
    backend, watcher = on_postgres
    backend.run("CREATE SEQUENCE keys")
    backend.commit()
    watcher.start()
    watcher.until_live()
    late = Backend(backend.url)
    now = datetime.now(UTC)
    late.run("INSERT INTO conversation_log VALUES (nextval('keys'), 'u', 'q', 'a', NULL, NULL, ?)", [(now,)])
    backend.run("INSERT INTO conversation_log VALUES (nextval('keys'), 'u', 'q', 'a', NULL, NULL, ?)", [(now,)])
    backend.commit()
    watcher.until_conversations(1)
    late.commit()
    late.close()
    watcher.until_conversations(2)


def test_headless_once_answers_or_says_what_is_wrong(backend: Backend, tmp_path: Path) -> None:
    backend.insert(some_talks(1, 9))
    settings = settings_for(backend.url, tmp_path)
    assert conversations(Monitor.once(settings, View(), ("overview",))) == 9
    backend.run("DROP TABLE conversation_log")
    backend.commit()
    with pytest.raises(SourceError) as caught:
        Monitor.once(settings, View(), ("overview",))
    assert caught.value.notice.id == "source.no_table"


def test_an_error_of_our_own_is_told_reported_and_outlived(
    backend: Backend, watcher: Watcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watcher.settings = replace(watcher.settings, state_dir=tmp_path / "state")
    backend.insert(some_talks(1, 3))
    monitor = watcher.start()
    watcher.until_conversations(3)
    monkeypatch.setattr("aiops_tui.monitor.loop._LAST_RETRY", 0.05)

    def fails(*_: object, **more: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(Collector, "conversation", fails)
        error = monitor.conversation("1").exception(timeout=30)
        assert isinstance(error, SourceError) and error.notice.id == "source.defect"
        broken.setattr(Collector, "probe", fails)
        monitor.refresh()
        snapshot, status = watcher.until(lambda _, status: status.state == "lost")
    assert conversations(snapshot) == 3
    assert status.problem is not None and status.problem.values["kind"] == "ZeroDivisionError"
    assert "test_loop.py" in Path(str(status.problem.values["path"])).read_text()
    backend.insert(some_talks(4, 1))
    watcher.until_conversations(4)
    assert len(list(watcher.settings.state_dir.iterdir())) == 1


@pytest.mark.parametrize("key", ["x", 2**63 - 1, -(2**63), 1.5])
def test_keys_that_cannot_be_reckoned_with_are_told(tmp_path: Path, key: object) -> None:
    path = tmp_path / "local.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(CONVERSATIONS.replace("id integer PRIMARY KEY", "id").format(time="datetime"))
        connection.execute("INSERT INTO conversation_log VALUES (?, '', '', '', '', '', datetime())", (key,))
        connection.commit()
    with pytest.raises(SourceError) as caught:
        Monitor.once(settings_for(f"sqlite:///{path}", tmp_path), View(), ("overview",))
    assert caught.value.notice.id == "source.bad_key"


def test_a_filter_by_score_is_answered_where_there_are_two_tables_of_evaluations(
    backend: Backend, tmp_path: Path
) -> None:
    backend.insert(some_talks(1, 6))
    backend.evaluate([Judgement(key, None, None, None, key, None) for key in (1, 2, 3)], replace=False)
    time_type = "timestamptz" if backend.postgres else "datetime"
    backend.run(f"CREATE TABLE evaluation_log (conversation_id bigint, score float, created_at {time_type})")
    backend.run("INSERT INTO evaluation_log VALUES (3, 9, NULL), (4, 9.5, NULL)")
    backend.commit()
    settings = settings_for(backend.url, tmp_path)
    for wanted, found in (
        ("score>=9", 2),
        ("score>=9 feedback:like", 0),
        ("-score>=9", 4),
        ("criterion.relevance<9", 2),
    ):
        view = View(filter=Filter.parse(wanted))
        assert conversations(Monitor.once(settings, view, ("overview", "sentiment", "evaluation"))) == found


def test_users_of_both_periods_are_counted_where_bounds_lie_within_a_bucket(backend: Backend, tmp_path: Path) -> None:
    at = datetime(2026, 11, 20, 10, 7, 13, tzinfo=UTC)
    # More keys than the tail holds, the period before in the older ones alone.
    backend.insert(Talk(i, f"before {i}", None, None, at - timedelta(hours=30, seconds=-i)) for i in range(1, 9))
    backend.insert([Talk(30_000, "now", None, None, at - timedelta(hours=1))])
    view = View(window=WindowSpec("24h", at=at))
    users = Monitor.once(settings_for(backend.url, tmp_path), view, ("overview",)).panel("overview", "active_users")
    assert isinstance(users, Metric)
    assert (users.value, users.previous) == (1, 8)


def test_a_topic_written_like_the_mark_of_all_others_is_a_topic_of_its_own(backend: Backend, tmp_path: Path) -> None:
    at = datetime.now(UTC) - timedelta(minutes=5)
    backend.insert([Talk(key, "u", None, REST if key < 4 else "환불", at) for key in range(1, 6)])
    settings = settings_for(backend.url, tmp_path)
    shown = printable(REST)
    topics = Monitor.once(settings, View(), ("overview",)).panel("overview", "topics")
    assert isinstance(topics, Table)
    assert [row[:2] for row in topics.rows] == [(shown, 3), ("환불", 2)]
    narrowed = View(filter=Filter.parse(f'topic:"{shown}"'))
    assert conversations(Monitor.once(settings, narrowed, ("overview",))) == 3


def test_a_reconciliation_asked_for_finds_rows_far_out_of_order(
    backend: Backend, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = Tuning(Limits(50), tail_keys=20, margin_keys=1, whole_keys=10, disorder=timedelta(0))
    monkeypatch.setattr("aiops_tui.monitor.collector.Tuning", lambda *args, **kwargs: small)
    old = [Talk(i, "u", None, None, datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=i)) for i in range(1, 400)]
    stray = Talk(5, "stray", None, None, datetime.now(UTC) - timedelta(hours=1))
    backend.insert([stray if t.key == 5 else t for t in old])
    backend.insert(some_talks(400, 30))
    monitor = watcher.start(View(window=WindowSpec("24h")))
    watcher.until_conversations(30)
    monitor.reconcile()
    watcher.until_conversations(31)


def test_an_evaluation_run_that_makes_its_table_anew_costs_no_recount_of_conversations(
    backend: Backend, watcher: Watcher
) -> None:
    backend.insert(some_talks(1, 6))
    backend.evaluate([Judgement(1, None, None, datetime.now(UTC), 4.0, 6.0)], replace=False)
    settings = watcher.settings
    database = open_database(settings)
    database.connect()
    collector = Collector(settings, database, Tuning(Limits(50), evaluation_seconds=0))
    view = View(tab="evaluation")

    def score() -> float | None:
        collector.probe()
        frame = collector.collect(view, ("evaluation",), lambda done, steps: None).inputs.current.evaluations
        assert frame is not None
        rows = frame.filter(frame["criterion"] == "score").select("total", "n").sum()
        return float(rows["total"].item() / rows["n"].item())

    assert score() == 5.0
    books = list(collector.books)
    backend.evaluate([Judgement(2, None, None, datetime.now(UTC), 8.0, 9.0)], replace=True)
    assert score() == 8.5
    assert list(collector.books) == books
    database.close()


def test_another_file_under_the_same_name_is_read_anew(tmp_path: Path) -> None:
    old, new = Backend(f"sqlite:///{tmp_path}/local.db"), Backend(f"sqlite:///{tmp_path}/new.db")
    for backend, count in ((old, 5), (new, 7)):
        backend.create()
        backend.insert(some_talks(1, count))
        backend.close()
    watcher = Watcher(settings_for(f"sqlite:///{tmp_path}/local.db", tmp_path))
    watcher.start()
    watcher.until_conversations(5)
    (tmp_path / "new.db").rename(tmp_path / "local.db")
    watcher.until_conversations(7)
    watcher.close()


def test_a_sentiment_filled_in_later_is_seen_at_the_next_poll_without_recounting(
    backend: Backend, watcher: Watcher
) -> None:
    old = some_talks(1, 40, ago=timedelta(days=1))
    backend.insert([replace(talk, sentiment=None) for talk in old])
    backend.insert(some_talks(100, 20))
    database = open_database(watcher.settings)
    database.connect()
    collector = Collector(watcher.settings, database, Tuning(Limits(50), tail_keys=110, margin_keys=1))

    def unanalysed() -> int:
        collector.probe()
        inputs = collector.collect(View(tab="sentiment"), ("sentiment",), lambda done, steps: None).inputs
        cells = inputs.current.conversations
        return int(cells.filter(cells["sentiment"] == "unanalysed")["n"].sum())

    assert unanalysed() == 40
    (book,) = collector.books
    assert book.conversations.tail_low is not None and book.conversations.tail_low > 40
    backend.run("UPDATE conversation_log SET sentiment = '부정' WHERE id = 30")
    backend.commit()
    assert unanalysed() == 39
    database.close()


def test_a_file_is_asked_about_a_few_waiting_rows_at_a_time_until_all_are_found(tmp_path: Path) -> None:
    backend = Backend(f"sqlite:///{tmp_path}/local.db")
    backend.create()
    old = some_talks(1, 40, ago=timedelta(days=1))
    backend.insert([replace(talk, sentiment=None) for talk in old])
    backend.insert(some_talks(100, 20))
    settings = settings_for(backend.url, tmp_path)
    database = open_database(settings)
    database.connect()
    limits = Limits(4, freeze_keys=2, merge_keys=4)
    collector = Collector(settings, database, Tuning(limits, tail_keys=200, margin_keys=1, looked_at_keys=5))

    def unanalysed() -> int:
        collector.probe()
        inputs = collector.collect(View(tab="sentiment"), ("sentiment",), lambda done, steps: None).inputs
        cells = inputs.current.conversations
        return int(cells.filter(cells["sentiment"] == "unanalysed")["n"].sum())

    assert unanalysed() == 40
    seen = []
    # The newest are looked at each time, the others in turn.
    for key in (39, 1, *range(2, 39), 40):
        backend.run(f"UPDATE conversation_log SET sentiment = '부정' WHERE id = {key}")
        backend.commit()
        seen.append(unanalysed())
    assert seen[0] == 39
    for turn in range(12):
        if not unanalysed():
            break
        backend.run(f"UPDATE conversation_log SET answer = '{turn}' WHERE id = 100")
        backend.commit()
    assert unanalysed() == 0
    database.close()


def test_each_waiting_row_of_a_file_has_its_turn_though_others_go_on_waiting(tmp_path: Path) -> None:
    backend = Backend(f"sqlite:///{tmp_path}/local.db")
    backend.create()
    backend.insert([replace(talk, sentiment=None) for talk in some_talks(1, 40, ago=timedelta(days=1))])
    backend.insert(some_talks(100, 20))
    settings = settings_for(backend.url, tmp_path)
    limits = Limits(4, freeze_keys=2, merge_keys=4)
    with closing(open_database(settings)) as database:
        database.connect()
        collector = Collector(settings, database, Tuning(limits, tail_keys=200, margin_keys=1, looked_at_keys=5))

        def unanalysed() -> int:
            collector.probe()
            inputs = collector.collect(View(tab="sentiment"), ("sentiment",), lambda done, steps: None).inputs
            cells = inputs.current.conversations
            return int(cells.filter(cells["sentiment"] == "unanalysed")["n"].sum())

        assert unanalysed() == 40
        for oldest in (1, 2):
            backend.run(f"UPDATE conversation_log SET sentiment = '부정' WHERE id = {oldest}")
            for turn in range(8):
                backend.run(f"UPDATE conversation_log SET answer = '{turn}' WHERE id = 100")
                backend.commit()
                left = unanalysed()
                if left == 40 - oldest:
                    break
            assert left == 40 - oldest
    backend.close()


def test_data_are_as_old_as_the_look_that_they_come_from(
    backend: Backend, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    began: list[datetime] = []
    collect = Collector.collect

    def noted(collector: Collector, *args: Any) -> Any:
        began.append(datetime.now(UTC))
        return collect(collector, *args)

    monkeypatch.setattr(Collector, "collect", noted)
    backend.insert(some_talks(1, 5))
    watcher.start()
    _, status = watcher.until(lambda _, status: status.state == "live")
    assert status.polled_at is not None
    assert status.polled_at <= began[0]


def test_the_first_load_tells_how_far_it_is(
    backend: Backend, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiops_tui.monitor.loop._REPORT_EVERY", 0.0)
    small = Tuning(Limits(50), tail_keys=20, margin_keys=1)
    monkeypatch.setattr("aiops_tui.monitor.collector.Tuning", lambda *args, **kwargs: small)
    backend.insert(some_talks(1, 400, ago=timedelta(days=1)))
    watcher.start()
    watcher.until_conversations(400)
    told = [status.done for _, status in watcher.updates if status.state == "loading" and status.steps]
    assert len(told) > 2 and told == sorted(told)


def test_a_long_window_shows_the_last_day_while_it_is_read(
    backend: Backend, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiops_tui.monitor.collector._MANY_ROWS", 10)
    backend.insert([*some_talks(1, 20, ago=timedelta(days=9)), *some_talks(21, 7)])
    watcher.start(View(window=WindowSpec("90d")))
    assert conversations(watcher.until_live()) == 27
    shown = [
        (status.state, snapshot.window.name, conversations(snapshot))
        for snapshot, status in watcher.updates
        if snapshot
    ]
    assert shown[0] == ("loading", "24h", 7)
