"""The order of a table's rows when a person has chosen a column to sort by."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from aiops_tui.model.labels import REST
from aiops_tui.model.panels import Cell, Column, Snapshot, Table, Unit

DESCENDING: frozenset[Unit] = frozenset({"count", "ratio", "score", "estimate", "time"})
"""Columns of these show the largest first, others begin with A."""


def column_of(sort: str) -> tuple[str, bool]:
    """Return the column that is sorted by, and whether the other way round than usual, which ``-`` before it says."""
    return sort.removeprefix("-"), sort.startswith("-")


def is_descending(column: Column, sort: str) -> bool:
    """Return whether a column sorted by like this begins with its largest."""
    return (column.unit in DESCENDING) != column_of(sort)[1]


def order(table: Table, sort: str | None) -> list[int]:
    """Return the places of the rows in the order to show; what is missing and the rest of all topics come last."""
    places = list(range(len(table.rows)))
    names = [column.id for column in table.columns]
    if sort is None or column_of(sort)[0] not in names:
        return places
    at = names.index(column_of(sort)[0])
    rest = table.keys.index(REST) if REST in table.keys else None
    known = [place for place in places if table.rows[place][at] is not None and place != rest]
    known.sort(key=lambda place: _sortable(table.rows[place][at]), reverse=is_descending(table.columns[at], sort))
    seen = set(known)
    return known + [place for place in places if place not in seen]


def sorted_by(table: Table, sort: str | None) -> Table:
    """Return the table with its rows in that order."""
    places = order(table, sort)
    keys = tuple(table.keys[place] for place in places) if table.keys else ()
    trends = tuple(table.trends[place] for place in places) if table.trends else ()
    return replace(table, rows=tuple(table.rows[place] for place in places), keys=keys, trends=trends)


def in_order(snapshot: Snapshot, sort: str | None) -> Snapshot:
    """Return the snapshot with the tables that have the column in that order."""
    tabs = {
        tab: tuple(sorted_by(panel, sort) if isinstance(panel, Table) else panel for panel in panels)
        for tab, panels in snapshot.tabs.items()
    }
    return replace(snapshot, tabs=tabs)


def _sortable(cell: Cell) -> tuple[float, str]:
    if isinstance(cell, datetime):
        return (cell.timestamp(), "")
    return (0.0, cell.casefold()) if isinstance(cell, str) else (float(cell or 0), "")
