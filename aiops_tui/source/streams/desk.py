"""The connection that log entries are read over, apart from the monitor's: whoever scrolls back waits for nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from aiops_tui.config import Settings
from aiops_tui.source.database import Database, open_database
from aiops_tui.source.problems import Cancelled, SourceError

T = TypeVar("T")


class Desk:
    """One connection, opened when it is first needed; any thread may ask, one at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._database: Database | None = None
        self._lock = threading.Lock()
        self._closed = False

    def ask(self, work: Callable[[Database], T]) -> T:
        """Return what some reading comes to, all of one consistent view.

        Raises:
            SourceError: with what to do about it; the next question opens the connection anew where it was lost.
        """
        with self._lock:
            database = self._connected()
            try:
                with database.transaction():
                    return work(database)
            except SourceError as error:
                if error.lost:
                    database.close()
                    self._database = None
                raise

    def close(self) -> None:
        """Withdraw what is under way and give the connection up; nothing can be asked after that."""
        self._closed = True
        if self._lock.acquire(blocking=False):
            self._give_up()
        elif self._database is not None:
            # The network may swallow the cancellation: nobody waits for it.
            threading.Thread(target=self._withdraw, args=(self._database,), name="log desk", daemon=True).start()

    def _withdraw(self, database: Database) -> None:
        database.cancel()
        self._lock.acquire()
        self._give_up()

    def _give_up(self) -> None:
        if self._database is not None:
            self._database.close()
        self._database = None
        self._lock.release()

    def _connected(self) -> Database:
        if self._closed:
            raise Cancelled
        if self._database is None:
            database = open_database(self._settings)
            database.connect()
            self._database = database
        self._database.arm()
        return self._database
