"""The first lines of the screen: where one is, how fresh the data are, the tabs, and what is wrong if anything is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.css.scalar import Scalar

from aiops_tui.charts.spans import Line, Span
from aiops_tui.model.panels import SourceInfo, Status
from aiops_tui.model.view import View
from aiops_tui.model.window import Window, WindowSpec
from aiops_tui.text.cells import middle, width
from aiops_tui.text.formats import age, clock, moment
from aiops_tui.text.translations import Translator
from aiops_tui.tui.look import Look, host
from aiops_tui.tui.widgets.drawn import Drawn
from aiops_tui.tui.widgets.lines import EMPTY, fit_line

_WIDE, _VERY_WIDE = 100, 150
_ROOM_FOR_MODE, _ROOM_FOR_CLOCK = 72, 46
_GLYPHS = {"live": "●", "idle": "○", "loading": "◐", "paused": "⏸", "lost": "✖", "past": "◆"}
_ROLES = {"live": "accent", "idle": "label", "loading": "label", "paused": "label", "lost": "alarm", "past": "label"}
_EXACT = 10
"""The age of the data is told by the second up to here, then in steps of five: it is no stopwatch."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What the header says; ``now`` is this machine's clock, ``reconciled_at`` when all rows had been recounted.

    ``shown`` is the window of the figures on the screen, None if there are none.
    """

    view: View
    status: Status
    now: datetime
    source: SourceInfo | None = None
    reconciled_at: datetime | None = None
    shown: Window | None = None


class Piece(Drawn):
    """A part of the header. Textual writes a line from a widget's left edge on, so that what changes stands alone."""

    greys = False

    def __init__(self, id: str) -> None:  # noqa: A002
        super().__init__(id=id, classes="piece")
        self.line: Line = EMPTY

    def show(self, line: Line, cells: int | None = None) -> None:
        """Take a line, and so many cells for it; None for what is left, 0 for none."""
        self.display = cells != 0
        if cells and self.styles.width != Scalar.from_number(cells):
            self.styles.width = cells
        self.line = line
        self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the one line."""
        return [fit_line(self.line, width, "bar")]


class Header(Horizontal):
    """Source, breadcrumb, state with the data's age, READ-ONLY and the clock; narrow ones begin with the state.

    Very wide ones also say how long ago all rows had been recounted.
    """

    def __init__(self) -> None:
        super().__init__(id="header")
        self._first, self._where, self._state = Piece("state-first"), Piece("where"), Piece("state")
        self._counted = Piece("counted")
        self._mode, self._clock, self._zone = Piece("mode"), Piece("clock"), Piece("zone")

    def compose(self) -> ComposeResult:
        """Put the parts side by side."""
        yield from (self._first, self._where, self._state, self._counted, self._mode, self._clock, self._zone)

    def show(self, heading: Heading) -> None:
        """Take what there is to say; only parts that differ are repainted."""
        look, room = host(self).look, self.app.size.width
        words, wide = look.words, room >= _WIDE
        state, state_cells = _state(heading, words), _state_cells(words)
        mode = f" {words('tui.read_only')}  " if room >= _ROOM_FOR_MODE else ""
        time = f"{clock(heading.now, look.zone)} " if room >= _ROOM_FOR_CLOCK else ""
        zone = f"{look.zone.key} " if wide else ""
        counted, counted_cells = _counted(heading, words) if room >= _VERY_WIDE else ("", 0)
        used = state_cells + counted_cells + sum(map(width, (mode, time, zone)))
        if wide:
            name = Span(" aiops  ", "tab.here", "bar")
            where = (name, *_crumbs(path(heading, look), max(room - used - width(name.text) - 2, 8)))
        else:
            where = _crumbs(path(heading, look), room - used - 1) if room - used >= 8 else EMPTY
        self._first.show(state, 0 if wide else state_cells)
        self._where.show(where)
        self._state.show(state, state_cells if wide else 0)
        self._counted.show((Span(counted, "muted", "bar"),), counted_cells)
        for piece, text, role in (
            (self._mode, mode, "muted"),
            (self._clock, time, "text"),
            (self._zone, zone, "muted"),
        ):
            piece.show((Span(text, role, "bar"),), width(text))

    def redraw(self) -> None:
        """Draw every part anew."""
        for piece in self.query(Piece):
            piece.redraw()


def state_text(status: Status, now: datetime, words: Translator, *, past: bool = False) -> str:
    """Return the word for the state and how old the data are, or how much is read, in steps that keep the line quiet.

    ``past`` says that the window has ended, so that nothing new will be seen in it.
    """
    word = words("tui.state.past" if past else f"tui.state.{status.state}")
    if status.steps:
        read = f"{status.done * 100 // status.steps} %"
        return f"{word} {read}" if status.state == "loading" else f"{word} · {words('tui.details', read=read)}"
    if status.polled_at is None:
        return word
    return f"{word} · {words('tui.age', age=age(_calm(now - status.polled_at), words))}"


def window_text(window: WindowSpec, look: Look) -> str:
    """Return the window in words, with the moment it ends at where that is not now."""
    words, zone = look.words, look.zone
    if window.name == "custom":
        since = moment(window.since, zone)[5:16] if window.since else "…"
        until = moment(window.until, zone)[5:16] if window.until else words("tui.now")
        return f"{since} – {until}"
    name = words.label(f"window.{window.name}")
    return name if window.at is None else words("tui.window_at", window=name, at=moment(window.at, zone)[:16])


def path(heading: Heading, look: Look) -> dict[str, str]:
    """Return the breadcrumb by what each part of it is: source, window, filter, comparison if not the usual one."""
    view, source, words = heading.view, heading.source, look.words
    window = window_text(view.window, look)
    if heading.status.state == "loading" and heading.shown is not None and heading.shown.name != view.window.name:
        # A long window is read for some time: what is on the screen is of another one meanwhile.
        window = words("tui.window_so_far", window=window, shown=words.label(f"window.{heading.shown.name}"))
    parts = {
        "source": f"{source.profile}/{source.database}" if source else "…",
        "window": window,
        "compare": look.words.label(f"compare.{view.compare}") if view.compare != "previous" else "",
        "filter": str(view.filter),
        "list": look.words.title("conversations") if view.listed else "",
        "conversation": f"#{view.conversation}" if view.conversation is not None else "",
    }
    return {name: text for name, text in parts.items() if text}


def _state(heading: Heading, words: Translator) -> Line:
    past = heading.status.state == "live" and not heading.view.window.is_live
    state = "past" if past else heading.status.state
    text = state_text(heading.status, heading.now, words, past=past)
    return (Span(f" {_GLYPHS[state]} ", _ROLES[state], "bar"), Span(text, "text", "bar"))


def _counted(heading: Heading, words: Translator) -> tuple[str, int]:
    """Return how long ago all rows had been recounted, and the width kept for that."""
    if heading.reconciled_at is None:
        return "", 0
    longest = width(words("tui.recounted", age=age(59 * 60, words))) + 3
    return words("tui.recounted", age=age(_calm(heading.now - heading.reconciled_at), words)), longest


def _calm(length: timedelta) -> float:
    """Return a length of time in seconds, in steps that keep the line quiet."""
    seconds = max(length.total_seconds(), 0)
    return seconds - seconds % 5 if seconds > _EXACT else seconds


def _state_cells(words: Translator) -> int:
    """Return the width kept for the state, whatever it is: a header that moves at each poll costs a whole screen."""
    longest = max(width(words(f"tui.state.{state}")) for state in _GLYPHS)
    return longest + width(f"   · {words('tui.age', age=age(59 * 60, words))} ")


def _crumbs(parts: dict[str, str], room: int) -> Line:
    """Return the breadcrumb without what says least where there is no room for all, cut in its middle if it must be."""
    for spared in ("source", "list", "compare", "window"):
        if width(" › ".join(parts.values())) > room and len(parts) > 1:
            parts = {name: part for name, part in parts.items() if name != spared}
    whole = " › ".join(parts.values())
    if width(whole) > room:
        return (Span(middle(whole, room), "text", "bar"),)
    spans: list[Span] = []
    for place, part in enumerate(parts.values()):
        spans += [Span(" › ", "muted", "bar")] if place else []
        spans.append(Span(part, "text", "bar"))
    return tuple(spans)


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
