"""Pure functions of Polars frames: cells of the rollups in, panels out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aiops_tui.metrics import evaluation, feedback, logs, overview, sentiment, users
from aiops_tui.metrics.inputs import Inputs
from aiops_tui.model.panels import Panel

TABS: Mapping[str, Callable[[Inputs], tuple[Panel, ...]]] = {
    "overview": overview.panels,
    "sentiment": sentiment.panels,
    "evaluation": evaluation.panels,
    "logs": logs.panels,
    "feedback": feedback.panels,
    "users": users.panels,
}
"""What makes the panels of each tab."""


def panels(tab: str, inputs: Inputs) -> tuple[Panel, ...]:
    """Return the panels of a tab, in the order in which they are shown.

    Raises:
        KeyError: the tab has no panels.
    """
    return TABS[tab](inputs)
