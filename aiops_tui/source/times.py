"""Times as the backend's columns may hold them, turned by the database into whole seconds since the epoch.

A fraction is cut, never rounded. What is no time becomes NULL instead of an error, for one bad row must not keep all
the others from being read. A written day that its month does not have counts on into the next month.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from aiops_tui.model.panels import Notice
from aiops_tui.model.window import DAY, EARLIEST, LATEST, epoch
from aiops_tui.source.problems import SourceError
from aiops_tui.source.schema import Kind

_FIRST, _LAST = int(epoch(EARLIEST)), int(epoch(LATEST))

_MILLISECONDS = 1e11
"""A bare number further from 0 counts milliseconds: as seconds it would be past the year 5138."""

_WRITTEN = (
    r"^(?!0000)\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
    r"([ T]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d*)?)?( ?(Z|[+-](0\d|1[0-5])(:?[0-5]\d)?))?)?$"
)
_PLAIN = "[0-9][0-9][0-9][0-9]-??-??[ T]??:??:??"
_MICROSECONDS = "?" * 19 + "." + "[0-9]" * 6
_EPOCH_DAY = 2_440_587.5  # 1970-01-01 as SQLite's day number
_MINUTES, _SECONDS = 16, 19  # characters of "2026-11-22 16:49" and "2026-11-22 16:49:11"


def sqlite_seconds(column: ColumnElement[object], naive_timezone: str) -> ColumnElement[int]:
    """Return the seconds of a column in which SQLite lets any form stand: text, or a number of seconds or milliseconds.

    Raises:
        SourceError: if the clocks of the zone change, which SQLite cannot reckon with.
    """
    text: ColumnElement[str] = column  # type: ignore[assignment]
    naive = _fixed_offset(naive_timezone)

    def head(length: int) -> ColumnElement[int]:
        # The fraction is cut off as text: SQLite's own functions would round it up.
        return whole_clock(sa.func.substr(text, 1, length))

    def whole_clock(clock: ColumnElement[str]) -> ColumnElement[int]:
        days: ColumnElement[float] = sa.func.julianday(clock, type_=sa.Double()) - _EPOCH_DAY
        return sa.cast(days * DAY + (0.5 - _FIRST), sa.BigInteger) + _FIRST

    def written(length: int) -> ColumnElement[int]:
        return head(length) - _sqlite_offset(sa.func.substr(text, length + 1), naive)

    # What Python's and SQLite's own clocks write is told apart, because the general form costs four times as much.
    usual = sa.or_(sa.func.length(text) == _SECONDS, text.op("GLOB")(_MICROSECONDS))
    clock = sa.case(
        (
            sa.func.substr(text, _MINUTES + 1, 1) == ":",
            sa.case((usual, head(_SECONDS) - naive), else_=written(_SECONDS)),
        ),
        (sa.func.substr(text, _MINUTES - 2, 1) == ":", written(_MINUTES)),
        (sa.func.length(text) == 10, head(10) - naive),
    )
    number: ColumnElement[float] = column  # type: ignore[assignment]
    far = sa.or_(number > _MILLISECONDS, number < -_MILLISECONDS)
    counted = sa.case((far, number / 1000), else_=number)
    whole = sa.cast(counted, sa.BigInteger)
    seconds = sa.case(
        # As most clocks write: told apart at one glance, because the general form costs three times as much.
        (text.op("GLOB")(_PLAIN), whole_clock(text) - naive),
        # The dash keeps out what strftime takes for a time as well: 'now', clock times, numbers of days.
        (sa.and_(sa.func.typeof(column) == "text", sa.func.substr(text, 5, 1) == "-"), clock),
        (sa.func.typeof(column).in_(("integer", "real")), whole - sa.case((counted < whole, 1), else_=0)),
    )
    # Bounds by min and max, so that the long expression is evaluated once.
    inside = sa.func.max(sa.func.min(seconds, _LAST), _FIRST - 1, type_=sa.BigInteger())
    return _Written(sa.func.nullif(sa.func.nullif(inside, _LAST), _FIRST - 1, type_=sa.BigInteger()))


class _Written(ColumnElement[int]):
    """An expression so long that its text, constants and all, is written once for all statements that it is part of."""

    inherit_cache = False
    type = sa.BigInteger()

    def __init__(self, expression: ColumnElement[int]) -> None:
        self.meant = expression
        self.text: str | None = None

    @property
    def _from_objects(self) -> list[sa.FromClause]:
        return self.meant._from_objects


@compiles(_Written)
def _text_of(written: _Written, compiler: SQLCompiler, **options: Any) -> str:
    if written.text is None:
        written.text = compiler.process(written.meant, **{**options, "literal_binds": True})
    return written.text


def postgres_instant(column: ColumnElement[object], kind: Kind, naive_timezone: str) -> ColumnElement[datetime]:
    """Return a column of any kind as a moment, NULL where it cannot be one; a ``timestamptz`` stays what it is."""
    if kind == "time":
        return column  # type: ignore[return-value]
    if kind in {"naive", "date"}:
        inside = column.between(date.min, date.max)
        return sa.case((inside, sa.func.timezone(naive_timezone, sa.cast(column, sa.TIMESTAMP(timezone=False)))))
    if kind in {"integer", "number"}:
        number = sa.cast(column, sa.Double)
        far = sa.or_(number > _MILLISECONDS, number < -_MILLISECONDS)
        counted = sa.case((far, number / 1000), else_=number)
        return sa.case((counted.between(_FIRST, _LAST), sa.func.to_timestamp(counted)))
    text = sa.cast(column, sa.Text)
    whole = sa.func.regexp_replace(text, r"[.,]\d*", "", type_=sa.Text())
    # Days are added apart, because the cast would fail at a day that the month does not have.
    first = sa.func.left(whole, 8, type_=sa.Text()) + "01" + sa.func.substr(whole, 11, type_=sa.Text())
    zoned = sa.func.substr(whole, _MINUTES + 1).op("~")("[Z+-]")
    days = sa.func.make_interval(0, 0, 0, sa.cast(sa.func.substr(whole, 9, 2), sa.Integer) - 1)
    naive = sa.func.timezone(naive_timezone, sa.cast(first, sa.TIMESTAMP(timezone=False)) + days)
    return sa.case(
        (text.op("!~")(_WRITTEN), None),
        (zoned, sa.cast(first, sa.TIMESTAMP(timezone=True)) + days),
        else_=naive,
    )


def _sqlite_offset(rest: ColumnElement[str], naive: int) -> ColumnElement[int]:
    """Return the seconds that are ahead of UTC, of what is written after the clock: a fraction, perhaps an offset."""
    zone = sa.func.ltrim(rest, " .,0123456789", type_=sa.Text())
    digits = sa.func.replace(zone, ":", "", type_=sa.Text())
    hours = sa.cast(sa.func.substr(digits, 2, 2), sa.Integer)
    minutes = sa.cast(sa.func.substr(digits, 4, 2), sa.Integer)
    known = [digits.op("GLOB")(form) for form in ("[+-][01][0-9]", "[+-][01][0-9][0-5][0-9]")]
    signed = sa.case((sa.func.substr(zone, 1, 1) == "-", -1), else_=1) * (hours * 3600 + minutes * 60)
    return sa.case((zone == "", naive), (zone == "Z", 0), (sa.or_(*known), signed))


def _fixed_offset(naive_timezone: str) -> int:
    zone = ZoneInfo(naive_timezone)
    offsets = {datetime(year, month, 1, tzinfo=zone).utcoffset() for year in (2000, 2015, 2030) for month in (1, 7)}
    offset = offsets.pop()
    if offsets or offset is None:
        raise SourceError(Notice("source.naive_zone", {"zone": naive_timezone}), final=True)
    return int(offset.total_seconds())
