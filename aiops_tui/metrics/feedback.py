"""The Feedback tab: what users said of the answers, when, and why."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from aiops_tui.metrics.buckets import closed, counts_by_bucket, open_last, totals
from aiops_tui.metrics.compare import count_metric, ratio_metric
from aiops_tui.metrics.days import day_starts
from aiops_tui.metrics.inputs import FEEDBACK, Cells, Inputs
from aiops_tui.metrics.intervals import Ratio
from aiops_tui.model.labels import FEEDBACKS
from aiops_tui.model.panels import Cell, Column, Metric, Panel, Series, Table

_LIKE, _DISLIKE, _ = FEEDBACKS
_REASONS = (
    Column("reason", "text"),
    Column("n", "count"),
    Column("share", "ratio"),
    Column("likes", "count"),
    Column("dislikes", "count"),
)
_RATED = (
    Column("time", "time"),
    Column("feedback", "feedback"),
    Column("reason", "text"),
    Column("user_id", "user"),
    Column("topic", "topic"),
    Column("question", "text"),
)

Buckets = Mapping[str, tuple[int, ...]]


def panels(inputs: Inputs) -> tuple[Panel, ...]:
    """Return the panels of the tab; where there is no feedback at all their figures are missing."""
    cells = inputs.current.feedback
    counts, before = _counts(inputs.current), _counts(inputs.before)
    buckets = None if cells is None else _by_bucket(cells, inputs)

    def metric(panel_id: str, name: str) -> Metric:
        trend = closed(buckets[name], inputs) if buckets else ()
        return count_metric(panel_id, counts[name] if counts else None, before[name] if before else None, trend)

    return (
        metric("likes", _LIKE),
        metric("dislikes", _DISLIKE),
        satisfaction_metric(inputs),
        *_by_day(inputs),
        _reasons(inputs, None if counts is None else sum(sum(r.counts.values()) for r in inputs.reasons)),
        _rated(inputs, None if counts is None else sum(counts.values())),
    )


def satisfaction_metric(inputs: Inputs) -> Metric:
    """Return the likes among likes and dislikes."""
    if inputs.current.feedback is None:
        return ratio_metric("satisfaction", None)
    buckets = _by_bucket(inputs.current.feedback, inputs)
    trend = [_satisfied(*pair).value for pair in zip(buckets[_LIKE], buckets[_DISLIKE], strict=True)]
    return ratio_metric("satisfaction", _overall(inputs.current), _overall(inputs.before), closed(trend, inputs))


def _overall(cells: Cells | None) -> Ratio | None:
    counts = _counts(cells)
    return None if counts is None else _satisfied(counts[_LIKE], counts[_DISLIKE])


def _satisfied(likes: int, dislikes: int) -> Ratio:
    return Ratio(likes, likes + dislikes)


def _counts(cells: Cells | None) -> Mapping[str, int] | None:
    """Return the feedback of each class; None of no period, or of no table."""
    if cells is None or cells.feedback is None:
        return None
    found: dict[str, int] = dict(totals(cells.feedback.select("feedback", "n"), ["feedback"]).iter_rows())
    return {name: found.get(name, 0) for name in FEEDBACKS}


def _by_bucket(cells: pl.DataFrame, inputs: Inputs) -> Buckets:
    return counts_by_bucket(cells, inputs.edges, "feedback", FEEDBACKS)


def _by_day(inputs: Inputs) -> tuple[Series, Series]:
    """Return the feedback of each class and the satisfaction with its interval, for each day of the zone."""
    cells = inputs.current.feedback
    known = pl.DataFrame(schema=FEEDBACK) if cells is None else cells
    starts = day_starts(inputs.window, inputs.zone, known["bucket"])
    x = tuple(start.astimezone(inputs.zone) for start in starts)
    if cells is None or not starts:
        gaps = (None,) * len(x)
        return (
            Series("feedback_by_day", "count", x, dict.fromkeys(FEEDBACKS, gaps), open_last(inputs)),
            Series("satisfaction_by_day", "ratio", x, dict.fromkeys(_SATISFACTION, gaps), open_last(inputs)),
        )
    counts = counts_by_bucket(cells, [*starts, inputs.window.end], "feedback", FEEDBACKS)
    n = tuple(map(sum, zip(*counts.values(), strict=True)))
    days = [_satisfied(*pair) for pair in zip(counts[_LIKE], counts[_DISLIKE], strict=True)]
    bounds = [day.interval or (None, None) for day in days]
    lines = (
        tuple(day.value for day in days),
        tuple(low for low, _ in bounds),
        tuple(high for _, high in bounds),
    )
    return (
        Series("feedback_by_day", "count", x, counts, open_last(inputs), n),
        Series(
            "satisfaction_by_day",
            "ratio",
            x,
            dict(zip(_SATISFACTION, lines, strict=True)),
            open_last(inputs),
            tuple(day.n for day in days),
        ),
    )


_SATISFACTION = ("satisfaction", "low", "high")


def _reasons(inputs: Inputs, given: int | None) -> Table:
    """Return the reasons, the most frequent first; ``share`` is of all feedback that gives one of them."""
    rows: list[tuple[Cell, ...]] = []
    for reason in inputs.reasons:
        n = sum(reason.counts.values())
        likes, dislikes = (reason.counts.get(name, 0) for name in (_LIKE, _DISLIKE))
        rows.append((reason.name, n, n / given if given else None, likes, dislikes))
    keys = tuple(reason.key for reason in inputs.reasons)
    return Table("reasons", _REASONS, tuple(rows), inputs.reasons_total, keys)


def _rated(inputs: Inputs, total: int | None) -> Table:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (row.time, row.feedback, row.reason, row.user_id, row.topic, row.question) for row in inputs.rated
    )
    return Table("recent_feedback", _RATED, rows, total, tuple(row.conversation or "" for row in inputs.rated))
