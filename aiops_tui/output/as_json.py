"""A Snapshot as JSON, version 1: an interface that other programs build on."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from aiops_tui.model.panels import Cell, Heatmap, Histogram, Metric, Panel, Series, Snapshot, Table
from aiops_tui.model.window import Period, clamp
from aiops_tui.text.translations import Translator

VERSION = 1

Document = dict[str, object]


def json_text(snapshot: Snapshot, translator: Translator, more: Mapping[str, object] | None = None) -> str:
    """Return the promised document, and what was asked for beside it, on one line.

    Times have an offset, what is not a number is null.
    """
    document = {**_document(snapshot, translator), **(more or {})}
    text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    # A lone surrogate, from an argument that is no UTF-8, could not be written to any file.
    return text.encode("utf-8", "replace").decode()


def panel_text(snapshot: Snapshot, panel: Panel, translator: Translator) -> str:
    """Return one panel, with what it is of, as a document of its own."""
    whole = _document(replace(snapshot, tabs={}), translator)
    zone = ZoneInfo(snapshot.timezone)
    document = {
        **{name: value for name, value in whole.items() if name != "tabs"},
        "panel": _panel(panel, translator, zone),
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace").decode() + "\n"


def _document(snapshot: Snapshot, translator: Translator) -> Document:
    zone = ZoneInfo(snapshot.timezone)
    window, source = snapshot.window, snapshot.source
    return {
        "version": VERSION,
        "as_of": iso(snapshot.as_of, zone),
        "timezone": snapshot.timezone,
        "source": {"dialect": source.dialect, "profile": source.profile, "database": source.database},
        "window": {"name": window.name, **_period(window.period, zone), "bucket_seconds": window.bucket_seconds},
        "previous": None if snapshot.previous is None else _period(snapshot.previous, zone),
        "filter": snapshot.filter,
        "tabs": {
            tab: {"panels": [_panel(panel, translator, zone) for panel in panels]}
            for tab, panels in snapshot.tabs.items()
        },
        "warnings": [translator.notice(warning) for warning in snapshot.warnings],
    }


def _period(period: Period, zone: ZoneInfo) -> Document:
    return {"start": iso(period.start, zone), "end": iso(period.end, zone)}


def _panel(panel: Panel, translator: Translator, zone: ZoneInfo) -> Document:
    title = translator.title(panel.id)
    match panel:
        case Metric():
            return {
                "kind": "metric",
                "id": panel.id,
                "title": title,
                "unit": panel.unit,
                "value": _value(panel.value),
                "n": panel.n,
                "low": _value(panel.low),
                "high": _value(panel.high),
                "previous": _value(panel.previous),
                "change": _value(panel.change),
                "change_kind": panel.change_kind,
            }
        case Series():
            return {
                "kind": "series",
                "id": panel.id,
                "title": title,
                "unit": panel.unit,
                "x": [iso(moment, zone) for moment in panel.x],
                "series": {name: _values(figures) for name, figures in panel.series.items()},
                "open_last": panel.open_last,
            }
        case Histogram():
            edges, counts = _values(panel.edges), list(panel.counts)
            return {"kind": "histogram", "id": panel.id, "title": title, "edges": edges, "counts": counts}
        case Heatmap():
            return {
                "kind": "heatmap",
                "id": panel.id,
                "title": title,
                "x": list(panel.x),
                "y": list(panel.y),
                "values": [_values(row) for row in panel.values],
                "n": [list(row) for row in panel.n],
            }
        case Table():
            return {
                "kind": "table",
                "id": panel.id,
                "title": title,
                "columns": [
                    {"id": column.id, "title": translator.column(column.id), "unit": column.unit}
                    for column in panel.columns
                ],
                "rows": [[_cell(cell, zone) for cell in row] for row in panel.rows],
                "total": panel.total,
                **({"trends": [_values(trend) for trend in panel.trends]} if panel.trends else {}),
            }


def iso(moment: datetime, zone: ZoneInfo) -> str:
    """Return a moment in a zone as ISO 8601 with its offset; in UTC where the zone had one of odd seconds."""
    local = clamp(moment, 0).astimezone(zone)
    if (local.utcoffset() or timedelta()) % timedelta(minutes=1):
        local = local.astimezone(UTC)
    return local.isoformat()


def _cell(cell: Cell, zone: ZoneInfo) -> object:
    return iso(cell, zone) if isinstance(cell, datetime) else _value(cell)


def _values(values: Iterable[float | None]) -> list[object]:
    return [_value(value) for value in values]


def _value(value: str | float | None) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value
