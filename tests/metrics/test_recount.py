"""Every panel equals a plain recount of the rows, whatever they are, in zones with all kinds of days."""

from __future__ import annotations

import itertools
import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aiops_tui.metrics import panels
from aiops_tui.metrics.inputs import CONVERSATIONS, EVALUATIONS, FEEDBACK, JUDGED, Cells, Inputs
from aiops_tui.model.labels import FEEDBACKS, SENTIMENTS, fold_topic
from aiops_tui.model.panels import Heatmap, Histogram, Metric, Panel, Series, Table
from aiops_tui.model.window import (
    Period,
    Window,
    WindowSpec,
    bucket_edges,
    display_step,
    epoch,
    from_epoch,
    previous_period,
    snap_seconds,
)

CRITERIA = ("relevance", "clarity")
ANALYSED = ("positive", "neutral", "negative")
ZONES = ("Asia/Seoul", "UTC", "Asia/Kolkata", "America/New_York")
NOWS = (
    datetime(2026, 11, 2, 3, 7, 9, tzinfo=UTC),  # New York's clocks went back on the 1st ...
    datetime(2026, 3, 8, 18, 30, tzinfo=UTC),  # ... and forward on this day.
    datetime(2026, 7, 1, 0, 0, tzinfo=UTC),
)


@dataclass(frozen=True)
class Row:
    """A conversation as the database has it, with its evaluation and feedback."""

    seconds: int
    topic: str | None
    sentiment: str
    user: str | None
    scores: tuple[float | None, float | None] | None
    feedback: str | None

    @property
    def score(self) -> float | None:
        """The row score: the mean of the criteria that are not null."""
        known = [value for value in self.scores or () if value is not None]
        return sum(known) / len(known) if known else None

    def value(self, criterion: str) -> float | None:
        """A criterion's score, or the row score."""
        if criterion == "score":
            return self.score
        return self.scores[CRITERIA.index(criterion)] if self.scores else None


SCORES = st.one_of(st.none(), st.sampled_from([0.0, 3.5, 4.0, 5.0, 7.25, 9.0, 10.0, 10.5, -1.0]))
TOPICS = st.sampled_from(
    [None, "", "환불", "환불.", " 환불", "Refund", "refund!", "REFUND", "배송", "login  error", "…"]
)
RULES = [
    WindowSpec("1h"),
    WindowSpec("6h"),
    WindowSpec("24h"),
    WindowSpec("7d"),
    WindowSpec("90d"),
    WindowSpec("24h", at=datetime(2026, 3, 8, 11, 11, 11, 500_000, tzinfo=UTC)),
    WindowSpec("custom", since=datetime(2026, 10, 30, 4, 0, tzinfo=UTC), until=datetime(2026, 11, 2, 5, 0, tzinfo=UTC)),
]


@st.composite
def situations(draw: st.DrawFn) -> tuple[Inputs, list[Row], list[Row]]:
    """Inputs with the rows, of the window and of the previous period, that their cells were made from."""
    window = draw(st.sampled_from(RULES)).resolve(draw(st.sampled_from(NOWS)))
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    previous = previous_period(window, draw(st.sampled_from(["previous", "week", "off"])))
    current = draw(rows_of(window.period))
    before = draw(rows_of(previous)) if previous else []
    edges = tuple(bucket_edges(window.period, display_step(window), zone))
    inputs = Inputs(
        now=draw(st.sampled_from(NOWS)),
        window=window,
        previous=previous,
        zone=zone,
        edges=edges,
        current=cells_of(current, window),
        before=cells_of(before, window) if previous else None,
        criteria=CRITERIA,
    )
    return inputs, current, before


def rows_of(period: Period) -> st.SearchStrategy[list[Row]]:
    """Rows of a period; many at once come from a seed, which shrinks less but reaches the ranks of `movers`."""
    start = math.ceil(epoch(period.start))
    seconds = st.integers(start, math.ceil(epoch(period.end)) - 1)
    score_pairs = st.one_of(st.none(), st.tuples(SCORES, SCORES))
    feedbacks = st.sampled_from([None, *FEEDBACKS])
    users = st.sampled_from([None, "", "kim", "lee"])
    row = st.builds(Row, seconds, TOPICS, st.sampled_from(SENTIMENTS), users, score_pairs, feedbacks)
    return st.one_of(st.lists(row, max_size=12), st.builds(many_rows, st.just(period), st.integers(0, 10_000)))


