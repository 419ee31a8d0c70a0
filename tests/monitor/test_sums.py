"""What is known of the parts of a table is not reckoned again when others are, and comes to the same."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from aiops_tui.model.filters import Filter
from aiops_tui.model.window import Period, from_epoch
from aiops_tui.monitor import sums
from aiops_tui.monitor.naming import Topics, matching
from aiops_tui.source.cells import CELLS
from aiops_tui.source.rollup import Segment

NOON = 1_795_348_800
PERIOD = Period(from_epoch(NOON), from_epoch(NOON + 90 * 900))
ZONE = ZoneInfo("Asia/Seoul")
WANTED = Filter.parse("topic:환불")


def part(place: int, n: int = 1) -> Segment:
    cells = [(NOON + 900 * place, topic, "negative", n) for topic in ("환불", "환불.", "배송", None)]
    return Segment(place, place + 1, pl.DataFrame(cells, schema=CELLS, orient="row"))


@pytest.fixture
def reckoned(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The cells that each step looked at."""
    looked: list[int] = []

    def seen(cells: pl.DataFrame, wanted: Filter, topics: Topics, zone: ZoneInfo) -> list[pl.Expr]:
        looked.append(cells.height)
        return matching(cells, wanted, topics, zone)

    monkeypatch.setattr(sums, "matching", seen)
    return looked


def test_a_poll_looks_at_the_tail_alone(reckoned: list[int]) -> None:
    topics = Topics()
    topics.learn(["환불", "환불.", "배송"])
    kept = sums.Sums(topics, "sentiment", ZONE)

    def total(parts: Sequence[Segment]) -> int:
        by_bucket, by_topic = kept.of(parts, WANTED, PERIOD, cut=False)
        assert by_bucket["n"].sum() == by_topic["n"].sum()
        return int(by_bucket["n"].sum())

    frozen = [part(place) for place in range(20)]
    assert total([*frozen, part(20)]) == 42
    assert sum(reckoned) == 21 * 4
    for n in (5, 6):
        reckoned.clear()
        assert total([*frozen, part(20, n)]) == 40 + 2 * n
        assert reckoned == [4]
    # A part that was counted anew is looked at again, whatever was summed up with it.
    frozen[3] = part(3, 2)
    assert total([*frozen, part(20, 6)]) == 54
    assert total(frozen[:4]) == 10
    assert total([part(20)]) == 2
    assert total([]) == 0
