"""What will be posted, in words and in cells, with the choices there are for one share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.suggester import SuggestFromList
from textual.widgets import Input

from aiops_tui import pictures
from aiops_tui.charts.spans import Line, Span
from aiops_tui.config import Settings
from aiops_tui.config.shares import FORMS, REDACTIONS
from aiops_tui.model.panels import Snapshot
from aiops_tui.model.view import View
from aiops_tui.slack.listing import channels
from aiops_tui.slack.message import Form
from aiops_tui.slack.reading import read
from aiops_tui.slack.sharing import Wish, composed, shown, veil_for
from aiops_tui.text.cells import fit, wrap
from aiops_tui.text.cells import width as cells
from aiops_tui.tui.bindings import bindings_of
from aiops_tui.tui.look import LOW, host
from aiops_tui.tui.screens.over import Over
from aiops_tui.tui.styles import STYLES
from aiops_tui.tui.widgets.reader import Reader
from aiops_tui.tui.widgets.rows import Rows

Capture = Callable[[frozenset[str]], Callable[[], bytes | None]]
"""Takes the whole screen without these kinds of data, and returns what paints it."""

_SCREEN = "screen"
_YES, _NO = "yes", "no"
_HIDDEN, _SHOWN = "hidden", "shown"


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose: the values there are, and which it is."""

    name: str
    values: tuple[str, ...]
    value: str

    def moved(self, step: int) -> Choice:
        """Return the choice of a value further on."""
        return replace(self, value=self.values[(self.values.index(self.value) + step) % len(self.values)])


def usual_choices(settings: Settings) -> list[Choice]:
    """Return the choices as the settings make them."""
    by_bot = settings.slack_bot_token is not None
    forms = (*FORMS, _SCREEN) if by_bot else tuple(form for form in FORMS if form != "picture")
    form = settings.share.form if settings.share.form in forms else forms[0]
    hidden = [
        Choice(kind, (_HIDDEN, _SHOWN), _HIDDEN if kind in settings.share.redact else _SHOWN) for kind in REDACTIONS
    ]
    thread = [Choice("thread", (_YES, _NO), _YES if settings.share.thread else _NO)] if by_bot else []
    return [Choice("form", forms, form), Choice("table", (_YES, _NO), _YES), *thread, *hidden]


