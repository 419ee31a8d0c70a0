"""The book of all logs: entries of every file in order of time, the latest of them kept, read by any thread."""

from __future__ import annotations

import sys
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aiops_tui.model.panels import Cell, Notice
from aiops_tui.model.records import LEVELS, LogEntry
from aiops_tui.model.window import from_epoch
from aiops_tui.source.logs.following import MOST_BEHIND, FollowedFile
from aiops_tui.source.logs.formats import NO_TIME
from aiops_tui.source.logs.frames import GrowingFrame
from aiops_tui.source.logs.places import Place, find
from aiops_tui.source.logs.rows import Extra, Rows
from aiops_tui.source.logs.source import Batch, Source
from aiops_tui.text.printable import printable

if TYPE_CHECKING:
    import polars as pl

TEXT_BYTES = 64 * 1024 * 1024
"""So much memory is given to messages and the lines that follow them."""

_FIRST_LOOK = 2 * MOST_BEHIND
_AHEAD = 5 * 60_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class LogBook:
    """The latest entries of some log files, ``keep`` at most, merged by time; each file's own order is kept.

    ``paths`` may be patterns. ``zone`` is that of times without one. One thread at a time polls; all else may be
    called from any thread. ``clock`` tells seconds since the epoch.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        zone: ZoneInfo,
        keep: int = 200_000,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.version = 0
        """Changes whenever anything that can be read here has changed."""
        self.dropped = 0
        """How many entries, the oldest ones, are kept no longer."""
        self.problems: tuple[Notice, ...] = ()
        """What a person is to know: files that cannot be read, what was skipped, times that cannot be right."""
        self._patterns = tuple(paths)
        self._zone = zone
        self._keep = keep
        self._clock = clock
        self._polling = threading.Lock()
        self._lock = threading.RLock()
        self._sources: dict[Path, Source] = {}
        self._rows = Rows()
        self._extras: dict[int, Extra] = {}
        self._next = 0
        self._weight = 0
        self._frame = GrowingFrame()

    # reading the files

    def poll(self, cancelled: Callable[[], bool] = lambda: False) -> int:
        """Read what is new in all files and return how many entries that made; stops early when ``cancelled``."""
        with self._polling:
            before = self._next
            now = round(self._clock() * 1000)
            places, notices = find(self._patterns)
            self._open(places)
            batch = Batch(self._next)
            for source in self._sources.values():
                for lines in source.file.read():
                    if lines:
                        source.take(lines, batch, now)
                    if len(batch.rows) >= self._keep:
                        batch = self._enter(batch)
                    if cancelled():
                        break
                if cancelled():
                    break
            self._enter(batch)
            self._note(notices, now)
            return self._next - before

    def close(self) -> None:
        """Let go of all files."""
        with self._polling:
            for source in self._sources.values():
                source.file.close()

    def _open(self, places: Sequence[Place]) -> None:
        new = [place for place in places if place.path not in self._sources]
        names = {source.name for source in self._sources.values()}
        for place in new:
            path = place.path
            name = printable(path.name)
            if name in names:
                name = printable(f"{path.parent.name}/{path.name}")
            names.add(name)
            file = FollowedFile(place, min(MOST_BEHIND, _FIRST_LOOK // len(new)))
            with self._lock:
                self._sources[path] = Source(len(self._sources), name, file, self._zone)

    def _note(self, notices: list[Notice], now: int) -> None:
        for source in self._sources.values():
            notices += source.file.notices()
            if source.time > now + _AHEAD:
                notices.append(Notice("logs.ahead", {"path": source.file.name, "zone": self._zone.key}))
        if self.dropped:
            notices.append(Notice("logs.dropped", {"n": self.dropped}))
        if tuple(notices) != self.problems:
            with self._lock:
                self.problems = tuple(notices)
                self.version += 1

    # keeping the entries

    def _enter(self, batch: Batch) -> Batch:
        """Take a batch into the book and return the next, empty one."""
        rows, extras = batch.rows, batch.extras
        if rows or extras:
            rows.sort()
            with self._lock:
                self._next = batch.next
                self._frame.moved(self._rows.merge(rows))
                for number, extra in extras.items():
                    known = self._extras.setdefault(number, Extra())
                    known.lines += extra.lines
                    known.left_out += extra.left_out
                    known.cut |= extra.cut
                self._weight += _weight(rows.messages) + sum(_weight(extra.lines) for extra in extras.values())
                self._trim()
                self.version += 1
        return Batch(batch.next)

    def _trim(self) -> None:
        """Drop the oldest entries beyond what is kept."""
        rows, size = self._rows, len(self._rows)
        over = max(size - self._keep, 0)
        freed = sum(map(self._weigh, range(over)))
        while self._weight - freed > TEXT_BYTES and over < size:
            freed += self._weigh(over)
            over += 1
        if not over:
            return
        gone = set(rows.numbers[:over])
        for number in gone & self._extras.keys():
            del self._extras[number]
        for source in self._sources.values():
            if source.open in gone:
                source.open = None
        rows.drop(0, over)
        self._weight -= freed
        self.dropped += over
        self._frame.dropped(over)

    def _weigh(self, place: int) -> int:
        extra = self._extras.get(self._rows.numbers[place])
        return sys.getsizeof(self._rows.messages[place]) + (_weight(extra.lines) if extra else 0)

    # reading the book

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, place: int) -> LogEntry:
        """Return an entry by its place from the oldest kept, or from the latest if negative."""
        with self._lock:
            return self._entry(range(len(self._rows))[place])

    def entries(self, start: int, stop: int) -> list[LogEntry]:
        """Return the entries from place ``start`` to before ``stop``, as far as there are any."""
        with self._lock:
            return [self._entry(place) for place in range(len(self._rows))[start:stop]]

    def place(self, number: int) -> int | None:
        """Return the place of the entry with that number, None if it is not kept any more."""
        with self._lock:
            try:
                return self._rows.numbers.index(number)
            except ValueError:
                return None

    def place_at(self, moment: datetime) -> int:
        """Return the place of the first entry at or after a moment; the number of entries if there is none."""
        with self._lock:
            return bisect_left(self._rows.keys, _first_millisecond(moment))

    @property
    def levels(self) -> Mapping[str, int]:
        """The number of entries kept, by level."""
        with self._lock:
            return {level: self._rows.levels.count(index) for index, level in enumerate(LEVELS)}

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the files that are followed."""
        with self._lock:
            return tuple(source.name for source in self._sources.values())

    def latest(self, start: datetime, end: datetime, most: int = 200) -> tuple[tuple[Cell, ...], ...]:
        """Return time, level, source, message and number of the latest entries of a period, the newest first."""
        low, high = _first_millisecond(start), _first_millisecond(end)
        with self._lock:
            rows, names = self._rows, self.sources
            found: list[tuple[Cell, ...]] = []
            for place in self._backwards(low, high):
                moment, level = from_epoch(rows.times[place] / 1000), LEVELS[rows.levels[place]]
                found.append((moment, level, names[rows.sources[place]], rows.messages[place], rows.numbers[place]))
                if len(found) == most:
                    break
            return tuple(found)

    def _backwards(self, low: int, high: int) -> Iterator[int]:
        times = self._rows.times
        return (place for place in range(len(times) - 1, -1, -1) if low <= times[place] < high)

    def frame(self) -> pl.DataFrame:
        """Return time (milliseconds since the epoch, null for none), level and source of all entries, in order."""
        with self._lock:
            return self._frame.of(self._rows, self.sources)

    def _entry(self, place: int) -> LogEntry:
        rows = self._rows
        number, moment = rows.numbers[place], rows.times[place]
        extra = self._extras.get(number)
        return LogEntry(
            number,
            None if moment == NO_TIME else from_epoch(moment / 1000),
            LEVELS[rows.levels[place]],
            self.sources[rows.sources[place]],
            rows.messages[place],
            tuple(extra.lines) if extra else (),
            rows.origins[place],
            extra.cut if extra else False,
            extra.left_out if extra else 0,
        )


def _weight(texts: Iterable[str]) -> int:
    return sum(map(sys.getsizeof, texts))


def _first_millisecond(moment: datetime) -> int:
    """Return the first whole millisecond since the epoch at or after a moment."""
    return -((_EPOCH - moment) // timedelta(milliseconds=1))
