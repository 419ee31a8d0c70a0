"""Waiting for work that does not hear Ctrl+C, as a database driver that waits for its server."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")

_LIMIT = 10.0
_PARTING = 1.0


def interruptible(work: Callable[[], T], withdraw: Callable[[], object] | None = None) -> T:
    """Do the work in a thread and return what it returns, or raise what it raises; Ctrl+C leaves it behind at once.

    ``withdraw`` is done first, for a second at most, so that nobody works on for who has left.
    """
    outcome: Future[T] = Future()

    def do() -> None:
        try:
            outcome.set_result(work())
        except BaseException as error:  # noqa: BLE001 - the waiting thread raises it
            outcome.set_exception(error)

    thread = threading.Thread(target=do, name="work", daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            # With a limit: polars sets a signal handler under which a wait without one would not end.
            thread.join(_LIMIT)
    except KeyboardInterrupt:
        if withdraw is not None:
            withdrawing = threading.Thread(target=withdraw, name="withdraw", daemon=True)
            withdrawing.start()
            withdrawing.join(_PARTING)
        raise
    return outcome.result()
