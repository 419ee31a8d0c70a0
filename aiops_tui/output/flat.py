"""Any panel as columns and rows: what spreadsheets and Parquet can hold."""

from __future__ import annotations

from collections.abc import Sequence

from aiops_tui.model.labels import REST
from aiops_tui.model.panels import Cell, Column, Heatmap, Histogram, Metric, Panel, Series, Table
from aiops_tui.output.figures import finite, is_rest
from aiops_tui.text.translations import Translator

Rows = tuple[Sequence[Column], Sequence[Sequence[Cell]]]

_METRIC = (
    Column("metric", "text"), Column("value", "ratio"), Column("n", "count"), Column("low", "ratio"),
    Column("high", "ratio"), Column("previous", "ratio"), Column("change", "ratio"), Column("change_kind", "text"),
)  # fmt: skip


def flat(panel: Panel, translator: Translator) -> Rows:
    """Return a panel's columns and rows, figures raw; a heatmap has a row for each of its cells."""
    match panel:
        case Table():
            rest = translator.label(REST)
            rows = [
                [rest if is_rest(panel, y, x) else cell for x, cell in enumerate(row)]
                for y, row in enumerate(panel.rows)
            ]
            return panel.columns, rows
        case Series():
            columns = (Column("time", "time"), *(Column(name, panel.unit) for name in panel.series))
            return columns, [list(row) for row in zip(panel.x, *panel.series.values(), strict=False)]
        case Histogram():
            columns = (Column("from", "score"), Column("to", "score"), Column("n", "count"))
            return columns, [list(row) for row in zip(panel.edges, panel.edges[1:], panel.counts, strict=False)]
        case Heatmap():
            columns = (Column("y", "text"), Column("x", "text"), Column("value", panel.unit), Column("n", "count"))
            return columns, [
                [translator.label(y), translator.label(x), finite(panel.values[row][column]), panel.n[row][column]]
                for row, y in enumerate(panel.y)
                for column, x in enumerate(panel.x)
            ]
        case Metric() as m:
            return _METRIC, [[m.id, m.value, m.n, m.low, m.high, m.previous, m.change, m.change_kind]]