def many_rows(period: Period, seed: int) -> list[Row]:
    """A few hundred rows whose sentiment depends on topic and seed."""
    chance = random.Random(seed)
    start, length = math.ceil(epoch(period.start)), int(period.seconds)
    moods = {topic: chance.random() for topic in ("환불", "환불.", "Refund", "배송")}
    made = []
    for _ in range(chance.randrange(50, 300)):
        topic = chance.choice(list(moods))
        sentiment = "negative" if chance.random() < moods[topic] else chance.choice(SENTIMENTS)
        scores = (chance.choice([None, 2.0, 8.0]), float(chance.randrange(11))) if chance.random() < 0.5 else None
        made.append(Row(start + chance.randrange(length), topic, sentiment, "kim", scores, chance.choice(FEEDBACKS)))
    return made


def cells_of(rows: Sequence[Row], window: Window) -> Cells:
    """What the rollups say of the rows, counted one by one."""
    conversations: Counter[tuple[int, str | None, str]] = Counter()
    feedback: Counter[tuple[int, str | None, str, str]] = Counter()
    evaluations: defaultdict[tuple[int, str | None, str, str], list[float]] = defaultdict(list)
    judged: defaultdict[tuple[int, str | None, str], list[int]] = defaultdict(lambda: [0] * 8)
    for row in rows:
        key = (snap_seconds(row.seconds, window.bucket_seconds), row.topic, row.sentiment)
        conversations[key] += 1
        if row.feedback:
            feedback[(*key, row.feedback)] += 1
        for criterion in ("score", *CRITERIA):
            if (value := row.value(criterion)) is not None:
                evaluations[(*key, criterion)].append(value)
        if row.score is not None:
            low, told = row.score < 5, (is_unhappy(row), row.feedback == "dislike", row.sentiment == "negative")
            more = (1, low, *(one for each in told for one in (each, low and each)))
            judged[key] = [a + b for a, b in zip(judged[key], more, strict=True)]
    sums = [(*key, len(v), sum(v), sum(x * x for x in v), *bins(v)) for key, v in evaluations.items()]
    return Cells(
        conversations=pl.DataFrame([(*key, n) for key, n in conversations.items()], CONVERSATIONS, orient="row"),
        evaluations=pl.DataFrame(sums, EVALUATIONS, orient="row"),
        judged=pl.DataFrame([(*key, *ns) for key, ns in judged.items()], JUDGED, orient="row"),
        feedback=pl.DataFrame([(*key, n) for key, n in feedback.items()], FEEDBACK, orient="row"),
        active_users=len({row.user for row in rows if row.user}),
        evaluated=sum(row.scores is not None for row in rows),
    )


def is_unhappy(row: Row) -> bool:
    return row.feedback == "dislike" or row.sentiment == "negative"


def bins(values: Iterable[float]) -> list[int]:
    """Ten bins from 0 to 10, the last with its upper edge."""
    found = [0] * 10
    for value in values:
        if 0 <= value <= 10:
            found[min(int(value), 9)] += 1
    return found


# --- the recount


def ratio(hits: int, n: int) -> float | None:
    return hits / n if n else None


def mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def negative(rows: Iterable[Row]) -> float | None:
    analysed = [row for row in rows if row.sentiment in ANALYSED]
    return ratio(sum(row.sentiment == "negative" for row in analysed), len(analysed))


def likes(rows: Iterable[Row]) -> float | None:
    said = [row.feedback for row in rows if row.feedback in {"like", "dislike"}]
    return ratio(said.count("like"), len(said))


def values(rows: Iterable[Row], criterion: str = "score") -> list[float]:
    return [value for row in rows if (value := row.value(criterion)) is not None]


def split(rows: Sequence[Row], edges: Sequence[datetime]) -> list[list[Row]]:
    """The rows between each two edges."""
    moments = [(from_epoch(row.seconds), row) for row in rows]
    return [[row for moment, row in moments if start <= moment < end] for start, end in itertools.pairwise(edges)]


def local(row: Row, zone: ZoneInfo) -> datetime:
    return from_epoch(row.seconds).astimezone(zone)


