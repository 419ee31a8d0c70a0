"""Users: who comes, who comes back, and how each of them fares; or where the filter names one, that one's page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from aiops_tui.model.panels import Metric, Notice, Panel, Table
from aiops_tui.tui.panes.arrange import Cell, Plan, Row
from aiops_tui.tui.panes.pane import Pane
from aiops_tui.tui.widgets.chart import Chart
from aiops_tui.tui.widgets.drawn import Drawn
from aiops_tui.tui.widgets.empty import Emptiness
from aiops_tui.tui.widgets.table import TableView
from aiops_tui.tui.widgets.users import UsersTable

_SENTIMENT, _SCORE, _RHYTHM = "sentiment_by_bucket", "score_by_bucket", "rhythm"
_OF_ALL = frozenset({"active_users", "new_users", "returning_users"})

_PERSON = Plan(
    wide=(
        Row("1fr", (Cell((_SENTIMENT, _SCORE), 6), Cell((_RHYTHM, "topics"), 6))),
        Row("1fr", (Cell(("recent",)),)),
    ),
    tall=(
        Row("1fr", (Cell((_SENTIMENT,), 6), Cell((_SCORE,), 6))),
        Row("11", (Cell((_RHYTHM,), 6), Cell(("topics",), 6))),
        Row("1fr", (Cell(("recent",)),)),
    ),
    vast=(
        Row("1fr", (Cell((_SENTIMENT,), 4), Cell((_SCORE,), 3), Cell((_RHYTHM,), 5))),
        Row("1fr", (Cell(("topics",), 4), Cell(("recent",), 8))),
    ),
    panels=(_SENTIMENT, _SCORE, _RHYTHM, "topics", "recent"),
    first="recent",
)


class UsersPane(Pane):
    """The sixth pane."""

    tab = "users"
    metrics = ("active_users", "new_users", "returning_users")
    explained = (*Pane.explained, "source.slow_users")
    plan = Plan(
        wide=(Row("2fr", (Cell(("active_by_day",)),)), Row("3fr", (Cell(("users",)),))),
        vast=(Row("1fr", (Cell(("active_by_day",), 5), Cell(("users",), 7))),),
        panels=("active_by_day", "users"),
        first="users",
        figures=1,
    )

    def panels(self) -> Iterator[Drawn]:
        """Make the panels."""
        yield Chart("active_by_day", "bars")
        yield UsersTable("users")
        yield Chart(_SENTIMENT, "stacked")
        yield Chart(_SCORE)
        yield Chart(_RHYTHM)
        yield TableView("topics")
        yield TableView("recent")

    def emptiness(self, panel: Panel | None) -> Emptiness:
        """Return why a panel may have nothing to show: of many rows users are looked for once the rest is shown."""
        why = super().emptiness(panel)
        wanted = self._seen.view.filter
        if wanted.one_user is not None and len(wanted.terms) == 1:  # whose page it is leaves nothing out
            why = replace(why, filtered=None)
        is_sought = isinstance(panel, Table) and panel.id == "users" and panel.total is None
        return Emptiness(notice=Notice("tui.list.reading")) if is_sought and why.reason == "none" else why

    def plan_now(self) -> Plan:
        """Return one user's page where the figures are of one."""
        return self.plan if self.panel(_RHYTHM) is None else _PERSON

    def tiles(self) -> tuple[Metric, ...]:
        """Return the figures at the top; how many users there are goes without saying of one."""
        found = super().tiles()
        return found if self.panel(_RHYTHM) is None else tuple(tile for tile in found if tile.id not in _OF_ALL)
