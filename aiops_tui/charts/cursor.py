"""What a cursor stands on, in words."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from aiops_tui.charts.glyphs import UNICODE
from aiops_tui.charts.histogram import bin_label
from aiops_tui.charts.scale import finite
from aiops_tui.model.labels import WEEKDAYS
from aiops_tui.model.panels import Heatmap, Histogram, Series
from aiops_tui.model.window import clamp
from aiops_tui.text import formats
from aiops_tui.text.translations import Translator

_BETWEEN = " · "


def describe(panel: Series, index: int, zone: tzinfo, translator: Translator) -> str:
    """Return a bucket's time in ``zone``, its figures and how many rows they rest on; nothing if there is none.

    Of several figures that number comes first: a line too long is cut at its end.
    """
    if not 0 <= index < len(panel.x):
        return ""
    sample = [translator("common.sample", n=panel.n[index])] if index < len(panel.n) else []
    words = [_bucket(panel, index, zone, translator), *(sample if len(panel.series) > 1 else ())]
    for name, values in panel.series.items():
        figure = formats.value(finite(values[index]) if index < len(values) else None, panel.unit)
        words.append(f"{translator.label(name)} {figure}" if len(panel.series) > 1 else figure)
    words += sample if len(panel.series) == 1 else ()
    if panel.open_last and index == len(panel.x) - 1:
        words.append(translator("charts.open"))
    return _BETWEEN.join(words)


def describe_cell(panel: Heatmap, row: int, column: int, translator: Translator) -> str:
    """Return a cell's names, its figure and how many rows it rests on; nothing if there is none."""
    if not (0 <= row < len(panel.y) and 0 <= column < len(panel.x)):
        return ""
    name = panel.x[column]
    heading = f"{name:>02}:00" if name.isdigit() else translator.label(name)
    figure = formats.value(finite(panel.values[row][column]), panel.unit)
    sample = translator("common.sample", n=panel.n[row][column])
    return _BETWEEN.join((f"{translator.label(panel.y[row])} {heading}", figure, sample))


def describe_bin(panel: Histogram, index: int) -> str:
    """Return a bin's range, its count and its share; nothing if there is none."""
    if not 0 <= index < min(len(panel.counts), len(panel.edges) - 1):
        return ""
    count, total = panel.counts[index], sum(panel.counts)
    share = formats.percent(count / total if total else None)
    return _BETWEEN.join((bin_label(panel.edges, index, index, UNICODE), formats.number(count), share))


def _bucket(panel: Series, index: int, zone: tzinfo, translator: Translator) -> str:
    """Return a bucket's time as short as it can be: a day, several days, or the hours of a day."""
    start = clamp(panel.x[index], 0).astimezone(zone)
    end = clamp(panel.x[index + 1], 0).astimezone(zone) if index + 1 < len(panel.x) else None
    day = f"{start:%Y-%m-%d} {translator.label(WEEKDAYS[start.weekday()])}"
    if end is None:
        return day if _midnight(start) and _by_days(panel, zone) else f"{day} {_time(start)}"
    last = end - timedelta(seconds=1)
    if last.date() != start.date():
        return f"{start:%Y-%m-%d} – {last:%Y-%m-%d}"
    return day if _midnight(start) and _midnight(end) else f"{day} {_time(start)}–{_time(end)}"


def _by_days(panel: Series, zone: tzinfo) -> bool:
    return all(_midnight(clamp(moment, 0).astimezone(zone)) for moment in panel.x[1:])


def _midnight(local: datetime) -> bool:
    return (local.hour, local.minute, local.second) == (0, 0, 0)


def _time(local: datetime) -> str:
    return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
