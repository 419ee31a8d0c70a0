"""The loop that keeps a Snapshot up to date: probe, rollups, metrics; back-off, staleness, reconciling, cancelling."""

from aiops_tui.monitor.loop import Monitor

__all__ = ["Monitor"]
