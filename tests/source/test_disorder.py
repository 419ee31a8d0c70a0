"""What is seen of rows out of order is never more than there is, and never forgotten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiops_tui.model.window import epoch
from aiops_tui.source import lookups
from aiops_tui.source.cells import CELLS
from aiops_tui.source.disorder import MOST, Disorder
from aiops_tui.source.rollup import Segment
from tests.source.place import CONVERSATIONS, Place

pytestmark = pytest.mark.xdist_group("source")

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
BUCKET = timedelta(minutes=15)
LONG_AGO = datetime(2026, 8, 24, tzinfo=UTC)


def cut(times: Sequence[datetime | None], size: int = 40) -> list[Segment]:
    """Return segments of so many keys each, rows of these times."""
    segments = []
    for low in range(0, len(times), size):
        counts = Counter(None if at is None else int(epoch(at)) // 900 * 900 for at in times[low : low + size])
        cells = pl.DataFrame([(at, None, "other", n) for at, n in counts.items()], schema=CELLS, orient="row")
        segments.append(Segment(low, low + size, cells))
    return segments


def seen(times: Sequence[datetime | None]) -> timedelta:
    disorder = Disorder()
    disorder.look(cut(times), NOW)
    return disorder.seen


def in_order(count: int) -> list[datetime | None]:
    return [NOW - (count - place) * timedelta(minutes=10) for place in range(count)]


@given(st.lists(st.one_of(st.none(), st.integers(-2_000, 200)), max_size=200), st.integers(5, 60))
@settings(deadline=None)
def test_no_more_is_seen_than_the_rows_lie_out_of_order(minutes: list[int | None], size: int) -> None:
    times = [None if at is None else NOW + timedelta(minutes=at) for at in minutes]
    known = [at for at in times if at is not None and at < NOW + BUCKET]
    largest = max((a - b for place, a in enumerate(known) for b in known[place:]), default=timedelta(0))
    disorder = Disorder()
    disorder.look(cut(times, size), NOW)
    assert timedelta(0) <= disorder.seen <= largest + BUCKET
    before = disorder.seen
    disorder.look(cut(in_order(100)), NOW)
    assert disorder.seen == before


@given(st.integers(8, 60), st.integers(0, 39))
@settings(deadline=None)
def test_rows_ahead_of_those_around_them_are_seen_where_segments_meet(hours: int, offset: int) -> None:
    times = in_order(800)
    for place in range(offset, 800 - 6 * hours, 7):
        times[place] = (times[place] or NOW) + hours * HOUR
    disorder = Disorder()
    disorder.look(cut(times), NOW)
    assert (hours - 2) * HOUR <= disorder.seen <= hours * HOUR + BUCKET
    assert disorder.margin(6 * HOUR) == max(6 * HOUR, min(disorder.seen * 1.5, MOST))


def test_neither_few_late_rows_nor_dates_of_the_future_are_disorder() -> None:
    times = in_order(800)
    times[::40] = [(at or NOW) - 9 * HOUR for at in times[::40]]
    times[5] = datetime(9999, 1, 1, tzinfo=UTC)
    times[7] = None
    assert seen(times) <= HOUR
    # Many of them are a run, and whatever lies before it is newer than it.
    times[400:500] = [(at or NOW) - 30 * HOUR for at in times[400:500]]
    assert 29 * HOUR < seen(times) < 32 * HOUR


def test_what_only_a_recount_found_counts_as_well() -> None:
    segments = cut(in_order(800))
    stray = cut([NOW - HOUR])[0]
    found = Segment(-40, 0, stray.cells, since=NOW - 48 * HOUR)
    disorder = Disorder()
    disorder.look([found, *segments], NOW)
    assert disorder.seen > 100 * HOUR
    assert disorder.margin(6 * HOUR) == MOST


def test_a_run_of_late_rows_that_misleads_the_bisection_is_told(place: Place) -> None:
    # Half of the table was written down later than the rest, and is older.
    live = {key: LONG_AGO + timedelta(days=60, seconds=60 * key) for key in range(1, 2000)}
    imported = {key: LONG_AGO + timedelta(seconds=60 * key) for key in range(2000, 4000)}
    newest = {key: LONG_AGO + timedelta(days=62, seconds=60 * key) for key in range(4000, 4100)}
    place.create(CONVERSATIONS)
    rows = [
        (key, None, "q", "a", None, None, moment.replace(tzinfo=None).isoformat(" "))
        for key, moment in (live | imported | newest).items()
    ]
    place.insert("conversation_log", rows)
    with closing(place.open()) as database:
        on = place.relations(database)
        since = int(epoch(live[1000]))
        key, misled = database.rows(lookups.first_key_since(on, since, 1, 4100))[0]
        assert key == 4000 - 16
        assert 1000 < misled < 2000
        again = database.rows(lookups.first_key_since(on, since, 1, misled))[0]
        assert 1000 - 17 <= again[0] <= 1000
        assert again[1] is None
