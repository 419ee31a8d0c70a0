"""A console that stays open: memory, polls and the connection after an hour, as fast as they can follow each other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import psutil

from aiops_tui.source.problems import SourceError
from benchmarks.report import Figure
from benchmarks.setting import Setting, Watcher, middle, ms, timed

_MINUTES, _INTERVAL, _TAIL = 60.0, 5.0, 600.0
_LEAST_ROWS = 7
_MOST_KEPT = 140


def measure(setting: Setting) -> Iterator[Figure]:
    """Write what comes in between two polls, poll and recount a segment, as often as an hour has polls."""
    shape = setting.whole()
    polls = round((setting.minutes or _MINUTES) * 60 / _INTERVAL)
    rows = max(round(_INTERVAL / shape.seconds_per_row), _LEAST_ROWS)
    process = psutil.Process()
    seconds: list[float] = []
    memory: list[float] = []
    lost = 0
    # In time so compressed, what ten minutes bring tells how far the tail goes.
    with closing(Watcher(setting, shape, at_once=False, tail_keys=round(_TAIL / _INTERVAL) * rows)) as watcher:
        watcher.look()
        try:
            for _ in range(polls):
                setting.store.add(shape, rows)
                try:
                    seconds.append(timed(watcher.look))
                    watcher.collector.recount_next()
                    watcher.collector.keep()
                except SourceError as error:
                    if not error.lost:
                        raise
                    lost += 1
                    watcher.database.connect()
                watcher.asked.clear()
                memory.append(process.memory_info().rss / 2**20)
        finally:
            setting.store.forget_added(shape)
    quarter = max(polls // 4, 1)
    first, last = middle(memory[:quarter]), middle(memory[-quarter:])
    detail = f"{first:,.0f} and {last:,.0f} MB, medians of the first and the last quarter of {polls} polls"
    yield Figure("an hour: memory at the end / at the beginning", last / first, "x", 1.05, detail)
    early, late = middle(seconds[:quarter]), middle(seconds[-quarter:])
    yield Figure("an hour: a poll at the end / at the beginning", late / early, "x", 1.1, f"{ms(late)} / {ms(early)}")
    yield Figure("an hour: connections lost", lost, "", 0)
    size = watcher.kept_file.stat().st_size / 2**20
    yield Figure("an hour: the file of what was counted", size, "MB", _MOST_KEPT, "written once a minute")
