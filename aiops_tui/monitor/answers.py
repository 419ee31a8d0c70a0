"""Answers of the database that are no sums, kept until what they rest on changes."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
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
    value: Any
    version: Hashable
    taken_at: float
    seconds: float


class Answers:
    """A small cache: an answer whose rows have changed is asked for again, dear ones not before they have earned it."""

    def __init__(self, share: float, *, at_once: bool = True) -> None:
        self._share = share
        self._at_once = at_once
        self._put_off: set[Hashable] = set()
        self.gaps: set[str] = set()
        """Notices of what could not be answered in the time that a statement may take; whoever asks anew clears it."""
        self._kept: OrderedDict[Hashable, _Answer] = OrderedDict()
        self.stale_until: float | None = None
        """When an answer given stale may be asked for anew, on the monotonic clock."""

    def of(self, question: Hashable, version: Hashable, ask: Callable[[], T], *, patient: bool = True) -> T:
        """Return the answer to a question, asking if it is new, or if ``version`` moved.

        A ``patient`` question is asked again only when asking takes less than ``share`` of the time.
        """
        known = self._kept.get(question)
        now = time.monotonic()
        if known is not None and (
            known.version == version or (patient and now - known.taken_at < known.seconds / self._share)
        ):
            self._kept.move_to_end(question)
            if known.version != version:
                due = known.taken_at + known.seconds / self._share
                self.stale_until = due if self.stale_until is None else min(self.stale_until, due)
            return cast("T", known.value)
        value = ask()
        self._kept[question] = _Answer(value, version, now, time.monotonic() - now)
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
            self._put_off.add(question)
            self.stale_until = 0.0
            return None
        self._put_off.discard(question)
        value = self.of(question, version, lambda: _in_time(ask, database))
        if value is None:
            self.gaps.add(missing)
        return value

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
