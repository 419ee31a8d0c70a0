"""How a column of the backend is understood, as SQL expressions for both dialects."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlalchemy.dialects import postgresql

from aiops_tui.model.labels import FEEDBACKS, OTHER, REST, TOPIC_CUT, UNANALYSED, WHITESPACE
from aiops_tui.model.window import EARLIEST, LATEST, Period, epoch, from_epoch
from aiops_tui.source.schema import Kind
from aiops_tui.source.times import postgres_instant, sqlite_seconds
from aiops_tui.text.printable import REPLACEMENT

Number = ColumnElement[float]
Text = ColumnElement[str]
Whole = ColumnElement[int]
Condition = ColumnElement[bool]


@dataclass(frozen=True)
class Expressions:
    """The dialect and the settings that expressions depend on.

    ``naive_timezone`` is the zone of times without one; on SQLite it must be one whose offset never changes.
    ``timezone`` is the one whose clock a filter speaks of.
    """

    dialect: str
    aliases: Mapping[str, tuple[str, ...]]
    naive_timezone: str = "UTC"
    timezone: str = "UTC"

    @property
    def postgres(self) -> bool:
        """Whether expressions are for PostgreSQL."""
        return self.dialect == "postgresql"

    def seconds(self, column: ColumnElement[object], kind: Kind) -> Whole:
        """Return a time as whole seconds since the epoch, truncated; NULL if it is none, or outside the calendar."""
        if self.postgres:
            instant = self._instant(column, kind)
            return sa.case(
                (_between(instant, EARLIEST, LATEST), sa.cast(sa.func.floor(_date_part(instant)), sa.BigInteger))
            )
        return sqlite_seconds(column, self.naive_timezone)

    def bucket(self, column: ColumnElement[object], kind: Kind, base: int) -> Whole:
        """Return the start of a time's base bucket, in seconds since the epoch; NULL as for `seconds`."""
        return self.slot_start(self.slot(column, kind, base), base)

    def slot(self, column: ColumnElement[object], kind: Kind, base: int) -> ColumnElement[Any]:
        """Return a number that is the same for times of the same base bucket, cheap to reckon for each row."""
        if self.postgres:
            return sa.func.floor(_date_part(self._instant(column, kind)) / float(base), type_=sa.Double())
        return self.bucket_of(self.seconds(column, kind), base)

    def slot_start(self, slot: ColumnElement[Any], base: int) -> Whole:
        """Return the start of the base bucket that a `slot` stands for, NULL outside the calendar."""
        if not self.postgres:
            return slot
        first, end = (epoch(edge) / base for edge in (EARLIEST, LATEST))
        return sa.case((sa.and_(slot >= first, slot < end), sa.cast(slot * float(base), sa.BigInteger)))

    def bucket_of(self, seconds: Whole, base: int) -> Whole:
        """Return the start of the base bucket of so many whole seconds since the epoch."""
        # Integer division rounds towards zero: shifting by whole buckets keeps what is divided above it.
        shift = (int(epoch(EARLIEST)) // base - 1) * base
        return (seconds - shift) // sa.literal(base, sa.BigInteger) * base + shift

    def place(self, column: ColumnElement[object], kind: Kind, edges: Sequence[int]) -> Whole:
        """Return after how many edges (seconds since the epoch) a time lies, the last edge being left out: 0 to all.

        PostgreSQL's: it takes a search in a constant array for each row.
        """
        starts = postgresql.array([sa.literal(from_epoch(edge)) for edge in edges[:-1]])
        return sa.func.width_bucket(self._instant(column, kind), starts, type_=sa.Integer())

    def within(self, column: ColumnElement[object], kind: Kind, period: Period) -> Condition:
        """Return whether a time lies in a period, in a form that an index on a time column serves."""
        if self.postgres:
            return _between(self._instant(column, kind), period.start, period.end)
        return self.seconds_within(self.seconds(column, kind), period)

    def seconds_within(self, seconds: Whole, period: Period) -> Condition:
        """Return whether whole seconds since the epoch lie in a period."""
        start, end = -int(-epoch(period.start) // 1), -int(-epoch(period.end) // 1)
        return seconds.between(start, end - 1)

    def _instant(self, column: ColumnElement[object], kind: Kind) -> ColumnElement[datetime]:
        return postgres_instant(column, kind, self.naive_timezone)

    def sentiment(self, label: ColumnElement[object]) -> Text:
        """Return the class of a sentiment label, as `labels.sentiment_class` gives it."""
        text = sa.cast(label, sa.Text)
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
        text = sa.cast(label, sa.Text)
        return sa.or_(text.is_(None), text == "")

    def feedback(self, value: ColumnElement[object]) -> Text:
        """Return the class of a feedback value: like, dislike or other."""
        text = sa.cast(value, sa.Text)
        normal = sa.func.lower(self._trimmed(text))
        return sa.case(
            *((form == name, name) for form in (text, normal) for name in FEEDBACKS if name != OTHER), else_=OTHER
        )

    def topic(self, column: ColumnElement[object], kept: Iterable[str] | None = None) -> Text:
        """Return a topic cut to the length that tells topics apart; with ``kept``, those beyond it as `labels.REST`."""
        cut: Text = sa.func.substr(sa.cast(column, sa.Text), 1, TOPIC_CUT, type_=sa.Text())
        if kept is None:
            return cut
        return sa.case((sa.or_(cut.is_(None), cut.in_(sorted(kept))), cut), else_=REST)

    def number(self, column: ColumnElement[object]) -> Number:
        """Return a finite number, NULL for anything else."""
        value: Number = column  # type: ignore[assignment]
        usual = sa.and_(value >= -1e12, value <= 1e12)
        if not self.postgres:
            usual = sa.and_(sa.func.typeof(column).in_(("integer", "real")), usual)
        # PostgreSQL refuses to square what would come to less than its smallest number.
        tiny = sa.and_(value > -1e-100, value < 1e-100)
        return sa.case((sa.and_(usual, tiny), 0.0), (usual, sa.cast(value, sa.Double)))

    def key(self, column: ColumnElement[object], kind: Kind) -> Whole:
        """Return a reference to a conversation as a whole number, NULL if it is none."""
        if kind == "integer":
            return column  # type: ignore[return-value]
        if self.postgres and kind == "number":
            number = sa.cast(column, sa.Double)
            whole = sa.and_(number.between(-9e15, 9e15), number == sa.func.floor(number))
            return sa.case((whole, sa.cast(number, sa.BigInteger)))
        text = sa.cast(column, sa.Text)
        if self.postgres:
            return sa.case((text.op("~")(r"^\d{1,18}$"), sa.cast(text, sa.BigInteger)))
        value = sa.cast(column, sa.BigInteger)
        stored = sa.func.typeof(column)
        digits = sa.and_(stored == "text", sa.func.length(text).between(1, 18), text.op("NOT GLOB")("*[^0-9]*"))
        return sa.case((sa.or_(sa.and_(stored.in_(("integer", "real")), value == column), digits), value))

    def contains(self, column: ColumnElement[Any], text: str) -> Condition:
        """Return whether a text holds another, regardless of case (of ASCII letters alone on SQLite)."""
        whole = sa.cast(column, sa.Text)
        if "\x00" in text:  # where SQLite's LIKE would end
            return sa.func.instr(sa.func.lower(whole), sa.func.lower(text)) > 0
        cased = "".join(letter for letter in text if letter.lower() != letter.upper())
        if self.postgres and cased.isascii():
            # Several times as fast as ILIKE, which looks each letter up, whatever its script.
            plain: Text = sa.collate(whole, "C")
            place = sa.func.strpos(sa.func.lower(plain) if cased else plain, text.lower(), type_=sa.Integer())
            # Many rows are taken to have something greater than 0, and few something between two numbers: these are
            # looked for by several processes, those by one alone.
            return place.between(1, 2**31 - 1)
        escaped = text.replace("/", "//").replace("%", "/%").replace("_", "/_")
        return (whole.ilike if self.postgres else whole.like)(f"%{escaped}%", escape="/")

    def is_shown_as(self, column: Text, shown: str) -> Condition:
        """Return whether a text is one, or is shown as one, in which a mark stands for what cannot be shown."""
        exact: Condition = column == shown
        if not {" ", REPLACEMENT} & {*shown}:
            return exact
        for blank in ("\r\n", "\t", "\n", "\r"):
            column = sa.func.replace(column, blank, " ", type_=sa.Text())
        if self.postgres:
            pattern = re.sub(r"([/%_])", r"/\1", shown).replace(REPLACEMENT, "_")
            return sa.or_(exact, column.like(pattern, escape="/"))
        pattern = re.sub(r"([*?\[])", r"[\1]", shown).replace(REPLACEMENT, "?")
        return sa.or_(exact, column.op("GLOB", is_comparison=True)(pattern))

    def literal_safe(self, text: str) -> bool:
        """Return whether a text can stand in a statement at all: PostgreSQL has no NUL and no lone surrogates."""
        return not (self.postgres and "\x00" in text) and not any("\ud800" <= c <= "\udfff" for c in text)

    def is_blank(self, column: ColumnElement[Any]) -> Condition:
        """Return whether a text is NULL, empty or of blanks alone."""
        text = sa.cast(column, sa.Text)
        return sa.or_(text.is_(None), self._trimmed(text) == "")

    def _trimmed(self, text: Text) -> Text:
        return sa.func.btrim(text, WHITESPACE) if self.postgres else sa.func.trim(text, WHITESPACE)


def even_runs(edges: Sequence[int]) -> Iterator[tuple[int, int, int, int]]:
    """Yield runs of evenly spaced edges: the first place, where it starts, where the last ends, and the step.

    Edges are evenly spaced but for the ends and changes of clocks, so that runs are few.
    """
    steps = [max(after - before, 1) for before, after in pairwise(edges)]
    start = 0
    for place in range(1, len(steps) + 1):
        if place == len(steps) or steps[place] != steps[start]:
            yield start, edges[start], edges[place], steps[start]
            start = place


def _date_part(instant: ColumnElement[datetime]) -> Number:
    return sa.func.date_part("epoch", instant, type_=sa.Double())


def _between(instant: ColumnElement[datetime], start: datetime, end: datetime) -> Condition:
    return sa.and_(instant >= start.astimezone(UTC), instant < end.astimezone(UTC))


def _forms(words: Iterable[str]) -> list[str]:
    """Return labels in both normal forms of Unicode, which SQL cannot tell to be the same."""
    return sorted({unicodedata.normalize(form, word) for word in words for form in ("NFC", "NFD")})
