"""One log file followed through its rotations: each line once and in order, whether it is renamed or truncated."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from aiops_tui.model.panels import Notice
from aiops_tui.source.logs.places import Place, is_compressed, rotated
from aiops_tui.source.logs.reading import Lines, OpenFile, RestartedError, identity
from aiops_tui.text.printable import printable

MOST_BEHIND = 32 * 1024 * 1024
"""So many bytes before the end of a file are read; of a file that is further ahead, the rest is skipped."""

_MIB = 1024 * 1024
_NOTICES = {
    errno.ENOENT: "logs.missing",
    errno.ENOTDIR: "logs.missing",
    errno.EACCES: "logs.unreadable",
    errno.EPERM: "logs.unreadable",
    errno.EISDIR: "logs.directory",
    errno.ESPIPE: "logs.not_a_file",
}


class FollowedFile:
    """The lines of one log, from the end of what is there to whatever is written to its name.

    The file is kept open, so that what was written before it was renamed is read to its end; files that were rotated
    away between two reads, and the copy that *copytruncate* makes, are found beside it. ``problem`` says what keeps it
    from being read at present, ``modified`` when it was last written, in seconds since the epoch.
    """

    def __init__(self, place: Place, most: int = MOST_BEHIND) -> None:
        self.path = place.path
        self.problem: Notice | None = None
        self.skipped = 0
        self.modified = 0.0
        self._place = place
        self._most = most
        self._file: OpenFile | None = None
        self._lines = Lines()

    @property
    def name(self) -> str:
        """The path, printable."""
        return printable(str(self.path))

    def read(self) -> Iterator[list[bytes]]:
        """Yield what was written since the last call, as batches of whole lines; never raises."""
        self.problem = None
        try:
            if is_compressed(self.path):
                self.problem = Notice("logs.compressed", {"path": self.name})
            else:
                yield from self._read()
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            self.problem = self._told(error)

    def notices(self) -> Iterator[Notice]:
        """Yield what a person is to know of this file."""
        if self.problem and (self._place.given or self.problem.id != "logs.missing"):
            yield self.problem
        if self.skipped:
            yield Notice("logs.skipped", {"path": self.name, "mib": max(round(self.skipped / _MIB), 1)})
        if self._lines.cut:
            yield Notice("logs.long_lines", {"path": self.name, "n": self._lines.cut})

    def close(self) -> None:
        """Let go of the file; a later read begins again."""
        if self._file:
            self._file.close()
            self._file = None

    def _read(self) -> Iterator[list[bytes]]:
        # First the name, then the file that is open: a writer who has written to a new file writes no more to the old.
        try:
            status = os.stat(self.path)  # noqa: PTH116
        except FileNotFoundError:
            yield from self._last_words()
            raise
        if self._file is None:
            yield from self._begin()
        elif identity(status) != self._file.identity:
            yield from self._drain(self._file)
            if status.st_size == 0:
                return
            yield from self._move_on(OpenFile(self.path))
        if self._file:
            yield from self._drain(self._file)

    def _last_words(self) -> Iterator[list[bytes]]:
        if self._file is None:
            return
        yield from self._drain(self._file)
        if self._file.status().st_nlink == 0:
            yield self._lines.flush()
            self.close()

    def _begin(self) -> Iterator[list[bytes]]:
        file = OpenFile(self.path)
        self._file = file
        room = self._most - min(file.status().st_size, self._most)
        with _opened(self._place.history) as history:
            parts: list[tuple[OpenFile, int]] = []
            for old in reversed(history):
                part = min(old.status().st_size, room)
                parts.append((old, part))
                room -= part
            for old, part in reversed(parts):
                yield from self._rest_of(old, part)
                yield self._lines.flush()

    def _move_on(self, new: OpenFile) -> Iterator[list[bytes]]:
        """Go from the file that is open to the one that has its name now, over those in between."""
        try:
            yield from self._missed(new.identity)
            yield self._lines.flush()
        except BaseException:
            new.close()
            raise
        self.close()
        self._file = new

    def _drain(self, file: OpenFile) -> Iterator[list[bytes]]:
        """Yield what is new in the file that is open; if it was begun anew, what was missed, and then it from there."""
        while True:
            try:
                yield from self._rest_of(file)
            except RestartedError:
                yield from self._missed(file.identity)
                yield self._lines.flush()
                file.seek(0)
            else:
                return

    def _rest_of(self, file: OpenFile, most: int | None = None) -> Iterator[list[bytes]]:
        most = self._most if most is None else most
        status = file.status()
        self.modified = status.st_mtime
        if status.st_size - file.offset > most:
            self._skip(file, status.st_size - most)
        for block in file.blocks():
            yield self._lines.feed(block)

    def _skip(self, file: OpenFile, start: int) -> None:
        self.skipped += start - file.offset
        file.seek(start - 1)  # so that a line that begins right there is not taken for a torn one
        self._lines.skip()

    def _missed(self, until: tuple[int, int]) -> Iterator[list[bytes]]:
        """Yield what the rotated files hold beyond what was read, up to the file ``until``."""
        ours = self._file
        if ours is None:
            return
        with _rotation(self.path) as files:
            for file in _after(files, ours):
                if file.identity == until:
                    break
                with contextlib.suppress(RestartedError):
                    yield from self._rest_of(file)

    def _told(self, error: OSError | ValueError) -> Notice:
        if isinstance(error, OSError) and error.errno in _NOTICES:
            return Notice(_NOTICES[error.errno], {"path": self.name})
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return Notice("logs.failed", {"path": self.name, "reason": printable(reason)})


def _after(files: Sequence[OpenFile], ours: OpenFile) -> list[OpenFile]:
    """Return the rotated files, oldest first, that hold what follows on what was read of ``ours``."""
    for place in reversed(range(len(files))):
        if files[place].identity == ours.identity:
            return list(files[place + 1 :])
        if files[place].takes_up(ours):
            return list(files[place:])
    written = ours.status().st_mtime_ns
    return [file for file in files if file.status().st_mtime_ns > written]


@contextlib.contextmanager
def _rotation(path: Path) -> Iterator[list[OpenFile]]:
    """Open the files rotated away from a log, oldest first.

    They are opened from the latest on, against the direction in which a rotation under way renames them: a file may be
    met twice, but none slips by.
    """
    files: dict[tuple[int, int], OpenFile] = {}
    tried: set[Path] = set()
    try:
        while names := [name for name in rotated(path) if name not in tried]:
            tried.update(names)
            for name in names:
                with contextlib.suppress(OSError):
                    file = OpenFile(name)
                    if files.setdefault(file.identity, file) is not file:
                        file.close()
        oldest_first = list(reversed(files.values()))
        # Files written within one tick of the file system's clock stay in the order of their names.
        oldest_first.sort(key=lambda file: file.status().st_mtime_ns)
        yield oldest_first
    finally:
        for file in files.values():
            file.close()


@contextlib.contextmanager
def _opened(paths: Iterable[Path]) -> Iterator[list[OpenFile]]:
    with contextlib.ExitStack() as stack:
        files: list[OpenFile] = []
        for path in paths:
            with contextlib.suppress(OSError):
                files.append(OpenFile(path))
                stack.callback(files[-1].close)
        yield files
