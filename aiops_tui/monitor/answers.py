"""Answers of the database that are no sums, kept until what they rest on changes."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from aiops_tui.source.database import Database
from aiops_tui.source.problems import SourceError

T = TypeVar("T")

_MOST = 64


def _in_time(ask: Callable[[], T], database: Database) -> T | None:
    try:
        with database.spared():
            return ask()
    except SourceError as error:
        if error.notice.id != "source.timeout":
            raise
        return None


@dataclass(frozen=True, slots=True)
class _Answer:
    """``version`` is that of its rows, ``wanted`` the one last asked about; it may be renewed when it is ``due``.

    ``asked`` is when it was asked, on the monotonic clock as all moments here.
    """

    value: Any
    version: Hashable
    wanted: Hashable
    seconds: float
    due: float
    asked: float
    ask: Callable[[], Any]


class Answers:
    """A small cache: an answer whose rows have changed is asked for again, dear ones not before they have earned it."""

    def __init__(self, share: float, *, at_once: bool = True) -> None:
        self._share = share
        self._at_once = at_once
        self._put_off: set[Hashable] = set()
        self.gaps: set[str] = set()
        """Notices of what could not be answered in the time that a statement may take."""
        self._kept: OrderedDict[Hashable, _Answer] = OrderedDict()
        self._ahead: Mapping[Hashable, Any] = {}
        self._ahead_seconds = 0.0
        self._foreseen: dict[Hashable, Callable[[], Any]] | None = None
        self._moment = 0.0
        self.offline = False
        """Whether nothing can be asked now: what is known is given, None else."""
        self.stale_until: float | None = None
        """When an answer given stale may be asked for anew, on the monotonic clock."""
        self.stale_since: float | None = None
        """When the oldest of the answers given stale was asked for, on the monotonic clock."""

    def of(self, question: Hashable, version: Hashable, ask: Callable[[], T], *, patient: bool = True) -> T:
        """Return the answer to a question, asking if it is new, or if ``version`` moved.

        A ``patient`` question is asked again only when asking takes less than ``share`` of the time.
        """
        known = self._kept.get(question)
        if self.offline:
            return cast("T", known.value if known else None)
        if known is not None and (known.version == version or self._moment < known.due):
            if known.version != version:
                self.stale_until = known.due if self.stale_until is None else min(self.stale_until, known.due)
                self.stale_since = known.asked if self.stale_since is None else min(self.stale_since, known.asked)
            self._kept[question] = replace(known, wanted=version, ask=ask)
            self._kept.move_to_end(question)
            return cast("T", known.value)
        if self._foreseen is not None:
            self._foreseen[question] = ask
            return cast("T", known.value if known else None)
        started = time.monotonic()
        if question in self._ahead:
            value, seconds = cast("T", self._ahead[question]), known.seconds if known else self._ahead_seconds
        else:
            value = ask()
            seconds = time.monotonic() - started
        due = time.monotonic() + seconds / self._share if patient else 0.0
        self._kept[question] = _Answer(value, version, version, seconds, due, started, ask)
        self._kept.move_to_end(question)
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)
        return value

    def tried(
        self,
        question: Hashable,
        version: Hashable,
        ask: Callable[[], T],
        database: Database,
        missing: str,
        *,
        later: bool = False,
    ) -> T | None:
        """Return the answer to a question that may be too dear, None, with the notice ``missing``, if it is.

        One that can wait for ``later`` is None until the view has been shown without it.
        """
        if later and not self._at_once and question not in self._kept and question not in self._put_off:
            if self._foreseen is None:
                self._put_off.add(question)
                self.stale_until = 0.0
            return None
        self._put_off.discard(question)
        value = self.of(question, version, lambda: _in_time(ask, database))
        if value is None and not self.offline:
            self.gaps.add(missing)
        return value

    def recall(
        self, question: Hashable, value: object, taken_at: float, seconds: float, ask: Callable[[], Any]
    ) -> None:
        """Take over an answer of an earlier run for as long as that run would have given it without asking anew."""
        left = taken_at + seconds / self._share - time.time()
        if question not in self._kept and 0 < left <= seconds / self._share:
            now = time.monotonic()
            self._kept[question] = _Answer(value, None, None, seconds, now + left, now - (time.time() - taken_at), ask)

    def questions(self, versions: Collection[Hashable]) -> dict[Hashable, Callable[[], Any]]:
        """Return what will be asked again once these versions have moved."""
        now = self._moment
        return {key: known.ask for key, known in self._kept.items() if known.wanted in versions and known.due <= now}

    def begin(self) -> None:
        """Set the moment by which answers are due; what was missing or stale until now was told."""
        self._moment, self._ahead = time.monotonic(), {}
        self.stale_until = self.stale_since = None
        self.gaps.clear()

    def foresee(self, work: Callable[[], object]) -> dict[Hashable, Callable[[], Any]]:
        """Return what some work is going to ask; nothing is asked, and what is not known is None meanwhile."""
        gaps, self._foreseen = set(self.gaps), {}
        try:
            work()
            return self._foreseen
        finally:
            self._foreseen, self.gaps = None, gaps

    def expect(self, answers: Mapping[Hashable, Any], seconds: float = 0.0) -> None:
        """Take answers that were asked ahead, to be given when they are asked for; all took so many ``seconds``."""
        self._ahead, self._ahead_seconds = answers, seconds / max(len(answers), 1)

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
