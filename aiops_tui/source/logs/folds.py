"""Repeated messages: entries that follow on each other and say the same, whatever numbers, ids and quoted texts."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from itertools import compress
from operator import ne

_LONGEST = 300
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|“[^”]*”")
# One pass with short repetitions: it is done with every entry that is read, and logs are written by strangers.
_NUMBER = re.compile(r"[a-fA-F]{0,16}\d[\w.:,-]*")


def kind_of(source: int, level: int, message: str) -> int:
    """Return a number that is the same for entries of one log and level whose messages say the same."""
    text = message[:_LONGEST]
    if '"' in text or "'" in text or "“" in text:
        text = _QUOTED.sub("“…”", text)
    return hash((source, level, _NUMBER.sub("#", text)))


class Folds:
    """Runs of neighbours of one kind, each a row; those with an entry at a place that is ``opened`` are not folded."""

    def __init__(self, kinds: array[int], opened: Iterable[int] = ()) -> None:
        size = len(kinds)
        self._starts = array("q", [0] if size else [])
        self._starts.extend(compress(range(1, size), map(ne, kinds[1:], kinds)))
        self._size = size
        for place in opened:
            run = self.run(self.row(place))
            if len(run) > 1:
                row = self.row(place)
                self._starts[row : row + 1] = array("q", run)

    def __len__(self) -> int:
        return len(self._starts)

    def row(self, place: int) -> int:
        """Return the row of the entry at a place."""
        return bisect_right(self._starts, place) - 1

    def run(self, row: int) -> range:
        """Return the places of the entries of a row.

        Raises:
            IndexError: there is no such row.
        """
        row = range(len(self._starts))[row]
        return range(self._starts[row], self._starts[row + 1] if row + 1 < len(self._starts) else self._size)
