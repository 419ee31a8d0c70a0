"""Where Enter leads: a view narrowed to what one place in a panel stands for; None where it stands for nothing.

All that changes is the view's filter or window, so that every pane shows the same part of the conversations.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from aiops_tui.model.filters import TEXT, Term, between
from aiops_tui.model.labels import FEEDBACKS, SENTIMENTS
from aiops_tui.model.panels import Cell, Heatmap, Histogram, Series
from aiops_tui.model.view import View
from aiops_tui.model.window import WindowSpec

_ROW_KEYS = (("user_id", "user"), ("reason", "reason"), ("topic", "topic"))
"""Columns that say what a row of a table stands for, before others, and the key of a filter that each is."""


def into_row(view: View, cells: Mapping[str, Cell]) -> View | None:
    """Return the view of what a table's row is about; ``cells`` are its cells by column."""
    column, name = next(((column, name) for column, name in _ROW_KEYS if column in cells), ("", ""))
    value = cells.get(column)
    if not column or (value is not None and not isinstance(value, str)):
        return None
    return _narrowed(view, Term(name, value or ""))


def into_pattern(view: View, cells: Mapping[str, Cell]) -> View:
    """Return the view of the log entries of a pattern, by the longest of its texts between what is masked."""
    longest = max(re.split(r"#|“…”", str(cells.get("pattern") or "")), key=len).strip()
    return replace(view, filter=view.filter.narrowed(Term(TEXT, longest))) if longest else view


def into_metric(view: View, metric_id: str) -> View | None:
    """Return the view of the conversations that a metric counts."""
    if metric_id == "conversations":
        return replace(view, listed=True)
    if metric_id in SENTIMENTS:
        return _narrowed(view, Term("sentiment", metric_id))
    feedback = metric_id.removesuffix("s")
    return _narrowed(view, Term("feedback", feedback)) if feedback in FEEDBACKS else None


def into_bucket(view: View, panel: Series, index: int) -> View:
    """Return the view over one bucket of a chart; the last one ends when the chart's window does."""
    end = panel.x[index + 1] if index + 1 < len(panel.x) else None
    return within(view, panel.x[index], end)


def within(view: View, start: datetime, end: datetime | None) -> View:
    """Return the view over a stretch of time; None for the end is that of the view, or now."""
    window = view.window
    window = WindowSpec("custom", since=start, until=end or window.until, at=None if end else window.at)
    return replace(view, window=window, listed=True)


def into_bin(view: View, panel: Histogram, index: int) -> View:
    """Return the view of the conversations whose score lies in one bin of a histogram."""
    _, _, criterion = panel.id.partition(".")
    key = f"criterion.{criterion}" if criterion else "score"
    last = index == len(panel.counts) - 1
    return _narrowed(view, *between(key, panel.edges[index], panel.edges[index + 1], closed=last))


def into_cell(view: View, panel: Heatmap, row: int, column: int) -> View:
    """Return the view of one cell: an hour of a weekday, or a topic."""
    if panel.x[column].isdigit():
        return _narrowed(view, Term("weekday", panel.y[row]), Term("hour", float(panel.x[column])))
    return _narrowed(view, Term("topic", panel.y[row]))


def _narrowed(view: View, *terms: Term) -> View:
    return replace(view, filter=view.filter.narrowed(*terms), listed=True)
