"""A log of ten gigabytes: how soon its end is on the screen, a jump, and what looking at all of it takes of memory."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from aiops_tui.source.logs import Browser, LogBook
from benchmarks.cases.logs import gigabyte
from benchmarks.cases.paint import first_frame
from benchmarks.report import Figure
from benchmarks.setting import Setting, is_live, middle, ms
from benchmarks.terminal import Screen, Terminal

_COPIES, _SPARE = 10, 4 * 10**9
_YEAR = 2017
_LATEST = 2026
_SINCE = f"{_YEAR}-01-01"
_PATIENCE = 1800


def measure(setting: Setting) -> Iterator[Figure]:
    """Open it at its end, jump, and then look at all of it in every way."""
    path = _made(Path(setting.store.folder))
    what = f"log of {path.stat().st_size / 10**9:.0f} GB"
    yield _opened(setting, path, what)
    book = LogBook([path], ZoneInfo("UTC"))
    book.poll()
    browser = Browser(book)
    browser.refresh()
    moments = [datetime(year, 1, 3, 7, tzinfo=UTC).timestamp() for year in range(_YEAR, _LATEST + 1)]
    jumps = [_timed(lambda at=at: browser._load(round(at * 1000), lambda: False)) for at in moments]  # type: ignore[misc]
    book.close()
    detail = f"the slowest of {len(jumps)} jumps, median {ms(middle(jumps))}"
    yield Figure(f"jump to a time in a {what}", max(jumps) * 1000, "ms", 100, detail)
    yield from _memory(setting, path, what)
    path.unlink()


def _made(folder: Path) -> Path:
    """Write the gigabyte once for each year, as often as there is room."""
    whole, path = gigabyte(folder), folder / "huge.log"
    size = whole.stat().st_size
    copies = max(min(_COPIES, (shutil.disk_usage(folder).free - _SPARE) // size), 1)
    years = range(_LATEST + 1 - copies, _LATEST + 1)
    if not path.exists() or path.stat().st_size != copies * size:
        with path.open("wb") as file, whole.open("rb") as source:
            for year in years:
                source.seek(0)
                while lines := source.readlines(1 << 24):
                    file.write(b"".join(lines).replace(b"2026-", b"%d-" % year))
    return path


def _opened(setting: Setting, path: Path, what: str) -> Figure:
    shape = setting.small()
    last = subprocess.run(["tail", "-n", "1", path], stdout=subprocess.PIPE, text=True, check=True).stdout
    request = last.split(" - ")[1].split(" user")[0]
    ours, theirs = [], []
    for run in range(setting.rounds + 1):
        with setting.console(shape, tab="logs") as terminal:
            painted = first_frame(terminal)
        tail = _timed(lambda: subprocess.run(["tail", "-n", "100", path], stdout=subprocess.PIPE, check=True))
        with setting.console(shape, tab="logs", log_file=path) as terminal:
            seen = terminal.wait(lambda screen: any(request in line for line in screen.lines)) - terminal.started
        if run:
            ours.append(seen)
            theirs.append(painted + tail)
    detail = f"{ms(middle(ours))} / {ms(middle(theirs))}, medians of {setting.rounds} in turn"
    ratio = middle(ours) / middle(theirs)
    return Figure(f"{what} at its end on the screen / tail -n 100 and first paint", ratio, "x", 1.2, detail)


def _memory(setting: Setting, path: Path, what: str) -> Iterator[Figure]:
    shape = setting.small()
    with setting.console(shape, tab="logs", since=_SINCE) as terminal:
        terminal.wait(is_live, _PATIENCE)
        terminal.settle(5)
        without = _highest(terminal)
    with setting.console(shape, tab="logs", log_file=path, since=_SINCE) as terminal:
        terminal.wait(lambda screen: "following" in _text(screen), _PATIENCE)
        terminal.settle(5)
        opened = _highest(terminal)
        terminal.wait(is_live, _PATIENCE)
        counted = _highest(terminal)
        terminal.press(b"g")
        terminal.wait(lambda screen: " request 00000000 " in _text(screen), _PATIENCE)
        terminal.press(b"G")
        terminal.wait(lambda screen: "following" in _text(screen), _PATIENCE)
        terminal.press(b"f")
        terminal.settle(1)
        terminal.press(b"never said anywhere")
        terminal.settle(1)  # an Enter that comes with a text at once is part of what was pasted
        terminal.press(b"\r")
        terminal.wait(lambda screen: "reading:" in _text(screen), _PATIENCE)
        terminal.wait(lambda screen: " hits " in _text(screen), _PATIENCE)
        terminal.wait(lambda screen: " hits ─" in _text(screen), _PATIENCE)
        sought = _highest(terminal)
    how = f"{without:.0f} MB without logs; {opened:.0f} with its end read, {counted:.0f} counted, {sought:.0f} at last"
    yield Figure(
        f"memory more for a {what}, all of it counted, jumped about in and searched", sought - without, "MB", 100, how
    )


def _text(screen: Screen) -> str:
    return "\n".join(screen.lines)


def _highest(terminal: Terminal) -> float:
    status = Path(f"/proc/{terminal.process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
