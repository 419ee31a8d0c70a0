"""Lines of one log put together to entries."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from aiops_tui.source.logs.chain import Chain
from aiops_tui.source.logs.dialects import NO_TIME, continues
from aiops_tui.source.logs.folds import kind_of
from aiops_tui.source.logs.following import FollowedFile
from aiops_tui.source.logs.formats import OTHER, Format, Head, bare_head
from aiops_tui.source.logs.reading import Block
from aiops_tui.source.logs.rows import Extra, Rows
from aiops_tui.text.printable import printable

MORE_LINES = 200
"""So many lines are kept of those that follow the first of an entry; the rest is counted."""

LINE_CHARACTERS = 4000
"""A line is kept so far."""

MOST_SOURCES = 4096
"""So many logs can be told apart in an entry's number."""

FOLLOWS = (
    "Traceback (most recent call last)",
    "During handling of",
    "The above exception",
    "Caused by:",
    "}",
    "]",
    ")",
)


def number_of(index: int, position: int) -> int:
    """Return the number of the entry that begins at a position of a log: the same whenever it is read."""
    return position * MOST_SOURCES + index


def place_of(number: int) -> tuple[int, int]:
    """Return the index of an entry's log, and the position where it begins."""
    position, index = divmod(number, MOST_SOURCES)
    return index, position


def keys_of(times: Sequence[int], key: int, now: int) -> list[int]:
    """Return what entries are ordered by that follow on one of this key, all in milliseconds since the epoch.

    A log keeps its own order whatever its clock says, and no entry is ahead of the time it was read at. One whose
    time is later than those of both that follow does not draw these after itself.
    """
    keys: list[int] = []
    for place, at in enumerate(times):
        following = times[place + 1 : place + 3]
        if at != NO_TIME and not (len(following) == 2 and max(following) < at):
            key = max(key, min(at, now))
        keys.append(key)
    return keys


@dataclass(slots=True)
class Batch:
    """Entries on their way into the book, and what is added to entries by number."""

    rows: Rows = field(default_factory=Rows)
    extras: dict[int, Extra] = field(default_factory=dict)

    def addition(self, number: int) -> Extra:
        """Return what is added to an entry."""
        return self.extras.setdefault(number, Extra())


def follows(line: str) -> bool:
    """Return whether a line that is no beginning surely belongs to the one before."""
    return line[:1] in {" ", "\t"} or line.startswith(FOLLOWS) or continues(line)


class Reader:
    """Puts the lines of one log together to entries, and knows the entry that the next lines may belong to.

    A line is an entry of its own if it says its time and level. Any other belongs to the entry before it if it is
    indented or begins as a traceback does, or if that entry has such lines already; else it is an entry of level
    *other*, with the time of the one before.
    """

    def __init__(self, index: int, zone: ZoneInfo) -> None:
        self.index = index
        self.open: int | None = None
        """The number of the last entry, None if it is in the book no more."""
        self.time = NO_TIME
        self.format = Format(zone)
        self._key = NO_TIME
        self._following = 0
        self._first = 0
        self._origins: dict[str, str] = {}

    def take(self, block: Block, batch: Batch, now: int, modified: int | None = None) -> None:
        """Add the entries of whole lines to ``batch``.

        ``now`` is the time of reading and ``modified`` when the log was last written, both in milliseconds.
        """
        if not block.lines:
            return
        self._first = len(batch.rows)
        text = b"\n".join(block.lines).decode("utf-8", "replace") + "\n"
        self.take_texts(text.replace("\r\n", "\n").split("\n")[:-1], block.starts, batch, now)
        self._order(batch.rows, now, now if modified is None else min(modified, now))

    def take_texts(self, lines: Sequence[str], starts: Sequence[int], batch: Batch, now: int) -> None:
        """Take lines without their ends, which begin at these positions."""
        for line, start in zip(lines, starts, strict=True):
            head = self.format.head(line, now) if line else None
            if head is not None:
                self._begin(head, start, batch, now)
            elif line and line != "\ufeff":
                self._take_other(line, start, batch, now)
            elif self._following:
                self._follow(line, batch)

    def first_head(self, block: Block, now: int) -> int | None:
        """Return the place among lines of the first that surely begins an entry, None if there is none."""
        for place, line in enumerate(block.lines):
            if self.format.head(line.decode("utf-8", "replace").removesuffix("\r"), now) is not None:
                return place
        return None

    def _take_other(self, line: str, start: int, batch: Batch, now: int) -> None:
        if self.open is not None and (
            self._following or line[0] in " \t" or line.startswith(FOLLOWS) or continues(line)
        ):
            self._follow(line, batch)
            return
        line = line.removeprefix("\ufeff")
        head = self.format.head(line, now) or bare_head(line) or Head(NO_TIME, OTHER, "", line)
        self._begin(head, start, batch, now)

    def _begin(self, head: Head, start: int, batch: Batch, now: int) -> None:
        time, level, origin, message = head
        rows = batch.rows
        if time != NO_TIME:
            self.time = time
        self.open = number = number_of(self.index, start)
        self._following = 0
        rows.keys.append(NO_TIME)
        rows.numbers.append(number)
        rows.times.append(self.time)
        rows.levels.append(level)
        rows.sources.append(self.index)
        rows.origins.append(self._origin(origin) if origin else "")
        text = printable(message, LINE_CHARACTERS)
        rows.kinds.append(kind_of(self.index, level, text))
        rows.messages.append(text)
        if len(message) > LINE_CHARACTERS:
            batch.addition(number).cut = True

    def _follow(self, line: str, batch: Batch) -> None:
        """Add a line to the last entry."""
        self._following += 1
        if self.open is None:
            return
        extra = batch.addition(self.open)
        if self._following > MORE_LINES:
            extra.left_out += 1
            return
        extra.lines.append(printable(line.replace("\t", "    "), LINE_CHARACTERS))
        extra.cut |= len(line) > LINE_CHARACTERS

    def _order(self, rows: Rows, now: int, undated: int) -> None:
        """Give new entries what they are ordered by; those before the first time of a log get that, or ``undated``."""
        keys = keys_of(rows.times[self._first :], self._key, now)
        self._key = keys[-1] if keys else self._key
        first = next((key for key in keys if key != NO_TIME), undated)
        rows.keys[self._first :] = array("q", [first if key == NO_TIME else key for key in keys])
        if keys and self._key == NO_TIME:
            self._key = first

    def _origin(self, origin: str) -> str:
        if len(self._origins) > 4096:
            self._origins.clear()
        known = self._origins.get(origin)
        if known is None:
            known = self._origins[origin] = printable(origin, 200)
        return known


class Source(Reader):
    """A log that is followed: its name, its file as it grows, and all of its files."""

    def __init__(self, index: int, name: str, file: FollowedFile, zone: ZoneInfo) -> None:
        super().__init__(index, zone)
        self.name = name
        self.file = file
        self.chain = Chain()
        self.zone = zone
        self.begun = False

    def read(self, block: Block, batch: Batch, now: int) -> None:
        """Add what was written to ``batch``; what comes before the first sure beginning is left to who reads back."""
        if not self.begun and block.lines:
            self.begun = True
            if block.starts[0] > self.file.base:
                place = self.first_head(block, now) or 0
                block = Block(block.lines[place:], block.starts[place:])
        self.take(block, batch, now, round(self.file.modified * 1000))
