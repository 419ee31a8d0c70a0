"""Panels as Slack's own charts, of few and equally long bars: buckets are joined until twenty are left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise

from aiops_tui.charts.blocks import sparkline
from aiops_tui.model.panels import Histogram, Panel, Series, Unit
from aiops_tui.output import figures
from aiops_tui.output.grid import grid
from aiops_tui.slack.blocks import SECTION, escape, fence, literal, section
from aiops_tui.slack.parcel import Block
from aiops_tui.text.printable import printable
from aiops_tui.text.translations import Translator

CHARTS = 2
"""So many charts of its own Slack takes in a message."""

_CATEGORIES = 20
_SERIES = 6
_LABEL = 20
_TITLE = 50
_SPARK = 40
_OPEN = "…"
_NOT_ADDED = ("users", "active", "new_", "returning")
"""Counts of different people, which cannot be added up."""


def native_charts(panels: Sequence[Panel], translator: Translator, zone: tzinfo) -> list[Block]:
    """Return the tab's first charts as blocks of Slack's own."""
    found: list[Block] = []
    for panel in panels:
        chart = None
        if isinstance(panel, Series):
            chart = _of_series(panel, translator, zone)
        elif isinstance(panel, Histogram):
            chart = _of_histogram(panel)
        if chart is not None:
            title = _cut(translator.title(panel.id), _TITLE)
            found.append({"type": "data_visualization", "title": title, "chart": chart})
    return found[:CHARTS]


def text_charts(panels: Sequence[Panel], translator: Translator) -> list[Block]:
    """Return the tab's first charts as a line of blocks each, with the least and the greatest figure."""
    blocks: list[Block] = []
    for panel in panels:
        rows = _lines(panel, translator) if isinstance(panel, Series) else []
        if rows:
            lines = grid(rows[0], rows[1:], ["left"] * len(rows[0]), 76)
            text = f"*{literal(translator.title(panel.id), 100)}*\n" + fence(escape("\n".join(lines)))
            if len(text) <= SECTION:
                blocks.append(section(text))
    return blocks[:CHARTS]


def _lines(panel: Series, translator: Translator) -> list[list[str]]:
    rows = []
    for name, values in list(panel.series.items())[:_SERIES]:
        closed = figures.without_open(values, panel.open_last)
        if any(value is not None for value in closed):
            spark = sparkline(closed, min(len(closed), _SPARK), from_zero=panel.unit != "score")
            rows.append([_cut(figures.label(name, translator), _LABEL), spark, figures.bounds(closed, panel.unit)])
    return rows


def _of_series(panel: Series, translator: Translator, zone: tzinfo) -> Block | None:
    size = len(panel.x)
    joined = -(-size // _CATEGORIES)
    if not size or not panel.series or (joined > 1 and panel.id.startswith(_NOT_ADDED)):
        return None
    if joined > 1 and panel.unit != "count" and len(panel.n) != size:
        return None  # a mean of means would be another figure
    groups = [range(start, min(start + joined, size)) for start in range(0, size, joined)]
    lines = {
        name: [_joined(values, group, panel.unit, panel.n) for group in groups]
        for name, values in list(panel.series.items())[:_SERIES]
    }
    # Each series has to have each category, so those with a gap go.
    kept = [place for place in range(len(groups)) if all(line[place] is not None for line in lines.values())]
    if len(kept) < 2:
        return None
    labels = _labels([panel.x[groups[place].start] for place in kept], zone)
    if panel.open_last and kept[-1] == len(groups) - 1:
        labels[-1] = _cut(labels[-1] + _OPEN, _LABEL)
    names = _unique([_cut(figures.label(name, translator), _LABEL) for name in lines])
    data = [
        {
            "name": name,
            "data": [
                {"label": label, "value": _rounded(line[place], panel.unit)}
                for label, place in zip(labels, kept, strict=True)
            ],
        }
        for name, line in zip(names, lines.values(), strict=True)
    ]
    kind = "area" if panel.unit == "count" else "line"
    unit = {"y_label": "%"} if panel.unit == "ratio" else {}
    return {"type": kind, "series": data, "axis_config": {"categories": labels, **unit}}


def _joined(values: Sequence[float | None], group: range, unit: Unit, n: Sequence[int]) -> float | None:
    known = [
        (figures.finite(values[place]), n[place] if place < len(n) else 1) for place in group if place < len(values)
    ]
    sure = [(value, weight) for value, weight in known if value is not None]
    if not sure:
        return None
    if unit in {"count", "estimate"}:
        return sum(value for value, _ in sure)
    total = sum(weight for _, weight in sure)
    return sum(value * weight for value, weight in sure) / total if total else None


def _rounded(value: float | None, unit: Unit) -> float:
    if value is None:
        return 0
    return round(100 * value, 2) if unit == "ratio" else round(value, 4)


def _labels(starts: Sequence[datetime], zone: tzinfo) -> list[str]:
    local = [start.astimezone(zone) for start in starts]
    days = all(moment.hour == 0 and moment.minute == 0 for moment in local[1:])
    within_a_day = starts[-1] - starts[0] < timedelta(days=1)
    pattern = "%m-%d" if days else ("%H:%M" if within_a_day else "%m-%d %H:%M")
    if within_a_day and any(later - earlier < timedelta(minutes=1) for earlier, later in pairwise(starts)):
        pattern = "%H:%M:%S"
    return _unique([moment.strftime(pattern) for moment in local])


def _of_histogram(panel: Histogram) -> Block | None:
    counts, edges = panel.counts, panel.edges
    if not counts or len(edges) != len(counts) + 1:
        return None
    joined = -(-len(counts) // _CATEGORIES)
    starts = range(0, len(counts), joined)
    labels = _unique(
        [_cut(f"{edges[start]:g}–{edges[min(start + joined, len(counts))]:g}", _LABEL) for start in starts]
    )
    data = [
        {"label": label, "value": sum(counts[start : start + joined])}
        for label, start in zip(labels, starts, strict=True)
    ]
    series = [{"name": "n", "data": data}]
    return {"type": "bar", "series": series, "axis_config": {"categories": labels}}


def _unique(names: Sequence[str]) -> list[str]:
    """Return names that differ, a number behind those that did not."""
    found: list[str] = []
    for name in names:
        unique, number = name, 2
        while unique in found:
            mark = f" {number}"
            unique, number = name[: _LABEL - len(mark)] + mark, number + 1
        found.append(unique)
    return found


def _cut(text: str, most: int) -> str:
    """Return text of at most so many characters, escaped ones counted as Slack counts them."""
    words = printable(text, most)
    while len(escape(words)) > most:
        words = words[:-2] + "…" if len(words) > 2 else "…"
    return escape(words) or "–"
