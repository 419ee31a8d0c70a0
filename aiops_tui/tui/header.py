"""The first lines of the screen: where one is, how fresh the data are, the tabs, and what is wrong if anything is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from textual import events
from textual.message import Message

from aiops_tui.charts.spans import Line, Span
from aiops_tui.model.panels import SourceInfo, Status
from aiops_tui.model.view import View
from aiops_tui.model.window import WindowSpec
from aiops_tui.text.cells import cut, middle, width
from aiops_tui.text.formats import age, clock, moment
from aiops_tui.text.translations import Translator
from aiops_tui.tui.look import Look
from aiops_tui.tui.widgets.drawn import Drawn
from aiops_tui.tui.widgets.lines import EMPTY, fit_line, line_width, sides

_WIDE = 100
_GLYPHS = {"live": "●", "loading": "◐", "paused": "⏸", "lost": "✖"}
_ROLES = {"live": "accent", "loading": "label", "paused": "label", "lost": "alarm"}
_EXACT = 10
"""The age of the data is told by the second up to here, then in steps of five: it is no stopwatch."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What the header says; ``now`` is this machine's clock."""

    view: View
    status: Status
    now: datetime
    source: SourceInfo | None = None


class Header(Drawn):
    """Source, breadcrumb, state with the data's age, READ-ONLY and the clock; narrow ones begin with the state."""

    greys = False

    def __init__(self) -> None:
        super().__init__(id="header")
        self.heading: Heading | None = None

    def show(self, heading: Heading) -> None:
        """Take what there is to say; only cells that differ are repainted."""
        self.heading = heading
        self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the one line."""
        if self.heading is None:
            return ()
        line = _wide(self.heading, self.look, width) if width >= _WIDE else _narrow(self.heading, self.look, width)
        return [tuple(span if span.ground else span._replace(ground="bar") for span in fit_line(line, width, "bar"))]


def state_text(status: Status, now: datetime, words: Translator) -> str:
    """Return the word for the state and how old the data are, in steps that keep the line quiet."""
    word = words(f"tui.state.{status.state}")
    if status.polled_at is None:
        return word
    seconds = max((now - status.polled_at).total_seconds(), 0)
    if seconds > _EXACT:
        seconds -= seconds % 5
    return f"{word} · {words('tui.age', age=age(seconds, words))}"


def window_text(window: WindowSpec, look: Look) -> str:
    """Return the window in words, with the moment it ends at where that is not now."""
    words, zone = look.words, look.zone
    if window.name == "custom":
        since = moment(window.since, zone)[5:16] if window.since else "…"
        until = moment(window.until, zone)[5:16] if window.until else words("tui.now")
        return f"{since} – {until}"
    name = words.label(f"window.{window.name}")
    return name if window.at is None else words("tui.window_at", window=name, at=moment(window.at, zone)[:16])


def path(heading: Heading, look: Look) -> list[str]:
    """Return the breadcrumb: source, window, filter, comparison if not the usual one."""
    view, source = heading.view, heading.source
    parts = [f"{source.profile}/{source.database}" if source else "…", window_text(view.window, look)]
    if view.compare != "previous":
        parts.append(look.words.label(f"compare.{view.compare}"))
    if view.filter:
        parts.append(str(view.filter))
    if view.conversation is not None:
        parts.append(f"#{view.conversation}")
    return parts


def _wide(heading: Heading, look: Look, width: int) -> Line:
    words = look.words
    state = heading.status.state
    right = (
        Span(f"{_GLYPHS[state]} ", _ROLES[state], "bar"),
        Span(state_text(heading.status, heading.now, words), "text", "bar"),
        Span(f" · {words('tui.read_only')} · ", "muted", "bar"),
        Span(clock(heading.now, look.zone), "text", "bar"),
        Span(f" {look.zone.key} ", "muted", "bar"),
    )
    room = max(width - line_width(right) - 8, 8)
    left = (Span(" aiops  ", "tab.here", "bar"), *_crumbs(path(heading, look), room))
    return sides(left, right, width)


def _narrow(heading: Heading, look: Look, room: int) -> Line:
    words = look.words
    state = heading.status.state
    head = state_text(heading.status, heading.now, words)
    left = (Span(f" {_GLYPHS[state]} ", _ROLES[state], "bar"), Span(f"{head}  ", "text", "bar"))
    time = f" {clock(heading.now, look.zone)} "
    tail = f" {words('tui.read_only')} {time}" if room >= 60 else time if room >= 36 else ""
    between = room - line_width(left) - width(tail)
    crumbs = _crumbs(path(heading, look), max(between, 0)) if between >= 8 else EMPTY
    return (*fit_line((*left, *crumbs), room - width(tail), "bar"), Span(tail, "muted", "bar"))


def _crumbs(parts: Sequence[str], room: int) -> Line:
    """Return the breadcrumb, cut in its middle if it must be."""
    whole = " › ".join(parts)
    if width(whole) > room:
        return (Span(middle(whole, room), "text", "bar"),)
    spans: list[Span] = []
    for place, part in enumerate(parts):
        spans += [Span(" › ", "muted", "bar")] if place else []
        spans.append(Span(part, "text", "bar"))
    return tuple(spans)


class Tabs(Drawn):
    """The panes by their fixed number; a click goes there."""

    greys = False

    class Chosen(Message):
        """Somebody clicked a tab."""

        def __init__(self, tab: str) -> None:
            super().__init__()
            self.tab = tab

    def __init__(self, tabs: Sequence[tuple[int, str]]) -> None:
        super().__init__(id="tabs")
        self.tabs = tuple(tabs)
        self.here = ""
        self._places: list[tuple[range, str]] = []

    def show(self, here: str) -> None:
        """Mark the tab that is shown."""
        self.here = here
        self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the one line."""
        words = self.look.words
        names = [(number, tab, words.label(f"tab.{tab}")) for number, tab in self.tabs]
        if sum(line_width((Span(name, ""),)) + 5 for _, _, name in names) > width:
            names = [(number, tab, cut(name, max(width // len(names) - 4, 1), "")) for number, tab, name in names]
        spans: list[Span] = []
        self._places = []
        x = 0
        for number, tab, name in names:
            here = tab == self.here
            text = f" {number} {name} "
            size = line_width((Span(text, ""),))
            self._places.append((range(x, x + size), tab))
            spans += [Span(text, "tab.here" if here else "label", "selected" if here else ""), Span(" ", "text")]
            x += size + 1
        return [tuple(spans)]

    def on_click(self, event: events.Click) -> None:
        """Go to the tab that was clicked."""
        for cells, tab in self._places:
            if event.x in cells:
                self.post_message(self.Chosen(tab))


class Banner(Drawn):
    """One line about the connection while it is lost: since when, when it is tried again, and why."""

    greys = False

    def __init__(self) -> None:
        super().__init__(id="banner")
        self.status = Status("loading")
        self.now: datetime | None = None

    def show(self, status: Status, now: datetime) -> None:
        """Appear while there is a problem, else take no room."""
        self.status, self.now = status, now
        self.display = status.state == "lost"
        if self.display:
            self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the one line."""
        status, words = self.status, self.look.words
        if self.now is None:
            return ()
        since = clock(status.lost_at, self.look.zone)
        if status.retry_at is not None:
            wait = max(round((status.retry_at - self.now).total_seconds()), 0)
            text = words("tui.lost.retry", since=since, wait=age(wait, words))
        else:
            text = words("tui.lost", since=since)
        line = (
            Span(" ✖ ", "alarm", "bar"),
            Span(text, "text", "bar"),
            *((Span(f" — {words.notice(status.problem)}", "label", "bar"),) if status.problem else ()),
        )
        return [fit_line(line, width, "bar")]
