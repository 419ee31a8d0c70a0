"""The end of all logs: entries of every file in order of time, the latest of them kept, read by any thread."""

from __future__ import annotations

import sys
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from aiops_tui.model.panels import Notice
from aiops_tui.model.records import LEVELS, STREAMS, TONES, LogEntry
from aiops_tui.model.window import from_epoch
from aiops_tui.source.logs.counts import Counts
from aiops_tui.source.logs.dialects import NO_TIME
from aiops_tui.source.logs.following import FIRST_LOOK, FollowedFile
from aiops_tui.source.logs.matches import Matches
from aiops_tui.source.logs.paged import Counted, Feed, Paged
from aiops_tui.source.logs.pages import Pages
from aiops_tui.source.logs.places import Place, find, folders
from aiops_tui.source.logs.rows import Extra, Rows
from aiops_tui.source.logs.source import Batch, Source, place_of
from aiops_tui.text.printable import printable

TEXT_BYTES = 16 * 1024 * 1024
"""So much memory is given to messages and the lines that follow them."""

_FIRST_LOOK = 4 * FIRST_LOOK
_NEVER = 2**62
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
        keep: int = 50_000,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.version = 0
        """Changes whenever anything that can be read here has changed."""
        self.dropped = 0
        """How many entries, the oldest ones, are kept no longer; they are read anew when they are asked for."""
        self.seam = 0
        """Changes when entries have gone from the end, or it begins later: what was read back no longer lies before."""
        self.arrived = 0
        """How many entries were read since the book was opened."""
        self.polled = False
        """Whether all files were looked at; before, nobody knows where their ends are."""
        self.behind = 0
        """How many bytes there were to read that the last poll left to the next."""
        self.problems: tuple[Notice, ...] = ()
        """What a person is to know: files that cannot be read, what was skipped, times that cannot be right."""
        self._patterns = tuple(paths)
        self._zone = zone
        self._keep = keep
        self._clock = clock
        self._polling = threading.Lock()
        self.lock = threading.RLock()
        """Keeps what is read here from changing."""
        self._sources: dict[Path, Source] = {}
        self._off = frozenset(STREAMS)
        self._feeding = threading.Lock()
        self._rows = Rows()
        self._extras: dict[int, Extra] = {}
        self._weight = 0
        self._floor = NO_TIME
        self._first: dict[int, int] = {}
        self._names: list[str] = []
        self._feeds: dict[int, Feed] = {}
        self.pages: dict[int, Paged] = {}
        """How to read each log anywhere, by its index."""
        self.counts: dict[int, Counted] = {}
        """How many entries of each level each log has, by its index; streams of the service are not counted."""
        self.long_counts: dict[int, Counts] = {}
        """The same of files, in buckets that are wide enough for many years."""
        self.matches: dict[int, Matches] = {}
        """What was found last of a text or expression in each log, by its index."""

    # reading the files

    def poll(self, cancelled: Callable[[], bool] = lambda: False) -> int:
        """Read what is new in all files and return how many entries that made; stops early when ``cancelled``."""
        with self._polling:
            before = self.arrived
            now = round(self._clock() * 1000)
            places, notices = find(self._patterns)
            self._open(places)
            batch = Batch()
            for source in list(self._sources.values()):
                skipped = source.file.skipped
                for block in source.file.read():
                    if source.file.skipped > skipped:
                        batch, skipped = self._let_go(source, batch), source.file.skipped
                    source.read(block, batch, now)
                    if len(batch.rows) >= self._keep:
                        batch = self._enter(batch)
                    if cancelled():
                        break
                source.chain.follow(source.file.extent)
                if cancelled():
                    break
            self._enter(batch)
            self._note(notices, now)
            self.polled = True
            self.behind = sum(source.file.behind for source in self._sources.values())
            return self.arrived - before

    def watched(self) -> tuple[list[Path], set[Path]]:
        """Return which files are followed, and in which folders others may appear."""
        files = list(self._sources)
        return files, {file.parent for file in files} | {folder for path in self._patterns for folder in folders(path)}

    def close(self) -> None:
        """Let go of all files."""
        with self._polling:
            for source in self._sources.values():
                source.file.close()
                source.chain.close()

    def _open(self, places: Sequence[Place]) -> None:
        new = [place for place in places if place.path not in self._sources]
        for place in new:
            path = place.path
            name = printable(path.name)
            if name in self._names:
                name = printable(f"{path.parent.name}/{path.name}")
            file = FollowedFile(place, min(FIRST_LOOK, _FIRST_LOOK // len(new)))
            with self.lock:
                source = Source(self._enlist(name), name, file, self._zone)
                self._sources[path] = source
                pages = Pages(source)
                self.pages[source.index], self.counts[source.index] = pages, Counts(pages)

    def _enlist(self, name: str) -> int:
        """Return the index of one more log."""
        self._names.append(name)
        return len(self._names) - 1

    def _note(self, notices: list[Notice], now: int) -> None:
        for source in self._sources.values():
            notices += source.file.notices()
            if source.time > now + _AHEAD:
                notices.append(Notice("logs.ahead", {"path": source.file.name, "zone": self._zone.key}))
        if tuple(notices) != self.problems:
            with self.lock:
                self.problems = tuple(notices)
                self.version += 1

    # logs that are no files

    def join(self, feed: Feed) -> None:
        """Take in one more log that is no file."""
        with self.lock:
            feed.index = self._enlist(feed.name)
            self._feeds[feed.index] = feed
            self.version += 1

    def poll_feeds(self, cancelled: Callable[[], bool] = lambda: False) -> None:
        """Read what is new in the logs that are no files, but for those that are switched off; from any thread."""
        with self._feeding:
            for index, feed in list(self._feeds.items()):
                if feed.name in self._off or cancelled():
                    continue
                batch, anew = feed.poll()
                with self.lock:
                    if anew:
                        self._forget(index)
                    self._take(index, feed)
                    self._enter(self._changed(batch))

    def turn(self, off: frozenset[str]) -> None:
        """Switch off the logs of these names, of those that are no files, and on all others."""
        with self._feeding, self.lock:
            for index, feed in self._feeds.items():
                if feed.name in off and feed.pages is not None:
                    feed.rest()
                    self._forget(index)
                    self._take(index, feed)
            self._off = off

    def _take(self, index: int, feed: Feed) -> None:
        """Let a log be read, and counted, while it is switched on."""
        if feed.pages is None:
            self.pages.pop(index, None)
            self.counts.pop(index, None)
            return
        self.pages[index] = feed.pages
        if feed.counts is not None:
            self.counts[index] = feed.counts

    def _forget(self, index: int) -> None:
        """Drop all that was read of a log; what others have may not follow on what was read back of them."""
        rows = self._rows
        kept = [place for place, source in enumerate(rows.sources) if source != index]
        self.dropped += len(rows) - len(kept)
        self.seam += 1
        self._rows = rows.picked(kept)
        self._extras = {number: extra for number, extra in self._extras.items() if place_of(number)[0] != index}
        self._weight = _weight(self._rows.messages) + sum(_weight(extra.lines) for extra in self._extras.values())
        self._first.pop(index, None)
        self.matches.pop(index, None)
        self.version += 1

    def _changed(self, batch: Batch) -> Batch:
        """Write what is known already of a batch in its place, and return what is new of it."""
        rows, known = batch.rows, self._rows
        first = min(rows.keys, default=_NEVER)
        places = {known.numbers[at]: at for at in range(bisect_left(known.keys, first), len(known))}
        for place, number in enumerate(rows.numbers):
            if number in places:
                at = places[number]
                known.levels[at], known.messages[at] = rows.levels[place], rows.messages[place]
                self.version += 1
        new = [place for place, number in enumerate(rows.numbers) if number not in places]
        extras = {number: extra for number, extra in batch.extras.items() if number not in places}
        return Batch(rows.picked(new), extras)

    # keeping the entries

    def _enter(self, batch: Batch) -> Batch:
        """Take a batch into the book and return the next, empty one."""
        rows, extras = batch.rows, batch.extras
        if rows or extras:
            rows.sort()
            with self.lock:
                self.arrived += len(rows)
                for place, index in enumerate(rows.sources):
                    if index not in self._first:
                        self._first[index] = rows.keys[place]
                        if self._rows and rows.keys[place] > self._floor:
                            self.seam += 1  # what lies before is to be read anew, together with this log
                        self._floor = max(self._floor, rows.keys[place])
                self._rows.merge(rows)
                for number, extra in extras.items():
                    known = self._extras.setdefault(number, Extra())
                    known.lines += extra.lines
                    known.left_out += extra.left_out
                    known.cut |= extra.cut
                    known.conversation = known.conversation or extra.conversation
                self._weight += _weight(rows.messages) + sum(_weight(extra.lines) for extra in extras.values())
                self._trim()
                self.version += 1
        return Batch()

    def _let_go(self, source: Source, batch: Batch) -> Batch:
        """Keep nothing of what is older than a gap in a log; with what was skipped it is read anew when asked for."""
        batch = self._enter(batch)
        with self.lock:
            self.dropped += len(self._rows)
            self.seam += 1
            self._rows, self._extras, self._weight = Rows(), {}, 0
            for other in self._sources.values():
                other.open = None
            source.begun = False
            self._first.pop(source.index, None)
            self.version += 1
        return batch

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
        self.seam += 1
        self._floor = max(self._floor, rows.keys[0] if rows else _NEVER)

    def _weigh(self, place: int) -> int:
        extra = self._extras.get(self._rows.numbers[place])
        return sys.getsizeof(self._rows.messages[place]) + (_weight(extra.lines) if extra else 0)

    # reading the book

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, place: int) -> LogEntry:
        """Return an entry by its place from the oldest kept, or from the latest if negative."""
        with self.lock:
            return self._entry(range(len(self._rows))[place])

    def entries(self, start: int, stop: int) -> list[LogEntry]:
        """Return the entries from place ``start`` to before ``stop``, as far as there are any."""
        with self.lock:
            return [self._entry(place) for place in range(len(self._rows))[start:stop]]

    def place(self, number: int) -> int | None:
        """Return the place of the entry with that number, None if it is not kept any more."""
        with self.lock:
            try:
                return self._rows.numbers.index(number)
            except ValueError:
                return None

    def place_at(self, moment: datetime) -> int:
        """Return the place of the first entry at or after a moment; the number of entries if there is none."""
        with self.lock:
            return bisect_left(self._rows.keys, first_millisecond(moment))

    @property
    def levels(self) -> Mapping[str, int]:
        """The number of entries kept, by level."""
        with self.lock:
            return {level: self._rows.levels.count(index) for index, level in enumerate(LEVELS)}

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the logs, those that are switched off included."""
        with self.lock:
            return tuple(self._names)

    def tail(self) -> tuple[Rows, Mapping[int, Extra], int]:
        """Return the entries kept, by column, with what few of them have and the place from which none is missing.

        To be called with the book locked, and looked at while it is.
        """
        return self._rows, self._extras, bisect_left(self._rows.keys, self._floor)

    def lows(self) -> tuple[dict[int, int], int]:
        """Return from which position of each log on none is missing here, and from which key."""
        with self.lock:
            rows, _, place = self.tail()
            found: dict[int, int] = {}
            for number in rows.numbers[place:]:
                index, position = place_of(number)
                if index not in found:
                    found[index] = position
                    if len(found) == len(self.pages):
                        break
            return self.highs() | found, self._floor if found else _NEVER

    def highs(self) -> dict[int, int]:
        """Return up to which position each log was read."""
        with self.lock:
            files = {source.index: source.file.extent.end for source in self._sources.values()}
            feeds = self._feeds.items()
            return files | {index: feed.pages.high for index, feed in feeds if feed.pages is not None}

    def _entry(self, place: int) -> LogEntry:
        return self.entry_of(self._rows, place, self._extras)

    def entry_of(self, rows: Rows, place: int, extras: Mapping[int, Extra]) -> LogEntry:
        """Return an entry as a value."""
        number, moment = rows.numbers[place], rows.times[place]
        extra = extras.get(number)
        return LogEntry(
            number,
            None if moment == NO_TIME else from_epoch(moment / 1000),
            TONES[rows.levels[place]],
            self._names[rows.sources[place]],
            rows.messages[place],
            tuple(extra.lines) if extra else (),
            rows.origins[place],
            extra.cut if extra else False,
            extra.left_out if extra else 0,
            conversation=extra.conversation if extra else None,
        )


def _weight(texts: Iterable[str]) -> int:
    return sum(map(sys.getsizeof, texts))


def first_millisecond(moment: datetime) -> int:
    """Return the first whole millisecond since the epoch at or after a moment."""
    return -((_EPOCH - moment) // timedelta(milliseconds=1))
