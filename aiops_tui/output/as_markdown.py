"""A Snapshot as Markdown, for tickets and chat; what comes from data is shown as it is, never as markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from aiops_tui.model.panels import Heatmap, Histogram, Metric, Panel, Series, Snapshot, Table
from aiops_tui.output import figures
from aiops_tui.text import formats
from aiops_tui.text.printable import printable
from aiops_tui.text.translations import Translator

_MARKUP = re.compile(r"([\\`*_\[\]<>|~&$@#]|:(?=//|[a-z+_-])|(?<=www)\.)", re.IGNORECASE)
"""What begins or ends markup within a line, an address or an emoji's name among it; no line begins with data."""


def markdown(snapshot: Snapshot, translator: Translator) -> str:
    """Return a document with a heading for each tab and a table for each panel."""
    zone = ZoneInfo(snapshot.timezone)
    heading = figures.heading(snapshot.tabs, snapshot.window.name, snapshot.filter, translator)
    lines = [f"# {_escaped(heading)}", ""]
    lines.append(_escaped(f"{figures.span(snapshot.window.period, zone)} {snapshot.timezone}"))
    source = f"{snapshot.source.database} ({snapshot.source.dialect})"
    lines.append(_escaped(translator("output.as_of", moment=formats.moment(snapshot.as_of, zone), source=source)))
    for tab, panels in snapshot.tabs.items():
        lines += ["", f"## {_escaped(translator.label(f'tab.{tab}'))}"]
        lines += _metrics([panel for panel in panels if isinstance(panel, Metric)], translator)
        for panel in panels:
            if not isinstance(panel, Metric):
                lines += ["", f"### {_escaped(figures.title(panel, translator))}", *_panel(panel, translator, zone)]
    for warning in snapshot.warnings:
        lines += ["", f"> {_escaped(translator.notice(warning))}"]
    return "\n".join(lines) + "\n"


def _metrics(metrics: Sequence[Metric], translator: Translator) -> Iterator[str]:
    words = [figures.words(metric, translator) for metric in metrics]
    rows = [[each.title, each.value, each.change, each.basis] for each in words]
    header = [translator(f"output.{name}") for name in ("metric", "value", "change", "basis")]
    return _table(header, rows, "lrll")


def _panel(panel: Panel, translator: Translator, zone: ZoneInfo) -> Iterator[str]:
    match panel:
        case Series():
            header = [translator.column("time"), *(figures.label(name, translator) for name in panel.series)]
            rows = [
                [formats.moment(moment, zone), *(_figure(values, place, panel) for values in panel.series.values())]
                for place, moment in enumerate(panel.x)
            ]
            return _table(header, rows, "l" + "r" * len(panel.series))
        case Histogram():
            rows = [
                [f"{low:g}–{high:g}", formats.number(count)]
                for low, high, count in zip(panel.edges, panel.edges[1:], panel.counts, strict=False)
            ]
            return _table([translator.column("score"), translator.column("n")], rows, "lr")
        case Heatmap():
            names = figures.row_names(panel, translator)
            rows = [
                [name, *(formats.value(figures.finite(value), panel.unit) for value in values)]
                for name, values in zip(names, panel.values, strict=False)
            ]
            return _table(["", *(figures.label(name, translator) for name in panel.x)], rows, "l" + "r" * len(panel.x))
        case Table():
            header = [translator.column(column.id) for column in panel.columns]
            rows = figures.cells(panel, range(len(panel.columns)), translator, zone)
            return _table(header, rows, ["r" if column.unit in figures.NUMBERS else "l" for column in panel.columns])
        case _:
            return iter(())


def _figure(values: Sequence[float | None], place: int, panel: Series) -> str:
    return formats.value(figures.finite(values[place]) if place < len(values) else None, panel.unit)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], aligns: Sequence[str]) -> Iterator[str]:
    if not rows:
        return
    yield ""
    yield _row(header)
    yield "|" + "|".join("---:" if align == "r" else "---" for align in aligns) + "|"
    yield from map(_row, rows)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(map(_escaped, cells)) + " |"


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", printable(text))
