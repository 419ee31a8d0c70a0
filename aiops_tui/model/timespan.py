"""Time as people write it: ``7d``, ``yesterday``, ``어제``, ``2026-11-20 09:00..12:00``, ``mon..``, ``11월 20일``.

A range has ``..`` or ``~`` between its ends, and may lack one of them. A day or month stands for all of it. Days and
times without an offset are of the display zone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from aiops_tui.model.window import WINDOW_NAMES, Period, WindowSpec, clamp, midnight

_ALIASES = {
    "1d": "24h", "60m": "1h", "1w": "7d", "전체": "all", "1시간": "1h", "6시간": "6h", "24시간": "24h", "하루": "24h",
    "7일": "7d", "1주": "7d", "일주일": "7d", "30일": "30d", "90일": "90d",
}  # fmt: skip
_UNITS = {"m": 60, "분": 60, "h": 3600, "시간": 3600, "d": 86_400, "일": 86_400, "w": 604_800, "주": 604_800}
_DAYS_AGO = {"today": 0, "오늘": 0, "yesterday": 1, "어제": 1, "그제": 2, "그저께": 2, "엊그제": 2}
_NOW = frozenset({"now", "지금", "현재"})
_WEEKDAYS = {
    word: place
    for place, words in enumerate(
        ("mon monday 월 월요일", "tue tuesday 화 화요일", "wed wednesday 수 수요일", "thu thursday 목 목요일",
         "fri friday 금 금요일", "sat saturday 토 토요일", "sun sunday 일 일요일")
    )
    for word in words.split()
}  # fmt: skip
_PERIODS = {
    "this week": ("week", 0), "이번 주": ("week", 0), "이번주": ("week", 0),
    "last week": ("week", 1), "지난 주": ("week", 1), "지난주": ("week", 1),
    "this month": ("month", 0), "이번 달": ("month", 0), "이번달": ("month", 0), "이달": ("month", 0),
    "last month": ("month", 1), "지난 달": ("month", 1), "지난달": ("month", 1),
}  # fmt: skip

_SEPARATOR = re.compile(r"\s*(?:\.\.+|…|~|–|—|\bto\b)\s*")
_LENGTH = re.compile(r"(?:last\s+|지난\s*|최근\s*)?(\d{1,4})\s*(m|분|h|시간|d|일|w|주)")
_TIME = (
    r"(?:(?P<half>오전|오후)\s*)?(?P<hour>\d{1,2})"
    r"(?::(?P<minute>\d{2})(?::(?P<second>\d{2}))?|시(?:\s*(?P<minutes>\d{1,2})분)?)"
)
_TIME_ALONE = re.compile(_TIME)
_DAY_AND_TIME = re.compile(rf"(?P<day>.*?\S)(?:\s+|(?<=\d)t(?=\d)){_TIME}")
_DATE = re.compile(r"(?:(\d{4})\s*[-./년]\s*)?(\d{1,2})\s*[-./월]\s*(\d{1,2})\s*일?\.?")
_MONTH = re.compile(r"(\d{4})\s*(?:[-./]\s*(\d{1,2})|년\s*(\d{1,2})월)|(\d{1,2})월")


class TimeError(ValueError):
    """A time that cannot be understood: a message id with its values, and where in the text it is."""

    def __init__(self, message_id: str, position: int = 0, **values: str) -> None:
        self.message_id = message_id
        self.position = position
        self.values = values
        super().__init__(f"{message_id}: {values}")


@dataclass(frozen=True, slots=True)
class _Reader:
    zone: ZoneInfo
    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def read(self, text: str, near: datetime | None = None) -> Period | None:
        """Return what a text names, a moment as a period without length; ``near`` is what a time alone follows."""
        if text in _NOW:
            return Period(self.now, self.now)
        if match := _TIME_ALONE.fullmatch(text):
            return self._time_alone(match, near)
        if (day := self._day(text)) is not None:
            return self._days(day, date.fromordinal(min(day.toordinal() + 1, date.max.toordinal())))
        if (period := self._period(text)) is not None:
            return period
        match = _DAY_AND_TIME.fullmatch(text)
        if match is not None and (day := self._day(match["day"])) is not None:
            return self._moment(day, _clock(match))
        return self._iso(text)

    def _day(self, text: str) -> date | None:
        """Return a day; without a year, or of the week, the latest that is not to come."""
        today = self.today
        if text in _DAYS_AGO:
            return today - timedelta(days=_DAYS_AGO[text])
        if text in _WEEKDAYS:
            return today - timedelta(days=(today.weekday() - _WEEKDAYS[text]) % 7)
        match = _DATE.fullmatch(text)
        if match is None:
            return _iso_day(text)
        year, month, day = match.groups()
        if year:
            return date(int(year), int(month), int(day))
        found = date(today.year, int(month), int(day))
        return found if found <= today else date(today.year - 1, int(month), int(day))

    def _period(self, text: str) -> Period | None:
        """Return a week or month, by its name or number."""
        today = self.today
        if text in _PERIODS:
            kind, ago = _PERIODS[text]
            if kind == "week":
                monday = today - timedelta(days=today.weekday() + 7 * ago)
                return self._days(monday, monday + timedelta(days=7))
            return self._month(today.year, today.month - ago)
        if (match := _MONTH.fullmatch(text)) is None:
            return None
        year, month, monat, alone = match.groups()
        if alone:
            return self._month(today.year - (int(alone) > today.month), int(alone))
        return self._month(int(year), int(month or monat))

    def _month(self, year: int, month: int) -> Period:
        if month == 0:
            year, month = year - 1, 12
        return self._days(date(year, month, 1), date(year + month // 12, month % 12 + 1, 1))

    def _days(self, first: date, last: date) -> Period:
        return Period(clamp(midnight(first, self.zone), 0), clamp(midnight(last, self.zone), 0))

    def _moment(self, day: date, clock: time) -> Period:
        moment = clamp(datetime.combine(day, clock, self.zone).astimezone(UTC), 0)
        return Period(moment, moment)

    def _time_alone(self, match: re.Match[str], near: datetime | None) -> Period:
        """Return the time of the day that is meant: the first after ``near``, else the latest that has been."""
        clock = _clock(match)
        if near is None:
            found = self._moment(self.today, clock)
            return found if found.start <= self.now else self._moment(self.today - timedelta(days=1), clock)
        day = near.astimezone(self.zone).date()
        found = self._moment(day, clock)
        return found if found.start > near else self._moment(day + timedelta(days=1), clock)

    def _iso(self, text: str) -> Period | None:
        try:
            moment = datetime.fromisoformat(text.upper()).replace(microsecond=0)
        except ValueError:
            return None
        moment = clamp((moment if moment.tzinfo else moment.replace(tzinfo=self.zone)).astimezone(UTC), 0)
        return Period(moment, moment)


def read_moment(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """Return the moment that a text names, in UTC; of a day or month it is the beginning.

    Raises:
        TimeError: it cannot be understood.
    """
    return _read(_Reader(zone, now), _plain(text), 0).start


def read_window(text: str, zone: ZoneInfo, now: datetime) -> WindowSpec:
    """Return the window that a text names; one that would end now or later has no end, and goes on with the clock.

    Raises:
        TimeError: it cannot be understood, or lies in the future.
    """
    plain = _plain(text)
    if not plain:
        raise TimeError("timespan.empty")
    name = _ALIASES.get(plain, plain)
    if name in WINDOW_NAMES:
        return WindowSpec(name)
    if match := _LENGTH.fullmatch(plain):
        name = _ALIASES.get(match[1] + match[2], match[1] + match[2])
        if name in WINDOW_NAMES:
            return WindowSpec(name)
        return WindowSpec("custom", since=_seconds(clamp(now, -max(int(match[1]), 1) * _UNITS[match[2]])))
    since, until = _ends(plain, _Reader(zone, now))
    if since is not None and since >= now:
        raise TimeError("timespan.future", text=text.strip())
    if since is not None and until is not None and since >= until:
        raise TimeError("timespan.backwards", text=text.strip())
    return WindowSpec("custom", since=since, until=None if until is not None and until >= now else until)


def _ends(text: str, reader: _Reader) -> tuple[datetime | None, datetime | None]:
    parted = _SEPARATOR.search(text)
    if parted is None:
        alone = _read(reader, text, 0)
        if alone.start == alone.end:
            raise TimeError("timespan.one_moment", text=text)
        return alone.start, alone.end
    left, right = text[: parted.start()], text[parted.end() :]
    if not left and not right:
        raise TimeError("timespan.empty")
    since = _read(reader, left, 0).start if left else None
    until = _read(reader, right, parted.end(), since).end if right else None
    return since, until


def _read(reader: _Reader, text: str, position: int, near: datetime | None = None) -> Period:
    try:
        found = reader.read(text, near)
    except (ValueError, OverflowError):  # the 31st of November, the year 10000
        found = None
    if found is None:
        raise TimeError("timespan.unreadable", position, text=text[:40])
    return found


def _iso_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.upper())
    except ValueError:
        return None


def _plain(text: str) -> str:
    return " ".join(text.split()).lower()


def _seconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _clock(match: re.Match[str]) -> time:
    hour = int(match["hour"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"] == "오후" else 0)
    return time(hour, int(match["minute"] or match["minutes"] or 0), int(match["second"] or 0))
