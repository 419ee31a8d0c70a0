"""From a view to the rollups that it needs: which there are, what they have still to read, and what they come to."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakSet
from zoneinfo import ZoneInfo

import polars as pl

from aiops_tui.config import Settings
from aiops_tui.metrics.inputs import Inputs
from aiops_tui.model.filters import Filter
from aiops_tui.model.labels import fold_topic
from aiops_tui.model.panels import Notice
from aiops_tui.model.records import Conversation, Page, TopicCount
from aiops_tui.model.view import View
from aiops_tui.model.window import EARLIEST, Window, previous_period
from aiops_tui.monitor.answers import Answers
from aiops_tui.monitor.books import Book, Tuning
from aiops_tui.monitor.choice import TopicChoice
from aiops_tui.monitor.details import Details
from aiops_tui.monitor.figures import Figures, Scene, distinct, first_time, since_of
from aiops_tui.monitor.finder import Finder
from aiops_tui.monitor.glance import LONG, Glance
from aiops_tui.monitor.judgements import KeptRows
from aiops_tui.monitor.keeping import Keeper
from aiops_tui.monitor.naming import CLOCK
from aiops_tui.monitor.pages import Stretch, read_other_topics, read_page
from aiops_tui.monitor.people import ranking
from aiops_tui.monitor.reasons import Reasons
from aiops_tui.monitor.scores import judged_otherwise
from aiops_tui.source.cells import CellQuery
from aiops_tui.source.database import Database
from aiops_tui.source.expressions import Expressions
from aiops_tui.source.probe import Probe, Signs
from aiops_tui.source.problems import Cancelled, SourceError
from aiops_tui.source.relations import Relations
from aiops_tui.source.rollup import Limits, Segment
from aiops_tui.source.schema import Schema, read_tables, understand

Progress = Callable[[int, int], None]

_FAR = 0.02
"""A database whose cheapest answer takes so many seconds is far away: each message to it is worth saving."""

_HICCUPS = 2
"""So many slow answers in a row may come from a database that is near."""

_OTHER_TABLES = {"source.changed", "source.no_rights"}
"""What is said of a question to a table that was taken away."""

_MANY_ROWS = 1_000_000

_EVERYTHING = Filter()

_FILTERS = 16
"""Filters whose relations are kept."""

_FEW_KEYS = 100
"""Keys below the largest that may still be taken where rows become visible in the order of their keys."""

_BOOKS = 6
"""A view needs up to five: both periods of an uneven window, each with and without its filter, and all times."""


@dataclass(frozen=True, slots=True)
class Collected:
    """The inputs of a view's panels, and what is to be told beside them."""

    inputs: Inputs
    warnings: tuple[Notice, ...]
    reconciled_at: datetime | None


