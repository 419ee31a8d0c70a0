"""Pure functions of Polars frames: cells of the rollups in, panels out."""

from __future__ import annotations

from importlib import import_module

from aiops_tui.metrics.inputs import Inputs
from aiops_tui.model.panels import Panel

TABS: tuple[str, ...] = ("overview", "sentiment", "evaluation", "logs")
"""The tabs that have panels; each is the module of that name, with a function ``panels``."""


def panels(tab: str, inputs: Inputs) -> tuple[Panel, ...]:
    """Return the panels of a tab, in the order in which they are shown.

    Raises:
        KeyError: the tab has no panels.
    """
    if tab not in TABS:
        raise KeyError(tab)
    made: tuple[Panel, ...] = import_module(f"{__name__}.{tab}").panels(inputs)
    return made
