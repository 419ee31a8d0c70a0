"""What a person is shown: panels of numbers, by id and without wording, gathered in one frozen Snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from aiops_tui.model.window import Period, Window

TABS: tuple[str, ...] = ("overview", "sentiment", "evaluation", "logs", "feedback", "users")
"""The panes by their fixed number, counted from 1."""

Unit = Literal[
    "count", "ratio", "score", "estimate", "time", "text", "id", "topic", "sentiment", "user", "level", "feedback"
]
"""What a figure is, and so how it is written: ``ratio`` is 0 to 1, ``estimate`` is marked ≈."""

ChangeKind = Literal["relative", "absolute", "new", "na"]

Cell = str | int | float | datetime | None


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure with how many rows it rests on, its 95 % interval and its change since the previous period.

    ``change`` is a fraction for counts and a difference for ratios and scores. ``significant`` says whether that is
    more than noise, None where it cannot be told. ``trend`` is the figure by bucket, oldest first, for a sparkline.
    """

    id: str
    unit: Unit
    value: float | int | None
    n: int | None = None
    low: float | None = None
    high: float | None = None
    previous: float | int | None = None
    change: float | None = None
    change_kind: ChangeKind = "na"
    significant: bool | None = None
    trend: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """Figures over time. ``x`` are the buckets' starts; None is a gap; ``n`` is what each bucket rests on.

    ``open_last`` says that the last bucket is still filling.
    """

    id: str
    unit: Unit
    x: tuple[datetime, ...]
    series: Mapping[str, tuple[float | int | None, ...]]
    open_last: bool = False
    n: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts between edges, one more edge than counts; a bin holds its lower edge, the last one both."""

    id: str
    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Heatmap:
    """A figure for each row ``y`` and column ``x`` as ``values[y][x]``, with what it rests on in ``n[y][x]``."""

    id: str
    unit: Unit
    x: tuple[str, ...]
    y: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    n: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    id: str
    unit: Unit


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; ``total`` says of how many these are the first, None if that was not counted.

    ``keys`` identify the rows from one Snapshot to the next (a folded topic, a conversation's id); a topic that is
    None is the rest, all topics beyond those kept. ``trends`` are figures by bucket, oldest first, for a sparkline in
    each row; none at all where there is no such thing.
    """

    id: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: int | None
    keys: tuple[str, ...] = ()
    trends: tuple[tuple[float | None, ...], ...] = ()


Panel = Metric | Series | Histogram | Heatmap | Table


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell a person: an id of the message catalogue and the values that go into it."""

    id: str
    values: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """Which database the figures come from, without any secret."""

    dialect: str
    profile: str
    database: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that is shown of one moment: screen, Slack and files draw from it, so that they cannot disagree.

    ``as_of`` is the database's clock. ``previous`` is None where there is nothing to compare with.
    """

    as_of: datetime
    timezone: str
    source: SourceInfo
    window: Window
    previous: Period | None
    filter: str
    tabs: Mapping[str, tuple[Panel, ...]]
    warnings: tuple[Notice, ...] = ()
    reconciled_at: datetime | None = None

    def panel(self, tab: str, panel_id: str) -> Panel | None:
        """Return a panel by its tab and id, or None."""
        return next((panel for panel in self.tabs.get(tab, ()) if panel.id == panel_id), None)


State = Literal["loading", "live", "idle", "paused", "lost"]


@dataclass(frozen=True, slots=True)
class Status:
    """How the monitor fares: ``done`` of ``steps`` while it loads, and why and until when while it is lost.

    Steps while it is live are those of what filters and other tabs need: the one shown is whole.
    Times are aware and of this machine's clock; ``polled_at`` is when the data shown was last known to be true.
    """

    state: State
    polled_at: datetime | None = None
    done: int = 0
    steps: int = 0
    problem: Notice | None = None
    lost_at: datetime | None = None
    retry_at: datetime | None = None
