"""A thread that keeps a book of logs up to date."""

from __future__ import annotations

import threading
from collections.abc import Callable

from aiops_tui.source.logs.book import LogBook


class LogFollower:
    """Polls ``book`` every ``interval`` seconds; ``changed`` is called from its thread when the book has changed."""

    def __init__(self, book: LogBook, changed: Callable[[], object], interval: float = 0.25) -> None:
        self._book = book
        self._changed = changed
        self._interval = interval
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="logs", daemon=True)

    def start(self) -> None:
        """Begin to follow; once only."""
        self._thread.start()

    def stop(self, timeout: float = 0.3) -> None:
        """Stop reading, within one block, and close the files; does not wait longer than ``timeout`` seconds."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        version = self._book.version
        try:
            while not self._stopping.is_set():
                self._book.poll(self._stopping.is_set)
                if version != self._book.version and not self._stopping.is_set():
                    version = self._book.version
                    self._changed()
                self._stopping.wait(self._interval)
        finally:
            self._book.close()
