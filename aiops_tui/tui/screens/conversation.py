"""The screen of one conversation, from which one goes to its neighbours in the list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from datetime import datetime
from typing import NamedTuple

from textual.app import ComposeResult
from textual.message import Message

from aiops_tui.charts.spans import Line, Span
from aiops_tui.model.panels import Notice
from aiops_tui.model.records import Conversation, Neighbours
from aiops_tui.text.cells import wrap
from aiops_tui.tui.bindings import bindings_of
from aiops_tui.tui.clipboard import told
from aiops_tui.tui.footer import Footer
from aiops_tui.tui.keys import key_named
from aiops_tui.tui.look import host
from aiops_tui.tui.screens.letter import conversation_lines, conversation_text, remaining_lines
from aiops_tui.tui.screens.over import Over
from aiops_tui.tui.styles import STYLES
from aiops_tui.tui.widgets.reader import Reader

_MISSING = "tui.conversation.missing"

Load = Callable[[str, bool], "Future[Conversation | None] | None"]
"""Begins to read a conversation, whole or, at first, what comes at once; None while there is nothing to read from."""

Neighbour = Callable[[int], str | None]
"""Moves to the next (1) or previous (-1) conversation of the list and returns its key; None at the end."""

LoadBeside = Callable[[str], "Future[Neighbours] | None"]
"""Begins to read which conversations the same user had before and after one."""

Remains = Callable[[str], Sequence[tuple[str, str]]]
"""Returns what the list knows of a conversation, by heading: of one that is gone it is all there is."""

Moved = Callable[[str], None]
"""Is told which other conversation is looked at now."""


class _Left(NamedTuple):
    """A conversation that one left for another one of the same user, and how far one had read it."""

    key: str
    conversation: Conversation | None
    beside: Neighbours
    gone: bool
    top: int


class ConversationScreen(Over[datetime | None]):
    """Question, answer, scores, comment and feedback; ←/→ go along the list, [ and ] along what the user asked."""

    BINDINGS = bindings_of("everywhere", "dialog", "conversation")
    CSS_PATH = STYLES / "conversation.tcss"

    class Arrived(Message):
        """A conversation was read, or could not be."""

        def __init__(self, key: str, future: Future[Conversation | None]) -> None:
            super().__init__()
            self.key = key
            self.future = future

    class Surrounded(Message):
        """The same user's conversations were read, or could not be."""

        def __init__(self, key: str, future: Future[Neighbours]) -> None:
            super().__init__()
            self.key = key
            self.future = future

    def __init__(
        self, key: str, load: Load, neighbour: Neighbour, load_beside: LoadBeside, remains: Remains, moved: Moved
    ) -> None:
        super().__init__()
        self.key = key
        self.conversation: Conversation | None = None
        self.beside = Neighbours()
        self.gone = False
        self._load = load
        self._load_beside = load_beside
        self._remains = remains
        self._neighbour = neighbour
        self._moved = moved
        self._notices: tuple[Notice, ...] = ()
        self._left: _Left | None = None

    def compose(self) -> ComposeResult:
        """Put the letter above the keys."""
        yield Reader(id="letter")
        yield Footer(id="letterfooter")

    def on_mount(self) -> None:
        """Begin to read."""
        self.query_one(Reader).focus()
        self.open(self.key)

    def open(self, key: str) -> None:
        """Show another conversation."""
        self.key, self.conversation, self.beside, self.gone = key, None, Neighbours(), False
        self._say("tui.conversation.reading")
        self.check()

    def check(self) -> None:
        """Read what is open once more: scores and feedback come later than answers, and rows may be deleted."""
        key, known = self.key, self.conversation
        self._begin(key, whole=known is not None and not known.partial)

    def _begin(self, key: str, *, whole: bool) -> None:
        future = self._load(key, whole)
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
        known = self.conversation
        if (error := message.future.exception()) is not None:
            if known is not None or isinstance(error, CancelledError):
                return
            reason = getattr(error, "notice", None)
            self._say("tui.conversation.failed", reason if isinstance(reason, Notice) else None)
            return
        found = message.future.result()
        if found is None and known is None:
            self._say(_MISSING)
        elif found is not None and found.partial and known is not None:
            return
        elif (found or known, found is None) != (known, self.gone):
            self.conversation, self.gone = found or known, found is None
            self._show(keep_place=known is not None)
        if found is not None and known is None:
            if found.partial:
                self._begin(self.key, whole=True)
            if found.user_id:
                self._look_beside()

    def _look_beside(self) -> None:
        key, future = self.key, self._load_beside(self.key)
        if future is not None:
            future.add_done_callback(lambda done: self.post_message(self.Surrounded(key, done)))

    def on_conversation_screen_surrounded(self, message: Surrounded) -> None:
        """Show what else the user asked; that it could not be read is no matter."""
        message.stop()
        future = message.future
        if message.key != self.key or future.cancelled() or future.exception() is not None:
            return
        self.beside = future.result()
        self._show(keep_place=True)

    def action_shut(self) -> None:
        """Go back to the list; from what else the user asked, to the conversation that led there."""
        left, self._left = self._left, None
        if left is None:
            self.dismiss()
            return
        self._moved(left.key)
        self.key, self.conversation, self.beside, self.gone, self.query_one(Reader).top = left
        self._show(keep_place=True)
        self._begin(self.key, whole=True)

    def action_previous_record(self) -> None:
        """Go to the conversation before."""
        self._go(-1)

    def action_next_record(self) -> None:
        """Go to the conversation after."""
        self._go(1)

    def action_users_earlier(self) -> None:
        """Go to what the same user asked before."""
        self._go_aside(self.beside.before)

    def action_users_later(self) -> None:
        """Go to what the same user asked next."""
        self._go_aside(self.beside.after)

    def action_to_logs(self) -> None:
        """Go to the log lines around the conversation."""
        if self.conversation is not None and self.conversation.time is not None:
            self.dismiss(self.conversation.time)

    def action_copy(self) -> None:
        """Copy the conversation."""
        if self.conversation is not None:
            text = conversation_text(self.conversation, host(self).look)
            self.app.copy_to_clipboard(text)
            self.query_one(Footer).tell(told("conversation", text, host(self).look.words))

    def _go(self, step: int) -> None:
        self._go_to(self._neighbour(step), None)

    def _go_aside(self, key: str | None) -> None:
        top = self.query_one(Reader).top
        left = self._left or _Left(self.key, self.conversation, self.beside, self.gone, top)
        self._go_to(key, None if key == left.key else left)

    def _go_to(self, key: str | None, left: _Left | None) -> None:
        if key is not None:
            self._left = left
            self._moved(key)
            self.open(key)

    def _say(self, message_id: str, reason: Notice | None = None) -> None:
        self._notices = (Notice(message_id), *((reason,) if reason else ()))
        self._show()

    def _show(self, *, keep_place: bool = False) -> None:
        conversation, notices = self.conversation, self._notices
        beside, gone = self.beside, self.gone
        look, table = host(self).look, host(self).keys
        keys = key_named("users_earlier", table).shown, key_named("users_later", table).shown
        heading = look.words("tui.conversation.title", id=self.key)
        missing = any(notice.id == _MISSING for notice in notices)
        remains = self._remains(self.key) if conversation is None and missing else ()

        def write(cells: int) -> Sequence[Line]:
            if conversation is None:
                texts = (row for notice in notices for row in wrap(look.words.notice(notice), cells))
                return [*((Span(text, "muted"),) for text in texts), *remaining_lines(remains, look, cells)]
            return conversation_lines(conversation, look, cells, beside, keys, gone=gone)

        self.query_one(Reader).show(heading, write, keep_place=keep_place)
        leads = {"users_earlier": beside.before, "users_later": beside.after}
        nowhere = frozenset(name for name, key in leads.items() if key is None)
        self.query_one(Footer).show(("everywhere", "dialog", "conversation"), frozenset({"help"}) | nowhere)
