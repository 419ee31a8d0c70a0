"""What watching costs while nothing happens."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.report import Figure
from benchmarks.setting import Setting, Watcher, is_live, middle, ms

_POLLS = 40
_SETTLING, _SECONDS = 20.0, 60.0


def measure(setting: Setting) -> Iterator[Figure]:
    """Poll an unchanged database many times; then let the console stand for a while and weigh it."""
    shape = setting.whole()
    watcher = Watcher(setting, shape)
    watcher.look()
    before = watcher.database.statements
    polls = [watcher.database_seconds(watcher.collector.probe) for _ in range(_POLLS)]
    statements = (watcher.database.statements - before) / _POLLS
    watcher.close()
    yield Figure(
        "a poll when nothing changed, waiting for the database", middle(polls) * 1000, "ms", 3,
        f"median of {_POLLS}, worst {ms(max(polls))}; {statements:g} statements",
    )  # fmt: skip
    with setting.console(shape) as terminal:
        terminal.wait(is_live, 600)
        terminal.settle(_SETTLING)
        busy, written = sum(terminal.process.cpu_times()[:2]), terminal.written
        active = setting.store.active_seconds(shape)
        terminal.settle(_SECONDS)
        share = (sum(terminal.process.cpu_times()[:2]) - busy) / _SECONDS
        bytes_a_second = (terminal.written - written) / _SECONDS
        after = setting.store.active_seconds(shape)
    yield Figure("bytes to the terminal while nothing changes", bytes_a_second, "B/s", 200, f"over {_SECONDS:g} s")
    yield Figure("share of a core of the process while nothing changes", share * 100, "%", 1, "recounting included")
    if active is not None and after is not None:
        figure = (after - active) / _SECONDS * 100
        yield Figure("share of time that the server works for it", figure, "%", None, "polls every 5 s, and recounting")
