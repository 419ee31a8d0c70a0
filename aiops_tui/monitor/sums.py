"""Sums over the cells of rollups: those of a part of the table are reckoned once, as long as it does not change."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

import polars as pl

from aiops_tui.model.filters import Filter
from aiops_tui.model.window import Period, epoch
from aiops_tui.monitor.naming import Topics, matching
from aiops_tui.source.rollup import Segment

_MOST = 6
"""Filters and periods that a part's sums are kept of."""

_Question = tuple[Filter, tuple[int, float] | None]
_Sums = tuple[pl.DataFrame, pl.DataFrame]


class Sums:
    """Sums of ``n`` by bucket and by topic, each together with the classes of one column.

    A poll finds the parts that it left behind as they were, but for the tail, and adds up what is known of them.
    """

    def __init__(self, topics: Topics, classes: str, zone: ZoneInfo) -> None:
        self._topics = topics
        self._zone = zone
        self._classes = classes
        self._kept: WeakKeyDictionary[Segment, OrderedDict[_Question, _Sums]] = WeakKeyDictionary()

    def of(self, parts: Sequence[Segment], wanted: Filter, period: Period, *, cut: bool) -> _Sums:
        """Return the sums by bucket and by topic of what a filter lets through of a period; classes as text.

        Parts ``cut`` to the period by the database are all of it: their first bucket may begin before it.
        """
        start, end = math.ceil(epoch(period.start)), epoch(period.end)
        known = []
        for part in parts:
            first, latest = part.first, part.latest
            if first is None or latest is None or (not cut and (latest < start or first >= end)):
                continue
            inside = cut or (start <= first and latest < end)
            known.append(self._of_part(part, (wanted, None if inside else (start, end))))
        if not known:
            return _empty("bucket", pl.Int64(), self._classes), _empty("topic", pl.String(), self._classes)
        buckets, topics = (pl.concat(frames) for frames in zip(*known, strict=True))
        return self._added(buckets, "bucket"), self._added(topics, "topic").with_columns(
            pl.col("topic").cast(pl.String)
        )

    def _of_part(self, part: Segment, question: _Question) -> _Sums:
        kept = self._kept.setdefault(part, OrderedDict())
        if question not in kept:
            wanted, bounds = question
            timed = pl.col("bucket").is_not_null()
            if bounds is not None:
                timed = (pl.col("bucket") >= bounds[0]) & (pl.col("bucket") < bounds[1])
            # A filter leaves few cells, their time most of them.
            cells = matching(part.cells, wanted, self._topics, self._zone).filter(timed)
            kept[question] = self._summed(cells, "bucket"), self._summed(cells, "topic")
        kept.move_to_end(question)
        while len(kept) > _MOST:
            kept.popitem(last=False)
        return kept[question]

    def _summed(self, cells: pl.DataFrame, by: str) -> pl.DataFrame:
        return cells.group_by(by, self._classes).agg(pl.col("n").cast(pl.Int64).sum())

    def _added(self, sums: pl.DataFrame, by: str) -> pl.DataFrame:
        added = sums.group_by(by, self._classes).agg(pl.col("n").sum())
        # Whatever order they were added up in, the panels come out the same.
        return added.sort(by, self._classes).with_columns(pl.col(self._classes).cast(pl.String))


def _empty(by: str, kind: pl.DataType, classes: str) -> pl.DataFrame:
    return pl.DataFrame(schema={by: kind, classes: pl.String(), "n": pl.Int64()})
