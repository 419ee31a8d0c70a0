"""Sums over the cells of rollups: those of a part of the table are reckoned once, as long as it does not change."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from weakref import ref
from zoneinfo import ZoneInfo

import polars as pl

from aiops_tui.model.filters import Filter
from aiops_tui.model.window import Period, epoch
from aiops_tui.monitor.naming import Topics, matching
from aiops_tui.source.rollup import Segment

_MOST = 12
"""Filters and periods whose sums are kept."""

_TOGETHER = 8
"""Parts that are summed up at once: more of them would take more memory, and have to be reckoned again with any."""

_Question = tuple[Filter, Period, bool]
_Sums = tuple[pl.DataFrame, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class _Known:
    """The sums of some parts, which may be gone by now."""

    parts: Sequence[ref[Segment]]
    sums: _Sums

    def are_among(self, parts: Collection[Segment | None]) -> bool:
        """Return whether all that was summed up is among these."""
        return all(part() in parts for part in self.parts)


class Sums:
    """Sums of ``n`` by bucket and by topic, each together with the classes of one column.

    A poll finds the parts that it left behind as they were, but for the tail, and adds up what is known of them.
    """

    def __init__(self, topics: Topics, classes: str, zone: ZoneInfo) -> None:
        self._topics = topics
        self._zone = zone
        self._classes = classes
        self._kept: OrderedDict[_Question, list[_Known]] = OrderedDict()

    def of(self, parts: Sequence[Segment], wanted: Filter, period: Period, *, cut: bool) -> _Sums:
        """Return the sums by bucket and by topic of what a filter lets through of a period; classes as text.

        Parts ``cut`` to the period by the database are all of it: their first bucket may begin before it.
        """
        start, end = math.ceil(epoch(period.start)), epoch(period.end)
        chosen = [
            part
            for part in parts
            if part.first is not None
            and part.latest is not None
            and (cut or (part.latest >= start and part.first < end))
        ]
        known = self._known((wanted, period, cut), chosen)
        if not known:
            return _empty("bucket", pl.Int64(), self._classes), _empty("topic", pl.String(), self._classes)
        buckets, topics = (self._added(frames) for frames in zip(*known, strict=True))
        # Whatever order they were added up in, the panels come out the same.
        classes = pl.col(self._classes)
        return (
            buckets.sort("bucket", classes).with_columns(classes.cast(pl.String)),
            topics.sort("topic", classes).with_columns(pl.col("topic").cast(pl.String), classes.cast(pl.String)),
        )

    def _known(self, question: _Question, parts: Sequence[Segment]) -> list[_Sums]:
        there = set(parts)
        kept = [known for known in self._kept.get(question, ()) if known.are_among(there)]
        summed = {part() for known in kept for part in known.parts}
        new = [part for part in parts if part not in summed]
        # The tail, which comes last, is another at each poll: what is summed up with it has to be reckoned again.
        settled, tail = new[:-1], new[-1:]
        together = [settled[place : place + _TOGETHER] for place in range(0, len(settled), _TOGETHER)]
        kept += [
            _Known([ref(part) for part in some], self._reckoned(some, question)) for some in (*together, tail) if some
        ]
        self._kept[question] = kept
        self._kept.move_to_end(question)
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)
        return [known.sums for known in kept]

    def _reckoned(self, parts: Sequence[Segment], question: _Question) -> _Sums:
        """Sum up some parts: together, for with few cells left each step costs more than what it does."""
        wanted, period, cut = question
        bucket = pl.col("bucket")
        within = (bucket >= math.ceil(epoch(period.start))) & (bucket < epoch(period.end))
        cells = pl.concat([part.cells for part in parts], rechunk=False)
        conditions = matching(cells, wanted, self._topics, self._zone)
        cells = cells.filter(bucket.is_not_null() if cut else within, *conditions)
        sums = pl.col("n").cast(pl.Int64).sum()
        by_bucket, by_topic = (cells.group_by(by, self._classes).agg(sums) for by in ("bucket", "topic"))
        return by_bucket, by_topic

    def _added(self, frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
        if len(frames) == 1:
            return frames[0]
        return pl.concat(frames).group_by(frames[0].columns[:2]).agg(pl.col("n").sum())


def _empty(by: str, kind: pl.DataType, classes: str) -> pl.DataFrame:
    return pl.DataFrame(schema={by: kind, classes: pl.String(), "n": pl.Int64()})
