"""Conversations a page at a time: each once, in order, those of the view alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aiops_tui.model.filters import Filter
from aiops_tui.model.labels import fold_topic
from aiops_tui.model.records import Neighbours, Page
from aiops_tui.model.view import View
from aiops_tui.model.window import WindowSpec
from aiops_tui.monitor import pages
from aiops_tui.monitor.collector import Collector
from aiops_tui.source.database import open_database
from aiops_tui.source.lookups import recent
from tests.monitor.backend import Backend, Judgement, Talk
from tests.monitor.conftest import Watcher, settings_for, some_talks
from tests.monitor.plain import World, within

NOW = datetime.now(UTC).replace(microsecond=0)
TALKS = [
    Talk(
        key * 3,
        [None, "", "kim", "lee"][key % 4],
        ["부정", "긍정", None][key % 3],
        ["환불", "환불.", "배송", None][key % 4],
        None if key % 29 == 0 else NOW - timedelta(minutes=(400 - key) * 11),
    )
    for key in range(1, 400)
]


@pytest.fixture
def collector(backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    monkeypatch.setattr(pages, "_LEAST_ROWS", 7)
    backend.insert(TALKS)
    backend.evaluate([Judgement(key * 3, None, None, NOW, 4.0, 6.0) for key in range(1, 400, 5)], replace=True)
    settings = settings_for(backend.url, tmp_path)
    database = open_database(settings)
    with closing(database):
        database.connect()
        database.slice_keys = 7
        yield Collector(settings, database)


def walk(collector: Collector, view: View, limit: int) -> list[Page]:
    """Return all pages."""
    found = [collector.conversations(view, None, limit)]
    while found[-1].more:
        found.append(collector.conversations(view, found[-1].rows[-1].conversation, limit))
    return found


@pytest.mark.parametrize("wanted", ["", "topic:환불", "topic:환불 -sentiment:negative", "user:kim", "score>=5"])
@pytest.mark.parametrize("spec", [WindowSpec("24h"), WindowSpec("all"), WindowSpec("7d", at=NOW - timedelta(hours=9))])
def test_the_pages_are_the_rows_of_the_view(
    collector: Collector, backend: Backend, wanted: str, spec: WindowSpec
) -> None:
    view = View(window=spec, filter=Filter.parse(wanted))
    inputs = collector.collect(view, ("overview",), lambda done, steps: None).inputs
    talks = World(backend.talks(), backend.judgements(), [], inputs.zone).talks_through(view.filter)
    expected = sorted((t.key for t in talks if within(t.time, inputs.window.period)), reverse=True)
    found = walk(collector, view, 13)
    assert [int(row.conversation) for page in found for row in page.rows] == expected
    assert {len(page.rows) for page in found[:-1]} <= {13}
    assert {page.total for page in found} == {len(expected)}
    scores = {row.conversation: row.score for page in found for row in page.rows}
    assert all(score == (5.0 if int(key) // 3 % 5 == 1 else None) for key, score in scores.items())


def test_what_was_not_counted_has_no_total(collector: Collector) -> None:
    page = collector.conversations(View(filter=Filter.parse("user:kim")), None, 5)
    assert (len(page.rows), page.more, page.total) == (5, True, None)


@pytest.mark.parametrize("wanted", ["", "sentiment:negative"])
def test_other_topics_are_those_not_told_apart_with_all_their_conversations(
    collector: Collector, backend: Backend, wanted: str
) -> None:
    view = View(window=WindowSpec("7d"), filter=Filter.parse(wanted))
    inputs = collector.collect(view, ("overview",), lambda done, steps: None).inputs
    talks = World(backend.talks(), backend.judgements(), [], inputs.zone).talks_through(view.filter)
    expected = Counter(fold_topic(t.topic) for t in talks if within(t.time, inputs.window.period))
    apart = {"환불", None}
    found = collector.other_topics(view, frozenset(filter(None, apart)))
    assert {topic.key: topic.conversations for topic in found} == {k: n for k, n in expected.items() if k not in apart}
    assert [topic.conversations for topic in found] == sorted((t.conversations for t in found), reverse=True)


@pytest.mark.parametrize("after", ["1", "-5", "no number", "9" * 30])
def test_a_key_that_is_none_begins_or_ends_the_list(collector: Collector, after: str) -> None:
    page = collector.conversations(View(window=WindowSpec("all")), after, 5)
    assert len(page.rows) == (0 if after in {"1", "-5"} else 5)


def test_a_page_reads_the_keys_of_its_window_alone(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    bottoms: list[int] = []

    def noted(*arguments: Any, **more: Any) -> object:
        bottoms.append(arguments[3])
        return recent(*arguments, **more)

    monkeypatch.setattr(pages, "recent", noted)
    view = View(window=WindowSpec("6h"), filter=Filter.parse("topic:없음"))
    assert collector.conversations(view, None, 5).rows == ()
    assert len(bottoms) > 3
    assert min(bottoms) > 3 * 300


def test_neighbours_are_of_the_same_user(collector: Collector) -> None:
    database, on = collector.database, collector.relations()
    mine = [talk.key for talk in TALKS if talk.user == "kim"]
    assert pages.read_neighbours(database, on, str(mine[5])) == Neighbours(str(mine[4]), str(mine[6]))
    assert pages.read_neighbours(database, on, str(mine[0])) == Neighbours(None, str(mine[1]))
    assert pages.read_neighbours(database, on, str(mine[-1])) == Neighbours(str(mine[-2]), None)
    nobody = next(talk.key for talk in TALKS if not talk.user)
    for key in (str(nobody), "99999", "x"):
        assert pages.read_neighbours(database, on, key) == Neighbours()


def test_a_running_monitor_answers_beside_its_view(backend: Backend, watcher: Watcher) -> None:
    backend.insert(some_talks(1, 30))
    monitor = watcher.start()
    watcher.until_live()
    page = monitor.conversations(View(), limit=20).result(30)
    assert [row.conversation for row in page.rows] == [str(key) for key in range(30, 10, -1)]
    assert (page.more, page.total) == (True, 30)
    rest = monitor.conversations(View(), page.rows[-1].conversation, 20).result(30)
    assert (len(rest.rows), rest.more) == (10, False)
    assert monitor.neighbours("7").result(30) == Neighbours("2", "12")
    assert monitor.conversation("7").result(30) is not None


def test_a_page_nobody_wants_any_more_is_withdrawn(backend: Backend, watcher: Watcher) -> None:
    backend.insert(some_talks(1, 30))
    monitor = watcher.start()
    watcher.until_live()
    old, new = View(filter=Filter.parse("user:u1")), View(filter=Filter.parse("user:u2"))
    futures = [monitor.conversations(old if place % 2 else new) for place in range(40)]
    monitor.look(new)
    for future, view in zip(futures, [new, old] * 20, strict=True):
        try:
            rows = future.result(30).rows
        except CancelledError:
            continue
        assert {row.user_id for row in rows} == {"u2" if view is new else "u1"}
    assert len(monitor.conversations(new).result(30).rows) == 6


def test_a_page_that_is_asked_aside_is_answered_whatever_else_is_looked_at(backend: Backend, watcher: Watcher) -> None:
    backend.insert(some_talks(1, 30))
    monitor = watcher.start()
    watcher.until_live()
    old, new = View(filter=Filter.parse("user:u1")), View(filter=Filter.parse("user:u2"))
    seen = monitor.conversations(new)
    futures = [monitor.conversations(old, aside=True) for _ in range(10)]
    monitor.look(new)
    assert all(len(future.result(30).rows) == 6 for future in (seen, *futures))
