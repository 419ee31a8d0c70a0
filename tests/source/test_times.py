"""Times become whole seconds since the epoch, whatever form they are written in, and bad ones become none."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from aiops_tui.model.labels import SENTIMENT_ALIASES
from aiops_tui.model.window import EARLIEST, LATEST, Period, epoch, snap_seconds
from aiops_tui.source.database import Database
from aiops_tui.source.expressions import Expressions
from aiops_tui.source.problems import SourceError
from aiops_tui.source.schema import Kind
from tests.source.place import Place

pytestmark = pytest.mark.xdist_group("source")

often = settings(max_examples=25, deadline=None)

COLUMNS = {
    "sqlite": {"any_form": "naive"},
    "postgresql": {
        "tz": "time", "plain": "naive", "day": "date", "word": "text", "whole": "integer", "number": "number",
        "odd": "other",
    },
}  # fmt: skip
TYPES = {
    "any_form": "", "tz": "timestamptz", "plain": "timestamp", "day": "date", "word": "text", "whole": "bigint",
    "number": "double precision", "odd": "jsonb",
}  # fmt: skip
BASES = (10, 60, 900)
NEVER = (
    "", " ", "now", "never", "12:30", "16:49:11", "2460000.5", "2460000", "20261122", "2026-11", "2026-13-01",
    "2026-00-10", "2026-11-00", "2026-11-32", "2026-11-22T", "2026-11-22 16", "2026-11-22 16:49:11 KST",
    "2026-11-22 16:49:61",
    "2026-11-22 16:49:11+9", "2026-11-22 16:49:11+ab:cd", "2026-11-22 16:49:11--09:00", "2026-11-22 16:60:00",
    "2026-11-22 25:00:00", "0000-01-01 00:00:00", "22.11.2026", "-2026-11-22 10:00:00", "2026-11-22'; DROP TABLE x",
    "환불",
    "2026/11/22 16:49:11", "10000-01-01 00:00:00", "infinity", "2026-11-22 16:49:11\n2026",
)  # fmt: skip


class Asked:
    """Asks the database what it makes of values of one column."""

    def __init__(self, place: Place, database: Database) -> None:
        self.place = place
        self.database = database
        self.dialect = database.dialect

    def seconds(self, column: str, values: Sequence[object], naive: str = "UTC") -> list[tuple[Any, ...]]:
        """Return each value's seconds and its base buckets."""
        self._write(column, values)
        on = Expressions(self.dialect, SENTIMENT_ALIASES, naive)
        kind: Kind = COLUMNS[self.dialect][column]  # type: ignore[assignment]
        time: sa.ColumnClause[object] = sa.column(column)
        buckets = (on.bucket(time, kind, base) for base in BASES)
        asked = sa.select(on.seconds(time, kind), *buckets).select_from(sa.table("times")).order_by(sa.column("n"))
        return [tuple(row) for row in self.database.rows(asked)]

    def within(self, column: str, values: Sequence[object], period: Period) -> list[bool]:
        """Return whether each value lies in a period."""
        self._write(column, values)
        on = Expressions(self.dialect, SENTIMENT_ALIASES, "UTC")
        kind: Kind = COLUMNS[self.dialect][column]  # type: ignore[assignment]
        inside = sa.func.coalesce(on.within(sa.column(column), kind, period), sa.false())
        asked = sa.select(inside).select_from(sa.table("times")).order_by(sa.column("n"))
        return [bool(row[0]) for row in self.database.rows(asked)]

    def _write(self, column: str, values: Sequence[object]) -> None:
        self.place.run("DELETE FROM times")
        self.place.insert("times", list(enumerate(values)), "n", column)


@pytest.fixture(scope="module")
def asked(request: pytest.FixtureRequest) -> Iterator[Asked]:
    place: Place = request.getfixturevalue("postgres" if request.param == "postgresql" else "sqlite")
    with closing(place.open()) as database:
        columns = ", ".join(f"{name} {TYPES[name]}" for name in COLUMNS[database.dialect])
        place.create(f"CREATE TABLE times (n integer, {columns})")
        yield Asked(place, database)


def on(*columns: str) -> pytest.MarkDecorator:
    """Run a test for these columns, each on the database that has it."""
    cases = [(dialect, name) for dialect, there in COLUMNS.items() for name in there if name in columns]
    return pytest.mark.parametrize(("asked", "column"), cases, indirect=["asked"])


def expected(seconds: Iterable[int | None]) -> list[tuple[int | None, ...]]:
    return [(second, *(None if second is None else snap_seconds(second, base) for base in BASES)) for second in seconds]


