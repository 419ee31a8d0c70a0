"""Running the console in a terminal, and ending with it."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from types import FrameType

from aiops_tui.config import Settings
from aiops_tui.model.view import View
from aiops_tui.tui.app import Console

_STOP_SECONDS = 0.25
"""So long after the key that leaves, what runs may go on at most: the rest of 0.3 s is for the terminal."""

_QUIET_SECONDS = 3.0
_DUE, _OVERDUE = 10, 200
"""So many collections of what is young are followed by one of all there is: where somebody typed, and where nobody."""

_NEVER = 2**30

_TURN_SECONDS = 0.0005
"""So long the monitor may go on while the screen waits for the interpreter: a key passes through three threads."""


def run_console(settings: Settings, view: View) -> int:
    """Run until the console is left; the monitor gets a moment to cancel what runs."""
    sys.setswitchinterval(_TURN_SECONDS)
    gc.disable()  # what is loaded at the start is here to stay; to look for garbage in it takes a tenth of a second
    console = Console(settings, view)
    console.grown = _pass_over_what_stays
    _end_with_the_terminal(console)
    result = console.run(mouse=settings.mouse)
    stopping = console.stopping or console.begin_stopping()
    if stopping is not None:
        stopping.join(max(_STOP_SECONDS - console.leaving_seconds, 0))
    console.sharing.stop(_STOP_SECONDS - console.leaving_seconds)
    if _server():
        console.keep()  # a page that is closed does not leave by a key
    if console.crash_line:
        print(console.crash_line, file=sys.stderr)  # noqa: T201
        return 1
    return result or console.return_code or 0


def _pass_over_what_stays() -> None:
    """Look for garbage only in what comes from now on: to go through all there is would hold up keys, for long."""
    gc.freeze()
    gc.set_threshold(*gc.get_threshold()[:2], _NEVER)  # of all there is only when nobody types
    gc.enable()


class _Sweeper:
    """Looks for garbage in all there is while nobody types, since a key would have to wait for it.

    What is typed opens and closes screens, which leave much; polls leave little.
    """

    def __init__(self) -> None:
        self._typed_at = 0.0

    def sweep(self, typed_at: float) -> None:
        """Do it if it is time to; ``typed_at`` is when the last key was pressed."""
        due = _DUE if typed_at > self._typed_at else _OVERDUE
        if gc.isenabled() and gc.get_count()[2] >= due and time.monotonic() - typed_at > _QUIET_SECONDS:
            self._typed_at = typed_at
            gc.collect()


def _end_with_the_terminal(console: Console) -> None:
    """End at SIGTERM, at SIGHUP, and when the terminal is gone though SIGHUP is ignored, or the server of a browser's.

    After a hang-up nothing can be written, so that an orderly end would block.
    """

    def hung_up(number: int, frame: FrameType | None) -> None:
        abandon(console)

    def terminated(number: int, frame: FrameType | None) -> None:
        console.call_later(console.leave)

    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, hung_up)
    signal.signal(signal.SIGTERM, terminated)
    served, had_terminal, sweeper = _server(), _has_terminal(), _Sweeper()

    def each_second() -> None:
        if (str(os.getppid()) != served) if served else (had_terminal and not _has_terminal()):
            abandon(console)
        sweeper.sweep(console.taken_at)

    console.each_second = each_second


def abandon(console: Console) -> None:
    """End the process at once, giving the monitor a moment to cancel what runs, and a share one to be kept."""
    with suppress(Exception):  # whatever happens, it ends
        console.keep()
    monitor, ends = console.session.monitor, time.monotonic() + _STOP_SECONDS
    with suppress(Exception):
        console.sharing.stop(0)
    if monitor is not None:
        with suppress(Exception):
            stopping = threading.Thread(target=monitor.stop, args=(_STOP_SECONDS,), daemon=True)
            stopping.start()
            stopping.join(_STOP_SECONDS)
    with suppress(Exception):
        console.sharing.stop(ends - time.monotonic())
    os._exit(1)


def _server() -> str | None:
    """Return the process that shows this console in a browser, None if it has a terminal."""
    return os.environ.get("AIOPS_WEB_PARENT")


def _has_terminal() -> bool:
    stdin = sys.__stdin__
    return stdin is not None and os.isatty(stdin.fileno())
