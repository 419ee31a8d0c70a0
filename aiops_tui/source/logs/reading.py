"""Bytes of a growing file, in bounded blocks, and the lines that they make up."""

from __future__ import annotations

import codecs
import errno
import os
import re
import stat
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

BLOCK = 256 * 1024
"""So many bytes are read at once: few enough that no single call holds the interpreter for long."""

LINE_LIMIT = 64 * 1024
"""A line is read so far, in bytes; a longer one has one byte more, as the sign that it was cut."""

_MARK = 64
_HEAD = 1024

_HOLE = re.compile(rb"\0{16,}")
_WRITTEN = bytes(byte for byte in range(256) if byte in b"\0\a\b\t\n\v\f\r\x1b" or (byte >= 32 and byte != 127))
_TELLING = 32


class RestartedError(Exception):
    """What was read of a file is no longer there: it was truncated, or written anew in place."""


class OpenFile:
    """A regular file, open for reading, and how far it was read.

    The last bytes read are read again with those that follow. If they differ, the file was begun anew in between,
    even if it has grown longer than it was.

    Raises:
        OSError: there is no such file, it may not be read, or it is no regular file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        # Looked at before it is opened: to open a pipe and close it again would break it for its writer.
        _check_regular(os.stat(path), path)  # noqa: PTH116
        self._descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
        self.offset = 0
        self._mark = self._head = b""
        self.binary = False
        """Whether it looks as if it were no text."""
        self._judged = False
        status = self.status()
        self.written = status.st_mtime_ns
        """When it was last written before it was last read, in nanoseconds since the epoch."""
        self.identity = identity(status)
        if not stat.S_ISREG(status.st_mode):
            self.close()
            _check_regular(status, path)

    def status(self) -> os.stat_result:
        """Return what the system says of the file that is open, whatever its name is now."""
        return os.fstat(self._descriptor)

    def seek(self, offset: int) -> None:
        """Read on from ``offset``."""
        start = max(offset - _MARK, 0)
        self._head, self._judged = b"", False
        self._mark = os.pread(self._descriptor, offset - start, start)
        self.offset = start + len(self._mark)

    def at(self, offset: int, size: int) -> bytes:
        """Return what is in the file at a place, however far it was read; less than ``size`` bytes at its end."""
        return os.pread(self._descriptor, size, offset)

    def takes_up(self, other: OpenFile) -> bool:
        """Say whether this is a copy of what ``other`` held when it was last read, and if so read on from there."""
        size = len(other._mark)
        if not size or os.pread(self._descriptor, size, other.offset - size) != other._mark:
            return False
        self.offset, self._mark, self._head, self._judged = other.offset, other._mark, b"", False
        return True

    def begins(self, other: OpenFile) -> bool:
        """Say whether this is a copy of the beginning of what was read of ``other``."""
        size = min(self.status().st_size, len(other._head))
        return 0 < self.status().st_size <= other.offset and self.at(0, size) == other._head[:size]

    def blocks(self, most: int | None = None, size: int = BLOCK) -> Iterator[bytes]:
        """Yield what was not read yet in blocks of ``size``, up to the present end, or ``most`` bytes of it.

        Raises:
            RestartedError: what was read before is no longer there.
        """
        status = self.status()
        end = status.st_size
        if most is not None:
            end = min(end, self.offset + most)
        while True:
            part = min(max(end - self.offset, 0), size)
            data = os.pread(self._descriptor, len(self._mark) + part, self.offset - len(self._mark))
            if not data.startswith(self._mark):
                raise RestartedError
            new = data[len(self._mark) :]
            self.written = status.st_mtime_ns
            if not new:
                return
            if len(self._head) == self.offset < _HEAD:
                self._head = (self._head + new)[:_HEAD]
            elif not self._head:
                self._head = self.at(0, _HEAD)
            if not self._judged:
                self._judge(new)
            self.offset += len(new)
            self._mark = data[-_MARK:]
            yield new

    def _judge(self, new: bytes) -> None:
        """Find out by its beginning, or behind a hole by what is read first, whether the file is text."""
        whole = len(self._head) == _HEAD
        verdict = looks_binary(self._head)
        if verdict is None and whole:
            verdict = looks_binary(new)
        self._judged = whole and verdict is not None
        self.binary = verdict or not (self._head + new).strip(b"\0")

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


class Block(NamedTuple):
    """Whole lines without their ends, and the position at which each of them begins."""

    lines: list[bytes]
    starts: list[int]


class Lines:
    r"""Puts blocks of bytes together to lines, the same ones however the bytes come.

    Lines end with ``\n``. NUL bytes at the start of a line are left out: they are the hole that a writer leaves who
    goes on at its old offset in a truncated file.
    """

    def __init__(self) -> None:
        self.cut = 0
        """How many lines were longer than `LINE_LIMIT`."""
        self._rest = b""
        self._start = 0
        self._waiting = False
        self._skipping = False

    def feed(self, data: bytes, position: int) -> Block:
        """Return the lines that ``data``, which begins at ``position``, completes; what follows the last waits."""
        lines = data.split(b"\n")
        start = self._start if self._waiting else position
        starts = [start, *accumulate(map(_whole_length, lines[:-1]), initial=position)][: len(lines) + 1]
        del starts[1]  # the first line may have begun before this block
        self._waiting = bool(lines[-1]) or (self._waiting and len(lines) == 1)
        lines[0] = self._rest + lines[0]
        if b"\0" in data:
            lines = [line.lstrip(b"\0") for line in lines]
        self._rest, self._start = lines.pop()[: LINE_LIMIT + 1], starts.pop()
        if self._skipping and lines:
            self._skipping = False
            del lines[0], starts[0]
        return Block(self._bounded(lines), starts)

    def flush(self) -> Block:
        """Return the line that waits for its end, if any, as nothing follows it any more."""
        rest = [] if self._skipping or not self._rest else [self._rest]
        self._rest, self._skipping, self._waiting = b"", False, False
        return Block(self._bounded(rest), [self._start] * len(rest))

    def skip(self) -> None:
        """Forget the line that waits, and leave out what comes before the next end of a line."""
        self._rest, self._skipping, self._waiting = b"", True, False

    def _bounded(self, lines: list[bytes]) -> list[bytes]:
        if not lines or max(map(len, lines)) <= LINE_LIMIT:
            return lines
        self.cut += sum(len(line) > LINE_LIMIT for line in lines)
        return [line[: LINE_LIMIT + 1] for line in lines]


def looks_binary(data: bytes) -> bool | None:
    """Return whether bytes are no text, in whatever encoding; None if there are too few to say.

    Texts have no control characters but a few, and of NUL bytes, beside holes, a stray one at most.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    rest = _HOLE.sub(b"", data)
    if len(rest) < _TELLING:
        return None
    return rest.count(0) * 4 > len(rest) or len(rest.translate(None, _WRITTEN)) * 20 > len(rest)


def _whole_length(line: bytes) -> int:
    return len(line) + 1


def identity(status: os.stat_result) -> tuple[int, int]:
    """Return what tells a file from all others, whatever its name."""
    return status.st_dev, status.st_ino


def _check_regular(status: os.stat_result, path: Path) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.ESPIPE, os.strerror(errno.ESPIPE), str(path))
