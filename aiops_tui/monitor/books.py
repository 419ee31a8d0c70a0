"""The rollups that one filter and base bucket need, kept up to date together."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import polars as pl

from aiops_tui.model.filters import is_score
from aiops_tui.model.window import EARLIEST, Period, epoch
from aiops_tui.monitor.bounds import Bounds
from aiops_tui.monitor.judgements import Judgements, KeptRows
from aiops_tui.monitor.waiting import Waiting
from aiops_tui.source.cells import (
    CELLS,
    FEEDBACK_CELLS,
    HIGH,
    LOW,
    CellQuery,
    conversation_cells,
    feedback_cells,
)
from aiops_tui.source.database import Database, Statement, first_value
from aiops_tui.source.disorder import Disorder
from aiops_tui.source.lookups import key_below, tail_key
from aiops_tui.source.opinions import rated_after
from aiops_tui.source.probe import Signs
from aiops_tui.source.relations import Relations
from aiops_tui.source.rollup import KeyRollup, Limits, Segment, merged

T = TypeVar("T")
Asks = dict[Hashable, Callable[[], Any]]
_SAID = ("feedback", "reason")

_STEPS = 100
"""What is read by keys that are known is cut into at most so many segments."""

Recall = Callable[["Book", Signs], "Kept | None"]
"""Returns what an earlier run kept of a book."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """How rollups are cut. ``seconds`` and ``keys`` bound the tail, ``margin_keys`` lie below it for safety.

    Bounds found by bisection are widened by ``disorder`` at least; tables of fewer than ``whole_keys`` keys are read
    from their first. Of ``waiting_keys`` that may have been analysed, at most twice ``looked_at_keys`` are asked about
    at each poll if the database does not count updates. Evaluations, which have no key, are read again at most every
    ``evaluation_seconds``; answers that are no sums take at most about ``share`` of the time.
    """

    limits: Limits
    tail_seconds: float = 600.0
    tail_keys: int = 20_000
    margin_keys: int = 1_000
    whole_keys: int = 50_000
    disorder: timedelta = timedelta(hours=6)
    feedback_tail_keys: int = 2_000
    evaluation_seconds: float = 60.0
    waiting_keys: int = 2_000
    looked_at_keys: int = 150
    share: float = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """Segments that an earlier run counted, in order of keys, and since when they have not been recounted."""

    conversations: Sequence[Segment]
    feedback: Sequence[Segment]
    reconciled_at: datetime
    rows: KeptRows | None = None
    disorder: timedelta = timedelta(0)


class Book:
    """Cells of conversations, feedback and evaluations for one `CellQuery`."""

    def __init__(
        self, database: Database, relations: Relations, query: CellQuery, tuning: Tuning, recall: Recall | None = None
    ) -> None:
        self.query = query
        self._recall = recall
        self.relations = relations
        self.judgements = Judgements(database, relations, query, tuning.evaluation_seconds)
        self.reconciled_at: datetime | None = None
        self._database = database
        self._tuning = tuning
        self._signs: Signs | None = None
        self._seen: deque[tuple[float, int]] = deque()
        self._waiting = Waiting(database, tuning.waiting_keys, tuning.looked_at_keys)
        self._covered: datetime | None = None
        self.bounds = Bounds(database, tuning.disorder, tuning.whole_keys)
        self._looked_at = -1
        self._round_began: datetime | None = None
        self._round_done: set[str] = set()
        self._rounds = 0
        self._judged_anew: set[int] = set()
        self._ahead: dict[Hashable, Any] = {}
        self._recounting = False
        self._prepared: dict[Hashable, Statement] = {}
        self.conversations = KeyRollup(self._read_conversations, self._below_conversation, tuning.limits)
        self.feedback: KeyRollup | None = None
        if relations.feedback is not None:
            limits = replace(tuning.limits, freeze_keys=min(tuning.limits.freeze_keys, tuning.feedback_tail_keys))
            self.feedback = KeyRollup(self._read_feedback, self._below_feedback, limits)

    @property
    def version(self) -> tuple[int, int, int]:
        """Changes when any cell does."""
        feedback = self.feedback.version if self.feedback is not None else 0
        return self.conversations.version, feedback, self.judgements.version

    @property
    def is_of_scores(self) -> bool:
        """Whether the filter asks for scores."""
        return any(map(is_score, self.query.wanted.terms))

    @property
    def versions(self) -> set[Hashable]:
        """What moves when conversations do or feedback does."""
        signs = self._signs
        return {self.conversations.version, self.version, None if signs is None else signs.conversations}

    def covers(self, since: datetime) -> bool:
        """Return whether everything of a time on was read."""
        return self._covered is not None and self._covered <= since

    def first_keys(self, since: datetime, signs: Signs) -> dict[str, Callable[[], int]]:
        """Return what asks for keys of conversations and of feedback below which hardly a row of a time on lies."""
        return {
            "conversations": partial(self.bounds.first_key, self.relations, since, signs),
            "feedback": partial(self.bounds.first_feedback, self.relations, since, signs),
        }

    def cover(self, since: datetime | None, signs: Signs, whole: Book | None = None) -> Iterator[tuple[int, int]]:
        """Read what is missing from a time on (None: all), in short steps of (keys done, keys in all).

        The ``whole`` book of the same rows, no filter being asked for, knows already where conversations lie.
        """
        lowest, highest = self._lowest(signs), signs.highest or 0
        from_first = since is None or highest - lowest <= self._tuning.whole_keys
        kept = None
        if self.conversations.tail_low is None:
            self._begin(signs, whole)
            kept = self._recall(self, signs) if self._recall is not None else None
        start = EARLIEST if since is None else since
        if from_first or self._covered is None or start < self._covered:
            if kept is not None:
                self.bounds.disorder = Disorder(kept.disorder)
            if from_first:
                low = lowest
            else:
                low = self._first_key(start, signs) if whole is None else whole.first_key_in(start)
            if kept is not None:
                yield from self._take_over(kept, low, lowest)
            yield from self.conversations.fill(low)
        if not from_first:
            yield from self._widen(start, signs)
        # What lies further below was read when everything was recounted, of later times alone perhaps.
        yield from self.conversations.fill(self.conversations.low or 0, since)
        if self.feedback is not None and signs.lowest_feedback is not None:
            known = self._covered is not None and self._covered <= start
            have = self.feedback.low if known else None
            low = (whole or self).bounds.first_feedback(self.relations, since, signs) if have is None else have
            if kept is not None:
                yield from self.feedback.take_over(kept.feedback, low, signs.lowest_feedback)
            yield from self.feedback.fill(low)
        self._covered = start if self._covered is None else min(start, self._covered)

    def _widen(self, start: datetime, signs: Signs) -> Iterator[tuple[int, int]]:
        """Read on below what was read of a time on, as far as the disorder among its rows advises."""
        if self._looked_at != self.conversations.version:
            if self.bounds.are_too_narrow(self.conversations.parts(), signs.now):
                yield from self.conversations.fill(self._first_key(start, signs))
            self._looked_at = self.conversations.version

    def cover_everything(self, since: datetime | None, signs: Signs) -> Iterator[tuple[int, int]]:
        """Read what rows of a time on may lie anywhere below, as late ones do; costs a pass over the whole table."""
        yield from self.conversations.fill(min(self._lowest(signs), self.conversations.low or 0), since)
        if self.feedback is not None and signs.lowest_feedback is not None:
            yield from self.feedback.fill(signs.lowest_feedback, since)

    def questions(self, signs: Signs) -> Asks:
        """Return what `refresh` will ask, as far as that can be told before."""
        before, asks = self._signs, Asks()
        if before is None or before.conversations != signs.conversations:
            rollup, target = self.conversations, self._settled(signs)
            top, low = rollup.tail_low or 0, rollup.tail_from(target)
            if waiting := self._waiting.due(signs):
                asks["waiting"] = partial(self._waiting.ask, self.relations, waiting)
            if low > top:
                asks["rows", top, low] = partial(self._ask_conversations, top, low, None)
            if low > self._waiting.looked_to:
                asks["unanalysed", self._waiting.looked_to, low] = partial(self._waiting.look, self.relations, low)
            asks["rows", low, None] = partial(self._ask_conversations, low, None, None)
        if self.feedback is not None and (before is None or before.feedback != signs.feedback):
            top, low = self.feedback.tail_low or 0, self.feedback.tail_from(self._settled_feedback(signs))
            if low > top:
                asks["feedback", top, low] = partial(self._ask_feedback, top, low, None)
            asks["feedback", low, None] = partial(self._ask_feedback, low, None, None)
        return asks

    def refresh(self, signs: Signs, ahead: Mapping[Hashable, Any]) -> None:
        """Bring the tails up to date, and what is known to be waiting for its sentiment.

        ``ahead`` are answers to `questions`; what is not among them is asked.
        """
        self._ahead = dict(ahead)
        try:
            self._refresh(signs)
        finally:
            self._ahead = {}

    def _refresh(self, signs: Signs) -> None:
        before = self._signs
        self._recount_judged()
        if before is None or before.conversations != signs.conversations:
            if signs.lowest is not None:
                self.conversations.drop_below(signs.lowest)
                if before is not None and before.lowest != signs.lowest:
                    self.conversations.recount_key(signs.lowest)
            self._recount_analysed(self._waiting.due(signs))
            self._move_tail(signs)
            self.conversations.read_tail()
        if self.feedback is not None and (before is None or before.feedback != signs.feedback):
            if before is not None and self.query.wanted.of(_SAID):
                self._recount_rated(before.highest_feedback or 0)
            if signs.lowest_feedback is not None:
                self.feedback.drop_below(signs.lowest_feedback)
            self.feedback.freeze(self._settled_feedback(signs))
            self.feedback.read_tail()
        # Only now, for whatever fails above has to be done again.
        self._signs = signs
        self._waiting.asked(signs)
        self._seen.append((time.monotonic(), signs.highest or 0))

    def adopt(self, relations: Relations) -> None:
        """Go on with tables of which those of the evaluations alone were made anew."""
        self.relations = relations
        self._prepared.clear()
        self.judgements.adopt(relations)

    def narrow(self, relations: Relations) -> None:
        """Go on with what is known by now of the rows that the filter lets through."""
        if relations.found is not self.relations.found:
            self.relations = self.judgements.relations = relations
            self._prepared.clear()

    def first_key_in(self, start: datetime) -> int:
        """Return a key below which no counted row lies at or after a time."""
        return self.conversations.first_key_in(epoch(start) - self.query.base)

    def first_feedback_in(self, start: datetime) -> int:
        """Return a key of feedback below which none that was counted lies at or after a time."""
        return 0 if self.feedback is None else self.feedback.first_key_in(epoch(start) - self.query.base)

    def recount_next(self, now: datetime) -> bool:
        """Recount one frozen segment, in turn, and say whether it had changed; a round sets ``reconciled_at``."""
        if self._round_began is None:
            self._round_began = now
        rollups = {"conversations": self.conversations}
        if self.feedback is not None:
            rollups["feedback"] = self.feedback
        name = next(name for name in rollups if name not in self._round_done)
        self._recounting = True
        try:
            changed, finished = rollups[name].recount_next()
        finally:
            self._recounting = False
        if finished:
            self._round_done.add(name)
        if self._round_done >= rollups.keys():
            self.reconciled_at = self._round_began
            self._rounds += 1
            self._round_began = None
            self._round_done = set()
        return changed

    def recount_all(self, now: datetime) -> Iterator[tuple[int, int]]:
        """Recount every frozen segment, yielding (segments done, segments in all)."""
        for rollup in (self.conversations, self.feedback):
            if rollup is not None:
                rollup.restart_recount()
        self._round_began, self._round_done, rounds = now, set(), self._rounds
        steps = max(sum(len(r.segments) for r in (self.conversations, self.feedback) if r is not None), 1)
        done = 0
        while self._rounds == rounds:
            self.recount_next(now)
            done += 1
            yield min(done, steps), steps
        self._signs = None

    def _take_over(self, kept: Kept, low: int, lowest: int) -> Iterator[tuple[int, int]]:
        """Go on with what an earlier run counted, which claims no more than that run could."""
        before = self.conversations.tail_low
        yield from self.conversations.take_over(kept.conversations, low, lowest)
        if self.conversations.low != before:
            self.reconciled_at = kept.reconciled_at
        if kept.rows is not None:
            self.judgements.take_over(kept.rows)

    def _begin(self, signs: Signs, whole: Book | None) -> None:
        highest = signs.highest if signs.highest is not None else -1
        lowest = self._lowest(signs)
        self.reconciled_at = signs.now
        if self.feedback is not None:
            highest_feedback = signs.highest_feedback or 0
            self.feedback.start(max(highest_feedback - self._tuning.feedback_tail_keys, signs.lowest_feedback or 0))
        if whole is not None and whole.conversations.tail_low is not None:
            self.conversations.start(whole.conversations.tail_low)
            self._waiting.take_over(whole._waiting, signs)
            return
        floor = max(highest - self._tuning.tail_keys + 1, lowest)
        since = int(epoch(signs.now) - self._tuning.tail_seconds)
        found = self._database.rows(tail_key(self.relations, since, floor)) if highest >= 0 else []
        first = found[0][0] if found and found[0][0] is not None else highest + 1
        # Keys are taken before the commit: one that is still open may lie a little below the first that is seen.
        self.conversations.start(max(first - self._tuning.margin_keys, floor))
        self._waiting.begin(signs, floor)
        # Before these rows are counted: what is analysed meanwhile is counted again.
        self._remember_waiting()

    def _move_tail(self, signs: Signs) -> None:
        """Freeze what was visible long enough ago that no open transaction can still add to it."""
        self.conversations.freeze(self._settled(signs))
        self._remember_waiting()

    def _remember_waiting(self) -> None:
        """Take note of the rows below the tail that were not analysed yet, to ask about them again."""
        low, high = self._waiting.looked_to, self.conversations.tail_low or 0
        if high > low:
            ask = partial(self._waiting.look, self.relations, high)
            self._waiting.remember(self._answer(("unanalysed", low, high), ask), high)

    def _settled(self, signs: Signs) -> int:
        """Return the key below which no open transaction can still add to."""
        long_ago = time.monotonic() - self._tuning.tail_seconds
        while len(self._seen) > 1 and self._seen[1][0] <= long_ago:
            self._seen.popleft()
        settled = bool(self._seen) and self._seen[0][0] <= long_ago
        by_time = self._seen[0][1] - self._tuning.margin_keys if settled else 0
        return max(by_time, (signs.highest or 0) - self._tuning.tail_keys)

    def _settled_feedback(self, signs: Signs) -> int:
        return (signs.highest_feedback or 0) - self._tuning.feedback_tail_keys

    def _recount_analysed(self, keys: list[int]) -> None:
        """Recount the segments of those rows that were not analysed when last seen, and are now."""
        if not keys:
            return
        still = self._answer("waiting", partial(self._waiting.ask, self.relations, keys))
        self._recount_of(self._waiting.forget(keys, still))

    def _recount_rated(self, seen: int) -> None:
        """Recount the segments of conversations that a filter may let through by what was said of them since then."""
        rows = self._database.rows(rated_after(self.relations, seen, self._tuning.feedback_tail_keys))
        self._recount_of(row[0] for row in rows if row[0] is not None)

    def judged_anew(self, conversations: Iterable[int]) -> None:
        """Count those again, the next time, that a filter may let through no more or only now, having been judged."""
        self._judged_anew.update(conversations)

    def _recount_judged(self) -> None:
        if not self._judged_anew:
            return
        self._recount_of(self._judged_anew)
        if max(self._judged_anew) >= (self.conversations.tail_low or 0):
            self.conversations.read_tail()
        if self.feedback is not None:
            # Which feedback those conversations have is not known.
            for key in [segment.low for segment in self.feedback.segments]:
                self.feedback.recount_key(key)
            self.feedback.read_tail()
        self._judged_anew.clear()

    def _recount_of(self, keys: Iterable[int]) -> None:
        segments = {id(s): key for key in keys if (s := self.conversations.segment_of(key)) is not None}
        for key in segments.values():
            self.conversations.recount_key(key)

    def _lowest(self, signs: Signs) -> int:
        return signs.lowest if signs.lowest is not None else 0

    def _first_key(self, since: datetime, signs: Signs) -> int:
        return self.bounds.first_key(self.relations, since, signs)

    def _answer(self, question: Hashable, ask: Callable[[], T]) -> T:
        """Return what was asked ahead, or ask."""
        answer: T = self._ahead.pop(question) if question in self._ahead else ask()
        return answer

    def _read_conversations(self, low: int, high: int | None, period: Period | None) -> pl.DataFrame:
        return self._answer(("rows", low, high), partial(self._ask_conversations, low, high, period))

    def _read_feedback(self, low: int, high: int | None, period: Period | None) -> pl.DataFrame:
        return self._answer(("feedback", low, high), partial(self._ask_feedback, low, high, period))

    def _ask_conversations(self, low: int, high: int | None, period: Period | None) -> pl.DataFrame:
        found = self.relations.found
        if found is not None and not self._recounting and found.tells_none(low, high):
            return pl.DataFrame(schema=CELLS)
        statement, values = self._between(conversation_cells, low, high, period)
        return merged(self._database.frame(statement, CELLS, values))

    def _ask_feedback(self, low: int, high: int | None, period: Period | None) -> pl.DataFrame:
        statement, values = self._between(feedback_cells, low, high, period)
        return self._database.frame(statement, FEEDBACK_CELLS, values)

    def _between(
        self, cells: Callable[..., Statement], low: int, high: int | None, period: Period | None
    ) -> tuple[Statement, dict[str, Any]]:
        """Return a statement about keys, and the keys: what is asked at each poll is not made anew each time."""
        # A recount takes nothing for known.
        found = None if self._recounting else self.relations.found
        by_key = found is not None and cells is conversation_cells
        if found is not None and by_key and high is not None and high <= found.high:
            found = found.closed
        kind = cells, high is None, period, None if found is None else found.is_all
        if kind not in self._prepared:
            bounds = (LOW, None if high is None else HIGH)
            on = self.relations if found is self.relations.found else self.relations.knowing(found=found)
            self._prepared[kind] = cells(on, self._limited(period), *bounds)
        known = found.between(low, high) if found is not None and by_key else {}
        return self._prepared[kind], {"low": low, **({} if high is None else {"high": high}), **known}

    def _below_conversation(self, top: int, rows: int) -> int | None:
        known = self.relations.found
        if known is not None:
            # What is read is few whatever the step.
            return top - (known.high - known.low) // _STEPS
        found: int | None = first_value(self._database.rows(key_below(self.relations.key, top, rows)))
        return found

    def _below_feedback(self, top: int, rows: int) -> int | None:
        assert self.relations.feedback is not None  # noqa: S101
        found: int | None = first_value(self._database.rows(key_below(self.relations.feedback.c.key, top, rows)))
        return found

    def _limited(self, period: Period | None) -> CellQuery:
        query = self.query
        if period is None or query.period is not None:
            return query
        return CellQuery(query.base, query.wanted, period, query.kept)
