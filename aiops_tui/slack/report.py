"""The report of a day, a week or a month: one message of what all tabs say, against the period before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from aiops_tui.model.panels import Metric, Panel, Series, Snapshot, Table
from aiops_tui.model.window import Period, WindowSpec

Span = Literal["day", "week", "month"]
SPANS: tuple[Span, ...] = ("day", "week", "month")

TABS: tuple[str, ...] = ("overview", "sentiment", "evaluation", "feedback", "logs")
"""The tabs that a report is made of."""

REPORT = "overview"
"""The tab that a report's panels stand in."""

_OF_LOGS = ("errors", "warnings")
"""Told where there are logs."""

_NO_LOGS = "logs.no_match"

_METRICS = (
    "conversations", "active_users", "negative_ratio", "score", "satisfaction", *_OF_LOGS, "coverage",
    "likes", "dislikes",
)  # fmt: skip
_SERIES: Mapping[Span, tuple[str, ...]] = {
    "day": ("volume", "score_by_bucket"),
    "week": ("sentiment_by_day", "score_by_bucket"),
    "month": ("sentiment_by_day", "score_by_bucket"),
}


def last(span: Span, now: datetime, zone: ZoneInfo) -> Period:
    """Return the last whole day, week (from Monday) or month of a zone before a moment."""
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    if span == "day":
        end, start = today, today - timedelta(days=1)
    elif span == "week":
        end = today - timedelta(days=today.weekday())
        start = end - timedelta(days=7)
    else:
        end = today.replace(day=1)
        start = (end - timedelta(days=1)).replace(day=1)
    # Local midnights, so that a day may have 23 or 25 hours; in UTC, where subtracting tells how many.
    return Period(start.replace(tzinfo=zone).astimezone(UTC), end.replace(tzinfo=zone).astimezone(UTC))


def window(period: Period) -> WindowSpec:
    """Return the window over which a report is made."""
    return WindowSpec("custom", since=period.start, until=period.end)


def gathered(snapshot: Snapshot, span: Span) -> tuple[Snapshot, tuple[Table, ...]]:
    """Return a Snapshot whose one tab is the report, and the tables that stand below it."""
    warnings = tuple(notice for notice in snapshot.warnings if notice.id != _NO_LOGS)
    movers = tuple(panel for panel in _all(snapshot) if isinstance(panel, Table) and panel.id == "movers")
    return replace(snapshot, tabs={REPORT: tuple(_panels(snapshot, span))}, warnings=warnings), movers


def _panels(snapshot: Snapshot, span: Span) -> Iterator[Panel]:
    every = [panel for panel in _all(snapshot) if not _is_missing(panel)]
    for name in _METRICS:
        yield from (panel for panel in every if isinstance(panel, Metric) and panel.id == name)
    for name in _SERIES[span]:
        yield from (panel for panel in every if isinstance(panel, Series) and panel.id == name)
    yield from (panel for panel in every if isinstance(panel, Table) and panel.id == "topics")


def _is_missing(panel: Panel) -> bool:
    return isinstance(panel, Metric) and panel.id in _OF_LOGS and panel.value is None


def _all(snapshot: Snapshot) -> Iterator[Panel]:
    """Return each panel once: some stand in several tabs."""
    seen: set[str] = set()
    for panels in snapshot.tabs.values():
        for panel in panels:
            if panel.id not in seen:
                seen.add(panel.id)
                yield panel
