"""A thread that keeps a book of logs up to date."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from aiops_tui.source.logs.book import LogBook
from aiops_tui.source.logs.watch import Watch

_PATIENCE = 2.0
"""Where the system tells of changes it is looked so often all the same, in seconds."""

_WAY, _MOST, _STEP = 0.04, 0.3, 0.004
"""So long a key may be on its way to the screen; so long one read is put off by keys at most; so often it is looked."""

_BETWEEN = 0.02
"""So long others are let to work between two reads while there is more to read."""


class LogFollower:
    """Reads ``book`` when the system says that a file changed, at most every ``interval`` seconds.

    Where the system does not say so, as on network file systems, it looks every ``interval`` seconds. ``changed`` is
    called from its thread when the book has changed.
    """

    def __init__(self, book: LogBook, changed: Callable[[], object], interval: float = 0.25) -> None:
        self._book = book
        self._changed = changed
        self._interval = interval
        self.looked = threading.Event()
        """Set once all files were looked at, or never will be."""
        self._way_until = self._put_off_until = 0.0
        self._stopping = threading.Event()
        self._watch = Watch()
        self._thread = threading.Thread(target=self._run, name="logs", daemon=True)

    def start(self) -> None:
        """Begin to follow; once only."""
        self._thread.start()

    def make_way(self) -> None:
        """Leave the interpreter to others for a moment: to take lines apart would hold up a key."""
        self._way_until = time.monotonic() + _WAY

    def stop(self, timeout: float = 0.3) -> None:
        """Stop reading, within one block, and close the files; does not wait longer than ``timeout`` seconds."""
        self._stopping.set()
        self._watch.wake()
        if self._thread.ident is None:
            self._watch.close()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        told = trusted = True
        try:
            self._look()
            self.looked.set()
            while not self._stopping.is_set():
                watched = self._book.watched()
                complete = self._watch.over(*watched)
                untold = self._look() and not told
                if self._book.watched() != watched:
                    # A file that was found just now may grow before it is watched too.
                    continue
                if told:
                    self._stopping.wait(self._interval)
                # What was written a moment ago may have been read before there was word of it.
                patience = 0.0 if untold else _PATIENCE if complete and trusted else self._interval
                told = self._watch.wait(patience)
                trusted = trusted and (told or not untold)
        finally:
            self.looked.set()
            self._watch.close()
            self._book.close()

    def _look(self) -> bool:
        """Read all that is new, and say whether there was anything."""
        version = self._book.version
        while not self._stopping.is_set():
            before = self._book.version
            self._put_off_until = time.monotonic() + _MOST
            self._book.poll(self._stopped)
            if self._book.version != before and not self._stopping.is_set():
                self._changed()
            if not self._book.behind:
                break
            self._stopping.wait(_BETWEEN)
        return self._book.version != version

    def _stopped(self) -> bool:
        """Wait while others are to have way, though not for ever, and say whether to stop."""
        while time.monotonic() < min(self._way_until, self._put_off_until) and not self._stopping.wait(_STEP):
            pass
        return self._stopping.is_set()
