"""Entries as columns: a third of the memory of objects, and nothing for the garbage collector to walk through."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class Extra:
    """What few entries have: lines that follow the first, how many more were left out, and whether one was cut.

    ``conversation`` is the one that the entry is about, if it is about one.
    """

    lines: list[str] = field(default_factory=list)
    left_out: int = 0
    cut: bool = False
    conversation: str | None = None


@dataclass(slots=True)
class Rows:
    """Entries by column, all equally long.

    ``keys`` are what they are ordered by and ``times`` their times, in milliseconds since the epoch; ``levels`` and
    ``sources`` are indices; those whose ``kinds`` are equal say the same.
    """

    keys: array[int] = field(default_factory=lambda: array("q"))
    numbers: array[int] = field(default_factory=lambda: array("q"))
    times: array[int] = field(default_factory=lambda: array("q"))
    levels: bytearray = field(default_factory=bytearray)
    sources: array[int] = field(default_factory=lambda: array("H"))
    kinds: array[int] = field(default_factory=lambda: array("q"))
    origins: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.keys)

    def extend(self, other: Rows) -> None:
        """Add the rows of ``other`` at the end."""
        self.keys.extend(other.keys)
        self.numbers.extend(other.numbers)
        self.times.extend(other.times)
        self.levels.extend(other.levels)
        self.sources.extend(other.sources)
        self.kinds.extend(other.kinds)
        self.origins.extend(other.origins)
        self.messages.extend(other.messages)

    def sort(self) -> None:
        """Order the rows by key; those with equal keys stay in their order."""
        self._become(self.picked(sorted(range(len(self)), key=self.keys.__getitem__)))

    def picked(self, places: Sequence[int]) -> Rows:
        """Return a copy of the rows at these places, in that order."""
        return Rows(
            array("q", _picked(self.keys, places)),
            array("q", _picked(self.numbers, places)),
            array("q", _picked(self.times, places)),
            bytearray(_picked(self.levels, places)),
            array("H", _picked(self.sources, places)),
            array("q", _picked(self.kinds, places)),
            _picked(self.origins, places),
            _picked(self.messages, places),
        )

    def _become(self, other: Rows) -> None:
        self.keys, self.numbers, self.times = other.keys, other.numbers, other.times
        self.levels, self.sources = other.levels, other.sources
        self.kinds, self.origins, self.messages = other.kinds, other.origins, other.messages

    def merge(self, other: Rows) -> int:
        """Add sorted rows among these, which are sorted, after those with equal keys; return the first that moved."""
        place = bisect_right(self.keys, other.keys[0]) if other else len(self)
        if place == len(self):
            self.extend(other)
            return place
        late = self.part(place, len(self))
        self.drop(place, len(self))
        late.extend(other)
        late.sort()
        self.extend(late)
        return place

    def part(self, start: int, stop: int) -> Rows:
        """Return a copy of the rows from ``start`` to before ``stop``."""
        span = slice(start, stop)
        return Rows(
            self.keys[span],
            self.numbers[span],
            self.times[span],
            self.levels[span],
            self.sources[span],
            self.kinds[span],
            self.origins[span],
            self.messages[span],
        )

    def drop(self, start: int, stop: int) -> None:
        """Remove the rows from ``start`` to before ``stop``."""
        span = slice(start, stop)
        del self.keys[span]
        del self.numbers[span]
        del self.times[span]
        del self.levels[span]
        del self.sources[span]
        del self.kinds[span]
        del self.origins[span]
        del self.messages[span]


def _picked(column: Sequence[T], order: Sequence[int]) -> list[T]:
    return [column[place] for place in order]
