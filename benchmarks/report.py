"""What was measured, as a table."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version

import psutil

from aiops_tui.text.cells import fit, width


@dataclass(frozen=True, slots=True)
class Figure:
    """One line: what was measured against what, its value and the most that it may be (None: told for its own sake).

    ``floor`` says that the bar is the least. ``detail`` says from what the value comes.
    """

    what: str
    value: float
    unit: str
    bar: float | None
    detail: str = ""
    floor: bool = False

    @property
    def verdict(self) -> str:
        """Whether the bar is kept."""
        if self.bar is None:
            return ""
        kept = self.value >= self.bar if self.floor else self.value <= self.bar
        return "ok" if kept else "MISSED"


_HEADINGS = ("what", "measured", "bar", "", "how")


def machine(database: str) -> str:
    """Return a line about the machine and the versions that figures were taken with."""
    memory = psutil.virtual_memory().total / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in ("textual", "polars", "psycopg2-binary"))
    return (
        f"{psutil.cpu_count()} cores, {memory:.0f} GB of memory, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {database}, {packages}"
    )


def table(figures: Iterable[Figure], *, markdown: bool) -> str:
    """Return the figures as an aligned table, or as one of Markdown."""
    lines = [_HEADINGS, *map(_cells, figures)]
    widths = [max(width(line[place]) for line in lines) for place in range(len(_HEADINGS))]
    if markdown:
        rule = tuple("-" * max(size, 3) for size in widths)
        return "\n".join("| " + " | ".join(map(fit, line, widths)) + " |" for line in (lines[0], rule, *lines[1:]))
    return "\n".join("  ".join(map(fit, line, widths)).rstrip() for line in lines)


def _cells(figure: Figure) -> Sequence[str]:
    bar = ""
    if figure.bar is not None:
        bar = f"{'≥' if figure.floor else '≤'} {figure.bar:g}{_unit(figure.unit)}"
    return figure.what, f"{_number(figure.value)}{_unit(figure.unit)}", bar, figure.verdict, figure.detail


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _unit(unit: str) -> str:
    return "" if not unit else unit if unit in {"x", "%"} else f" {unit}"
