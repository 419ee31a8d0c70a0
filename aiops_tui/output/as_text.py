"""A Snapshot as a plain report for terminals and pipes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from aiops_tui.charts import bar, sparkline
from aiops_tui.model.panels import Heatmap, Histogram, Metric, Panel, Series, Snapshot, Table, Unit
from aiops_tui.output import figures
from aiops_tui.output.grid import Align, grid
from aiops_tui.text import formats
from aiops_tui.text.cells import cut, wrap
from aiops_tui.text.printable import printable, printable_lines
from aiops_tui.text.translations import Translator

_INDENT = "  "
_SPARK = 40


def text(snapshot: Snapshot, translator: Translator, width: int = 100) -> str:
    """Return a report of every tab in lines of at most ``width`` cells, without colours."""
    lines = list(_head(snapshot, translator))
    for tab, panels in snapshot.tabs.items():
        lines += ["", translator.label(f"tab.{tab}").upper()]
        lines += _tab(panels, translator, ZoneInfo(snapshot.timezone), width)
    for warning in snapshot.warnings:
        lines += ["", *wrap(printable_lines(f"! {translator.notice(warning)}"), width)]
    return "\n".join(cut(printable(line), width) for line in lines) + "\n"


def _head(snapshot: Snapshot, translator: Translator) -> Iterator[str]:
    zone = ZoneInfo(snapshot.timezone)
    yield figures.heading(snapshot.tabs, snapshot.window.name, snapshot.filter, translator)
    yield f"{figures.span(snapshot.window.period, zone)} {snapshot.timezone}"
    if snapshot.previous is not None:
        yield translator("output.compared_with", period=figures.span(snapshot.previous, zone))
    source = f"{snapshot.source.database} ({snapshot.source.dialect})"
    yield translator("output.as_of", moment=formats.moment(snapshot.as_of, zone), source=source)


def _tab(panels: Sequence[Panel], translator: Translator, zone: ZoneInfo, width: int) -> Iterator[str]:
    metrics = [panel for panel in panels if isinstance(panel, Metric)]
    if metrics:
        yield from _block(_metrics(metrics, translator), ("left", "right", "left", "left"), width)
    for panel in panels:
        if isinstance(panel, Metric):
            continue
        title = figures.title(panel, translator)
        yield from ("", title)
        yield from _panel(panel, translator, zone, width)


def _panel(panel: Panel, translator: Translator, zone: ZoneInfo, width: int) -> Iterator[str]:
    match panel:
        case Series():
            yield from _block(_series(panel, translator), ("left", "left", "left"), width)
        case Histogram():
            yield from _block(_histogram(panel), ("right", "right", "left"), width)
        case Heatmap():
            yield from _block(_heatmap(panel, translator), ("left", "left", "left"), width)
        case Table():
            if not panel.rows:
                yield _INDENT + translator("output.no_rows")
                return
            header = [translator.column(column.id) for column in panel.columns]
            rows = figures.cells(panel, range(len(panel.columns)), translator, zone)
            aligns: list[Align] = ["right" if column.unit in figures.NUMBERS else "left" for column in panel.columns]
            yield from (_INDENT + line for line in grid(header, rows, aligns, width - len(_INDENT)))


def _block(rows: Sequence[Sequence[str]], aligns: Sequence[Align], width: int) -> list[str]:
    """Return rows that have no header."""
    return [_INDENT + line for line in grid(rows[0], rows[1:], aligns, width - len(_INDENT))] if rows else []


def _metrics(metrics: Sequence[Metric], translator: Translator) -> list[list[str]]:
    words = [figures.words(metric, translator) for metric in metrics]
    return [[each.title, each.value, each.change, each.basis] for each in words]


def _series(panel: Series, translator: Translator) -> list[list[str]]:
    rows = []
    for name, values in panel.series.items():
        closed = figures.without_open(values, panel.open_last)
        line = _spark(closed, panel.unit) + ("·" if panel.open_last else "")
        rows.append([figures.label(name, translator), line, figures.bounds(closed, panel.unit)])
    return rows


def _heatmap(panel: Heatmap, translator: Translator) -> list[list[str]]:
    names = figures.row_names(panel, translator)
    rows = [figures.without_open(values, open_last=False) for values in panel.values]
    return [
        [name, _spark(row, panel.unit), figures.bounds(row, panel.unit)] for name, row in zip(names, rows, strict=False)
    ]


def _spark(values: Sequence[float | None], unit: Unit) -> str:
    return sparkline(values, min(len(values), _SPARK), from_zero=unit != "score")


def _histogram(panel: Histogram) -> list[list[str]]:
    most = max(panel.counts, default=0)
    return [
        [f"{low:g}–{high:g}", formats.number(count), bar(count / most if most else 0.0, _SPARK)]
        for low, high, count in zip(panel.edges, panel.edges[1:], panel.counts, strict=False)
    ]