class Choices(Rows):
    """The choices, one a line; ←/→ change the one that is selected."""

    def __init__(self, choices: Sequence[Choice]) -> None:
        super().__init__(id="choices")
        self.choices = list(choices)

    def title(self) -> Line:
        """Return what this is."""
        return (Span(self.look.words("tui.share.choices"), "title"),)

    def note(self) -> Line:
        """Return what keys do here."""
        low = self.app.size.height < LOW
        return (Span(self.look.words("tui.share.hint.low" if low else "tui.share.hint"), "label"),)

    def count(self) -> int:
        """Return how many choices there are."""
        return len(self.choices)

    def key_of(self, row: int) -> str:
        """Return what is chosen."""
        return self.choices[row].name

    def text_of(self, row: int) -> str:
        """Return a choice in words."""
        return self.look.words(f"tui.share.choice.{self.choices[row].name}")

    def line(self, row: int, width: int) -> Line:
        """Return a choice and its value."""
        choice, words = self.choices[row], self.look.words
        column = min(max(cells(self.text_of(place)) for place in range(self.count())) + 2, width // 2)
        marks = ("‹ ", " ›") if row == self.row and self.lit else ("  ", "  ")
        value = words(f"tui.share.value.{choice.value}")
        role = "bad" if choice.value == _SHOWN else "strong"
        return (
            Span(fit(self.text_of(row), column), "text"), Span(marks[0], "accent"), Span(value, role),
            Span(marks[1], "accent"),
        )  # fmt: skip

    def change(self, step: int) -> None:
        """Choose another value."""
        self.choices[self.row] = self.choices[self.row].moved(step)
        self.redraw()


class ShareSheet(Over[Wish | None]):
    """Asks how to share; what is kept back by default can be shown for this one share.

    ``warned`` are channels of which one was told that another organisation reads them.
    """

    BINDINGS = bindings_of("everywhere", only=frozenset({"leave", "repaint"}))
    CSS_PATH = STYLES / "share.tcss"

    def __init__(self, snapshot: Snapshot, view: View, capture: Capture, warned: Collection[str] = ()) -> None:
        super().__init__()
        self._warned = warned
        self._snapshot = snapshot
        self._view = view
        self._capture = capture
        self._written: tuple[tuple[Wish, int], list[Line]] | None = None

    def compose(self) -> ComposeResult:
        """Put what is typed above what is chosen, and that above the preview."""
        desk = host(self)
        with Vertical(id="share"):
            if desk.settings.slack_bot_token is not None:
                yield Input(desk.settings.slack_channel or "", id="channel", compact=True, select_on_focus=False)
            yield Input(id="note", compact=True, select_on_focus=False)
            yield Choices(usual_choices(desk.settings))
            yield Reader(id="preview")

    def on_mount(self) -> None:
        """Show what would be posted as it is."""
        words = host(self).look.words
        for field in self.query(Input):
            field.cursor_blink = False
            field.placeholder = words(f"tui.share.{field.id}.placeholder")
        chosen = self.query_one(Choices)
        chosen.styles.height = chosen.count() + 2
        self._fit()
        self.run_worker(self._complete, thread=True, exit_on_error=False)
        self._renew()
        chosen.focus()

    def _complete(self) -> None:
        """Find the channels that may be shared to; the outbox may be slow to say."""
        known = channels(host(self).settings)
        self.app.call_from_thread(self._offer, known)

    def _offer(self, known: Sequence[str]) -> None:
        for field in self.query(Input):
            if field.id == "channel":
                field.suggester = SuggestFromList(known, case_sensitive=False)
                field.value = field.value or next(iter(known), "")

    def on_resize(self) -> None:
        """Show choices and preview one below the other; on low screens they take turns."""
        self._fit()

    def on_descendant_focus(self) -> None:
        """Show what has the keys."""
        self._fit()

    def _fit(self) -> None:
        low, chosen, preview = self.app.size.height < LOW, self.query_one(Choices), self.query_one(Reader)
        preview.display = not low or preview.has_focus
        chosen.display = not low or not preview.has_focus
        chosen.redraw()

    def wish(self) -> Wish:
        """Return what is chosen; what the same view is worth to be posted again was just decided by a person."""
        fields = {field.id: field.value.strip() for field in self.query(Input)}
        chosen = {choice.name: choice.value for choice in self.query_one(Choices).choices}
        form = chosen["form"]
        return Wish(
            channel=fields.get("channel") or None,
            note=fields.get("note", ""),
            form=cast("Form", "picture" if form == _SCREEN else form),
            table=chosen["table"] == _YES,
            redact=frozenset(kind for kind in REDACTIONS if chosen[kind] == _HIDDEN),
            thread=chosen.get("thread", _NO) == _YES,
            again=True,
            external=(fields.get("channel") or host(self).settings.slack_channel) in self._warned,
        )

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show the note in the preview."""
        event.stop()
        self._renew()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Share."""
        event.stop()
        self._share()

    def on_rows_opened(self, event: Rows.Opened) -> None:
        """Share."""
        event.stop()
        self._share()

    def on_key(self, event: events.Key) -> None:
        """Leave by Escape, go on by Tab, change by the arrows."""
        steps = {"left": -1, "right": 1}
        if event.key == "escape":
            event.stop()
            self.dismiss(None)
        elif event.key in steps and isinstance(self.focused, Choices):
            event.stop()
            self.focused.change(steps[event.key])
            self._renew()
        elif event.key in {"tab", "shift+tab"}:
            event.stop()
            event.prevent_default()
            self._step(1 if event.key == "tab" else -1)

    def _step(self, direction: int) -> None:
        """Give the keys to the next or previous part, seen or not."""
        order = [*self.query(Input), self.query_one(Choices), self.query_one(Reader)]
        place = order.index(self.focused) if self.focused in order else -1
        part = order[(place + direction) % len(order)]
        part.display = True
        part.focus()

    def _share(self) -> None:
        wish = self.wish()
        form = next(choice.value for choice in self.query_one(Choices).choices if choice.name == "form")
        if form == _SCREEN and wish.redact is not None:
            wish = replace(wish, picture=self._capture(wish.redact))
        self.dismiss(wish)

    def _renew(self) -> None:
        self.query_one(Reader).show(host(self).look.words("tui.share.preview"), self._write, keep_place=True)

    def _write(self, width: int) -> list[Line]:
        """Return what will be posted; where a picture goes out, its cells below."""
        wish = self.wish()
        if self._written is None or self._written[0] != (wish, width):
            self._written = ((wish, width), self._lines(wish, width))
        return self._written[1]

    def _lines(self, wish: Wish, width: int) -> list[Line]:
        from aiops_tui.pictures.sheet import sheet

        desk = host(self)
        settings, words = desk.settings, desk.look.words
        parcel = composed(self._snapshot, self._view, settings, words, wish, "").parcel
        lines = read(parcel.layouts[0].blocks, width)
        if wish.form != "picture":
            return lines
        if not pictures.available():
            return [*lines, (), *((Span(row, "alarm"),) for row in wrap(words("tui.share.no_pictures"), width))]
        veil = veil_for(settings, wish)
        visible = shown(self._snapshot, self._view, veil)
        return [*lines, (), *sheet(visible, self._view.tab, words, settings.share.source_name, width)]
