"""A console that starts again goes on with what the last one counted, and never claims more than that."""

from __future__ import annotations

import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from aiops_tui.model.view import View
from aiops_tui.model.window import WindowSpec
from aiops_tui.monitor.books import Tuning
from aiops_tui.monitor.collector import Collected, Collector
from aiops_tui.monitor.keeping import FILE
from aiops_tui.source.cache import CellCache, Piece
from aiops_tui.source.database import open_database
from aiops_tui.source.rollup import Limits
from tests.monitor.backend import Backend, Judgement, Talk
from tests.monitor.conftest import settings_for, some_talks

TUNING = Tuning(Limits(40, freeze_keys=10), tail_keys=20, margin_keys=1, whole_keys=50, feedback_tail_keys=5)
VIEW = View(window=WindowSpec("24h"))


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    path = tmp_path / "database" / "local.db"
    path.parent.mkdir()
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else f"sqlite:///{path}"
    with closing(Backend(url)) as backend:
        backend.create()
        backend.insert(some_talks(1, 400, ago=timedelta(hours=3)))
        now = some_talks(0, 1)[0].time
        backend.evaluate([Judgement(n, None, None, now, 4.0, 6.0) for n in range(1, 400, 10)], replace=False)
        backend.rate([(n, n, "dislike", now, None) for n in range(1, 100)])
        yield backend


def look(url: str, state: Path, view: View = VIEW, *, reconcile: bool = False) -> tuple[Collected, int]:
    """Look once as a console does that has just started; return the slices of conversations that it read, too."""
    settings = replace(settings_for(url, state), state_dir=state)
    with closing(open_database(settings)) as database:
        database.connect()
        collector = Collector(settings, database, TUNING, at_once=False)
        collector.probe()
        slices = []
        collected = collector.collect(view, ("overview",), lambda done, steps: slices.append(done))
        if reconcile:
            collector.reconcile(view, lambda done, steps: None)
            collected = collector.collect(view, ("overview",), lambda done, steps: None)
        collector.keep()
        return collected, len(slices)


def counted(collected: Collected) -> tuple[float, ...]:
    cells = collected.inputs.current
    assert cells.evaluations is not None
    assert cells.feedback is not None
    negative = cells.conversations.filter(pl.col("sentiment") == "negative")["n"].sum()
    sums = cells.conversations["n"].sum(), negative, cells.feedback["n"].sum(), cells.evaluations["total"].sum()
    return tuple(map(float, sums))


def test_what_was_counted_is_not_counted_again(backend: Backend, tmp_path: Path) -> None:
    first, slices = look(backend.url, tmp_path)
    assert counted(first)[:3] == (400, 100, 99)
    assert slices > 10
    again, read = look(backend.url, tmp_path)
    assert counted(again) == counted(first)
    assert read <= 2
    assert again.reconciled_at == first.reconciled_at
    assert again.inputs.current.active_users == 5
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_what_came_meanwhile_is_counted_and_what_went_is_not(backend: Backend, tmp_path: Path) -> None:
    look(backend.url, tmp_path)
    backend.insert(some_talks(401, 100, ago=timedelta(minutes=10)))
    backend.rate([(n, n, "like", some_talks(0, 1)[0].time, None) for n in range(401, 431)])
    backend.run("DELETE FROM conversation_log WHERE id <= 90")
    backend.commit()
    backend.evaluate([Judgement(450, None, None, some_talks(0, 1)[0].time, 1.0, 1.0)], replace=True)
    collected, slices = look(backend.url, tmp_path)
    if backend.postgres:
        # Evaluations are made anew by each of their runs: what is known of conversations survives that.
        assert slices < 8
    conversations, negative, feedback, scores = counted(collected)
    assert (conversations, feedback, scores) == (410, 129, 1.0)
    assert negative == sum(talk.sentiment == "부정" for talk in backend.talks())


def test_rows_that_changed_meanwhile_are_not_said_to_have_been_recounted(backend: Backend, tmp_path: Path) -> None:
    first, _ = look(backend.url, tmp_path)
    backend.run("UPDATE conversation_log SET sentiment = '중립' WHERE id <= 200")
    backend.commit()
    again, _ = look(backend.url, tmp_path)
    assert again.reconciled_at == first.reconciled_at
    reconciled, _ = look(backend.url, tmp_path, reconcile=True)
    assert counted(reconciled)[1] == 50
    assert first.reconciled_at is not None
    assert reconciled.reconciled_at is not None
    assert reconciled.reconciled_at > first.reconciled_at
    assert counted(look(backend.url, tmp_path)[0])[1] == 50


def test_a_recount_of_everything_counts_users_anew_however_dear_they_were(backend: Backend, tmp_path: Path) -> None:
    settings = replace(settings_for(backend.url, tmp_path), state_dir=tmp_path)
    with closing(open_database(settings)) as database:
        database.connect()
        collector = Collector(settings, database, replace(TUNING, share=1e-9), at_once=False)

        def users() -> int | None:
            collector.probe()
            return collector.collect(VIEW, ("overview",), lambda done, steps: None).inputs.current.active_users

        before = users()
        backend.run("UPDATE conversation_log SET user_id = 'somebody' WHERE id > 100")
        backend.commit()
        assert users() == before, "they were just counted"
        collector.reconcile(VIEW, lambda done, steps: None)
        assert users() == len({talk.user for talk in backend.talks()} - {None, ""})


