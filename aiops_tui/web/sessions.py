"""The consoles that run: who each belongs to, how many there may be, and which have been left alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from aiops_tui.web.child import Child

Close = Callable[[str], object]
"""Ends a session, for a reason that its page is told."""


@dataclass(eq=False)
class Session:
    """One console in one browser; ``login`` is the id of who came in, nothing where everybody may."""

    login: str
    child: Child
    close: Close
    touched: float = field(default_factory=time.monotonic)

    def touch(self) -> None:
        """Note that somebody is there."""
        self.touched = time.monotonic()


class Sessions:
    """All sessions, no more than ``most`` at a time."""

    def __init__(self, most: int, idle_seconds: float) -> None:
        self.most = most
        self._idle_seconds = idle_seconds
        self._sessions: set[Session] = set()

    def __len__(self) -> int:
        return len(self._sessions)

    @property
    def full(self) -> bool:
        """Whether there is no room for another."""
        return len(self) >= self.most

    def enter(self, session: Session) -> bool:
        """Take a session in, if there is room; its process has not been started yet."""
        if self.full:
            return False
        self._sessions.add(session)
        return True

    def leave(self, session: Session) -> None:
        """Let a session go, whose process has ended."""
        self._sessions.discard(session)

    def offering(self, login: str, key: str) -> Child | None:
        """Return the console of a login that has a file to fetch, once."""
        for session in self._sessions:
            download = session.child.downloads.get(key)
            if session.login == login and download is not None and not download.fetched:
                return session.child
        return None

    def end(self, reason: str, which: Callable[[Session], bool] = lambda session: True) -> None:
        """End sessions."""
        for session in [each for each in self._sessions if which(each)]:
            session.close(reason)

    async def watch(self, is_in: Callable[[str], bool], every: float) -> None:
        """End sessions that were left alone, or whose login has ended, for as long as this runs."""
        while True:
            await asyncio.sleep(every)
            self.end("logged_out", lambda session: not is_in(session.login))
            self.end("idle", partial(_older, time.monotonic() - self._idle_seconds))


def _older(since: float, session: Session) -> bool:
    return session.touched < since
