"""From the start of the process to the first whole frame in the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.report import Figure
from benchmarks.setting import Setting, middle, ms
from benchmarks.terminal import Screen, Terminal

_RUNS = 12


def measure(setting: Setting) -> Iterator[Figure]:
    """Start the console and an empty application in turn, both already in the file cache."""
    shape = setting.small()
    bare: list[float] = []
    ours: list[float] = []
    for run in range(_RUNS + 1):
        with setting.terminal("benchmarks.bare") as terminal:
            empty = first_frame(terminal)
        with setting.console(shape) as terminal:
            console = first_frame(terminal)
        if run:
            bare.append(empty)
            ours.append(console)
    best = f"best {ms(min(ours))} / {ms(min(bare))}"
    detail = f"{ms(middle(ours))} / {ms(middle(bare))}, medians of {_RUNS} runs in turn; {best}"
    yield Figure("first paint / a bare Textual app's", middle(ours) / middle(bare), "x", 1.3, detail)


def first_frame(terminal: Terminal) -> float:
    """Return how long it took until the first frame was there."""
    return terminal.wait(_has_frame) - terminal.started


def _has_frame(screen: Screen) -> bool:
    """Return whether the first line and the last are there: a frame is written from top to bottom."""
    lines = screen.lines
    return bool(lines[0].strip() and lines[-1].strip())
