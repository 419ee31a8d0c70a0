"""The row of tiles: each metric with its change, its interval and a sparkline; on small screens, a line of figures."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message

from aiops_tui.charts.lines import edge_line
from aiops_tui.charts.spans import Line, Span
from aiops_tui.model.panels import Metric
from aiops_tui.text.cells import cut
from aiops_tui.text.cells import width as cells
from aiops_tui.text.formats import NOTHING, change, compact, interval, percent, value
from aiops_tui.tui.bindings import bindings_of
from aiops_tui.tui.widgets.drawn import Drawn
from aiops_tui.tui.widgets.lines import EMPTY, fit_line, line_width, sides
from aiops_tui.tui.widgets.table import FEW

_NARROWEST = {"count": 18, "estimate": 18}
_NARROWEST_RATIO = 22
"""Cells of a tile: a count needs none for an interval."""
_LONGEST_TITLE = 36
"""Cells of a title that a tile makes room for: the name of a criterion is whatever a column is called."""
_BESIDE_TITLE = 5
"""Cells of a tile's upper edge that its title leaves free."""

ROOM_FOR_ALL = 150
"""On narrower screens what is told elsewhere too has no tile."""
_TOLD_ELSEWHERE = frozenset({"total"})

_WORSE_IF_MORE = frozenset({"negative_ratio", "negative", "errors", "warnings", "unanalysed", "dislikes"})
_WORSE_IF_LESS = frozenset({"score", "satisfaction", "positive", "likes", "agreement"})


