"""What takes longer than a question may is a gap, and what is dear can wait, without harm to all the rest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from aiops_tui.model.view import View
from aiops_tui.monitor import collector as collecting
from aiops_tui.monitor.answers import Answers
from aiops_tui.monitor.collector import Collector
from aiops_tui.source.database import Database, open_database
from aiops_tui.source.problems import SourceError
from tests.monitor.backend import Backend
from tests.monitor.conftest import settings_for, some_talks

ENDLESS = sa.text("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n")
MISSING = "source.slow_users"


@pytest.fixture
def database(backend: Backend, tmp_path: Path) -> Iterator[Database]:
    backend.insert(some_talks(1, 20))
    settings = replace(settings_for(backend.url, tmp_path), statement_timeout=0.3)
    database = open_database(settings)
    with closing(database):
        database.connect()
        yield database


def test_a_question_that_takes_too_long_is_a_gap_and_the_transaction_goes_on(database: Database) -> None:
    answers = Answers(0.01)
    with database.transaction():
        assert database.rows(sa.text("SELECT 1"))[0][0] == 1
        found = answers.tried("endless", 1, lambda: database.rows(ENDLESS), database, MISSING)
        assert found is None
        assert answers.gaps == {MISSING}
        assert answers.tried("other", 1, lambda: database.rows(sa.text("SELECT 2")), database, MISSING) == [(2,)]
    with database.transaction():
        assert answers.tried("first", 1, lambda: database.rows(ENDLESS), database, MISSING) is None
        assert database.rows(sa.text("SELECT 3"))[0][0] == 3


def test_what_was_too_dear_is_not_asked_at_each_poll(database: Database) -> None:
    answers, asked = Answers(0.01), []

    def ask() -> object:
        asked.append(1)
        return database.rows(ENDLESS)

    for version in range(3):
        answers.begin()
        assert answers.tried("endless", version, ask, database, MISSING) is None
        assert answers.gaps == {MISSING}
    assert len(asked) == 1


def test_another_error_is_no_gap(database: Database) -> None:
    with pytest.raises(SourceError):
        Answers(0.01).tried("q", 1, lambda: database.rows(sa.text("SELECT nothing FROM nowhere")), database, MISSING)


def test_what_can_wait_is_asked_the_second_time(database: Database) -> None:
    answers = Answers(0.01, at_once=False)

    def now() -> tuple[object, float | None]:
        answers.begin()
        found = answers.tried("q", 1, lambda: database.rows(sa.text("SELECT 1")), database, MISSING, later=True)
        return found, answers.stale_until

    assert now() == (None, 0.0)
    assert now() == ([(1,)], None)
    assert not answers.gaps


def test_users_that_cannot_be_counted_leave_the_rest_of_the_view(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in (collecting.__name__.replace("collector", name) for name in ("lists", "people")):
        for name in ("active_users", "users_by_bucket", "users_of_both", "top_users", "returning_users"):
            monkeypatch.setattr(f"{room}.{name}", lambda *_: ENDLESS, raising=False)
    monkeypatch.setattr("aiops_tui.source.slices.lines", lambda *_: ENDLESS)
    collector = Collector(database.settings, database)
    collected = collector.collect(View(), ("overview", "users"), lambda done, steps: None)
    inputs = collected.inputs
    assert inputs.current.conversations["n"].sum() == 20
    assert (inputs.current.active_users, inputs.users, inputs.people) == (None, None, ())
    assert [notice.id for notice in collected.warnings].count(MISSING) == 1