def whole_seconds(moment: datetime) -> int | None:
    return math.floor(epoch(moment)) if EARLIEST <= moment < LATEST else None


def read(text: str, naive: str) -> int | None:
    """Read a time as a person would: its date, its clock without the fraction, and its offset if it has one."""
    clock = r"(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d*)?)?(?: ?(Z|[+-]\d\d(?::?\d\d)?))?)?"
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)" + clock, text)
    assert match is not None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    local = datetime(year, month, 1, hour, minute, second)
    zone = match[7]
    offset = ZoneInfo(naive).utcoffset(local)
    assert offset is not None
    if zone == "Z":
        offset = timedelta()
    elif zone:
        digits = zone.replace(":", "")
        offset = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:] or 0)) * (-1 if zone[0] == "-" else 1)
    seconds = (local - datetime(1970, 1, 1)) // timedelta(seconds=1) + (day - 1) * 86_400
    seconds -= offset // timedelta(seconds=1)
    return seconds if epoch(EARLIEST) <= seconds < epoch(LATEST) else None


@st.composite
def written(draw: st.DrawFn) -> str:
    """Any form of a time in text."""
    moment = draw(
        st.one_of(
            st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59)),
            st.datetimes(datetime(1969, 12, 30), datetime(1970, 1, 3)),
            st.datetimes(datetime(2026, 10, 1), datetime(2026, 12, 1)),
        )
    )
    day = draw(st.sampled_from([f"{moment.day:02}", f"{moment.day:02}", "31"]))
    text = f"{moment.year:04}-{moment.month:02}-{day}"
    parts = draw(st.integers(0, 4))
    if parts == 0:
        return text
    text += draw(st.sampled_from(" T")) + f"{moment.hour:02}:{moment.minute:02}"
    if parts > 1:
        text += f":{moment.second:02}"
    if parts > 2:
        fraction = st.one_of(
            st.sampled_from(["9996", "999600", "999999", "9999999", "5", "000", ""]), st.from_regex(r"\A[0-9]{1,9}\Z")
        )
        text += draw(st.sampled_from(".,")) + draw(fraction)
    hours, minutes = draw(st.integers(0, 14)), draw(st.sampled_from([0, 30, 45, 59]))
    offset = draw(st.sampled_from("+-")) + f"{hours:02}"
    zones = [
        "",
        "",
        "Z",
        offset,
        f"{offset}{minutes:02}",
        f"{offset}:{minutes:02}",
        f" {offset}:{minutes:02}",
        "+09:00",
    ]
    return text + draw(st.sampled_from(zones))


@on("any_form", "word")
def test_a_time_in_text_is_read_in_any_form(asked: Asked, column: str) -> None:

    @often
    @given(
        st.lists(written(), min_size=1, max_size=30),
        st.sampled_from(["UTC", "Etc/GMT-9", "Etc/GMT+5"]),
    )
    def check(texts: list[str], naive: str) -> None:
        assert asked.seconds(column, texts, naive) == expected(read(text, naive) for text in texts)

    check()


@on("any_form", "word")
def test_what_is_no_time_is_none_and_hurts_no_other(asked: Asked, column: str) -> None:
    good = "2026-11-22 16:49:11"
    values = [*NEVER, None, good]
    assert asked.seconds(column, values) == expected([*(None for _ in NEVER), None, read(good, "UTC")])

    @often
    @given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00")), min_size=1, max_size=20))
    def check(texts: list[str]) -> None:
        assert asked.seconds(column, texts) == expected(None for _ in texts)

    check()


@on("any_form", "whole", "number")
def test_numbers_are_seconds_or_milliseconds(asked: Asked, column: str) -> None:
    whole = [0, 1, -1, 1_795_000_000, 1_795_000_000_999, -1_795_000_000_999, 10**18, -(2**63), 2**63 - 1]
    seconds = [0, 1, -1, 1_795_000_000, 1_795_000_000, -1_795_000_001, None, None, None]
    assert asked.seconds(column, whole) == expected(seconds)
    if column != "whole":
        fractions = [0.9996, -0.5, 1_795_000_000.9996, -1_795_000_000.25, 1e300, -1e300, math.inf, -math.inf]
        rounded = [0, -1, 1_795_000_000, -1_795_000_001, None, None, None, None]
        assert asked.seconds(column, fractions) == expected(rounded)


@on("any_form")
def test_bytes_are_no_time(asked: Asked, column: str) -> None:
    assert asked.seconds("any_form", [b"2026-11-22 16:49:11", b"\xff\xfe"]) == expected([None, None])


