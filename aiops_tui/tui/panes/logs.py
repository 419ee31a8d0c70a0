"""Logs: what the system wrote, as it writes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from aiops_tui.charts.spans import Line, Span
from aiops_tui.model.filters import Filter
from aiops_tui.model.records import PATTERNS_OF, STREAMS
from aiops_tui.model.window import WindowSpec
from aiops_tui.text.formats import number
from aiops_tui.tui.look import host
from aiops_tui.tui.panes.arrange import Cell, Plan, Row
from aiops_tui.tui.panes.pane import Pane, Seen
from aiops_tui.tui.sourcemarks import called, mark_of
from aiops_tui.tui.widgets.chart import Chart
from aiops_tui.tui.widgets.drawn import Drawn
from aiops_tui.tui.widgets.entries import Entries
from aiops_tui.tui.widgets.lines import EMPTY
from aiops_tui.tui.widgets.table import TableView

_ROWS = (Row("11", (Cell(("levels_by_bucket",)),)), Row("1fr", (Cell(("entries", "patterns")),)))
_VAST = (
    Row("11", (Cell(("levels_by_bucket",)),)),
    Row("2fr", (Cell(("entries",)),)),
    Row("1fr", (Cell(("patterns",)),)),
)
_TOP = Row("11", (Cell(("levels_by_bucket",), 7), Cell(("load",), 5)))
_LOADED = Plan(
    wide=(_TOP, *_ROWS[1:]),
    vast=(_TOP, *_VAST[1:]),
    panels=("levels_by_bucket", "load", "entries", "patterns"),
    first="entries",
    tiles=1,
)


class _Patterns(TableView):
    """What is said most often."""

    def aside(self, width: int) -> Line:
        """Return of how many entries."""
        return (Span(self.look.words("tui.logs.patterns", n=number(PATTERNS_OF)), "muted"),) if self.count() else EMPTY


class LogsPane(Pane):
    """The fourth pane."""

    tab = "logs"
    metrics = ("errors", "warnings")
    explained = ()
    plan = Plan(wide=_ROWS, vast=_VAST, panels=("levels_by_bucket", "entries", "patterns"), first="entries", tiles=1)

    def __init__(self) -> None:
        super().__init__()
        self.hidden: frozenset[str] = frozenset(STREAMS)
        """The names of the logs that are switched off."""
        self._off_at_first = self.hidden
        self._window = WindowSpec()
        self._narrowed: tuple[object, ...] = (None, Filter(), Filter(), self.hidden)
        self._moment: datetime | None = None
        """Where to go once there is a list."""

    def show(self, seen: Seen) -> None:
        """Show what is new, of the list only what the filter lets through."""
        wanted = seen.view.filter.of_logs
        # The streams obey the rest of the filter.
        of_streams = Filter() if self.hidden >= frozenset(STREAMS) else seen.view.filter.of_conversations
        narrowed = (seen.book, wanted, of_streams, self.hidden)
        if seen.book is not None and narrowed != self._narrowed:
            fresh = self._narrowed[0] is None and not wanted and self.hidden == self._off_at_first
            self._narrowed = narrowed
            if not fresh:
                seen.book.show_only(wanted, self.hidden)
        else:
            self._follow(seen)
        super().show(seen)
        self._go()

    def plan_now(self) -> Plan:
        """Return the arrangement with the load of the machine where the logs tell it."""
        return self.plan if self.panel("load") is None else _LOADED

    def _follow(self, seen: Seen) -> None:
        """Go to the end of a window that was moved; to the end of the logs where it moves with the clock again."""
        window, before = seen.view.window, self._window
        if seen.book is None or window == before:
            return
        self._window = window
        end = window.until or window.at
        if end is not None:
            seen.book.until(end)
        elif not before.is_live:
            seen.book.latest()

    def on_mount(self) -> None:
        """Show the streams that the settings name."""
        self.hidden = self._off_at_first = frozenset(STREAMS) - set(host(self).settings.log_streams)

    def hide(self, hidden: frozenset[str]) -> None:
        """Switch logs off, and all others on."""
        self.hidden = hidden
        self.show(self._seen)

    def on_entries_choosing(self, event: Entries.Choosing) -> None:
        """List the logs; choosing one switches it on or off."""
        from aiops_tui.tui.screens.palette import Command, Palette

        event.stop()
        names = self._seen.book.sources if self._seen.book is not None else ()
        words = host(self).look.words
        ordered = sorted(names, key=lambda name: name in STREAMS)
        listed = [
            Command(
                "hide",
                name,
                f"{'○' if name in self.hidden else '●'} {mark_of(name, names).glyph} {called(name, words)}",
            )
            for name in ordered
        ]

        def chosen(command: Command | None) -> None:
            if command is not None:
                self.hide(self.hidden ^ {command.argument})

        self.app.push_screen(Palette(listed, words("tui.logs.sources")), chosen)

    def go_to(self, moment: datetime) -> None:
        """Go to a moment in the list, and give it the keys; as soon as there is one."""
        self._moment = moment
        self._go()

    def _begin(self) -> None:
        super()._begin()
        self._go()

    def _go(self) -> None:
        moment = self._moment
        if moment is None or not self.is_mounted or self._seen.book is None:
            return
        self._moment, self._window = None, self._seen.view.window
        self.bring("entries")
        self.query_one(Entries).seek(moment)

    def panels(self) -> Iterator[Drawn]:
        """Make the panels."""
        yield Chart("levels_by_bucket", "stacked")
        yield Chart("load")
        yield Entries()
        yield _Patterns("patterns")
