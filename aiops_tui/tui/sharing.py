"""Sharing in the background: one at a time, never in the way of keys or of leaving."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from aiops_tui.config import Settings
from aiops_tui.model.panels import Snapshot
from aiops_tui.model.view import View
from aiops_tui.text.translations import Translator

if TYPE_CHECKING:
    from aiops_tui.slack import Outcome

Send = Callable[[Snapshot, View, Settings, Translator], "Outcome"]


def to_slack(snapshot: Snapshot, view: View, settings: Settings, words: Translator) -> Outcome:
    """Post to Slack; its libraries are loaded on first use."""
    from aiops_tui.slack import share

    return share(snapshot, view, settings, words)


class Sharing:
    """Runs one share at a time in a thread that does not keep the program from ending."""

    def __init__(self, send: Send = to_slack) -> None:
        self._send = send
        self._running = threading.Event()

    def begin(
        self,
        snapshot: Snapshot,
        view: View,
        settings: Settings,
        words: Translator,
        done: Callable[[Outcome | Exception], object],
    ) -> bool:
        """Start to share and return at once; False if a share is under way. ``done`` is called in the thread."""
        if self._running.is_set():
            return False
        self._running.set()

        def work() -> None:
            result: Outcome | Exception
            try:
                result = self._send(snapshot, view, settings, words)
            except Exception as error:  # noqa: BLE001 - told to the operator, who may share again
                result = error
            self._running.clear()
            done(result)

        threading.Thread(target=work, name="share", daemon=True).start()
        return True
