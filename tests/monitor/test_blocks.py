"""Where evaluations lie in their table spares looking at all of them, unless it is not known, or not any more."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aiops_tui.metrics import panels
from aiops_tui.model.filters import Filter
from aiops_tui.model.view import View
from aiops_tui.model.window import WindowSpec
from aiops_tui.monitor import collector as collecting
from aiops_tui.monitor import judgements
from aiops_tui.monitor.books import Tuning
from aiops_tui.monitor.collector import Collector
from aiops_tui.source import cells
from aiops_tui.source.database import open_database
from aiops_tui.source.rollup import Limits
from tests.monitor.backend import Backend, Judgement, Talk
from tests.monitor.checks import metric
from tests.monitor.conftest import settings_for

NOW = datetime.now(UTC).replace(microsecond=0)
ROWS = 1_200


def moment(key: int) -> datetime:
    """Return the time of a conversation: the last fifth is of the last day."""
    return NOW - timedelta(minutes=5 * (ROWS - key) + 1)


def judgement(key: int, score: float = 4.0) -> Judgement:
    return Judgement(key, None, None, moment(key), score, score)


def told_of(backend: Backend, rows: int) -> None:
    """Wait until the server's counters, which lag, know of so many evaluations."""
    counted = "SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'conversation_evaluation'"
    deadline = time.monotonic() + 60
    while True:
        found = backend.run(counted)
        backend.commit()
        if found == [(rows,)]:
            return
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


@pytest.fixture
def looked(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Backend, Any]]:
    """Give a backend, and what counts the evaluations of a filter's day and says from which blocks they were read."""
    read = cells.evaluation_rows
    blocks: list[int | None] = []

    def noted(*given: Any, **options: Any) -> Any:
        if given[1].wanted:
            blocks.append(options["block"])
        return read(*given, **options)

    monkeypatch.setattr(judgements, "evaluation_rows", noted)
    with closing(Backend(postgres_url)) as backend:
        backend.create()
        backend.insert(Talk(key, f"u{key % 3}", "긍정", "환불", moment(key)) for key in range(1, ROWS + 1))
        backend.evaluate((judgement(key) for key in range(1, ROWS + 1)), replace=False)
        told_of(backend, ROWS)
        settings = replace(settings_for(postgres_url, tmp_path), tail_keys=40)
        tuning = Tuning(Limits(200), tail_keys=40, whole_keys=0, disorder=timedelta(0), evaluation_seconds=1e9)
        with closing(open_database(settings)) as database:
            database.connect()
            collector = Collector(settings, database, tuning, at_once=False)

            def look(wanted: str, window: str = "24h", *, again: bool = False) -> tuple[int, list[int | None]]:
                nonlocal collector
                blocks.clear()
                if again:
                    collector.keep()
                    collector = Collector(settings, database, tuning, at_once=False)
                collector.probe()
                view = View(window=WindowSpec(window), compare="off", filter=Filter.parse(wanted))
                inputs = collector.collect(view, ("overview",), lambda done, steps: None).inputs
                score = metric({panel.id: panel for panel in panels("overview", inputs)}, "score")
                return score.n or 0, list(blocks)

            yield backend, look


def plain(backend: Backend, user: str, hours: int = 24) -> int:
    """Return how many evaluations of a user there are since the first that the window holds."""
    since = NOW - timedelta(hours=hours)
    rows = backend.run(
        "SELECT count(*) FROM conversation_evaluation e JOIN conversation_log c ON c.id = e.conversation_id"
        " WHERE c.user_id = ? AND e.created_at >= ?",
        [(user, since)],
    )
    backend.connection.commit()
    return int(rows[0][0])


def test_only_the_blocks_of_the_window_are_read_for_a_filter(looked: tuple[Backend, Any]) -> None:
    backend, look = looked
    look("")
    n, blocks = look("user:u1")
    assert abs(n - plain(backend, "u1")) <= 3, "the window begins with a bucket"
    assert len(blocks) == 1
    assert blocks[0] is not None and blocks[0] > 3
    assert look('"question 11"')[1] == blocks


def test_a_console_started_again_knows_the_blocks(looked: tuple[Backend, Any]) -> None:
    backend, look = looked
    look("")
    _, blocks = look("user:u1")
    look("", again=True)
    assert look("user:u1")[1] == blocks != [None]
    look("")
    backend.evaluate([judgement(ROWS)], replace=False)
    told_of(backend, ROWS + 1)
    look("", again=True)
    assert look("user:u2")[1] == blocks, "those that were written since were read anew"


@pytest.mark.parametrize("far", [False, True])
def test_a_longer_window_is_read_from_its_own_first_block(
    looked: tuple[Backend, Any], monkeypatch: pytest.MonkeyPatch, far: bool
) -> None:
    # Far away, all that is due is asked in one message, before any of it is known.
    monkeypatch.setattr(collecting, "_FAR", -1.0 if far else 1e9)
    backend, look = looked
    look("")
    look("user:u1")
    n, _ = look("user:u1", "7d")
    assert abs(n - plain(backend, "u1", 7 * 24)) <= 3


def test_evaluations_written_since_into_earlier_blocks_are_found(looked: tuple[Backend, Any]) -> None:
    backend, look = looked
    look("")
    backend.run("DELETE FROM conversation_evaluation WHERE conversation_id <= 400")
    backend.commit()
    backend.connection.autocommit = True  # type: ignore[attr-defined]
    backend.run("VACUUM conversation_evaluation")
    before = plain(backend, "u1")
    late = [key for key in range(ROWS - 60, ROWS) if key % 3 == 1]
    backend.evaluate((judgement(key) for key in late), replace=False)
    lower = backend.run(
        "SELECT count(*) FROM conversation_evaluation WHERE created_at >= ? AND ctid < '(3,0)'", [(moment(ROWS - 60),)]
    )
    assert lower == [(len(late),)], "they lie before what was read"
    n, blocks = look("user:u1")
    assert abs(n - before - len(late)) <= 3
    assert blocks == [None]


def test_a_view_in_place_of_the_table_tells_no_blocks(looked: tuple[Backend, Any]) -> None:
    backend, look = looked
    backend.run("ALTER TABLE conversation_evaluation RENAME TO judgements")
    backend.run("CREATE VIEW conversation_evaluation AS SELECT * FROM judgements")
    backend.commit()
    look("")
    n, blocks = look("user:u1")
    assert abs(n - plain(backend, "u1")) <= 3
    assert blocks == [None]