class Tiles(Drawn, can_focus=True):
    """Draws all metrics of a pane at once; ←/→ choose one, Enter asks for the pane that explains it."""

    BINDINGS = bindings_of("tiles")

    class Opened(Message):
        """Somebody wants to know more of a metric."""

        def __init__(self, metric_id: str) -> None:
            super().__init__()
            self.metric_id = metric_id

    def __init__(self, expected: Sequence[str], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.expected = tuple(expected)
        self.metrics: tuple[Metric, ...] = ()
        self.chosen = 0
        self.first = 0

    def show(self, metrics: tuple[Metric, ...]) -> None:
        """Take new figures; draws nothing if they are the ones it has."""
        if metrics == self.metrics and self._look == self.look:
            return
        self.metrics = metrics
        self.chosen = min(self.chosen, max(len(self._ids()) - 1, 0))
        self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return tiles in frames, or lines of figures where there is no room for frames."""
        if height < 3:
            return self._figures(width, height)
        shown, sizes = self._visible(width)
        columns = [self._tile(place, shown, size, height) for place, size in zip(shown, sizes, strict=True)]
        return [tuple(span for column in columns for span in column[row]) for row in range(height)]

    def action_tile_left(self) -> None:
        """Choose the tile before."""
        self._choose(self.chosen - 1)

    def action_tile_right(self) -> None:
        """Choose the tile after."""
        self._choose(self.chosen + 1)

    def action_open_tile(self) -> None:
        """Ask for the pane that explains the chosen metric."""
        if self._ids():
            self.post_message(self.Opened(self._ids()[self.chosen]))

    def on_click(self, event: events.Click) -> None:
        """Choose the tile that was clicked; a second click opens it."""
        if self.size.height < 3:
            return
        x = 0
        for place, size in zip(*self._visible(self.size.width), strict=True):
            if x <= event.x < x + size:
                self._choose(place)
                if event.chain == 2:
                    self.action_open_tile()
            x += size

    def _pairs(self) -> list[tuple[str, Metric | None]]:
        """Return the metrics that have a place, or as long as there are none what they will be called."""
        pairs: list[tuple[str, Metric | None]] = [(metric.id, metric) for metric in self.metrics]
        pairs = pairs or [(name, None) for name in self.expected]
        framed = self.size.height >= 3
        return [pair for pair in pairs if not (framed and self._is_left_out(pair[0]))]

    def _is_left_out(self, metric_id: str) -> bool:
        return metric_id in _TOLD_ELSEWHERE and self.size.width < ROOM_FOR_ALL

    def _ids(self) -> tuple[str, ...]:
        return tuple(metric_id for metric_id, _ in self._pairs())

    def _choose(self, place: int) -> None:
        self.chosen = min(max(place, 0), max(len(self._ids()) - 1, 0))
        self.redraw()

    def _visible(self, width: int) -> tuple[range, list[int]]:
        """Return which tiles fit, the chosen one among them, and how wide each of them is."""
        pairs = self._pairs()
        titles = [min(self._title_width(metric_id), width) for metric_id, _ in pairs]
        units = (_NARROWEST.get(metric.unit if metric else "count", _NARROWEST_RATIO) for _, metric in pairs)
        needed = [min(max(title, unit), width) for title, unit in zip(titles, units, strict=True)]
        first, total = min(self.first, self.chosen), len(needed)
        while first < self.chosen and sum(needed[first : self.chosen + 1]) > width:
            first += 1
        while first and sum(needed[first - 1 :]) <= width:
            first -= 1
        end = min(first + 1, total)
        while end < total and sum(needed[first : end + 1]) <= width:
            end += 1
        self.first = first
        return range(first, end), _shares(width, titles[first:end])

    def _title_width(self, metric_id: str) -> int:
        return min(cells(self.look.words.title(metric_id)), _LONGEST_TITLE) + _BESIDE_TITLE

    def _tile(self, place: int, shown: range, width: int, height: int) -> list[Line]:
        words = self.look.words
        metric_id, metric = self._pairs()[place]
        edge = "focus" if self.has_focus and place == self.chosen else "border"
        title = (Span(cut(words.title(metric_id), width - _BESIDE_TITLE), "title"),)
        rows = self._rows(metric, width - 4)
        if height - 2 == 2 and len(rows) > 2:
            # A count's course says more than its size of sample; a ratio without its interval says too little.
            rows = [rows[0], rows[1]]
        rows = [*rows, *([EMPTY] * height)][: height - 2]
        side = Span("│", edge)
        more = len(self._ids()) - place - 1 if place == shown[-1] else 0
        hint = (Span(f"+{more} →", "muted"),) if more else EMPTY
        return [
            edge_line("╭", title, EMPTY, "╮", width, edge),
            *((side, Span(" ", "text"), *fit_line(row, width - 4), Span(" ", "text"), side) for row in rows),
            edge_line("╰", EMPTY, hint, "╯", width, edge),
        ]

    def _rows(self, metric: Metric | None, width: int) -> list[Line]:
        if metric is None:
            return [(Span(NOTHING, "muted"),)]
        course = self._course(metric, width)
        rest = self._rest(metric, width)
        lower = [rest, course] if metric.unit in {"ratio", "score"} else [course, rest]
        figure = self._value(metric)
        return [
            sides(figure, self._change(metric, width - line_width(figure) - 2), width),
            *(line for line in lower if line),
        ]

    def _value(self, metric: Metric) -> Line:
        few = metric.n is not None and metric.n < FEW
        spans = [Span(value(metric.value, metric.unit), "muted" if few or metric.value is None else "strong")]
        if metric.unit == "score" and metric.value is not None:
            spans.append(Span(" /10", "muted"))
        return tuple(spans)

    def _change(self, metric: Metric, room: int = 0) -> Line:
        """Return the change; that it is within noise is said by its colour, and in words where there is room."""
        if metric.change_kind == "na" or (metric.change is None and metric.change_kind != "new"):
            return EMPTY
        text = change(metric, self.look.words)
        if metric.significant is False:
            said = f"{self.look.words('common.within_noise')} {text}"
            return (Span(said if cells(said) <= room else text, "muted"),)
        return (Span(text, _verdict(metric)), Span(" !", "alarm")) if metric.significant else (Span(text, "label"),)

    def _rest(self, metric: Metric, width: int) -> Line:
        """Return the interval and how many rows the figure rests on, as much of it as fits."""
        words = self.look.words
        if metric.unit not in {"ratio", "score"}:
            return EMPTY
        bounds = interval(metric)
        sample = "" if metric.n is None else words("common.sample", n=compact(metric.n))
        texts = (
            " · ".join(part for part in (bounds, sample) if part),
            f"{bounds} {sample.replace(' ', '')}",
            sample,
        )
        text = next((text for text in texts if cells(text) <= width), "")
        return (Span(text, "muted"),) if text else EMPTY

    def _course(self, metric: Metric, width: int) -> Line:
        if not any(figure is not None for figure in metric.trend):
            return EMPTY
        from aiops_tui.charts import sparkline

        return (Span(sparkline(metric.trend, width), "accent"),)

    def _figures(self, width: int, height: int) -> list[Line]:
        """Return the figures one after the other in as few lines as they take, beginning with the chosen one's line."""
        lines: list[list[Span]] = [[]]
        for place, (metric_id, metric) in enumerate(self._pairs()):
            part = self._figure(metric_id, metric, chosen=self.has_focus and place == self.chosen)
            if lines[-1] and line_width(lines[-1]) + line_width(part) + 3 > width:
                if len(lines) == height:
                    break
                lines.append([])
            lines[-1] += [Span("  ", "text"), *part] if lines[-1] else [Span(" ", "text"), *part]
        return [fit_line(line, width) for line in lines]

    def _figure(self, metric_id: str, metric: Metric | None, *, chosen: bool) -> Line:
        name = Span(self.look.words.title(metric_id) + " ", "accent" if chosen else "label")
        if metric is None:
            return (name, Span(NOTHING, "muted"))
        figure = compact(metric.value) if metric.unit in {"count", "estimate"} else value(metric.value, metric.unit)
        if metric.unit == "ratio":
            figure = percent(metric.value, 0)
        if metric.unit == "estimate":
            figure = f"≈ {figure}"
        moved = self._change(metric) if metric.significant is not False else EMPTY
        return (name, Span(figure, "strong"), *((Span(" ", "text"), *moved) if moved else ()))


def _verdict(metric: Metric) -> str:
    """Return the colour of a change that matters: good, bad, or neither."""
    if not metric.change:
        return "label"
    if metric.id in _WORSE_IF_MORE:
        return "bad" if metric.change > 0 else "good"
    if metric.id in _WORSE_IF_LESS or metric.id.startswith("score."):
        return "good" if metric.change > 0 else "bad"
    return "text"


def _shares(width: int, needed: Sequence[int]) -> list[int]:
    """Return a width divided as evenly as leaves each part what it needs; all together need no more than there is."""
    even, room = list(range(len(needed))), width
    while wide := [place for place in even if needed[place] * len(even) > room]:
        even = [place for place in even if place not in wide]
        room -= sum(needed[place] for place in wide)
    sizes = list(needed)
    for n, place in enumerate(even):
        sizes[place] = room * (n + 1) // len(even) - room * n // len(even)
    return sizes
