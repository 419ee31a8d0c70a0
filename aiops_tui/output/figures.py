"""How the cells and figures of panels are worded, the same in every kind of output."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from aiops_tui.model.labels import REST
from aiops_tui.model.panels import Heatmap, Metric, Panel, Table, Unit
from aiops_tui.model.window import Period
from aiops_tui.text import formats
from aiops_tui.text.printable import printable
from aiops_tui.text.translations import Translator

NUMBERS: tuple[Unit, ...] = ("count", "ratio", "score", "estimate")
"""The units of figures: these are written at the right."""

FEW = 30
"""A mean or a ratio of fewer rows than this is marked."""


def finite(value: float | None) -> float | None:
    """Return a figure, None if it is no number."""
    return None if value is None or not math.isfinite(value) else value


@dataclass(frozen=True, slots=True)
class Words:
    """A metric as people read it; ``change`` and ``basis`` are empty where there is nothing to say."""

    title: str
    value: str
    change: str
    basis: str


def words(metric: Metric, translator: Translator) -> Words:
    """Return a metric in words: its change, with ``!`` if more than noise, and the rows and interval behind it."""
    metric = _plain(metric)
    return Words(
        printable(translator.title(metric.id)),
        formats.value(metric.value, metric.unit),
        _change(metric, translator),
        _basis(metric, translator),
    )


def _change(metric: Metric, translator: Translator) -> str:
    if metric.change_kind == "na" or (metric.change is None and metric.change_kind != "new"):
        return ""
    change = formats.change(metric, translator)
    if metric.significant is False and metric.change:
        return f"{change} ({translator('common.within_noise')})"
    return f"{change} !" if metric.significant else change


def _basis(metric: Metric, translator: Translator) -> str:
    if metric.n is None or metric.unit not in {"ratio", "score"}:
        return ""
    few = translator("output.few") if metric.n < FEW else ""
    return " · ".join(filter(None, [formats.interval(metric), translator("common.sample", n=metric.n), few]))


def _plain(metric: Metric) -> Metric:
    return replace(
        metric,
        value=finite(metric.value),
        low=finite(metric.low),
        high=finite(metric.high),
        change=finite(metric.change),
    )


def cell(table: Table, row: int, column: int, translator: Translator, zone: tzinfo) -> str:
    """Return a table's cell in one printable line."""
    unit, value = table.columns[column].unit, table.rows[row][column]
    if isinstance(value, float):
        value = finite(value)
    if is_rest(table, row, column):
        return translator.label(REST)
    if unit in {"sentiment", "level", "feedback"} and isinstance(value, str):
        return printable(translator.label(value))
    return printable(formats.value(value, unit, zone))


def is_rest(table: Table, row: int, column: int) -> bool:
    """Tell whether a cell stands for all topics beyond those kept."""
    nameless = table.columns[column].unit == "topic" and table.rows[row][column] is None
    return nameless and table.keys[row : row + 1] == (REST,)


def cells(table: Table, columns: Sequence[int], translator: Translator, zone: tzinfo) -> list[list[str]]:
    """Return the cells of some columns, row by row."""
    return [[cell(table, row, column, translator, zone) for column in columns] for row in range(len(table.rows))]


def shown_of(table: Table, shown: int, translator: Translator) -> str:
    """Return of how many rows these are the first, ``12 of 487``; empty where that was not counted or is all."""
    if table.total is None or table.total <= shown:
        return ""
    return translator("common.shown_of", shown=shown, total=table.total)


def row_names(panel: Heatmap, translator: Translator) -> list[str]:
    """Return the names of a heatmap's rows: weekdays are worded, topics are as they are."""
    if panel.id.startswith("topic"):
        return [translator.label(REST) if name == REST else printable(name) for name in panel.y]
    return [printable(translator.label(name)) for name in panel.y]


def span(period: Period, zone: tzinfo) -> str:
    """Return both ends of a period in a zone."""
    return f"{formats.moment(period.start, zone)} – {formats.moment(period.end, zone)}"


def heading(tabs: Iterable[str], window: str, filter_text: str, translator: Translator) -> str:
    """Return what is shown: tabs, window and filter."""
    names = ", ".join(translator.label(f"tab.{tab}") for tab in tabs)
    return " · ".join(filter(None, [names, translator.label(f"window.{window}"), printable(filter_text)]))


def title(panel: Panel, translator: Translator) -> str:
    """Return a panel's title, a table's with of how many rows it shows the first."""
    words = printable(translator.title(panel.id))
    return f"{words}  {shown_of(panel, len(panel.rows), translator)}".rstrip() if isinstance(panel, Table) else words


def label(name: str, translator: Translator) -> str:
    """Return how a series or a class is called."""
    return printable(translator.label(name))


def bounds(values: Sequence[float | None], unit: Unit) -> str:
    """Return the least and the greatest of some figures."""
    known = [value for value in values if value is not None]
    return f"{formats.value(min(known), unit)} … {formats.value(max(known), unit)}" if known else formats.NOTHING


def without_open(values: Sequence[float | None], open_last: bool) -> tuple[float | None, ...]:
    """Return figures over time without a last bucket that is still filling; what is no number is a gap."""
    closed = values[:-1] if open_last else values
    return tuple(finite(value) for value in closed)
