"""A database that fights back: the last figures stay, one line says what is wrong, and it passes by itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg2
import pytest

from aiops_tui.model.panels import Metric, Snapshot, Status
from aiops_tui.model.view import View
from aiops_tui.text.translations import Translator
from tests.monitor.backend import Backend, Judgement
from tests.monitor.conftest import Watcher, conversations, role, settings_for, some_talks
from tests.network import PATIENCE, line
from tests.servers import Server, own_servers

STALE = "source.evaluations_stale"
SECRET = "hunter2-geheim"

Lost = Callable[[Snapshot | None, Status], bool]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiops_tui.monitor.loop._FIRST_RETRY", 0.05)
    monkeypatch.setattr("aiops_tui.monitor.loop._LAST_RETRY", 0.2)


@pytest.fixture
def there(postgres_url: str, tmp_path: Path) -> Iterator[tuple[Backend, Watcher]]:
    with closing(Backend(postgres_url)) as backend:
        backend.create()
        backend.insert(some_talks(1, 6))
        watcher = Watcher(settings_for(postgres_url, tmp_path))
        yield backend, watcher
        watcher.close()


def told(watcher: Watcher, notice: str) -> None:
    """Wait until the console says what is wrong, in one line without a secret, and still shows the last figures."""
    snapshot, status = watcher.until(lambda _, status: status.problem is not None and status.problem.id == notice)
    assert status.state == "lost" and conversations(snapshot) == 6
    assert status.problem is not None
    for language in ("en", "ko"):
        words = Translator(language).notice(status.problem)
        assert words and "\n" not in words and SECRET not in words and notice not in words


def back(backend: Backend, watcher: Watcher) -> None:
    """Wait until new rows are seen, with nobody's help."""
    backend.insert(some_talks(7, 1))
    snapshot, _ = watcher.until(lambda snapshot, status: status.state == "live" and conversations(snapshot) == 7)
    assert snapshot is not None


def warned(notice: str) -> Lost:
    return lambda snapshot, _: snapshot is not None and notice in {told.id for told in snapshot.warnings}


def slow_down(backend: Backend, column: str = "NULL") -> None:
    """Put a view in the table's place of which each row, or each look at a column, takes ``slow.seconds``."""
    backend.run("ALTER TABLE conversation_log RENAME TO stored")
    backend.run("CREATE TABLE slow (seconds float)")
    backend.run("INSERT INTO slow VALUES (0)")
    backend.run("""CREATE FUNCTION slowly(value text) RETURNS text LANGUAGE plpgsql STABLE AS $$
        BEGIN PERFORM pg_sleep(seconds) FROM slow WHERE seconds > 0; RETURN value; END $$""")
    user = "slowly(user_id) AS user_id" if column == "user_id" else "user_id"
    each = "" if column == "user_id" else "WHERE slowly('') = ''"
    backend.run(f"""CREATE VIEW conversation_log AS
        SELECT id, {user}, question, answer, sentiment, topic, created_at FROM stored {each}""")
    backend.commit()


def set_speed(backend: Backend, seconds: float) -> None:
    backend.run("UPDATE slow SET seconds = ?", [(seconds,)])
    backend.commit()


def test_questions_that_take_too_long(there: tuple[Backend, Watcher]) -> None:
    backend, watcher = there
    slow_down(backend)
    watcher.settings = replace(watcher.settings, statement_timeout=1.0)
    watcher.start()
    watcher.until_conversations(6)
    set_speed(backend, 0.5)
    told(watcher, "source.timeout")
    set_speed(backend, 0)
    back(backend, watcher)


def test_one_dear_question_leaves_a_gap_and_no_more(there: tuple[Backend, Watcher]) -> None:
    backend, watcher = there
    backend.insert(some_talks(7, 594, ago=timedelta(minutes=30)))
    slow_down(backend, "user_id")
    set_speed(backend, 0.005)
    watcher.settings = replace(watcher.settings, statement_timeout=1.0)
    watcher.start()
    snapshot, _ = watcher.until(lambda snapshot, status: status.state == "live" and conversations(snapshot) == 600)
    assert warned("source.slow_users")(snapshot, Status("live"))
    assert snapshot is not None
    users = snapshot.panel("overview", "active_users")
    assert isinstance(users, Metric) and users.value is None


