"""Which entries of the logs are wanted: by level, source, text and expression, all in linear time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from aiops_tui.model.records import LEVELS
from aiops_tui.source.logs.paged import Paged
from aiops_tui.source.logs.pages import Page
from aiops_tui.source.logs.rows import Extra, Rows
from aiops_tui.source.logs.source import Batch

READ = 128 * 1024
SEARCHED = 4 * 1024 * 1024
"""So many bytes are read at once where few entries are wanted."""


class ExpressionError(ValueError):
    """A regular expression that cannot be worked with, and why."""


@lru_cache(maxsize=64)
def expression(pattern: str, *, literal: bool = False) -> Any:
    """Return a compiled expression over bytes, of RE2: it takes linear time whatever the pattern.

    Letters match in either case, but in an expression that has a capital one.

    Raises:
        ExpressionError: it cannot be read.
    """
    import re2  # only where something is searched for

    options = re2.Options()
    options.log_errors = False
    options.literal = literal
    options.never_nl = False
    options.case_sensitive = not literal and any(character.isupper() for character in pattern)
    options.max_mem = 32 << 20
    try:
        return re2.compile(pattern.encode("utf-8", "replace"), options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        raise ExpressionError(reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)) from None


def places_of(pattern: str, text: str) -> list[tuple[int, int]]:
    """Return where an expression is found in a text, from and to before which character; empty places are none.

    Raises:
        ExpressionError: it cannot be read.
    """
    data = text.encode("utf-8", "replace")
    found = (match.span() for match in expression(pattern).finditer(data))
    ends = [(_characters(data[:start]), _characters(data[:end])) for start, end in found]
    return [(start, end) for start, end in ends if start < end]


def _characters(data: bytes) -> int:
    return len(data.decode("utf-8", "ignore"))


@dataclass(frozen=True, slots=True)
class Clue:
    """An expression, or a literal text, that an entry has or, if ``negated``, has not."""

    pattern: str
    literal: bool = True
    negated: bool = False

    def found_in(self, text: bytes) -> bool:
        """Return whether it is in a text."""
        return expression(self.pattern, literal=self.literal).search(text) is not None

    @property
    def says_lines(self) -> bool:
        """Whether what has it as it is read has it as it is written: it hangs on no end of a line, and no quotation."""
        if not self.pattern.isprintable() or " - " in self.pattern or "=" in self.pattern:
            return False
        unlike = {'"', "\\"} if self.literal else {'"', "^", "$"}
        return not set(self.pattern) & unlike and "\\A" not in self.pattern and "\\z" not in self.pattern


@dataclass(frozen=True, slots=True)
class Match:
    """What is wanted; ``levels`` and ``sources`` are indices, None for all; all ``clues`` must hold."""

    levels: frozenset[int] | None = None
    sources: frozenset[int] | None = None
    clues: tuple[Clue, ...] = ()
    _quick: tuple[Clue, ...] = field(default=(), init=False)
    _words: tuple[str, ...] = field(default=(), init=False)

    def __post_init__(self) -> None:
        quick = tuple(clue for clue in self.clues if not clue.negated and clue.says_lines)
        object.__setattr__(self, "_quick", quick)
        literal = (clue for clue in self.clues if clue.literal and not clue.negated)
        words = (max(re.split(r"[\W_]+", clue.pattern), key=len) for clue in literal)
        object.__setattr__(self, "_words", tuple(word for word in words if word))

    def __bool__(self) -> bool:
        """Whether anything is left out."""
        return self != EVERYTHING

    def within(self, other: Match) -> Match:
        """Return what both want."""
        return Match(_both(self.levels, other.levels), _both(self.sources, other.sources), self.clues + other.clues)

    def may_be_of(self, source: int) -> bool:
        """Return whether a log can have what is wanted."""
        return self.sources is None or source in self.sources

    def wants(self, rows: Rows, place: int, extra: Extra | None) -> bool:
        """Return whether an entry is wanted."""
        if self.levels is not None and rows.levels[place] not in self.levels:
            return False
        if self.sources is not None and rows.sources[place] not in self.sources:
            return False
        if not self.clues:
            return True
        lines: Sequence[str] = extra.lines if extra else ()
        text = "\n".join((f"{rows.origins[place]} - {rows.messages[place]}", *lines)).encode("utf-8", "replace")
        return all(clue.found_in(text) != clue.negated for clue in self.clues)

    def page(self, pages: Paged, position: int, *, backwards: bool, size: int = READ) -> Page | None:
        """Return the next page of a log with the entries that are wanted; none are read where none can be.

        ``size`` is how many bytes are read where it is not known that few are wanted.
        """
        size = SEARCHED if self._quick else size
        pages = pages.having(self._words) if self._words else pages
        if backwards:
            page = pages.before(position, size, self._may_be_in)
        else:
            page = pages.after(position, size, self._may_be_in)
        if page is None or not self:
            return page
        batch, first, last = page.batch, page.first_key, page.last_key
        rows = batch.rows
        places = [p for p in range(len(rows)) if self.wants(rows, p, batch.extras.get(rows.numbers[p]))]
        kept = rows.picked(places)
        numbers = set(kept.numbers)
        extras = {number: extra for number, extra in batch.extras.items() if number in numbers}
        return Page(Batch(kept, extras), page.low, page.high, first, last)

    def _may_be_in(self, data: bytes) -> bool:
        # JSON may write any letter of another script as an escape.
        return all(clue.found_in(data) or (not clue.pattern.isascii() and b"\\u" in data) for clue in self._quick)


def _both(some: frozenset[int] | None, others: frozenset[int] | None) -> frozenset[int] | None:
    return others if some is None else some if others is None else some & others


EVERYTHING = Match()

ERRORS = Match(frozenset({LEVELS.index("critical"), LEVELS.index("error")}))
"""The entries that `e` goes to."""
