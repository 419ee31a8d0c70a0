"""Conversations in partitions, and in several tables under one view: nothing there counts what is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from aiops_tui.model.filters import Filter
from aiops_tui.model.panels import Metric, Snapshot, Status
from aiops_tui.model.view import View
from aiops_tui.monitor.collector import Collector
from aiops_tui.source.cells import CellQuery, conversation_cells
from aiops_tui.source.database import open_database
from tests.monitor.backend import Backend
from tests.monitor.conftest import Watcher, settings_for, some_talks

PARTITIONS = """
ALTER TABLE conversation_log RENAME TO template;
CREATE TABLE conversation_log (LIKE template INCLUDING DEFAULTS, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE older PARTITION OF conversation_log FOR VALUES FROM (0) TO (1000);
CREATE TABLE newer PARTITION OF conversation_log FOR VALUES FROM (1000) TO (1000000)"""
VIEW = """
ALTER TABLE conversation_log RENAME TO older;
CREATE TABLE newer (LIKE older INCLUDING ALL);
CREATE VIEW conversation_log AS SELECT * FROM older UNION ALL SELECT * FROM newer"""
MANY = """INSERT INTO conversation_log SELECT i, 'u', 'q', 'a', '부정', 't' || mod(i, 7),
now() - mod(i, 50) * interval '1 h' FROM generate_series(1, 9999) AS i"""
INTO = "INSERT INTO {} VALUES (?, ?, 'q', 'a', ?, ?, ?)"


@pytest.fixture(params=[PARTITIONS, VIEW], ids=["partitions", "view"])
def spread(
    request: pytest.FixtureRequest, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Backend, Watcher]]:
    monkeypatch.setattr("aiops_tui.source.probe._MINUTE", 0.2)
    with closing(Backend(postgres_url)) as backend:
        backend.create()
        backend.run(request.param)
        watcher = Watcher(settings_for(postgres_url, tmp_path))
        yield backend, watcher
        watcher.close()


def add(backend: Backend, first: int, count: int, ago: timedelta) -> None:
    rows = [(t.key, t.user, t.sentiment, t.topic, t.time) for t in some_talks(first, count, ago=ago)]
    backend.run(INTO.format("older" if first < 1000 else "newer"), rows)
    backend.commit()


def negative(number: int) -> Callable[[Snapshot | None, Status], bool]:
    def met(snapshot: Snapshot | None, _: Status) -> bool:
        panel = None if snapshot is None else snapshot.panel("sentiment", "negative")
        return isinstance(panel, Metric) and panel.value == number

    return met


def test_new_rows_changed_rows_and_deleted_ones_are_found(spread: tuple[Backend, Watcher]) -> None:
    backend, watcher = spread
    add(backend, 1, 12, timedelta(days=2))
    add(backend, 5000, 8, timedelta(minutes=5))
    watcher.start(View(tab="sentiment"))
    watcher.until(negative(5))
    add(backend, 6000, 4, timedelta(minutes=4))
    watcher.until(negative(6))
    # No key tells of these.
    backend.run("UPDATE newer SET sentiment = '부정' WHERE id = 6001")
    backend.commit()
    watcher.until(negative(7))
    backend.run("UPDATE older SET sentiment = '부정'")
    backend.commit()
    watcher.until(negative(16))
    backend.run("DELETE FROM older WHERE id = 5")
    backend.commit()
    watcher.until(negative(15))


def test_each_partition_counts_its_own_rows(postgres_url: str, tmp_path: Path) -> None:
    with closing(Backend(postgres_url)) as backend:
        backend.create()
        backend.run(PARTITIONS)
        backend.run(MANY)
        backend.run("ANALYZE conversation_log")
        backend.commit()
        settings = settings_for(postgres_url, tmp_path)
        with closing(open_database(settings)) as database:
            database.connect()
            counting = conversation_cells(Collector(settings, database).relations(), CellQuery(900, Filter()), 0, None)
            dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
            plain = str(counting.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
            plan = [row[0] for row in database.rows(sa.text(f"EXPLAIN (COSTS OFF) {plain}"))]
    assert sum("Partial HashAggregate" in line or "Partial GroupAggregate" in line for line in plan) == 2
