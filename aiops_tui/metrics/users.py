"""The Users tab: who comes, who comes back, and how each of them fares."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from aiops_tui.metrics import user
from aiops_tui.metrics.buckets import open_last
from aiops_tui.metrics.compare import count_metric
from aiops_tui.metrics.days import day_starts
from aiops_tui.metrics.inputs import Cells, Inputs
from aiops_tui.metrics.intervals import Ratio
from aiops_tui.model.panels import Column, Metric, Panel, Series, Table
from aiops_tui.model.window import Period

_USERS = (
    Column("user_id", "user"),
    Column("conversations", "count"),
    Column("negative_ratio", "ratio"),
    Column("score", "score"),
    Column("last_seen", "time"),
)


def panels(inputs: Inputs) -> tuple[Panel, ...]:
    """Return the panels of the tab, one user's page among them; users that could not be counted are missing."""
    previous, length = inputs.previous, inputs.window.period.seconds
    before = inputs.before if previous and tells_new_users(previous, inputs.first, length) else None
    return (
        active_users_metric(inputs),
        count_metric("new_users", _new(inputs.current), _new(before)),
        count_metric(
            "returning_users", inputs.current.returning_users, None if before is None else before.returning_users
        ),
        _by_day(inputs),
        _users(inputs),
        *(user.panels(inputs) if inputs.of_one_user else ()),
    )


def active_users_metric(inputs: Inputs, trend: tuple[float | None, ...] = ()) -> Metric:
    """Return the distinct users, those NULL or empty left out."""
    before = inputs.before.active_users if inputs.before else None
    return count_metric("active_users", inputs.current.active_users, before, trend)


def tells_new_users(previous: Period, first: datetime | None, seconds: float) -> bool:
    """Say whether rows are kept of so long a time before the previous period.

    Near the ``first`` row that is kept, everybody seems new.
    """
    return first is not None and first <= previous.shifted(-seconds).start


def _new(cells: Cells | None) -> int | None:
    """Return the active users of whom no earlier row is kept."""
    if cells is None or cells.active_users is None or cells.returning_users is None:
        return None
    return max(cells.active_users - cells.returning_users, 0)


def _by_day(inputs: Inputs) -> Series:
    """Return the distinct users of each day of the zone that the window touches, clipped to the window."""
    starts = day_starts(inputs.window, inputs.zone, pl.Series(dtype=pl.Int64)) if inputs.users_by_day else []
    x = tuple(start.astimezone(inputs.zone) for start in starts)
    users = inputs.users_by_day or ()
    return Series("active_by_day", "count", x, {"users": users}, open_last(inputs), users)


def _users(inputs: Inputs) -> Table:
    """Return the users with most conversations."""
    people = inputs.people
    rows = tuple(
        (
            person.user_id,
            person.conversations,
            Ratio(person.negative, person.analysed).value,
            person.score,
            person.last_seen,
        )
        for person in people
    )
    trends = tuple(person.trend for person in people) if any(person.trend for person in people) else ()
    return Table("users", _USERS, rows, inputs.people_total, tuple(person.user_id for person in people), trends)
