"""The line in which a filter or a text to find is typed, over the footer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

from aiops_tui.charts.spans import Line, Span
from aiops_tui.model.filters import KEYS, Filter, FilterError, Term
from aiops_tui.model.labels import FEEDBACKS, SENTIMENTS
from aiops_tui.tui.look import host
from aiops_tui.tui.widgets.drawn import Drawn
from aiops_tui.tui.widgets.lines import fit_line

Mode = Literal["filter", "find"]


class FilterBar(Vertical):
    """Asks for a filter, with completion, or for a text to find; says what is wrong with it and where."""

    class Given(Message):
        """A filter was entered; an empty one lets everything through."""

        def __init__(self, filter: Filter) -> None:  # noqa: A002
            super().__init__()
            self.filter = filter

    class Sought(Message):
        """A text to find was entered."""

        def __init__(self, needle: str) -> None:
            super().__init__()
            self.needle = needle

    class Closed(Message):
        """The bar was left."""

    def __init__(self) -> None:
        super().__init__(id="filterbar")
        self.mode: Mode = "filter"
        self.completion = Completion()

    def compose(self) -> ComposeResult:
        """Put the mistake above the input."""
        yield Mistake()
        yield Input(compact=True, select_on_focus=False, suggester=self.completion)

    def on_mount(self) -> None:
        """Start out of sight."""
        field = self.query_one(Input)
        field.cursor_blink = False
        self.display = False

    def ask(self, mode: Mode, text: str, topics: Sequence[str] = ()) -> None:
        """Appear with a text to begin from."""
        self.mode = mode
        self.completion.topics = tuple(topics) if mode == "filter" else ()
        self.completion.on = mode == "filter"
        self.query_one(Mistake).say("")
        field = self.query_one(Input)
        words = host(self).look.words
        field.placeholder = words(f"tui.{mode}.placeholder")
        field.value = text
        field.cursor_position = len(text)
        self.display = True
        field.focus()

    def close(self) -> None:
        """Disappear."""
        self.display = False
        self.post_message(self.Closed())

    def on_input_changed(self, event: Input.Changed) -> None:
        """Take back the mistake that was just told."""
        event.stop()
        self.query_one(Mistake).say("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Hand on what was entered, or say what is wrong and keep the old."""
        event.stop()
        if self.mode == "find":
            self.close()
            self.post_message(self.Sought(event.value))
            return
        try:
            entered = Filter.parse(event.value)
        except FilterError as mistake:
            words = host(self).look.words
            reason = words(mistake.message_id, **mistake.values)
            self.query_one(Mistake).say(words("tui.filter.mistake", place=mistake.position + 1, reason=reason))
            self.query_one(Input).cursor_position = mistake.position
            return
        self.close()
        self.post_message(self.Given(entered))

    def on_key(self, event: events.Key) -> None:
        """Leave by Escape; take the completion by Tab."""
        if event.key == "escape":
            event.stop()
            self.close()
        elif event.key == "tab":
            event.stop()
            event.prevent_default()
            self.query_one(Input).action_cursor_right()


class Mistake(Drawn):
    """What is wrong with a filter; takes no room while nothing is."""

    greys = False
    text = ""

    def say(self, text: str) -> None:
        """Show a text, or nothing."""
        self.text = text
        self.display = bool(text)
        self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the one line."""
        return [fit_line((Span(" ✖ ", "alarm", "bar"), Span(self.text, "text", "bar")), width, "bar")]


class Completion(Suggester):
    """Completes keys, and values of topics, sentiments and feedback, at the end of what is typed."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.topics: tuple[str, ...] = ()
        self.on = True

    async def get_suggestion(self, value: str) -> str | None:
        """Return the whole text as it would be completed, None for no idea."""
        return completed(value, self.topics) if self.on else None


def completed(text: str, topics: Sequence[str]) -> str | None:
    """Return the text with its last term completed, None if nothing fits."""
    start = text.rfind(" ") + 1
    last = text[start:]
    sign = "-" if last.startswith("-") else ""
    last = last[len(sign) :]
    if not last:
        return None
    key, colon, value = last.partition(":")
    if not colon:
        fitting = [f"{name}:" for name in KEYS if name.startswith(key) and name not in {"score", "criterion."}]
    else:
        values = {"topic": tuple(topics), "sentiment": SENTIMENTS, "feedback": FEEDBACKS}.get(key, ())
        fitting = [str(Term(key, name)) for name in values if name.casefold().startswith(value.strip('"').casefold())]
    for whole in fitting:
        if whole.startswith(last) and whole != last:
            return text[:start] + sign + whole
    return None
