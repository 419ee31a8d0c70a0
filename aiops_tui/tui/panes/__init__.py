"""The panes by tab; a tab that is not here leaves a gap in the numbers."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from aiops_tui.model.panels import TABS

if TYPE_CHECKING:
    from aiops_tui.tui.panes.pane import Pane

_PANES = {
    "overview": "OverviewPane", "sentiment": "SentimentPane", "evaluation": "EvaluationPane", "logs": "LogsPane",
}  # fmt: skip

NUMBERED: tuple[tuple[int, str], ...] = tuple((TABS.index(tab) + 1, tab) for tab in _PANES)
"""The tabs there are, with their fixed numbers."""


def make_pane(tab: str) -> Pane:
    """Return the pane of a tab; its module, named like the tab, is loaded when it is first needed."""
    pane: Pane = getattr(import_module(f"{__name__}.{tab}"), _PANES[tab])()
    return pane
