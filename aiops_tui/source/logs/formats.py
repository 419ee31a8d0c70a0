"""Lines of logs, taken apart: time, level, origin, message; the backend's own first."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from aiops_tui.model.records import LEVELS
from aiops_tui.model.window import EARLIEST, LATEST, epoch
from aiops_tui.source.logs import dialects
from aiops_tui.source.logs.dialects import NO_TIME

OTHER = LEVELS.index("other")

# All repetitions are bounded: logs are written by strangers, and no line may take quadratic time.
_HEAD = re.compile(
    r"""(?P<open>\[)?
        (\d{4}-\d\d-\d\d[ T]\d\d:\d\d):([0-5]\d|60)  # minute, second
        (?:[.,](\d{1,9}))?                           # fraction
        [ ]?(Z|[+-]\d\d:?\d\d)?                      # offset
        (?(open)\])\s{1,4}
        (?:\[([^\]]{1,24})\]\s{0,4}(?P<rest>.*)      # [    INFO] name - message
          |([A-Za-z]{1,16})[ ]-[ ](?P<text>.*))         # INFO - message
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_ORIGIN = re.compile(
    r"""(\S{1,200})[ ]-[ ]
        (?:(\S{1,200}:\d{1,7})[ ]-[ ](\S{1,200}\(\))(?:[ ]-[ ]|:[ ]|[ ]|$))?  # file.py:line - func()
    """,
    re.VERBOSE | re.ASCII,
)
_BARE = re.compile(r"(CRITICAL|ERROR|WARNING|INFO|DEBUG|TRACE):\s{1,8}(.*)", re.DOTALL)  # uvicorn's own lines

_ISO = re.compile(
    r"(\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d):([0-5]\d|60)(?:[.,](\d{1,9}))?[ ]?(Z|UTC|GMT|[+-]\d\d:?\d\d)?", re.ASCII
)
_MAY_BE_HEAD = re.compile(r"[\d{\[<a-zA-Z\"_]")

_WORDS = {
    "critical": "critical fatal crit emerg emergency alert panic dpanic",
    "error": "error err severe",
    "warning": "warning warn",
    "info": "info information notice log",
    "debug": "debug trace verbose fine debug1 debug2 debug3 debug4 debug5",
}
_LEVELS = {word: LEVELS.index(level) for level, words in _WORDS.items() for word in words.split()}
_REMEMBERED = 4096


class Head(NamedTuple):
    """The first line of an entry: ``time`` in milliseconds since the epoch or `NO_TIME`, ``level`` in `LEVELS`."""

    time: int
    level: int
    origin: str
    message: str


class Layout(NamedTuple):
    """Where a line says its time and level, in characters: the time to the tens of seconds, from where to where both.

    ``tens`` is the end of the time's tens of seconds, ``level`` the start of what follows its fraction, of ``width``.
    """

    tens: int
    level: int
    width: int


class Format:
    """Takes lines apart; naive times are of ``zone``, at a change of clocks the earlier of both meanings.

    What a line means hangs on nothing but the line, whichever way a log is read; ``now`` is what times without a
    year are before, in milliseconds.
    """

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._minutes: dict[tuple[str, str | None], int] = {}

    def head(self, line: str, now: int | None = None) -> Head | None:
        """Return the parts of a line that says when and how grave it is, None for all others."""
        return self.own_head(line) or (self._dialect(line, now) if _MAY_BE_HEAD.match(line) else None)

    def own_head(self, line: str) -> Head | None:
        """Return the parts of a line in one of the backend's own forms."""
        found = _own(line)
        if found is None:
            return None
        _, minute, second, fraction, offset, bracketed, rest, word, text = found.groups()
        time = self._minute(minute, offset)
        if time != NO_TIME:
            time += int(second) * 1000 + (int(fraction.ljust(3, "0")[:3]) if fraction else 0)
        if rest is None:
            return Head(time, level_of(word), "", text)
        origin = _ORIGIN.match(rest)
        if origin is None:
            return Head(time, level_of(bracketed), "", rest)
        logger, place, function = origin.groups()
        name = logger if place is None else f"{logger} {place} {function}"
        return Head(time, level_of(bracketed), name, rest[origin.end() :])

    def layout(self, line: str) -> Layout | None:
        """Return where a line of the backend's own forms says its time and level."""
        found = _own(line)
        if found is None:
            return None
        after = max(found.end(3), found.end(4))
        closed = found.end(6) + 1 if found["rest"] is not None else found.start("text")
        return Layout(found.end(3) - 1, after, closed - after)

    def _dialect(self, line: str, now: int | None) -> Head | None:
        for dialect in dialects.of(line):
            said = dialect(line)
            if said is not None:
                time = self._moment(said.time, now)
                origin, message = said.origin, said.message
                return Head(time, said.level if isinstance(said.level, int) else level_of(said.level), origin, message)
        return None

    def _moment(self, time: str | float | None, now: int | None) -> int:
        if time is None:
            return NO_TIME
        if isinstance(time, str):
            found = _ISO.fullmatch(time)
            if found is not None:
                minute, second, fraction, offset = found.groups()
                base = self._minute(minute.replace("/", "-"), offset)
                seconds = int(second) * 1000 + (int(fraction.ljust(3, "0")[:3]) if fraction else 0)
                return base if base == NO_TIME else base + seconds
        return dialects.milliseconds(time, self.zone, now)

    def _minute(self, minute: str, offset: str | None) -> int:
        key = minute, offset
        known = self._minutes.get(key)
        if known is None:
            if len(self._minutes) >= _REMEMBERED:
                self._minutes.clear()
            known = self._minutes[key] = _milliseconds(minute, _zone(offset) if offset else self.zone)
        return known


def _own(line: str) -> re.Match[str] | None:
    found = _HEAD.match(line)
    # A number in brackets is a process, in gunicorn's form.
    return None if found is None or (found[6] is not None and found[6].strip().isdigit()) else found


def bare_head(line: str) -> Head | None:
    """Return the parts of a line that says its level, but not its time."""
    found = _BARE.match(line)
    return Head(NO_TIME, level_of(found[1]), "", found[2]) if found else None


def level_of(word: str) -> int:
    """Return the place in `LEVELS` of what a log calls a level."""
    return _LEVELS.get(word.strip().lower(), OTHER)


def _zone(offset: str) -> tzinfo:
    if offset in {"Z", "UTC", "GMT"}:
        return UTC
    minutes = int(offset[1:3]) * 60 + int(offset[-2:])
    if minutes >= 24 * 60:
        return UTC
    return timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))


def _milliseconds(minute: str, zone: tzinfo) -> int:
    try:
        moment = datetime.fromisoformat(minute).replace(tzinfo=zone)
        return round(epoch(moment) * 1000) if EARLIEST <= moment <= LATEST else NO_TIME
    except (ValueError, OverflowError):
        return NO_TIME
