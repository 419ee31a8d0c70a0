"""How often each log says what of which level, over some periods, to the entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from aiops_tui.model.records import LEVELS
from aiops_tui.model.window import Period, base_bucket
from aiops_tui.source.logs.book import LogBook, first_millisecond
from aiops_tui.source.logs.counts import LONG_STEP, STEP, Cancelled, Counts
from aiops_tui.source.logs.match import Match
from aiops_tui.source.logs.matches import Matches
from aiops_tui.source.logs.paged import Counted
from aiops_tui.source.logs.pages import Pages

if TYPE_CHECKING:
    import polars as pl

_WIDTH = len(LEVELS)
_FOUND = {"time": int, "level": int, "n": int}


def cells(
    book: LogBook,
    periods: Sequence[Period],
    wanted: Match,
    cancelled: Cancelled = lambda: False,
    progress: Callable[[int, int], None] = lambda done, steps: None,
) -> pl.DataFrame:
    """Return ``time`` (milliseconds since the epoch), ``level``, ``source`` and ``n``, for entries of the periods.

    A time is that of a bucket's start, or of the entries themselves in a bucket that a period's bound cuts. Reads what
    was not counted before, reporting done and steps in MiB.
    """
    import polars as pl  # only where something is counted

    since = min(first_millisecond(period.start) for period in periods)
    with book.lock:
        chosen = [index for index in book.counts if wanted.sources is None or index in wanted.sources]
        # In windows that are told in quarters of an hour nothing is asked of a part of one but at their bounds.
        long = all(base_bucket(period.seconds) * 1000 % LONG_STEP == 0 for period in periods)
        counts = {index: _counts(book, index, wanted, long=long) for index in chosen}
    steps = sum(counts[index].missing(since) for index in chosen)
    done = 0

    def read(size: int) -> None:
        nonlocal done
        done += size
        progress(min(done, steps) >> 20, steps >> 20)

    frames = [pl.DataFrame(schema={"time": pl.Int64, "level": pl.String, "source": pl.String, "n": pl.Int64})]
    bounds = {first_millisecond(bound) for period in periods for bound in (period.start, period.end)}
    names = book.sources
    for index in chosen:
        counts[index].cover(since, cancelled, read)
        found = _of(counts[index], since, bounds)
        if wanted.levels is not None:
            found = found.filter(pl.col("level").is_in(list(wanted.levels)))
        level = pl.col("level").replace_strict(dict(enumerate(LEVELS)), return_dtype=pl.String)
        frames.append(found.select("time", level, pl.lit(names[index]).alias("source"), "n"))
    return pl.concat(frames)


def _counts(book: LogBook, index: int, wanted: Match, *, long: bool) -> Counted | Matches:
    if not wanted.clues:
        pages = book.pages[index]
        if long and isinstance(pages, Pages):
            return book.long_counts.setdefault(index, Counts(pages, LONG_STEP))
        return book.counts[index]
    clues = Match(clues=wanted.clues)
    known = book.matches.get(index)
    if known is None or known.wanted != clues:
        known = book.matches[index] = Matches(book.pages[index], clues)
    return known


def _of(counts: Counted | Matches, since: int, bounds: set[int]) -> pl.DataFrame:
    """Return ``time``, ``level`` (a place in `LEVELS`) and ``n``; of buckets that a bound cuts, by the entry."""
    import polars as pl

    if isinstance(counts, Matches):
        entries = [(at, level, 1) for at, level in counts.entries() if at // STEP >= since // STEP]
        return pl.DataFrame(entries, schema=_FOUND, orient="row")
    step = counts.step
    cut = {bound // step for bound in bounds if bound % step}
    bucket, level = pl.col("cell").floordiv(_WIDTH), pl.col("cell").mod(_WIDTH)
    whole = counts.cells().filter(bucket >= since // step, ~bucket.is_in(list(cut)))
    exact = [(at, level, 1) for bucket in cut for at, level in counts.exact(bucket)]
    return pl.concat(
        [
            whole.select((bucket * step).alias("time"), level.alias("level"), "n"),
            pl.DataFrame(exact, schema=_FOUND, orient="row"),
        ]
    )
