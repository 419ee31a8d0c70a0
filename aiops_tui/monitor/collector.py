"""From a view to the inputs of its panels: which rollups it needs, and the few answers that are no sums."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import polars as pl

from aiops_tui.config import Settings
from aiops_tui.metrics.inputs import HISTORY, Cells, Inputs, LowScored, Recent
from aiops_tui.model.filters import Filter
from aiops_tui.model.labels import fold_topic
from aiops_tui.model.panels import Notice
from aiops_tui.model.view import View
from aiops_tui.model.window import Period, Window, bucket_edges, display_step, epoch, from_epoch, previous_period
from aiops_tui.monitor.answers import Answers
from aiops_tui.monitor.books import Book, Tuning
from aiops_tui.monitor.naming import IN_MEMORY, Topics, matching, within
from aiops_tui.source.cells import CellQuery
from aiops_tui.source.database import Database, Row
from aiops_tui.source.expressions import Expressions
from aiops_tui.source.lookups import (
    active_users,
    count_rows,
    evaluated,
    recent,
    scores_of,
    top_topics,
    topics_like,
    trends,
    users_by_bucket,
    worst,
)
from aiops_tui.source.probe import Signs, read_signs
from aiops_tui.source.problems import SourceError
from aiops_tui.source.relations import Relations
from aiops_tui.source.rollup import Limits
from aiops_tui.source.schema import Schema, read_tables, understand
from aiops_tui.text.printable import printable

Progress = Callable[[int, int], None]

TOPICS_KEPT = 300
"""So many topics of a window are told apart where there are very many; the rest adds up as one."""

_TOPICS_WHOLE = 1000
_RECENT = 50
_WORST = 50
_BOOKS = 4
_KEPT_SECONDS = 600.0
_EXACT_ROWS = 200_000


@dataclass(frozen=True, slots=True)
class Collected:
    """The inputs of a view's panels, and what is to be told beside them."""

    inputs: Inputs
    warnings: tuple[Notice, ...]
    reconciled_at: datetime | None


