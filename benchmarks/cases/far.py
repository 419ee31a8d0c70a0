"""A database far away, as Neon's is: round trips of 80 ms, 20 Mbit/s."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from benchmarks.cases.overview import week_count
from benchmarks.cases.polls import NEW_ROWS
from benchmarks.report import Figure
from benchmarks.setting import Setting, Watcher, is_shown, middle, ms, timed
from benchmarks.stores import PostgreSQL
from tests.network import line

_ONE_WAY, _BYTES_A_SECOND = 0.04, 20e6 / 8
_POLLS = 5
_SECONDS, _COUNT = 3.0, 0.438
"""The bar, and what the count of the week takes on an idle machine: most of the time is the server's."""


def measure(setting: Setting) -> Iterator[Figure]:
    """Load by such a line, then poll; nothing for files, which are never far."""
    if not isinstance(setting.store, PostgreSQL):
        return
    shape = setting.whole()
    with line(setting.store.url(shape), _ONE_WAY, _BYTES_A_SECOND) as laid:
        screen: list[float] = []
        plain: list[float] = []
        for _ in range(setting.rounds):
            with setting.console(shape, url=laid.url) as terminal:
                screen.append(terminal.wait(is_shown) - terminal.started)
            with setting.store.bare(shape) as ask:
                plain.append(timed(lambda ask=ask: ask(week_count(setting, shape), True)))  # type: ignore[misc]
        before = laid.passed
        with closing(Watcher(setting, shape, url=laid.url)) as watcher:
            watcher.glance()
            first = laid.passed - before
            detail = f"{first.trips} round trips, {first.received / 1e6:.1f} MB; from process start to screen"
            yield Figure("far away: full Overview, 7 days", middle(screen), "s", _SECONDS, detail)
            ratio, detail = middle(screen) / middle(plain), f"{ms(middle(plain))} for the count, sent from nearby"
            yield Figure("the same / the week's count", ratio, "x", _SECONDS / _COUNT, detail)
            watcher.look()
            trips, seconds = [], []
            try:
                for _ in range(_POLLS):
                    setting.store.add(shape, NEW_ROWS)
                    before = laid.passed
                    seconds.append(timed(watcher.look))
                    trips.append((laid.passed - before).trips)
            finally:
                setting.store.forget_added(shape)
            watcher.look()
            before = laid.passed
            watcher.collector.probe()
            yield Figure("far away: round trips of a poll when nothing changed", (laid.passed - before).trips, "", 1)
            detail = f"{ms(middle(seconds))}; one after the other: {', '.join(map(str, trips))}"
            yield Figure(f"the same after {NEW_ROWS:,} new rows", trips[-1], "", 2, detail)
