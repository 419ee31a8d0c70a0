"""How often each log says what of which level, over some periods, to the entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from aiops_tui.model.records import LEVELS
from aiops_tui.model.window import Period
from aiops_tui.source.logs.book import LogBook, first_millisecond
from aiops_tui.source.logs.counts import STEP, Cancelled
from aiops_tui.source.logs.match import Match
from aiops_tui.source.logs.matches import Matches
from aiops_tui.source.logs.paged import Counted

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
        counts = {index: _counts(book, index, wanted) for index in chosen}
    steps = sum(counts[index].missing(since) for index in chosen)
    done = 0

    def read(size: int) -> None:
        nonlocal done
        done += size
        progress(min(done, steps) >> 20, steps >> 20)

    frames = [pl.DataFrame(schema={"time": pl.Int64, "level": pl.String, "source": pl.String, "n": pl.Int64})]
    bounds = {first_millisecond(bound) for period in periods for bound in (period.start, period.end)}
    cut = {bound // STEP for bound in bounds if bound % STEP}
    names = book.sources
    for index in chosen:
        counts[index].cover(since, cancelled, read)
        found = _of(counts[index], since // STEP, cut)
        if wanted.levels is not None:
            found = found.filter(pl.col("level").is_in(list(wanted.levels)))
        level = pl.col("level").replace_strict(dict(enumerate(LEVELS)), return_dtype=pl.String)
        frames.append(found.select("time", level, pl.lit(names[index]).alias("source"), "n"))
    return pl.concat(frames)


def _counts(book: LogBook, index: int, wanted: Match) -> Counted | Matches:
    if not wanted.clues:
        return book.counts[index]
    clues = Match(clues=wanted.clues)
    known = book.matches.get(index)
    if known is None or known.wanted != clues:
        known = book.matches[index] = Matches(book.pages[index], clues)
    return known


def _of(counts: Counted | Matches, first: int, cut: set[int]) -> pl.DataFrame:
    """Return ``time``, ``level`` (a place in `LEVELS`) and ``n``, from a bucket on; of buckets cut by the second."""
    import polars as pl

    if isinstance(counts, Matches):
        entries = [(at, level, 1) for at, level in counts.entries() if at // STEP >= first]
        return pl.DataFrame(entries, schema=_FOUND, orient="row")
    bucket, level = pl.col("cell").floordiv(_WIDTH), pl.col("cell").mod(_WIDTH)
    whole = counts.cells().filter(bucket >= first, ~bucket.is_in(list(cut)))
    exact = [(at, level, 1) for bucket in cut for at, level in counts.exact(bucket)]
    return pl.concat(
        [
            whole.select((bucket * STEP).alias("time"), level.alias("level"), "n"),
            pl.DataFrame(exact, schema=_FOUND, orient="row"),
        ]
    )
