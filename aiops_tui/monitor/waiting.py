"""Conversations that had no sentiment when they were counted: remembered, and asked about until they have one."""

from __future__ import annotations

from collections.abc import Iterable

from aiops_tui.source.database import Database, Row, Statement
from aiops_tui.source.found import KEYS, as_list
from aiops_tui.source.lookups import still_unanalysed, unanalysed_keys
from aiops_tui.source.probe import Signs
from aiops_tui.source.relations import Relations


class Waiting:
    """The newest ``most`` of them by key; where nobody counts updates twice ``few`` are asked about at once."""

    def __init__(self, database: Database, most: int, few: int) -> None:
        self.looked_to = 0
        """Rows of smaller keys have been looked through."""
        self._database = database
        self._most = most
        self._few = few
        self._keys: list[int] = []
        self._asked_by: Signs | None = None
        self._turn = 0
        self._statement: tuple[Relations, Statement] | None = None

    def begin(self, signs: Signs, low: int) -> None:
        """Look through rows from a key on, from these signs on."""
        self._asked_by, self.looked_to = signs, low

    def take_over(self, other: Waiting, signs: Signs) -> None:
        """Go on with what is known of the same rows, from these signs on."""
        self.begin(signs, other.looked_to)
        self._keys = list(other._keys)

    def asked(self, signs: Signs) -> None:
        """Take all for asked about that these signs are of."""
        self._asked_by = signs

    def due(self, signs: Signs) -> list[int]:
        """Return which to ask about, none where no row was updated since, as far as the database counts that.

        Where it does not, these are the newest and some others in turn.
        """
        before, few = self._asked_by, self._few
        # What is read after the signs is as it was then, or will move them.
        if before is signs or (before and signs.rewritten is not None and signs.rewritten == before.rewritten):
            return []
        if signs.rewritten is not None or len(self._keys) <= 2 * few:
            return self._keys
        others = self._keys[few:]
        return [*self._keys[:few], *(others[(self._turn + n) % len(others)] for n in range(few))]

    def ask(self, on: Relations, keys: list[int]) -> list[Row]:
        """Ask which of some keys are waiting still."""
        if self._statement is None or self._statement[0] is not on:
            self._statement = on, still_unanalysed(on)
        return self._database.rows(self._statement[1], {KEYS: as_list(keys, postgres=on.on.postgres)})

    def forget(self, keys: list[int], still: Iterable[Row]) -> set[int]:
        """Forget those keys that wait no more, and return them."""
        done = {*keys} - {row[0] for row in still}
        self._keys = [key for key in self._keys if key not in done]
        self._turn += self._few
        return done

    def look(self, on: Relations, high: int) -> list[Row]:
        """Ask for those between the rows looked through and a key."""
        return self._database.rows(unanalysed_keys(on, self.looked_to, high, self._most))

    def remember(self, found: Iterable[Row], high: int) -> None:
        """Remember what was found up to a key."""
        self._keys = sorted({*self._keys, *(row[0] for row in found)}, reverse=True)[: self._most]
        self.looked_to = high
