"""The line in which something is typed, over the footer: a filter, a time, a name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

from aiops_tui.charts.spans import Line, Span
from aiops_tui.text.cells import wrap
from aiops_tui.tui.completing import Completions, ghost
from aiops_tui.tui.look import host
from aiops_tui.tui.widgets.drawn import Drawn
from aiops_tui.tui.widgets.lines import fit_line


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with an answer, and at which character of it if that can be said."""

    text: str
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for. ``name`` is worded by ``tui.<name>.ask`` and ``tui.<name>.placeholder``.

    ``check`` says what is wrong with an answer, which then is not taken; ``complete`` what could stand at the cursor.
    ``earlier`` are answers of before, the oldest first.
    """

    name: str
    text: str = ""
    check: Callable[[str], Mistake | None] = lambda answer: None
    complete: Callable[[str, int], Completions] = lambda text, cursor: Completions()
    earlier: Sequence[str] = ()


_CROSS = " ✖ "
_MOST_ROWS = 3

Answered = Callable[[str], object]


class Prompt(Vertical):
    """Asks a question; Tab completes, ↑ brings earlier answers, Escape leaves everything as it is."""

    class Closed(Message):
        """The line was left."""

    def __init__(self) -> None:
        super().__init__(id="prompt")
        self.question = Question("find")
        self._answered: Answered = lambda answer: None
        self._cycle: tuple[str, Completions, int] | None = None
        self._place = 0
        self._newest = ""

    def compose(self) -> ComposeResult:
        """Put what there is to say above the input."""
        yield Said()
        yield Input(compact=True, select_on_focus=False, suggester=_Ghost(self))

    def on_mount(self) -> None:
        """Start out of sight."""
        self.query_one(Input).cursor_blink = False
        self.visible = False

    def ask(self, question: Question, answered: Answered) -> None:
        """Appear with a text to begin from; ``answered`` is called with an answer that has no mistake."""
        self.question, self._answered, self._cycle = question, answered, None
        self._place, self._newest = len(question.earlier), question.text
        field = self.query_one(Input)
        words = host(self).look.words
        field.placeholder = words(f"tui.{question.name}.placeholder")
        self._put(question.text)
        self.visible = True
        self.screen.set_focus(field, scroll_visible=False)
        self._offer()
        host(self).opened()

    def close(self) -> None:
        """Disappear."""
        self.visible = False
        self.post_message(self.Closed())

    def completions(self, text: str, cursor: int) -> Completions:
        """Return what could stand at the cursor."""
        return self.question.complete(text, cursor)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Offer what could come, in place of the mistake that was just told."""
        event.stop()
        if self.visible:
            self._offer()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Hand on what was entered, or say what is wrong with it."""
        event.stop()
        mistake = self.question.check(event.value)
        if mistake is None:
            self.close()
            self._answered(event.value)
            return
        where = "" if mistake.position is None else host(self).look.words("tui.at", place=mistake.position + 1)
        rows = wrap(where + mistake.text, max(self.app.size.width - len(_CROSS) - 1, 1))[:_MOST_ROWS]
        heads = [_CROSS, *(" " * len(_CROSS) for _ in rows)]
        lines = ((Span(head, "alarm", "bar"), Span(row, "text", "bar")) for head, row in zip(heads, rows, strict=False))
        self.query_one(Said).say(*lines)
        if mistake.position is not None:
            self.query_one(Input).cursor_position = mistake.position

    def on_key(self, event: events.Key) -> None:
        """Leave by Escape; complete by Tab; go through earlier answers by the arrows."""
        match event.key:
            case "escape":
                self.close()
            case "tab":
                self._complete(1)
            case "shift+tab":
                self._complete(-1)
            case "up":
                self._recall(-1)
            case "down":
                self._recall(1)
            case _:
                return
        event.stop()
        event.prevent_default()

    def _complete(self, step: int) -> None:
        """Put the first option in its place, or the next one if that was just done."""
        field = self.query_one(Input)
        if self._cycle is not None and self._cycle[0] == field.value:
            _, found, at = self._cycle
            at = (at + step) % len(found.options)
        else:
            found, at = self.completions(field.value, field.cursor_position), 0
            if not found.options:
                return
        option = found.options[at]
        text = field.value[: found.start] + option.text + field.value[found.end :]
        self._put(text, found.start + len(option.text))
        # What was the only way to go on is done: the next Tab completes what comes after it.
        again = Completions(found.start, found.start + len(option.text), found.options)
        self._cycle = (text, again, at) if len(found.options) > 1 else None
        self._offer()

    def _recall(self, step: int) -> None:
        earlier, field = self.question.earlier, self.query_one(Input)
        if self._place == len(earlier):
            self._newest = field.value
        self._place = min(max(self._place + step, 0), len(earlier))
        self._put(earlier[self._place] if self._place < len(earlier) else self._newest)

    def _put(self, text: str, cursor: int | None = None) -> None:
        field = self.query_one(Input)
        field.value = text
        field.cursor_position = len(text) if cursor is None else cursor

    def _offer(self) -> None:
        """Show what is asked for, and what could be typed."""
        field = self.query_one(Input)
        cycling = self._cycle is not None and self._cycle[0] == field.value
        if self._cycle is not None and cycling:
            _, found, at = self._cycle
        else:
            found, at = self.completions(field.value, field.cursor_position), -1
        words = host(self).look.words
        spans = [Span(f" {words(f'tui.{self.question.name}.ask')} ", "tab.here", "bar")]
        if found.options:
            spans.append(Span(" Tab ", "accent", "bar"))
        # The chosen one is always in sight: it leads the line.
        for place in range(max(at, 0), len(found.options)):
            option = found.options[place]
            spans.append(Span(f" {option.shown} ", "strong" if place == at else "text", "bar"))
            spans += [Span(f"{option.aside} ", "muted", "bar")] if option.aside else []
        self.query_one(Said).say(tuple(spans))


class Said(Drawn):
    """Above the input: what is asked for and what could be typed, or what is wrong, in as many lines as that needs."""

    greys = False
    lines: tuple[Line, ...] = ()

    def say(self, *lines: Line) -> None:
        """Show some lines."""
        if len(lines) != len(self.lines):
            self.styles.height = len(lines)
        self.lines = lines
        self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the lines."""
        return [fit_line(line, width, "bar") for line in self.lines]


class _Ghost(Suggester):
    """Shows in grey how the text would go on."""

    def __init__(self, prompt: Prompt) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._prompt = prompt

    async def get_suggestion(self, value: str) -> str | None:
        """Return the whole text as it would be completed, None for no idea."""
        return ghost(value, self._prompt.completions(value, len(value)))
