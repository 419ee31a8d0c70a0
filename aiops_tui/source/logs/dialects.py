"""Lines of other programs' logs: JSON, logfmt, syslog, access logs, PostgreSQL, and what else names a level."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from aiops_tui.model.records import LEVELS
from aiops_tui.model.window import EARLIEST, LATEST, epoch

NO_TIME = -(2**63)
"""Stands for no time where times are whole milliseconds since the epoch."""


class Said(NamedTuple):
    """What a line says: ``time`` as written, seconds as a number, ``level`` as a word or a place in `LEVELS`."""

    time: str | float | None
    level: str | int
    origin: str
    message: str


Dialect = Callable[[str], Said | None]

_ERROR, _WARNING, _INFO, _OTHER = (LEVELS.index(level) for level in ("error", "warning", "info", "other"))
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = "|".join(_MONTHS)
_SEVERITIES = ("emerg", "alert", "crit", "error", "warning", "notice", "info", "debug")

# All repetitions are bounded: logs are written by strangers, and no line may take quadratic time.
_TIME = r"\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:[ ]?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?"
_WORD = (
    r"(?i:critical|fatal|crit|emerg|alert|panic|error|err|severe|warning|warn|information|info|notice|log"
    r"|debug[1-5]?|trace)"
)


class _Form:
    """How lines look, made out when the first one is held against it: most logs are in one or two dialects."""

    def __init__(self, pattern: str, flags: re.RegexFlag = re.NOFLAG) -> None:
        self._pattern = pattern
        self._flags = flags

    @cached_property
    def match(self) -> Callable[[str], re.Match[str] | None]:
        """Looks whether a line begins so."""
        return re.compile(self._pattern, self._flags).match


_POSTGRESQL = _Form(
    rf"({_TIME})(?:[ ][A-Z]{{2,5}})?[ ](?:\[(\d{{1,10}})\])[^:]{{0,120}}?[ ]?"
    r"(DEBUG[1-5]?|INFO|NOTICE|WARNING|ERROR|LOG|FATAL|PANIC):  ?(.*)",
    re.DOTALL | re.ASCII,
)
_POSTGRESQL_MORE = _Form(
    rf"{_TIME}(?:[ ][A-Z]{{2,5}})?[ ]\[\d{{1,10}}\][^:]{{0,120}}?(?:DETAIL|HINT|STATEMENT|CONTEXT|QUERY|LOCATION):  ?",
    re.ASCII,
)
_GUNICORN = _Form(rf"\[({_TIME})\] \[(\d{{1,10}})\] \[({_WORD})\] (.*)", re.DOTALL | re.ASCII)
_NAMED = _Form(
    rf"({_TIME})[ ]{{1,3}}(?:[-|:][ ])?(?:\[([^\]]{{1,60}})\][ ]|(\S{{1,100}})[ ][-|:][ ])?"
    rf"\[?({_WORD})\]?[ ]{{0,8}}(?:[-|:][ ]{{0,4}})?(.*)",
    re.DOTALL | re.ASCII,
)
_SYSLOG_ISO = _Form(rf"({_TIME}) (\S{{1,255}}) ([^\s:\[]{{1,64}})(?:\[(\d{{1,10}})\])?: (.*)", re.DOTALL | re.ASCII)
_SYSLOG = _Form(
    rf"(?:<(\d{{1,3}})>)?((?:{_MONTH})[ ]{{1,2}}\d{{1,2}} \d\d:\d\d:\d\d) (\S{{1,255}}) "
    r"([^\s:\[]{1,64})(?:\[(\d{1,10})\])?: (.*)",
    re.DOTALL | re.ASCII,
)
_SYSLOG_5424 = _Form(rf"<(\d{{1,3}})>1 ({_TIME}|-) (\S{{1,255}}) (\S{{1,48}}) (\S{{1,128}}) \S{{1,32}} (.*)", re.DOTALL)
_ACCESS = _Form(
    r"(\S{1,255}) \S{1,64} \S{1,64} \[(\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\] (\"[^\"]{0,4000}\" (\d{3})\b.*)",
    re.DOTALL,
)
_PAIR = re.compile(r'([A-Za-z_@][\w.@-]{0,60})=("(?:[^"\\]|\\.){0,4000}"|[^\s"]{0,4000})')
_LOGFMT = _Form(r"[A-Za-z_@][\w.@-]{0,60}=")

_TIMES = ("time", "timestamp", "ts", "@timestamp", "asctime", "datetime", "date", "t")
_LEVELS = ("level", "levelname", "severity", "lvl", "log.level", "loglevel", "level_name")
_MESSAGES = ("message", "msg", "event", "text", "log")
_ORIGINS = ("logger", "name", "logger_name", "module", "component", "caller")
_BUNYAN = {10: "debug", 20: "debug", 30: "info", 40: "warning", 50: "error", 60: "critical"}
_FIELDS = 12


def of(line: str) -> Iterator[Dialect]:
    """Yield the dialects that a line may be in, by how it begins."""
    first = line[0]
    if first == "{":
        yield _json
    elif first == "<":
        yield _syslog_5424
        yield _syslog
    elif first == "[":
        yield _gunicorn
    elif first.isdigit():
        if line[4:5] in "-/":
            yield from (_postgresql, _named, _syslog_iso)
        yield _access
    else:
        if line[3:4] == " ":
            yield _syslog
        if _LOGFMT.match(line):
            yield _logfmt
        yield _access


def continues(line: str) -> bool:
    """Return whether a line says more of the one before, though it says a time of its own."""
    return line[:1].isdigit() and _POSTGRESQL_MORE.match(line) is not None


def milliseconds(time: str | float, zone: ZoneInfo, now: int | None) -> int:
    """Return a time as milliseconds since the epoch, `NO_TIME` if it is none; without a year, the last before now."""
    if isinstance(time, float):
        return _of_number(time)
    try:
        moment = datetime.strptime(time, "%d/%b/%Y:%H:%M:%S %z") if "/" in time else _of_no_year(time, zone, now)
        return round(epoch(moment) * 1000) if EARLIEST <= moment <= LATEST else NO_TIME
    except (ValueError, OverflowError):
        return NO_TIME


def _of_number(seconds: float) -> int:
    if not math.isfinite(seconds) or seconds <= 0:
        return NO_TIME
    while seconds > 1e11:  # milli-, micro- or nanoseconds
        seconds /= 1000
    return round(seconds * 1000)


def _of_no_year(time: str, zone: ZoneInfo, now: int | None) -> datetime:
    month, day, clock = time.split()
    latest = datetime.now(UTC) if now is None else datetime.fromtimestamp(now / 1000, UTC)
    latest = latest.astimezone(zone) + timedelta(days=1)
    for year in range(latest.year, latest.year - 8, -1):  # the 29th of February may be years ago
        try:
            moment = datetime.fromisoformat(f"{year}-{_MONTHS.index(month) + 1:02}-{int(day):02}T{clock}")
        except ValueError:
            continue
        if moment.replace(tzinfo=zone) <= latest:
            return moment.replace(tzinfo=zone)
    raise ValueError(time)


def _postgresql(line: str) -> Said | None:
    found = _POSTGRESQL.match(line)
    return Said(found[1], found[3], f"[{found[2]}]", found[4]) if found else None


def _gunicorn(line: str) -> Said | None:
    found = _GUNICORN.match(line)
    return Said(found[1], found[3], f"[{found[2]}]", found[4]) if found else None


def _named(line: str) -> Said | None:
    found = _NAMED.match(line)
    return Said(found[1], found[4], found[2] or found[3] or "", found[5]) if found else None


def _syslog(line: str) -> Said | None:
    found = _SYSLOG.match(line)
    if found is None:
        return None
    priority, time, _, program, _, message = found.groups()
    return Said(time, _severity(priority, message), program, message)


def _syslog_iso(line: str) -> Said | None:
    found = _SYSLOG_ISO.match(line)
    return Said(found[1], _severity(None, found[5]), found[3], found[5]) if found else None


def _syslog_5424(line: str) -> Said | None:
    found = _SYSLOG_5424.match(line)
    if found is None:
        return None
    priority, time, _, program, _, message = found.groups()
    return Said(None if time == "-" else time, _severity(priority, ""), program, message.removeprefix("- "))


_LEADING = _Form(rf"\[?({_WORD})\b\]?[: -]", re.ASCII)


def _severity(priority: str | None, message: str) -> str | int:
    """Return a level by syslog's number, else by the word that a message begins with; else *other*."""
    if priority is not None:
        return _SEVERITIES[int(priority) % 8]
    found = _LEADING.match(message)
    return found[1] if found else _OTHER


