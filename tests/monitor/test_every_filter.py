"""Each filter on each pane gives what a plain reading of all rows gives, hostile values included."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aiops_tui.metrics import panels
from aiops_tui.model.filters import Filter, Term
from aiops_tui.model.panels import Heatmap, Table
from aiops_tui.model.sorting import sorted_by
from aiops_tui.model.view import View
from aiops_tui.model.window import WindowSpec
from aiops_tui.monitor import choice, finder, people
from aiops_tui.monitor.books import Tuning
from aiops_tui.monitor.collector import Collector
from aiops_tui.source.database import open_database
from aiops_tui.source.rollup import Limits
from aiops_tui.text.printable import printable
from tests.monitor.backend import Backend, Judgement, Talk
from tests.monitor.checks import (
    check_conversations,
    check_feedback,
    check_people,
    check_scores,
    check_users,
    metric,
    table,
)
from tests.monitor.conftest import settings_for
from tests.monitor.plain import World, row_score, within

AT = datetime(2026, 11, 4, 12, tzinfo=UTC)
TABS = ("overview", "sentiment", "evaluation", "feedback", "users")
HOSTILE = ["환불\n요청", "a:b [c] (d)", 'say "no"', "back\\slash", "x" * 1000, "%_'", "\x1b[31mred", "\u202eoverride"]
TOPICS = ["환불", "환불.", " 환불 ", "Login", "login!", "", "  ", None, *HOSTILE]
USERS = ["kim", "Kim", "", None, "o'neil", "%_", 'a "b"', "a:b", "back\\slash", "\x1b[31m*?_%", "two\nlines"]
LABELS = ["긍정", "중립", "부정", " Negative", "", None, "joy"]
REASONS = ["느려요", "느려요.", " too  Long", "too long!", "", None, "%_'\"\\", "\x1b[31m"]

WRITTEN = [
    "topic:환불", "topic:환불 topic:login -sentiment:negative", 'topic:""', '-topic:"" sentiment:unanalysed',
    "user:kim", 'user:""', '-user:"" -user:kim', "user:KIM", "user:kim topic:환불 score<5",
    "score<5", "score>=2 score<7", "-score>=5", "criterion.clarity>=4 criterion.clarity<8 score>3",
    "criterion.nothing<5",
    "feedback:dislike", "feedback:like feedback:other", "-feedback:like", "reason:느려요",
    'reason:"TOO LONG" topic:환불',
    "-reason:느려요", "reason:없음", "weekday:mon weekday:화", "-weekday:wed", "hour:0 hour:23", "hour>=9 hour<18",
    "-hour<9 weekday:sat", '"question 1"', '-"question 1" weekday:월', '"%"', "topic:없음",
]  # fmt: skip
FILTERS = [
    *map(Filter.parse, WRITTEN),
    *(Filter((Term("topic", printable(topic)),)) for topic in HOSTILE),
    *(Filter((Term("user", printable(user)),)) for user in USERS if user),
    *(Filter((Term("reason", printable(reason)),)) for reason in REASONS if reason),
    *(Filter((Term("text", text),)) for text in (*HOSTILE, "y" * 2000)),
]


def fill(backend: Backend) -> None:
    """Write some rows of every kind."""
    make = random.Random(7)

    def moment() -> datetime | None:
        return None if make.random() < 0.02 else AT - timedelta(seconds=make.randrange(16 * 86_400), microseconds=1)

    talks = [Talk(key, make.choice(USERS), make.choice(LABELS), make.choice(TOPICS), moment()) for key in range(1, 260)]
    backend.insert(talks)
    backend.evaluate(
        (
            Judgement(
                make.randrange(1, 270),
                make.choice([None, *LABELS]),
                make.choice([None, *TOPICS]),
                make.choice([None, moment()]),
                make.choice([None, make.uniform(0, 10)]),
                float(make.randrange(11)),
            )
            for _ in range(150)
        ),
        replace=False,
    )
    values = ["like", "dislike", " LIKE ", None, "meh"]
    backend.rate(
        (key, make.randrange(1, 270), make.choice(values), moment(), make.choice(REASONS)) for key in range(1, 120)
    )


def watched(backend: Backend, folder: Path, **changes: Any) -> Iterator[tuple[Backend, Collector]]:
    fill(backend)
    settings = replace(settings_for(backend.url, folder), timezone="America/New_York", **changes)
    database = open_database(settings)
    with closing(database):
        database.connect()
        yield backend, Collector(settings, database)


@pytest.fixture
def filled(backend: Backend, tmp_path: Path) -> Iterator[tuple[Backend, Collector]]:
    yield from watched(backend, tmp_path)


@pytest.fixture
def frozen(backend: Backend, tmp_path: Path) -> Iterator[tuple[Backend, Collector]]:
    """The same with a short tail, as it is where there are many rows."""
    yield from watched(backend, tmp_path, tail_keys=60)


@pytest.mark.parametrize(("name", "most"), [("7d", 0), ("7d", 1000), ("all", 40)])
def test_every_filter_on_every_pane(
    frozen: tuple[Backend, Collector], name: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend, collector = frozen
    spec = WindowSpec(name, at=AT)
    # Whether conversations are looked for once, or by each statement anew, makes no difference.
    monkeypatch.setattr(finder, "LEAST", 0)
    monkeypatch.setattr(finder, "MOST", most)
    monkeypatch.setattr(people, "_STEP", 30)
    for wanted in FILTERS[:: 1 if spec.name == "7d" else 4]:
        assert Filter.parse(str(wanted)) == wanted
        view = View(window=spec, filter=wanted)
        inputs = collector.collect(view, TABS, lambda done, steps: None).inputs
        world = World(backend.talks(), backend.judgements(), backend.ratings(), inputs.zone)
        by_id = {panel.id: panel for tab in TABS for panel in panels(tab, inputs)}
        print(wanted)  # the last one printed is the one that failed
        talks, judged = world.talks_through(wanted), world.judgements_through(wanted)
        check_conversations(by_id, talks, inputs)
        check_users(by_id, talks, inputs)
        check_scores(by_id, judged, inputs)
        check_feedback(by_id, world.ratings_through(wanted), inputs)
        check_people(by_id, talks, world.talks, inputs)
        inside = sorted((talk.key for talk in talks if within(talk.time, inputs.window.period)), reverse=True)
        assert table(by_id, "recent").keys == tuple(map(str, inside[:50])), wanted
        page = collector.conversations(view, None, 400)
        assert [int(row.conversation) for row in page.rows] == inside, wanted
        assert page.total == len(inside)
        worst = [judgement for judgement in judged if within(judgement.time, inputs.window.period)]
        assert table(by_id, "worst").total == metric(by_id, "score").n
        low = [judgement for judgement in worst if (score := row_score(judgement)) is not None and score < 5]
        disliked = {rating.conversation for rating in world.ratings if rating.kind == "dislike"}
        hits = sum(judgement.conversation in disliked for judgement in low)
        assert metric(by_id, "agreement.disliked").value == (hits / len(low) if low else None), wanted
        if len(worst) <= 50:
            assert len(table(by_id, "worst").rows) == metric(by_id, "score").n


def test_filters_where_not_all_topics_are_told_apart(
    filled: tuple[Backend, Collector], monkeypatch: pytest.MonkeyPatch
) -> None:
    backend, collector = filled
    monkeypatch.setattr(choice, "_CROWDED", 2)
    monkeypatch.setattr(choice, "TOPICS_KEPT", 3)
    spec = WindowSpec("7d", at=AT)
    for wanted in FILTERS[::3]:
        inputs = collector.collect(View(window=spec, filter=wanted), TABS, lambda done, steps: None).inputs
        assert inputs.topics_total
        world = World(backend.talks(), backend.judgements(), backend.ratings(), inputs.zone)
        period = inputs.window.period
        by_id = {panel.id: panel for tab in TABS for panel in panels(tab, inputs)}
        talks = [talk for talk in world.talks_through(wanted) if within(talk.time, period)]
        assert metric(by_id, "conversations").value == len(talks), wanted
        judged = [each for each in world.judgements_through(wanted) if within(each.time, period)]
        assert metric(by_id, "score").n == sum(row_score(each) is not None for each in judged), wanted
        check_feedback(by_id, world.ratings_through(wanted), inputs)


def test_one_users_page(filled: tuple[Backend, Collector]) -> None:
    backend, collector = filled
    inputs = collector.collect(
        View(window=WindowSpec("7d", at=AT), filter=Filter.parse("user:kim")), ("users",), lambda done, steps: None
    ).inputs
    by_id = {panel.id: panel for panel in panels("users", inputs)}
    mine = [talk for talk in backend.talks() if talk.user == "kim" and within(talk.time, inputs.window.period)]
    assert metric(by_id, "conversations").value == len(mine) > 3
    rhythm = by_id["rhythm"]
    assert isinstance(rhythm, Heatmap)
    for weekday, hours in enumerate(rhythm.values):
        for hour, n in enumerate(hours):
            local = [talk.time.astimezone(inputs.zone) for talk in mine if talk.time is not None]
            assert n == sum((moment.weekday(), moment.hour) == (weekday, hour) for moment in local)
    assert table(by_id, "recent").keys == tuple(str(talk.key) for talk in sorted(mine, key=lambda talk: -talk.key))
    assert {"sentiment_by_bucket", "score_by_bucket", "topics", "satisfaction"} <= by_id.keys()
    for several in ("user:kim user:Kim", "-user:kim", 'user:""'):
        view = View(filter=Filter.parse(several))
        of_all = panels("users", collector.collect(view, ("users",), lambda done, steps: None).inputs)
        assert "rhythm" not in {panel.id for panel in of_all}


@pytest.mark.parametrize("column", ["conversations", "negative_ratio", "score", "last_seen"])
def test_the_users_that_have_a_row_are_the_first_by_the_column_sorted_by(
    filled: tuple[Backend, Collector], column: str
) -> None:
    _, collector = filled

    def users(sort: str | None, most: int) -> Table:
        view = View("users", WindowSpec("7d", at=AT), sort=sort, users=most)
        inputs = collector.collect(view, ("users",), lambda done, steps: None).inputs
        return sorted_by(table({panel.id: panel for panel in panels("users", inputs)}, "users"), sort)

    everybody = users(None, 100)
    at = [each.id for each in everybody.columns].index(column)
    for sort in (column, f"-{column}"):
        found, expected = users(sort, 3), sorted_by(everybody, sort)
        assert found.total == everybody.total == len(everybody.rows) == len(users(sort, 100).rows)
        # Sums of scores differ in their last digit by the order in which a server adds them up.
        of_three = [
            [round(v, 9) if isinstance(v := row[at], float) else v for row in each.rows[:3]]
            for each in (found, expected)
        ]
        assert of_three[0] == of_three[1]
        assert len(found.rows) == 3


def test_users_that_come_in_later_have_their_figures_at_once(filled: tuple[Backend, Collector], tmp_path: Path) -> None:
    backend, _ = filled
    settings = settings_for(backend.url, tmp_path)
    with closing(open_database(settings)) as database:
        database.connect()
        patient = Collector(settings, database, Tuning(Limits(1000), share=1e-9))

        def rows(sort: str | None, most: int) -> dict[str, tuple[object, object]]:
            patient.probe()
            view = View("users", WindowSpec("7d", at=AT), sort=sort, users=most)
            inputs = patient.collect(view, ("users",), lambda done, steps: None).inputs
            found = table({panel.id: panel for panel in panels("users", inputs)}, "users")
            means = [round(mean, 9) if isinstance(mean := row[3], float) else mean for row in found.rows]
            return dict(zip(found.keys, zip(means, found.trends, strict=True), strict=True))

        few = rows(None, 2)
        everybody = rows(None, 100)
        assert len(few) == 2
        assert any(score is not None for key, (score, _) in everybody.items() if key not in few)
        assert all(any(trend) for _, trend in everybody.values())  # type: ignore[arg-type]
        assert rows("-score", 3).items() <= everybody.items()
