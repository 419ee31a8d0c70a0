"""One log through all its files, those rotated away and packed included, as bytes by position."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import lzma
import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiops_tui.source.logs.following import Extent
from aiops_tui.source.logs.places import UNPACKED, is_compressed, rotated
from aiops_tui.source.logs.reading import BLOCK, identity

MOST_UNPACKED = 4 * 1024**3
"""So many bytes of packed files are unpacked, on the disk, at most."""

_OPENERS: Mapping[str, Callable[[Path], Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
_SPARE = 256 * 1024**2
"""The disk is left so much room when a file is unpacked."""


@dataclass(slots=True)
class _Segment:
    """One file of a log, its first byte at ``base``."""

    path: Path
    key: tuple[int, int]
    base: int
    end: int
    written: float
    descriptor: int


class Chain:
    """Reads any part of a log; positions are those of `FollowedFile`. May be used by any thread.

    Files that were rotated away are found as `low` is asked for; packed ones only by `deepen`, which unpacks one into
    a file without a name.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._segments: list[_Segment] = []  # the newest first
        self._extent = Extent(Path(), 0, 0, None)
        self._gone: set[tuple[int, int]] = set()
        self._unpacked = 0

    @property
    def low(self) -> int:
        """The first position that can be read without unpacking anything."""
        with self._lock:
            return self._segments[-1].base if self._segments else self._extent.end

    @property
    def high(self) -> int:
        """The position up to which the log was followed."""
        return self._extent.end

    def follow(self, extent: Extent) -> None:
        """Take note of how far the log was read; where its file changed, of the files that were rotated away."""
        with self._lock:
            before, self._extent = self._extent, extent
            if extent.identity is None:
                return
            if self._segments and (before.base, before.identity) == (extent.base, extent.identity):
                self._segments[0].end = extent.end
            else:
                self._look_again()

    def _look_again(self) -> None:
        """Find all files that need no unpacking anew; those that were unpacked, or packed since, stay as they are."""
        known, self._segments = self._segments, []
        with contextlib.suppress(OSError):
            self._add(self._extent.path, self._extent.base, self._extent.end)
        while (path := self._next(known)) is not None and not is_compressed(path) and self._take(path):
            pass
        keys = {segment.key for segment in self._segments}
        kept = [segment for segment in known if segment.key not in keys and segment.end <= self.low]
        self._segments += sorted(kept, key=lambda segment: -segment.base)
        self._close([segment for segment in known if segment not in kept])

    def _next(self, known: Sequence[_Segment] = ()) -> Path | None:
        """Return the newest of the rotated files that is not among the segments yet."""
        segments = [*self._segments, *known]
        keys = {segment.key for segment in self._segments} | self._gone
        packed_since = {segment.written for segment in segments if os.fstat(segment.descriptor).st_nlink == 0}
        for path in rotated(self._extent.path, packed=True):
            with contextlib.suppress(OSError):
                status = path.stat()
                if identity(status) not in keys and status.st_mtime not in packed_since:
                    return path
        return None

    def _take(self, path: Path) -> bool:
        try:
            size = path.stat().st_size
            self._add(path, self.low - size, self.low)
        except OSError:
            return False
        return True

    def _add(self, path: Path, base: int, end: int) -> None:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
        status = os.fstat(descriptor)
        self._segments.append(_Segment(path, identity(status), base, end, status.st_mtime, descriptor))

    def deepen(self, cancelled: Callable[[], bool] = lambda: False) -> bool:
        """Unpack the newest of the packed files that was not yet, and say whether there is more to read now."""
        with self._lock:
            path = self._next()
            if path is None:
                return False
            status = path.stat()
            if not is_compressed(path):
                return self._take(path)
            self._gone.add(identity(status))
            if path.suffix.lower() not in UNPACKED:
                return False
        try:
            descriptor, size = self._unpack(path, cancelled)
        except (OSError, EOFError, lzma.LZMAError):
            return self.deepen(cancelled)
        with self._lock:
            if descriptor is None:
                self._gone.discard(identity(status))
                return False
            self._unpacked += size
            # Under the packed file's identity and time: what is open here has no name, but was not packed since.
            segment = _Segment(path, identity(status), self.low - size, self.low, -1.0, descriptor)
            self._segments.append(segment)
            return size > 0 or self.deepen(cancelled)

    def _unpack(self, path: Path, cancelled: Callable[[], bool]) -> tuple[int | None, int]:
        size = 0
        with _OPENERS[path.suffix.lower()](path) as packed, tempfile.TemporaryFile(prefix="aiops-tui-") as plain:
            status = os.fstatvfs(plain.fileno())
            room = min(MOST_UNPACKED - self._unpacked, status.f_bavail * status.f_frsize - _SPARE)
            while data := packed.read(BLOCK):
                size += len(data)
                if cancelled() or size > room:
                    return None, 0
                plain.write(data)
            plain.flush()
            return os.dup(plain.fileno()), size

    def read(self, position: int, size: int) -> bytes:
        """Return what was written at a position; less than ``size`` bytes where a file ends, none where nothing is."""
        with self._lock:
            for segment in self._segments:
                if segment.base <= position < segment.end:
                    size = min(size, segment.end - position)
                    try:
                        return os.pread(segment.descriptor, size, position - segment.base)
                    except OSError:
                        return b""
        return b""

    def floor(self, position: int) -> int:
        """Return where the file begins that holds what is before a position."""
        with self._lock:
            bases = [segment.base for segment in self._segments if segment.base < position <= segment.end]
            return bases[0] if bases else position

    def ceiling(self, position: int) -> int:
        """Return where the file ends that holds what is at a position."""
        with self._lock:
            ends = [segment.end for segment in self._segments if segment.base <= position < segment.end]
            return ends[0] if ends else position

    def following(self, position: int) -> int | None:
        """Return where the next file begins after a position that is in none, None if there is none."""
        with self._lock:
            return min((s.base for s in self._segments if s.base > position and s.end > s.base), default=None)

    def blocks(self, start: int, end: int, size: int = BLOCK) -> Iterator[tuple[int, bytes]]:
        """Yield the bytes between two positions of one file with where they are, in blocks."""
        while start < end and (data := self.read(start, min(size, end - start))):
            yield start, data
            start += len(data)

    def close(self) -> None:
        """Let go of all files."""
        with self._lock:
            self._close(self._segments)
            self._segments = []

    def _close(self, segments: list[_Segment]) -> None:
        for segment in segments:
            os.close(segment.descriptor)
