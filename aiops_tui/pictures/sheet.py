"""A tab of a Snapshot as lines of cells: heading, tiles, charts and tables, to be painted or shown as a preview."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aiops_tui.charts import Kind, draw_heatmap, draw_histogram, draw_series, sparkline
from aiops_tui.charts.lines import edge_line, fit_line, line_width
from aiops_tui.charts.spans import Line, Span
from aiops_tui.model.panels import Heatmap, Histogram, Metric, Panel, Series, Snapshot, Table
from aiops_tui.output import figures
from aiops_tui.output.grid import Align, grid
from aiops_tui.text import formats
from aiops_tui.text.cells import width as cells
from aiops_tui.text.printable import printable

if TYPE_CHECKING:
    from aiops_tui.text.translations import Translator

WIDTH = 120
"""Cells that a line of a picture has."""

_TILES = 5
_CHART_HEIGHT, _LESSER_HEIGHT = 14, 10
_HALF = 80
"""From so many cells on, lesser charts stand side by side."""

_ROWS = 10
_WIDEST = 400
_STACKED = frozenset({"volume", "sentiment_by_bucket", "sentiment_by_day", "levels_by_bucket", "feedback_by_day"})
_CHARTS = 4


def sheet(
    snapshot: Snapshot, tab: str, translator: Translator, source: str | None = None, width: int = WIDTH, title: str = ""
) -> list[Line]:
    """Return a tab of a snapshot, which holds nothing that is to be kept back, in lines of ``width`` cells.

    ``source`` stands in for the name of the database, ``title`` for the view's.
    """
    panels = snapshot.tabs.get(tab, ())
    writer = _Writer(snapshot, translator, width)
    lines = [*writer.head(tab, source, title), *writer.tiles([panel for panel in panels if isinstance(panel, Metric)])]
    charts = [panel for panel in panels if isinstance(panel, Series | Histogram | Heatmap) and not _empty(panel)]
    tables = [panel for panel in panels if isinstance(panel, Table) and panel.rows]
    lines += writer.charts(charts[:_CHARTS])
    lines += writer.tables(tables[:2])
    return [fit_line(line, width) for line in lines]


class _Writer:
    """Writes the parts of one sheet."""

    def __init__(self, snapshot: Snapshot, translator: Translator, width: int) -> None:
        self._snapshot = snapshot
        self._say = translator
        self._width = width
        self._zone = ZoneInfo(snapshot.timezone)

    def head(self, tab: str, source: str | None, title: str) -> Iterator[Line]:
        snapshot, zone = self._snapshot, self._zone
        name = printable(source or snapshot.source.database, 60)
        heading = title or figures.heading([tab], snapshot.window.name, snapshot.filter, self._say)
        moment = f"{formats.moment(snapshot.as_of, zone)} {snapshot.timezone}"
        left = (Span(" aiops  ", "accent"), Span(name, "strong"), Span(" › ", "muted"), Span(heading, "text"))
        right = Span(self._say("slack.as_of", moment=moment) + " ", "label")
        room = max(self._width - line_width((right,)), 1)
        yield (*fit_line(left, room), right)
        period = figures.span(snapshot.window.period, zone)
        if snapshot.previous is not None:
            compared = self._say("output.compared_with", period=figures.span(snapshot.previous, zone))
            yield (Span(f" {period}   {compared}", "muted"),)
        else:
            yield (Span(f" {period}", "muted"),)

    def tiles(self, metrics: Sequence[Metric]) -> Iterator[Line]:
        """Return the metrics in rows of boxes, as many in each as in the others."""
        per_row = -(-len(metrics) // -(-len(metrics) // _TILES)) if metrics else 1
        for start in range(0, len(metrics), per_row):
            row = metrics[start : start + per_row]
            inside = [self._tile(metric, self._width // per_row - 4) for metric in row]
            height = max(map(len, inside))
            boxes = []
            for place, (metric, lines) in enumerate(zip(row, inside, strict=True)):
                share = self._width * (place + 1) // per_row - self._width * place // per_row
                title = (Span(printable(self._say.title(metric.id)), "title"),)
                boxes.append(self._framed(title, (), [*lines, *([()] * (height - len(lines)))], share))
            yield from (tuple(span for box in boxes for span in box[line]) for line in range(height + 2))

    def _tile(self, metric: Metric, room: int) -> list[Line]:
        words = figures.words(metric, self._say)
        noise = self._say("common.within_noise")
        change = words.change.removesuffix(f" ({noise})")
        basis = " · ".join(filter(None, [noise if change != words.change else "", words.basis]))
        lines: list[Line] = [(Span(words.value, "strong"), Span("  " + change, "text")), (Span(basis, "muted"),)]
        if metric.trend:
            trend = figures.without_open(metric.trend, open_last=False)
            lines.append((Span(sparkline(trend, max(room, 1), from_zero=metric.unit != "score"), "accent"),))
        return lines

    def charts(self, panels: Sequence[Series | Histogram | Heatmap]) -> Iterator[Line]:
        """Return the first chart over the whole width, the others side by side where there is room."""
        if not panels:
            return
        yield from self._chart(panels[0], self._width)
        rest = list(panels[1:])
        if self._width < _HALF:
            for panel in rest:
                yield from self._chart(panel, self._width)
            return
        while rest:
            pair, rest = rest[:2], rest[2:]
            half = self._width // len(pair)
            height = max(_height(panel, _LESSER_HEIGHT) for panel in pair)
            boxes = [self._chart(panel, half, height) for panel in pair]
            yield from (tuple(span for box in boxes for span in box[line]) for line in range(height + 2))

    def _chart(self, panel: Series | Histogram | Heatmap, width: int, height: int = 0) -> list[Line]:
        height = height or _height(panel, _CHART_HEIGHT)
        lines = self._drawn(panel, width - 4, height)
        return self._framed((Span(printable(self._say.title(panel.id)), "title"),), (), lines, width)

    def _drawn(self, panel: Series | Histogram | Heatmap, width: int, height: int) -> Sequence[Line]:
        match panel:
            case Series():
                kind: Kind = "stacked" if panel.id in _STACKED else ("bars" if panel.unit == "count" else "line")
                return draw_series(panel, width, height, self._zone, self._say, _step(panel), kind)
            case Histogram():
                return draw_histogram(panel, width, height, self._say)
            case Heatmap():
                return draw_heatmap(panel, width, height, self._say)

    def tables(self, tables: Sequence[Table]) -> Iterator[Line]:
        """Return the first rows of tables, side by side where both are narrow."""
        half = self._width // 2
        if len(tables) == 2 and all(self._natural(table) <= half for table in tables):
            rows = max(min(len(table.rows), _ROWS) for table in tables)
            left, right = (
                self._table(table, width, rows) for table, width in zip(tables, (half, self._width - half), strict=True)
            )
            yield from ((*first, *second) for first, second in zip(left, right, strict=True))
            return
        for table in tables:
            yield from self._table(table, self._width)

    def _natural(self, table: Table) -> int:
        """Return how many cells a table takes with nothing cut."""
        return max(map(cells, self._grid(table, _WIDEST)))

    def _grid(self, table: Table, width: int) -> list[str]:
        header = [printable(self._say.column(column.id)) for column in table.columns]
        aligns: list[Align] = ["right" if column.unit in figures.NUMBERS else "left" for column in table.columns]
        rows = figures.cells(table, range(len(table.columns)), self._say, self._zone)[:_ROWS]
        return grid(header, rows, aligns, width)

    def _table(self, table: Table, width: int, rows: int = 0) -> list[Line]:
        first, *others = self._grid(table, width - 4)
        lines: list[Line] = [(Span(first, "muted"),), *((Span(line, "text"),) for line in others)]
        lines += [()] * (rows - len(others))
        aside = figures.shown_of(table, min(len(table.rows), _ROWS), self._say)
        title = (Span(printable(self._say.title(table.id)), "title"),)
        return self._framed(title, (Span(aside, "muted"),) if aside else (), lines, width)

    @staticmethod
    def _framed(title: Line, aside: Line, lines: Sequence[Line], width: int) -> list[Line]:
        side, gap = Span("│", "border"), Span(" ", "text")
        return [
            edge_line("╭", title, aside, "╮", width, "border"),
            *((side, gap, *fit_line(line, width - 4), gap, side) for line in lines),
            (Span("╰" + "─" * (width - 2) + "╯", "border"),),
        ]


def _height(panel: Panel, usual: int) -> int:
    return min(len(panel.y), 10) + 3 if isinstance(panel, Heatmap) else usual


def _empty(panel: Series | Histogram | Heatmap) -> bool:
    match panel:
        case Series():
            return not any(figure for values in panel.series.values() for figure in values)
        case Histogram():
            return not any(panel.counts)
        case Heatmap():
            return not any(n for row in panel.n for n in row)


def _step(panel: Series) -> int:
    """Return the usual width of a series' buckets in seconds; the first and the last may be clipped."""
    gaps = sorted((later - earlier) / timedelta(seconds=1) for earlier, later in pairwise(panel.x))
    return int(gaps[len(gaps) // 2]) if gaps else 3600