def test_what_is_told_is_as_old_as_the_oldest_count_in_it(backend: Backend, tmp_path: Path) -> None:
    settings = replace(settings_for(backend.url, tmp_path), state_dir=tmp_path)
    with closing(open_database(settings)) as database:
        database.connect()
        collector = Collector(settings, database, replace(TUNING, share=1e-9), at_once=False)
        collector.probe()
        collector.collect(VIEW, ("overview",), lambda done, steps: None)
        counted_users = time.monotonic()
        backend.insert([replace(talk, user="somebody new") for talk in some_talks(900, 910)])
        signs = collector.probe()
        for book in collector.books:
            book.reconciled_at = signs.now
        stale = collector.collect(VIEW, ("overview",), lambda done, steps: None).reconciled_at
        ago = timedelta(seconds=time.monotonic() - counted_users)
        assert stale is not None
        assert stale < signs.now - ago + timedelta(seconds=1)
        assert stale < signs.now
        collector.reconcile(VIEW, lambda done, steps: None)
        recounted = collector.collect(VIEW, ("overview",), lambda done, steps: None).reconciled_at
        assert recounted is not None
        assert recounted >= signs.now


def test_of_a_table_made_anew_nothing_is_taken_over(backend: Backend, tmp_path: Path) -> None:
    look(backend.url, tmp_path)
    backend.create()
    backend.insert([replace(talk, sentiment="중립") for talk in some_talks(1, 300)])
    collected, slices = look(backend.url, tmp_path)
    assert counted(collected)[:2] == (300, 0)
    assert slices > 5


def test_keys_that_the_table_has_no_more_are_not_taken_over(backend: Backend, tmp_path: Path) -> None:
    look(backend.url, tmp_path)
    backend.run("DELETE FROM conversation_log WHERE id > 200")
    backend.commit()
    assert counted(look(backend.url, tmp_path)[0])[:2] == (200, 50)


def test_rows_out_of_order_widen_what_is_read_and_the_next_start_knows(backend: Backend, tmp_path: Path) -> None:
    backend.create()
    now = some_talks(0, 1)[0].time
    assert now is not None
    # Every tenth is a day ahead of those around it, as where keys are handed out in blocks.
    times = {key: now - timedelta(minutes=14 * (1200 - key)) for key in range(1, 1201)}
    times |= {key: times[key] + timedelta(days=1) for key in range(10, 1090, 10)}
    backend.insert([Talk(key, "u", "긍정", "환불", time) for key, time in times.items()])
    inside = [key for key, time in times.items() if time > now - timedelta(days=1)]
    assert sum(key < 1200 - 30 * 60 / 14 for key in inside) > 5, "some lie below the usual margin"
    view = View(window=WindowSpec("24h"), compare="off")

    def conversations() -> int:
        return int(look(backend.url, tmp_path, view)[0].inputs.current.conversations["n"].sum())

    assert abs(conversations() - len(inside)) <= 2
    with closing(sqlite3.connect(tmp_path / FILE)) as file:
        assert file.execute("SELECT low > 15 * 3600 FROM pieces WHERE high = 0 AND note = ''").fetchall() == [(1,)]
    assert abs(conversations() - len(inside)) <= 2


@pytest.mark.parametrize("content", [b"", b"no database" * 1000])
def test_a_damaged_file_is_done_without_and_made_anew(backend: Backend, tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    assert counted(look(backend.url, tmp_path)[0])[0] == 400
    look(backend.url, tmp_path)
    assert look(backend.url, tmp_path)[1] <= 2


def test_a_locked_file_keeps_nobody_waiting_for_long(backend: Backend, tmp_path: Path) -> None:
    look(backend.url, tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert counted(look(backend.url, tmp_path)[0])[0] == 400


def test_the_file_holds_what_was_used_last_within_its_bound(tmp_path: Path) -> None:
    cells = pl.DataFrame({"n": range(1000)})
    cache = CellCache(tmp_path / "sub" / FILE, most_bytes=10_000)
    for owner in range(12):
        assert cache.save(str(owner), [Piece(0, 10, "", cells), Piece(10, 20, "", cells)])
        assert cache.load("0")[0].cells.equals(cells)
    kept = [owner for owner in range(12) if cache.load(str(owner))]
    assert 0 in kept
    assert 11 in kept
    assert len(kept) < 12


def test_pieces_are_replaced_and_what_is_not_named_is_forgotten(tmp_path: Path) -> None:
    cache = CellCache(tmp_path / FILE)
    one, other = pl.DataFrame({"n": [1]}), pl.DataFrame({"n": [2]})
    assert cache.save("a", [Piece(0, 5, "x", one), Piece(5, 9, "x", one), Piece(9, 12, "x", one)])
    assert cache.save("a", [Piece(5, 10, "y", other)], unchanged=[(0, 5)])
    assert [(p.low, p.high, p.note) for p in cache.load("a")] == [(0, 5, "x"), (5, 10, "y")]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("precious")
    (tmp_path / FILE).symlink_to(target)
    cache = CellCache(tmp_path / FILE)
    assert not cache.save("a", [Piece(0, 5, "", pl.DataFrame({"n": [1]}))])
    assert target.read_text() == "precious"
