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


def run_console(settings: Settings, view: View) -> int:
    """Run until the console is left; the monitor gets a moment to cancel what runs."""
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
    gc.enable()


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
    if _server():
        console.each_second = lambda: None if str(os.getppid()) == _server() else abandon(console)
    elif _has_terminal():
        console.each_second = lambda: None if _has_terminal() else abandon(console)


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
