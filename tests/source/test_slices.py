"""How much of a table one statement reads while a rollup is filled."""

from __future__ import annotations

import polars as pl
import pytest

from aiops_tui.model.panels import Notice
from aiops_tui.model.window import Period
from aiops_tui.source.cells import CELLS
from aiops_tui.source.problems import SourceError
from aiops_tui.source.rollup import KeyRollup, Limits


def rollup_of(keys: range, limits: Limits, reads: list[int], slowest: int = 10**9) -> KeyRollup:
    def read(low: int, high: int | None, period: Period | None) -> pl.DataFrame:
        assert period is None
        span = (high or keys.stop) - low
        reads.append(span)
        if span > slowest:
            raise SourceError(Notice("source.timeout"))
        n = sum(1 for key in keys if low <= key and (high is None or key < high))
        return pl.DataFrame([(0, "t", "neutral", n)] if n else [], schema=CELLS, orient="row")

    def below(top: int, rows: int) -> int | None:
        under = keys[: -(-(top - keys.start) // keys.step)] if top > keys.start else keys[:0]
        return under[-rows] if len(under) >= rows else None

    rollup = KeyRollup(read, below, limits)
    rollup.start(keys.stop)
    return rollup


def total(rollup: KeyRollup) -> int:
    rollup.read_tail()
    return sum(int(part.cells["n"].sum()) for part in rollup.parts())


def test_sparse_keys_are_read_in_few_statements() -> None:
    reads: list[int] = []
    rollup = rollup_of(range(0, 10**8, 10**6), Limits(1000), reads)
    assert [done for done, _ in rollup.fill(0)][-1] == 10**8
    assert len(reads) < 20
    assert total(rollup) == 100


def test_a_database_too_slow_for_a_slice_is_asked_for_less() -> None:
    reads: list[int] = []
    rollup = rollup_of(range(20_000), Limits(16_000), reads, slowest=5_000)
    list(rollup.fill(0))
    assert max(reads[2:]) <= 5_000
    assert total(rollup) == 20_000


def test_a_database_too_slow_for_the_smallest_slice_says_so() -> None:
    rollup = rollup_of(range(20_000), Limits(16_000), [], slowest=10)
    with pytest.raises(SourceError):
        list(rollup.fill(0))
