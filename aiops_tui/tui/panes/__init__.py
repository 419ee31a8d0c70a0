"""The panes by tab; a tab that is not here leaves a gap in the numbers."""

from __future__ import annotations

from aiops_tui.model.panels import TABS
from aiops_tui.tui.panes.evaluation import EvaluationPane
from aiops_tui.tui.panes.logs import LogsPane
from aiops_tui.tui.panes.overview import OverviewPane
from aiops_tui.tui.panes.pane import Pane
from aiops_tui.tui.panes.sentiment import SentimentPane

PANES: dict[str, type[Pane]] = {pane.tab: pane for pane in (OverviewPane, SentimentPane, EvaluationPane, LogsPane)}

NUMBERED: tuple[tuple[int, str], ...] = tuple((TABS.index(tab) + 1, tab) for tab in PANES)
