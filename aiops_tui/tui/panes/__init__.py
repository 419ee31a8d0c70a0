"""The panes: a module each, named like its tab."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from aiops_tui.model.panels import TABS

if TYPE_CHECKING:
    from aiops_tui.tui.panes.pane import Pane

NUMBERED: tuple[tuple[int, str], ...] = tuple(enumerate(TABS, 1))
"""The tabs with their fixed numbers."""


def make_pane(tab: str) -> Pane:
    """Return the pane of a tab; its module is loaded when it is first needed."""
    pane: Pane = getattr(import_module(f"{__name__}.{tab}"), f"{tab.capitalize()}Pane")()
    return pane
