"""A filter over a week that has been shown: from the question to its panels, those from memory and those not."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aiops_tui.model.filters import Filter
from aiops_tui.model.panels import Metric, Snapshot, Status
from aiops_tui.model.view import View
from aiops_tui.monitor import Monitor
from benchmarks.cases.overview import week_count
from benchmarks.report import Figure
from benchmarks.setting import Setting, middle, ms, timed

_TABS = ("overview", "sentiment", "evaluation", "feedback", "users")
_PATIENCE = 600.0

_IN_MEMORY = ('topic:"주제 {n}"', "sentiment:negative", 'topic:"주제 {n}" sentiment:negative')
_ASKED = {
    "a user": "user:user{n}",
    "a text that nobody wrote": '"환불 {n}번"',
    "a text that one wrote": '"요? 12{n}34"',
}
_SHARE = 1.14
"""500 ms are so many times what the count of the week takes on an idle machine."""


class Console:
    """A running monitor, and when it published what."""

    def __init__(self, setting: Setting) -> None:
        self._changed = threading.Condition()
        self._latest: Snapshot | None = None
        self.monitor = Monitor(setting.settings(setting.shape), View(), self._publish)
        self.monitor.set_interval(3600)

    def _publish(self, snapshot: Snapshot | None, status: Status) -> None:
        del status
        with self._changed:
            self._latest = snapshot
            self._changed.notify_all()

    def look(self, view: View) -> float:
        """Look at a view, and return after how many seconds its panels were there."""
        started = time.perf_counter()
        self.monitor.look(view)
        return self._wait(lambda snapshot: _shows(snapshot, view)) - started

    def complete(self) -> float:
        """Wait until the Overview knows its users and what it is compared with, and return when."""
        return self._wait(_is_whole)

    def _wait(self, seen: Callable[[Snapshot], bool]) -> float:
        with self._changed:
            if not self._changed.wait_for(lambda: self._latest is not None and seen(self._latest), _PATIENCE):
                raise TimeoutError
        return time.perf_counter()


def _shows(snapshot: Snapshot, view: View) -> bool:
    return snapshot.filter == str(view.filter) and view.tab in snapshot.tabs


def _is_whole(snapshot: Snapshot) -> bool:
    users = snapshot.panel("overview", "active_users")
    return snapshot.previous is not None and isinstance(users, Metric) and users.value is not None


@contextmanager
def running(setting: Setting) -> Iterator[Console]:
    """Give a monitor that has shown the week."""
    console = Console(setting)
    console.monitor.start()
    try:
        # The Overview may be there before the cells are that other tabs and filters need.
        for tab in ("sentiment", "overview"):
            console.look(View(tab=tab))
        console.complete()
        # As the program does it: what is there by now is here to stay, and to look for garbage in it takes long.
        gc.collect()
        gc.freeze()
        yield console
    finally:
        gc.unfreeze()
        console.monitor.stop(5)


def measure(setting: Setting) -> Iterator[Figure]:
    """Ask each question in turn with the count of the week, no question twice."""
    setting.whole()
    with running(setting) as console, setting.store.bare(setting.shape) as ask:
        numbers = iter(range(3, 1_000))
        count = week_count(setting, setting.shape)
        for tab in _TABS:
            # What a tab reads once, whatever the filter, is no matter here.
            console.look(View(tab=tab))
            taken = [console.look(View(tab=tab, filter=Filter.parse(t.format(n=next(numbers))))) for t in _IN_MEMORY]
            plain = timed(lambda: ask(count, True))
            detail = f"the slowest of {', '.join(map(ms, taken))}; the week's count {ms(plain)}"
            yield Figure(f"{tab}, by topic or sentiment: panels from memory", max(taken) * 1000, "ms", 100, detail)
        for what, text in _ASKED.items():
            first: list[float] = []
            whole: list[float] = []
            week: list[float] = []
            for _ in range(setting.rounds):
                week.append(timed(lambda: ask(count, True)))
                started = time.perf_counter()
                first.append(console.look(View(filter=Filter.parse(text.format(n=next(numbers))))))
                whole.append(console.complete() - started)
            detail = f"{ms(middle(first))} / {ms(middle(week))}; compared with the week before: {ms(middle(whole))}"
            value = middle(first) / middle(week)
            yield Figure(f"filter by {what}, 7 days: panels / the week's count", value, "x", _SHARE, detail)
