"""A log that grows by 20,000 lines a second, followed by the console with somebody at its keys."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.cases.keys import EVERYWHERE, Key, cursor, figures, pressed, tabs
from benchmarks.report import Figure
from benchmarks.setting import Setting, is_live, middle, ms
from benchmarks.terminal import Screen

_A_SECOND = 20_000
_CYCLES, _LOOKS = 10, 40
_NUMBER = re.compile(r"#(\d{9}) ")


def measure(setting: Setting) -> Iterator[Figure]:
    """Press keys while nothing is logged, then while very much is; see what comes to the screen, and that all did."""
    shape = setting.small()
    path = Path(setting.store.folder) / "followed.log"
    path.write_text("")
    with setting.console(shape, log_file=path) as terminal:
        terminal.wait(is_live, 600)
        terminal.press(b"4")
        terminal.settle(2)
        yield from figures("in an idle log", pressed(terminal, _CYCLES, _ELSEWHERE))
        with _writing(setting, path) as writer:
            started, busy, written = time.perf_counter(), sum(terminal.process.cpu_times()[:2]), terminal.written
            terminal.wait(_is_followed, 20)
            ages = []
            for _ in range(_LOOKS):
                before = _newest(terminal.screen)
                seen = terminal.wait(lambda screen, before=before: _newest(screen) > before, 20)  # type: ignore[misc]
                ages.append(seen - started - _newest(terminal.screen) / _A_SECOND)
            taken = pressed(terminal, _CYCLES, _KEYS)
            seconds = time.perf_counter() - started
            share = (sum(terminal.process.cpu_times()[:2]) - busy) / seconds
            rate = (terminal.written - written) / seconds
            writer.terminate()
            lines = int(writer.communicate()[0])
            terminal.wait(lambda screen: _newest(screen) == lines - 1, 30)
    path.unlink()
    what = f"{lines / seconds:,.0f} lines a second"
    yield from figures(f"while a log grows by {what}", taken)
    detail = f"over {seconds:.0f} s; {rate:,.0f} B/s to the terminal"
    yield Figure(f"share of a core with {what}", share * 100, "%", 100, detail)
    detail = f"median of {_LOOKS}, worst {ms(max(ages))}; the writer's start included"
    yield Figure(f"age of the last line on the screen with {what}", middle(ages) * 1000, "ms", 1000, detail)


@contextmanager
def _writing(setting: Setting, path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "benchmarks.writer", str(path), str(_A_SECOND)]
    with subprocess.Popen(command, env=setting.environ, stdout=subprocess.PIPE, text=True) as writer:
        try:
            yield writer
        finally:
            writer.terminate()


def _newest(screen: Screen) -> int:
    return max((int(found) for line in screen.lines for found in _NUMBER.findall(line)), default=-1)


def _is_followed(screen: Screen) -> bool:
    return any("● following" in line for line in screen.lines)


_ELSEWHERE = (Key("1", b"1", tabs), Key("4", b"4", tabs), *EVERYWHERE[3:])
_UP, _DOWN = Key("up", b"\x1b[A", cursor), Key("down", b"\x1b[B", cursor)
_KEYS = (_UP, _UP, _DOWN, Key("G", b"G", _is_followed), *_ELSEWHERE)