class Collector:
    """Owns the connection and the rollups; used by one thread. Every method may raise SourceError."""

    def __init__(self, settings: Settings, database: Database, tuning: Tuning | None = None) -> None:
        self.database = database
        self.signs: Signs | None = None
        self._settings = settings
        self._tuning = tuning or Tuning(
            Limits(database.slice_keys), tail_seconds=settings.tail_seconds, tail_keys=settings.tail_keys
        )
        self._expressions = Expressions(database.dialect, settings.sentiment_aliases, settings.naive_timezone)
        self._schema: Schema | None = None
        self._identity: tuple[object, ...] = ()
        self._relations: Relations | None = None
        self._books: OrderedDict[CellQuery, Book] = OrderedDict()
        self._topics = Topics()
        self._kept: frozenset[str] | None = None
        self._kept_for: object = None
        self._kept_at = 0.0
        self._topics_total: int | None = None
        self._answers = Answers(self._tuning.share)
        self._scores: dict[int, float | None] = {}
        self._scores_version = -1
        self._evaluation_problem: Notice | None = None

    @property
    def schema(self) -> Schema:
        """The tables as they were last understood."""
        assert self._schema is not None  # noqa: S101
        return self._schema

    def probe(self) -> Signs:
        """Look for signs of change, after learning the tables anew where one was replaced."""
        if self._schema is None:
            self._learn_schema()
        signs = read_signs(self.database, self.schema)
        if self._identity != signs.identity:
            if self._identity:
                self._learn_schema()
                signs = read_signs(self.database, self.schema)
            self._identity = signs.identity
        self.signs = signs
        return signs

    def collect(self, view: View, tabs: Sequence[str], progress: Progress) -> Collected:
        """Return what the panels of some tabs are computed from; reads what is missing, reporting its progress."""
        signs = self.signs or self.probe()
        self._choose_topics(view, signs)
        self._answers.stale_until = None
        zone = ZoneInfo(self._settings.timezone)
        window, base_books = self._resolve(view, signs, progress)
        previous = previous_period(window, view.compare)
        self._learn_topics(base_books.values(), view.filter)
        pushed = self._pushed(view.filter)
        books = base_books
        if pushed:
            books = {
                place: self._covered(replace(book.query, wanted=pushed), _since(window, previous), signs, progress)
                for place, book in base_books.items()
            }
        with self.database.transaction():
            for book in {id(book): book for book in (*base_books.values(), *books.values())}.values():
                book.refresh(signs)
            self._learn_topics(base_books.values(), view.filter)
            scene = _Scene(view, window, previous, signs, base_books["current"], books)
            inputs = self._inputs(scene, zone, tabs)
        inputs = self._with_evaluations(scene, inputs, tabs)
        return Collected(inputs, self._warnings(base_books["current"]), base_books["current"].reconciled_at)

    def recount_next(self, view: View) -> bool:
        """Recount one segment of the rollups in use, and say whether anything had changed."""
        signs = self.signs
        if signs is None or not self._books:
            return False
        book = next(reversed(self._books.values()))
        return book.recount_next(signs.now)

    def reconcile(self, view: View, progress: Progress) -> None:
        """Recount everything that the view rests on, rows far from where their time says included."""
        signs = self.probe()
        self._kept_for = None
        self._choose_topics(view, signs)
        window, books = self._resolve(view, signs, progress)
        since = _since(window, previous_period(window, view.compare))
        self._answers.clear()
        for book in list(self._books.values()) or list(books.values()):
            for done, steps in book.recount_all(signs.now):
                progress(done, steps)
            for done, steps in book.cover_everything(since, signs):
                progress(done, steps)
            book.forget_evaluations()
        self.collect(view, (), progress)

    def due_at(self) -> float | None:
        """Return when answers that were given stale, or evaluations that were put off, may be asked for anew."""
        times = [] if self._answers.stale_until is None else [self._answers.stale_until]
        if self.signs is not None:
            times += [due for book in self._books.values() if (due := book.evaluations_due_at(self.signs)) is not None]
        return min(times, default=None)

    def _learn_schema(self) -> None:
        schema = understand(read_tables(self.database))
        if schema != self._schema:
            self._books.clear()
            self._answers.clear()
            self._schema = schema
            self._relations = self._named = Relations(schema, self._expressions)

    def _resolve(self, view: View, signs: Signs, progress: Progress) -> tuple[Window, dict[str, Book]]:
        """Return the window's bounds and the unfiltered books of the current and the previous period, covered."""
        first = None
        if view.window.name == "all" or (view.window.name == "custom" and view.window.since is None):
            everything = self._covered(CellQuery(900, Filter(), None, self._kept), None, signs, progress)
            everything.refresh(signs)
            first = _first_time(everything)
        window = view.window.resolve(signs.now, first)
        previous = previous_period(window, view.compare)
        since = _since(window, previous)
        query = CellQuery(window.bucket_seconds, Filter(), None, self._kept)
        if not window.cut:
            book = self._covered(query, since, signs, progress)
            return window, {"current": book, "before": book}
        books = {"current": self._covered(replace(query, period=window.period), since, signs, progress)}
        if previous is not None:
            books["before"] = self._covered(replace(query, period=previous), since, signs, progress)
        return window, books

    def _covered(self, query: CellQuery, since: datetime | None, signs: Signs, progress: Progress) -> Book:
        book = self._books.get(query)
        if book is None:
            book = Book(self.database, self._relations_for(query.wanted), query, self._tuning)
        for done, steps in book.cover(since, signs):
            progress(done, steps)
        self._books[query] = book
        self._books.move_to_end(query)
        while len(self._books) > _BOOKS:
            self._books.popitem(last=False)
        return book

    def _choose_topics(self, view: View, signs: Signs) -> None:
        """Tell all topics apart, or where there are too many the most frequent ones of the view's periods."""
        asked = (view.window, view.compare)
        if self._kept is None:
            if self._kept_for is not None and len(self._topics) <= 2 * _TOPICS_WHOLE:
                return
        elif self._kept_for == asked and time.monotonic() - self._kept_at < _KEPT_SECONDS:
            return
        self._kept_for, self._kept_at = asked, time.monotonic()
        window = view.window.resolve(signs.now)
        relations = self._need_relations()
        low = max((signs.highest or 0) - self._tuning.tail_keys, signs.lowest or 0)
        sample = self.database.rows(top_topics(relations, low, None, 1))
        crowded = bool(sample) and sample[0][2] > _TOPICS_WHOLE or len(self._topics) > 2 * _TOPICS_WHOLE
        if not crowded:
            self._kept = None
            return
        previous = previous_period(window, view.compare)
        current = None if window.name == "all" else window.period
        rows = self.database.rows(top_topics(relations, signs.lowest or 0, current, TOPICS_KEPT))
        self._topics_total = rows[0][2] if rows else 0
        if previous is not None:
            rows += self.database.rows(top_topics(relations, signs.lowest or 0, previous, TOPICS_KEPT))
        kept = frozenset(row[0] for row in rows)
        if kept != self._kept:
            self._kept = kept
            self._books.clear()

    def _learn_topics(self, books: Iterable[Book], wanted: Filter) -> None:
        for book in books:
            frame = book.conversations.frame()
            frames = [frame] if frame is not None else [s.cells for s in book.conversations.segments]
            for cells in (*frames, book.evaluations):
                if cells is not None:
                    self._topics.learn(cells["topic"].unique().to_list())
        if self._kept is not None:
            for term in wanted.of(("topic",)).terms:
                if not self._topics.forms(str(term.value)) and (folded := fold_topic(str(term.value))):
                    word = max(folded.split(), key=len)
                    rows = self.database.rows(topics_like(self._need_relations(), word))
                    self._topics.learn(row[0] for row in rows if fold_topic(printable(row[0])) == folded)

    def _pushed(self, wanted: Filter) -> Filter:
        """Return the part of a filter that the database has to answer; cells answer the rest."""
        memory: tuple[str, ...] = IN_MEMORY
        if self._kept is not None:
            named = (self._topics.forms(str(term.value)) for term in wanted.of(("topic",)).terms)
            if not all(forms and forms <= self._kept for forms in named):
                memory = ("sentiment",)
        return wanted.without(memory)

    def _relations_for(self, wanted: Filter) -> Relations:
        """Return the relations with the raw forms of the topics that a filter names."""
        values = {str(term.value) for term in wanted.of(("topic",)).terms}
        named = {fold_topic(value) or "": self._topics.forms(value) for value in values}
        if self._named.topics != named:
            self._named = replace(self._need_relations(), topics=named)
        return self._named

    def relations(self) -> Relations:
        """Return the relations of the tables as last understood, reading them first if need be."""
        if self._relations is None:
            self.probe()
        return self._need_relations()

    def _need_relations(self) -> Relations:
        assert self._relations is not None  # noqa: S101
        return self._relations

    def _inputs(self, scene: _Scene, zone: ZoneInfo, tabs: Sequence[str]) -> Inputs:
        window, signs, view = scene.window, scene.signs, scene.view
        edges = bucket_edges(window.period, display_step(window), zone)
        overview = "overview" in tabs
        relations = self._relations_for(view.filter)
        return Inputs(
            now=signs.now,
            window=window,
            previous=scene.previous,
            zone=zone,
            edges=tuple(edges),
            current=self._cells(scene, "current", window.period, relations, users=overview),
            before=None
            if scene.previous is None
            else self._cells(scene, "before", scene.previous, relations, users=overview),
            criteria=self.schema.criteria,
            total=self._total(signs) if overview else None,
            topics_total=self._topics_total if self._kept is not None else None,
            users=self._users(scene, relations, edges) if overview else None,
            recent=self._recent(scene, relations) if overview else (),
            history=self._history(signs) if "sentiment" in tabs else None,
            first=_first_time(scene.base),
        )

    def _cells(self, scene: _Scene, place: str, period: Period, relations: Relations, *, users: bool) -> Cells:
        book, wanted = scene.books[place], scene.view.filter
        frame = book.conversations.frame()
        assert frame is not None  # noqa: S101
        feedback = None
        if book.feedback is not None and (rows := book.feedback.frame()) is not None:
            feedback = self._chosen(rows, book, period, wanted)
        return Cells(
            conversations=self._chosen(frame, book, period, wanted),
            feedback=feedback,
            active_users=self._active_users(scene, relations, book, period) if users else None,
        )

    def _chosen(self, cells: pl.DataFrame, book: Book, period: Period, wanted: Filter) -> pl.DataFrame:
        """Return the cells of a period and a filter, their topics printable."""
        return self._topics.shown(
            matching(within(cells, period, cut=book.query.period is not None), wanted, self._topics)
        )

    def _with_evaluations(self, scene: _Scene, inputs: Inputs, tabs: Sequence[str]) -> Inputs:
        """Add the evaluations, asked in a transaction of their own: their table may be locked by the one who replaces it."""
        if not {"overview", "evaluation"} & {*tabs} or self._need_relations().evaluations is None:
            return inputs
        since = _since(scene.window, scene.previous)
        relations = self._relations_for(scene.view.filter)
        self._evaluation_problem = None
        try:
            with self.database.transaction():
                for book in {id(book): book for book in scene.books.values()}.values():
                    if book.evaluations_are_due(since, scene.signs):
                        book.read_evaluations(since, scene.signs)
                inputs = self._scored(scene, inputs, relations, tabs)
        except SourceError as error:
            if error.lost or error.notice.id == "source.cancelled":
                raise
            self._evaluation_problem = Notice("source.evaluations_stale", {"table": "conversation_evaluation"})
        return inputs

    def _scored(self, scene: _Scene, inputs: Inputs, relations: Relations, tabs: Sequence[str]) -> Inputs:
        lists = "evaluation" in tabs

        def judged(cells: Cells, place: str, period: Period) -> Cells:
            book, wanted = scene.books[place], scene.view.filter
            if book.evaluations is None or book.judged is None:
                return cells
            self._topics.learn(book.evaluations["topic"].unique().to_list())
            count = self._evaluated(scene, relations, book, period) if lists else None
            return replace(
                cells,
                evaluations=self._chosen(book.evaluations, book, period, wanted),
                judged=self._chosen(book.judged, book, period, wanted),
                evaluated=count,
            )

        current = judged(inputs.current, "current", scene.window.period)
        before = inputs.before
        if before is not None and scene.previous is not None:
            before = judged(before, "before", scene.previous)
        return replace(
            inputs,
            current=current,
            before=before,
            worst=self._worst(scene, relations) if lists else (),
            recent=self._recent_scored(scene, inputs.recent),
        )

    def _active_users(self, scene: _Scene, relations: Relations, book: Book, period: Period) -> int:
        wanted = scene.view.filter

        def ask() -> int:
            low = scene.base.first_key_in(period.start)
            return int(self.database.rows(active_users(relations, wanted, low, period))[0][0])

        return self._answers.of(("users", str(wanted), period), book.conversations.version, ask)

    def _users(self, scene: _Scene, relations: Relations, edges: Sequence[datetime]) -> tuple[int, ...]:
        bounds = [int(epoch(edge)) if epoch(edge) % 1 == 0 else int(-(-epoch(edge) // 1)) for edge in edges]
        wanted, book = scene.view.filter, scene.books["current"]

        def ask() -> tuple[int, ...]:
            low = scene.base.first_key_in(edges[0])
            found = dict(self.database.rows(users_by_bucket(relations, wanted, low, bounds)))
            return tuple(int(found.get(place, 0)) for place in range(len(edges) - 1))

        return self._answers.of(("users_by_bucket", str(wanted), tuple(bounds)), book.conversations.version, ask)

    def _recent(self, scene: _Scene, relations: Relations) -> tuple[Recent, ...]:
        wanted, period = scene.view.filter, scene.window.period
        low = scene.base.first_key_in(period.start)

        def ask() -> tuple[Recent, ...]:
            rows = self.database.rows(recent(relations, wanted, period, low, _RECENT))
            return tuple(
                Recent(str(key), _moment(at), _text(user), _text(topic), sentiment, None, printable(question or ""))
                for key, at, user, topic, sentiment, question in rows
            )

        version = scene.books["current"].conversations.version
        return self._answers.of(("recent", str(wanted), period), version, ask, patient=False)

    def _recent_scored(self, scene: _Scene, rows: tuple[Recent, ...]) -> tuple[Recent, ...]:
        """Return the latest conversations with their scores, asking only for those not asked about these evaluations."""
        version = scene.books["current"].evaluation_version
        if self._scores_version != version or len(self._scores) > 100 * _RECENT:
            self._scores, self._scores_version = {}, version
        keys = [int(row.conversation) for row in rows if int(row.conversation) not in self._scores]
        if keys:
            self._scores.update(dict.fromkeys(keys))
            self._scores.update(self.database.rows(scores_of(self._need_relations(), keys)))  # type: ignore[arg-type]
        return tuple(replace(row, score=self._scores.get(int(row.conversation))) for row in rows)

    def _evaluated(self, scene: _Scene, relations: Relations, book: Book, period: Period) -> int:
        wanted = scene.view.filter
        return self._answers.of(
            ("evaluated", str(wanted), period),
            book.evaluation_version,
            lambda: int(self.database.rows(evaluated(relations, wanted, period))[0][0]),
        )

    def _worst(self, scene: _Scene, relations: Relations) -> tuple[LowScored, ...]:
        wanted, period = scene.view.filter, scene.window.period

        def ask() -> tuple[LowScored, ...]:
            return tuple(map(_low_scored, self.database.rows(worst(relations, wanted, period, _WORST))))

        return self._answers.of(("worst", str(wanted), period), scene.books["current"].evaluation_version, ask)

    def _total(self, signs: Signs) -> int:
        """Return about how many conversations there are: counted where that is cheap, else as the database estimates."""
        if signs.highest is None or signs.lowest is None:
            return 0
        span = signs.highest - signs.lowest + 1
        if span > _EXACT_ROWS:
            return min(span, self.schema.conversations.rows or span)
        relations = self._need_relations()
        return self._answers.of(
            ("total",), signs.conversations, lambda: int(self.database.rows(count_rows(relations))[0][0])
        )

    def _history(self, signs: Signs) -> pl.DataFrame | None:
        if self.schema.trends is None:
            return None

        def ask() -> pl.DataFrame:
            rows = [
                (_day(day), sentiment, count)
                for day, sentiment, count in self.database.rows(trends(self._need_relations()))
            ]
            return pl.DataFrame([row for row in rows if row[0] is not None and row[2]], schema=HISTORY, orient="row")

        return self._answers.of(("history",), signs.evaluations, ask)

    def _warnings(self, book: Book) -> tuple[Notice, ...]:
        warnings = list(self.schema.warnings)
        frame = book.conversations.frame()
        untimed = int(frame.filter(pl.col("bucket").is_null())["n"].sum()) if frame is not None else 0
        if untimed:
            warnings.append(Notice("source.no_time", {"n": untimed}))
        if not self.schema.evaluations:
            warnings.append(Notice("source.no_evaluations"))
        if self._evaluation_problem is not None:
            warnings.append(self._evaluation_problem)
        return tuple(warnings)


@dataclass(frozen=True, slots=True)
class _Scene:
    """One view resolved: its bounds, and the books of both periods, unfiltered and with what was pushed down."""

    view: View
    window: Window
    previous: Period | None
    signs: Signs
    base: Book
    books: dict[str, Book]


def _since(window: Window, previous: Period | None) -> datetime | None:
    """Return the earliest time that either period needs, None for all times."""
    if window.name == "all":
        return None
    return min(window.start, previous.start) if previous is not None else window.start


def _first_time(book: Book) -> datetime | None:
    frame = book.conversations.frame()
    first = frame["bucket"].min() if frame is not None else None
    return from_epoch(first) if isinstance(first, int) else None


def _low_scored(row: Row) -> LowScored:
    key, at, user, topic, sentiment, score, question = row
    shown = None if key is None else str(key)
    return LowScored(shown, _moment(at), _text(user), _text(topic), sentiment, float(score), printable(question or ""))


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else from_epoch(seconds)


def _text(value: str | None) -> str | None:
    return None if value is None else printable(value)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
