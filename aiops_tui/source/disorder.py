"""How far rows are from where their key says: by that much a bound that was found by bisection has to be widened.

It is measured where segments meet, among rows that were read, and half as much again is kept as a margin, up to two
days. A row of a window that lies further below is found by a recount alone, which widens the margin in its turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

import polars as pl

from aiops_tui.model.window import epoch
from aiops_tui.source.rollup import Segment

MOST = timedelta(hours=48)
_SLACK = 1.5
_EARLY = 0.05
"""The share of a segment's rows that may be late by any time: a median, as the bisection looks at, is blind to them."""


class Disorder:
    """The largest disorder seen among segments; it never shrinks, for what came once may come again."""

    def __init__(self, seen: timedelta = timedelta(0)) -> None:
        self.seen = seen
        self._usual: WeakKeyDictionary[Segment, int] = WeakKeyDictionary()

    def margin(self, least: timedelta) -> timedelta:
        """Return by how much to widen bounds: ``least``, or more than was seen, but never very much."""
        return max(least, min(self.seen * _SLACK, MOST))

    def look(self, parts: Sequence[Segment], now: datetime) -> None:
        """Look how much newer rows are than most rows of larger keys; rows of the future are in no window yet."""
        usual: int | None = None
        for part in reversed(parts):
            latest = part.latest
            if latest is not None and latest > epoch(now):
                latest = _latest_until(part.cells, epoch(now))
            if usual is not None and latest is not None:
                self.seen = max(self.seen, timedelta(seconds=latest - usual))
            if part.since is None and part.first is not None:
                own = self._usual_of(part)
                usual = own if usual is None else min(usual, own)

    def _usual_of(self, part: Segment) -> int:
        """Return the bucket before which only few of a segment's rows lie."""
        if part not in self._usual:
            timed = part.cells.filter(pl.col("bucket").is_not_null())
            counts = timed.group_by("bucket").agg(pl.col("n").cast(pl.Int64).sum()).sort("bucket")
            few = int(counts["n"].sum()) * _EARLY
            self._usual[part] = counts.filter(pl.col("n").cum_sum() > few)["bucket"][0]
        return self._usual[part]


def _latest_until(cells: pl.DataFrame, moment: float) -> int | None:
    latest = cells.filter(pl.col("bucket") <= moment)["bucket"].max()
    return latest if isinstance(latest, int) else None