moments = st.one_of(
    st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59)),
    st.datetimes(datetime(1969, 12, 30), datetime(1970, 1, 3)),
    st.sampled_from([EARLIEST, LATEST, LATEST - timedelta(seconds=1)]).map(lambda moment: moment.replace(tzinfo=None)),
).map(lambda moment: moment.replace(microsecond=moment.microsecond // 100 * 100))


@on("tz")
def test_timestamps_with_a_zone(asked: Asked, column: str) -> None:

    @often
    @given(st.lists(st.tuples(moments, st.integers(-720, 720)), min_size=1, max_size=30))
    def check(drawn: list[tuple[datetime, int]]) -> None:
        texts = [
            f"{moment.isoformat()}{'-' if m < 0 else '+'}{abs(m) // 60:02}:{abs(m) % 60:02}" for moment, m in drawn
        ]
        seconds = [math.floor(epoch(moment.replace(tzinfo=UTC)) - m * 60) for moment, m in drawn]
        inside = [s if epoch(EARLIEST) <= s < epoch(LATEST) else None for s in seconds]
        assert asked.seconds("tz", texts) == expected(inside)

    check()


@pytest.mark.parametrize(("naive", "hours"), [("UTC", 0), ("Asia/Seoul", 9), ("Asia/Kolkata", 5.5)])
@on("plain", "day")
def test_timestamps_and_dates_without_a_zone(asked: Asked, column: str, naive: str, hours: float) -> None:
    offset = timedelta(hours=hours)

    @often
    @given(st.lists(st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1)), min_size=1, max_size=30))
    def check(drawn: list[datetime]) -> None:
        values: list[Any] = [moment.date() for moment in drawn] if column == "day" else list(drawn)
        local = [datetime(v.year, v.month, v.day) for v in values] if column == "day" else drawn
        seconds = [whole_seconds(moment.replace(tzinfo=UTC) - offset) for moment in local]
        assert asked.seconds(column, values, naive) == expected(seconds)

    check()


@on("tz", "plain", "day")
def test_times_that_no_calendar_shows_are_none(asked: Asked, column: str) -> None:
    absurd = [
        "infinity",
        "-infinity",
        "4713-11-25 BC",
        "0044-03-15 BC",
        "0001-01-01",
        "9999-12-31",
        "20000-01-01",
        None,
    ]
    if column == "day":
        absurd += ["4713-01-01 BC", "5874897-12-31"]
    elif column == "plain":
        absurd += ["4713-11-24 00:00:00 BC", "294276-12-31 23:59:59"]
    for naive in ("UTC", "Asia/Seoul", "America/New_York"):
        assert asked.seconds(column, absurd, naive) == expected(None for _ in absurd)


@on("odd")
def test_what_is_of_no_such_type_is_none(asked: Asked, column: str) -> None:
    assert asked.seconds(column, ['"x"', "1"]) == expected([None, None])


@on("any_form", "tz", "plain", "word")
def test_a_period_holds_its_start_and_not_its_end(asked: Asked, column: str) -> None:
    @often
    @given(
        st.lists(st.datetimes(datetime(2026, 11, 22), datetime(2026, 11, 22, 0, 0, 9)), min_size=1, max_size=30),
        st.tuples(st.integers(-1, 11), st.integers(-1, 11)).map(sorted),
    )
    def check(drawn: list[datetime], bounds: list[int]) -> None:
        start, end = (datetime(2026, 11, 22, tzinfo=UTC) + timedelta(seconds=bound) for bound in bounds)
        inside = [start <= moment.replace(tzinfo=UTC) < end for moment in drawn]
        assert asked.within(column, [moment.isoformat(" ") for moment in drawn], Period(start, end)) == inside

    check()
    always = Period(EARLIEST, LATEST)
    assert asked.within(column, ["0001-01-01 00:00:00", "2026-11-22 00:00:00", "9999-12-31 00:00:00"], always) == [
        False, True, False,
    ]  # fmt: skip


def test_sqlite_takes_no_zone_whose_clocks_change() -> None:
    on = Expressions("sqlite", SENTIMENT_ALIASES, "America/New_York")
    with pytest.raises(SourceError) as caught:
        on.seconds(sa.column("x"), "naive")
    assert caught.value.notice.id == "source.naive_zone"


@on("word", "plain")
def test_the_zone_of_the_server_plays_no_part(asked: Asked, column: str) -> None:
    name = asked.place.run("SELECT current_database()")[0][0]
    asked.place.run(f"ALTER DATABASE {name} SET TimeZone = 'Pacific/Apia'")
    text = "2026-11-22 16:49:11"
    with closing(asked.place.open()) as database:
        assert Asked(asked.place, database).seconds(column, [text]) == expected([read(text, "UTC")])
