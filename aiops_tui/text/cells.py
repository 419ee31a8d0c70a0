"""Fitting printable text into the cells of a terminal, by the widths that Rich uses."""

from __future__ import annotations

from typing import Literal

from rich.cells import cell_len

ELLIPSIS = "…"


def width(text: str) -> int:
    """Return how many cells the text takes."""
    return cell_len(text)


def cut(text: str, cells: int, ellipsis: str = ELLIPSIS) -> str:
    """Return as much of the text as fits into ``cells``, ended by the ellipsis if some was left out.

    The result can be one cell narrower, where a wide character does not fit by half.
    """
    if len(text) <= 4 * cells and cell_len(text) <= cells:
        return text
    end = _reach(text, cells)
    if end == len(text):
        return text
    room = cells - cell_len(ellipsis)
    return text[: _reach(text, room)] + ellipsis if room >= 0 else text[: _reach(text, cells)]


def fit(text: str, cells: int, align: Literal["left", "right", "center"] = "left") -> str:
    """Return the text cut and padded to exactly so many cells."""
    text = cut(text, cells)
    space = cells - cell_len(text)
    before = {"left": 0, "right": space, "center": space // 2}[align]
    return " " * before + text + " " * (space - before)


def middle(text: str, cells: int) -> str:
    """Return the text cut in the middle to at most so many cells, beginning and end kept."""
    if cell_len(text) <= cells:
        return text
    room = cells - cell_len(ELLIPSIS)
    if room < 2:
        return cut(text, cells)
    head = text[: _reach(text, (room + 1) // 2)]
    tail = text[_reach_back(text, room - cell_len(head)) :]
    return head + ELLIPSIS + tail


def wrap(text: str, cells: int) -> list[str]:
    r"""Return the text in lines of at most so many cells, broken at blanks where possible; ``\n`` begins a new line.

    A character wider than ``cells`` stands alone and sticks out.
    """
    return [line for paragraph in text.split("\n") for line in _wrapped(paragraph, max(cells, 1))]


def _wrapped(paragraph: str, cells: int) -> list[str]:
    lines: list[str] = []
    rest = paragraph
    while True:
        end = max(_reach(rest, cells), 1)
        if end >= len(rest):
            return [*lines, rest]
        blank = end if rest[end] == " " else rest.rfind(" ", 0, end)
        if blank > 0 and rest[:blank].strip(" "):
            lines.append(rest[:blank].rstrip(" "))
            rest = rest[blank:].lstrip(" ")
        else:
            while end < len(rest) and cell_len(rest[end]) == 0:
                end += 1
            lines.append(rest[:end])
            rest = rest[end:]


def _reach(text: str, cells: int) -> int:
    """Return how many characters from the start fit, with the marks that stand on the last one."""
    used = 0
    for index, character in enumerate(text):
        used += cell_len(character)
        if used > cells:
            return index
    return len(text)


def _reach_back(text: str, cells: int) -> int:
    """Return where the longest end begins that fits and does not begin with a mark."""
    used, start = 0, len(text)
    for index in range(len(text) - 1, -1, -1):
        size = cell_len(text[index])
        used += size
        if used > cells:
            break
        if size:
            start = index
    return start
