"""Lines of one log put together to entries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from aiops_tui.source.logs.following import FollowedFile
from aiops_tui.source.logs.formats import NO_TIME, OTHER, Format, Head, bare_head
from aiops_tui.source.logs.rows import Extra, Rows
from aiops_tui.text.printable import printable

MORE_LINES = 200
"""So many lines are kept of those that follow the first of an entry; the rest is counted."""

LINE_CHARACTERS = 4000
"""A line is kept so far."""

_FOLLOWS = (
    "Traceback (most recent call last)",
    "During handling of",
    "The above exception",
    "Caused by:",
    "}",
    "]",
    ")",
)


@dataclass(slots=True)
class Batch:
    """Entries on their way into the book, and what is added to entries by number; numbers go on from ``next``."""

    next: int = 0
    rows: Rows = field(default_factory=Rows)
    extras: dict[int, Extra] = field(default_factory=dict)

    def addition(self, number: int) -> Extra:
        """Return what is added to an entry."""
        return self.extras.setdefault(number, Extra())


class Source:
    """One log and the entry that its next lines may belong to.

    A line is an entry of its own if it says its time and level. Any other belongs to the entry before it if it is
    indented or begins as a traceback does, or if that entry has such lines already; else it is an entry of level
    *other*, with the time of the one before.
    """

    def __init__(self, index: int, name: str, file: FollowedFile, zone: ZoneInfo) -> None:
        self.index = index
        self.name = name
        self.file = file
        self.open: int | None = None
        """The number of the last entry, None if it is in the book no more."""
        self.time = NO_TIME
        self._format = Format(zone)
        self._key = NO_TIME
        self._following = 0
        self._first = 0
        self._undated = 0
        self._origins: dict[str, str] = {}

    def take(self, lines: Iterable[bytes], batch: Batch, now: int) -> None:
        """Add the entries of whole lines to ``batch``; ``now`` is the time of reading, in milliseconds."""
        self._first = len(batch.rows)
        text = b"\n".join(lines).decode("utf-8", "replace") + "\n"
        for line in text.replace("\r\n", "\n").split("\n")[:-1]:
            head = self._format.head(line)
            if head is not None:
                self._begin(head, batch, now)
            elif line and line != "\ufeff":
                self._take_other(line, batch, now)
            elif self._following:
                self._follow(line, batch)
        if self._undated:
            self._date(batch.rows, min(round(self.file.modified * 1000), now))

    def _take_other(self, line: str, batch: Batch, now: int) -> None:
        if self.open is not None and (self._following or line[0] in " \t" or line.startswith(_FOLLOWS)):
            self._follow(line, batch)
            return
        line = line.removeprefix("\ufeff")
        self._begin(self._format.head(line) or bare_head(line) or Head(NO_TIME, OTHER, "", line), batch, now)

    def _begin(self, head: Head, batch: Batch, now: int) -> None:
        time, level, origin, message = head
        rows = batch.rows
        if time != NO_TIME:
            self.time = time
            # A log keeps its own order whatever its clock says, and no entry is ahead of the time it was read at.
            self._key = max(self._key, min(time, now))
            if self._undated:
                self._date(rows, self._key)
        elif self._key == NO_TIME:
            self._undated += 1
        self.open = number = batch.next
        self._following = 0
        batch.next = number + 1
        rows.keys.append(self._key)
        rows.numbers.append(number)
        rows.times.append(self.time)
        rows.levels.append(level)
        rows.sources.append(self.index)
        rows.origins.append(self._origin(origin) if origin else "")
        rows.messages.append(printable(message, LINE_CHARACTERS))
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

    def _date(self, rows: Rows, key: int) -> None:
        """Order the entries before the first time of a log by ``key``."""
        for place in range(self._first, self._first + self._undated):
            rows.keys[place] = key
        self._key = key
        self._undated = 0

    def _origin(self, origin: str) -> str:
        if len(self._origins) > 4096:
            self._origins.clear()
        known = self._origins.get(origin)
        if known is None:
            known = self._origins[origin] = printable(origin, 200)
        return known
