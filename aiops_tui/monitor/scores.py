"""Evaluations summed by criterion, as panels need them, and looked up by conversation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

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
    """Sums by bucket and criterion, and by topic and criterion; `judged` for the whole; distinct conversations.

    Where not the ``whole`` was wanted the row score is the only criterion.
    """

    by_bucket: pl.DataFrame
    by_topic: pl.DataFrame
    judged: pl.DataFrame | None
    evaluated: int


def inside(rows: pl.DataFrame, period: Period) -> list[pl.Expr]:
    """Return what evaluations of a period meet, nothing where all are of it, so that they need not be copied."""
    start, end = -int(-epoch(period.start) // 1), -int(-epoch(period.end) // 1)
    times = rows["seconds"]
    first, last = times.min(), times.max()
    if isinstance(first, int) and isinstance(last, int) and start <= first and last < end and not times.null_count():
        return []
    return [(pl.col("seconds") >= start) & (pl.col("seconds") < end)]


def summed(rows: pl.DataFrame, criteria: Sequence[str], disliked: pl.Series | None, *, whole: bool) -> Scores:
    """Return the sums of evaluations; without ``whole``, those of the row score alone, without bins and `judged`."""
    names = [SCORE, *criteria] if whole else [SCORE]
    return Scores(
        _by_criterion(rows, "bucket", names, bins=whole),
        _by_criterion(rows, "topic", names, bins=False).with_columns(pl.col("topic").cast(pl.String)),
        _judged(rows, disliked) if whole else None,
        rows["conversation"].drop_nulls().n_unique(),
    )


def latest_scores(rows: pl.DataFrame, conversations: Sequence[int]) -> dict[int, float | None]:
    """Return the row scores of conversations that were evaluated, of several the latest."""
    found = rows.filter(pl.col("conversation").is_in(conversations)).sort("seconds", nulls_last=False)
    return dict(found.select("conversation", pl.col(value_name(0)).cast(pl.Float64)).iter_rows())


def judged_otherwise(before: pl.DataFrame, after: pl.DataFrame, since: datetime, low: int) -> list[int]:
    """Return the conversations that were judged differently or at all between two readings of their evaluations.

    Both are whole of a time and of a key on.
    """
    known = (pl.col("seconds") >= math.ceil(epoch(since))) | (pl.col("conversation") >= low)
    values = pl.selectors.starts_with(value_name(0)[:-1]).cast(pl.Float64)
    one, other = (
        rows.filter(known).drop_nulls("conversation").select("conversation", values) for rows in (before, after)
    )
    if one.columns != other.columns:
        return pl.concat([before["conversation"], after["conversation"]]).drop_nulls().unique().to_list()
    # Those of which one reading has more rows like this than the other.
    counts = pl.concat([one.with_columns(n=pl.lit(1)), other.with_columns(n=pl.lit(-1))])
    left = counts.group_by(pl.exclude("n")).agg(pl.col("n").sum()).filter(pl.col("n") != 0)
    return left["conversation"].unique().to_list()


def _by_criterion(rows: pl.DataFrame, by: str, names: Sequence[str], *, bins: bool) -> pl.DataFrame:
    places = range(len(names))
    # All at once: the rows are put into groups only once.
    sums = rows.group_by(by, maintain_order=True).agg(expr for place in places for expr in _sums(place, bins=bins))
    return pl.concat(
        sums.select(
            by,
            pl.lit(name).alias("criterion"),
            *(pl.col(f"{column}{place}").alias(column) for column in ("n", "total", "squares")),
            *(_between(place, edge) for edge in range(BINS if bins else 0)),
        ).filter(pl.col("n") > 0)
        for place, name in zip(places, names, strict=True)
    )


def _sums(place: int, *, bins: bool) -> Iterator[pl.Expr]:
    """Yield what is reckoned of the values of one criterion that are not null."""
    value = pl.col(value_name(place)).cast(pl.Float64)
    yield value.count().cast(pl.Int64).alias(f"n{place}")
    yield value.sum().alias(f"total{place}")
    yield (value * value).sum().alias(f"squares{place}")
    for edge in range(BINS + 1 if bins else 0):
        below = value < edge if edge < BINS else value <= edge
        yield _count_if(below).alias(f"below{edge}_{place}")


def _between(place: int, edge: int) -> pl.Expr:
    return (pl.col(f"below{edge + 1}_{place}") - pl.col(f"below{edge}_{place}")).alias(f"h{edge}")


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
