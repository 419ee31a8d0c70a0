"""Columns of text that line up in the cells of a terminal, and fit into its width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from aiops_tui.text.cells import fit, width

Align = Literal["left", "right"]

_GAP = 2
_NARROWEST = 6


def grid(header: Sequence[str], rows: Sequence[Sequence[str]], aligns: Sequence[Align], cells: int) -> list[str]:
    """Return a header and rows as lines of at most so many cells.

    The widest columns that are aligned left give way first; columns that still find no room are left out, from the
    right.
    """
    wanted = [max(map(width, column)) for column in zip(header, *rows, strict=True)]
    widths = _fitted(wanted, aligns, cells)
    return [
        (" " * _GAP)
        .join(fit(text, size, align) for text, size, align in zip(line, widths, aligns, strict=False))
        .rstrip()
        for line in (header, *rows)
    ]


def _fitted(wanted: list[int], aligns: Sequence[Align], cells: int) -> list[int]:
    """Return the widths of those columns that fit."""
    widths = list(wanted)
    while len(widths) > 1 and _least(widths, aligns) > cells:
        widths.pop()
    excess = sum(widths) + _GAP * (len(widths) - 1) - cells
    while excess > 0:
        soft = [place for place, size in enumerate(widths) if aligns[place] == "left" and size > _NARROWEST]
        if not soft:
            widths[0] = max(widths[0] - excess, 0)
            break
        soft.sort(key=lambda place: -widths[place])
        floor = max(widths[soft[1]] if len(soft) > 1 else _NARROWEST, _NARROWEST)
        step = min(excess, max(widths[soft[0]] - floor, 1))
        widths[soft[0]] -= step
        excess -= step
    return widths


def _least(widths: Sequence[int], aligns: Sequence[Align]) -> int:
    """Return how narrow columns of these widths can be together."""
    soft = (min(size, _NARROWEST) if align == "left" else size for size, align in zip(widths, aligns, strict=False))
    return sum(soft) + _GAP * (len(widths) - 1)
