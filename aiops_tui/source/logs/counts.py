"""How many entries of each level a log has, by ten seconds: each byte is looked at once, most of them by Polars."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from aiops_tui.model.records import LEVELS
from aiops_tui.source.logs.dialects import NO_TIME
from aiops_tui.source.logs.formats import Format, Head, Layout
from aiops_tui.source.logs.pages import Pages
from aiops_tui.source.logs.reading import Lines
from aiops_tui.source.logs.source import Batch, Reader, follows

if TYPE_CHECKING:
    import polars as pl

STEP = 10_000
"""The width of a bucket, in milliseconds."""

LONG_STEP = 900_000
"""The width of a bucket for windows that are told in quarters of an hour: a log may reach back for years."""

_CELLS = {"cell": int, "n": int}

PIECE = 7 * 1024 * 1024
_LATE = 600_000
"""Entries may be so much older than those before them and still be found at the start of a window."""

_AHEAD = 1
"""So many pieces more are read and taken apart, outside of the interpreter, while one is counted."""

_COMPARED = 8
"""Each line is held against so many levels; lines that say another one are told apart by what they say."""

_REMEMBERED = 50_000
_SAMPLE = 8 * 1024
_WIDTH = len(LEVELS)
Cancelled = Callable[[], bool]
Progress = Callable[[int], None]


@dataclass(slots=True)
class _Span:
    """The part of a log that was counted, and the earliest time it was counted for."""

    low: int
    high: int
    since: int


class _Parts(NamedTuple):
    """What the ``size`` lines of a piece say of time and level.

    From one of ``starts`` to the next all say the same time, which is in ``moments``. Lines at ``places`` say one of
    the usual ``levels``, which are places in `LEVELS`; those at ``rest`` none of them. Where there are such, ``lines``
    are all lines, with ``m`` and ``v`` what each says of its time and level: of most pieces nobody looks at them again.
    """

    size: int
    lines: pl.DataFrame | None
    moments: pl.Series
    starts: pl.Series
    levels: Mapping[str, int]
    places: Mapping[str, pl.Series]
    rest: pl.Series


class Counts:
    """Counts the entries of one log; what was counted is kept, by bucket and level. Used by one thread."""

    def __init__(self, pages: Pages, step: int = STEP) -> None:
        self.step = step
        self._pages = pages
        self._chain = pages.chain
        self._format = Format(pages.source.zone)
        self._span: _Span | None = None
        self._cells: Counter[int] = Counter()  # by bucket * _WIDTH + level
        self._open: Counter[int] = Counter()
        self._open_end = -1
        self._buckets: dict[str, int | None] = {}
        self._hour = ""

    def missing(self, since: int) -> int:
        """Return about how many bytes have to be read to know all from ``since`` on."""
        if self._span is None:
            return self._chain.high - self._start(since)
        return self._chain.high - self._span.high + max(self._span.low - self._start(since), 0)

    def cover(self, since: int, cancelled: Cancelled, progress: Progress) -> None:
        """Count what was not yet from the time ``since``, in milliseconds, on; stops early when ``cancelled``."""
        while self._reaches_back(since) and self._chain.deepen(cancelled):
            pass
        span = self._span
        if span is None:
            start = self._start(since)
            span = self._span = _Span(start, start, since)
        elif since < span.since:
            for low, high in self._counted(self._pieces_before(span.low, self._start(since)), cancelled):
                progress(high - low)
                span.low = low
            if cancelled():
                return
            span.since = since
        for low, high in self._counted(self._pieces(span.high, self._chain.high), cancelled):
            progress(high - low)
            span.high = high
        if not cancelled():
            self._count_open(span.high)

    def _counted(self, pieces: Iterable[tuple[int, int]], cancelled: Cancelled) -> Iterator[tuple[int, int]]:
        """Count pieces and yield each when it was."""
        ahead: deque[tuple[int, int, Future[_Parts | Sequence[str]]]] = deque()
        with ThreadPoolExecutor(_AHEAD, "log counter") as pool:
            for low, high in pieces:
                if cancelled():
                    return
                ahead.append((low, high, pool.submit(self._read, low, high)))
                if len(ahead) > _AHEAD:
                    yield self._count(*ahead.popleft())
            while ahead and not cancelled():
                yield self._count(*ahead.popleft())

    def cells(self) -> pl.DataFrame:
        """Return ``n`` by ``cell``: ``bucket * len(LEVELS) + level``, where buckets are of ``step`` since the epoch."""
        import polars as pl

        known = (self._cells, self._open)
        parts = [pl.DataFrame({"cell": list(part), "n": list(part.values())}, schema=_CELLS) for part in known]
        return pl.concat(parts)

    def exact(self, bucket: int) -> Iterator[tuple[int, int]]:
        """Yield time, in milliseconds, and level of each entry of a bucket."""
        start, end = bucket * self.step, (bucket + 1) * self.step
        position: int | None = self._pages.seek(start - _LATE)
        while position is not None and (page := self._pages.after(position)) is not None:
            rows = page.batch.rows
            for at, level in zip(rows.times, rows.levels, strict=True):
                if start <= at < end:
                    yield at, level
            done = page.first_key is not None and page.first_key > end + _LATE
            position = None if done or page.high <= position else page.high

    def _start(self, since: int) -> int:
        return self._pages.seek(since - _LATE)

    def _reaches_back(self, since: int) -> bool:
        first = self._pages.first_time()
        return first is None or first > since - _LATE

    def _pieces(self, low: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield parts that begin at beginnings of entries; what follows the last beginning of all is left."""
        while low < end:
            ceiling = self._chain.ceiling(low)
            if ceiling <= low:
                following = self._chain.following(low)
                if following is None:
                    return
                low = following
                continue
            high = min(low + PIECE, ceiling)
            if high < ceiling or ceiling >= end:
                high = self._pages.last_beginning(low, high)
                if high <= low:
                    if ceiling - low <= PIECE:
                        return
                    page = self._pages.after(low, PIECE)
                    high = ceiling if page is None else page.high
            yield low, high
            low = high

    def _pieces_before(self, high: int, start: int) -> Iterator[tuple[int, int]]:
        """Yield parts back from a beginning of an entry to another, the latest first."""
        while high > start and (floor := self._chain.floor(high)) < high:
            low = self._pages.beginning(max(high - PIECE, floor, start), high)
            yield low, high
            high = low

    def _count(self, low: int, high: int, parts: Future[_Parts | Sequence[str]]) -> tuple[int, int]:
        found = parts.result()
        if isinstance(found, _Parts):
            rest = self._count_parts(found)
            if len(rest):
                lines = found.lines
                if lines is None:  # that a time cannot be told was seen only now
                    again = self._read(low, high, keep=True)
                    lines = again.lines if isinstance(again, _Parts) else None
                if lines is not None:
                    self._count_rest(lines["line"], lines.with_row_index()[rest])
        else:
            self._count_lines(found)
        return low, high

    def _read(self, low: int, high: int, *, keep: bool = False) -> _Parts | Sequence[str]:
        """Return what the lines of a piece say of time and level, or just the lines where that is not seen."""
        if high - low > PIECE:  # a line that is longer than all; what is kept of it is enough
            lines = Lines()
            found = [line for at, data in self._chain.blocks(low, high) for line in lines.feed(data, at).lines]
            return [_text(line) for line in (*found, *lines.flush().lines)]
        data = self._chain.read(low, high - low)
        layout, levels = self._layout(data)
        return (
            [_text(line) for line in data.split(b"\n")] if layout is None else _parts(data, layout, levels, keep=keep)
        )

    def _layout(self, data: bytes) -> tuple[Layout | None, dict[str, int]]:
        """Return where time and level stand in most of the first lines, if anywhere, and the levels that these say."""
        lines = [_text(line) for line in data[:_SAMPLE].split(b"\n")]
        found = [(line, layout) for line in lines if (layout := self._format.layout(line)) is not None]
        if not found:
            return None, {}
        usual = Counter(layout for _, layout in found).most_common(1)[0][0]
        levels: dict[str, int] = {}
        for line in (line for line, layout in found if layout == usual):
            word = line[usual.level : usual.level + usual.width]
            # With an offset in it, it may mean another thing after another time.
            new = word not in levels and len(levels) < _COMPARED and not any(map(str.isdigit, word))
            if new and (head := self._format.own_head(line)) is not None:
                levels[word] = head.level
        return usual, levels

    def _count_parts(self, parts: _Parts) -> pl.Series:
        """Count lines by what they say of time and level, and return the places of those that this leaves."""
        import polars as pl  # only where something is counted

        moments = parts.moments.to_list()
        word, known = next(iter(parts.levels), None), self._buckets
        told = [known[moment] if moment in known else self._bucket(moment, word) for moment in moments]
        changes = [i for i, bucket in enumerate(told) if i == 0 or bucket != told[i - 1]]
        buckets = [told[i] for i in changes]
        bounds = pl.concat([parts.starts.gather(changes), pl.Series([parts.size], dtype=parts.starts.dtype)])
        for word, places in parts.places.items():
            for bucket, (low, high) in zip(buckets, pairwise(places.search_sorted(bounds)), strict=True):
                if bucket is not None and high > low:
                    self._cells[bucket * _WIDTH + parts.levels[word]] += high - low
        runs = [run for bucket, run in zip(buckets, pairwise(bounds), strict=True) if bucket is None]
        untold = [pl.arange(low, high, eager=True).cast(parts.rest.dtype) for low, high in runs]
        return pl.concat([parts.rest, *untold]).unique().sort() if untold else parts.rest

    def _count_rest(self, lines: pl.Series, rest: pl.DataFrame) -> None:
        """Count what remains of a piece's lines, with their ``index`` in it."""
        import polars as pl  # only where something is counted

        odd: list[tuple[str, str]] = []
        for moment, word, n in rest.group_by("m", "v").len().iter_rows():
            time, level = self._verdict(moment, word)
            if time == NO_TIME:
                odd.append((moment, word))
            else:
                self._cells[time // self.step * _WIDTH + level] += n
        if odd:
            strange = pl.DataFrame(odd, schema={"m": pl.String, "v": pl.String}, orient="row")
            found = rest.join(strange, on=["m", "v"], how="semi").sort("index")
            self._count_odd(lines, found["index"].to_list(), found["line"].to_list())

    def _count_odd(self, lines: pl.Series, places: Sequence[int], texts: Sequence[str]) -> None:
        """Count the lines that do not say time and level at the usual place, each run of them after the line before."""
        start = 0
        while start < len(places):
            stop = start + 1
            while stop < len(places) and places[stop] == places[stop - 1] + 1:
                stop += 1
            run = texts[start:stop]
            before = [lines[places[start] - 1]] if places[start] else []
            if not before or not follows(run[0]) or any(map(self._may_begin, run)):
                self._count_lines([*before, *run], skip=len(before))
            start = stop

    def _may_begin(self, line: str) -> bool:
        return line[:1] not in {"", " ", "\t"} and self._format.head(line) is not None

    def _bucket(self, moment: str, word: str | None) -> int | None:
        """Return the bucket of lines that begin so, and with a usual level, None where that does not tell."""
        if word is None:
            return None
        if moment not in self._buckets:
            if len(self._buckets) >= _REMEMBERED:
                self._buckets.clear()
            time, _ = self._verdict(moment, word)
            self._buckets[moment] = None if time == NO_TIME else time // self.step
            if time != NO_TIME:
                self._learn_hour(moment[: -len("mm:s")], word)
        return self._buckets[moment]

    def _learn_hour(self, hour: str, word: str) -> None:
        """Take an hour's other moments from its ends, once two of them were asked for, unless clocks change in it."""
        before, self._hour = self._hour, hour
        first, last = (self._verdict(f"{hour}{minute}:0", word)[0] for minute in ("00", "59"))
        if hour == before and NO_TIME not in {first, last} and last - first == 59 * 60_000:
            for ten in range(0, 3600, 10):
                moment = f"{hour}{ten // 60:02}:{ten % 60 // 10}"
                self._buckets[moment] = (first + 1000 * ten) // self.step

    def _verdict(self, moment: str, word: str) -> tuple[int, int]:
        """Return time and level of lines that begin so, `NO_TIME` where their beginning does not tell."""
        said = f"{moment}0{word}x - x"
        head, layout = self._format.own_head(said), self._format.layout(said)
        if head is None or layout is None or layout.tens != len(moment):
            return NO_TIME, 0
        return head.time, head.level

    def _count_lines(self, lines: Sequence[str], skip: int = 0) -> None:
        """Count lines one by one but for the first ones, which say only when it was."""
        now = round(time.time() * 1000)
        _Tally(self._format, self._cells, self.step, skip).take_texts(lines, range(len(lines)), Batch(), now)

    def _count_open(self, low: int) -> None:
        """Count the last entries anew; more may follow of them."""
        if self._open_end == self._chain.high:
            return
        self._open_end = self._chain.high
        self._open = Counter()
        page = self._pages.parse(low, self._chain.high)
        for at, level in zip(page.rows.times, page.rows.levels, strict=True):
            if at != NO_TIME:
                self._open[at // self.step * _WIDTH + level] += 1


class _Tally(Reader):
    """Counts the entries of lines in place of making them."""

    def __init__(self, form: Format, cells: Counter[int], step: int, skip: int) -> None:
        super().__init__(0, form.zone)
        self.format = form
        self._cells = cells
        self._step = step
        self._skip = skip

    def _begin(self, head: Head, start: int, batch: Batch, now: int) -> None:
        if head.time != NO_TIME:
            self.time = head.time
        self.open, self._following = start, 0
        if self.time != NO_TIME and start >= self._skip:
            self._cells[self.time // self._step * _WIDTH + head.level] += 1

    def _follow(self, line: str, batch: Batch) -> None:
        self._following += 1


def _text(line: bytes) -> str:
    return line.lstrip(b"\0").decode("utf-8", "replace").removesuffix("\r")


def _parts(data: bytes, layout: Layout, levels: Mapping[str, int], *, keep: bool) -> _Parts:
    """Return the parts of a piece, most of whose lines say one of ``levels``, and ``keep`` its lines in any case.

    Lines that follow one another mostly say the same time, and few levels: to see where the time changes, and to hold
    lines against some words, is less than half of the work of telling all of them apart.
    """
    import polars as pl  # only where something is counted

    line = pl.col("line")
    time, level = line.str.slice(0, layout.tens).alias("m"), line.str.slice(layout.level, layout.width).alias("v")
    try:
        lines = pl.scan_lines(data, name="line").with_columns(time, level).collect()
    except pl.exceptions.ComputeError:  # not UTF-8
        return _parts(data.decode("utf-8", "replace").encode(), layout, levels, keep=keep)
    moment, said = pl.col("m"), {word: pl.col("v") == word for word in levels}
    changed = moment.ne_missing(moment.shift())
    asked = {
        "starts": changed,
        "rest": ~pl.any_horizontal(pl.repeat(value=False, n=pl.len()), *said.values()),
        **{f"level_{n}": here for n, here in enumerate(said.values())},
    }
    # All at once: to ask Polars something of a piece takes as long as some of the answers.
    places_of = (where.arg_true().implode().alias(name) for name, where in asked.items())
    found = lines.select(moment.filter(changed).implode().alias("moments"), *places_of)
    places, rest = {word: found[f"level_{n}"][0] for n, word in enumerate(said)}, found["rest"][0]
    kept = lines if keep or len(rest) else None
    return _Parts(lines.height, kept, found["moments"][0], found["starts"][0], levels, places, rest)
