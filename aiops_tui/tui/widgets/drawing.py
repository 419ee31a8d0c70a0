"""The door to the charts, whose libraries are loaded only when the first one is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Literal

from aiops_tui.charts.spans import Line
from aiops_tui.model.panels import Heatmap, Histogram, Series
from aiops_tui.tui.look import Look

Kind = Literal["line", "bars", "stacked"]
Charted = Series | Histogram | Heatmap


def is_empty(panel: Charted) -> bool:
    """Return whether a panel has no figure at all to draw."""
    match panel:
        case Series():
            return not any(figure for figures in panel.series.values() for figure in figures)
        case Histogram():
            return not any(panel.counts)
        case Heatmap():
            return not any(n for row in panel.n for n in row)


def draw(panel: Charted, kind: Kind, width: int, height: int, look: Look, at: tuple[int, int] | None) -> Sequence[Line]:
    """Return a panel's chart; ``at`` is the row and column of the cursor."""
    from aiops_tui.charts.heatmap import draw_heatmap
    from aiops_tui.charts.histogram import draw_histogram
    from aiops_tui.charts.series import draw_series

    depth = look.palette.depth
    match panel:
        case Series():
            cursor, step, plain = (at[1] if at else None), step_of(panel), depth == "grey"
            return draw_series(
                panel, width, height, look.zone, look.words, step, kind=kind, cursor=cursor, patterns=plain
            )
        case Histogram():
            return draw_histogram(panel, width, height, look.words, cursor=at[1] if at else None)
        case Heatmap():
            return draw_heatmap(panel, width, height, look.words, cursor=at, patterns=depth != "full")


def describe(panel: Charted, at: tuple[int, int], look: Look) -> str:
    """Return in words what a cursor at a row and a column stands on."""
    from aiops_tui.charts import cursor

    match panel:
        case Series():
            return cursor.describe(panel, at[1], look.zone, look.words)
        case Histogram():
            return cursor.describe_bin(panel, at[1])
        case Heatmap():
            return cursor.describe_cell(panel, at[0], at[1], look.words)


def place_at(
    panel: Charted, kind: Kind, width: int, height: int, look: Look, at: tuple[int, int] | None, x: int, y: int
) -> tuple[int, int] | None:
    """Return the row and the column of the panel that its chart shows at a cell of the terminal, None beside it."""
    from aiops_tui.charts.heatmap import cell_at
    from aiops_tui.charts.histogram import bin_at
    from aiops_tui.charts.series import bucket_at

    match panel:
        case Heatmap():
            return cell_at(panel, width, height, look.words, at, x, y)
        case Histogram():
            place = bin_at(panel, width, height, x, y)
        case Series():
            place = bucket_at(panel, width, height, x, kind)
    return None if place is None else (0, place)


def step_of(panel: Series) -> int:
    """Return the usual width of a series' buckets in seconds; the first and the last may be clipped."""
    gaps = sorted((later - earlier) / timedelta(seconds=1) for earlier, later in pairwise(panel.x))
    return int(gaps[len(gaps) // 2]) if gaps else 3600
