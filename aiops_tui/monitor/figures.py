"""From the rollups that a view rests on, and the few answers that are no sums, to the inputs of its panels."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

import polars as pl

from aiops_tui.metrics.days import day_edges
from aiops_tui.metrics.inputs import Cells, Inputs
from aiops_tui.metrics.users import tells_new_users
from aiops_tui.model.filters import Filter
from aiops_tui.model.panels import Notice
from aiops_tui.model.window import EARLIEST, Period, Window, bucket_edges, display_step, from_epoch
from aiops_tui.monitor.answers import Answers
from aiops_tui.monitor.books import Book
from aiops_tui.monitor.choice import TopicChoice
from aiops_tui.monitor.lists import Lists, Users, with_scores
from aiops_tui.monitor.naming import matching
from aiops_tui.monitor.opinions import Opinions
from aiops_tui.monitor.people import Asked, People
from aiops_tui.monitor.scores import inside, summed
from aiops_tui.monitor.sums import Sums
from aiops_tui.source.database import Database
from aiops_tui.source.probe import Signs
from aiops_tui.source.problems import Cancelled, SourceError
from aiops_tui.source.relations import Relations
from aiops_tui.source.users import Ranking

_SOON = 50_000
"""A question about more rows than this waits until the view has been shown without its answer."""

_SCATTERED = 2_000
"""Fewer than one row in so many takes long to come by."""

_SCORES = 8
"""Sums of scores kept: both periods of the view, and of those looked at before."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One view resolved: its bounds, the unfiltered books of both periods, those to count from, which users to tell of.

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
    ranked: Ranking

    @property
    def since(self) -> datetime | None:
        """The earliest time that either period needs, None for all times."""
        return since_of(self.window, self.previous)

    def low(self, place: str) -> int:
        """Return a key below which no conversation of a period lies."""
        period = self.window.period if place == "current" or self.previous is None else self.previous
        return self.base[place].first_key_in(period.start)


