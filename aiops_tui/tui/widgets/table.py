"""A table panel: rows by key, columns that keep their width from poll to poll, sorted as one likes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import starmap
from typing import Literal

from textual import events

from aiops_tui.charts.spans import Line, Span
from aiops_tui.model.labels import REST
from aiops_tui.model.panels import Cell, Column, Table
from aiops_tui.model.sorting import DESCENDING, column_of, is_descending, order
from aiops_tui.text.cells import fit, width
from aiops_tui.text.formats import NOTHING, clock, moment, number, value
from aiops_tui.tui.look import Look
from aiops_tui.tui.widgets.empty import Emptiness, empty_lines
from aiops_tui.tui.widgets.lines import EMPTY
from aiops_tui.tui.widgets.rows import Rows

FEW = 30
"""A ratio or mean that rests on fewer rows is dimmed."""

_NUMBERS = frozenset({"count", "ratio", "score", "estimate"})
_LONGEST = {"topic": 28, "user": 16, "text": 24, "id": 12}
_CHANGES = frozenset({"change", "low", "high"})
"""Ratios that are differences between ratios."""

_SPARED = ("positive", "neutral", "other", "unanalysed")
"""Columns that go first where there is no room: what is wrong says more."""

_RANKED_BY = {"worst": "score"}
"""Columns that go last: without them nobody sees why the rows are there."""

_GAP = 2
_ROOM = {"text": 17}
_LEAST_TREND, _LONGEST_TREND = 8, 48
"""Cells of the sparkline at the end of each row, which has what the columns leave."""
_LEAST_ROOM = 10
"""Cells that the flexible column has at least, before others are left out."""


class TableView(Rows):
    """Shows a `Table`; what flexes is its text column, else its topic."""

    def __init__(self, panel_id: str, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id or panel_id, classes=classes)
        self.panel_id = panel_id
        self.panel: Table | None = None
        self.emptiness = Emptiness()
        self.sort: str | None = None
        self._order: list[int] = []
        self._widths: dict[str, int] = {}
        self._columns: list[tuple[int, Column, int]] = []
        self._trend = 0
        self._laid_out: tuple[int, Look] | None = None

    def show(self, panel: Table | None, emptiness: Emptiness, sort: str | None = None) -> None:
        """Take new figures; draws nothing if they are the ones it has."""
        if (panel, emptiness, sort) == (self.panel, self.emptiness, self.sort) and self._look == self.look:
            return
        self.panel, self.emptiness, self.sort = panel, emptiness, sort
        self._order = order(panel, sort) if panel is not None else []
        self._laid_out = None
        self.rows_changed()

    def title(self) -> Line:
        """Return the panel's name."""
        return (Span(self.look.words.title(self.panel_id), "title"),)

    def aside(self, width: int) -> Line:
        """Return how many rows there are of how many."""
        panel, words = self.panel, self.look.words
        if panel is None or panel.total is None or panel.total <= _shown(panel):
            return EMPTY
        text = words("common.shown_of", shown=number(_shown(panel)), total=number(panel.total))
        return (Span(text, "muted"),)

    def count(self) -> int:
        """Return how many rows there are."""
        return len(self._order)

    def key_of(self, row: int) -> str:
        """Return the key of a row, or its number where the table has none."""
        place = self._order[row]
        keys = self.panel.keys if self.panel else ()
        return keys[place] if place < len(keys) else str(place)

    def cells_of(self, row: int) -> dict[str, Cell]:
        """Return the cells of a row by column."""
        if self.panel is None:
            return {}
        names = (column.id for column in self.panel.columns)
        return dict(zip(names, self.panel.rows[self._order[row]], strict=False))

    def text_of(self, row: int) -> str:
        """Return the cells of a row, parted by tabs."""
        if self.panel is None:
            return ""
        return "\t".join(starmap(self._text, zip(self.panel.columns, self._cells(self._order[row]), strict=False)))

    def told(self, row: int) -> list[tuple[str, str]]:
        """Return what each column of a row is called and says, as far as it says anything."""
        if self.panel is None:
            return []
        cells = zip(self.panel.columns, self._cells(self._order[row]), strict=False)
        return [(self.look.words.column(column.id), self._text(column, cell)) for column, cell in cells if cell]

    def empty(self, width: int, height: int) -> Sequence[Line]:
        """Return why there are no rows."""
        return empty_lines(self.panel_id, self.emptiness, self.look.words, width, height)

    def head(self, width: int) -> Line:
        """Return the headings; the one sorted by has an arrow."""
        self._lay_out(width - 1)
        spans: list[Span] = []
        for _, column, cells in self._columns:
            arrow = self._arrow(column)
            spans += [Span(fit(self._heading(column) + arrow, cells, _side(column)), "muted"), Span(" " * _GAP, "text")]
        if self._trend:
            spans += [Span(fit(self.look.words.column("trend"), self._trend), "muted"), Span("", "text")]
        return tuple(spans[:-1])

    def line(self, row: int, width: int) -> Line:
        """Return the cells of a row."""
        if self.panel is None:
            return EMPTY
        cells = self._cells(self._order[row])
        few = self._rests_on_few(cells)
        spans: list[Span] = []
        for place, column, room in self._columns:
            cell = cells[place] if place < len(cells) else None
            text = fit(self._text(column, cell), room, _side(column))
            spans += [Span(text, _role(column, cell, few=few)), Span(" " * _GAP, "text")]
        if self._trend:
            spans += [Span(self._course(self._order[row]), "accent"), Span("", "text")]
        return tuple(spans[:-1])

    def _course(self, place: int) -> str:
        from aiops_tui.charts import sparkline

        trends = self.panel.trends if self.panel else ()
        return sparkline(trends[place] if place < len(trends) else (), self._trend)

    def action_sort(self) -> None:
        """Sort by the next column, after the last one as the data come."""
        names = [None, *self._sortable()]
        at = None if self.sort is None else column_of(self.sort)[0]
        self.sort_by(names[(names.index(at) + 1) % len(names)] if at in names else None)

    def action_reverse(self) -> None:
        """Sort the other way round; what is not sorted yet begins with the least of its first column of figures."""
        if self.sort is not None:
            name, flipped = column_of(self.sort)
            self.sort_by(name if flipped else f"-{name}")
        elif self.panel is not None:
            figures = (column.id for column in self.panel.columns if column.unit in DESCENDING)
            self.sort_by(next((f"-{name}" for name in figures), None))

    def sort_by(self, sort: str | None) -> None:
        """Take another order, and begin at its first row."""
        if self.panel is None:
            return
        self.show(self.panel, self.emptiness, sort)
        self.row = self.top = 0
        self._key = None
        self.redraw()
        self.post_message(self.Sorted(self, sort))

    def on_click(self, event: events.Click) -> None:
        """Sort by the heading that was clicked, the other way round at a second click."""
        if event.y != 1 or not self.count():
            return
        x = 2
        for _, column, cells in self._columns:
            if x <= event.x < x + cells and column.id in self._sortable():
                self.sort_by(f"-{column.id}" if self.sort == column.id else column.id)
                return
            x += cells + _GAP

    def _sortable(self) -> list[str]:
        return [column.id for column in self.panel.columns if column.unit != "text"] if self.panel else []

    def _arrow(self, column: Column) -> str:
        if self.sort is None or column.id != column_of(self.sort)[0]:
            return ""
        return "▼" if is_descending(column, self.sort) else "▲"

    class Sorted(Rows.Opened):
        """The order was changed; ``column`` is what it is now sorted by."""

        def __init__(self, rows: TableView, column: str | None) -> None:
            super().__init__(rows, 0)
            self.column = column

    def _cells(self, place: int) -> Sequence[Cell]:
        """Return the cells of a row of the panel, the topic of the rest by its mark."""
        if self.panel is None:
            return ()
        cells, keys = self.panel.rows[place], self.panel.keys
        if place >= len(keys) or keys[place] != REST:
            return cells
        return [REST if column.unit == "topic" else c for column, c in zip(self.panel.columns, cells, strict=False)]

    def _rests_on_few(self, cells: Sequence[Cell]) -> bool:
        names = [column.id for column in self.panel.columns] if self.panel else []
        if "conversations" not in names:
            return False
        n = cells[names.index("conversations")]
        return isinstance(n, int) and n < FEW

    def _text(self, column: Column, cell: Cell) -> str:
        words, look = self.look.words, self.look
        if isinstance(cell, datetime):
            if look.day is not None and cell >= look.day:
                return clock(cell, look.zone)
            return moment(cell, look.zone)[5:16]
        if cell == REST:
            return words.label(REST)
        if not cell and column.unit == "user":
            return words.label("guest")
        if cell is None:
            return NOTHING
        if column.unit in {"sentiment", "level", "feedback"}:
            return words.label(str(cell))
        if column.unit == "ratio" and column.id in _CHANGES and isinstance(cell, int | float):
            return f"{100 * cell:+.1f}pp"
        return value(cell, column.unit, look.zone)

    def _heading(self, column: Column) -> str:
        """Return a short heading where there is one, since figures are narrower than their names."""
        words = self.look.words
        short = f"tui.column.{column.id}"
        heading = words(short)
        return words.column(column.id) if heading == short else heading

    def _lay_out(self, room: int) -> None:
        """Give each column its width: as wide as its widest cell ever was here, the flexible one what is left."""
        if self.panel is None or self._laid_out == (room, self.look):
            return
        if self._laid_out is None or self._laid_out[1] != self.look:
            self._measure(self.panel)
        self._laid_out = (room, self.look)
        room += _GAP  # none follows the last column
        columns = list(enumerate(self.panel.columns))
        flexible = _flexible(self.panel.columns)
        unit = self.panel.columns[flexible].unit if flexible is not None else None
        needed = _ROOM.get(unit, _LEAST_ROOM) if unit is not None else 0
        spared = {*_SPARED, *(("user_id",) if unit == "text" else ())}
        fixed = [(place, column) for place, column in columns if place != flexible]
        while fixed and sum(self._widths[c.id] + _GAP for _, c in fixed) + needed > room:
            others = [pair for pair in fixed if pair[1].id != _RANKED_BY.get(self.panel_id)] or fixed
            fixed.remove(next((pair for pair in others if pair[1].id in spared), others[-1]))
        left = room - sum(self._widths[column.id] + _GAP for _, column in fixed)
        kept = {place for place, _ in fixed} | ({flexible} if flexible is not None else set())
        self._columns = [
            (place, column, max(left - _GAP, 1) if place == flexible else self._widths[column.id])
            for place, column in columns
            if place in kept
        ]
        buckets = max(map(len, self.panel.trends), default=0)
        self._trend = min(left - _GAP, buckets, _LONGEST_TREND) if flexible is None else 0
        if left - _GAP < _LEAST_TREND:
            self._trend = 0

    def _telling(self) -> Iterable[int]:
        """Return the rows of the panel from which the columns' widths are taken."""
        return range(len(self.panel.rows)) if self.panel else ()

    def _measure(self, panel: Table) -> None:
        for place, column in enumerate(panel.columns):
            texts = (self._text(column, self._cells(row)[place]) for row in self._telling())
            widest = max(map(width, texts), default=0)
            widest = min(widest, _LONGEST.get(column.unit, 24))
            heading = width(self._heading(column) + self._arrow(column))
            self._widths[column.id] = max(self._widths.get(column.id, 0), widest, heading)


def _shown(panel: Table) -> int:
    return len(panel.rows) - panel.keys.count(REST)


def _flexible(columns: Sequence[Column]) -> int | None:
    """Return which column has what the others leave: the last text, else the topic."""
    for unit in ("text", "topic"):
        places = [place for place, column in enumerate(columns) if column.unit == unit]
        if places:
            return places[-1]
    return None


def _side(column: Column) -> Literal["left", "right"]:
    return "right" if column.unit in _NUMBERS else "left"


def _role(column: Column, cell: Cell, *, few: bool) -> str:
    if cell is None or column.unit in {"time", "id", "user"}:
        return "muted" if cell is None else "label"
    if column.unit in {"sentiment", "level", "feedback"}:
        return str(cell)
    return "muted" if few and column.unit in {"ratio", "score"} else "text"
