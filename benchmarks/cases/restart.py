"""The console started again on the same database, which has its cells from the run before."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.report import Figure
from benchmarks.setting import Setting, is_live, is_shown, middle, ms

_SETTLING = 2.0


def measure(setting: Setting) -> Iterator[Figure]:
    """Start with nothing kept and then again, in turn."""
    shape = setting.whole()
    shown: list[float] = []
    first: list[float] = []
    again: list[float] = []
    for _ in range(setting.rounds):
        for times, kept in ((first, False), (again, True)):
            with setting.console(shape, again=kept) as terminal:
                shown.append(terminal.wait(is_shown, 600) - terminal.started)
                # What is there already came with what was waited for before.
                times.append(max(terminal.wait(is_live, 600) - terminal.started, shown[-1]))
                terminal.settle(_SETTLING)
    yield Figure(
        "all read, 7 days, started again / started first", middle(again) / middle(first), "x", 1 / 3,
        f"{ms(middle(again))} / {ms(middle(first))}, medians of {setting.rounds}, from process start to screen",
    )  # fmt: skip
    yield Figure(
        "the Overview alone, started again / started first", middle(shown[1::2]) / middle(shown[::2]), "x", None
    )
