"""Where among the keys the rows of a time on lie: found by bisection, and widened by the disorder among rows seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from aiops_tui.model.window import epoch
from aiops_tui.source.database import Database
from aiops_tui.source.disorder import Disorder
from aiops_tui.source.lookups import first_key_since
from aiops_tui.source.probe import Signs
from aiops_tui.source.relations import Relations
from aiops_tui.source.rollup import Segment

_MOST = 4
"""Bounds of feedback that are kept."""


class Bounds:
    """Bounds of conversations and of feedback: below them no row of a time on lies but for those in greater disorder.

    They are widened by ``least`` at least. Feedback of up to ``whole_keys`` keys is bounded by its first.
    """

    def __init__(self, database: Database, least: timedelta, whole_keys: int) -> None:
        self.disorder = Disorder()
        self._database = database
        self._least = least
        self._whole_keys = whole_keys
        self._margin = least
        self._feedback: dict[tuple[datetime, timedelta], int] = {}

    def first_key(self, on: Relations, since: datetime, signs: Signs) -> int:
        """Return the bound of conversations."""
        self._margin = self.disorder.margin(self._least)
        return self._bound(on, since, signs.lowest or 0, signs.highest or 0)

    def first_feedback(self, on: Relations, since: datetime | None, signs: Signs) -> int:
        """Return the bound of feedback, of all times if None."""
        lowest, highest = signs.lowest_feedback or 0, signs.highest_feedback or 0
        if since is None or highest - lowest <= self._whole_keys:
            return lowest
        # Each filter that is asked for asks the same.
        question = since, self._margin
        if question not in self._feedback:
            found = self._bound(on, since, lowest, highest, feedback=True)
            self._feedback = {**dict(list(self._feedback.items())[1 - _MOST :]), question: found}
        return max(self._feedback[question], lowest)

    def are_too_narrow(self, parts: Sequence[Segment], now: datetime) -> bool:
        """Look at what was read, and say whether bounds found before would be others by now."""
        self.disorder.look(parts, now)
        return self.disorder.margin(self._least) > self._margin

    def _bound(self, on: Relations, since: datetime, lowest: int, highest: int, *, feedback: bool = False) -> int:
        seconds, top = int(epoch(since) - self._margin.total_seconds()), highest + 1
        while True:
            rows = self._database.rows(first_key_since(on, seconds, lowest, top, feedback=feedback))
            found, misled = rows[0]
            if misled is None:
                return max(int(found), lowest) if found is not None else lowest
            top = int(misled)
