"""From cells of raw topics, as the database holds them, to those of one period and filter, printable."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import eq, ge, gt, le, lt
from zoneinfo import ZoneInfo

import polars as pl

from aiops_tui.metrics.week import by_the_clock
from aiops_tui.model.filters import Filter, Term
from aiops_tui.model.labels import REST, WEEKDAYS, fold_topic
from aiops_tui.text.printable import REPLACEMENT, printable

CLOCK = ("weekday", "hour")
_BUCKET = pl.col("bucket")
IN_MEMORY = ("topic", "sentiment", *CLOCK)
"""The keys of a filter that cells can answer."""

_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "<": lt, "<=": le, ">": gt, ">=": ge, "=": eq, ":": eq,
}  # fmt: skip


def longest_word(folded: str) -> str:
    """Return the longest piece of a folded text that what it was written as holds too, marks left out."""
    return max(re.split(f"[\\s{REPLACEMENT}]", folded), key=len)


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
                self._forms.setdefault(fold_topic(shown) or "", set()).add(raw)

    def forms(self, value: str) -> frozenset[str]:
        """Return the raw topics that fold to the same as ``value``, for a value of nothing those that are blank."""
        return frozenset(self._forms.get(fold_topic(value) or "", ()))

    def __len__(self) -> int:
        return len(self._shown)

    def shown(self, cells: pl.DataFrame, *, rest: bool) -> pl.DataFrame:
        """Return the cells with their topics printable; ``rest`` says that `labels.REST` is none of them."""
        raws = cells["topic"].unique().drop_nulls().to_list()
        self.learn(raws)
        changed = {raw: self._shown[raw] for raw in raws if self._shown[raw] != raw and not (rest and raw == REST)}
        return cells.with_columns(pl.col("topic").replace(changed)) if changed else cells


def matching(
    cells: pl.DataFrame, wanted: Filter, topics: Topics, zone: ZoneInfo, bucket: pl.Expr = _BUCKET
) -> list[pl.Expr]:
    """Return what cells meet that topics, sentiments and times of day of a filter let through; ``bucket`` is theirs."""
    conditions: list[pl.Expr] = []
    for key in ("topic", "sentiment"):
        terms = wanted.of((key,)).terms
        for negated in (False, True):
            values = [str(term.value) for term in terms if term.negated is negated]
            if not values:
                continue
            none = False
            if key == "topic":
                none = any(fold_topic(value) is None for value in values)
                values = [raw for value in values for raw in topics.forms(value)]
            found = pl.col(key).is_in(values).fill_null(value=none)
            conditions.append(~found if negated else found)
    at = wanted.of(CLOCK).terms
    return [*conditions, _at_those_times(cells, bucket, at, zone)] if at else conditions


def _at_those_times(cells: pl.DataFrame, bucket: pl.Expr, terms: Sequence[Term], zone: ZoneInfo) -> pl.Expr:
    buckets = cells.select(bucket.drop_nulls().unique()).to_series()
    clock = zip(buckets.to_list(), *by_the_clock(buckets, zone), strict=True)
    through = [bucket for bucket, weekday, hour in clock if _is_then(terms, WEEKDAYS[weekday], hour)]
    return bucket.is_in(through)


def _is_then(terms: Sequence[Term], weekday: str, hour: int) -> bool:
    either: dict[str, bool] = {}
    for term in terms:
        value = term.value
        found = _COMPARISONS[term.op](hour, value) if isinstance(value, float) else weekday == value
        if term.op == ":" and not term.negated:
            either[term.key] = either.get(term.key, False) or found
        elif found == term.negated:
            return False
    return all(either.values())