class Collector:
    """Owns the connection and the rollups; used by one thread. Every method may raise SourceError.

    Unless everything is wanted ``at_once``, the dearest figures are missing the first time that a view is collected.
    """

    def __init__(
        self, settings: Settings, database: Database, tuning: Tuning | None = None, *, at_once: bool = True
    ) -> None:
        self.database = database
        self.signs: Signs | None = None
        self._zone = ZoneInfo(settings.timezone)
        self._tuning = tuning or _tuning(database, settings)
        self._expressions = Expressions(
            database.dialect, settings.sentiment_aliases, settings.naive_timezone, settings.timezone
        )
        self._identity: tuple[object, ...] = ()
        self._relations: Relations | None = None
        self._named: dict[Filter, Relations] = {}
        self._probe: Probe | None = None
        self._asked_of: Relations | None = None
        self._took: deque[float] = deque(maxlen=_HICCUPS + 1)
        self._probed = 0.0
        self._foreseen: object = None
        self._books: OrderedDict[CellQuery, Book] = OrderedDict()
        self._choice = TopicChoice(database)
        self._answers = Answers(self._tuning.share, at_once=at_once)
        self._figures = Figures(database, self._answers, self._choice, self._zone)
        self._reasons = Reasons(database)
        self._finder = Finder(database)
        self._details = Details(database)
        self._keeper = None if at_once else Keeper(settings, database)
        self._glance = Glance(database, self._tuning, self._choice, self._answers, self._figures.lists, self._keeper)
        self._learnt: WeakSet[Segment] = WeakSet()

    @property
    def books(self) -> Collection[Book]:
        """The rollups at hand, the one used last at the end."""
        return self._books.values()

    def relations(self) -> Relations:
        """Return the relations of the tables as last understood, reading them first if need be."""
        if self._relations is None:
            self._learn_schema()
        assert self._relations is not None  # noqa: S101
        return self._relations

    def named(self, wanted: Filter) -> Relations:
        """Return the relations with all that the topics and reasons which a filter names are written as."""
        self._choice.learn_named(self.relations(), wanted.of_conversations)
        return self._relations_for(wanted.of_conversations)

    def probe(self) -> Signs:
        """Look for signs of change, after learning the tables anew where one was replaced."""
        schema, started = self._schema(), time.monotonic()
        self._probed = started
        try:
            signs = self._probe_of(schema).signs(self.database)
            self._took.append(time.monotonic() - started)
        except SourceError as error:
            if error.notice.id not in _OTHER_TABLES:
                raise
            self._learn_schema()
            signs = self._probe_of(self._schema()).signs(self.database)
        if self._identity != signs.identity:
            if self._identity:
                self._learn_schema()
                signs = self._probe_of(self._schema()).signs(self.database)
            self._identity = signs.identity
        self.signs = signs
        return signs

    def collect(self, view: View, tabs: Collection[str], progress: Progress) -> Collected:
        """Return what the panels of some tabs are computed from; reads what is missing, reporting its progress."""
        signs = self.signs or self.probe()
        view = replace(view, filter=view.filter.of_conversations)
        self._answers.begin()
        if self._choice.choose(self.relations(), view, signs):
            self._books.clear()
        window, base = self._resolve(view, signs, progress)
        previous = previous_period(window, view.compare)
        self._learn_topics(base, view.filter)
        books = self._filtered(base, view.filter, since_of(window, previous), signs, progress)
        refreshed = distinct(*base.values(), *books.values())
        ahead = self._ask_ahead(refreshed, signs)
        with self.database.transaction():
            for book in refreshed:
                book.refresh(signs, ahead.get(book, {}))
            self._learn_topics(base, view.filter)
            relations = self._relations_for(view.filter)
            if relations is not self._asked_of:
                # What was asked ahead did not know all spellings of the filter's topics.
                self._answers.expect({})
                self._asked_of = relations
            scene = Scene(
                view.filter,
                (view.window, view.compare),
                window,
                previous,
                signs,
                relations,
                base,
                books,
                tabs,
                ranking(view.sort, view.users),
            )
            self._foresee(scene)
            inputs = self._figures.inputs(scene)
        had = base["current"].judgements.last
        inputs = self._figures.with_evaluations(scene, inputs, far=self._is_far)
        self._tell_judged(had, base["current"].judgements.last)
        return Collected(inputs, self._figures.warnings(scene), self._known_until(books["current"], signs.now))

    def _known_until(self, book: Book, now: datetime) -> datetime | None:
        """Return when all that is told had been counted: what was dear to ask may be older than the last recount."""
        at, since = book.reconciled_at, self._answers.stale_since
        return at if at is None or since is None else min(at, now - timedelta(seconds=self._probed - since))

    def conversation(self, key: str, *, whole: bool = True) -> Conversation | None:
        """Return one conversation; not ``whole``, what was said of it is left out where looking for that takes long."""
        signs = self.signs
        version = None if signs is None else (signs.evaluations, signs.feedback)
        few = signs is not None and not self._is_worth_keeping(signs)
        return self._details.read(self.relations(), key, version, at_once=whole or few)

    def glance(self, view: View) -> Collected | None:
        """Return the Overview of a large table before its cells are read, None where that is no gain.

        Its figures are exact; the latest conversations may lack scores that came meanwhile. What filters and other tabs
        need is still to be read. What fails is told by `collect`.
        """
        signs = self.signs or self.probe()
        if view.tab != "overview" or view.filter or signs.rows_from(None) < _MANY_ROWS:
            return None
        window = view.window.resolve(signs.now, EARLIEST)
        since = since_of(window, previous_period(window, view.compare))
        if since is not None and self._has_read(since):
            return None
        on, kept = self.relations(), self._choice.kept
        try:
            inputs = self._glance.look(on, view, signs, self._zone, far=self._is_far)
        except SourceError as error:
            if error.lost or isinstance(error, Cancelled):
                raise
            return None
        finally:
            if self._choice.kept != kept:
                self._books.clear()
        return None if inputs is None else Collected(inputs, self._figures.lasting_warnings(on), signs.now)

    def _has_read(self, since: datetime, wanted: Filter = _EVERYTHING) -> bool:
        return any(book.covers(since) for book in self._books.values() if book.query.wanted == wanted)

    def conversations(self, view: View, after: str | None, limit: int) -> Page:
        """Return a page of a view's conversations, from below the key ``after`` on."""
        where, window = self._stretch(view)
        return read_page(
            self.database, self._figures.lists, where, after, limit, self._counted(view.filter.of_conversations, window)
        )

    def other_topics(self, view: View, apart: Collection[str]) -> tuple[TopicCount, ...]:
        """Return the topics of a view but those told ``apart``, which are folded."""
        return read_other_topics(self.database, self._stretch(view)[0], apart)

    def _stretch(self, view: View) -> tuple[Stretch, Window]:
        """Return where the conversations of a view are looked for, and its bounds."""
        signs = self.signs or self.probe()
        on = self.named(view.filter)
        window = view.window.resolve(signs.now, EARLIEST)
        low = signs.lowest or 0
        if window.start > EARLIEST:
            known = (book for book in self._books.values() if not book.query.wanted and book.covers(window.start))
            book = next(known, None)
            low = self._choice.low(on, window.period, signs) if book is None else book.first_key_in(window.start)
        if on.found is not None and on.found.low > low:
            on = on.knowing(found=None)
        rows, evaluated = self._evaluated()
        return Stretch(on, view.filter.of_conversations, window.period, low, signs.highest, rows, evaluated), window

    def _evaluated(self) -> tuple[pl.DataFrame | None, int]:
        """Return evaluations at hand, and the lowest key from which on they are those of all conversations."""
        read = (book.judgements.kept for book in self._books.values() if not book.query.wanted)
        best = min((rows for rows in read if rows is not None), key=lambda rows: rows.low, default=None)
        return (None, 0) if best is None else (best.rows, best.low)

    def _counted(self, wanted: Filter, window: Window) -> int | None:
        """Return how many conversations a filter lets through, None unless the cells at hand tell."""
        pushed, period = self._choice.pushed(wanted), window.period if window.cut else None
        for book in self._books.values():
            if (book.query.wanted, book.query.period) == (pushed, period) and book.covers(window.start):
                return self._figures.counted(book, wanted, window.period)
        return None

    def show_zone(self, name: str) -> None:
        """Sum up by the days of a zone from now on, and take the hours of filters for those of its clock."""
        self._zone = ZoneInfo(name)
        self._figures.show_zone(self._zone)
        self._expressions = replace(self._expressions, timezone=name)
        self._answers.clear()
        self._foreseen = None
        for query in [query for query in self._books if query.wanted.of(CLOCK)]:
            del self._books[query]
        if self._relations is not None:
            self._relations = replace(self._relations, on=self._expressions)
            self._named.clear()
            for query, book in self._books.items():
                book.adopt(self._relations_for(query.wanted))

    def sooner(self, view: View) -> View | None:
        """Return what to show of a view before all of it, if it needs very many rows that were not read yet.

        That is its last day, or the view without what it is compared with.
        """
        signs = self.signs
        if signs is None or signs.rows_from(None) < _MANY_ROWS:
            return None
        start = view.window.resolve(signs.now, EARLIEST).start
        pushed = self._choice.pushed(view.filter.of_conversations)
        if self._has_read(start, pushed):
            return None
        if view.window.name in LONG:
            return replace(view, window=replace(view.window, name="24h"))
        return replace(view, compare="off") if pushed and view.compare != "off" else None

    def keep(self) -> None:
        """Write down for the next start what changed, if that is due; costs some tens of milliseconds at most."""
        keeper, signs = self._keeper, self.signs
        if keeper is not None and signs is not None and self._is_worth_keeping(signs) and keeper.is_due():
            for book in self._books.values():
                keeper.keep(book, signs, self._figures.lists.last_users)

    def _is_worth_keeping(self, signs: Signs) -> bool:
        return signs.rows_from(None) > self._tuning.whole_keys

    def recount_next(self) -> bool:
        """Recount one segment of the rollup in use, and say whether it had changed."""
        if self.signs is None or not self._books:
            return False
        book = next(reversed(self._books.values()))
        segment = book.conversations.next_recounted
        changed = book.recount_next(self.signs.now)
        if changed and segment is not None:
            self._finder.look_again(self.relations(), book.query.wanted, segment.low, segment.high)
        return changed

    def reconcile(self, view: View, progress: Progress) -> None:
        """Recount everything that the view rests on, rows far from where their time says included."""
        signs = self.probe()
        self._choice.forget()
        self._finder.clear()
        self._reasons.clear()
        self._figures.lists.forget()
        collected = self.collect(view, (), progress).inputs
        since = since_of(collected.window, collected.previous)
        for book in list(self._books.values()):
            for done, steps in book.recount_all(signs.now):
                progress(done, steps)
            for done, steps in book.cover_everything(since, signs):
                progress(done, steps)
            book.judgements.forget()
        self._figures.lists.forget()

    def _ask_ahead(self, books: Sequence[Book], signs: Signs) -> dict[Book, dict[Hashable, Any]]:
        """Ask in one message, where a message costs time, what bringing the books up to date is going to ask."""
        answers = self._answers
        asks: dict[tuple[Book | None, Hashable], Callable[[], Any]] = {
            (book, question): ask for book in books for question, ask in book.questions(signs).items()
        }
        if asks:
            versions = set[Hashable]().union(*(book.versions for book in {book for book, _ in asks} if book))
            asks |= {(None, question): ask for question, ask in answers.questions(versions).items()}
        found: dict[Book | None, dict[Hashable, Any]] = {None: {}}
        for (book, question), answer in self.database.together(asks).items():
            found.setdefault(book, {})[question] = answer
        answers.expect(found.pop(None))
        return {book: answers for book, answers in found.items() if book is not None}

    @property
    def is_partial(self) -> bool:
        """Whether some figures were put off when the view was last collected."""
        return self._answers.stale_until == 0.0

    @property
    def _is_far(self) -> bool:
        return min(self._took, default=0.0) > _FAR

    def _foresee(self, scene: Scene) -> None:
        """Ask in one message what a view asks that was not shown before, if the database is far away."""
        shown = (scene.wanted, scene.window, scene.previous, frozenset(scene.tabs))
        if self._is_far and shown != self._foreseen:
            started = time.monotonic()
            found = self.database.together(self._answers.foresee(lambda: self._figures.inputs(scene)))
            if found:
                self._answers.expect(found, time.monotonic() - started)
        self._foreseen = shown

    def due_at(self) -> float | None:
        """Return when answers that were given stale, or evaluations that were put off, may be asked for anew."""
        stale = self._answers.stale_until
        times = [] if stale is None else [stale]
        if self._figures.evaluation_problem is not None:
            times.append(0.0)
        if self.signs is not None:
            times += [due for book in self._books.values() if (due := book.judgements.due_at(self.signs)) is not None]
        return min(times, default=None)

    def _probe_of(self, schema: Schema) -> Probe:
        if self._probe is None or self._probe.schema is not schema:
            self._probe = Probe(schema)
        return self._probe

    def _schema(self) -> Schema:
        return self.relations().schema

    def _learn_schema(self) -> None:
        schema = understand(read_tables(self.database))
        before = None if self._relations is None else self._relations.schema
        if schema == before:
            return
        self._relations = Relations(schema, self._expressions)
        self._named.clear()
        self._answers.clear()
        self._finder.clear()
        if before is None or (before.conversations, before.feedback) != (schema.conversations, schema.feedback):
            self._books.clear()
            self._figures.lists.forget()
        for query, book in self._books.items():
            book.adopt(self._relations_for(query.wanted))

    def _resolve(self, view: View, signs: Signs, progress: Progress) -> tuple[Window, dict[str, Book]]:
        """Return the window's bounds and the unfiltered books of the current and the previous period, covered."""
        kept = self._choice.kept
        first = None
        if view.window.name == "all" or (view.window.name == "custom" and view.window.since is None):
            everything = self._covered(CellQuery(900, Filter(), None, kept), None, signs, progress)
            everything.refresh(signs, {})
            first = first_time(everything)
        window = view.window.resolve(signs.now, first)
        previous = previous_period(window, view.compare)
        since = since_of(window, previous)
        query = CellQuery(window.bucket_seconds, Filter(), None, kept)
        if not window.cut:
            book = self._covered(query, since, signs, progress)
            return window, {"current": book, "before": book}
        books = {"current": self._covered(replace(query, period=window.period), since, signs, progress)}
        if previous is not None:
            books["before"] = self._covered(replace(query, period=previous), since, signs, progress)
        return window, books

    def _filtered(
        self, base: dict[str, Book], wanted: Filter, since: datetime | None, signs: Signs, progress: Progress
    ) -> dict[str, Book]:
        """Return the books to count from: those at hand, or others for what the database has to filter."""
        pushed = self._choice.pushed(wanted)
        if not pushed:
            return base
        whole = base.get("before", base["current"]).conversations
        low = (whole.low or 0) if since is None else min(book.first_key_in(since) for book in base.values())
        for done, steps in self._finder.find(self.relations(), pushed, low, whole.tail_low or 0):
            progress(done, steps)
        kept = None if pushed.of(("topic",)) else self._choice.kept
        queries = {place: replace(book.query, wanted=pushed, kept=kept) for place, book in base.items()}
        return {place: self._covered(query, since, signs, progress, base[place]) for place, query in queries.items()}

    def _covered(
        self, query: CellQuery, since: datetime | None, signs: Signs, progress: Progress, whole: Book | None = None
    ) -> Book:
        book, relations = self._books.get(query), self._relations_for(query.wanted)
        if book is None or (book.relations.topics, book.relations.reasons) != (relations.topics, relations.reasons):
            # What is written otherwise than was known so far was not counted.
            keeper = self._keeper if self._is_worth_keeping(signs) else None
            book = Book(self.database, relations, query, self._tuning, None if keeper is None else keeper.kept)
            if keeper is not None and self._figures.lists.last_users is None:
                self._figures.lists.last_users = keeper.kept_users(book, signs)
        book.narrow(relations)
        for done, steps in book.cover(since, signs, whole):
            progress(done, steps)
        self._books[query] = book
        self._books.move_to_end(query)
        while len(self._books) > _BOOKS:
            self._books.popitem(last=False)
        return book

    def _tell_judged(self, had: KeptRows | None, have: KeptRows | None) -> None:
        """Let the books of filters by score know which conversations were judged since evaluations were read before."""
        books = [book for book in self._books.values() if book.is_of_scores]
        if not books or had is None or have is None or had.rows is have.rows:
            return
        since, low = max(had.since, have.since), max(had.low, have.low)
        keys = judged_otherwise(had.rows, have.rows, since, low)
        if keys:
            for book in books:
                book.judged_anew(keys)
            self._answers.stale_until = 0.0

    def _learn_topics(self, base: dict[str, Book], wanted: Filter) -> None:
        for book in distinct(*base.values()):
            for part in book.conversations.parts():
                if part not in self._learnt:
                    self._learnt.add(part)
                    self._choice.topics.learn(part.cells["topic"].unique().to_list())
        self._choice.learn_named(self.relations(), wanted)

    def _relations_for(self, wanted: Filter) -> Relations:
        """Return the relations with the raw forms of the topics that a filter names."""
        values = {str(term.value) for term in wanted.of(("topic",)).terms}
        named = {fold_topic(value) or "": self._choice.topics.forms(value) for value in values}
        reasons = {} if self.signs is None else self._reasons.forms(self.relations(), wanted, self.signs)
        known, found = self._named.get(wanted), self._finder.known(wanted)
        if known is None or (known.topics, known.reasons, known.found) != (named, reasons, found):
            if len(self._named) >= _FILTERS:
                self._named.clear()
            known = self._named[wanted] = self.relations().knowing(topics=named, reasons=reasons, found=found)
        return known


def _tuning(database: Database, settings: Settings) -> Tuning:
    tuning = Tuning(Limits(database.slice_keys), tail_seconds=settings.tail_seconds, tail_keys=settings.tail_keys)
    if database.one_writer:
        return replace(tuning, margin_keys=_FEW_KEYS, feedback_tail_keys=_FEW_KEYS)
    return tuning
