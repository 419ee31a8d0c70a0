"""From a view to the inputs of its panels: which rollups it needs, and the few answers that are no sums."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any
from weakref import WeakSet
from zoneinfo import ZoneInfo

import polars as pl

from aiops_tui.config import Settings
from aiops_tui.metrics.days import day_edges
from aiops_tui.metrics.inputs import Cells, Inputs
from aiops_tui.metrics.users import tells_new_users
from aiops_tui.model.filters import Filter
from aiops_tui.model.labels import fold_topic
from aiops_tui.model.panels import Notice
from aiops_tui.model.records import Conversation, Page, TopicCount
from aiops_tui.model.view import View
from aiops_tui.model.window import EARLIEST, Period, Window, bucket_edges, display_step, from_epoch, previous_period
from aiops_tui.monitor.answers import Answers
from aiops_tui.monitor.books import Book, Tuning
from aiops_tui.monitor.choice import TopicChoice
from aiops_tui.monitor.details import Details
from aiops_tui.monitor.finder import Finder
from aiops_tui.monitor.glance import Sight, ask_all, cells_of, recent_of_all
from aiops_tui.monitor.keeping import Keeper
from aiops_tui.monitor.lists import Lists, Users, with_scores
from aiops_tui.monitor.naming import CLOCK, matching
from aiops_tui.monitor.opinions import Opinions
from aiops_tui.monitor.pages import Stretch, read_other_topics, read_page
from aiops_tui.monitor.people import Asked, People
from aiops_tui.monitor.reasons import Reasons
from aiops_tui.monitor.scores import inside, summed
from aiops_tui.monitor.sums import Sums
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

_OTHER_TABLES = {"source.changed", "source.no_rights"}
"""What is said of a question to a table that was taken away."""

_LONG, _MANY_ROWS = ("30d", "90d", "all"), 1_000_000

_SOON = 200_000
"""A question about more rows than this waits until the view has been shown without its answer."""

_SCATTERED = 2_000
"""Fewer than one row in so many takes long to come by."""

_EVERYTHING = Filter()

_FILTERS = 16
"""Filters whose relations are kept."""

_SCORES = 8
"""Sums of scores kept: both periods of the view, and of those looked at before."""

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


@dataclass(frozen=True, slots=True)
class _Scene:
    """One view resolved: its bounds, the unfiltered books of both periods, and those to count from.

    ``asked`` is what the bounds were resolved from, the same for as long as they move with the clock alone.
    """

    wanted: Filter
    asked: Hashable
    window: Window
    previous: Period | None
    signs: Signs
    relations: Relations
    base: dict[str, Book]
    books: dict[str, Book]
    tabs: Collection[str]

    @property
    def since(self) -> datetime | None:
        """The earliest time that either period needs, None for all times."""
        return _since(self.window, self.previous)

    def low(self, place: str) -> int:
        """Return a key below which no conversation of a period lies."""
        period = self.window.period if place == "current" or self.previous is None else self.previous
        return self.base[place].first_key_in(period.start)


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
        self._far = False
        self._foreseen: object = None
        self._books: OrderedDict[CellQuery, Book] = OrderedDict()
        self._choice = TopicChoice(database)
        self._answers = Answers(self._tuning.share, at_once=at_once)
        self._lists = Lists(database, self._answers)
        self._people = People(database, self._answers)
        self._opinions = Opinions(database, self._answers)
        self._reasons = Reasons(database)
        self._finder = Finder(database)
        self._details = Details(database)
        self._evaluation_problem: Notice | None = None
        self._sums = self._new_sums()
        self._keeper = None if at_once else Keeper(settings, database)
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
        try:
            signs = self._probe_of(schema).signs(self.database)
            self._far = time.monotonic() - started > _FAR
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
        books = self._filtered(base, view.filter, _since(window, previous), signs, progress)
        refreshed = _distinct(*base.values(), *books.values())
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
            scene = _Scene(
                view.filter, (view.window, view.compare), window, previous, signs, relations, base, books, tabs
            )
            self._foresee(scene)
            inputs = self._inputs(scene)
        inputs = self._with_evaluations(scene, inputs)
        return Collected(inputs, self._warnings(scene), books["current"].reconciled_at)

    def conversation(self, key: str, *, whole: bool = True) -> Conversation | None:
        """Return one conversation; not ``whole``, what was said of it is left out where looking for that takes long."""
        signs = self.signs
        version = None if signs is None else (signs.evaluations, signs.feedback)
        few = signs is not None and not self._is_worth_keeping(signs)
        return self._details.read(self.relations(), key, version, at_once=whole or few)

    def glance(self, view: View) -> Collected | None:
        """Return the Overview of a large table before its cells are read, None where that is no gain.

        It is whole and exact; what filters and other tabs need is still to be read. What fails is told by `collect`.
        """
        signs = self.signs or self.probe()
        try:
            return self._glance(view, signs) if view.tab == "overview" and not view.filter else None
        except SourceError as error:
            if error.lost or isinstance(error, Cancelled):
                raise
            return None

    def _glance(self, view: View, signs: Signs) -> Collected | None:
        database, lists, wanted = self.database, self._lists, view.filter
        window = view.window.resolve(signs.now, EARLIEST)
        previous = previous_period(window, view.compare)
        since = window.start if previous is None else previous.start
        if window.name in _LONG or window.cut or signs.rows_from(None) < _MANY_ROWS or self._has_read(since):
            return None
        if self._choice.choose(self.relations(), view, signs):
            self._books.clear()
        on, kept = self.relations(), self._choice.kept
        book = Book(database, on, CellQuery(window.bucket_seconds, wanted, None, kept), self._tuning)
        low, low_feedback = book.first_keys(since, signs)
        met = previous is None or previous.end == window.start
        if not met or low <= (signs.lowest or 0) or (self._keeper is not None and self._keeper.has(book, signs)):
            return None
        edges = tuple(bucket_edges(window.period, display_step(window), self._zone))
        sight = Sight(window, previous, edges, low, low_feedback, kept)
        asked = (on, wanted, edges, previous, low, signs.rows_from(low))
        question, _ = lists.ask_users(*asked, database)
        self._answers.begin()
        with database.beside(lambda other: lists.ask_users(*asked, other)[1]()) as counted, database.transaction():
            started = time.monotonic()
            found = ask_all(database, on, sight, far=self._far)
            try:
                self._answers.expect({question: counted.result()}, time.monotonic() - started)
            except SourceError as error:
                if error.notice.id == "source.timeout":
                    return None
                # There may be no second connection to be had.
            users = lists.users(*asked, 0) or Users()
        cells = cells_of(found, sight, self._choice.topics)
        inputs = Inputs(
            now=signs.now,
            window=window,
            previous=previous,
            zone=self._zone,
            edges=edges,
            current=replace(cells[0], active_users=users.current),
            before=None if previous is None else replace(cells[1], active_users=users.before),
            criteria=on.schema.criteria,
            total=lists.total(on, signs),
            topics_total=self._choice.total,
            users=users.by_bucket or None,
            recent=recent_of_all(found),
            first=EARLIEST,
        )
        return Collected(inputs, self._lasting_warnings(on), signs.now)

    def _has_read(self, since: datetime, wanted: Filter = _EVERYTHING) -> bool:
        return any(book.covers(since) for book in self._books.values() if book.query.wanted == wanted)

    def conversations(self, view: View, after: str | None, limit: int) -> Page:
        """Return a page of a view's conversations, from below the key ``after`` on."""
        where, window = self._stretch(view)
        return read_page(
            self.database, self._lists, where, after, limit, self._counted(view.filter.of_conversations, window)
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
            on = replace(on, found=None)
        rows, evaluated = self._evaluated()
        return Stretch(on, view.filter.of_conversations, window.period, low, signs.highest, rows, evaluated), window

    def _evaluated(self) -> tuple[pl.DataFrame | None, int]:
        """Return evaluations at hand, and the lowest key from which on they are those of all conversations."""
        read = (book.kept_rows for book in self._books.values() if not book.query.wanted)
        best = min((rows for rows in read if rows is not None), key=lambda rows: rows.low, default=None)
        return (None, 0) if best is None else (best.rows, best.low)

    def _counted(self, wanted: Filter, window: Window) -> int | None:
        """Return how many conversations a filter lets through, None unless the cells at hand tell."""
        pushed, period = self._choice.pushed(wanted), window.period if window.cut else None
        for book in self._books.values():
            if (book.query.wanted, book.query.period) == (pushed, period) and book.covers(window.start):
                parts, cut = book.conversations.parts(), book.query.period is not None
                return int(self._sums["sentiment"].of(parts, wanted, window.period, cut=cut)[0]["n"].sum())
        return None

    def show_zone(self, name: str) -> None:
        """Sum up by the days of a zone from now on, and take the hours of filters for those of its clock."""
        self._zone = ZoneInfo(name)
        self._sums = self._new_sums()
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

    def _new_sums(self) -> dict[str, Sums]:
        return {name: Sums(self._choice.topics, name, self._zone) for name in ("sentiment", "feedback")}

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
        if view.window.name in _LONG:
            return replace(view, window=replace(view.window, name="24h"))
        return replace(view, compare="off") if pushed and view.compare != "off" else None

    def keep(self) -> None:
        """Write down for the next start what changed, if that is due; costs some tens of milliseconds at most."""
        keeper, signs = self._keeper, self.signs
        if keeper is not None and signs is not None and self._is_worth_keeping(signs) and keeper.is_due():
            for book in self._books.values():
                keeper.keep(book, signs, self._lists.last_users)

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
        self._answers.clear()
        collected = self.collect(view, (), progress).inputs
        since = _since(collected.window, collected.previous)
        for book in list(self._books.values()):
            for done, steps in book.recount_all(signs.now):
                progress(done, steps)
            for done, steps in book.cover_everything(since, signs):
                progress(done, steps)
            book.forget_evaluations()
        self._answers.clear()

    def _ask_ahead(self, books: Sequence[Book], signs: Signs) -> dict[Book, dict[Hashable, Any]]:
        """Ask in one message, where a message costs time, what bringing the books up to date is going to ask."""
        answers = self._answers
        asks: dict[tuple[Book | None, Hashable], Callable[[], Any]] = {
            (book, question): ask for book in books for question, ask in book.questions(signs).items()
        }
        if asks:
            versions = set[Hashable]().union(*(book.versions for book in books))
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

    def _foresee(self, scene: _Scene) -> None:
        """Ask in one message what a view asks that was not shown before, if the database is far away."""
        shown = (scene.wanted, scene.window, scene.previous, frozenset(scene.tabs))
        if self._far and shown != self._foreseen:
            started = time.monotonic()
            found = self.database.together(self._answers.foresee(lambda: self._inputs(scene)))
            if found:
                self._answers.expect(found, time.monotonic() - started)
        self._foreseen = shown

    def due_at(self) -> float | None:
        """Return when answers that were given stale, or evaluations that were put off, may be asked for anew."""
        stale = self._answers.stale_until
        times = [] if stale is None else [stale]
        if self._evaluation_problem is not None:
            times.append(0.0)
        if self.signs is not None:
            times += [due for book in self._books.values() if (due := book.evaluations_due_at(self.signs)) is not None]
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
        for query, book in self._books.items():
            book.adopt(self._relations_for(query.wanted))

    def _resolve(self, view: View, signs: Signs, progress: Progress) -> tuple[Window, dict[str, Book]]:
        """Return the window's bounds and the unfiltered books of the current and the previous period, covered."""
        kept = self._choice.kept
        first = None
        if view.window.name == "all" or (view.window.name == "custom" and view.window.since is None):
            everything = self._covered(CellQuery(900, Filter(), None, kept), None, signs, progress)
            everything.refresh(signs, {})
            first = _first_time(everything)
        window = view.window.resolve(signs.now, first)
        previous = previous_period(window, view.compare)
        since = _since(window, previous)
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
        return {place: self._covered(query, since, signs, progress) for place, query in queries.items()}

    def _covered(self, query: CellQuery, since: datetime | None, signs: Signs, progress: Progress) -> Book:
        book, relations = self._books.get(query), self._relations_for(query.wanted)
        if book is None or (book.relations.topics, book.relations.reasons) != (relations.topics, relations.reasons):
            # What is written otherwise than was known so far was not counted.
            keeper = self._keeper if self._is_worth_keeping(signs) else None
            book = Book(self.database, relations, query, self._tuning, None if keeper is None else keeper.kept)
            if keeper is not None and self._lists.last_users is None:
                self._lists.last_users = keeper.kept_users(book, signs)
        book.narrow(relations)
        for done, steps in book.cover(since, signs):
            progress(done, steps)
        self._books[query] = book
        self._books.move_to_end(query)
        while len(self._books) > _BOOKS:
            self._books.popitem(last=False)
        return book

    def _learn_topics(self, base: dict[str, Book], wanted: Filter) -> None:
        for book in _distinct(*base.values()):
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
            known = self._named[wanted] = replace(self.relations(), topics=named, reasons=reasons, found=found)
        return known

    def _inputs(self, scene: _Scene) -> Inputs:
        window, signs, on, wanted = scene.window, scene.signs, scene.relations, scene.wanted
        edges = tuple(bucket_edges(window.period, display_step(window), self._zone))
        overview = "overview" in scene.tabs
        low = scene.low("current")
        version = scene.books["current"].conversations.version
        rows, can_wait = signs.rows_from(low), self._can_wait(scene)
        current = self._cells(scene, "current", window.period)
        scattered = int(current.conversations["n"].sum()) * _SCATTERED < rows
        people = "users" in scene.tabs
        one_user = people and wanted.one_user is not None
        days = day_edges(window, self._zone) if people else None
        users = self._users(scene, edges) if overview or (people and days is None) else None
        daily = self._users(scene, days) if days else None
        active = users or daily or Users()
        inputs = Inputs(
            now=signs.now,
            window=window,
            previous=scene.previous,
            zone=self._zone,
            edges=edges,
            current=replace(current, active_users=active.current),
            before=None
            if scene.previous is None
            else replace(self._cells(scene, "before", scene.previous), active_users=active.before),
            criteria=on.schema.criteria,
            total=self._lists.total(on, signs) if overview else None,
            topics_total=self._choice.total,
            users=users.by_bucket if overview and users is not None else None,
            users_by_day=None if daily is None else daily.by_bucket,
            recent=self._lists.recent(on, wanted, window.period, low, version, later=can_wait and scattered)
            if overview or one_user
            else (),
            of_one_user=one_user,
            # The history knows nothing of what a filter asks for.
            history=self._lists.history(on, signs) if "sentiment" in scene.tabs and not wanted else None,
            first=_oldest(scene.base["current"], signs),
        )
        if people:
            asked = Asked(on, wanted, scene.asked, version)
            inputs = self._people.most_active(inputs, asked, low, rows)
        if "feedback" in scene.tabs and on.feedback is not None:
            low = scene.base["current"].first_feedback_in(window.start)
            inputs = self._opinions.add_to(inputs, on, wanted, low, scene.books["current"].version, later=can_wait)
        return inputs

    def _users(self, scene: _Scene, edges: Sequence[datetime]) -> Users | None:
        low = min(scene.low(place) for place in scene.base)
        versions = tuple(book.conversations.version for book in _distinct(*scene.books.values()))
        version = versions[0] if len(versions) == 1 else versions
        rows = scene.signs.rows_from(low)
        return self._lists.users(
            scene.relations, scene.wanted, edges, scene.previous, low, rows, version, later=self._can_wait(scene)
        )

    def _can_wait(self, scene: _Scene) -> bool:
        """Return whether a filter is of so many rows that what cells cannot answer comes after what they can."""
        rows = scene.signs.rows_from(scene.low("current"))
        return bool(scene.wanted) and scene.relations.found is None and rows > _SOON

    def _cells(self, scene: _Scene, place: str, period: Period) -> Cells:
        book, on, wanted = scene.books[place], scene.relations, scene.wanted
        returning = None
        if "users" in scene.tabs:
            # Nothing comes before all times.
            asked = Asked(on, wanted, (scene.asked, place), book.conversations.version)
            rows, low = scene.signs.rows_from(None), scene.low(place)
            first = _oldest(scene.base["current"], scene.signs)
            if scene.window.name == "all":
                returning = 0
            elif place == "current" or tells_new_users(period, first, period.seconds):
                returning = self._people.returning(asked, period, low, rows)
        cut = book.query.period is not None
        conversations, topics = self._sums["sentiment"].of(book.conversations.parts(), wanted, period, cut=cut)
        feedback = None
        if book.feedback is not None:
            feedback, _ = self._sums["feedback"].of(book.feedback.parts(), wanted, period, cut=cut)
        return Cells(
            conversations,
            topics=self._choice.topics.shown(topics, rest=book.query.kept is not None),
            feedback=feedback,
            returning_users=returning,
        )

    def _with_evaluations(self, scene: _Scene, inputs: Inputs) -> Inputs:
        """Add the evaluations, in a transaction of their own: who replaces their table locks it."""
        if not {"overview", "evaluation", "users"} & {*scene.tabs} or scene.relations.evaluations is None:
            return inputs
        self._evaluation_problem = None
        try:
            # The scores of single conversations are looked up among all evaluations, whatever the filter.
            books = _distinct(*scene.books.values(), scene.base["current"])
            due = [book for book in books if book.evaluations_are_due(scene.since, scene.low("current"), scene.signs)]
            asks = {book: partial(book.ask_evaluations, scene.since, scene.low("current")) for book in due}
            ahead = self.database.together(asks) if self._far else {}
            with self.database.transaction():
                for book in due:
                    book.read_evaluations(scene.since, scene.low("current"), scene.signs, ahead.get(book))
                    self._choice.topics.learn(book.evaluation_topics())
                if "evaluation" in scene.tabs:
                    for book in books:
                        book.read_disliked()
                return self._scored(scene, inputs)
        except SourceError as error:
            if error.lost or isinstance(error, Cancelled):
                raise
            self._evaluation_problem = Notice("source.evaluations_stale", {"table": "conversation_evaluation"})
            self._answers.offline = True
            try:
                return self._scored(scene, inputs)
            finally:
                self._answers.offline = False

    def _scored(self, scene: _Scene, inputs: Inputs) -> Inputs:
        on, wanted, lists = scene.relations, scene.wanted, self._lists
        version = scene.books["current"].evaluation_version
        before = inputs.before
        if before is not None and scene.previous is not None:
            before = self._judged(scene, before, "before", scene.previous)
        inputs = self._people.scored(inputs, Asked(on, wanted, scene.asked, version))
        asked = "evaluation" in scene.tabs
        known = scene.base["current"].evaluations
        return replace(
            inputs,
            current=self._judged(scene, inputs.current, "current", scene.window.period),
            before=before,
            worst=lists.worst(on, wanted, scene.window.period, version, later=self._can_wait(scene)) if asked else (),
            recent=inputs.recent if known is None else with_scores(inputs.recent, known),
        )

    def _judged(self, scene: _Scene, cells: Cells, place: str, period: Period) -> Cells:
        """Add the sums of a period's evaluations, reckoned again when the evaluations or the question are others."""
        book, wanted, topics = scene.books[place], scene.wanted, self._choice.topics
        rows, whole = book.evaluations, "evaluation" in scene.tabs
        if rows is None:
            return cells

        question = (wanted, period, whole, self._zone)
        scores = book.scores.get(question)
        if scores is None:
            chosen = matching(inside(rows, period, book.query.base), wanted, topics, self._zone)
            scores = summed(chosen, scene.relations.schema.criteria, book.disliked, whole=whole)
            book.scores[question] = scores
            while len(book.scores) > _SCORES:
                book.scores.popitem(last=False)
        return replace(
            cells,
            evaluations=scores.by_bucket,
            topic_scores=topics.shown(scores.by_topic, rest=book.query.kept is not None),
            judged=scores.judged,
            evaluated=scores.evaluated,
        )

    def _warnings(self, scene: _Scene) -> tuple[Notice, ...]:
        warnings = [*self.database.warnings, *scene.relations.schema.warnings]
        if scene.signs.highest is None:
            table = scene.relations.schema.conversations.name
            warnings.append(Notice("source.no_rows", {"table": table, "database": self.database.info.database}))
        warnings = list(self._lasting_warnings(scene.relations))
        untimed = sum(part.untimed for part in scene.base["current"].conversations.parts())
        if untimed:
            warnings.append(Notice("source.no_time", {"n": untimed}))
        if self._evaluation_problem is not None:
            warnings.append(self._evaluation_problem)
        warnings += map(Notice, sorted(self._answers.gaps))
        return tuple(warnings)

    def _lasting_warnings(self, on: Relations) -> tuple[Notice, ...]:
        missing = () if on.schema.evaluations else (Notice("source.no_evaluations"),)
        return (*self.database.warnings, *on.schema.warnings, *missing)


def _tuning(database: Database, settings: Settings) -> Tuning:
    tuning = Tuning(Limits(database.slice_keys), tail_seconds=settings.tail_seconds, tail_keys=settings.tail_keys)
    if database.one_writer:
        return replace(tuning, margin_keys=_FEW_KEYS, feedback_tail_keys=_FEW_KEYS)
    return tuning


def _since(window: Window, previous: Period | None) -> datetime | None:
    if window.name == "all":
        return None
    return min(window.start, previous.start) if previous is not None else window.start


def _distinct(*books: Book) -> Sequence[Book]:
    return list({id(book): book for book in books}.values())


def _oldest(book: Book, signs: Signs) -> datetime | None:
    """Return the time of the oldest conversation; where older ones were not read, one that is before any window."""
    low = book.conversations.low
    unread = low is not None and signs.lowest is not None and low > signs.lowest
    return EARLIEST if unread else _first_time(book)


def _first_time(book: Book) -> datetime | None:
    first = min((part.first for part in book.conversations.parts() if part.first is not None), default=None)
    return None if first is None else from_epoch(first)
