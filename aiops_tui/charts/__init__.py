"""Panels drawn as lines of coloured text, by terminal cells: pure functions that know no screen.

Each chart is a full rectangle: as many lines as its height, each exactly as wide as its width. What is needed to draw
is imported when it is first asked for, as the words of a chart (`spans`) are used by all that draws.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiops_tui.charts.blocks import bar, sparkline
    from aiops_tui.charts.cursor import describe, describe_bin, describe_cell
    from aiops_tui.charts.heatmap import draw_heatmap
    from aiops_tui.charts.histogram import draw_histogram
    from aiops_tui.charts.series import Kind, draw_series
    from aiops_tui.charts.spans import HEATS, ROLES, Line, Span, plain

_MODULES = {
    "bar": "blocks", "sparkline": "blocks",
    "describe": "cursor", "describe_bin": "cursor", "describe_cell": "cursor",
    "draw_heatmap": "heatmap", "draw_histogram": "histogram", "draw_series": "series", "Kind": "series",
    "HEATS": "spans", "ROLES": "spans", "Line": "spans", "Span": "spans", "plain": "spans",
}  # fmt: skip

__all__ = [
    "HEATS", "ROLES", "Kind", "Line", "Span", "bar", "describe", "describe_bin", "describe_cell", "draw_heatmap",
    "draw_histogram", "draw_series", "plain", "sparkline",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """Import what has been asked for."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
