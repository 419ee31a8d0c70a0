"""What all panes are: tiles and panels in a grid, shown from a Snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Container
from textual.css.query import NoMatches
from textual.widget import Widget

from aiops_tui.model.panels import Heatmap, Histogram, Metric, Notice, Panel, Series, Snapshot, Status, Table
from aiops_tui.model.view import View
from aiops_tui.text.formats import clock
from aiops_tui.tui.history import Mark
from aiops_tui.tui.logbook import Book
from aiops_tui.tui.look import host
from aiops_tui.tui.panes.arrange import LIST, Plan, behind, visible
from aiops_tui.tui.widgets.chart import Chart
from aiops_tui.tui.widgets.drawn import Drawn, Framed
from aiops_tui.tui.widgets.empty import Emptiness, nothing
from aiops_tui.tui.widgets.entries import Entries
from aiops_tui.tui.widgets.listing import Listing, Load
from aiops_tui.tui.widgets.rows import Rows
from aiops_tui.tui.widgets.table import TableView
from aiops_tui.tui.widgets.tiles import Tiles


@dataclass(frozen=True, slots=True)
class Seen:
    """All that a pane is shown from."""

    snapshot: Snapshot | None
    status: Status
    view: View = field(default_factory=View)
    book: Book | None = None
    load: Load = lambda after: None
    """Reads a page of the conversations behind the view."""


class Pane(Container):
    """A tab's tiles and panels; subclasses say which and how they are arranged."""

    tab: ClassVar[str] = ""
    metrics: ClassVar[tuple[str, ...]] = ()
    explained: ClassVar[tuple[str, ...]] = ("source.no_rows",)
    """Notices that say why panels are empty."""
    plan: ClassVar[Plan]

    def __init__(self) -> None:
        super().__init__(id=f"pane-{self.tab}", classes="pane")
        self._wanted: dict[str, int] = {}
        self._wants = 0
        self._seen = Seen(None, Status("loading"))
        self._laid_out: object = None
        self._waiting: list[Widget] = []
        self._pending: tuple[Mapping[str, Mark], str | None] | None = None

    def panels(self) -> Iterator[Drawn]:
        """Make the widgets of the panels, in the order of their places."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Make tiles and panels."""
        yield Tiles(self.metrics, id="tiles")
        yield from self.panels()
        yield Listing(LIST)

    def on_mount(self) -> None:
        """Lay out for the size there will be, so that the first frame is right."""
        size = self.app.size
        self._lay_out(size.width, max(size.height - 3, 1))
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.show_panels()
        if self._pending is None:
            self.focus_first()
        else:
            self.restore(*self._pending)

    def on_resize(self) -> None:
        """Lay out for the size there is."""
        self.lay_out()
        self.show_panels()

    def show(self, seen: Seen) -> None:
        """Show what is new; panels that are equal to those on the screen draw nothing."""
        before, known, self._seen = self._arrangement(), self._seen, seen
        if not self.is_mounted:
            return
        plan, listed = now = self._arrangement()
        if now != before:
            self.lay_out()
            if listed or plan is not before[0]:
                self.bring(LIST if listed else plan.first)
            else:
                self.focus_first()
        if now == before and seen.view == known.view and seen.snapshot is not known.snapshot:
            self._show_one_by_one()
        else:
            self.show_panels()

    def show_panels(self) -> None:
        """Show what is new in the panels that are seen."""
        self._waiting = []
        for widget in self.children:
            if widget.display:
                self._show_in(widget)

    def _show_one_by_one(self) -> None:
        """Show what came by itself: first the lists, where one may be on the way, then each panel in its turn."""
        lists = [widget for widget in self.children if isinstance(widget, Listing | Entries) and widget.display]
        for widget in lists:
            self._show_in(widget)
        self._waiting = [widget for widget in self.children if widget not in lists]
        self._show_next()

    def _show_next(self) -> None:
        """Show what is new in the next panel; keys come in between."""
        if self._waiting:
            widget = self._waiting.pop(0)
            if widget.display:
                self._show_in(widget)
            self.call_later(self._show_next)

    def lay_out(self) -> None:
        """Arrange the panels for the present size."""
        if self.size:
            self._lay_out(self.size.width, self.size.height)

    def focus_first(self) -> None:
        """Give the keys to the panel that had them last, else to the list or to the plan's first one."""
        plan, listed = self._arrangement()
        wanted = [panel for panel in self._wanted if panel in self._order()]
        self.bring(max(wanted, key=self._wanted.__getitem__, default=LIST if listed else plan.first))

    def bring(self, panel_id: str) -> None:
        """Show a panel in its place and give it the keys."""
        try:
            widget = self.query_one(f"#{panel_id}", Drawn)
        except NoMatches:
            return
        self._wants += 1
        self._wanted[panel_id] = self._wants
        self.lay_out()
        self.screen.set_focus(widget, scroll_visible=False)

    def step(self, direction: int) -> None:
        """Give the keys to the next (1) or previous (-1) panel, seen or not."""
        order = self._order()
        focused = self.focused_id()
        place = order.index(focused) if focused in order else -1
        self.bring(order[(place + direction) % len(order)])

    def focused_id(self) -> str | None:
        """Return which panel has the keys."""
        return next((widget.id for widget in self.children if widget.has_focus), None)

    def marks(self) -> dict[str, Mark]:
        """Return where one is in each panel."""
        return {widget.id: widget.mark() for widget in self.children if isinstance(widget, Rows | Chart) and widget.id}

    def restore(self, marks: Mapping[str, Mark], focus: str | None) -> None:
        """Go where one was in each panel."""
        if not self.is_mounted:
            self._pending = (marks, focus)
            return
        for widget in self.children:
            mark = marks.get(widget.id or "")
            if isinstance(widget, Rows | Chart) and mark is not None:
                widget.restore(mark)
        if focus is not None:
            self.bring(focus)

    def plan_now(self) -> Plan:
        """Return the arrangement for what there is to show."""
        return self.plan

    def _arrangement(self) -> tuple[Plan, bool]:
        return self.plan_now(), self._seen.view.listed

    def _order(self) -> list[str]:
        plan, listed = self._arrangement()
        return ["tiles", *plan.panels, *([LIST] if listed else [])]

    def _lay_out(self, width: int, height: int) -> None:
        plan, listed = self._arrangement()
        rows = plan.rows(width, height, listed=listed)
        seen = visible(rows, self._wanted)
        if (rows, seen) == self._laid_out:
            return
        self._laid_out = (rows, seen)
        next_to = behind(rows, seen)
        self.styles.grid_size_columns = 12
        self.styles.grid_rows = " ".join(row.height for row in rows)
        for widget in self.children:
            shown = widget.id in seen
            if shown and widget.id is not None:
                widget.styles.column_span = seen[widget.id]
            if shown and not widget.display:
                widget.display = True
                self._show_in(widget)
            widget.display = shown
            if isinstance(widget, Framed):
                widget.stand_before(next_to.get(widget.id or ""))

    def _show_in(self, widget: Widget) -> None:
        seen, snapshot = self._seen, self._seen.snapshot
        if isinstance(widget, Tiles):
            widget.show(self.tiles())
        elif isinstance(widget, Listing):
            widget.follow(seen.view, seen.load, snapshot, self._unread())
        elif isinstance(widget, TableView):
            panel = self.panel(widget.panel_id)
            widget.show(panel if isinstance(panel, Table) else None, self.emptiness(panel), seen.view.sort)
        elif isinstance(widget, Entries):
            widget.show(seen.book, Emptiness("none") if seen.book is not None else self.emptiness(None))
        elif isinstance(widget, Chart):
            panel = self.panel(widget.panel_id)
            drawable = panel if isinstance(panel, Series | Histogram | Heatmap) else None
            widget.show(drawable, self.emptiness(panel))

    def tiles(self) -> tuple[Metric, ...]:
        """Return the figures at the top; as long as the tab was not read, those that another tab has too."""
        snapshot = self._seen.snapshot
        if snapshot is None:
            return ()
        if self.tab in snapshot.tabs:
            return tuple(panel for panel in snapshot.tabs[self.tab] if isinstance(panel, Metric))
        known = {panel.id: panel for panels in snapshot.tabs.values() for panel in panels if isinstance(panel, Metric)}
        return tuple(known.get(name, Metric(name, "count", None)) for name in self.metrics)

    def panel(self, panel_id: str) -> Panel | None:
        """Return what there is to show of a panel."""
        return self._seen.snapshot.panel(self.tab, panel_id) if self._seen.snapshot else None

    def emptiness(self, panel: Panel | None) -> Emptiness:
        """Return why a panel may have nothing to show."""
        snapshot, status = self._seen.snapshot, self._seen.status
        if panel is not None and snapshot is not None:
            why = next((notice for notice in snapshot.warnings if notice.id in self.explained), None)
            if why is not None:
                return Emptiness(notice=why)
            return nothing(snapshot.window.name, host(self).keys, filtered=bool(snapshot.filter))
        if snapshot is not None and self.tab in snapshot.tabs:
            return Emptiness("missing")
        if status.state == "loading" and status.steps:
            return Emptiness("reading", status.done, status.steps)
        if snapshot is None and status.problem is not None:
            return Emptiness(notice=status.problem)
        return Emptiness(notice=self._unread())

    def _unread(self) -> Notice | None:
        """Return why what was not read will not come soon."""
        status = self._seen.status
        if status.state != "lost":
            return None
        return Notice("tui.empty.unread", {"since": clock(status.lost_at, host(self).look.zone)})
