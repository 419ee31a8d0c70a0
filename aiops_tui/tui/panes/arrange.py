"""How a pane is laid out: rows of cells in twelfths of the width, by the size there is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

WIDE = 100
VAST = 160
LIST = "conversations"
"""The list of the conversations behind a view, which every pane has a place for."""
TALL = 30
TALLER = 34
VERY_TALL = 48


@dataclass(frozen=True, slots=True)
class Cell:
    """A place for panels, of which one at a time is seen: the one last asked for, at first the first."""

    panels: tuple[str, ...]
    twelfths: int = 12


@dataclass(frozen=True, slots=True)
class Row:
    """Cells side by side; ``height`` is lines, or a share as ``2fr``."""

    height: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The arrangements of a pane on a wide screen, on one with more lines, on a vast one; and its panels in order.

    On a narrow screen the panels take turns, below the metrics in so many lines of ``figures``. ``first`` has the keys
    at first. ``tiles`` are lines too.
    """

    wide: tuple[Row, ...]
    vast: tuple[Row, ...]
    panels: tuple[str, ...]
    first: str
    tall: tuple[Row, ...] = ()
    tiles: int = 4
    figures: int = 2

    def rows(self, width: int, height: int, *, listed: bool = False) -> tuple[Row, ...]:
        """Return the rows for a size, tiles first; with the list of conversations, that and what is nearest to it."""
        if listed:
            return self._listed(width, height)
        if is_roomy(width, height):
            tiles = self.tiles + (self.tiles > 1 and height >= VERY_TALL)
            return (_tiles(tiles), *self._side_by_side(width, height))
        if height >= 19:
            return (_tiles(min(self.tiles, self.figures)), *self._stacked())
        if height >= 6:
            return (_tiles(1), Row("1fr", (Cell(self.panels),)))
        return (Row("1fr", (Cell(self.panels),)),)

    def _listed(self, width: int, height: int) -> tuple[Row, ...]:
        first, others = self.panels[:1], self.panels[1:]
        if is_roomy(width, height):
            charts = (Cell(first, 6), Cell(others, 6)) if others else (Cell(first),)
            return (_tiles(self.tiles), Row("2fr", charts), Row("3fr", (Cell((LIST,)),)))
        tiles = (_tiles(min(self.tiles, self.figures) if height >= 19 else 1),) if height >= 6 else ()
        return (*tiles, Row("1fr", (Cell((LIST, *self.panels)),)))

    def _side_by_side(self, width: int, height: int) -> tuple[Row, ...]:
        if width >= VAST:
            return self.vast
        return self.tall if self.tall and height >= TALLER else self.wide

    def _stacked(self) -> tuple[Row, ...]:
        """The main chart, and one of the others below it."""
        return (Row("11fr", (Cell(self.panels[:1]),)), Row("8fr", (Cell(self.panels[1:]),)))


def is_roomy(width: int, height: int) -> bool:
    """Return whether a pane of this size has its panels side by side, and tiles in frames."""
    return width >= WIDE and height >= TALL - 4


def _tiles(height: int) -> Row:
    return Row(str(height), (Cell(("tiles",)),))


def behind(rows: Sequence[Row], seen: Iterable[str]) -> dict[str, str]:
    """Return for each panel that is seen and shares its place the one that Tab brings there next."""
    shared = [cell.panels for row in rows for cell in row.cells if len(cell.panels) > 1]
    return {
        panel: panels[(place + 1) % len(panels)]
        for panels in shared
        for place, panel in enumerate(panels)
        if panel in seen
    }


def visible(rows: Sequence[Row], wanted: Mapping[str, int]) -> dict[str, int]:
    """Return the panels that are seen with their twelfths; of a cell the one wanted most recently."""
    seen: dict[str, int] = {}
    for row in rows:
        for cell in row.cells:
            seen[max(cell.panels, key=lambda panel: wanted.get(panel, 0))] = cell.twelfths
    return seen