def test_a_lock_on_the_conversations(there: tuple[Backend, Watcher]) -> None:
    backend, watcher = there
    watcher.start()
    watcher.until_conversations(6)
    backend.insert(some_talks(7, 1))
    watcher.until_conversations(7)
    with closing(psycopg2.connect(backend.url)) as other:
        other.cursor().execute("LOCK TABLE conversation_log IN ACCESS EXCLUSIVE MODE")
        _, status = watcher.until(lambda _, status: status.state == "lost")
        assert status.problem is not None and status.problem.id == "source.locked"
        assert conversations(watcher.updates[-1][0]) == 7
    backend.insert(some_talks(8, 1))
    watcher.until_conversations(8)


def test_a_lock_on_the_evaluations_stops_nothing_else(there: tuple[Backend, Watcher]) -> None:
    backend, watcher = there
    backend.evaluate([Judgement(1, None, None, datetime.now(UTC), 4.0, 6.0)], replace=False)
    monitor = watcher.start(View(tab="evaluation", compare="off"))
    watcher.until(scored(5.0))
    backend.run("DROP TABLE conversation_evaluation")
    # The period before needs evaluations that were not read yet.
    monitor.look(View(tab="evaluation"))
    stale, status = watcher.until(warned(STALE))
    assert scored(5.0)(stale, status)
    with closing(Backend(backend.url)) as other:
        other.insert(some_talks(7, 1))
    # Out of what there is now, so much had been evaluated.
    watcher.until(lambda snapshot, _: metric(snapshot, "coverage") == pytest.approx(1 / 7))
    assert all(status.state != "lost" for _, status in watcher.updates)
    backend.connection.rollback()  # type: ignore[attr-defined]
    watcher.until(lambda snapshot, status: scored(5.0)(snapshot, status) and not warned(STALE)(snapshot, status))


def metric(snapshot: Snapshot | None, name: str) -> float | None:
    panel = None if snapshot is None else snapshot.panel("evaluation", name)
    return panel.value if isinstance(panel, Metric) else None


def scored(value: float) -> Lost:
    return lambda snapshot, _: metric(snapshot, "score") == value


@pytest.mark.parametrize("received", [0, 300, 3_000, 10_000])
def test_a_connection_cut_in_the_middle_of_an_answer(
    there: tuple[Backend, Watcher], tmp_path: Path, received: int
) -> None:
    backend, watcher = there
    with line(backend.url) as laid:
        watcher.settings = settings_for(laid.url, tmp_path)
        watcher.start()
        watcher.until_conversations(6)
        laid.cut_after(received)
        topics = [replace(talk, topic=f"topic {talk.key}") for talk in some_talks(7, 300)]
        backend.insert(topics)
        watcher.until_conversations(306)
        seen = {conversations(snapshot) for snapshot, _ in watcher.updates if snapshot is not None}
        assert seen == {6, 306}
        assert all(status.problem is None or status.problem.id == "source.gone" for _, status in watcher.updates)


def test_a_line_that_is_cut_for_longer(there: tuple[Backend, Watcher], tmp_path: Path) -> None:
    backend, watcher = there
    with line(backend.url) as laid:
        watcher.settings = settings_for(laid.url.replace("postgres@", f"postgres:{SECRET}@"), tmp_path)
        watcher.start()
        watcher.until_conversations(6)
        laid.block(True)
        told(watcher, "source.unreachable")
        laid.block(False)
        back(backend, watcher)


def test_a_session_that_the_server_ends(there: tuple[Backend, Watcher]) -> None:
    backend, watcher = there
    watcher.start()
    watcher.until_conversations(6)
    for _ in range(3):
        backend.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'aiops-tui'")
        backend.commit()
    back(backend, watcher)


@pytest.mark.parametrize(
    ("table", "notice"),
    [("conversation_evaluation", "source.table_unreadable"), ("feedback_log", "source.table_unreadable")],
)
def test_a_table_that_may_be_read_no_more_is_left_out(
    there: tuple[Backend, Watcher], tmp_path: Path, table: str, notice: str
) -> None:
    backend, watcher = there
    with role(backend) as name:
        watcher.settings = settings_for(backend.url.replace("postgres:", f"{name}:", 1), tmp_path)
        watcher.start()
        watcher.until_conversations(6)
        backend.run(f"REVOKE SELECT ON {table} FROM {name}")
        backend.commit()
        watcher.until(warned(notice))
        back(backend, watcher)
        backend.run(f"GRANT SELECT ON {table} TO {name}")
        backend.commit()
        watcher.until(lambda snapshot, status: not warned(notice)(snapshot, status))


