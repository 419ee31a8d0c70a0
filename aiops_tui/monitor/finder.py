"""Looks once for the conversations that a user's name or a text lets through, so that nobody looks for them again."""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterator, Sequence

from aiops_tui.model.filters import Filter
from aiops_tui.source.database import Database
from aiops_tui.source.found import Found, dear_part
from aiops_tui.source.lookups import keys_of
from aiops_tui.source.problems import SourceError
from aiops_tui.source.relations import Relations

MOST = 30_000
"""More conversations than these are not worth a list of their own: counting them takes longer than finding them."""

LEAST = 50_000
"""Fewer keys than these are looked at as they are, each time."""

_FILTERS = 4
_STEP = 2_000_000
_STEPS = 100
"""A stretch is looked through in steps of so many keys, in at most so many steps where keys are sparse."""


class Finder:
    """What was found of the last few filters; every method may raise SourceError."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[Filter, Found] = OrderedDict()
        self._too_many: dict[Filter, int] = {}
        """From which key on there were too many."""

    def find(self, on: Relations, wanted: Filter, low: int, high: int) -> Iterator[tuple[int, int]]:
        """Look through the keys ``low <= key < high`` for what a filter lets through, the newest first.

        Yields (keys done, keys in all). What was looked at before is not looked at again.
        """
        part = dear_part(wanted)
        known = self._known.get(part)
        if not part or high - low < LEAST or low <= self._too_many.get(part, low - 1):
            return
        if known is not None and high - known.high > LEAST:
            known = self._joined(known, known.high, high, self._keys(on, part, known.high, high, MOST + 1))
        known = known or Found(part, high, high, (), on.on.postgres)
        top, step = known.low, self._step(known.low - low)
        bottom = known.low
        while True:
            if len(known.keys) > MOST:
                self._known.pop(part, None)
                self._too_many[part] = low
                return
            self._keep(known)
            if bottom <= low:
                return
            bottom = max(bottom - step, low)
            try:
                keys = self._keys(on, part, bottom, known.low, MOST + 1 - len(known.keys))
            except SourceError as error:
                if error.notice.id != "source.timeout":
                    raise
                self._too_many[part] = low
                return
            known = self._joined(known, bottom, known.low, keys)
            yield top - bottom, top - low

    def known(self, wanted: Filter) -> Found | None:
        """Return what was found of a part of a filter."""
        return self._known.get(dear_part(wanted)) if wanted else None

    def look_again(self, on: Relations, wanted: Filter, low: int, high: int) -> None:
        """Look once more at keys whose rows have changed."""
        known = self.known(wanted)
        if known is not None:
            low, high = max(low, known.low), min(high, known.high)
            if low < high:
                self._keep(self._joined(known, low, high, self._keys(on, known.wanted, low, high, 2 * MOST)))

    def clear(self) -> None:
        """Forget everything."""
        self._known.clear()
        self._too_many.clear()

    def _keep(self, found: Found) -> None:
        self._known[found.wanted] = found
        self._known.move_to_end(found.wanted)
        while len(self._known) > _FILTERS:
            self._known.popitem(last=False)

    def _keys(self, on: Relations, part: Filter, low: int, high: int, limit: int) -> Sequence[int]:
        return sorted(int(row[0]) for row in self._database.rows(keys_of(on, part, low, high, limit)))

    def _joined(self, known: Found, low: int, high: int, keys: Sequence[int]) -> Found:
        """Return what is known with what was found between two keys in place of what was known there."""
        before, after = bisect_left(known.keys, low), bisect_left(known.keys, high)
        joined = (*known.keys[:before], *keys, *known.keys[after:])
        return Found(known.wanted, min(low, known.low), max(high, known.high), joined, known.postgres)

    def _step(self, keys: int) -> int:
        # A reader keeps the writers of some databases waiting.
        usual = _STEP if self._database.dialect == "postgresql" else self._database.slice_keys
        return max(usual, keys // _STEPS)
