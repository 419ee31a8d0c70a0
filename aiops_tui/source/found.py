"""Conversations that a dear part of a filter lets through, known by their keys where they are few."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from aiops_tui.model.filters import TEXT, Filter
from aiops_tui.source.expressions import Condition, Whole

KEYS = "found_keys"
"""The parameter of statements that stands for the keys."""

_DEAR = frozenset({"user", TEXT})


@dataclass(frozen=True, eq=False)
class Found:
    """Of the rows ``low <= key < high``, those that meet ``wanted`` are those with ``keys``, which are in order.

    What asks about a filter reads these few rows then, and looks at each one only from ``high`` on, unless it
    ``is_all`` that is asked for. Conversations below ``low`` must not be asked for.
    """

    wanted: Filter
    low: int
    high: int
    keys: Sequence[int]
    postgres: bool
    is_all: bool = False

    def holds(self, key: Whole) -> Condition:
        """Return whether a key is one of the keys."""
        return is_one_of(key, self.keys, postgres=self.postgres)

    @property
    def closed(self) -> Found:
        """The same for questions that do not reach ``high``."""
        return replace(self, is_all=True)

    def between(self, low: int, high: int | None) -> Mapping[str, str]:
        """Return the parameter for a statement about the keys ``low <= key < high`` (no end if None)."""
        first = bisect_left(self.keys, low)
        last = None if high is None else bisect_left(self.keys, high)
        return {KEYS: as_list(self.keys[first:last], postgres=self.postgres)}

    def tells_none(self, low: int, high: int | None) -> bool:
        """Return whether it is known that there are none in ``low <= key < high`` (no end if None)."""
        if high is None or high > self.high:
            return False
        return bisect_left(self.keys, low) == bisect_left(self.keys, high)


def is_one_of(key: Whole, keys: Sequence[int], *, postgres: bool) -> Condition:
    """Return whether a key is one of some, which are a single parameter (`KEYS`), written `as_list`."""
    # Of no type of its own, a list takes the key's: one of another type would be gone through for each row.
    values = sa.bindparam(KEYS, as_list(keys, postgres=postgres), sa.types.NullType())
    if postgres:
        return key == sa.any_(values)
    return key.in_(sa.select(sa.column("value", sa.BigInteger)).select_from(sa.func.json_each(values)))


def as_list(keys: Sequence[int], *, postgres: bool) -> str:
    """Return keys as the text of a list: of an array, or of JSON."""
    written = ",".join(map(str, keys))
    return f"{{{written}}}" if postgres else f"[{written}]"


def dear_part(wanted: Filter) -> Filter:
    """Return what a filter asks of users and texts, which takes a look at each row and seldom changes; else nothing."""
    part = wanted.of(_DEAR)
    is_narrow = any(term.value and not term.negated for term in part.terms)
    # Nobody is found where there is no conversation, too.
    return part if is_narrow and all(term.value for term in part.terms) else Filter()
