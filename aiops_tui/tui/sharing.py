"""Sharing in the background: one at a time, in nobody's way; what waits goes out by itself."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from aiops_tui.config import Settings
from aiops_tui.model.panels import Snapshot
from aiops_tui.model.view import View
from aiops_tui.text.translations import Translator

if TYPE_CHECKING:
    from aiops_tui.slack import Outcome, Wish

Send = Callable[[Snapshot, View, Settings, Translator, "Wish | None"], "Outcome"]
Done = Callable[["Outcome | Exception"], object]
"""Called in the thread that worked."""

TAKE_BACK_SECONDS = 60.0
LINK_SECONDS = 20.0
"""So long after a share ``y`` copies its address."""

_FRAME_FIRST = 0.02
"""What was begun runs so much later: what it loads would hold up the very frame that tells of it."""

_LOOK_AGAIN = 30.0
_LEAST = 1.0


def to_slack(
    snapshot: Snapshot, view: View, settings: Settings, words: Translator, wish: Wish | None = None
) -> Outcome:
    """Post to Slack; its libraries are loaded on first use."""
    from aiops_tui.slack import USUAL, share

    return share(snapshot, view, settings, words, wish or USUAL)


class Sharing:
    """Runs one share at a time in a thread that does not keep the program from ending."""

    def __init__(self, send: Send = to_slack, clock: Callable[[], float] = time.monotonic) -> None:
        self._send = send
        self._clock = clock
        self._running = threading.Event()
        self._leaving = threading.Event()
        self._last: tuple[float, Outcome] | None = None
        self._worker: threading.Thread | None = None

    def begin(
        self,
        snapshot: Snapshot,
        view: View,
        settings: Settings,
        words: Translator,
        done: Done,
        wish: Wish | None = None,
    ) -> bool:
        """Start to share and return at once; False if a share is under way."""

        def work() -> Outcome:
            outcome = self._send(snapshot, view, settings, words, wish)
            if outcome.share is not None:
                self._last = (self._clock(), outcome)
            return outcome

        return self._run(work, done)

    @property
    def link(self) -> str | None:
        """The address of what was just shared."""
        if self._last is None or self._clock() - self._last[0] > LINK_SECONDS:
            return None
        return self._last[1].permalink

    def take_back(self, settings: Settings, done: Done) -> bool | None:
        """Start to take the last share back; None if there is none of the last minute, False if one is under way."""
        if self._last is None or self._clock() - self._last[0] > TAKE_BACK_SECONDS:
            return None
        share = self._last[1].share or ""

        def work() -> Outcome:
            from aiops_tui.slack.listing import take_back

            outcome = take_back(share, settings)
            if outcome.kind == "sent":
                self._last = None
            return outcome

        return self._run(work, done)

    def do(self, work: Callable[[], Outcome], done: Done) -> bool:
        """Do something with the outbox; False if a share is under way."""
        return self._run(work, done)

    def watch(self, settings: Settings, done: Done) -> None:
        """Send what waits, now and whenever it is due, until the console is left; nothing is loaded for nothing."""
        path = settings.state_dir / "outbox.db"

        def work() -> None:
            pause = _LEAST
            while not self._leaving.wait(pause):
                pause = _LOOK_AGAIN
                if path.exists() and not self._running.is_set():
                    pause = self._deliver(settings, done)

        threading.Thread(target=work, name="outbox", daemon=True).start()

    def stop(self, seconds: float) -> None:
        """Wait so long at most for a share that is under way."""
        self._leaving.set()
        self._go()
        if self._worker is not None:
            self._worker.join(max(seconds, 0))

    def _deliver(self, settings: Settings, done: Done) -> float:
        from aiops_tui.slack.listing import deliver

        try:
            outcomes, pause = deliver(settings)
        except Exception as error:  # noqa: BLE001 - told to the operator
            done(error)
            return _LOOK_AGAIN
        for outcome in outcomes:
            done(outcome)
        return max(min(pause, _LOOK_AGAIN), _LEAST)

    def _run(self, work: Callable[[], Outcome], done: Done) -> bool:
        if self._running.is_set():
            return False
        self._running.set()

        def run() -> None:
            result: Outcome | Exception
            try:
                result = work()
            except Exception as error:  # noqa: BLE001 - told to the operator, who may share again
                result = error
            self._running.clear()
            done(result)

        self._worker = threading.Thread(target=run, name="share", daemon=True)
        asyncio.get_running_loop().call_later(_FRAME_FIRST, self._go)
        return True

    def _go(self) -> None:
        """Let what was begun run, unless it does."""
        if self._worker is not None and self._worker.ident is None:
            self._worker.start()
