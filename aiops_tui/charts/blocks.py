"""Bars of eighth blocks: the smallest charts there are, and the columns that larger ones are made of."""

from __future__ import annotations

from collections.abc import Sequence

from aiops_tui.charts.glyphs import UNICODE, Glyphs, Style, glyphs_for
from aiops_tui.charts.scale import finite

EIGHTHS = 8


def sparkline(
    values: Sequence[float | None],
    width: int,
    *,
    from_zero: bool = True,
    ascii: bool = False,  # noqa: A002
) -> str:
    """Return figures in order as one row of ``width`` cells; None is a blank.

    Counts and ratios rise ``from_zero``; without it the smallest figure is the lowest step. Where several figures
    share a cell it shows their mean, where there are fewer than cells each takes several.
    """
    known = [finite(value) for value in values]
    if width <= 0 or not known:
        return " " * max(width, 0)
    means = [_mean(known[i * len(known) // width : max((i + 1) * len(known) // width, i * len(known) // width + 1)])
             for i in range(width)]  # fmt: skip
    there = [value for value in means if value is not None]
    if not there:
        return " " * width
    low, high = min(there), max(there)
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    lower = glyphs_for(ascii=ascii).lower
    level = 1 if from_zero else EIGHTHS // 2
    return "".join(
        " " if value is None else lower[level if high == low else 1 + round((value - low) / (high - low) * 7)]
        for value in means
    )


def bar(ratio: float | None, width: int, *, ascii: bool = False) -> str:  # noqa: A002
    """Return a bar for a ratio, 0 to 1, in a field of ``width`` cells; more than nothing shows at least an eighth."""
    known = finite(ratio)
    if known is None or width <= 0:
        return " " * max(width, 0)
    eighths = _eighths(min(max(known, 0.0), 1.0), 1.0, width)
    left = glyphs_for(ascii=ascii).left
    full, rest = divmod(eighths, EIGHTHS)
    return (left[EIGHTHS] * full + (left[rest] if rest else "")).ljust(width)


Part = tuple[Style, float]
"""A figure of a stack, not negative, with how it is drawn."""

Block = tuple[str, str, str]
"""A cell of a stack: character, role, and the role behind it or an empty text."""


def column(parts: Sequence[Part], top: float, rows: int, glyphs: Glyphs = UNICODE) -> list[Block]:
    """Return the cells of a stack from the bottom up; ``top`` is the value at the upper edge of ``rows`` rows.

    A cell has two colours at most. That which the top of the stack lies in has one, of the part that fills most of it.
    """
    ends: list[tuple[Style, int]] = []
    total = 0.0
    for style, value in parts:
        total += value
        ends.append((style, _eighths(min(total, top), top, rows)))
    height = ends[-1][1] if ends else 0
    filled = -(-height // EIGHTHS)
    if glyphs.ascii and height:
        filled = max(round(height / EIGHTHS), 1)
    return [_block(_shares(ends, row), glyphs) for row in range(filled)]


def _shares(ends: Sequence[tuple[Style, int]], row: int) -> list[tuple[Style, int]]:
    """Return which parts lie in a row, from below, and how many eighths each fills."""
    shares: list[tuple[Style, int]] = []
    below = row * EIGHTHS
    for style, end in ends:
        above = min(end, (row + 1) * EIGHTHS)
        if above > below:
            shares.append((style, above - below))
            below = above
    return shares


def _block(shares: Sequence[tuple[Style, int]], glyphs: Glyphs) -> Block:
    largest = max(shares, key=lambda share: share[1])[0]
    height = sum(size for _, size in shares)
    if height < EIGHTHS and not glyphs.ascii:
        return glyphs.lower[height], largest.role, ""
    lowest, size = shares[0]
    if size == EIGHTHS or glyphs.patterned:
        return largest.full(glyphs), largest.role, ""
    behind = max(shares[1:], key=lambda share: share[1])[0]
    return glyphs.lower[size], lowest.role, behind.role


def _eighths(value: float, top: float, cells: int) -> int:
    """Return the length of a bar in eighths of a cell, at least one for more than nothing."""
    return max(round(value / top * cells * EIGHTHS), 1) if value > 0 else 0


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(value / len(known) for value in known) if known else None
