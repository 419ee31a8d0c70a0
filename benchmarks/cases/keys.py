"""From a key to the screen, while nothing happens, while polls run, and during a first load."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.dataset import Shape
from benchmarks.report import Figure
from benchmarks.setting import Setting, is_live, middle, ms, percentile
from benchmarks.terminal import LINES, Screen, Terminal

_CYCLES = 12
_WRITES, _WRITE_EVERY = 1_000, 0.7


@dataclass(frozen=True, slots=True)
class Key:
    """A key, and what in the screen it changes; that shows when it had its effect."""

    name: str
    code: bytes
    effect: Callable[[Screen], object]


def cursor(screen: Screen) -> object:
    """Return where the cursor of the list is."""
    return [(y, line.index("▌")) for y, line in enumerate(screen.lines) if "▌" in line]


def tabs(screen: Screen) -> object:
    """Return which tab is marked."""
    return screen.grounds(1)


def last_line(screen: Screen) -> object:
    """Return the footer, or the line that one types into."""
    return screen.lines[LINES - 1]


_IN_LISTS = (Key("down", b"\x1b[B", cursor), Key("down", b"\x1b[B", cursor), Key("up", b"\x1b[A", cursor))
EVERYWHERE = (
    Key("2", b"2", tabs), Key("3", b"3", tabs), Key("1", b"1", tabs), Key("/", b"/", last_line),
    Key("z", b"z", last_line), Key("x", b"x", last_line), Key("escape", b"\x1b", last_line),
)  # fmt: skip
_UNTIMED = "escape"
"""A lone Escape is told from the beginning of a sequence by waiting, in every terminal program."""


def measure(setting: Setting) -> Iterator[Figure]:
    """Press keys as a person would, one at a time, some ten a cycle."""
    shape = setting.whole()
    with setting.console(shape) as terminal:
        terminal.wait(is_live, 600)
        terminal.settle(2)
        yield from figures("idle", pressed(terminal, _CYCLES, (*_IN_LISTS, *EVERYWHERE)))
    with setting.console(shape, interval=1) as terminal, writing(setting, shape):
        terminal.wait(is_live, 600)
        terminal.settle(2)
        yield from figures(
            "while polls find new rows each second", pressed(terminal, _CYCLES, (*_IN_LISTS, *EVERYWHERE))
        )
    with setting.console(shape, "all") as terminal:
        terminal.wait(lambda screen: "loading" in screen.lines[0])
        yield from figures(
            "during the first load of all rows", pressed(terminal, 8 * _CYCLES, EVERYWHERE, while_loading=True)
        )


def pressed(terminal: Terminal, cycles: int, keys: tuple[Key, ...], *, while_loading: bool = False) -> list[float]:
    """Press keys in cycles and return how long each took to show."""
    rest = random.Random(1)
    taken: list[float] = []
    for _ in range(cycles):
        for key in keys:
            if while_loading and is_live(terminal.screen):
                return taken
            before = key.effect(terminal.screen)
            moment = terminal.press(key.code)
            seen = terminal.wait(lambda screen, key=key, before=before: key.effect(screen) != before, 20)  # type: ignore[misc]
            if key.name != _UNTIMED:
                taken.append(seen - moment)
            terminal.settle(rest.uniform(0.08, 0.25))
    return taken


def figures(when: str, taken: list[float]) -> Iterator[Figure]:
    """Say how long keys took to show."""
    detail = f"{len(taken)} keys; median {ms(middle(taken))}"
    yield Figure(f"keys to screen, {when}: 95 %", percentile(taken, 0.95) * 1000, "ms", 50, detail)
    yield Figure(f"keys to screen, {when}: the slowest", max(taken) * 1000, "ms", 150)


@contextmanager
def writing(setting: Setting, shape: Shape) -> Iterator[None]:
    """Write new rows all the while."""
    over = threading.Event()

    def write() -> None:
        while not over.wait(_WRITE_EVERY):
            setting.store.add(shape, _WRITES)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        over.set()
        writer.join()
        setting.store.forget_added(shape)
