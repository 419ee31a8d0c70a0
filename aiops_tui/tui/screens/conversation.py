"""The screen of one conversation, from which one goes to its neighbours in the list."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from textual.app import ComposeResult
from textual.message import Message
from textual.screen import ModalScreen

from aiops_tui.charts.spans import Line, Span
from aiops_tui.model.panels import Notice
from aiops_tui.model.records import Conversation
from aiops_tui.text.cells import wrap
from aiops_tui.tui.bindings import bindings_of
from aiops_tui.tui.footer import Footer
from aiops_tui.tui.look import host
from aiops_tui.tui.screens.letter import conversation_lines, conversation_text
from aiops_tui.tui.styles import STYLES
from aiops_tui.tui.widgets.reader import Reader

Load = Callable[[str], "Future[Conversation | None] | None"]
"""Begins to read a conversation; None while there is nothing to read from yet."""

Neighbour = Callable[[int], str | None]
"""Moves to the next (1) or previous (-1) conversation of the list and returns its key; None at the end."""


class ConversationScreen(ModalScreen[None]):
    """Question, answer, scores, comment and feedback; ←/→ go to the previous and the next one."""

    BINDINGS = bindings_of("everywhere", "dialog", "conversation")
    CSS_PATH = STYLES / "conversation.tcss"

    class Arrived(Message):
        """A conversation was read, or could not be."""

        def __init__(self, key: str, future: Future[Conversation | None]) -> None:
            super().__init__()
            self.key = key
            self.future = future

    class Moved(Message):
        """Another conversation is looked at."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, key: str, load: Load, neighbour: Neighbour) -> None:
        super().__init__()
        self.key = key
        self.conversation: Conversation | None = None
        self._load = load
        self._neighbour = neighbour
        self._notices: tuple[Notice, ...] = ()

    def compose(self) -> ComposeResult:
        """Put the letter above the keys."""
        yield Reader(id="letter")
        yield Footer(id="letterfooter")

    def on_mount(self) -> None:
        """Begin to read."""
        self.query_one(Reader).focus()
        self.query_one(Footer).show(("everywhere", "dialog", "conversation"), frozenset({"help"}))
        self.open(self.key)

    def open(self, key: str) -> None:
        """Show another conversation."""
        self.key, self.conversation = key, None
        self._say("tui.conversation.reading")
        future = self._load(key)
        if future is not None:
            future.add_done_callback(lambda done: self.post_message(self.Arrived(key, done)))

    def retry(self) -> None:
        """Begin to read, if that was not possible before."""
        if self.conversation is None:
            self.open(self.key)

    def refresh_text(self) -> None:
        """Write the text anew, in another language perhaps."""
        self._show()

    def on_conversation_screen_arrived(self, message: Arrived) -> None:
        """Show what was read, unless one has gone on meanwhile."""
        message.stop()
        if message.key != self.key or message.future.cancelled():
            return
        if (error := message.future.exception()) is not None:
            reason = getattr(error, "notice", None)
            self._say("tui.conversation.failed", reason if isinstance(reason, Notice) else None)
            return
        self.conversation = message.future.result()
        if self.conversation is None:
            self._say("tui.conversation.missing")
        else:
            self._show()

    def action_shut(self) -> None:
        """Go back to the list."""
        self.dismiss()

    def action_previous_record(self) -> None:
        """Go to the conversation before."""
        self._go(-1)

    def action_next_record(self) -> None:
        """Go to the conversation after."""
        self._go(1)

    def action_copy(self) -> None:
        """Copy the conversation."""
        if self.conversation is not None:
            self.app.copy_to_clipboard(conversation_text(self.conversation, host(self).look))
            self.query_one(Footer).tell(host(self).look.words("tui.copied"))

    def _go(self, step: int) -> None:
        key = self._neighbour(step)
        if key is not None:
            self.post_message(self.Moved(key))
            self.open(key)

    def _say(self, message_id: str, reason: Notice | None = None) -> None:
        self._notices = (Notice(message_id), *((reason,) if reason else ()))
        self._show()

    def _show(self) -> None:
        conversation, notices = self.conversation, self._notices
        look = host(self).look
        heading = look.words("tui.conversation.title", id=self.key)

        def write(cells: int) -> list[Line]:
            if conversation is None:
                texts = (row for notice in notices for row in wrap(look.words.notice(notice), cells))
                return [(Span(text, "muted"),) for text in texts]
            return list(conversation_lines(conversation, look, cells))

        self.query_one(Reader).show(heading, write)
