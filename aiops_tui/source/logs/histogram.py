"""How often each log says what of which level, over some periods, to the entry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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

    rows: list[tuple[int, str, str, int]] = []
    bounds = {first_millisecond(bound) for period in periods for bound in (period.start, period.end)}
    cut = {bound // STEP for bound in bounds if bound % STEP}
    names = book.sources
    for index in chosen:
        counts[index].cover(since, cancelled, read)
        for time, level, n in _of(counts[index], since // STEP, cut):
            if wanted.levels is None or level in wanted.levels:
                rows.append((time, LEVELS[level], names[index], n))
    schema = {"time": pl.Int64, "level": pl.String, "source": pl.String, "n": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _counts(book: LogBook, index: int, wanted: Match) -> Counted | Matches:
    if not wanted.clues:
        return book.counts[index]
    clues = Match(clues=wanted.clues)
    known = book.matches.get(index)
    if known is None or known.wanted != clues:
        known = book.matches[index] = Matches(book.pages[index], clues)
    return known


def _of(counts: Counted | Matches, first: int, cut: set[int]) -> Iterable[tuple[int, int, int]]:
    if isinstance(counts, Matches):
        for at, level in counts.entries():
            if at // STEP >= first:
                yield at, level, 1
        return
    for cell, n in counts.cells().items():
        bucket, level = divmod(cell, _WIDTH)
        if bucket >= first and bucket not in cut:
            yield bucket * STEP, level, n
    for bucket in cut:
        for at, level in counts.exact(bucket):
            yield at, level, 1
