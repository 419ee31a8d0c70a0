"""The Overview of a large table before its cells are read: in a fraction of their time, from sums of the database's."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from aiops_tui.metrics.inputs import Cells, Inputs
from aiops_tui.metrics.scores import ROW_SCORE
from aiops_tui.model.filters import Filter
from aiops_tui.model.labels import REST, sentiment_class
from aiops_tui.model.records import Recent
from aiops_tui.model.view import View
from aiops_tui.model.window import EARLIEST, Period, Window, bucket_edges, display_step, epoch, previous_period
from aiops_tui.monitor.answers import Answers
from aiops_tui.monitor.books import Book, Tuning
from aiops_tui.monitor.choice import TopicChoice
from aiops_tui.monitor.keeping import Keeper
from aiops_tui.monitor.lists import RECENT, ROWS_HERE, Lists, Users, recent_of, times_of
from aiops_tui.monitor.naming import Topics
from aiops_tui.source.cells import CellQuery
from aiops_tui.source.database import Database
from aiops_tui.source.glance import CLASSES, FEEDBACK, LATEST, SCORES, conversations, feedback, scores
from aiops_tui.source.lookups import BEFORE, WHOLE, recent
from aiops_tui.source.probe import Signs
from aiops_tui.source.problems import SourceError
from aiops_tui.source.relations import Relations
from aiops_tui.source.slices import Slices

LONG = ("30d", "90d", "all")
"""Windows so long that their last day is shown first."""

_Work = Callable[[Database], dict[str, Any]]
_Seen = tuple[pl.DataFrame, pl.DataFrame]
_ALL = Filter()
_SUMS = ("n", "total", "squares")


@dataclass(frozen=True, slots=True)
class Sight:
    """What is looked at: two periods that meet, or one, by the edges of the charts; no row has a key below these."""

    window: Window
    previous: Period | None
    edges: tuple[datetime, ...]
    low: int
    low_feedback: int
    kept: frozenset[str] | None


class Glance:
    """Asks for the Overview over two connections at once, each with about half of the work."""

    def __init__(
        self,
        database: Database,
        tuning: Tuning,
        choice: TopicChoice,
        answers: Answers,
        lists: Lists,
        keeper: Keeper | None,
    ) -> None:
        self._database = database
        self._tuning = tuning
        self._choice = choice
        self._answers = answers
        self._lists = lists
        self._keeper = keeper

    def look(self, on: Relations, view: View, signs: Signs, zone: ZoneInfo, *, far: bool) -> Inputs | None:
        """Return the inputs of an unfiltered Overview, None where that is no gain over reading its cells.

        Raises:
            SourceError: what is asked over the first connection fails.
        """
        window = view.window.resolve(signs.now, EARLIEST)
        previous = previous_period(window, view.compare)
        if window.name in LONG or window.cut or (previous is not None and previous.end != window.start):
            return None
        query = CellQuery(window.bucket_seconds, view.filter, None, self._choice.kept)
        book = Book(self._database, on, query, self._tuning)
        if self._keeper is not None and self._keeper.has(book, signs):
            return None
        # Opened while bounds are looked for, for that takes as many messages.
        told: Future[_Work] = Future()

        def work(other: Database) -> dict[str, Any]:
            return told.result()(other)

        with self._database.beside(work) as beside:
            try:
                sight = self._sight(on, view, signs, book, window, previous, zone)
                return None if sight is None else self._seen(on, signs, sight, zone, told, beside, far=far)
            finally:
                told.cancel()

    def _sight(
        self,
        on: Relations,
        view: View,
        signs: Signs,
        book: Book,
        window: Window,
        previous: Period | None,
        zone: ZoneInfo,
    ) -> Sight | None:
        """Return what to look at, None if the whole table is of these times."""
        asks: dict[str, Callable[[], Any]] = dict(book.first_keys((previous or window).start, signs))
        if self._choice.is_due(view):
            asks["sample"] = partial(self._choice.sample, on, signs)
        found = _asked(self._database, asks)
        self._choice.choose(on, view, signs, found.get("sample"))
        low, kept = found["conversations"], self._choice.kept
        if low <= (signs.lowest or 0):
            return None
        edges = tuple(bucket_edges(window.period, display_step(window), zone))
        return Sight(window, previous, edges, low, found["feedback"], kept)

    def _seen(
        self,
        on: Relations,
        signs: Signs,
        sight: Sight,
        zone: ZoneInfo,
        told: Future[_Work],
        beside: Future[dict[str, Any]],
        *,
        far: bool,
    ) -> Inputs | None:
        database, lists = self._database, self._lists
        asked = (on, _ALL, sight.edges, sight.previous, sight.low, signs.rows_from(sight.low))
        question, _ = lists.ask_users(*asked, database)
        self._answers.begin()
        # A file is read row by row for its users, which tells all about its conversations.
        read = None if on.on.postgres or asked[-1] > ROWS_HERE else _reader(on, sight, asked[-1])
        aside = "feedback" if read is None else "classes"
        # Made by this thread: what relations are first asked for they keep, for one thread at a time.
        asks = _asks(on, sight)

        def work(other: Database) -> dict[str, Any]:
            if read is not None:
                with other.transaction():
                    return {"rows": read(other)}
            rated = {name: ask for name, ask in asks.items() if name == aside}
            return _asked(other, {"users": lists.ask_users(*asked, other)[1], **_over(other, rated)}, far=far)

        started = time.monotonic()
        told.set_result(work)
        with database.transaction():
            own = {name: ask for name, ask in asks.items() if name != aside}
            found = _asked(database, _over(database, own), far=far)
            try:
                rows = [] if read is None else read(database)
                rest = beside.result()
                if read is not None:
                    seen, written = (pl.concat(frames) for frames in zip(*rows, *rest["rows"], strict=True))
                    rest = {"users": lists.ask_users(*asked, database, (seen, started))[1]()}
                    rest[aside] = _classes(written, sight.kept, on.on.aliases)
                self._answers.expect({question: rest.pop("users")}, time.monotonic() - started)
                found.update(rest)
            except SourceError as error:
                if error.notice.id == "source.timeout":
                    return None
                # There may be no second connection to be had.
            users = lists.users(*asked, 0) or Users()
            for name, ask in _over(database, asks).items():
                if name not in found:
                    found[name] = ask()
        current, *before = cells_of(found, sight, self._choice.topics)
        return Inputs(
            now=signs.now,
            window=sight.window,
            previous=sight.previous,
            zone=zone,
            edges=sight.edges,
            current=replace(current, active_users=users.current),
            before=replace(before[0], active_users=users.before) if before else None,
            criteria=on.schema.criteria,
            total=lists.total(on, signs),
            topics_total=self._choice.total,
            users=users.by_bucket or None,
            recent=_recent(found),
            first=EARLIEST,
        )


_Ask = Callable[[Database], Any]


def _asks(on: Relations, sight: Sight) -> dict[str, _Ask]:
    """Return what a glance asks, but for users."""
    bounds, start = _bounds(sight)
    latest = recent(on, _ALL, sight.window.period, sight.low, RECENT)
    counted = conversations(on, sight.low, start, bounds, sight.kept)
    asks: dict[str, _Ask] = {
        "classes": lambda database: database.frame(counted, CLASSES),
        "recent": lambda database: database.rows(latest),
    }
    if on.evaluations is not None:
        judged = scores(on, start, bounds, sight.kept, latest)
        asks["scores"] = lambda database: database.frame(judged, SCORES)
    if on.feedback is not None:
        rated = feedback(on, sight.low_feedback, start, bounds)
        asks["feedback"] = lambda database: database.frame(rated, FEEDBACK)
    return asks


def _over(database: Database, asks: Mapping[str, _Ask]) -> dict[str, Callable[[], Any]]:
    return {name: partial(ask, database) for name, ask in asks.items()}


def _asked(database: Database, asks: Mapping[str, Callable[[], Any]], *, far: bool = True) -> dict[str, Any]:
    """Ask in one message where a message costs time, what that leaves out one by one."""
    ahead = database.together(asks) if far else {}
    return {name: ahead[name] if name in ahead else ask() for name, ask in asks.items()}


def _reader(on: Relations, sight: Sight, rows: int) -> Callable[[Database], list[_Seen]]:
    """Return what reads conversations, of which there are so many at most, for who was there when and what was written.

    Two connections may do so at once: each reads a part.
    """
    bounds, start = _bounds(sight)
    slices = Slices(on, _ALL, sight.low, rows, start, bounds[-1])
    edges = pl.Series(bounds[:-1], dtype=pl.Int64)

    def read(database: Database) -> list[_Seen]:
        return list(map(seen, slices.frames(database)))

    def seen(found: pl.DataFrame) -> _Seen:
        place = edges.search_sorted(found["seconds"], side="right").cast(pl.Int64) + BEFORE
        written = found.group_by(place.alias("place"), "topic", "sentiment")
        return times_of(found), written.agg(pl.len().cast(pl.Int64).alias("n"))

    return read


def _classes(written: pl.DataFrame, kept: frozenset[str] | None, aliases: Mapping[str, Iterable[str]]) -> pl.DataFrame:
    """Return counts by place and by what was written as `CLASSES`."""
    meant = {label: sentiment_class(label, aliases) for label in written["sentiment"].unique()}
    sentiment = pl.col("sentiment").replace_strict(meant, return_dtype=pl.String)
    topic = pl.col("topic")
    if kept is not None:
        topic = pl.when(topic.is_null() | topic.is_in(list(kept))).then(topic).otherwise(pl.lit(REST))
    counted = written.with_columns(sentiment, topic)
    by_place = counted.with_columns(topic=pl.lit(None, pl.String)).group_by("place", "topic", "sentiment")
    inside = counted.filter(pl.col("place") > BEFORE).with_columns(place=pl.lit(WHOLE, pl.Int64))
    by_topic = inside.group_by("place", "topic", "sentiment")
    return pl.concat([by_place.agg(pl.col("n").sum()), by_topic.agg(pl.col("n").sum())])


def cells_of(found: Mapping[str, Any], sight: Sight, topics: Topics) -> list[Cells]:
    """Return what the panels of the Overview need of a window and of the period before, if there is one."""
    bounds, start = _bounds(sight)
    periods = [(range(len(bounds) - 1), bounds)]
    if sight.previous is not None:
        periods.append((range(BEFORE, 0), (start,)))
    rest = sight.kept is not None
    return [_cells(found, places, starts, topics, rest=rest) for places, starts in periods]


def _recent(found: Mapping[str, Any]) -> tuple[Recent, ...]:
    """Return the latest conversations with their scores, of several the latest."""
    known: dict[str, float | None] = {}
    if "scores" in found:
        latest = found["scores"].filter(pl.col("place") == LATEST).sort("n", nulls_last=False)
        known = dict(latest.select("topic", "total").iter_rows())
    return tuple(replace(row, score=known.get(row.conversation)) for row in map(recent_of, found["recent"]))


def _bounds(sight: Sight) -> tuple[tuple[int, ...], int]:
    """Return the edges in whole seconds since the epoch, and where the earlier period begins."""
    bounds = tuple(math.ceil(epoch(edge)) for edge in sight.edges)
    return bounds, bounds[0] if sight.previous is None else math.ceil(epoch(sight.previous.start))


def _cells(
    found: Mapping[str, Any], places: Collection[int], starts: Sequence[int], topics: Topics, *, rest: bool
) -> Cells:
    begins = pl.DataFrame({"place": list(places), "bucket": starts[: len(places)]})

    def by_bucket(name: str, *columns: str) -> pl.DataFrame | None:
        frame: pl.DataFrame | None = found.get(name)
        return None if frame is None else frame.join(begins, on="place").sort("place").select("bucket", *columns)

    def by_topic(name: str, *columns: str) -> pl.DataFrame:
        whole: pl.DataFrame = found[name].filter(pl.col("place") == WHOLE).select("topic", *columns)
        return topics.shown(whole.sort(pl.all()), rest=rest)

    judged = by_bucket("scores", *_SUMS)
    criterion = pl.lit(ROW_SCORE).alias("criterion")
    classes = by_bucket("classes", "sentiment", "n")
    assert classes is not None  # noqa: S101
    return Cells(
        classes,
        evaluations=None if judged is None else judged.with_columns(criterion),
        feedback=by_bucket("feedback", "feedback", "n"),
        topics=by_topic("classes", "sentiment", "n"),
        topic_scores=None if judged is None else by_topic("scores", *_SUMS).with_columns(criterion),
    )
