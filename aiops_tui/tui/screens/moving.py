"""The main screen on the move: other views, other panels, and back to where one was."""

from __future__ import annotations

from dataclasses import replace
from functools import partialmethod

from aiops_tui.model.panels import TABS, Snapshot
from aiops_tui.model.view import View
from aiops_tui.tui import moves
from aiops_tui.tui.history import Place
from aiops_tui.tui.keys import key_named
from aiops_tui.tui.look import host
from aiops_tui.tui.screens.main import MainScreen
from aiops_tui.tui.tabs import Tabs
from aiops_tui.tui.widgets.chart import Chart


class MovingScreen(MainScreen):
    """Moves the session from view to view."""

    def go(self, view: View | None, *, into: bool = False) -> None:
        """Show another view; ``into`` remembers this one as the place to go back to."""
        session = self.session
        if view is None or view == session.view:
            return
        if into:
            self.remember_place(session.snapshot)
        session.look(view)
        host(self).update()

    def remember_place(self, snapshot: Snapshot | None) -> None:
        """Let going back lead to where one is now; ``snapshot`` is to be seen there until there is a newer one."""
        self.session.history.push(Place(self.session.view, snapshot, self.pane.focused_id(), self.pane.marks()))

    def go_in_time(self, view: View | None, *, into: bool = False) -> None:
        """Show another window, and say so where that means that nothing new will be seen."""
        was_live = self.session.view.window.is_live
        self.go(view, into=into)
        if was_live and not self.session.view.window.is_live:
            key = key_named("now", host(self).keys).shown
            host(self).tell(host(self).look.words("tui.past.told", key=key))

    def turn(self, tab: str) -> None:
        """Show a tab of the same view: its mark at once, then its pane, whose charts take longer to draw."""
        self.mark(tab)
        self.call_after_refresh(lambda: self.go(replace(self.session.view, tab=tab, listed=False)))

    def action_earlier(self) -> None:
        """Go back in time by half a window."""
        self.go_in_time(moves.stepped(self.session.view, self.session.snapshot, -1, host(self).now()))

    def action_later(self) -> None:
        """Go forward in time by half a window."""
        self.go_in_time(moves.stepped(self.session.view, self.session.snapshot, 1, host(self).now()))

    def action_zoom_out(self) -> None:
        """Show a longer window, around the cursor of a chart."""
        self._zoom(1)

    def action_zoom_in(self) -> None:
        """Show a shorter window, around the cursor of a chart."""
        self._zoom(-1)

    def _zoom(self, direction: int) -> None:
        around = self.focused.moment() if isinstance(self.focused, Chart) else None
        self.go_in_time(moves.zoomed(self.session.view, direction, host(self).now(), around))

    def action_now(self) -> None:
        """Show the window that ends now."""
        self.go(moves.present(self.session.view))

    def action_compare(self) -> None:
        """Compare with something else."""
        words = host(self).look.words
        if self.session.view.window.name == "all":
            host(self).tell(words("tui.comparing.all"))
            return
        self.go(moves.compared(self.session.view))
        compare = self.session.view.compare
        compared = words.label(f"compare.{compare}")
        host(self).tell(compared if compare == "off" else words("tui.comparing", compare=compared))

    def action_conversations(self) -> None:
        """Show the conversations behind the view, or the panes alone again."""
        view = self.session.view
        self.go(replace(view, listed=not view.listed), into=True)

    def action_go_back(self) -> None:
        """Go back to exactly where one was."""
        place = self.session.go_back()
        if place is not None:
            host(self).update()
            self.restore(place.marks, place.focus)
            self.show_keys()

    def action_next_panel(self) -> None:
        """Give the keys to the next panel."""
        self.pane.step(1)

    def action_previous_panel(self) -> None:
        """Give the keys to the panel before."""
        self.pane.step(-1)

    def on_tabs_chosen(self, event: Tabs.Chosen) -> None:
        """Go to the tab that was clicked."""
        self.turn(event.tab)

    def on_tabs_asked(self) -> None:
        """Show all there is to know."""
        self._show_notices()

    def _show_notices(self) -> None:
        from aiops_tui.tui.screens.notes import notices_sheet

        self.app.push_screen(notices_sheet(host(self)))


for _tab in TABS:
    setattr(MovingScreen, f"action_{_tab}", partialmethod(MovingScreen.turn, _tab))
