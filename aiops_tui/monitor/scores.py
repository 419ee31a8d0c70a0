"""Evaluations summed by criterion, as panels need them, and looked up by conversation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from aiops_tui.metrics.inputs import BINS
from aiops_tui.model.labels import NEGATIVE
from aiops_tui.model.window import Period, epoch
from aiops_tui.source.cells import value_name
from aiops_tui.source.relations import SCORE

LOW_SCORE = 5.0
"""A row score below this is low, on the scale of 0 to 10."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Sums by bucket and criterion, and by topic and criterion; `judged` for the whole; distinct conversations."""

    by_bucket: pl.DataFrame
    by_topic: pl.DataFrame
    judged: pl.DataFrame | None
    evaluated: int


def inside(rows: pl.DataFrame, period: Period, base: int) -> pl.DataFrame:
    """Return the evaluations of a period, with the base bucket that each is in."""
    seconds = pl.col("seconds")
    start, end = -int(-epoch(period.start) // 1), -int(-epoch(period.end) // 1)
    within = rows.select(((seconds >= start) & (seconds < end)).fill_null(value=False).all()).item()
    # All of them, as it is of long windows, are not copied.
    chosen = rows if within else rows.filter((seconds >= start) & (seconds < end))
    return chosen.with_columns(bucket=seconds // base * base)


def summed(rows: pl.DataFrame, criteria: Sequence[str], disliked: pl.Series | None, *, whole: bool) -> Scores:
    """Return the sums of evaluations; without ``whole``, how they agree with users is left out."""
    return Scores(
        pl.concat([_by_criterion(rows, "bucket", *one, bins=True) for one in _named(criteria)]),
        pl.concat([_by_criterion(rows, "topic", *one, bins=False) for one in _named(criteria)]).with_columns(
            pl.col("topic").cast(pl.String)
        ),
        _judged(rows, disliked) if whole else None,
        rows["conversation"].drop_nulls().n_unique(),
    )


def latest_scores(rows: pl.DataFrame, conversations: Sequence[int]) -> dict[int, float | None]:
    """Return the row scores of conversations that were evaluated, of several the latest."""
    found = rows.filter(pl.col("conversation").is_in(conversations)).sort("seconds", nulls_last=False)
    return dict(found.select("conversation", pl.col(value_name(0)).cast(pl.Float64)).iter_rows())


def _named(criteria: Sequence[str]) -> Iterator[tuple[str, pl.Expr]]:
    for place, name in enumerate([SCORE, *criteria]):
        yield name, pl.col(value_name(place)).cast(pl.Float64)


def _by_criterion(rows: pl.DataFrame, by: str, name: str, value: pl.Expr, *, bins: bool) -> pl.DataFrame:
    column = pl.col("value")
    uppers = [column < place + 1 for place in range(BINS - 1)] + [column <= BINS]
    counts = {f"h{place}": _count_if((column >= place) & upper) for place, upper in enumerate(uppers)} if bins else {}
    sums = (
        rows.select(by, value=value)
        .drop_nulls("value")
        .group_by(by, maintain_order=True)
        .agg(n=pl.len().cast(pl.Int64), total=column.sum(), squares=(column * column).sum(), **counts)
    )
    return sums.select(by, pl.lit(name).alias("criterion"), pl.exclude(by))


def _judged(rows: pl.DataFrame, disliked: pl.Series | None) -> pl.DataFrame:
    """Return one row: evaluations with a row score, low ones, those of unhappy users by what tells it, and both."""
    low = pl.col(value_name(0)).cast(pl.Float64) < LOW_SCORE
    told = {"negative": pl.col("sentiment") == NEGATIVE, "disliked": pl.lit(value=False)}
    if disliked is not None:
        told["disliked"] = pl.col("conversation").is_in(disliked.implode()).fill_null(value=False)
    told["unhappy"] = told["negative"] | told["disliked"]
    return rows.drop_nulls(value_name(0)).select(
        n=pl.len().cast(pl.Int64),
        low=_count_if(low),
        **{name: _count_if(condition) for name, condition in told.items()},
        **{f"{name}_low": _count_if(low & condition) for name, condition in told.items()},
    )


def _count_if(condition: pl.Expr) -> pl.Expr:
    return condition.sum().cast(pl.Int64)
