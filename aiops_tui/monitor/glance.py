"""The Overview of a large table before its cells are read: in a fraction of their time, from sums of the database's."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import polars as pl

from aiops_tui.metrics.inputs import Cells
from aiops_tui.metrics.scores import ROW_SCORE
from aiops_tui.model.filters import Filter
from aiops_tui.model.records import Recent
from aiops_tui.model.window import Period, Window, epoch
from aiops_tui.monitor.lists import RECENT, recent_of
from aiops_tui.monitor.naming import Topics
from aiops_tui.source.database import Database
from aiops_tui.source.glance import CLASSES, FEEDBACK, SCORES, conversations, feedback, scores
from aiops_tui.source.lookups import BEFORE, WHOLE, recent, scores_of
from aiops_tui.source.relations import Relations

_ALL = Filter()
_SUMS = ("n", "total", "squares")


@dataclass(frozen=True, slots=True)
class Sight:
    """What is looked at: two periods that meet, or one, by the edges of the charts; no row has a key below these."""

    window: Window
    previous: Period | None
    edges: Sequence[datetime]
    low: int
    low_feedback: int
    kept: frozenset[str] | None


def ask_all(database: Database, on: Relations, sight: Sight, *, far: bool) -> dict[str, Any]:
    """Return the answers to all that a glance asks, in one message where a message costs time."""
    bounds, start = _bounds(sight)
    latest = recent(on, _ALL, sight.window.period, sight.low, RECENT)
    asks: dict[str, Callable[[], Any]] = {
        "classes": lambda: database.frame(conversations(on, sight.low, start, bounds, sight.kept), CLASSES),
        "recent": lambda: database.rows(latest),
    }
    if on.evaluations is not None:
        asks["scores"] = lambda: database.frame(scores(on, start, bounds, sight.kept), SCORES)
        asks["of_recent"] = lambda: database.rows(scores_of(on, latest))
    if on.feedback is not None:
        asks["feedback"] = lambda: database.frame(feedback(on, sight.low_feedback, start, bounds), FEEDBACK)
    ahead = database.together(asks) if far else {}
    return {name: ahead[name] if name in ahead else ask() for name, ask in asks.items()}


def cells_of(found: Mapping[str, Any], sight: Sight, topics: Topics) -> list[Cells]:
    """Return what the panels of the Overview need of a window and of the period before, if there is one."""
    bounds, start = _bounds(sight)
    periods = [(range(len(bounds) - 1), bounds)]
    if sight.previous is not None:
        periods.append((range(BEFORE, 0), (start,)))
    rest = sight.kept is not None
    return [_cells(found, places, starts, topics, rest=rest) for places, starts in periods]


def recent_of_all(found: Mapping[str, Any]) -> tuple[Recent, ...]:
    """Return the latest conversations with their scores."""
    known: dict[int, float | None] = dict(found.get("of_recent", ()))
    rows = map(recent_of, found["recent"])
    return tuple(replace(row, score=known.get(int(row.conversation))) for row in rows)


def _bounds(sight: Sight) -> tuple[tuple[int, ...], int]:
    """Return the edges in whole seconds since the epoch, and where the earlier period begins."""
    bounds = tuple(math.ceil(epoch(edge)) for edge in sight.edges)
    return bounds, bounds[0] if sight.previous is None else math.ceil(epoch(sight.previous.start))


def _cells(
    found: Mapping[str, Any], places: Collection[int], starts: Sequence[int], topics: Topics, *, rest: bool
) -> Cells:
    begins = pl.DataFrame({"place": list(places), "bucket": starts[: len(places)]})

    def by_bucket(name: str, *columns: str) -> pl.DataFrame | None:
        frame: pl.DataFrame | None = found.get(name)
        return None if frame is None else frame.join(begins, on="place").sort("place").select("bucket", *columns)

    def by_topic(name: str, *columns: str) -> pl.DataFrame:
        whole: pl.DataFrame = found[name].filter(pl.col("place") == WHOLE).select("topic", *columns)
        return topics.shown(whole.sort(pl.all()), rest=rest)

    judged = by_bucket("scores", *_SUMS)
    criterion = pl.lit(ROW_SCORE).alias("criterion")
    classes = by_bucket("classes", "sentiment", "n")
    assert classes is not None  # noqa: S101
    return Cells(
        classes,
        evaluations=None if judged is None else judged.with_columns(criterion),
        feedback=by_bucket("feedback", "feedback", "n"),
        topics=by_topic("classes", "sentiment", "n"),
        topic_scores=None if judged is None else by_topic("scores", *_SUMS).with_columns(criterion),
    )
