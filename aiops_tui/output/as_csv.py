"""A Snapshot as CSV (RFC 4180), for spreadsheets: figures as they are, one table below the other."""

from __future__ import annotations

import csv as rfc4180
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from aiops_tui.model.panels import Cell, Metric, Panel, Series, Snapshot
from aiops_tui.output import figures
from aiops_tui.output.as_json import iso
from aiops_tui.output.flat import flat
from aiops_tui.text.translations import Translator

_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")

Record = Sequence[Cell]


def csv(snapshot: Snapshot, translator: Translator, panels: Sequence[Panel] | None = None) -> str:
    """Return the metrics, series and tables of a snapshot, or of these panels of it.

    Each begins with a line that has its title, and an empty line lies between two; of one panel alone only header and
    rows are written. Text that a spreadsheet would run as a formula has an apostrophe before it.
    """
    zone = ZoneInfo(snapshot.timezone)
    chosen = [panel for tab in snapshot.tabs.values() for panel in tab] if panels is None else list(panels)
    sections = list(_sections(chosen, translator))
    file = io.StringIO(newline="")
    writer = rfc4180.writer(file)
    for place, (title, records) in enumerate(sections):
        if len(chosen) > 1:
            writer.writerows([[safe_cell(title, zone)]] if place == 0 else [[], [safe_cell(title, zone)]])
        writer.writerows([safe_cell(cell, zone) for cell in record] for record in records)
    return file.getvalue()


def _sections(panels: Sequence[Panel], translator: Translator) -> Iterator[tuple[str, list[Record]]]:
    metrics = [panel for panel in panels if isinstance(panel, Metric)]
    if metrics:
        yield translator("output.metrics"), _metrics(metrics, translator)
    for panel in panels:
        if isinstance(panel, Series):
            yield translator.title(panel.id), _series(panel, translator)
        elif not isinstance(panel, Metric):
            yield translator.title(panel.id), _flat(panel, translator)


def _metrics(metrics: Sequence[Metric], translator: Translator) -> list[Record]:
    names = ("metric", "value", "n", "low", "high", "previous", "change", "change_kind")
    header: Record = [translator(f"output.{name}") for name in names]
    rows = [[translator.title(m.id), m.value, m.n, m.low, m.high, m.previous, m.change, m.change_kind] for m in metrics]
    return [header, *rows]


def _series(panel: Series, translator: Translator) -> list[Record]:
    header: Record = [translator.column("time"), *(translator.label(name) for name in panel.series)]
    figures_ = zip(*panel.series.values(), strict=False)
    return [header, *([moment, *values] for moment, values in zip(panel.x, figures_, strict=False))]


def _flat(panel: Panel, translator: Translator) -> list[Record]:
    columns, rows = flat(panel, translator)
    return [[translator.column(column.id) for column in columns], *rows]


def safe_cell(cell: Cell, zone: ZoneInfo) -> str | int | float | None:
    """Return a cell as CSV holds it: times in the zone, text that would run as a formula behind an apostrophe."""
    if isinstance(cell, datetime):
        return iso(cell, zone)
    if isinstance(cell, str):
        return f"'{cell}" if cell[:1] in _FORMULA and cell else cell
    return figures.finite(cell)
