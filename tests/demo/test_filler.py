"""Filling a file: the same for the same seed and now, whole or not at all, and over nothing that is somebody's."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiops_tui.demo import NotEmptyError, fill, is_demo
from aiops_tui.demo.rhythm import SEOUL, SLOT, slots
from aiops_tui.demo.rows import history

SEED = 7
TABLES = ("conversation_log", "conversation_evaluation", "feedback_log")


def quiet(done: int, total: int) -> None:
    """Take no notice of the progress."""


def fingerprint(path: Path) -> str:
    """Return a hash of all rows and log lines."""
    digest = hashlib.sha256()
    with closing(sqlite3.connect(path)) as connection:
        for table in TABLES:
            for row in connection.execute(f"SELECT * FROM {table} ORDER BY rowid"):
                digest.update(repr(row).encode())
    for log in sorted((path.parent / "logs").iterdir()):
        digest.update(log.name.encode() + log.read_bytes())
    return digest.hexdigest()


def test_the_content_follows_from_seed_and_now(tmp_path: Path, now: datetime) -> None:
    def made(name: str, seed: int, moment: datetime) -> str:
        path = tmp_path / name / "demo.db"
        fill(path, 600, 5, seed, moment, quiet)
        return fingerprint(path)

    first = made("first", 1, now)
    assert made("again", 1, now) == first
    assert made("same moment in Seoul", 1, now.astimezone(SEOUL)) == first
    assert made("other seed", 2, now) != first
    assert made("other now", 1, now + timedelta(hours=1)) != first


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_hardly_any_rows(tmp_path: Path, now: datetime, rows: int) -> None:
    path = tmp_path / "demo.db"
    calls: list[tuple[int, int]] = []
    fill(path, rows, 1, 3, now, lambda done, total: calls.append((done, total)))
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM conversation_log").fetchone() == (rows,)
    assert calls[-1] == (rows, rows)


@pytest.mark.parametrize(("rows", "days"), [(-1, 7), (10, 0), (10, -3)])
def test_nonsense_is_refused_and_leaves_no_file(tmp_path: Path, now: datetime, rows: int, days: int) -> None:
    with pytest.raises(ValueError, match=str(days)):
        fill(tmp_path / "demo.db", rows, days, 1, now, quiet)
    assert list(tmp_path.iterdir()) == []


def test_rows_end_now_and_are_written_as_the_backend_writes(db: sqlite3.Connection, past: Path, now: datetime) -> None:
    rows = db.execute("SELECT id, created_at FROM conversation_log ORDER BY id").fetchall()
    times = [created for _, created in rows]
    assert [key for key, _ in rows] == list(range(1, 20_001))
    assert times == sorted(times)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}", created) for created in times)
    end = now.replace(tzinfo=None)
    assert str(end - timedelta(minutes=1)) < times[-1] < str(end)
    assert times[0] >= str(end - timedelta(days=14))
    assert db.execute("SELECT max(created_at) FROM feedback_log").fetchone()[0] <= str(end)
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert is_demo(past)


def test_nothing_happens_after_now_on_a_busy_day(now: datetime) -> None:
    for batch in history(40_000, 1, SEED, now):
        assert all(row.created_at < now for row in batch.conversations)
        assert all(row.created_at <= now for row in batch.feedback)


def test_the_newest_are_not_analysed_yet(db: sqlite3.Connection, now: datetime) -> None:
    seen = str(now.replace(tzinfo=None) - timedelta(minutes=10))
    query = "SELECT count(*), count(sentiment) FROM conversation_log WHERE created_at > ?"
    total, analysed = db.execute(query, (seen,)).fetchone()
    assert total > 0
    assert analysed == 0
    query = "SELECT count(*) FROM conversation_log WHERE created_at <= ? AND sentiment IS NULL"
    assert db.execute(query, (seen,)).fetchone() == (0,)


def test_progress_is_told_often_and_grows(tmp_path: Path, now: datetime) -> None:
    calls: list[tuple[int, int]] = []
    fill(tmp_path / "demo.db", 9000, 3, 1, now, lambda done, total: calls.append((done, total)))
    assert len(calls) >= 4
    assert calls == sorted(calls)
    assert calls[0] == (0, 9000)
    assert calls[-1] == (9000, 9000)


def test_a_fill_that_is_broken_off_leaves_nothing(tmp_path: Path, now: datetime) -> None:
    def interrupt(done: int, total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill(tmp_path / "demo.db", 5000, 3, 1, now, interrupt)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "local.db"
    path.write_bytes(b"precious")
    with pytest.raises(NotEmptyError) as caught:
        fill(path, 10, 1, 1, now, quiet)
    assert caught.value.names == (str(path),)
    assert path.read_bytes() == b"precious"
    assert not is_demo(path)


def test_what_a_deleted_file_left_behind_is_not_taken_for_the_new_ones(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "demo.db"
    fill(path, 20, 1, 1, now, quiet)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM conversation_log")
        connection.commit()
        left = path.with_name("demo.db-wal").read_bytes()
    path.unlink()
    path.with_name("demo.db-wal").write_bytes(left)
    fill(path, 20, 1, 1, now, quiet)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM conversation_log").fetchone() == (20,)


def test_logs_of_a_real_backend_are_not_written_over(tmp_path: Path, now: datetime) -> None:
    log = tmp_path / "logs" / "app.log"
    log.parent.mkdir()
    log.write_text("2026-01-01 00:00:00 [    INFO] app.main - started\n")
    with pytest.raises(NotEmptyError) as caught:
        fill(tmp_path / "demo.db", 10, 1, 1, now, quiet)
    assert caught.value.names == (str(log),)
    assert log.read_text().endswith("started\n")
    assert not (tmp_path / "demo.db").exists()


def test_an_earlier_demos_logs_are_begun_anew(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "demo.db"
    fill(path, 50, 1, 1, now, quiet)
    first = fingerprint(path)
    path.unlink()
    fill(path, 50, 1, 1, now, quiet)
    assert fingerprint(path) == first


@settings(max_examples=40, deadline=None)
@given(
    rows=st.integers(0, 400),
    days=st.integers(1, 20),
    seed=st.integers(0, 1000),
    now=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.timezones()),
)
def test_slots_hold_all_rows_and_end_now(rows: int, days: int, seed: int, now: datetime) -> None:
    found = list(slots(rows, days, now, Random(seed)))
    assert sum(slot.count for slot in found) == rows
    assert all(slot.count > 0 for slot in found)
    assert [slot.start for slot in found] == sorted({slot.start for slot in found})
    if rows:
        moment = now.astimezone(UTC)
        assert found[-1].start + SLOT == moment
        assert found[0].start >= moment - timedelta(days=days)
