"""The main screen: header, tabs, the pane of the tab, and the keys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget

from aiops_tui.charts.spans import Line
from aiops_tui.tui.footer import Footer
from aiops_tui.tui.header import Banner, Header, Heading
from aiops_tui.tui.history import Mark
from aiops_tui.tui.keys import Place
from aiops_tui.tui.look import host
from aiops_tui.tui.panes import NUMBERED, make_pane
from aiops_tui.tui.panes.pane import Pane, Seen
from aiops_tui.tui.session import Session
from aiops_tui.tui.tabs import Tabs
from aiops_tui.tui.widgets.chart import Chart
from aiops_tui.tui.widgets.drawn import Drawn
from aiops_tui.tui.widgets.entries import Entries
from aiops_tui.tui.widgets.lines import centred
from aiops_tui.tui.widgets.listing import Listing
from aiops_tui.tui.widgets.rows import Rows
from aiops_tui.tui.widgets.tiles import Tiles

LEAST_WIDTH, LEAST_HEIGHT = 30, 9


class TooSmall(Drawn):
    """Stands in for everything on a terminal that can hold nothing."""

    greys = False

    def draw(self, width: int, height: int) -> list[Line]:
        """Return what is needed."""
        text = self.look.words("tui.too_small", width=LEAST_WIDTH, height=LEAST_HEIGHT)
        return centred(text, "text", width, height)


class MainScreen(Screen[None]):
    """Shows a session; `desk.Desk` adds what keys do."""

    AUTO_FOCUS = ""
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """Which widget has the keys; Textual repaints the whole screen when that changes, ours repaint themselves."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._header, self._banner, self._footer = Header(), Banner(), Footer()
        self._tabs = Tabs(NUMBERED)
        self._pane = make_pane(session.view.tab)

    def compose(self) -> ComposeResult:
        """Put the parts one below the other."""
        yield self._header
        yield self._tabs
        yield self._banner
        with Container(id="body"):
            yield self._pane
        yield TooSmall(id="toosmall")
        yield self._footer

    @property
    def pane(self) -> Pane:
        """The pane of the tab."""
        return self._pane

    def on_mount(self) -> None:
        """Begin with nothing said of the connection."""
        self._banner.display = False
        self.show(host(self).now())

    def on_resize(self, event: events.Resize) -> None:
        """Say so where the terminal is too small."""
        self.tick(host(self).now())
        self.set_class(event.size.width < LEAST_WIDTH or event.size.height < LEAST_HEIGHT, "-small")

    def show(self, now: datetime) -> None:
        """Show the session as it is now; what has not changed draws nothing."""
        tab = self.session.view.tab
        if self._pane.tab != tab:
            self._turn_to(tab)
        self.tick(now)
        self.mark(tab)
        self._pane.show(self._seen())
        self.show_keys()

    def mark(self, tab: str) -> None:
        """Mark a tab as the one that is shown."""
        self._tabs.show(tab, self.session.notices(host(self).settings))

    def tick(self, now: datetime) -> None:
        """Bring the clock and the age of the data up to date, and the log, which moves by itself."""
        session = self.session
        snapshot = session.snapshot
        of = (snapshot.source, snapshot.reconciled_at, snapshot.window) if snapshot else (None, None, None)
        self._header.show(Heading(session.view, session.status, now, *of))
        self._banner.show(session.status, now)
        if session.view.tab == "logs":
            self._pane.show(self._seen())

    def show_keys(self) -> None:
        """Show the keys that work where one is."""
        places: list[Place] = ["everywhere", "main"]
        hidden: set[str] = set()
        match self.focused:
            case Entries():
                places += ["list", "log"]
                hidden.add("sort")
            case Rows():
                places += ["list"]
                if isinstance(self.focused, Listing):
                    hidden.add("sort")
            case Chart():
                places += ["chart"]
            case Tiles():
                places += ["tiles"]
        if not len(self.session.history):
            hidden.add("go_back")
        self._footer.show(tuple(places), frozenset(hidden))

    def restore(self, marks: Mapping[str, Mark], focus: str | None) -> None:
        """Go where one was in the pane."""
        self._pane.restore(marks, focus)

    def on_descendant_focus(self) -> None:
        """Show the keys of the panel that one went to."""
        self.show_keys()

    def _seen(self) -> Seen:
        session = self.session
        book = session.monitor.logs if session.monitor is not None else None
        return Seen(session.snapshot, session.status, session.view, book, session.page)

    def _turn_to(self, tab: str) -> None:
        """Show another pane; it is made when it is first needed."""
        self._pane.display = False
        body = self.query_one("#body")
        known = next((pane for pane in body.query_children(Pane) if pane.tab == tab), None)
        self._pane = known or make_pane(tab)
        if known is None:
            body.mount(self._pane)
        else:
            known.display = True
            known.lay_out()
            known.focus_first()
