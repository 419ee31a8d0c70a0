"""How often a poll goes to and fro: on a long line, that is what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from aiops_tui.metrics import panels
from aiops_tui.model.panels import Metric
from aiops_tui.model.view import View
from aiops_tui.model.window import WindowSpec
from aiops_tui.monitor import Monitor
from aiops_tui.monitor.books import Tuning
from aiops_tui.monitor.collector import Collector
from aiops_tui.source.database import Database, open_database
from aiops_tui.source.probe import Probe, Signs
from aiops_tui.source.rollup import Limits
from tests.monitor.backend import Backend, Judgement
from tests.monitor.conftest import settings_for, some_talks
from tests.network import Line, line

# Evaluations are not due again however slow the machine is.
NEVER = 1e9
LARGE = Tuning(Limits(200_000), evaluation_seconds=NEVER)
SMALL = Tuning(Limits(50, freeze_keys=10), tail_keys=30, margin_keys=1, feedback_tail_keys=5, evaluation_seconds=NEVER)


@pytest.fixture
def near(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine makes no database a far one, halfway through."""
    monkeypatch.setattr("aiops_tui.monitor.collector._FAR", float("inf"))


@pytest.fixture
def far(postgres_url: str) -> Iterator[tuple[Backend, Line]]:
    with closing(Backend(postgres_url)) as backend, line(postgres_url) as laid:
        backend.create()
        backend.insert(some_talks(1, 60, ago=timedelta(hours=2)))
        backend.evaluate([Judgement(2, None, None, datetime.now(UTC), 4.0, 6.0)], replace=False)
        backend.rate([(1, 2, "dislike", datetime.now(UTC), None)])
        yield backend, laid


@pytest.mark.usefixtures("near")
@pytest.mark.parametrize("tab", ["overview", "sentiment", "evaluation", "feedback"])
@pytest.mark.parametrize("tuning", [LARGE, SMALL], ids=["all in the tail", "freezing at each poll"])
def test_a_poll_is_one_round_trip_when_nothing_changed_and_two_when_something_did(
    far: tuple[Backend, Line], tmp_path: Path, tab: str, tuning: Tuning
) -> None:
    backend, laid = far
    # Of a fixed moment, lest a bucket begins meanwhile.
    view = View(tab=tab, window=WindowSpec("24h", at=datetime.now(UTC) + timedelta(minutes=30)))
    with closing(open_database(settings_for(laid.url, tmp_path))) as database:
        database.connect()
        collector = Collector(settings_for(laid.url, tmp_path), database, tuning)

        def poll(turn: int, *, changed: bool) -> int:
            before = laid.passed
            collector.probe()
            if changed:
                inputs = collector.collect(view, (tab,), lambda done, steps: None).inputs
                shown = next(panel for panel in panels(tab, inputs) if isinstance(panel, Metric))
                talks = backend.talks()
                expected = {
                    "overview": len(talks),
                    "sentiment": sum(talk.sentiment == "긍정" for talk in talks),
                    "evaluation": 5.0,
                    "feedback": turn,
                }
                assert shown.value == expected[tab]
            return (laid.passed - before).trips

        poll(0, changed=True)
        for turn in range(1, 7):
            first = 100 + 20 * turn
            backend.insert([replace(talk, sentiment=None) for talk in some_talks(first, 20)])
            backend.rate([(first, first, "like", datetime.now(UTC), None)])
            trips = poll(turn, changed=True)
            # The first time is when a view's questions become known.
            assert turn == 1 or trips == 2
            assert poll(turn, changed=False) == 1


def test_a_first_look_goes_to_and_fro_a_dozen_times(far: tuple[Backend, Line], tmp_path: Path) -> None:
    backend, _ = far
    view = View(window=WindowSpec("7d", at=datetime.now(UTC)))
    straight = Monitor.once(settings_for(backend.url, tmp_path), view, ("overview",))
    with line(backend.url, seconds=0.015) as long:
        through = Monitor.once(settings_for(long.url, tmp_path), view, ("overview",))
        assert long.passed.trips <= 12
    assert through.tabs == straight.tabs


def test_a_slow_answer_among_quick_ones_makes_no_database_a_far_one(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    seconds: list[float] = []
    monkeypatch.setattr("aiops_tui.monitor.collector.time", SimpleNamespace(monotonic=lambda: now))
    signs = Probe.signs

    def slowly(probe: Probe, database: Database) -> Signs:
        nonlocal now
        now += seconds.pop(0)
        return signs(probe, database)

    def asked(*took: float) -> int:
        """Return how many messages a view takes after probes that took so long."""
        seconds[:] = took
        with closing(open_database(settings)) as database:
            database.connect()
            collector = Collector(settings, database, LARGE)
            while seconds:
                collector.probe()
            before = database.statements
            collector.collect(View(), ("overview",), lambda done, steps: None)
            return database.statements - before

    monkeypatch.setattr(Probe, "signs", slowly)
    settings = settings_for(postgres_url, tmp_path)
    with closing(Backend(postgres_url)) as backend:
        backend.create()
        backend.insert(some_talks(1, 60))
    near, far = asked(0.0), asked(1.0)
    assert far < near
    assert asked(0.0, 1.0) == asked(1.0, 0.0) == near
    assert asked(0.0, 1.0, 1.0, 1.0) == far
