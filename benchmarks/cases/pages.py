"""Lists of conversations behind a topic a page at a time, and one conversation by its id."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import CancelledError

from aiops_tui.model.filters import Filter
from aiops_tui.model.view import View
from aiops_tui.model.window import WindowSpec
from benchmarks.cases.filters import Console, running
from benchmarks.report import Figure
from benchmarks.setting import Setting, middle, ms, timed

_TOPICS = {"the most frequent topic": 'topic:"주제 0"', "the rarest": 'topic:"주제 59"'}
_NOBODY = 'topic:"주제 1" user:nobody{n}'
_PAGES, _OPENED, _PATIENCE = 12, 40, 600.0


def measure(setting: Setting) -> Iterator[Figure]:
    """Turn pages, break one off that takes long, and open conversations from all over the table."""
    setting.whole()
    with running(setting) as console:
        for what, text in _TOPICS.items():
            first, rest = _walk(console, View(filter=Filter.parse(text)))
            yield Figure(f"first page of {what}, 7 days", first * 1000, "ms", 1_000)
            detail = f"the slowest of {len(rest)}; median {ms(middle(rest))}"
            yield Figure("the same, the next pages", max(rest) * 1000, "ms", 300, detail)
        yield _broken_off(console)
        yield from _opened(console, setting)


def _walk(console: Console, view: View) -> tuple[float, list[float]]:
    taken: list[float] = []
    after = None
    while len(taken) <= _PAGES:
        started = time.perf_counter()
        page = console.monitor.conversations(view, after).result(_PATIENCE)
        taken.append(time.perf_counter() - started)
        if not page.more:
            break
        after = page.rows[-1].conversation
    return taken[0], taken[1:] or taken


def _broken_off(console: Console) -> Figure:
    """Ask for what is nowhere in the whole table, turn to something else, and see how soon that is there."""
    everywhere = WindowSpec("all")
    futile = console.monitor.conversations(View(window=everywhere, filter=Filter.parse(_NOBODY.format(n=1))))
    time.sleep(0.05)
    started = time.perf_counter()
    console.monitor.conversations(View()).result(_PATIENCE)
    seconds = time.perf_counter() - started
    try:
        futile.result(_PATIENCE)
        detail = "the other one had been answered"
    except CancelledError:
        detail = "the other one was withdrawn"
    return Figure("a page while one that takes long is under way", seconds * 1000, "ms", 1_000, detail)


def _opened(console: Console, setting: Setting) -> Iterator[Figure]:
    step = setting.shape.rows // _OPENED
    # Tens are evaluated, and twenties have feedback.
    keys = [str(max(place * step // 20 * 20, 20)) for place in range(1, _OPENED + 1)]
    monitor = console.monitor
    soon = [timed(lambda key=key: monitor.conversation(key, whole=False).result(_PATIENCE)) for key in keys]  # type: ignore[misc]
    whole = [timed(lambda key=key: monitor.conversation(key).result(_PATIENCE)) for key in keys[:8]]  # type: ignore[misc]
    detail = f"the slowest of {len(soon)}; median {ms(middle(soon))}"
    yield Figure("a conversation by its id", max(soon) * 1000, "ms", 20, detail)
    yield Figure("the same with what was said of it", middle(whole) * 1000, "ms", None, "no index leads there")
