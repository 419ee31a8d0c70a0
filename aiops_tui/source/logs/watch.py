"""Word of the system that files changed: by inotify where there is one, else nobody tells and one has to look."""

from __future__ import annotations

import contextlib
import os
import select
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inotify_simple import INotify

_AT_ONCE = 64 * 1024
_MOST = 4096
"""After so many watches all are made anew, without those of files that went long ago."""


class Watch:
    """Waits for files to be written, truncated, replaced or to appear. Used by one thread, but for `wake`.

    That a file can be watched does not say that word comes of it: network file systems stay silent.
    """

    def __init__(self) -> None:
        self._woken, self._waker = socket.socketpair()
        self._waker.setblocking(False)
        self._notify: INotify | None = None
        self._tried = False

    def over(self, files: Iterable[Path], folders: Iterable[Path]) -> bool:
        """Watch what is written to files, and what comes and goes in folders, and say whether all can be watched.

        What happens from here on is told by `wait`, so that it is to be called before one looks.
        """
        notify = self._listening()
        if notify is None:
            return False
        from inotify_simple import flags

        comes_and_goes = flags.CREATE | flags.MOVED_TO | flags.MOVED_FROM | flags.DELETE | flags.ONLYDIR
        highest = 0
        for paths, events in ((folders, comes_and_goes), (files, flags.MODIFY)):
            for path in paths:
                try:
                    highest = max(notify.add_watch(path, events), highest)
                except (FileNotFoundError, NotADirectoryError, PermissionError, ValueError):  # ValueError: a NUL
                    continue  # of what appears there its folder tells
                except OSError:  # no more watches are to be had
                    return False
        if highest > _MOST:
            self._stop_listening()
        return True

    def wait(self, seconds: float) -> bool:
        """Wait until something happens, for so long at most, and say whether there was word of files."""
        poll = select.poll()
        poll.register(self._woken, select.POLLIN)
        if self._notify is not None:
            poll.register(self._notify, select.POLLIN)
        told = {descriptor for descriptor, _ in poll.poll(seconds * 1000)} - {self._woken.fileno()}
        for descriptor in told:
            with contextlib.suppress(BlockingIOError):
                # What was told does not matter: to look at all files costs less than to tell one event from another.
                while len(os.read(descriptor, _AT_ONCE)) > _AT_ONCE // 2:
                    pass
        return bool(told)

    def wake(self) -> None:
        """End a `wait` of another thread, and all that follow."""
        with contextlib.suppress(OSError):
            self._waker.send(b"\0")

    def close(self) -> None:
        """Let go of all files."""
        self._stop_listening()
        self._woken.close()
        self._waker.close()

    def _listening(self) -> INotify | None:
        if not self._tried:
            self._tried = True
            # OSError: the user has as many as may be; AttributeError: this is no Linux.
            with contextlib.suppress(ImportError, AttributeError, OSError):
                from inotify_simple import INotify  # only where files are followed

                self._notify = INotify(nonblocking=True)
        return self._notify

    def _stop_listening(self) -> None:
        if self._notify is not None:
            self._notify.close()
        self._notify, self._tried = None, False
