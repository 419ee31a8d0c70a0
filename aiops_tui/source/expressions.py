"""How a column of the backend is understood, as SQL expressions for both dialects."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from aiops_tui.model.labels import OTHER, REST, TOPIC_CUT, UNANALYSED, WHITESPACE
from aiops_tui.model.panels import Notice
from aiops_tui.model.window import EARLIEST, LATEST, Period, epoch
from aiops_tui.source.problems import SourceError
from aiops_tui.source.schema import Kind

Number = ColumnElement[float]
Text = ColumnElement[str]
Whole = ColumnElement[int]
Condition = ColumnElement[bool]

_TEXT_TIME = r"^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?([+-]\d{2}(:?\d{2})?|Z)?$"


@dataclass(frozen=True)
class Expressions:
    """The dialect and the settings that expressions depend on.

    ``naive_timezone`` is the zone of times without one; on SQLite it must be one whose offset never changes.
    """

    dialect: str
    aliases: Mapping[str, tuple[str, ...]]
    naive_timezone: str = "UTC"

    @property
    def postgres(self) -> bool:
        """Whether expressions are for PostgreSQL."""
        return self.dialect == "postgresql"

    def seconds(self, column: ColumnElement[object], kind: Kind) -> Whole:
        """Return a time as whole seconds since the epoch, truncated; NULL if it is none, or outside the calendar."""
        if self.postgres:
            instant = self._instant(column, kind)
            return sa.case((_between(instant, EARLIEST, LATEST), sa.cast(sa.func.floor(_date_part(instant)), sa.BigInteger)))
        low, high = int(epoch(EARLIEST)) - 1, int(epoch(LATEST))
        inside = sa.func.max(sa.func.min(self._sqlite_seconds(column), high), low, type_=sa.BigInteger())
        return sa.func.nullif(sa.func.nullif(inside, high), low, type_=sa.BigInteger())

    def bucket(self, column: ColumnElement[object], kind: Kind, base: int) -> Whole:
        """Return the start of the base bucket that a time lies in, in seconds since the epoch; NULL as for `seconds`."""
        if self.postgres:
            instant = self._instant(column, kind)
            start = sa.func.floor(_date_part(instant) / float(base)) * base
            return sa.case((_between(instant, EARLIEST, LATEST), sa.cast(start, sa.BigInteger)))
        return self.bucket_of(self.seconds(column, kind), base)

    def bucket_of(self, seconds: Whole, base: int) -> Whole:
        """Return the start of the base bucket of so many whole seconds since the epoch."""
        # Integer division rounds towards zero: shifting by whole buckets keeps what is divided above it.
        shift = (int(epoch(EARLIEST)) // base - 1) * base
        return (seconds - shift) // sa.literal(base, sa.BigInteger) * base + shift

    def within(self, column: ColumnElement[object], kind: Kind, period: Period) -> Condition:
        """Return whether a time lies in a period, in a form that an index on a time column serves."""
        if self.postgres:
            return _between(self._instant(column, kind), period.start, period.end)
        return self.seconds_within(self.seconds(column, kind), period)

    def seconds_within(self, seconds: Whole, period: Period) -> Condition:
        """Return whether whole seconds since the epoch lie in a period."""
        start, end = -int(-epoch(period.start) // 1), -int(-epoch(period.end) // 1)
        return sa.and_(seconds >= start, seconds < end)

    def _instant(self, column: ColumnElement[object], kind: Kind) -> ColumnElement[datetime]:
        if kind in {"naive", "date"}:
            return sa.func.timezone(self.naive_timezone, sa.cast(column, sa.TIMESTAMP(timezone=False)))
        if kind == "text":
            instant = sa.cast(column, sa.TIMESTAMP(timezone=True))
            return sa.case((sa.cast(column, sa.Text).op("~")(_TEXT_TIME), instant))
        return column  # type: ignore[return-value]

    def _sqlite_seconds(self, column: ColumnElement[object]) -> Whole:
        text: Text = column  # type: ignore[assignment]
        length = sa.func.length(text)

        def tail(start: int, count: int | None = None) -> Text:
            return sa.func.substr(text, start, count) if count else sa.func.substr(text, start)

        def hours(start: int) -> Whole:
            return sa.cast(tail(start, 2), sa.Integer) * 3600

        def signed(start: int, offset: Whole) -> Whole:
            return sa.case((tail(start, 1) == "-", -offset), else_=offset)

        signs = ("+", "-")
        offset = sa.case(
            (length <= 19, self._naive_offset()),
            (sa.and_(tail(-6, 1).in_(signs), tail(-3, 1) == ":"), signed(-6, hours(-5) + sa.cast(tail(-2), sa.Integer) * 60)),
            (tail(-5, 1).in_(signs), signed(-5, hours(-4) + sa.cast(tail(-2), sa.Integer) * 60)),
            (tail(-3, 1).in_(signs), signed(-3, hours(-2))),
            (tail(-1).in_(("Z", "z")), 0),
            else_=self._naive_offset(),
        )
        # Cut to whole seconds as text: SQLite's own functions would round a fraction up.
        written = sa.cast(sa.func.strftime("%s", tail(1, 19)), sa.BigInteger) - offset
        number: Number = column  # type: ignore[assignment]
        counted = sa.case((sa.func.abs(number) > 1e11, number / 1000), else_=number)
        return sa.case(
            (sa.func.typeof(column) == "text", written),
            (sa.func.typeof(column).in_(("integer", "real")), sa.cast(counted, sa.BigInteger)),
        )

    def _naive_offset(self) -> int:
        zone = ZoneInfo(self.naive_timezone)
        offsets = {datetime(year, month, 1, tzinfo=zone).utcoffset() for year in (2000, 2015, 2030) for month in (1, 7)}
        offset = offsets.pop()
        if offsets or offset is None:
            raise SourceError(Notice("source.naive_zone", {"zone": self.naive_timezone}), final=True)
        return int(offset.total_seconds())

    def sentiment(self, label: ColumnElement[object]) -> Text:
        """Return the class of a sentiment label, as `labels.sentiment_class` gives it."""
        text = sa.cast(label, sa.Text) if not self.postgres else label
        normal = sa.func.lower(self._trimmed(text))
        known = [(name, _forms(words)) for name, words in self.aliases.items()]
        return sa.case(
            *((text.in_(forms), name) for name, forms in known),
            (sa.or_(text.is_(None), text == ""), UNANALYSED),
            *((normal.in_(forms), name) for name, forms in known),
            else_=OTHER,
        )

    def unanalysed(self, label: ColumnElement[object]) -> Condition:
        """Return whether a row has no sentiment yet."""
        return sa.or_(label.is_(None), label == "")

    def feedback(self, value: ColumnElement[object]) -> Text:
        """Return the class of a feedback value: like, dislike or other."""
        normal = sa.func.lower(self._trimmed(sa.cast(value, sa.Text)))
        return sa.case((normal == "like", "like"), (normal == "dislike", "dislike"), else_=OTHER)

    def topic(self, column: ColumnElement[object], kept: Iterable[str] | None = None) -> Text:
        """Return a topic cut to the length that tells topics apart; with ``kept``, those beyond it as `labels.REST`."""
        text = column if self.postgres else sa.cast(column, sa.Text)
        cut: Text = sa.func.left(text, TOPIC_CUT) if self.postgres else sa.func.substr(text, 1, TOPIC_CUT)
        if kept is None:
            return cut
        return sa.case((sa.or_(cut.is_(None), cut.in_(sorted(kept))), cut), else_=REST)

    def number(self, column: ColumnElement[object]) -> Number:
        """Return a finite number, NULL for anything else."""
        value: Number = column  # type: ignore[assignment]
        usual = sa.and_(value >= -1e12, value <= 1e12)
        if not self.postgres:
            usual = sa.and_(sa.func.typeof(column).in_(("integer", "real")), usual)
        return sa.case((usual, sa.cast(value, sa.Double)))

    def key(self, column: ColumnElement[object], kind: Kind) -> Whole:
        """Return a reference to a conversation as a whole number, NULL if it is none."""
        if kind == "integer":
            return column  # type: ignore[return-value]
        if not self.postgres:
            return sa.cast(column, sa.BigInteger)
        if kind == "number":
            value: Number = column  # type: ignore[assignment]
            return sa.case((sa.and_(value >= -9e15, value <= 9e15), sa.cast(value, sa.BigInteger)))
        digits = sa.cast(column, sa.Text).op("~")(r"^\d{1,18}$")
        return sa.case((digits, sa.cast(sa.cast(column, sa.Text), sa.BigInteger)))

    def contains(self, column: ColumnElement[object], text: str) -> Condition:
        """Return whether a text holds another, regardless of case (of ASCII letters alone on SQLite)."""
        escaped = text.replace("/", "//").replace("%", "/%").replace("_", "/_")
        if self.postgres:
            return column.ilike(f"%{escaped}%", escape="/")
        return column.like(f"%{escaped}%", escape="/")

    def literal_safe(self, text: str) -> bool:
        """Return whether a text can stand in a statement at all: PostgreSQL has no NUL and no lone surrogates."""
        return not (self.postgres and "\x00" in text) and not any("\ud800" <= c <= "\udfff" for c in text)

    def _trimmed(self, text: ColumnElement[object]) -> Text:
        return sa.func.btrim(text, WHITESPACE) if self.postgres else sa.func.trim(text, WHITESPACE)


def _date_part(instant: ColumnElement[datetime]) -> Number:
    return sa.func.date_part("epoch", instant, type_=sa.Double())


def _between(instant: ColumnElement[datetime], start: datetime, end: datetime) -> Condition:
    return sa.and_(instant >= start.astimezone(UTC), instant < end.astimezone(UTC))


def _forms(words: Iterable[str]) -> list[str]:
    """Return labels in both normal forms of Unicode, which SQL cannot tell to be the same."""
    return sorted({unicodedata.normalize(form, word) for word in words for form in ("NFC", "NFD")})
