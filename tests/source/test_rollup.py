"""The cells that are kept add up to what the table holds, whatever was frozen, merged, dropped or read again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from aiops_tui.model.panels import Notice
from aiops_tui.model.window import Period, epoch
from aiops_tui.source.cells import CELLS
from aiops_tui.source.problems import Cancelled, SourceError
from aiops_tui.source.rollup import KeyRollup, Limits, Segment

START = datetime(2026, 11, 1, tzinfo=UTC)
LIMITS = Limits(slice_keys=4, freeze_keys=3, merge_keys=9)

Cell = tuple[int | None, str | None, str]


class Table:
    """A table in memory: each row's time (None for none), topic and sentiment, by key."""

    def __init__(self) -> None:
        self.rows: dict[int, tuple[datetime | None, str | None, str]] = {}
        self.fails: SourceError | None = None
        self.reads: list[tuple[int, int | None]] = []

    def count(self, low: int, high: int | None, period: Period | None = None) -> Counter[Cell]:
        """Count afresh the rows of some keys and times."""
        return Counter(
            (None if at is None else int(epoch(at)) // 900 * 900, topic, sentiment)
            for key, (at, topic, sentiment) in self.rows.items()
            if low <= key and (high is None or key < high)
            if period is None or (at is not None and period.start <= at < period.end)
        )

    def read(self, low: int, high: int | None, period: Period | None) -> pl.DataFrame:
        """Answer as the database does, in no order, or fail."""
        if self.fails is not None:
            raise self.fails
        self.reads.append((low, high))
        cells = [(*cell, n) for cell, n in self.count(low, high, period).items()]
        return pl.DataFrame(cells[::-1], schema=CELLS, orient="row")

    def below(self, top: int, rows: int) -> int | None:
        """Return the key of the row so many rows below a key."""
        keys = sorted(key for key in self.rows if key < top)
        return keys[-rows] if len(keys) >= rows else None


def sums(rollup: KeyRollup) -> Counter[Cell]:
    """Return what a rollup's cells add up to."""
    return counted(rollup.parts())


def counted(parts: Sequence[Segment]) -> Counter[Cell]:
    """Return what the cells of some parts add up to."""
    found: Counter[Cell] = Counter()
    for part in parts:
        for bucket, topic, sentiment, n in part.cells.rows():
            found[bucket, topic, sentiment] += n
    return found


times = st.one_of(st.none(), st.integers(0, 5000).map(lambda minutes: START + timedelta(minutes=minutes)))
rows = st.tuples(
    times, st.sampled_from([None, "", "환불", "결제"]), st.sampled_from(["positive", "negative", "unanalysed"])
)


class Polled(RuleBasedStateMachine):
    """What polls do to a rollup while others write to the table."""

    def __init__(self) -> None:
        super().__init__()
        self.table = Table()
        self.rollup = KeyRollup(self.table.read, self.table.below, LIMITS)
        self.highest = 0

    @initialize(known=st.lists(rows, max_size=20), tail=st.integers(0, 25))
    def begin(self, known: list[tuple[datetime | None, str | None, str]], tail: int) -> None:
        self.table.rows = dict(enumerate(known))
        self.highest = max(len(known), tail)
        self.rollup.start(tail)
        self.rollup.read_tail()

    @rule(new=st.lists(rows, min_size=1, max_size=6), gap=st.integers(1, 4))
    def insert(self, new: list[tuple[datetime | None, str | None, str]], gap: int) -> None:
        for row in new:
            self.highest += gap
            self.table.rows[self.highest] = row

    @rule(key=st.integers(0, 60), row=rows)
    def commit_late(self, key: int, row: tuple[datetime | None, str | None, str]) -> None:
        """A row appears below the newest, but within the tail."""
        if self.rollup.tail_low is not None and self.rollup.tail_low <= key <= self.highest:
            self.table.rows[key] = row

    @rule(keys=st.sets(st.integers(0, 60), max_size=5))
    def remove_from_the_tail(self, keys: set[int]) -> None:
        for key in keys:
            if self.rollup.tail_low is not None and key >= self.rollup.tail_low:
                self.table.rows.pop(key, None)

    @rule(back=st.integers(0, 12))
    def poll(self, back: int) -> None:
        self.rollup.freeze(self.highest - back)
        self.rollup.read_tail()
        low = self.rollup.low
        assert low is not None
        assert sums(self.rollup) == self.table.count(low, None)
        version = self.rollup.version
        self.rollup.read_tail()
        assert self.rollup.version == version

    @rule(low=st.integers(0, 40), stop=st.one_of(st.none(), st.integers(0, 2)))
    def fill(self, low: int, stop: int | None) -> None:
        """Read down to a key, or leave off half way."""
        wanted = min(low, self.rollup.low or 0)
        for step, (done, steps) in enumerate(self.rollup.fill(wanted)):
            assert 0 < done <= steps
            if step == stop:
                return
        assert self.rollup.low == wanted

    @rule(up_to=st.integers(0, 10))
    def retain(self, up_to: int) -> None:
        """The oldest rows are deleted, and the segment that the new lowest one lies in is counted again."""
        lowest = min(self.table.rows, default=0) + up_to
        low = self.rollup.low
        assert low is not None
        for key in [key for key in self.table.rows if key < lowest and key < (self.rollup.tail_low or 0)]:
            del self.table.rows[key]
        self.rollup.drop_below(lowest)
        self.rollup.recount_key(lowest)
        self.rollup.read_tail()

    @rule(key=st.integers(0, 60), row=st.one_of(st.none(), rows))
    def change_and_reconcile(self, key: int, row: tuple[datetime | None, str | None, str] | None) -> None:
        """Whatever happens to frozen rows is found by a round of recounting."""
        if row is None:
            self.table.rows.pop(key, None)
        elif key <= self.highest:
            self.table.rows[key] = row
        before = len(self.rollup.segments)
        self.rollup.restart_recount()
        rounds = 0
        while not self.rollup.recount_next()[1]:
            rounds += 1
        assert rounds == max(before - 1, 0)
        self.rollup.read_tail()

    @rule(back=st.integers(0, 5), reading=st.sampled_from(["poll", "fill", "recount"]))
    def fail(self, back: int, reading: str) -> None:
        """A question is withdrawn: nothing counts twice afterwards."""
        self.table.fails = Cancelled()
        try:
            if reading == "poll":
                self.rollup.freeze(self.highest - back)
                self.rollup.read_tail()
            elif reading == "fill":
                list(self.rollup.fill(0))
            else:
                self.rollup.recount_next()
        except Cancelled:
            pass
        finally:
            self.table.fails = None
        self.rollup.read_tail()

    @invariant()
    def segments_meet(self) -> None:
        segments, low = self.rollup.segments, self.rollup.tail_low
        for one, other in pairwise(segments):
            assert one.low < one.high == other.low
        assert not segments or segments[-1].high == low

    @invariant()
    @precondition(lambda self: self.rollup.tail is not None)
    def frozen_cells_are_right(self) -> None:
        for segment in self.rollup.segments:
            assert counted([segment]) == self.table.count(segment.low, segment.high)
            assert self.rollup.segment_of(segment.low) is segment
            assert self.rollup.segment_of(segment.high - 1) is segment


Polled.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestPolled = Polled.TestCase


@pytest.fixture
def table() -> Iterator[Table]:
    table = Table()
    table.rows = {key: (START + timedelta(minutes=10 * key), "환불", "negative") for key in range(100)}
    yield table


def test_nothing_is_known_before_the_tail_was_read(table: Table) -> None:
    rollup = KeyRollup(table.read, table.below, LIMITS)
    assert (rollup.low, rollup.tail) == (None, None)
    rollup.start(90)
    assert (rollup.low, rollup.tail) == (90, None)
    list(rollup.fill(80))
    assert rollup.tail is None
    rollup.read_tail()
    assert sums(rollup) == table.count(80, None)


def test_the_newest_is_read_first_and_each_key_once(table: Table) -> None:
    rollup = KeyRollup(table.read, table.below, LIMITS)
    rollup.start(90)
    assert [done for done, _ in rollup.fill(0)][-1] == 90
    assert table.reads[0] == (86, 90)
    assert sorted(key for low, high in table.reads for key in range(low, high or 0)) == list(range(90))


def test_gaps_in_the_keys_are_crossed_in_few_steps(table: Table) -> None:
    table.rows |= {10**12 + key: table.rows[99] for key in range(300)}
    rollup = KeyRollup(table.read, table.below, Limits(slice_keys=100))
    rollup.start(10**12 + 300)
    assert len(list(rollup.fill(0))) < 10
    assert max(table.count(low, high).total() for low, high in table.reads) <= 100
    rollup.read_tail()
    assert sums(rollup) == table.count(0, None)


def test_a_slow_database_is_asked_for_less_at_a_time(table: Table) -> None:
    def read(low: int, high: int | None, period: Period | None) -> pl.DataFrame:
        if high is not None and high - low > 3000:
            raise SourceError(Notice("source.timeout"))
        return table.read(low, high, period)

    rollup = KeyRollup(read, table.below, Limits(slice_keys=100_000))
    rollup.start(20_000)
    list(rollup.fill(0))
    rollup.read_tail()
    assert sums(rollup) == table.count(0, None)
    table.fails = SourceError(Notice("source.timeout"))
    hopeless = KeyRollup(table.read, table.below, Limits(slice_keys=100_000))
    hopeless.start(20_000)
    with pytest.raises(SourceError):
        list(hopeless.fill(0))


def test_rows_before_a_time_are_left_out_until_they_are_wanted(table: Table) -> None:
    rollup = KeyRollup(table.read, table.below, LIMITS)
    rollup.start(90)
    since = START + timedelta(minutes=300)
    list(rollup.fill(0, since))
    rollup.read_tail()
    later = table.count(0, 90, Period(since, START + timedelta(days=9))) + table.count(90, None)
    assert sums(rollup) == later
    assert list(rollup.fill(0, since + timedelta(minutes=50))) == []
    assert not rollup.recount_next()[0]
    assert sums(rollup) == later
    assert next(steps for _, steps in rollup.fill(0, since - timedelta(minutes=100))) == 90
    list(rollup.fill(0))
    assert sums(rollup) == table.count(0, None)


def test_the_latest_time_of_a_segment(table: Table) -> None:
    table.rows[3] = (None, None, "positive")
    rollup = KeyRollup(table.read, table.below, LIMITS)
    rollup.start(4)
    list(rollup.fill(0))
    assert rollup.segments[-1].latest == int(epoch(START)) + 900
    table.rows = {3: (None, None, "positive")}
    assert rollup.recount_next() == (True, True)
    assert rollup.segments[-1].latest is None


def test_dropped_segments_are_not_skipped_over_by_the_round(table: Table) -> None:
    rollup = KeyRollup(table.read, table.below, LIMITS)
    rollup.start(40)
    list(rollup.fill(0))
    assert [rollup.recount_next()[1] for _ in range(5)] == [False] * 5
    next_low = rollup.segments[5].low
    rollup.drop_below(rollup.segments[3].low + 1)
    table.reads.clear()
    while not rollup.recount_next()[1]:
        pass
    assert table.reads[0][0] == next_low
    assert len(table.reads) == len(rollup.segments) - 2