def folded(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """The rows of each topic."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if key := fold_topic(row.topic):
            found.setdefault(key, []).append(row)
    return found


def shown(rows: Iterable[Row]) -> str:
    """The raw form most often seen, the smallest of equals."""
    forms = Counter(str(row.topic) for row in rows)
    return min(forms, key=lambda raw: (-forms[raw], raw))


def same(found: object, wanted: object) -> bool:
    """Equality that lets floats differ by their rounding."""
    if isinstance(found, float) and isinstance(wanted, (float, int)):
        return math.isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(found, (tuple, list)) and isinstance(wanted, (tuple, list)):
        return len(found) == len(wanted) and all(map(same, found, wanted))
    if isinstance(found, Mapping) and isinstance(wanted, Mapping):
        return list(found) == list(wanted) and all(same(found[key], wanted[key]) for key in found)
    return found == wanted


def by_id(tab: str, inputs: Inputs) -> dict[str, Panel]:
    made = panels(tab, inputs)
    found = {panel.id: panel for panel in made}
    assert len(found) == len(made)
    for panel in made:
        assert_sound(panel)
    return found


def assert_sound(panel: Panel) -> None:
    """What holds for any panel: no number that JSON lacks, shapes that agree, intervals around their value."""
    assert_finite(panel)
    if isinstance(panel, Metric):
        assert (panel.change is not None) == (panel.change_kind in {"relative", "absolute"})
        if panel.low is not None and panel.high is not None and panel.value is not None:
            assert panel.low <= panel.value <= panel.high
    elif isinstance(panel, Series):
        assert all(len(column) == len(panel.x) for column in (*panel.series.values(), panel.n))
    elif isinstance(panel, Heatmap):
        assert len(panel.values) == len(panel.n) == len(panel.y)
        assert all(len(row) == len(panel.x) for row in (*panel.values, *panel.n))
    elif isinstance(panel, Histogram):
        assert len(panel.edges) == len(panel.counts) + 1
    else:
        assert all(len(row) == len(panel.columns) for row in panel.rows)
        assert len(panel.keys) == len(panel.rows)


def assert_finite(value: object) -> None:
    if isinstance(value, float):
        assert math.isfinite(value)
    elif isinstance(value, Mapping):
        assert_finite(tuple(value.values()))
    elif isinstance(value, tuple):
        for part in value:
            assert_finite(part)
    elif is_dataclass(value):
        for one in fields(value):
            assert_finite(getattr(value, one.name))


def assert_metric(panel: Panel, n: int | None, now: float | None, before: float | None, change: str) -> None:
    """Check a metric against the figures of both periods; ``change`` is the kind where there is one."""
    assert isinstance(panel, Metric)
    assert same((panel.value, panel.n, panel.previous), (now, n, before))
    if now is None or before is None or (change == "relative" and now == before == 0):
        assert (panel.change, panel.change_kind) == (None, "na")
    elif change == "relative" and before == 0:
        assert (panel.change, panel.change_kind) == (None, "new")
    else:
        wanted = (now - before) / before if change == "relative" else now - before
        assert panel.change_kind == change
        assert same(panel.change, wanted)


Check = Callable[[Callable[[tuple[Inputs, list[Row], list[Row]]], None]], Callable[[], None]]


def over_situations(examples: int) -> Check:
    def decorate(function: Callable[[tuple[Inputs, list[Row], list[Row]]], None]) -> Callable[[], None]:
        limited = settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
        return limited(given(situations())(function))

    return decorate


@over_situations(60)
def test_overview_equals_a_recount(situation: tuple[Inputs, list[Row], list[Row]]) -> None:
    inputs, rows, before = situation
    found = by_id("overview", inputs)
    was: Sequence[Row] | None = before if inputs.previous else None
    analysed = sum(row.sentiment in ANALYSED for row in rows)
    said = sum(row.feedback in {"like", "dislike"} for row in rows)
    users = len({row.user for row in rows if row.user})
    users_before = len({row.user for row in was if row.user}) if was is not None else None
    assert_metric(found["conversations"], len(rows), len(rows), len(was) if was is not None else None, "relative")
    assert_metric(found["active_users"], users, users, users_before, "relative")
    assert_metric(found["negative_ratio"], analysed, negative(rows), negative(was or ()), "absolute")
    assert_metric(found["score"], len(values(rows)), mean(values(rows)), mean(values(was or ())), "absolute")
    assert_metric(found["satisfaction"], said, likes(rows), likes(was or ()), "absolute")

    volume, slices = found["volume"], split(rows, inputs.edges)
    assert isinstance(volume, Series)
    assert volume.x == inputs.edges[:-1]
    assert volume.series == {
        name: tuple(sum(row.sentiment == name for row in part) for part in slices) for name in SENTIMENTS
    }
    assert volume.n == tuple(map(len, slices))
    assert volume.open_last == (inputs.now <= inputs.window.end)

    trend = slices[:-1] if volume.open_last else slices
    figures: dict[str, Callable[[list[Row]], float | None]] = {
        "conversations": len,
        "negative_ratio": negative,
        "satisfaction": likes,
    }
    for name, figure in figures.items():
        metric = found[name]
        assert isinstance(metric, Metric)
        assert same(metric.trend, tuple(figure(part) for part in trend))

    topics, wanted = found["topics"], folded(rows)
    assert isinstance(topics, Table)
    assert [column.id for column in topics.columns] == ["topic", "conversations", "share", "negative_ratio", "score"]
    order = sorted(wanted, key=lambda key: (-len(wanted[key]), shown(wanted[key])))
    assert topics.keys == tuple(order)
    assert topics.total == len(order)
    assert same(
        topics.rows,
        [
            (shown(part), len(part), len(part) / len(rows), negative(part), mean(values(part)))
            for part in (wanted[key] for key in order)
        ],
    )


@over_situations(60)
def test_sentiment_equals_a_recount(situation: tuple[Inputs, list[Row], list[Row]]) -> None:
    inputs, rows, before = situation
    found = by_id("sentiment", inputs)
    for name in SENTIMENTS:
        n = sum(row.sentiment == name for row in rows)
        was = sum(row.sentiment == name for row in before) if inputs.previous else None
        assert_metric(found[name], n, n, was, "relative")

    days = found["sentiment_by_day"]
    assert isinstance(days, Series)
    touched = days_of(inputs.window.period, inputs.zone)
    assert [moment.isoformat() for moment in days.x] == [
        datetime(day.year, day.month, day.day, tzinfo=inputs.zone).isoformat() for day in touched
    ]
    for name in SENTIMENTS:
        per_day = Counter(local(row, inputs.zone).date() for row in rows if row.sentiment == name)
        assert days.series[name] == tuple(per_day[day] for day in touched)

    heatmap = found["negative_heatmap"]
    assert isinstance(heatmap, Heatmap)
    for weekday in range(7):
        for hour in range(24):
            here = [
                row
                for row in rows
                if (local(row, inputs.zone).weekday(), local(row, inputs.zone).hour) == (weekday, hour)
            ]
            assert heatmap.n[weekday][hour] == sum(row.sentiment in ANALYSED for row in here)
            assert same(heatmap.values[weekday][hour], negative(here))

    table, wanted = found["topic_sentiment"], folded(rows)
    assert isinstance(table, Table)
    for key, row in zip(table.keys, table.rows, strict=True):
        part = wanted[key]
        counts = [sum(one.sentiment == name for one in part) for name in SENTIMENTS]
        assert same(row, (shown(part), *counts, negative(part)))

    movers, earlier = found["movers"], folded(before)
    assert isinstance(movers, Table)
    compared = {
        key
        for key in wanted.keys() & earlier.keys()
        if all(sum(row.sentiment in ANALYSED for row in part[key]) >= 5 for part in (wanted, earlier))
    }
    assert movers.total == len(compared)
    assert set(movers.keys) <= compared
    for key, (title, now, past, change, low, high, n_now) in zip(movers.keys, movers.rows, strict=True):
        assert same((title, now, past), (shown(wanted[key]), negative(wanted[key]), negative(earlier[key])))
        assert n_now == sum(row.sentiment in ANALYSED for row in wanted[key])
        assert isinstance(low, float)
        assert isinstance(high, float)
        assert isinstance(change, float)
        assert low <= change <= high
        assert low > 0 or high < 0


@over_situations(60)
def test_evaluation_equals_a_recount(situation: tuple[Inputs, list[Row], list[Row]]) -> None:
    inputs, rows, before = situation
    found = by_id("evaluation", inputs)
    for criterion in ("score", *CRITERIA):
        suffix = "" if criterion == "score" else f".{criterion}"
        now, was = values(rows, criterion), values(before, criterion)
        assert_metric(found[f"score{suffix}"], len(now), mean(now), mean(was), "absolute")
        histogram = found[f"score_histogram{suffix}"]
        assert isinstance(histogram, Histogram)
        assert list(histogram.counts) == bins(now)

    evaluated = sum(row.scores is not None for row in rows)
    evaluated_before = sum(row.scores is not None for row in before)
    coverage, coverage_before = ratio(evaluated, len(rows)), ratio(evaluated_before, len(before))
    assert_metric(found["coverage"], len(rows), coverage, coverage_before, "absolute")
    scored, scored_before = ([row for row in part if row.score is not None] for part in (rows, before))
    unhappy, unhappy_before = ([row for row in part if is_unhappy(row)] for part in (scored, scored_before))
    assert_metric(found["agreement"], len(unhappy), low_share(unhappy), low_share(unhappy_before), "absolute")
    assert_metric(found["agreement.base_rate"], len(scored), low_share(scored), low_share(scored_before), "absolute")
    low = [row for row in scored if row.score is not None and row.score < 5]
    for name, rows in (("", low), (".base_rate", scored)):
        disliked, negative = found[f"agreement.disliked{name}"], found[f"agreement.negative{name}"]
        assert isinstance(disliked, Metric)
        assert isinstance(negative, Metric)
        assert disliked.value == ratio(sum(row.feedback == "dislike" for row in rows), len(rows))
        assert negative.value == ratio(sum(row.sentiment == "negative" for row in rows), len(rows))

    series, slices = found["score_by_bucket"], split(rows, inputs.edges)
    assert isinstance(series, Series)
    assert list(series.series) == ["score", *CRITERIA]
    for criterion, column in series.series.items():
        assert same(column, [mean(values(part, criterion)) for part in slices])
    assert series.n == tuple(len(values(part)) for part in slices)

    heatmap = found["score_heatmap"]
    assert isinstance(heatmap, Heatmap)
    cells: defaultdict[tuple[int, int], list[float]] = defaultdict(list)
    for row in scored:
        cells[local(row, inputs.zone).weekday(), local(row, inputs.zone).hour] += values([row])
    assert same(heatmap.values, [[mean(cells[day, hour]) for hour in range(24)] for day in range(7)])

    topics, wanted = found["topic_criterion"], folded(scored)
    assert isinstance(topics, Heatmap)
    assert topics.x == CRITERIA
    order = sorted(wanted, key=lambda key: (-len(wanted[key]), shown(wanted[key])))
    assert topics.y == tuple(shown(wanted[key]) for key in order)
    assert same(topics.values, [[mean(values(wanted[key], name)) for name in CRITERIA] for key in order])


def low_share(rows: Sequence[Row]) -> float | None:
    return ratio(sum(row.score is not None and row.score < 5 for row in rows), len(rows))


def days_of(period: Period, zone: ZoneInfo) -> list[date]:
    """The days of a zone that a period touches."""
    day, last = period.start.astimezone(zone).date(), (period.end - timedelta(microseconds=1)).astimezone(zone).date()
    return [day + timedelta(days=n) for n in range((last - day).days + 1)]


@pytest.mark.parametrize(
    ("now", "hours"), [(datetime(2026, 11, 3, tzinfo=UTC), 25), (datetime(2026, 3, 10, tzinfo=UTC), 23)]
)
def test_a_day_on_which_clocks_change_has_all_its_hours(now: datetime, hours: int) -> None:
    """One row an hour: days of 23 and 25 hours have as many, and the hour that comes twice has both."""
    zone, window = ZoneInfo("America/New_York"), WindowSpec("7d").resolve(now)
    start = int(epoch(window.start))
    rows = [Row(start + n * 3600, "a", "negative", None, None, None) for n in range(7 * 24)]
    edges = tuple(bucket_edges(window.period, display_step(window), zone))
    made = panels("sentiment", Inputs(now, window, None, zone, edges, cells_of(rows, window), None))
    days = next(panel for panel in made if panel.id == "sentiment_by_day")
    assert isinstance(days, Series)
    assert hours in days.series["negative"]
    assert {24, hours} == set(days.series["negative"][1:-1])
