"""The console on a make-believe backend that goes on while one watches."""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from aiops_tui.cli.invocation import PROGRAM, Invocation
from aiops_tui.cli.problems import DONE, USAGE, Stop
from aiops_tui.cli.screen import check_terminal, show
from aiops_tui.cli.views import read_view
from aiops_tui.config import Secret, values
from aiops_tui.demo import NotEmptyError, Writer, fill, is_demo
from aiops_tui.model.panels import Notice
from aiops_tui.text.printable import printable

_MOST_ROWS = 20_000_000
_MOST_DAYS = 3650
_NAME = "demo.db"
_LOOK_AGAIN = 1.0
_CLEAR = "\r\x1b[K"


@dataclass(frozen=True, slots=True)
class _Wish:
    rows: int
    days: int
    seed: int
    live: bool
    tui: bool


def demo(run: Invocation) -> int:
    """Fill a database unless it is one already, keep it going, and open the console on it."""
    wish = _read(run)
    given = _given_path(run)
    read_view(run)
    if wish.tui:
        check_terminal()
    else:
        run.tell_settings()
    folder = None if given else Path(tempfile.mkdtemp(prefix=f"{PROGRAM}-demo-"))
    path = given or Path(str(folder)) / _NAME
    try:
        _prepare(run, path, wish)
        return _open(run, path, wish)
    finally:
        if folder is not None and (wish.tui or not path.exists()):
            shutil.rmtree(folder, ignore_errors=True)


def _read(run: Invocation) -> _Wish:
    def whole(name: str, default: int, low: int, high: int) -> int:
        found = run.find(name)
        return int(values.number(found, low, high)) if found else default

    def switch(name: str) -> bool:
        found = run.find(name)
        return values.switch(found) if found else True

    return _Wish(
        rows=whole("rows", 200_000, 1, _MOST_ROWS),
        days=whole("days", 30, 1, _MOST_DAYS),
        seed=whole("seed", 0, 0, 2**31),
        live=switch("live"),
        tui=switch("tui"),
    )


def _given_path(run: Invocation) -> Path | None:
    """Return the file that was named on the command line; no other source counts, lest it be the real database."""
    if "db" not in run.flags:
        return None
    text = str(run.flags["db"]).removeprefix("sqlite:///")
    if "://" in text or not text:
        raise Stop(Notice("cli.demo.not_a_path"), USAGE)
    return run.directory / Path(text).expanduser()


def _prepare(run: Invocation, path: Path, wish: _Wish) -> None:
    if is_demo(path):
        run.tell(Notice("cli.demo.found", {"path": _shown(path)}))
        return
    try:
        fill(path, wish.rows, wish.days, wish.seed, datetime.now(UTC), _progress(run))
    except NotEmptyError as error:
        raise Stop(Notice("cli.demo.not_ours", {"path": ", ".join(printable(name) for name in error.names)})) from None


def _progress(run: Invocation) -> Callable[[int, int], None]:
    """Return what keeps one line of standard error up to date, if a person sees it."""
    shown = -1

    def progress(done: int, total: int) -> None:
        nonlocal shown
        percent = 100 * done // total
        if percent == shown or not sys.stderr.isatty():
            return
        shown = percent
        sys.stderr.write(_CLEAR + run.translator("cli.demo.filling", done=done, total=total, percent=percent))
        if done >= total:
            sys.stderr.write(_CLEAR)
        sys.stderr.flush()

    return progress


def _open(run: Invocation, path: Path, wish: _Wish) -> int:
    url = f"sqlite:///{path}"
    writer = Writer(path, wish.seed)
    if wish.live:
        writer.start()
    try:
        if wish.tui:
            logs = tuple(path.parent / "logs" / name for name in ("app.log", "system_monitor.log"))
            settings = replace(
                run.settings, database_url=Secret(url), log_files=logs, profile=None, naive_timezone="UTC"
            )
            return show(run, settings)
        print(f"DATABASE_URL={url}", flush=True)  # noqa: T201
        if wish.live:
            _keep_going(run, writer)
        return DONE
    finally:
        writer.stop()


def _keep_going(run: Invocation, writer: Writer) -> None:
    """Stay until Ctrl+C, and tell what keeps the writer from writing, once."""
    run.tell(Notice("cli.demo.writing"))
    told: str | None = None
    while not threading.Event().wait(_LOOK_AGAIN):
        if writer.problem and writer.problem != told:
            run.tell(Notice("cli.demo.trouble", {"reason": printable(writer.problem, 200)}))
        told = writer.problem


def _shown(path: Path) -> str:
    return printable(str(path), 200)
