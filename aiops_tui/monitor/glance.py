"""The Overview of a large table before its cells are read: in a fraction of their time, from sums of the database's."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from aiops_tui.metrics.inputs import Cells
from aiops_tui.metrics.scores import ROW_SCORE
from aiops_tui.model.window import Period, Window, epoch
from aiops_tui.monitor.naming import Topics
from aiops_tui.source.database import Database
from aiops_tui.source.glance import CLASSES, FEEDBACK, SCORES, conversations, feedback, scores
from aiops_tui.source.lookups import BEFORE, WHOLE
from aiops_tui.source.relations import Relations

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


def read_cells(database: Database, on: Relations, sight: Sight, topics: Topics, *, far: bool) -> list[Cells]:
    """Return what the panels of the Overview need of a window and of the period before, if there is one."""
    bounds = tuple(math.ceil(epoch(edge)) for edge in sight.edges)
    start = bounds[0] if sight.previous is None else math.ceil(epoch(sight.previous.start))
    asks: dict[str, Callable[[], pl.DataFrame]] = {
        "classes": lambda: database.frame(conversations(on, sight.low, start, bounds, sight.kept), CLASSES)
    }
    if on.evaluations is not None:
        asks["scores"] = lambda: database.frame(scores(on, start, bounds, sight.kept), SCORES)
    if on.feedback is not None:
        asks["feedback"] = lambda: database.frame(feedback(on, sight.low_feedback, start, bounds), FEEDBACK)
    ahead = database.together(asks) if far else {}
    found = {name: ahead[name] if name in ahead else ask() for name, ask in asks.items()}
    periods = [(range(len(bounds) - 1), bounds)]
    if sight.previous is not None:
        periods.append((range(BEFORE, 0), (start,)))
    rest = sight.kept is not None
    return [_cells(found, places, starts, topics, rest=rest) for places, starts in periods]


def _cells(
    found: dict[str, pl.DataFrame], places: Collection[int], starts: Sequence[int], topics: Topics, *, rest: bool
) -> Cells:
    begins = pl.DataFrame({"place": list(places), "bucket": starts[: len(places)]})

    def by_bucket(name: str, *columns: str) -> pl.DataFrame | None:
        frame = found.get(name)
        return None if frame is None else frame.join(begins, on="place").sort("place").select("bucket", *columns)

    def by_topic(name: str, *columns: str) -> pl.DataFrame:
        whole = found[name].filter(pl.col("place") == WHOLE).select("topic", *columns)
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