class Figures:
    """Reckons with what books hold, and asks for what they cannot tell; every method may raise SourceError."""

    def __init__(self, database: Database, answers: Answers, choice: TopicChoice, zone: ZoneInfo) -> None:
        self.lists = Lists(database, answers)
        self.evaluation_problem: Notice | None = None
        """Why evaluations could not be read when they were last needed."""
        self._database = database
        self._answers = answers
        self._choice = choice
        self._people = People(database, answers)
        self._opinions = Opinions(database, answers)
        self.show_zone(zone)

    def show_zone(self, zone: ZoneInfo) -> None:
        """Sum up by the days of a zone from now on."""
        self._zone = zone
        self._sums = {name: Sums(self._choice.topics, name, zone) for name in ("sentiment", "feedback")}

    def counted(self, book: Book, wanted: Filter, period: Period) -> int:
        """Return how many conversations of a book and a period a filter lets through."""
        parts, cut = book.conversations.parts(), book.query.period is not None
        return int(self._sums["sentiment"].of(parts, wanted, period, cut=cut)[0]["n"].sum())

    def inputs(self, scene: Scene) -> Inputs:
        """Return all but what evaluations tell."""
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
            total=self.lists.total(on, signs) if overview else None,
            topics_total=self._choice.total,
            users=users.by_bucket if overview and users is not None else None,
            users_by_day=None if daily is None else daily.by_bucket,
            recent=self.lists.recent(on, wanted, window.period, low, version, later=can_wait and scattered)
            if overview or one_user
            else (),
            of_one_user=one_user,
            # The history knows nothing of what a filter asks for.
            history=self.lists.history(on, signs) if "sentiment" in scene.tabs and not wanted else None,
            first=oldest(scene.base["current"], signs),
        )
        if people:
            asked = Asked(on, wanted, scene.asked, version)
            inputs = self._people.first(inputs, asked, low, rows, scene.ranked)
        if "feedback" in scene.tabs and on.feedback is not None:
            low = scene.base["current"].first_feedback_in(window.start)
            inputs = self._opinions.add_to(inputs, on, wanted, low, scene.books["current"].version, later=can_wait)
        return inputs

    def _users(self, scene: Scene, edges: Sequence[datetime]) -> Users | None:
        low = min(scene.low(place) for place in scene.base)
        versions = tuple(book.conversations.version for book in distinct(*scene.books.values()))
        version = versions[0] if len(versions) == 1 else versions
        rows = scene.signs.rows_from(low)
        return self.lists.users(
            scene.relations, scene.wanted, edges, scene.previous, low, rows, version, later=self._can_wait(scene)
        )

    def _can_wait(self, scene: Scene) -> bool:
        """Return whether a filter is of so many rows that what cells cannot answer comes after what they can."""
        rows = scene.signs.rows_from(scene.low("current"))
        return bool(scene.wanted) and scene.relations.found is None and rows > _SOON

    def _cells(self, scene: Scene, place: str, period: Period) -> Cells:
        book, on, wanted = scene.books[place], scene.relations, scene.wanted
        returning = None
        if "users" in scene.tabs:
            # Nothing comes before all times.
            asked = Asked(on, wanted, (scene.asked, place), book.conversations.version)
            rows, low = scene.signs.rows_from(None), scene.low(place)
            first = oldest(scene.base["current"], scene.signs)
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

    def with_evaluations(self, scene: Scene, inputs: Inputs, *, far: bool) -> Inputs:
        """Add the evaluations, in a transaction of their own: who replaces their table locks it."""
        if not {"overview", "evaluation", "users"} & {*scene.tabs} or scene.relations.evaluations is None:
            return inputs
        self.evaluation_problem = None
        try:
            # The scores of single conversations are looked up among all evaluations, whatever the filter.
            whole = scene.base["current"].judgements
            judged = list(dict.fromkeys([whole, *(book.judgements for book in scene.books.values())]))
            asked = scene.since, scene.low("current"), scene.signs
            due = [some for some in judged if some.are_due(*asked)]
            asks = {some: partial(some.ask, *asked, whole) for some in due}
            ahead = self._database.together(asks) if far else {}
            with self._database.transaction():
                for some in due:
                    some.read(*asked, whole, ahead.get(some))
                    self._choice.topics.learn(some.topics())
                if "evaluation" in scene.tabs:
                    for some in judged:
                        some.read_disliked()
                return self._scored(scene, inputs)
        except SourceError as error:
            if error.lost or isinstance(error, Cancelled):
                raise
            self.evaluation_problem = Notice("source.evaluations_stale", {"table": "conversation_evaluation"})
            self._answers.offline = True
            try:
                return self._scored(scene, inputs)
            finally:
                self._answers.offline = False

    def _scored(self, scene: Scene, inputs: Inputs) -> Inputs:
        on, wanted, lists = scene.relations, scene.wanted, self.lists
        version = scene.books["current"].judgements.version
        before = inputs.before
        if before is not None and scene.previous is not None:
            before = self._judged(scene, before, "before", scene.previous)
        if "users" in scene.tabs:
            low, asked_of = scene.low("current"), Asked(on, wanted, scene.asked, version)
            inputs = self._people.scored(inputs, asked_of, low, scene.signs.rows_from(low), scene.ranked)
        asked = "evaluation" in scene.tabs
        known = scene.base["current"].judgements.rows
        return replace(
            inputs,
            current=self._judged(scene, inputs.current, "current", scene.window.period),
            before=before,
            worst=lists.worst(on, wanted, scene.window.period, version, later=self._can_wait(scene)) if asked else (),
            recent=inputs.recent if known is None else with_scores(inputs.recent, known),
        )

    def _judged(self, scene: Scene, cells: Cells, place: str, period: Period) -> Cells:
        """Add the sums of a period's evaluations, reckoned again when the evaluations or the question are others."""
        book, wanted, topics = scene.books[place], scene.wanted, self._choice.topics
        judged, whole = book.judgements, "evaluation" in scene.tabs
        if judged.rows is None:
            return cells
        question = (wanted, period, whole, self._zone)
        scores = judged.scores.get(question)
        if scores is None:
            rows, bucket = judged.rows, pl.col("seconds") // book.query.base * book.query.base
            conditions = [*inside(rows, period), *matching(rows, wanted, topics, self._zone, bucket)]
            chosen = (rows.filter(*conditions) if conditions else rows).with_columns(bucket=bucket)
            scores = summed(chosen, scene.relations.schema.criteria, judged.disliked, whole=whole)
            judged.scores[question] = scores
            while len(judged.scores) > _SCORES:
                judged.scores.popitem(last=False)
        return replace(
            cells,
            evaluations=scores.by_bucket,
            topic_scores=topics.shown(scores.by_topic, rest=book.query.kept is not None),
            judged=scores.judged,
            evaluated=scores.evaluated,
        )

    def warnings(self, scene: Scene) -> tuple[Notice, ...]:
        """Return what is to be told beside a scene."""
        warnings = list(self.lasting_warnings(scene.relations))
        if scene.signs.highest is None:
            table = scene.relations.schema.conversations.name
            warnings.append(Notice("source.no_rows", {"table": table, "database": self._database.info.database}))
        untimed = sum(part.untimed for part in scene.base["current"].conversations.parts())
        if untimed:
            warnings.append(Notice("source.no_time", {"n": untimed}))
        if self.evaluation_problem is not None:
            warnings.append(self.evaluation_problem)
        warnings += map(Notice, sorted(self._answers.gaps))
        return tuple(warnings)

    def lasting_warnings(self, on: Relations) -> tuple[Notice, ...]:
        """Return what is to be told of the connection and the tables, whatever is shown."""
        missing = () if on.schema.evaluations else (Notice("source.no_evaluations"),)
        return (*self._database.warnings, *on.schema.warnings, *missing)


def since_of(window: Window, previous: Period | None) -> datetime | None:
    """Return the earliest time that a window or the period before it needs, None for all times."""
    if window.name == "all":
        return None
    return min(window.start, previous.start) if previous is not None else window.start


def distinct(*books: Book) -> Sequence[Book]:
    """Return each book once."""
    return list({id(book): book for book in books}.values())


def oldest(book: Book, signs: Signs) -> datetime | None:
    """Return the time of the oldest conversation; where older ones were not read, one that is before any window."""
    low = book.conversations.low
    unread = low is not None and signs.lowest is not None and low > signs.lowest
    return EARLIEST if unread else first_time(book)


def first_time(book: Book) -> datetime | None:
    """Return the time of the oldest conversation that was read, None if none was."""
    first = min((part.first for part in book.conversations.parts() if part.first is not None), default=None)
    return None if first is None else from_epoch(first)
