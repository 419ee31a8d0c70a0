"""The live writer: new rows, later their analysis, and nothing that could disturb the console beside it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiops_tui.demo import Writer, create_tables
from aiops_tui.demo.live import Live
from aiops_tui.demo.schema import open_engine
from aiops_tui.demo.service import Service

Wait = Callable[[Callable[[], object]], None]


def ask(path: Path, query: str) -> int:
    """Return the one number that a query gives."""
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute(query).fetchone()[0])


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Run a writer on a file."""
    writer = Writer(path, seed=5)
    writer.start()
    try:
        yield writer
    finally:
        writer.stop()


def live_for(path: Path, now: datetime, minutes: float) -> list[str]:
    """Let minutes pass, as fast as possible, and return the lines logged."""
    lines: list[str] = []
    with open_engine(path).connect() as connection:
        with connection.begin():
            live = Live(connection, 1, now)
        for number in range(1, int(minutes * 120) + 1):
            with connection.begin():
                lines += live.tick(connection, now + timedelta(seconds=number / 2))
    return lines


def test_minutes_bring_conversations_and_all_that_follows(small: Path, now: datetime) -> None:
    tables = ("conversation_evaluation", "feedback_log")
    before = {table: ask(small, f"SELECT count(*) FROM {table}") for table in tables}
    lines = live_for(small, now, 4)
    new = ask(small, "SELECT count(*) FROM conversation_log WHERE id > 300")
    assert 4 * 60 * 2 < new < 4 * 60 * 9
    assert all(ask(small, f"SELECT count(*) FROM {table}") > before[table] for table in tables)
    assert len(lines) >= new
    end = now.replace(tzinfo=None) + timedelta(minutes=4)
    old = end - timedelta(seconds=31)
    unanalysed = "SELECT count(*) FROM conversation_log WHERE sentiment IS NULL AND created_at"
    assert ask(small, f"{unanalysed} < '{old}'") == 0
    assert ask(small, f"{unanalysed} > '{end - timedelta(seconds=5)}'") > 0
    assert ask(small, f"SELECT count(*) FROM conversation_log WHERE created_at > '{end}'") == 0
    foreign = "SELECT count(*) FROM {0} WHERE conversation_id NOT IN (SELECT id FROM conversation_log)"
    assert all(ask(small, foreign.format(table)) == 0 for table in tables)
    assert ask(small, "SELECT count(*) FROM conversation_evaluation WHERE sentiment IS NULL") == 0


def test_now_and_then_there_is_a_burst(small: Path, now: datetime) -> None:
    live_for(small, now, 6)
    with closing(sqlite3.connect(small)) as connection:
        per_second = [
            n
            for (n,) in connection.execute(
                "SELECT count(*) FROM conversation_log WHERE id > 300 GROUP BY substr(created_at, 1, 19)"
            )
        ]
    usual = sorted(per_second)[len(per_second) // 2]
    assert usual <= 6
    assert max(per_second) >= 14


def test_evaluations_are_replaced_as_a_whole_now_and_then(small: Path, now: datetime) -> None:
    def table() -> int:
        return ask(small, "SELECT rootpage FROM sqlite_master WHERE name = 'conversation_evaluation'")

    first = table()
    live_for(small, now, 1)
    assert table() == first
    number = ask(small, "SELECT count(*) FROM conversation_evaluation")
    live_for(small, now + timedelta(minutes=1), 11)
    assert table() != first
    assert ask(small, "SELECT count(*) FROM conversation_evaluation") > number
    names = "SELECT count(*) FROM sqlite_master WHERE type = 'table'"
    assert ask(small, names) == 3


def test_the_thread_inserts_updates_and_logs(small: Path, wait_for: Wait) -> None:
    log = small.parent / "logs" / "app.log"
    size = log.stat().st_size
    assert ask(small, "SELECT sentiment IS NULL FROM conversation_log WHERE id = 300") == 1
    with writing(small) as writer:
        wait_for(lambda: ask(small, "SELECT max(id) FROM conversation_log") > 302)
        wait_for(lambda: ask(small, "SELECT sentiment IS NULL FROM conversation_log WHERE id = 300") == 0)
        wait_for(lambda: log.stat().st_size > size)
        assert writer.problem is None
    future = f"SELECT count(*) FROM conversation_log WHERE created_at > '{datetime.now(UTC).replace(tzinfo=None)}'"
    assert ask(small, future) == 0


def test_stop_is_prompt_and_final(small: Path, wait_for: Wait) -> None:
    with writing(small) as writer:
        wait_for(lambda: ask(small, "SELECT max(id) FROM conversation_log") > 300)
        begun = time.monotonic()
        writer.stop()
        assert time.monotonic() - begun < 0.5
        assert not writer._thread.is_alive()
    newest = ask(small, "SELECT max(id) FROM conversation_log")
    writer.stop()
    assert ask(small, "SELECT max(id) FROM conversation_log") == newest


def test_stop_before_start_does_nothing(small: Path) -> None:
    Writer(small).stop()


def test_a_missing_file_is_a_problem_and_not_a_new_file(tmp_path: Path, wait_for: Wait) -> None:
    path = tmp_path / "nowhere.db"
    with writing(path) as writer:
        wait_for(lambda: writer.problem)
    assert not path.exists()
    assert "nowhere.db" in (writer.problem or "")


def test_nothing_is_made_up_in_a_real_database(tmp_path: Path, wait_for: Wait) -> None:
    path = tmp_path / "real.db"
    create_tables(f"sqlite:///{path}")
    with writing(path) as writer:
        wait_for(lambda: writer.problem)
    assert "NotDemoError" in (writer.problem or "")
    assert ask(path, "SELECT count(*) FROM conversation_log") == 0
    assert not (tmp_path / "logs").exists()


def test_a_locked_database_is_a_problem_until_it_is_free(small: Path, wait_for: Wait) -> None:
    with closing(sqlite3.connect(small, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with writing(small) as writer:
            wait_for(lambda: writer.problem)
            other.execute("ROLLBACK")
            wait_for(lambda: writer.problem is None)
            wait_for(lambda: ask(small, "SELECT max(id) FROM conversation_log") > 300)


def test_a_topic_gets_the_labels_that_belong_to_it() -> None:
    service = Service(1, 100)
    praise = [service.label("칭찬.") for _ in range(200)]
    assert praise.count("긍정") > 150
    assert service.label(None)
