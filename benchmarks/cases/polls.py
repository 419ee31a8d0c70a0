"""A poll after new rows, on much data and on little."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.dataset import Shape
from benchmarks.report import Figure
from benchmarks.setting import Setting, Watcher, middle, ms, timed

NEW_ROWS = 5_000
_POLLS = 9


@dataclass(frozen=True, slots=True)
class Polls:
    """Medians of a poll: seconds that it waited for the database, and all told; the worst wait, and statements."""

    database: float
    whole: float
    worst: float
    statements: float


def measure(setting: Setting) -> Iterator[Figure]:
    """Write, poll, and again."""
    large, small = setting.whole(), setting.small()
    after, little = polls(setting, large), polls(setting, small)
    yield Figure(
        f"a poll after {NEW_ROWS:,} new rows, waiting for the database", after.database * 1000, "ms", 15,
        f"median of {_POLLS}, worst {ms(after.worst)}; {after.statements:g} statements; all told {ms(after.whole)}",
    )  # fmt: skip
    yield Figure(
        f"the same / on {small.rows:,} rows as dense", after.database / little.database, "x", 1.3,
        f"{ms(after.database)} / {ms(little.database)}",
    )  # fmt: skip


def polls(setting: Setting, shape: Shape) -> Polls:
    """Return what polls cost that find new rows.

    Distinct users, which are asked again within a hundredth of the time alone, fall into few of them.
    """
    watcher = Watcher(setting, shape)
    watcher.look()
    waits: list[float] = []
    wholes: list[float] = []
    counts: list[int] = []
    try:
        for _ in range(_POLLS):
            setting.store.add(shape, NEW_ROWS)
            seconds, statements = watcher.database.seconds, watcher.database.statements
            wholes.append(timed(watcher.look))
            waits.append(watcher.database.seconds - seconds)
            counts.append(watcher.database.statements - statements)
    finally:
        watcher.close()
        setting.store.forget_added(shape)
    return Polls(middle(waits), middle(wholes), max(waits), middle(counts))
