"""A poll after new rows, on much data and on little."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from benchmarks.dataset import Shape
from benchmarks.report import Figure
from benchmarks.setting import Setting, Watcher, middle, ms, timed

NEW_ROWS = 5_000
_ROUNDS, _IN_A_ROW = 5, 6


@dataclass(frozen=True, slots=True)
class Poll:
    """One poll: seconds that it waited for the database, seconds all told, and how many statements it sent."""

    database: float
    whole: float
    statements: int


def measure(setting: Setting) -> Iterator[Figure]:
    """Write, poll, and again."""
    large, small = setting.whole(), setting.small()
    after, little = polls(setting, large), polls(setting, small)
    waited, of_little = (middle(poll.database for poll in some) for some in (after, little))
    detail = f"median of {_ROUNDS}, worst {ms(max(poll.database for poll in after))}; {after[0].statements} statements"
    what = f"a poll after {NEW_ROWS:,} new rows"
    yield Figure(f"{what}, waiting for the database", waited * 1000, "ms", 15, detail)
    detail = f"{ms(waited)} / {ms(of_little)}"
    yield Figure(f"the same / on {small.rows:,} rows as dense", waited / of_little, "x", 1.3, detail)
    whole = middle(poll.whole for poll in after) * 1000
    yield Figure("the same, all told", whole, "ms", None, "the panels of the Overview computed anew")
    row = _in_a_row(setting, large)
    detail = f"median of {_IN_A_ROW - 1}, {row[-1].statements} statements; the tail holds 20,000 rows by then"
    yield Figure(f"{what}, and again at once", middle(poll.database for poll in row[1:]) * 1000, "ms", None, detail)


def polls(setting: Setting, shape: Shape) -> list[Poll]:
    """Return what single polls cost that find new rows, each that of a console that has just loaded.

    Distinct users are asked again within a hundredth of the time alone, and so in none of them.
    """
    found: list[Poll] = []
    for _ in range(_ROUNDS):
        with closing(Watcher(setting, shape)) as watcher:
            watcher.look()
            found += _after_new_rows(setting, shape, watcher, 1)
    return found


def _in_a_row(setting: Setting, shape: Shape) -> list[Poll]:
    with closing(Watcher(setting, shape)) as watcher:
        watcher.look()
        return _after_new_rows(setting, shape, watcher, _IN_A_ROW)


def _after_new_rows(setting: Setting, shape: Shape, watcher: Watcher, count: int) -> list[Poll]:
    found: list[Poll] = []
    try:
        for _ in range(count):
            setting.store.add(shape, NEW_ROWS)
            seconds, statements = watcher.database.seconds, watcher.database.statements
            whole = timed(watcher.look)
            found.append(Poll(watcher.database.seconds - seconds, whole, watcher.database.statements - statements))
    finally:
        setting.store.forget_added(shape)
    return found
