"""What a user's name or a text lets through is looked for once, and is never taken for known where it is not."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aiops_tui.model.filters import Filter
from aiops_tui.model.view import View
from aiops_tui.model.window import WindowSpec
from aiops_tui.monitor import finder
from aiops_tui.monitor.collector import Collector
from aiops_tui.source import lookups
from aiops_tui.source.database import open_database
from aiops_tui.source.found import dear_part
from tests.monitor.backend import Backend, Judgement, Talk
from tests.monitor.conftest import settings_for

NOW = datetime.now(UTC).replace(microsecond=0)
USERS = ("kim", "lee", "kimchi", None)


def talk(key: int, user: str | None = None) -> Talk:
    return Talk(key, user or USERS[key % 4], "긍정", "환불", NOW - timedelta(minutes=max(500 - key, 1) * 30))


@pytest.fixture
def collector(backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    monkeypatch.setattr(finder, "LEAST", 0)
    monkeypatch.setattr(finder, "_STEP", 50)
    backend.insert(talk(key) for key in range(1, 500))
    settings = replace(settings_for(backend.url, tmp_path), tail_keys=40)
    database = open_database(settings)
    with closing(database):
        database.connect()
        database.slice_keys = 50
        yield Collector(settings, database)


def count(collector: Collector, wanted: str, window: str = "all") -> int:
    """Return what a look says, and check that the list says the same."""
    collector.probe()
    view = View(window=WindowSpec(window), filter=Filter.parse(wanted))
    n = int(collector.collect(view, ("overview",), lambda done, steps: None).inputs.current.conversations["n"].sum())
    assert len(collector.conversations(view, None, 1000).rows) == n
    return n


def looked(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Return a list that fills with the stretches of keys that are looked through from now on."""
    stretches: list[tuple[int, int]] = []

    def keys_of(*arguments: object) -> object:
        stretches.append((int(str(arguments[2])), int(str(arguments[3]))))
        return real(*arguments)  # type: ignore[arg-type]

    real = lookups.keys_of
    monkeypatch.setattr(finder, "keys_of", keys_of)
    return stretches


def test_each_key_is_looked_at_once(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    stretches = looked(collector, monkeypatch)
    week = count(collector, "user:kim", "7d")
    assert stretches
    first = len(stretches)
    assert count(collector, "user:kim sentiment:positive", "7d") == week
    assert len(stretches) == first
    assert count(collector, "user:kim") == 124
    covered = sorted(stretches)
    assert all(before[1] == after[0] for before, after in itertools.pairwise(covered))
    assert count(collector, "user:kim", "7d") == week
    assert sorted(stretches) == covered


def test_new_rows_count_though_nobody_looked_for_them(collector: Collector, backend: Backend) -> None:
    assert count(collector, "user:kim") == 124
    backend.insert(talk(key, "kim") for key in range(500, 650))
    assert count(collector, "user:kim") == 274
    assert count(collector, "user:lee") == 125


def test_a_recount_finds_what_was_renamed_and_what_is_gone(collector: Collector, backend: Backend) -> None:
    assert count(collector, "user:kim") == 124
    backend.run("UPDATE conversation_log SET user_id = 'kim' WHERE id IN (102, 203)")
    backend.run("DELETE FROM conversation_log WHERE id = 100")
    backend.commit()
    while not collector.recount_next() or count(collector, "user:kim") != 125:
        pass
    assert count(collector, "user:kim") == 125


def test_what_users_say_later_of_old_conversations_counts_under_a_filter_of_it(
    collector: Collector, backend: Backend
) -> None:
    backend.rate([(1, 20, "dislike", NOW, None)])
    assert count(collector, "feedback:dislike") == 1
    backend.rate([(2, 300, "dislike", NOW, None), (3, 20, "dislike", NOW, None), (4, 9999, "dislike", NOW, None)])
    assert count(collector, "feedback:dislike") == 2


@pytest.mark.parametrize("wanted", ["score<5", "-score>=5", "score<5 user:kim"])
def test_what_is_judged_later_of_old_conversations_counts_under_a_filter_of_scores(
    collector: Collector, backend: Backend, wanted: str
) -> None:
    collector._tuning = replace(collector._tuning, evaluation_seconds=0)

    def judged(scores: dict[int, float]) -> None:
        backend.evaluate((Judgement(key, None, None, NOW, score, score) for key, score in scores.items()), replace=True)

    def expected(scores: dict[int, float]) -> int:
        low = {key for key in range(1, 500) if scores.get(key, 9.0 if wanted[0] != "-" else 0.0) < 5}
        return len([key for key in low if "user" not in wanted or key % 4 == 0])

    for scores in ({20: 1.0, 24: 9.0, 31: 2.0}, {20: 8.0, 24: 1.0, 31: 2.0, 300: 3.0, 480: 1.0, 484: 0.0}, {31: 2.0}):
        judged(scores)
        collector.probe()
        view = View(window=WindowSpec("all"), filter=Filter.parse(wanted))
        collector.collect(view, ("overview",), lambda done, steps: None)
        # Which read the evaluations anew. It is collected once more at once, if need be.
        assert count(collector, wanted) == expected(scores)


def test_what_too_many_meet_is_counted_all_the_same(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finder, "MOST", 10)
    stretches = looked(collector, monkeypatch)
    assert count(collector, "user:kim") == 124
    tried = len(stretches)
    assert count(collector, "user:kim sentiment:positive") == 124
    assert len(stretches) == tried


@pytest.mark.parametrize(
    ("wanted", "part"),
    [
        ("user:kim topic:환불 score<5", "user:kim"), ('"환불" user:kim', '"환불" user:kim'), ("-user:kim", ""),
        ('user:"" "환불"', ""), ("topic:환불", ""), ('"환불" -user:kim', '"환불" -user:kim'),
    ],
)  # fmt: skip
def test_names_and_texts_are_looked_for(wanted: str, part: str) -> None:
    assert str(dear_part(Filter.parse(wanted))) == part


def test_keys_may_be_larger_than_what_feedback_refers_to_them_by(collector: Collector, backend: Backend) -> None:
    if backend.postgres:
        backend.run("ALTER TABLE conversation_log ALTER id TYPE bigint")
    large = 2**31
    backend.insert(replace(talk(key, "kim"), key=large + key) for key in range(400, 500))
    backend.rate([(1, 496, "dislike", NOW, None), (2, 497, "like", NOW, None)])
    view = View(tab="feedback", window=WindowSpec("all"), filter=Filter.parse("user:kim"))
    for _ in range(2):
        collector.probe()
        inputs = collector.collect(view, ("feedback",), lambda done, steps: None).inputs
        assert inputs.current.feedback is not None
        assert inputs.current.feedback.select("feedback", "n").rows() == [("dislike", 1)]
