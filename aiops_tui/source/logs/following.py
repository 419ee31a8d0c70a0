"""One log file followed through its rotations: each line once and in order, whether it is renamed or truncated."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from aiops_tui.model.panels import Notice
from aiops_tui.source.logs.places import Place, is_compressed, rotated
from aiops_tui.source.logs.reading import Block, Lines, OpenFile, RestartedError, identity
from aiops_tui.text.printable import printable

MOST_BEHIND = 32 * 1024 * 1024
"""So many bytes may be written and not read yet; of more, the last are read, and that is said."""

AT_ONCE = 2 * 1024 * 1024
"""So many bytes of the file that is open are taken at one read."""

PIECE = 32 * 1024
"""So many bytes are taken apart before who reads may be stopped, or asked to wait."""

FIRST_LOOK = 256 * 1024
"""So many bytes before the end are read of a file that is opened; those before them when they are asked for."""

_GLANCE, _ENOUGH = 64 * 1024, 200
"""Of a file that is longer fewer bytes are read where they are so many lines: it is on the screen sooner."""

_MIB = 1024 * 1024
_NOTICES = {
    errno.ENOENT: "logs.missing",
    errno.ENOTDIR: "logs.missing",
    errno.EACCES: "logs.unreadable",
    errno.EPERM: "logs.unreadable",
    errno.EISDIR: "logs.directory",
    errno.ESPIPE: "logs.not_a_file",
}


class Extent(NamedTuple):
    """Where the file that is open lies in its log: from ``base``, read up to ``end``; ``identity`` None for no file."""

    path: Path
    base: int
    end: int
    identity: tuple[int, int] | None


class FollowedFile:
    """The lines of one log, from the end of what is there to whatever is written to its name.

    The file is kept open, so that what was written before it was renamed is read to its end; files that were rotated
    away between two reads, and the copy that *copytruncate* makes, are found beside it. ``problem`` says what keeps it
    from being read at present, ``modified`` when it was last written, in seconds since the epoch.

    Positions count the bytes of the log through all its files: 0 is the start of the file that was there at first,
    those of files rotated away before are negative.
    """

    def __init__(self, place: Place, first_look: int = FIRST_LOOK) -> None:
        self.path = place.path
        self.problem: Notice | None = None
        self.skipped = 0
        """How many bytes were passed over, as there were too many at once."""
        self.behind = 0
        """How many bytes of those that were there the last read left to the next."""
        self.modified = 0.0
        self.base = 0
        """The position at which the file that is open begins."""
        self.extent = Extent(place.path, 0, 0, None)
        self._place = place
        self._first_look = first_look
        self._first = True
        self._file: OpenFile | None = None
        self._beside: set[tuple[int, int]] = set()  # rotated files that have been dealt with
        self._lines = Lines()

    @property
    def name(self) -> str:
        """The path, printable."""
        return printable(str(self.path))

    @property
    def position(self) -> int:
        """How far the log was read."""
        return self.base + (self._file.offset if self._file else 0)

    def read(self) -> Iterator[Block]:
        """Yield what was written since the last call, as blocks of whole lines; never raises."""
        self.problem = None
        self.behind = 0
        try:
            if is_compressed(self.path):
                self.problem = Notice("logs.compressed", {"path": self.name})
            else:
                yield from self._read()
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            self.problem = self._told(error)
        finally:  # who reads may have had enough
            self._first = False
            self.extent = Extent(self.path, self.base, self.position, self._file.identity if self._file else None)

    def notices(self) -> Iterator[Notice]:
        """Yield what a person is to know of this file."""
        if self.problem and (self._place.given or self.problem.id != "logs.missing"):
            yield self.problem
        if self._file and self._file.binary:
            yield Notice("logs.binary", {"path": self.name})
        if self.skipped:
            yield Notice("logs.skipped", {"path": self.name, "mib": max(round(self.skipped / _MIB), 1)})
        if self._lines.cut:
            yield Notice("logs.long_lines", {"path": self.name, "n": self._lines.cut})

    def close(self) -> None:
        """Let go of the file; a later read begins again."""
        if self._file:
            self.base = self.position
            self._file.close()
            self._file = None

    def _read(self) -> Iterator[Block]:
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
            if status.st_size == 0 or self.behind:
                return
            new = OpenFile(self.path)
            if new.identity != identity(status):  # rotated again: of this one nothing says that it is written to yet
                new.close()
                return
            yield from self._move_on(new)
        if self._file:
            yield from self._drain(self._file)

    def _last_words(self) -> Iterator[Block]:
        if self._file is None:
            return
        yield from self._drain(self._file)
        if self._file.status().st_nlink == 0 and not self.behind:
            yield self._lines.flush()
            self.close()

    def _begin(self) -> Iterator[Block]:
        with _rotation(self.path) as files:
            self._beside = {file.identity for file in files}
        file = OpenFile(self.path)
        self._file = file
        room = max(self._first_look - file.status().st_size, 0)
        if not self._first or not room:  # it appeared since, or its own end is enough
            yield from self._rest_of(file, self.base, self._first_look if self._first else None, AT_ONCE)
            return
        with _opened(self._place.history) as history:
            parts: list[tuple[OpenFile, int, int]] = []
            base = 0
            for old in reversed(history):
                size = old.status().st_size
                base -= size
                parts.append((old, base, min(size, room)))
                room -= min(size, room)
            for old, base, part in reversed(parts):
                yield from self._rest_of(old, base, part)
                yield self._lines.flush()

    def _move_on(self, new: OpenFile) -> Iterator[Block]:
        """Go from the file that is open to the one that has its name now, over those in between."""
        try:
            yield from self._missed(new.identity)
            yield self._lines.flush()
        except BaseException:
            new.close()
            raise
        if self._file:
            self._file.close()
        self._file = new

    def _drain(self, file: OpenFile) -> Iterator[Block]:
        """Yield what is new in the file that is open; if it was begun anew, what was missed, and then it from there."""
        if not file.offset:
            yield from self._copies(file)
        while True:
            try:
                yield from self._rest_of(file, self.base, most=AT_ONCE)
            except RestartedError:
                last = yield from self._missed(file.identity)
                # The last copy may be of what is there now, and about to be truncated.
                if last is not None and file.takes_up(last):
                    self.base -= file.offset
                else:
                    yield self._lines.flush()
                    file.seek(0)
            else:
                return

    def _copies(self, file: OpenFile) -> Iterator[Block]:
        """Yield what was written to a file of which nothing was read yet when it was copied, and truncated."""
        with _rotation(self.path) as files, contextlib.suppress(FileNotFoundError):
            if identity(os.stat(self.path)) == file.identity:  # noqa: PTH116
                yield from self._copied(file, files)  # nothing was renamed after it

    def _copied(self, file: OpenFile, files: Sequence[OpenFile]) -> Iterator[Block]:
        for copy in files:
            if copy.identity not in self._beside and copy.written >= file.written:
                yield from self._rest_of(copy, self.base)
                if not file.takes_up(copy):  # it may be about to be truncated
                    yield self._lines.flush()
                    self.base += copy.offset
            self._beside.add(copy.identity)

    def _rest_of(
        self, file: OpenFile, base: int, first_look: int | None = None, most: int | None = None
    ) -> Iterator[Block]:
        """Yield what was not read of a file that begins at ``base``, ``most`` of it; at the first look its end only."""
        status = file.status()
        self.modified = status.st_mtime
        behind = status.st_size - file.offset
        if behind > (MOST_BEHIND if first_look is None else first_look):
            start = status.st_size - (AT_ONCE if first_look is None else _glance(file, status.st_size, first_look))
            if first_look is None:
                self.skipped += start - file.offset
            file.seek(start - 1)  # so that a line that begins right there is not taken for a torn one
            self._lines.skip()
        for block in file.blocks(most, PIECE):
            yield self._lines.feed(block, base + file.offset - len(block))
        self.behind = max(status.st_size - file.offset, 0)

    def _missed(self, until: tuple[int, int]) -> Generator[Block, None, OpenFile | None]:
        """Yield what the rotated files hold beyond what was read, up to the file ``until``, which is to begin there.

        Returns the last of them, None if there are none.
        """
        last, end, more = self._file, self.position, True
        while last is not None and more:  # others may be rotated away while these are read
            with _rotation(self.path) as files:
                following = list(takewhile(lambda file: file.identity != until, _after(files, last)))
                for file in following:
                    base = end - file.offset
                    with contextlib.suppress(RestartedError):
                        yield from self._rest_of(file, base)
                    end = base + file.offset
                    last = file
                more = bool(following)
                self._beside.update(file.identity for file in files)
        self.base = end
        return None if last is self._file else last

    def _told(self, error: OSError | ValueError) -> Notice:
        if isinstance(error, OSError) and error.errno in _NOTICES:
            return Notice(_NOTICES[error.errno], {"path": self.name})
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return Notice("logs.failed", {"path": self.name, "reason": printable(reason)})


def _glance(file: OpenFile, size: int, first_look: int) -> int:
    """Return how many bytes before the end to read at first."""
    part = min(_GLANCE, first_look)
    return part if file.at(size - part, part).count(b"\n") >= _ENOUGH else first_look


def _after(files: Sequence[OpenFile], ours: OpenFile) -> list[OpenFile]:
    """Return the rotated files, oldest first, that hold what follows on what was read of ``ours``."""
    for place in reversed(range(len(files))):
        if files[place].identity == ours.identity:
            return list(files[place + 1 :])
        if files[place].takes_up(ours):
            return list(files[place:])
    # A copy may have been made while what was written after it was read; there is nothing in it that was not.
    return [file for file in files if file.status().st_mtime_ns > ours.written and not file.begins(ours)]


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