def _access(line: str) -> Said | None:
    found = _ACCESS.match(line)
    if found is None:
        return None
    client, time, message, status = found.groups()
    level = _ERROR if status >= "500" else _WARNING if status >= "400" else _INFO
    return Said(time, level, client, message)


def _json(line: str) -> Said | None:
    if not line.rstrip().endswith("}"):
        return None
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return _of_fields(found) if isinstance(found, dict) else None


def _logfmt(line: str) -> Said | None:
    fields: dict[str, Any] = {}
    for key, value in _PAIR.findall(line):
        fields.setdefault(key, re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value)
        if len(fields) >= 64:
            break
    return _of_fields(fields) if _first(fields, _LEVELS) is not None or _first(fields, _TIMES) is not None else None


def _of_fields(fields: Mapping[str, Any]) -> Said | None:
    time, level, message, origin = (_first(fields, names) for names in (_TIMES, _LEVELS, _MESSAGES, _ORIGINS))
    if fields.get(time or "") is None and fields.get(level or "") is None:
        return None
    rest = [f"{key}={_plain(value)}" for key, value in fields.items() if key not in {time, level, message, origin}][
        :_FIELDS
    ]
    text = "  ".join([_plain(fields[message]) if message else "", *rest]).strip()
    return Said(
        _time(fields.get(time or "")),
        _level(fields.get(level or "")),
        _plain(fields[origin]) if origin else "",
        text,
    )


def _first(fields: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    return next((name for name in names if name in fields), None)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _time(value: object) -> str | float | None:
    if isinstance(value, str):
        return float(value) if re.fullmatch(r"\d{9,19}(\.\d{1,9})?", value) else value
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _level(value: object) -> str | int:
    if isinstance(value, int):
        return _BUNYAN.get(value, "other")
    return value if isinstance(value, str) else _OTHER
