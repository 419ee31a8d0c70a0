"""From what was collected of a view to the Snapshot that tells it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from aiops_tui.config import Settings
from aiops_tui.metrics import panels
from aiops_tui.model.panels import Panel, Snapshot
from aiops_tui.model.view import View
from aiops_tui.monitor.collector import Collected, Collector
from aiops_tui.monitor.logs import Logs


def snapshot_of(
    settings: Settings,
    collector: Collector,
    logs: Logs,
    view: View,
    tabs: Sequence[str],
    progress: Callable[[int, int], None],
    cancelled: Callable[[], bool] = lambda: False,
) -> Snapshot:
    """Return some tabs of a view, all that they need read."""
    collected = collector.collect(view, tabs, progress)
    inputs = collected.inputs
    warnings = collected.warnings
    if "logs" in tabs:
        inputs = logs.read_into(inputs, view.filter, progress, cancelled)
        warnings = (*warnings, *logs.problems)
    whole = {tab: panels(tab, inputs) for tab in tabs}
    return told(settings, collector, view, replace(collected, inputs=inputs, warnings=warnings), whole)


def told(
    settings: Settings, collector: Collector, view: View, collected: Collected, tabs: Mapping[str, tuple[Panel, ...]]
) -> Snapshot:
    """Return a view's Snapshot with the panels of these tabs."""
    inputs = collected.inputs
    return Snapshot(
        as_of=inputs.now,
        timezone=settings.timezone,
        source=collector.database.info,
        window=inputs.window,
        previous=inputs.previous,
        filter=str(view.filter),
        tabs=tabs,
        warnings=collected.warnings,
        reconciled_at=collected.reconciled_at,
    )
