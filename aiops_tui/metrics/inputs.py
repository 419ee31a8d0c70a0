"""What the panels are computed from: cells of the rollups and the few answers that are no sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import polars as pl

from aiops_tui.model.panels import Cell
from aiops_tui.model.records import Recent
from aiops_tui.model.window import Period, Window

BINS = 10
"""A histogram of scores has so many bins of width 1, from 0; ``h0`` to ``h9`` in the cells."""

CONVERSATIONS = pl.Schema({"bucket": pl.Int64, "topic": pl.String, "sentiment": pl.String, "n": pl.Int64})
"""Rows per base bucket (its start, in seconds since the epoch), raw topic (cut at 200 characters, printable, null for
none, `labels.REST` for those beyond the ones kept) and sentiment class."""

EVALUATIONS = pl.Schema(
    {
        "bucket": pl.Int64,
        "topic": pl.String,
        "sentiment": pl.String,
        "criterion": pl.String,
        "n": pl.Int64,
        "total": pl.Float64,
        "squares": pl.Float64,
        **{f"h{i}": pl.Int64 for i in range(BINS)},
    }
)
"""Sums per criterion, the row score among them under the name ``score``; values that are null add to nothing.
A value outside 0 to 10 is in ``n`` and the sums, and in no bin."""

UNHAPPY = ("unhappy", "disliked", "negative")

JUDGED = pl.Schema(
    {
        "bucket": pl.Int64,
        "topic": pl.String,
        "sentiment": pl.String,
        "n": pl.Int64,
        "low": pl.Int64,
        **{f"{name}{low}": pl.Int64 for name in UNHAPPY for low in ("", "_low")},
    }
)
"""Evaluations with a row score; those of them below 5; those whose conversation was disliked, is negative, or either
(``unhappy``); and those that are below 5 as well."""

FEEDBACK = pl.Schema(
    {"bucket": pl.Int64, "topic": pl.String, "sentiment": pl.String, "feedback": pl.String, "n": pl.Int64}
)
"""Feedback per class of `labels.FEEDBACKS`, with the topic and sentiment of its conversation."""

HISTORY = pl.Schema({"day": pl.Date, "sentiment": pl.String, "n": pl.Int64})
"""Daily counts of ``sentiment_trends``, by sentiment class, for days before the first conversation kept."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The rollups of one period and filter. None: the table does not exist.

    Panels are of buckets or of topics, never of both: ``conversations`` and ``evaluations`` may be summed over topics,
    and then come with ``topics`` and ``topic_scores``, the same summed over buckets. Use `by_topic` and
    `scores_by_topic` for what needs topics.
    """

    conversations: pl.DataFrame
    evaluations: pl.DataFrame | None = None
    judged: pl.DataFrame | None = None
    feedback: pl.DataFrame | None = None
    active_users: int | None = None
    """Distinct users, those NULL or empty left out."""
    returning_users: int | None = None
    """Those of them who were seen before the period, within the rows kept; None if that was not asked."""
    evaluated: int | None = None
    """Distinct conversations that were evaluated."""
    topics: pl.DataFrame | None = None
    topic_scores: pl.DataFrame | None = None

    @property
    def by_topic(self) -> pl.DataFrame:
        """Conversations with the columns ``topic``, ``sentiment`` and ``n``."""
        return self.conversations if self.topics is None else self.topics

    @property
    def scores_by_topic(self) -> pl.DataFrame | None:
        """Evaluations with the columns ``topic``, ``criterion``, ``n``, ``total`` and ``squares``."""
        return self.evaluations if self.topic_scores is None else self.topic_scores


@dataclass(frozen=True, slots=True)
class LowScored:
    """One of the lowest scored conversations."""

    conversation: str | None
    time: datetime | None
    user_id: str | None
    topic: str | None
    sentiment: str
    score: float
    question: str


@dataclass(frozen=True, slots=True)
class Rated:
    """One of the latest feedbacks, with the conversation it is of where that is still there."""

    time: datetime | None
    feedback: str
    reason: str | None
    conversation: str | None
    user_id: str | None
    topic: str | None
    question: str | None


@dataclass(frozen=True, slots=True)
class Reason:
    """What some feedback gives as its reason: the folded form, the form most often written, and counts per class."""

    key: str
    name: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Person:
    """One of the users with most conversations; ``trend`` counts them in equal parts of the window.

    ``written`` is the name as the database has it, ``user_id`` the printable one.
    """

    written: str
    user_id: str
    conversations: int
    negative: int
    analysed: int
    last_seen: datetime | None
    score: float | None = None
    trend: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that the panels of one view are computed from; ``edges`` are those of the charts' buckets.

    ``first`` is the time of the oldest conversation kept. ``users`` has a count of distinct users for each bucket of
    the charts, one fewer than edges. ``topics_total`` is the number of distinct topics where the cells do not hold them
    all, ``people_total`` that of users. ``users_by_day`` counts distinct users on each day of the zone that the window
    touches. ``of_one_user`` says that the filter names one user. ``now`` is the database's clock.
    """

    now: datetime
    window: Window
    previous: Period | None
    zone: ZoneInfo
    edges: tuple[datetime, ...]
    current: Cells
    before: Cells | None
    criteria: tuple[str, ...] = ()
    total: int | None = None
    topics_total: int | None = None
    users: tuple[int, ...] | None = None
    recent: tuple[Recent, ...] = ()
    worst: tuple[LowScored, ...] = ()
    history: pl.DataFrame | None = None
    first: datetime | None = None
    reasons: tuple[Reason, ...] = ()
    reasons_total: int | None = None
    rated: tuple[Rated, ...] = ()
    people: tuple[Person, ...] = ()
    people_total: int | None = None
    users_by_day: tuple[int, ...] | None = None
    of_one_user: bool = False
    logs: pl.DataFrame | None = None
    log_rows: tuple[tuple[Cell, ...], ...] = field(default_factory=tuple)
    log_sample: pl.DataFrame | None = None
    log_load: pl.DataFrame | None = None
