"""A log of a gigabyte, against the tools that one would take instead, in one run."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil

from aiops_tui.model.window import Period
from aiops_tui.source.logs import Browser, Clue, LogBook, Match, cells
from benchmarks.report import Figure
from benchmarks.setting import Setting

_START = datetime(2026, 1, 1, tzinfo=UTC)
_ALL = Period(_START, _START + timedelta(days=30))
_SIZE = 10**9
_PER_SECOND = 10
_LEVELS = ("   ERROR", " WARNING", " WARNING", *("    INFO",) * 17)
_RARE, _EXPRESSION = "never said anywhere", "user u12[0-9]{2} .*2[0-9]99 ms"


def measure(setting: Setting) -> Iterator[Figure]:
    """Open, jump, search and count."""
    path = gigabyte(Path(setting.store.folder))
    book = LogBook([path], ZoneInfo("UTC"))
    opened = _seconds(book.poll)
    browser = Browser(book)
    browser.refresh()
    yield Figure(
        "log of 1 GB opened at its end",
        opened * 1000,
        "ms",
        None,
        f"tail -n 100: {_of('tail', '-n', '100', path) * 1000:.0f} ms",
    )
    moments = [_START + timedelta(hours=hours) for hours in (30, 100, 200)]
    jump = max(_seconds(lambda at=moment: _go(browser, at)) for moment in moments)  # type: ignore[misc]
    yield Figure("jump to a time in it", jump * 1000, "ms", 100, f"the slowest of {len(moments)}")
    rounds = setting.rounds
    yield _against("rare text", rounds, lambda: _hunt(browser, Clue(_RARE)), ("grep", "-c", _RARE, path), 2)
    clue = Clue("zzz" + _EXPRESSION, literal=False)
    yield _against("expression", rounds, lambda: _hunt(browser, clue), ("grep", "-cE", "zzz" + _EXPRESSION, path), 4)
    yield _against("levels by time", rounds, lambda: _count(path), ("grep", "-c", "ERROR", path), 6)
    book.close()


def gigabyte(folder: Path) -> Path:
    """Return a log of a gigabyte, made if it is not there."""
    path = folder / "one-gigabyte.log"
    if not path.exists():
        _write(path)
    return path


def _write(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    size = second = 0
    with path.open("w", encoding="utf-8") as file:
        while size < _SIZE:
            stamp = f"{_START + timedelta(seconds=second):%Y-%m-%d %H:%M:%S}"
            n = second * 7919
            text = "".join(
                f"{stamp} [{_LEVELS[(n + i) % len(_LEVELS)]}] app.chat - request {n + i:08x} user u{(n + i) % 5000} "
                f"answered in {(n * 31 + i) % 3000} ms\n"
                for i in range(_PER_SECOND)
            )
            size += file.write(text)
            second += 1


def _against(what: str, rounds: int, ours: Callable[[], object], theirs: Sequence[str | Path], bar: float) -> Figure:
    ratios = []
    for _ in range(rounds):
        worked, works = _worked(psutil.Process()), _worked_by_children()
        known = _of(*theirs)
        works = _worked_by_children() - works
        ratio = _seconds(ours) / known
        ratios.append((ratio, known, _worked(psutil.Process()) - worked, works))
    ratio, known, worked, works = min(ratios)
    detail = (
        f"{ratio * known:.2f} s / {known:.2f} s, the best of {rounds}; of the processors {worked:.2f} s / {works:.2f} s"
    )
    return Figure(f"{what} in it / {theirs[0]} {theirs[1]}", ratio, "x", bar, detail)


def _worked(process: psutil.Process) -> float:
    return float(sum(process.cpu_times()[:2]))


def _worked_by_children() -> float:
    times = psutil.Process().cpu_times()
    return float(times.children_user + times.children_system)


def _go(browser: Browser, moment: datetime) -> None:
    browser._load(round(moment.timestamp() * 1000), _never)


def _hunt(browser: Browser, clue: Clue) -> None:
    browser._hunt(Match(clues=(clue,)), -1, None, _never)


def _count(path: Path) -> None:
    book = LogBook([path], ZoneInfo("UTC"))
    book.poll()
    cells(book, [_ALL], Match())
    book.close()


def _of(*command: str | Path) -> float:
    environ = {**os.environ, "LC_ALL": "C.UTF-8"}
    # Into a pipe: grep stops at the first line where its output goes nowhere.
    return _seconds(lambda: subprocess.run(command, stdout=subprocess.PIPE, env=environ, check=False))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _never() -> bool:
    return False
