"""What the panels say at the edges: of the rest, of what is missing, of history, of absurd dates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from aiops_tui.metrics import panels
from aiops_tui.metrics.inputs import CONVERSATIONS, EVALUATIONS, HISTORY, Cells, Inputs, LowScored
from aiops_tui.model.labels import REST
from aiops_tui.model.panels import Heatmap, Histogram, Metric, Panel, Series, Table
from aiops_tui.model.records import Recent
from aiops_tui.model.window import EARLIEST, WindowSpec, epoch

MakeInputs = Callable[..., Inputs]
MakeConversations = Callable[[list[tuple[int, str | None, str, int]]], pl.DataFrame]
TABS = ("overview", "sentiment", "evaluation", "feedback", "users")
NOON = int(epoch(datetime(2026, 11, 22, 3, 0, tzinfo=UTC)))

ORDER = {
    "overview": "conversations active_users negative_ratio score satisfaction total volume users_by_bucket "
    "topics recent",
    "sentiment": "positive neutral negative other unanalysed negative_ratio sentiment_by_bucket sentiment_by_day "
    "negative_heatmap topic_sentiment movers",
    "evaluation": "score score.clarity coverage agreement agreement.base_rate agreement.disliked "
    "agreement.disliked.base_rate agreement.negative agreement.negative.base_rate score_by_bucket score_histogram "
    "score_histogram.clarity score_heatmap topic_criterion worst",
    "feedback": "likes dislikes satisfaction feedback_by_day satisfaction_by_day reasons recent_feedback",
    "users": "active_users new_users returning_users active_by_day users",
}


def table(tab: str, panel_id: str, inputs: Inputs) -> Table:
    panel = find(tab, panel_id, inputs)
    assert isinstance(panel, Table)
    return panel


def series(tab: str, panel_id: str, inputs: Inputs) -> Series:
    panel = find(tab, panel_id, inputs)
    assert isinstance(panel, Series)
    return panel


def find(tab: str, panel_id: str, inputs: Inputs) -> Panel:
    return next(panel for panel in panels(tab, inputs) if panel.id == panel_id)


@pytest.mark.parametrize("tab", TABS)
def test_a_tab_has_its_panels_in_their_order(tab: str, inputs_of: MakeInputs) -> None:
    plain = inputs_of(criteria=("clarity",))
    inputs = inputs_of(criteria=("clarity",), users=(0,) * (len(plain.edges) - 1))
    assert " ".join(panel.id for panel in panels(tab, inputs)) == ORDER[tab]


def test_a_tab_that_is_not_there_is_refused(inputs_of: MakeInputs) -> None:
    with pytest.raises(KeyError):
        panels("weather", inputs_of())


def test_missing_tables_leave_their_figures_missing(inputs_of: MakeInputs) -> None:
    inputs = inputs_of(criteria=("clarity",))
    for tab, panel_id in [
        ("overview", "active_users"),
        ("overview", "score"),
        ("overview", "satisfaction"),
        ("overview", "total"),
        ("evaluation", "score"),
        ("evaluation", "score.clarity"),
        ("evaluation", "coverage"),
        ("evaluation", "agreement"),
        ("evaluation", "agreement.base_rate"),
        ("evaluation", "agreement.disliked"),
        ("evaluation", "agreement.negative"),
    ]:
        metric = find(tab, panel_id, inputs)
        assert isinstance(metric, Metric)
        assert (metric.value, metric.n, metric.low, metric.high, metric.change_kind) == (None, None, None, None, "na")
    assert set(series("evaluation", "score_by_bucket", inputs).series["score"]) == {None}
    assert table("evaluation", "worst", inputs).total is None
    assert "users_by_bucket" not in {panel.id for panel in panels("overview", inputs)}


def test_of_no_rows_counts_are_zero_and_ratios_and_means_are_gaps(inputs_of: MakeInputs) -> None:
    empty = Cells(pl.DataFrame(schema=CONVERSATIONS), pl.DataFrame(schema=EVALUATIONS), evaluated=0, active_users=0)
    inputs = inputs_of(current=empty, before=empty)
    conversations, negative = (find("overview", name, inputs) for name in ("conversations", "negative_ratio"))
    assert isinstance(conversations, Metric)
    assert isinstance(negative, Metric)
    assert (conversations.value, conversations.change_kind, set(conversations.trend)) == (0, "na", {0})
    assert (negative.value, negative.n, set(negative.trend)) == (None, 0, {None})
    assert set(series("overview", "volume", inputs).series["negative"]) == {0}
    heatmap = find("sentiment", "negative_heatmap", inputs)
    assert isinstance(heatmap, Heatmap)
    assert (heatmap.y[0], heatmap.x[0], heatmap.x[-1]) == ("mon", "0", "23")
    assert {value for row in heatmap.values for value in row} == {None}
    histogram = find("evaluation", "score_histogram", inputs)
    assert isinstance(histogram, Histogram)
    assert (histogram.edges[0], histogram.edges[-1], sum(histogram.counts)) == (0, 10, 0)


def test_the_rest_comes_last_without_a_name_and_the_total_is_as_counted(
    inputs_of: MakeInputs, conversations_of: MakeConversations
) -> None:
    cells = conversations_of(
        [
            (NOON, REST, "negative", 90),
            (NOON, "환불", "negative", 4),
            (NOON, "배송", "positive", 5),
            (NOON, None, "other", 1),
        ]
    )
    inputs = inputs_of(current=Cells(cells), topics_total=487)
    topics = table("overview", "topics", inputs)
    assert topics.rows == (("배송", 5, 0.05, 0.0, None), ("환불", 4, 0.04, 1.0, None), (None, 90, 0.9, 1.0, None))
    assert topics.keys == ("배송", "환불", REST)
    assert topics.total == 487
    assert table("sentiment", "topic_sentiment", inputs).rows[-1] == (None, 0, 0, 90, 0, 0, 1.0)
    assert table("overview", "topics", inputs_of(current=Cells(cells.head(0)), topics_total=487)).total == 0


def test_a_topic_is_shown_as_it_is_most_often_written(
    inputs_of: MakeInputs, conversations_of: MakeConversations
) -> None:
    cells = conversations_of(
        [(NOON, "refund", "other", 3), (NOON, "Refund!", "other", 2), (NOON, "b", "other", 1), (NOON, "B", "other", 1)]
    )
    topics = table("overview", "topics", inputs_of(current=Cells(cells)))
    assert [(key, row[0], row[1]) for key, row in zip(topics.keys, topics.rows, strict=True)] == [
        ("refund", "refund", 5),
        ("b", "B", 2),
    ]


def test_movers_are_ranked_by_what_is_sure_of_their_change(
    inputs_of: MakeInputs, conversations_of: MakeConversations
) -> None:
    """A jump from 0 of 5 to 5 of 5 counts for less than a smaller one of many; the rest and luck are left out."""

    def cells(ratios: dict[str, tuple[int, int]]) -> Cells:
        rows: list[tuple[int, str | None, str, int]] = []
        for topic, (k, n) in ratios.items():
            rows += [(NOON, topic, "negative", k), (NOON, topic, "positive", n - k)]
        return Cells(conversations_of(rows))

    counts = {
        "few": (0, 5, 5),
        "few better": (6, 0, 6),
        "many": (200, 900, 1000),
        "better": (300, 100, 1000),
        "luck": (5, 6, 20),
        "tiny": (0, 4, 4),
        REST: (0, 9, 9),
    }
    was = cells({topic: (k, n) for topic, (k, _, n) in counts.items()})
    now = cells({topic: (k, n) for topic, (_, k, n) in counts.items()})
    movers = table("sentiment", "movers", inputs_of(current=now, before=was))
    assert movers.keys == ("many", "few better", "few", "better")
    assert movers.total == 5
    assert movers.rows[0][:4] == ("many", 0.9, 0.2, 0.9 - 0.2)
    assert table("sentiment", "movers", inputs_of(current=now, before=None)).rows == ()


def test_conversations_are_listed_as_they_came(inputs_of: MakeInputs, conversations_of: MakeConversations) -> None:
    moment = datetime(2026, 11, 22, 3, tzinfo=UTC)
    recent = (
        Recent("7", moment, "kim", "환불", "negative", 4.3, "왜?"),
        Recent("6", None, None, None, "other", None, ""),
    )
    worst = (LowScored(None, moment, None, None, "other", 1.0, "?"),)
    inputs = inputs_of(current=Cells(conversations_of([(NOON, None, "other", 40)])), recent=recent, worst=worst)
    latest = table("overview", "recent", inputs)
    assert latest.rows[0] == (moment, "kim", "환불", "negative", 4.3, "왜?")
    assert (latest.keys, latest.total) == (("7", "6"), 40)
    assert table("evaluation", "worst", inputs).rows == ((moment, None, None, "other", 1.0, "?"),)


def test_a_late_judge_does_not_cover_more_than_everything(
    inputs_of: MakeInputs, conversations_of: MakeConversations
) -> None:
    """Evaluations are placed by their own time, so that a window can have more of them than conversations."""
    cells = Cells(conversations_of([(NOON, None, "other", 4)]), pl.DataFrame(schema=EVALUATIONS), evaluated=7)
    coverage = find("evaluation", "coverage", inputs_of(current=cells))
    assert isinstance(coverage, Metric)
    assert (coverage.value, coverage.n, coverage.high) == (1.0, 4, 1.0)


def test_without_criteria_topics_are_compared_by_the_row_score(inputs_of: MakeInputs) -> None:
    rows = [(NOON, f"t{n:02}", "other", "score", 30 - n, 60.0 - 2 * n, 9.0, *[0] * 10) for n in range(25)]
    cells = Cells(pl.DataFrame(schema=CONVERSATIONS), pl.DataFrame(rows, EVALUATIONS, orient="row"))
    heatmap = find("evaluation", "topic_criterion", inputs_of(current=cells, criteria=("score",)))
    assert isinstance(heatmap, Heatmap)
    assert (heatmap.x, len(heatmap.y), heatmap.y[0]) == (("score",), 20, "t00")
    assert set(heatmap.values) == {(2.0,)}


def test_users_are_shown_by_bucket_and_the_bucket_that_fills_is_no_trend(inputs_of: MakeInputs) -> None:
    plain = inputs_of()
    users = tuple(range(len(plain.edges) - 1))
    inputs = inputs_of(users=users, current=Cells(plain.current.conversations, active_users=9))
    chart, metric = series("overview", "users_by_bucket", inputs), find("overview", "active_users", inputs)
    assert chart.series == {"users": users}
    assert chart.open_last
    assert isinstance(metric, Metric)
    assert metric.trend == users[:-1]


def test_a_window_of_the_past_has_no_open_bucket(inputs_of: MakeInputs) -> None:
    now = datetime(2026, 11, 22, 7, 5, tzinfo=UTC)
    spec = WindowSpec("24h", at=now - timedelta(days=3))
    assert not series("overview", "volume", inputs_of(spec, now)).open_last


def test_history_fills_whole_days_before_the_first_conversation(
    inputs_of: MakeInputs, conversations_of: MakeConversations
) -> None:
    history = pl.DataFrame(
        [(date(2026, 11, day), "negative", 100 + day) for day in range(14, 24)], HISTORY, orient="row"
    )
    cells = Cells(conversations_of([(NOON - 3 * 86_400, None, "negative", 1)]))
    days = series("sentiment", "sentiment_by_day", inputs_of(WindowSpec("7d"), current=cells, history=history))
    assert [moment.isoformat() for moment in days.x[:2]] == ["2026-11-15T00:00:00+09:00", "2026-11-16T00:00:00+09:00"]
    # The 15th is clipped by the window, the 19th has the first conversation, after it there simply were none.
    assert days.series["negative"] == (0, 116, 117, 118, 1, 0, 0, 0)
    assert days.n == days.series["negative"]


def test_history_does_not_fill_days_that_a_filter_has_emptied(inputs_of: MakeInputs) -> None:
    history = pl.DataFrame([(date(2026, 11, day), "negative", 5) for day in range(14, 24)], HISTORY, orient="row")
    inputs = replace(inputs_of(WindowSpec("7d"), history=history), first=datetime(2026, 11, 17, 22, tzinfo=UTC))
    assert series("sentiment", "sentiment_by_day", inputs).series["negative"] == (0, 5, 5, 0, 0, 0, 0, 0)


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("zone", ["Asia/Seoul", "America/New_York", "Pacific/Kiritimati", "Pacific/Apia"])
@pytest.mark.parametrize("place", ["year 1", "year 9999", "no length", "skipped day"])
def test_absurd_windows_raise_nothing(
    tab: str, zone: str, place: str, inputs_of: MakeInputs, conversations_of: MakeConversations
) -> None:
    late = datetime(9999, 12, 30, tzinfo=UTC)
    spec, first = {
        "year 1": (WindowSpec("all"), EARLIEST),
        "year 9999": (WindowSpec("custom", since=late - timedelta(days=2), until=late), None),
        "no length": (WindowSpec("custom", since=late, until=late), None),
        "skipped day": (
            WindowSpec("custom", since=datetime(2011, 12, 29, tzinfo=UTC), until=datetime(2012, 1, 2, tzinfo=UTC)),
            None,
        ),
    }[place]
    window = inputs_of(spec, first=first, zone=zone).window
    n = 0 if place == "no length" else 3
    bucket = int(epoch(window.start))
    cells = Cells(
        conversations_of([(bucket, "a", "negative", n)] if n else []),
        pl.DataFrame([(bucket, "a", "negative", "score", 1, 5.0, 25.0, *[0] * 10)], EVALUATIONS, orient="row").head(n),
    )
    inputs = inputs_of(spec, first=first, zone=zone, current=cells)
    made = {panel.id: panel for panel in panels(tab, inputs)}
    if tab == "sentiment":
        days = made["sentiment_by_day"]
        assert isinstance(days, Series)
        assert sum(value or 0 for value in days.series["negative"]) == n
        assert list(days.x) == sorted(set(days.x))


def test_the_rounding_of_sums_does_not_depend_on_the_run(inputs_of: MakeInputs) -> None:
    """The same cells give the same panels to the last bit, or a screen would repaint for nothing."""
    place = pl.int_range(100_000)
    bins = [pl.lit(1).alias(f"h{n}") for n in range(10)]
    cells = pl.select(
        (NOON - 80_000 + place % 89 * 900).alias("bucket"),
        pl.format("t{}", place % 307).alias("topic"),
        pl.lit("other").alias("sentiment"),
        pl.lit("score").alias("criterion"),
        pl.lit(3).alias("n"),
        (place / 7).alias("total"),
        (place / 3).alias("squares"),
        *bins,
    ).cast(EVALUATIONS)
    inputs = inputs_of(current=Cells(pl.DataFrame(schema=CONVERSATIONS), cells))
    first = panels("evaluation", inputs)
    assert all(panels("evaluation", inputs) == first for _ in range(5))
