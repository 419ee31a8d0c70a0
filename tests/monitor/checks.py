"""Panels held against plain reading of the rows that a filter lets through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from aiops_tui.metrics.inputs import Inputs
from aiops_tui.model.labels import ANALYSED, FEEDBACKS, NEGATIVE, SENTIMENTS, fold_topic, sentiment_class
from aiops_tui.model.panels import Histogram, Metric, Panel, Series, Table
from aiops_tui.model.window import Period, midnights
from aiops_tui.text.printable import printable
from tests.monitor.backend import Judgement, Rating, Talk, count_topics
from tests.monitor.plain import days_of, row_score, within


def metric(by_id: Mapping[str, Panel], name: str) -> Metric:
    """Return a metric by its id."""
    panel = by_id[name]
    assert isinstance(panel, Metric)
    return panel


def series(by_id: Mapping[str, Panel], name: str) -> Series:
    """Return a series by its id."""
    panel = by_id[name]
    assert isinstance(panel, Series)
    return panel


def table(by_id: Mapping[str, Panel], name: str) -> Table:
    """Return a table by its id."""
    panel = by_id[name]
    assert isinstance(panel, Table)
    return panel


def check_feedback(by_id: Mapping[str, Panel], ratings: Sequence[Rating], inputs: Inputs) -> None:
    """Hold the Feedback tab against the feedback that the filter lets through."""
    inside = [rating for rating in ratings if within(rating.time, inputs.window.period)]
    kinds = Counter(rating.kind for rating in inside)
    assert metric(by_id, "likes").value == kinds["like"]
    assert metric(by_id, "dislikes").value == kinds["dislike"]
    judged = kinds["like"] + kinds["dislike"]
    assert metric(by_id, "satisfaction").value == pytest.approx(kinds["like"] / judged if judged else None)
    if inputs.previous is not None:
        before = sum(within(rating.time, inputs.previous) and rating.kind == "like" for rating in ratings)
        assert metric(by_id, "likes").previous == before
    if inputs.window.period.seconds < 400 * 86_400:
        days, by_day = days_of(inputs), series(by_id, "feedback_by_day")
        assert [x.astimezone(UTC) for x in by_day.x[1:]] == [day.start for day in days[1:]]
        for name in FEEDBACKS:
            expected = [sum(within(r.time, day) and r.kind == name for r in ratings) for day in days]
            assert list(by_day.series[name]) == expected
    reasons = Counter(folded for r in inside if (folded := fold_topic(printable(r.reason or ""))))
    found = table(by_id, "reasons")
    assert dict(zip(found.keys, (row[1] for row in found.rows), strict=True)) == dict(reasons)
    assert found.total == len(reasons)
    latest = table(by_id, "recent_feedback")
    assert [row[:2] for row in latest.rows] == [(_whole(r.time), r.kind) for r in reversed(inside)][:50]
    assert latest.total == len(inside)


def check_people(by_id: Mapping[str, Panel], talks: Sequence[Talk], everything: Sequence[Talk], inputs: Inputs) -> None:
    """Hold the Users tab against the conversations that the filter lets through, and all there are."""
    period = inputs.window.period
    inside = [talk for talk in talks if talk.user and within(talk.time, period)]
    active = {talk.user for talk in inside}
    earlier = {talk.user for talk in everything if talk.time is not None and talk.time < period.start}
    assert metric(by_id, "active_users").value == len(active)
    assert metric(by_id, "returning_users").value == len(active & earlier)
    assert metric(by_id, "new_users").value == len(active - earlier)
    people = table(by_id, "users")
    assert people.total == len(active)
    counts = Counter(printable(talk.user or "") for talk in inside)
    assert dict(zip(people.keys, (row[1] for row in people.rows), strict=True)) == counts
    assert [row[1] for row in people.rows] == sorted(counts.values(), reverse=True)
    for user, row, trend in zip(people.keys, people.rows, people.trends, strict=True):
        mine = [talk for talk in inside if printable(talk.user or "") == user]
        kinds = Counter(sentiment_class(talk.sentiment) for talk in mine)
        analysed = sum(kinds[name] for name in ANALYSED)
        assert row[2] == pytest.approx(kinds[NEGATIVE] / analysed if analysed else None)
        assert row[4] == _whole(max(talk.time for talk in mine if talk.time is not None))
        assert sum(value or 0 for value in trend) == len(mine)
    by_day = series(by_id, "active_by_day")
    if inputs.users_by_day is not None:
        expected = [len({talk.user for talk in inside if within(talk.time, day)}) for day in days_of(inputs)]
        assert list(by_day.series["users"]) == expected


def check_conversations(by_id: Mapping[str, Panel], talks: Sequence[Talk], inputs: Inputs) -> None:
    """Hold figures, topics and charts of conversations against those that the filter lets through."""
    period = inputs.window.period
    counted = count_topics(talks, period)
    total = sum(counted.values())
    conversations = metric(by_id, "conversations")
    assert conversations.value == total
    before = sum(within(t.time, inputs.previous) for t in talks)
    assert conversations.previous == (None if inputs.previous is None else before)
    for name in SENTIMENTS:
        assert metric(by_id, name).value == sum(n for (_, s), n in counted.items() if s == name), name
    analysed = sum(n for (_, s), n in counted.items() if s in ANALYSED)
    negative = sum(n for (_, s), n in counted.items() if s == NEGATIVE)
    assert metric(by_id, "negative_ratio").value == pytest.approx(negative / analysed if analysed else None)
    topics = table(by_id, "topics")
    by_topic: Counter[str] = Counter()
    for (topic, _), n in counted.items():
        if topic is not None:
            by_topic[topic] += n
    assert dict(zip(topics.keys, (row[1] for row in topics.rows), strict=True)) == dict(by_topic)
    volume = by_id["volume"]
    assert isinstance(volume, Series)
    for name in SENTIMENTS:
        expected = [
            sum(t.time is not None and a <= t.time < b and sentiment_class(t.sentiment) == name for t in talks)
            for a, b in pairwise(inputs.edges)
        ]
        assert list(volume.series[name]) == expected
    check_days(by_id["sentiment_by_day"], talks, inputs)


def check_days(panel: Panel, talks: Sequence[Talk], inputs: Inputs) -> None:
    """Hold the sentiment by day against the conversations."""
    assert isinstance(panel, Series)
    if (inputs.window.end - inputs.window.start).days > 400:
        return
    days = [m for m in midnights(inputs.window.period, inputs.zone) if m < inputs.window.end]
    assert [x.astimezone(UTC) for x in panel.x] == days
    for place, start in enumerate(days):
        end = days[place + 1] if place + 1 < len(days) else inputs.window.end
        day = Period(max(start, inputs.window.start), end)
        for name in SENTIMENTS:
            expected = sum(within(t.time, day) and sentiment_class(t.sentiment) == name for t in talks)
            assert panel.series[name][place] == expected


def check_users(by_id: Mapping[str, Panel], talks: Sequence[Talk], inputs: Inputs) -> None:
    """Hold the distinct users against the conversations."""
    active = {t.user for t in talks if t.user and within(t.time, inputs.window.period)}
    assert metric(by_id, "active_users").value == len(active)
    panel = by_id.get("users_by_bucket")
    if isinstance(panel, Series):
        expected = [
            len({t.user for t in talks if t.user and within(t.time, Period(a, b))}) for a, b in pairwise(inputs.edges)
        ]
        assert list(next(iter(panel.series.values()))) == expected


def check_scores(by_id: Mapping[str, Panel], judgements: Sequence[Judgement], inputs: Inputs) -> None:
    """Hold the scores against the evaluations that the filter lets through."""
    rows = [judgement for judgement in judgements if within(judgement.time, inputs.window.period)]
    values = [v for j in rows if (v := row_score(j)) is not None]
    assert metric(by_id, "score").n == len(values)
    assert metric(by_id, "score").value == pytest.approx(sum(values) / len(values) if values else None)
    clarity = [j.clarity for j in rows if j.clarity is not None]
    assert metric(by_id, "score.clarity").value == pytest.approx(sum(clarity) / len(clarity) if clarity else None)
    histogram = by_id["score_histogram"]
    assert isinstance(histogram, Histogram)
    expected = [0] * 10
    for value in values:
        if value <= 10:
            expected[min(int(value), 9)] += 1
    assert list(histogram.counts) == expected


def _whole(moment: datetime | None) -> datetime | None:
    """Return a time without its fraction of a second, as lists show it."""
    return None if moment is None else moment.replace(microsecond=0)
