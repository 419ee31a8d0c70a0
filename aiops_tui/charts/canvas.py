"""A rectangle of terminal cells that charts are drawn on; it clips by cells, so that its lines always fit."""

from __future__ import annotations

from itertools import groupby

from aiops_tui.charts.spans import Line, Span
from aiops_tui.text import cells

_Cell = tuple[str, str, str]
_BLANK: _Cell = (" ", "text", "")


class Canvas:
    """Cells with a character, the role of its colour and perhaps that of its ground; (0, 0) is at the top left.

    A wide character takes two cells, the second of which is empty.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width = max(width, 0)
        self.height = max(height, 0)
        self._rows: list[list[_Cell]] = [[_BLANK] * self.width for _ in range(self.height)]

    def put(self, x: int, y: int, text: str, role: str, ground: str = "") -> None:
        """Write text from a cell on; what lies outside is left out."""
        if not 0 <= y < self.height:
            return
        for character in text:
            size = 1 if character.isascii() else cells.width(character)
            if size == 0:
                self._combine(x - 1, y, character)
            elif x >= 0 and x + size <= self.width:
                self._set(x, y, (character, role, ground), size)
            x += size

    def lines(self) -> list[Line]:
        """Return ``height`` lines of exactly ``width`` cells each."""
        return [
            tuple(
                Span("".join(character for character, _, _ in run), role, ground)
                for (role, ground), run in groupby(row, key=lambda cell: cell[1:])
            )
            for row in self._rows
        ]

    def _set(self, x: int, y: int, cell: _Cell, size: int) -> None:
        row = self._rows[y]
        if not row[x][0] and x > 0:
            row[x - 1] = _BLANK
        if x + size < self.width and not row[x + size][0]:
            row[x + size] = _BLANK
        row[x] = cell
        if size == 2:
            row[x + 1] = ("", *cell[1:])

    def _combine(self, x: int, y: int, mark: str) -> None:
        if 0 <= x < self.width:
            row = self._rows[y]
            x -= not row[x][0]
            character, role, ground = row[x]
            row[x] = (character + mark, role, ground)


def message(text: str, width: int, height: int) -> list[Line]:
    """Return an empty chart that says why, in its middle."""
    canvas = Canvas(width, height)
    canvas.put(0, (canvas.height - 1) // 2, cells.fit(text, canvas.width, "center"), "muted")
    return canvas.lines()
