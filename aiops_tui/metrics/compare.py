"""Metrics: a figure, what it rests on, its interval, and its change since the previous period."""

from __future__ import annotations

from collections.abc import Sequence

from aiops_tui.metrics.intervals import Mean, Ratio, apart, counts_differ
from aiops_tui.model.panels import ChangeKind, Metric, Unit


def count_metric(
    panel_id: str,
    value: int | None,
    previous: int | None = None,
    trend: Sequence[float | None] = (),
    unit: Unit = "count",
) -> Metric:
    """Return a count, None for what could not be counted; its change is relative, from 0 it is ``new``."""
    kind: ChangeKind = "na"
    change = significant = None
    if value is not None and previous is not None and value + previous > 0:
        kind = "relative" if previous else "new"
        change = (value - previous) / previous if previous else None
        significant = counts_differ(value, previous)
    return Metric(
        panel_id,
        unit,
        value,
        n=value,
        previous=previous,
        change=change,
        change_kind=kind,
        significant=significant,
        trend=tuple(trend),
    )


def ratio_metric(
    panel_id: str, current: Ratio | None, previous: Ratio | None = None, trend: Sequence[float | None] = ()
) -> Metric:
    """Return a ratio with its Wilson interval, None for what could not be counted; its change is a difference."""
    return _measured(panel_id, "ratio", current, previous, trend)


def mean_metric(
    panel_id: str,
    current: Mean | None,
    previous: Mean | None = None,
    trend: Sequence[float | None] = (),
    unit: Unit = "score",
) -> Metric:
    """Return a mean with its t interval, None for what could not be measured; its change is a difference."""
    return _measured(panel_id, unit, current, previous, trend)


def _measured(
    panel_id: str,
    unit: Unit,
    current: Ratio | Mean | None,
    previous: Ratio | Mean | None,
    trend: Sequence[float | None],
) -> Metric:
    if current is None:
        return Metric(panel_id, unit, None, trend=tuple(trend))
    value, before = current.value, previous.value if previous else None
    low, high = current.interval or (None, None)
    change = value - before if value is not None and before is not None else None
    return Metric(
        panel_id,
        unit,
        value,
        n=current.n,
        low=low,
        high=high,
        previous=before,
        change=change,
        change_kind="na" if change is None else "absolute",
        significant=apart(current, previous) if previous else None,
        trend=tuple(trend),
    )