def test_conversations_that_may_be_read_no_more(there: tuple[Backend, Watcher], tmp_path: Path) -> None:
    backend, watcher = there
    with role(backend) as name:
        watcher.settings = settings_for(backend.url.replace("postgres:", f"{name}:", 1), tmp_path)
        watcher.start()
        watcher.until_conversations(6)
        backend.run(f"REVOKE SELECT ON conversation_log FROM {name}")
        backend.commit()
        told(watcher, "source.no_rights")
        backend.run(f"GRANT SELECT ON conversation_log TO {name}")
        backend.commit()
        back(backend, watcher)


def test_a_server_without_a_free_connection(there: tuple[Backend, Watcher], tmp_path: Path) -> None:
    backend, watcher = there
    with role(backend) as name:
        url = backend.url.replace("postgres:", f"{name}:", 1)
        watcher.settings = settings_for(url, tmp_path)
        watcher.start()
        watcher.until_conversations(6)
        backend.run(f"ALTER ROLE {name} CONNECTION LIMIT 0")
        backend.commit()
        backend.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'aiops-tui'")
        backend.commit()
        told(watcher, "source.too_many")
        backend.run(f"ALTER ROLE {name} CONNECTION LIMIT 1")
        backend.commit()
        back(backend, watcher)
        watcher.close()


def test_a_server_that_is_restarted_and_one_that_crashes(tmp_path: Path) -> None:
    with own_servers() as (server, _):
        backend, watcher = begun(server, tmp_path)
        watcher.settings = replace(watcher.settings, connect_timeout=2.0)
        watcher.start()
        watcher.until_conversations(6)
        for count, mode in ((7, "fast"), (8, "immediate")):
            backend.close()
            server.stop(mode)
            _, status = watcher.until(lambda _, status: status.state == "lost")
            assert status.problem is not None and status.problem.id in {"source.refused", "source.starting"}
            server.start()
            backend.connection = psycopg2.connect(server.url)
            backend.insert(some_talks(count, 1))
            watcher.until_conversations(count)
        watcher.close()
        backend.close()


def test_a_standby_that_withdraws_questions_and_one_that_takes_none(tmp_path: Path) -> None:
    with own_servers() as (server, place):
        backend, watcher = begun(server, tmp_path)
        slow_down(backend)
        standby = server.copy(place / "two")
        standby.start("max_standby_streaming_delay=0")
        watcher.settings = settings_for(standby.url, tmp_path)
        watcher.start()
        watcher.until_conversations(6)
        set_speed(backend, 0.05)
        conflict_until(backend, lambda: any(status.problem for _, status in watcher.updates))
        assert {status.problem.id for _, status in watcher.updates if status.problem} <= {"source.conflict"}
        set_speed(backend, 0)
        watcher.until(lambda _, status: status.state == "live")
        standby.stop()
        standby.start("hot_standby=off")
        told(watcher, "source.starting")
        standby.stop()
        standby.start()
        backend.run("INSERT INTO stored SELECT 7, 'u', 'q', 'a', '긍정', '환불', now() - interval '1 minute'")
        backend.commit()
        watcher.until_conversations(7)
        watcher.close()
        backend.close()


def begun(server: Server, tmp_path: Path) -> tuple[Backend, Watcher]:
    backend = Backend(server.url)
    backend.create()
    backend.insert(some_talks(1, 6))
    return backend, Watcher(settings_for(server.url, tmp_path))


def conflict_until(backend: Backend, met: Callable[[], bool]) -> None:
    """Remove row versions that questions on the standby still see, until something is met."""
    backend.connection.autocommit = True  # type: ignore[attr-defined]
    deadline = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < deadline
        backend.run("UPDATE stored SET topic = topic")
        backend.run("VACUUM stored")
    backend.connection.autocommit = False  # type: ignore[attr-defined]
