"""From a key to the screen on each pane, while new rows are polled and all rows are being read."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.cases.keys import Key, figures, last_line, pressed, writing
from benchmarks.report import Figure
from benchmarks.setting import Setting, is_live
from benchmarks.terminal import Screen

_PANES = {"overview": b"1", "sentiment": b"2", "evaluation": b"3", "logs": b"4", "feedback": b"5", "users": b"6"}
_CYCLES = 16


def _text(screen: Screen) -> object:
    """Return what is written below the header, which moves by itself."""
    return screen.lines[2:]


_TYPED = (
    Key("/", b"/", last_line), Key("z", b"z", last_line), Key("x", b"x", last_line), Key("escape", b"\x1b", last_line),
)  # fmt: skip
_HELP = (Key("help", b"?", _text), Key("escape", b"\x1b", _text))


def measure(setting: Setting) -> Iterator[Figure]:
    """Go from pane to pane, type into the filter and open the help on each."""
    shape = setting.whole()
    with setting.console(shape, interval=1) as terminal, writing(setting, shape):
        terminal.wait(is_live, 600)
        terminal.settle(2)
        for name, code in _PANES.items():
            terminal.press(code)
            terminal.settle(3)
            yield from figures(f"{name}, while polls find new rows", pressed(terminal, _CYCLES, (*_TYPED, *_HELP)))
    taken: dict[str, list[float]] = {name: [] for name in _PANES}
    for _ in range(setting.rounds):
        with setting.console(shape, "all", interval=1) as terminal, writing(setting, shape):
            terminal.wait(lambda screen: "loading" in screen.lines[0])
            while not is_live(terminal.screen):
                # The load may be over before all have had their turn.
                name = min(taken, key=lambda name: len(taken[name]))
                terminal.press(_PANES[name])
                terminal.settle(0.5)
                taken[name] += pressed(terminal, 1, _TYPED, while_loading=True)
    for name, seconds in taken.items():
        if seconds:
            yield from figures(f"{name}, while all rows are read, too", seconds)
