"""An application that waits a moment before it takes a key for a key."""

from __future__ import annotations

import asyncio
import time

from textual import events
from textual.app import App
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from aiops_tui.tui.guard import HOLD_SECONDS, WATCHED_SECONDS, SequenceTail, Stroke, typed
from aiops_tui.tui.keys import KEYS, Key, pressed
from aiops_tui.tui.terminal import TerminalDriver

AHEAD_SECONDS = 1.0
"""So long a line to type in may take to open; keys pressed meanwhile go into it."""


class Released(Message):
    """Keys that were held back: to see whether they are a paste, or, ``typed``, until there was a line for them."""

    def __init__(self, keys: list[events.Key], *, typed: bool = False) -> None:
        super().__init__()
        self.keys = keys
        self.typed = typed


class Patient(App[int]):
    """Keeps pastes and pieces of escape sequences from being commands, and knows Hangul letters by their place."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: tuple[Key, ...] = KEYS
        self._tail = SequenceTail()
        self._held: list[events.Key] = []
        self.taken_at = 0.0
        """When the last key was pressed, by the clock that only goes on."""
        self._silence: asyncio.TimerHandle | None = None
        self._ahead: list[events.Key] | None = None
        self._ahead_until = 0.0

    async def on_event(self, event: events.Event) -> None:
        """Hold printable keys back for a moment, outside inputs: a paste is no command."""
        if isinstance(event, events.Key):
            self.taken_at = max(self.taken_at, event.time)
            self.make_way()
        if not isinstance(event, events.Key) or event.is_forwarded or self._is_typing:
            await super().on_event(event)
            return
        stroke = Stroke(event.key, event.character)
        if self._tail.swallows(stroke, time.monotonic()) or self._kept(event):
            return
        if not (stroke.printable or self._held):
            await super().on_event(event)
            return
        self._held.append(event)
        watched = isinstance(self._driver, TerminalDriver)
        # Where one sees what comes, the way here counts; elsewhere others may be on theirs.
        self._wait(event.time + WATCHED_SECONDS - time.monotonic() if watched else HOLD_SECONDS)

    def make_way(self) -> None:
        """Let what works beside the screen wait until a key is answered."""

    def _wait(self, seconds: float) -> None:
        """Let go what is held, after a while without other keys."""
        if self._silence is not None:
            self._silence.cancel()
        self._silence = asyncio.get_running_loop().call_later(seconds, self._release)

    def get_driver_class(self) -> type[Driver]:
        """Return the driver for where the console is shown, and for terminals ours."""
        chosen = super().get_driver_class()
        return TerminalDriver if chosen is LinuxDriver else chosen

    @property
    def _is_typing(self) -> bool:
        """Whether keys go into a text; such a widget is known by what Textual calls it, without loading it."""
        return self.focused is not None and any(kind.__name__ == "Input" for kind in type(self.focused).__mro__)

    def _release(self) -> None:
        if isinstance(self._driver, TerminalDriver) and self._driver.more_since(self.taken_at):
            self._wait(WATCHED_SECONDS)
            return
        held, self._held, self._silence = self._held, [], None
        repeating = {name for key in self.keys if key.repeats for name in key.keys}
        if typed([Stroke(event.key, event.character) for event in held], repeating):
            self.post_message(Released(held))

    async def on_released(self, message: Released) -> None:
        """Let keys have their effect, Hangul letters by their place on the keyboard."""
        for event in message.keys:
            if message.typed:
                await super().on_event(event)
                continue
            if self._kept(event):
                continue
            letters = pressed(event.character or "", self.keys)
            for key in [events.Key(letter, letter) for letter in letters] if letters else [event]:
                if not self._running:
                    return
                await super().on_event(key)
                if self.will_ask(key.key):
                    self._ahead, self._ahead_until = [], time.monotonic() + AHEAD_SECONDS

    def will_ask(self, key: str) -> bool:
        """Return whether a key opens a line to type in, here and now."""
        return len(self.screen_stack) == 1 and any(each.asks and key in each.keys for each in self.keys)

    def opened(self) -> None:
        """Give a line to type in, which has just opened, the keys pressed since it was asked for."""
        ahead, self._ahead = self._ahead, None
        if ahead:
            self.post_message(Released(ahead, typed=True))

    def _kept(self, event: events.Key) -> bool:
        """Keep a key for the line that is about to open, and say whether one is."""
        if self._ahead is not None and time.monotonic() < self._ahead_until:
            self._ahead.append(event)
            return True
        self._ahead = None
        return False
