"""From cells of raw topics, as the database holds them, to those of one period and filter, printable."""

from __future__ import annotations

import math
from collections.abc import Iterable

import polars as pl

from aiops_tui.model.filters import Filter
from aiops_tui.model.labels import REST, fold_topic
from aiops_tui.model.window import Period, epoch
from aiops_tui.text.printable import printable

IN_MEMORY = ("topic", "sentiment")
"""The keys of a filter that cells can answer."""


class Topics:
    """The raw topics seen so far, how each is shown, and which fold to the same."""

    def __init__(self) -> None:
        self._shown: dict[str, str] = {}
        self._forms: dict[str, set[str]] = {}

    def learn(self, raws: Iterable[str | None]) -> None:
        """Take note of raw topics."""
        for raw in raws:
            if raw is not None and raw not in self._shown:
                shown = printable(raw)
                self._shown[raw] = shown
                if folded := fold_topic(shown):
                    self._forms.setdefault(folded, set()).add(raw)

    def forms(self, value: str) -> frozenset[str]:
        """Return the raw topics that fold to the same as ``value``."""
        return frozenset(self._forms.get(fold_topic(value) or "", ()))

    def __len__(self) -> int:
        return len(self._shown)

    def shown(self, cells: pl.DataFrame, *, rest: bool) -> pl.DataFrame:
        """Return the cells with their topics printable; ``rest`` says that `labels.REST` is none of them."""
        raws = cells["topic"].unique().drop_nulls().to_list()
        self.learn(raws)
        changed = {raw: self._shown[raw] for raw in raws if self._shown[raw] != raw and not (rest and raw == REST)}
        return cells.with_columns(pl.col("topic").replace(changed)) if changed else cells


def within(cells: pl.DataFrame, period: Period, *, cut: bool) -> pl.DataFrame:
    """Return the cells whose base bucket begins in a period; those without a time are in none.

    Cells ``cut`` to the period by the database are all of it: their first bucket may begin before it.
    """
    start, end = math.ceil(epoch(period.start)), epoch(period.end)
    if cut:
        return cells.filter(pl.col("bucket").is_not_null())
    return cells.filter((pl.col("bucket") >= start) & (pl.col("bucket") < end))


def matching(cells: pl.DataFrame, wanted: Filter, topics: Topics) -> pl.DataFrame:
    """Return the cells that the topics and sentiments of a filter let through."""
    for key in IN_MEMORY:
        terms = wanted.of((key,)).terms
        for negated in (False, True):
            values = [str(term.value) for term in terms if term.negated is negated]
            if not values:
                continue
            if key == "topic":
                values = [raw for value in values for raw in topics.forms(value)]
            found = pl.col(key).is_in(values).fill_null(value=False)
            cells = cells.filter(~found if negated else found)
    return cells
