"""Pure functions of Polars frames: cells of the rollups in, panels out; a module each, named like its tab."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from aiops_tui.model.panels import TABS, Panel

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiops_tui.metrics.inputs import Inputs


def panels(tab: str, inputs: Inputs) -> tuple[Panel, ...]:
    """Return the panels of a tab, in the order in which they are shown.

    Raises:
        KeyError: the tab has no panels.
    """
    if tab not in TABS:
        raise KeyError(tab)
    make: Callable[[Inputs], tuple[Panel, ...]] = import_module(f"{__name__}.{tab}").panels
    return make(inputs)
