"""Where keys lead from a view: pure functions, None for nowhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from aiops_tui.model.filters import Filter
from aiops_tui.model.panels import Snapshot
from aiops_tui.model.view import View
from aiops_tui.model.window import COMPARES, SPANS, WindowSpec, base_bucket, clamp, snap_up
from aiops_tui.tui.widgets.table import TableView

CONVERSATION_TABLES = frozenset({"recent", "worst", "recent_feedback", "conversations"})
"""Tables whose rows are conversations, their keys the conversations' ids."""


def stepped(view: View, snapshot: Snapshot | None, direction: int, now: datetime) -> View | None:
    """Return the view earlier (-1) or later (1) by half its window; what would end after now ends now."""
    if snapshot is None or view.window.name == "all" or (direction > 0 and view.window.is_live):
        return None
    window = view.window.stepped(snapshot.window, direction)
    if window.at is not None and window.at >= now:
        window = replace(window, at=None)
    if window.until is not None and window.until >= now:
        window = replace(window, until=None)
    return replace(view, window=window)


def zoomed(view: View, direction: int, now: datetime, around: datetime | None = None) -> View:
    """Return the view over the next shorter (-1) or longer (1) window.

    Its middle is ``around``, unless it would end after now; without that it ends where this one does.
    """
    window = view.window.zoomed(direction)
    if around is None or window.name not in SPANS:
        return replace(view, window=window)
    end = snap_up(clamp(around, SPANS[window.name] / 2), base_bucket(SPANS[window.name]))
    return replace(view, window=replace(window, at=end if end < now else None))


def present(view: View) -> View:
    """Return the view with a window that ends now."""
    window = view.window
    return replace(view, window=WindowSpec() if window.name == "custom" else replace(window, at=None))


def compared(view: View) -> View:
    """Return the view compared with the next of what one can compare with."""
    place = COMPARES.index(view.compare)
    return replace(view, compare=COMPARES[(place + 1) % len(COMPARES)])


def windowed(view: View, name: str) -> View:
    """Return the view over a named window that ends where this one does."""
    return replace(view, window=WindowSpec(name, at=view.window.at))


def over(view: View, window: WindowSpec) -> View:
    """Return the view over another window."""
    return replace(view, window=window)


def filtered(view: View, entered: Filter) -> View:
    """Return the view with another filter."""
    return replace(view, filter=entered)


def conversation_of(table: TableView, row: int) -> str | None:
    """Return the conversation that a row is, None if it is none or its id is not known."""
    return (table.key_of(row) or None) if table.panel_id in CONVERSATION_TABLES else None
