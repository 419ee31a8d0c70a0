"""Panels drawn as lines of coloured text, by terminal cells: pure functions that know no screen.

Each chart is a full rectangle: as many lines as its height, each exactly as wide as its width.
"""

from aiops_tui.charts.blocks import bar, sparkline
from aiops_tui.charts.describe import describe, describe_bin, describe_cell
from aiops_tui.charts.heatmap import draw_heatmap
from aiops_tui.charts.histogram import draw_histogram
from aiops_tui.charts.series import Kind, draw_series
from aiops_tui.charts.spans import HEATS, ROLES, Line, Span, plain

__all__ = [
    "HEATS",
    "ROLES",
    "Kind",
    "Line",
    "Span",
    "bar",
    "describe",
    "describe_bin",
    "describe_cell",
    "draw_heatmap",
    "draw_histogram",
    "draw_series",
    "plain",
    "sparkline",
]
