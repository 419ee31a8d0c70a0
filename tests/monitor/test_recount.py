"""The invariant: whatever happens to the tables, what the collector has equals a full recount of what they hold."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from aiops_tui.config import load_settings
from aiops_tui.metrics import panels
from aiops_tui.metrics.inputs import Inputs
from aiops_tui.model.filters import Filter, is_score
from aiops_tui.model.view import View
from aiops_tui.model.window import WindowSpec, bucket_edges, display_step
from aiops_tui.monitor.books import Tuning
from aiops_tui.monitor.collector import Collector
from aiops_tui.source.database import open_database
from aiops_tui.source.rollup import Limits
from tests.monitor.backend import Backend, Judgement, Talk
from tests.monitor.checks import check_conversations, check_feedback, check_people, check_scores, check_users
from tests.monitor.plain import World

AT = datetime(2026, 11, 4, 12, tzinfo=UTC)
"""Three days after clocks changed in New York."""

ZONES = ("Asia/Seoul", "UTC", "Asia/Kolkata", "America/New_York")
TABS = ("overview", "sentiment", "evaluation", "feedback", "users")
LATE = 4
"""Keys that are taken and committed later lie at most so far below the newest."""

TUNING = Tuning(
    Limits(slice_keys=7, freeze_keys=3, merge_keys=12),
    tail_seconds=0,
    tail_keys=25,
    margin_keys=10 + LATE,
    whole_keys=40,
    feedback_tail_keys=5,
    evaluation_seconds=0,
    share=math.inf,
)

times = st.one_of(
    st.datetimes(datetime(2026, 10, 15), datetime(2026, 11, 5), timezones=st.just(UTC)),
    st.datetimes(datetime(2026, 10, 31, 22), datetime(2026, 11, 1, 8), timezones=st.just(UTC)),
    st.sampled_from([AT, AT - timedelta(microseconds=1), datetime(2026, 10, 28, 12, tzinfo=UTC), None]),
    st.sampled_from([datetime(1, 3, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)]),
)
sentiments = st.sampled_from(["긍정", "중립", "부정", " Negative", "neutral", "", "  ", None, "joy", "부정"])
topics = st.sampled_from(
    ["환불", "환불.", " 환불 ", "결제  오류", "결제 오류", "Login", "login!", "", None, "%_'\"\\", "\x1b[31m"]
)
users = st.sampled_from(["u1", "u2", "u3", "김", "", None])
scores = st.one_of(st.none(), st.floats(0, 10), st.sampled_from([0.0, 5.0, 10.0, 11.0]))


@dataclass
class Insert:
    """Some conversations, a few of whose keys are left out and come later."""

    rows: list[tuple[str | None, str | None, str | None, datetime | None]]
    held_back: set[int]


inserts = st.builds(
    Insert,
    st.lists(st.tuples(users, sentiments, topics, times), min_size=1, max_size=12),
    st.sets(st.integers(0, LATE), max_size=2),
)
seeds = st.lists(st.tuples(users, sentiments, topics, times), min_size=45, max_size=60)
"""Enough to be counted and frozen before anything changes."""
changes = st.one_of(
    st.tuples(st.just("update"), st.integers(1, 50), sentiments),
    st.tuples(st.just("delete"), st.integers(1, 50), st.none()),
    st.tuples(st.just("retain"), st.integers(0, 30), st.none()),
)
reasons = st.sampled_from(["느려요", "느려요.", " too  Long", "too long!", "", "  ", None, "%_'\"\\", "\x1b[31m"])
judged = st.lists(st.tuples(st.integers(1, 60), sentiments, topics, times, scores, scores), max_size=10)
rated = st.lists(
    st.tuples(st.integers(1, 60), st.sampled_from(["like", "dislike", " Like", None, "meh"]), times, reasons),
    max_size=6,
)
steps = st.lists(
    st.one_of(
        inserts.map(lambda value: ("insert", value)),
        judged.map(lambda value: ("evaluate", value)),
        judged.map(lambda value: ("replace", value)),
        rated.map(lambda value: ("rate", value)),
        changes.map(lambda value: ("change", value)),
        st.just(("poll", None)),
    ),
    max_size=14,
)
additions = st.lists(
    st.one_of(
        inserts.map(lambda value: ("insert", value)),
        judged.map(lambda value: ("evaluate", value)),
        rated.map(lambda value: ("rate", value)),
        st.just(("poll", None)),
    ),
    max_size=14,
)
windows = st.sampled_from(
    [
        WindowSpec("7d", at=AT),
        WindowSpec("24h", at=AT - timedelta(hours=70, minutes=7, seconds=11)),
        WindowSpec("custom", since=AT - timedelta(days=5, minutes=3), until=AT - timedelta(days=2, seconds=77)),
        WindowSpec("30d", at=AT),
        WindowSpec("all", at=AT),
    ]
)
filters = st.sampled_from(
    [
        "",
        "",
        "topic:환불",
        "-topic:login sentiment:negative",
        "user:u1",
        'user:김 topic:"결제 오류"',
        "score<5",
        "feedback:dislike",
        "weekday:sat weekday:sun hour<9",
        "-weekday:wed hour:0 hour:13 topic:login",
        'topic:"" -sentiment:negative',
        'user:"" -hour>=12',
        "reason:느려요 -topic:환불",
        "score>=2 score<7 criterion.clarity>1",
        '"question 1" weekday:수',
    ]
)


class Play:
    """A backend, a collector that looks at it now and then, and the keys that are still to be committed."""

    def __init__(self, url: str, view: View, folder: Path) -> None:
        self.backend = Backend(url)
        self.backend.create()
        self.view = view
        settings_ = load_settings({"database_url": url}, {}, folder)
        database = open_database(settings_)
        database.connect()
        self.collector = Collector(settings_, database, TUNING)
        self._next = 1
        self._next_rating = 1
        self._open: list[Talk] = []

    def step(self, kind: str, value: object) -> None:
        match kind, value:
            case "insert", Insert() as insert:
                self._insert(insert)
            case "evaluate" | "replace", list() as rows:
                self.backend.evaluate([Judgement(*row) for row in rows], replace=kind == "replace")
            case "rate", list() as rows:
                self.backend.rate([(self._next_rating + i, *row) for i, row in enumerate(rows)])
                self._next_rating += len(rows)
            case "change", (what, key, label):
                self._change(what, key, label)
            case _:
                self.look()

    def look(self) -> Inputs:
        self.collector.probe()
        return self.collector.collect(self.view, TABS, lambda done, total: None).inputs

    def close(self) -> None:
        self.collector.database.close()
        self.backend.close()

    def evaluate_known(
        self, rows: list[tuple[int, str | None, str | None, datetime | None, float | None, float | None]]
    ) -> None:
        """Evaluate as the backend does: after the conversation, which it may inherit from."""
        committed = {talk.key for talk in self.backend.talks()}
        self.backend.evaluate([Judgement(*row) for row in rows if row[0] in committed], replace=False)

    def commit_open(self) -> None:
        late, self._open = self._open, []
        self.backend.insert(late)

    def _insert(self, insert: Insert) -> None:
        talks = [Talk(self._next + i, *row) for i, row in enumerate(insert.rows)]
        held = [talk for i, talk in enumerate(reversed(talks)) if i in insert.held_back]
        self.commit_open()
        self._open = held
        self.backend.insert(talk for talk in talks if talk not in held)
        self._next += len(talks)

    def _change(self, what: object, key: object, label: object) -> None:
        if what == "update":
            self.backend.run("UPDATE conversation_log SET sentiment = ? WHERE id = ?", [(label, key)])
        elif what == "delete":
            self.backend.run("DELETE FROM conversation_log WHERE id = ?", [(key,)])
        else:
            self.backend.run("DELETE FROM conversation_log WHERE id < ?", [(key,)])
        self.backend.commit()


@pytest.fixture(scope="module")
def postgres(new_postgres: Callable[[], str]) -> str:
    return new_postgres()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == "postgresql":
        yield request.getfixturevalue("postgres")
    else:
        yield f"sqlite:///{tmp_path_factory.mktemp('recount')}/local.db"


lenient = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)


@lenient
@given(seed=seeds, steps=steps, window=windows, wanted=filters, compare=st.sampled_from(["previous", "week", "off"]))
def test_after_any_changes_and_a_reconciliation_all_figures_equal_a_recount(
    url: str,
    tmp_path_factory: pytest.TempPathFactory,
    seed: list[tuple[str | None, str | None, str | None, datetime | None]],
    steps: list[tuple[str, object]],
    window: WindowSpec,
    wanted: str,
    compare: str,
) -> None:
    view = View(window=window, filter=Filter.parse(wanted), compare=compare)  # type: ignore[arg-type]
    play = Play(url, view, tmp_path_factory.getbasetemp())
    try:
        play.step("insert", Insert(seed, set()))
        play.look()
        for kind, value in steps:
            play.step(kind, value)
        play.commit_open()
        play.collector.reconcile(view, lambda done, total: None)
        check(play, play.look())
    finally:
        play.close()


@lenient
@given(inserted=additions, window=windows, wanted=filters)
def test_inserts_alone_need_no_reconciliation(
    url: str,
    tmp_path_factory: pytest.TempPathFactory,
    inserted: list[tuple[str, object]],
    window: WindowSpec,
    wanted: str,
) -> None:
    play = Play(url, View(window=window, filter=Filter.parse(wanted)), tmp_path_factory.getbasetemp())
    try:
        for kind, value in inserted:
            if kind == "evaluate":
                play.evaluate_known(value)  # type: ignore[arg-type]
            else:
                play.step(kind, value)
        play.commit_open()
        if not any(is_score(term) or term.key in {"feedback", "reason"} for term in play.view.filter.terms):
            # Which conversations these two let through changes with other tables: reconciling finds that.
            check(play, play.look())
    finally:
        play.close()


def check(play: Play, inputs: Inputs) -> None:
    """Hold the panels of four zones against plain Python over all the rows."""
    world = World(play.backend.talks(), play.backend.judgements(), play.backend.ratings(), inputs.zone)
    wanted = play.view.filter
    talks, judged = world.talks_through(wanted), world.judgements_through(wanted)
    ratings = world.ratings_through(wanted)
    period = inputs.window.period
    for name in ZONES:
        zone = ZoneInfo(name)
        edges = tuple(bucket_edges(period, display_step(inputs.window), zone))
        # Distinct users by bucket were asked for the zone of the settings alone.
        own = zone == inputs.zone
        zoned = inputs if own else replace(inputs, zone=zone, edges=edges, users=None, users_by_day=None)
        by_id = {panel.id: panel for tab in TABS for panel in panels(tab, zoned)}
        check_conversations(by_id, talks, zoned)
        check_users(by_id, talks, zoned)
        check_scores(by_id, judged, zoned)
        check_feedback(by_id, ratings, zoned)
        if own:
            check_people(by_id, talks, world.talks, zoned)
