"""Exact while everything changes: rows late and out of order, analysed, deleted, evaluations made anew."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

from aiops_tui.config import Settings
from aiops_tui.model.panels import Metric, Series, Snapshot, Status
from aiops_tui.model.view import View
from aiops_tui.model.window import Period, WindowSpec
from aiops_tui.monitor import Monitor
from aiops_tui.source.database import PostgreSQL, SQLite
from benchmarks.plain import Plain, counted
from benchmarks.recount import wrong
from benchmarks.report import Figure
from benchmarks.setting import Setting
from benchmarks.spoilers import SPOILERS, Spoiler

_MINUTES = 10.0
_ZONES = ("Asia/Seoul", "UTC", "America/New_York", "Asia/Kathmandu")
_TABS = ("overview", "sentiment", "evaluation", "feedback", "users")
_PATIENCE, _SETTLING, _WAIT = 600.0, 240.0, 300.0
_LOOKS = 10
_SPARE, _NOTHING_ELSE = 0.1, 0.5
"""Shares of the time for recounts, more than usual: what the header says of them is to change within minutes."""

_BUCKET, _WEEK = 900, 7 * 86_400


class _Console:
    """A monitor without a screen, and what it published last."""

    def __init__(self, settings: Settings, view: View) -> None:
        self.settings = settings
        self.view = view
        self.lost = 0
        self._latest: tuple[Snapshot | None, Status] = (None, Status("loading"))
        self._changed = threading.Condition()
        self.monitor = Monitor(settings, view, self._publish)
        self.monitor.set_interval(1.0)
        self.monitor.start()

    def until(self, met: Callable[[Snapshot, Status], bool], seconds: float = _PATIENCE) -> Snapshot:
        """Wait for a live Snapshot that meets a condition."""

        def found() -> bool:
            snapshot, status = self._latest
            return snapshot is not None and status.state == "live" and met(snapshot, status)

        with self._changed:
            if not self._changed.wait_for(found, seconds):
                raise TimeoutError(self._latest[1])
            snapshot = self._latest[0]
        assert snapshot is not None
        return snapshot

    def _publish(self, snapshot: Snapshot | None, status: Status) -> None:
        with self._changed:
            self.lost += status.state == "lost" and self._latest[1].state != "lost"
            self._latest = snapshot, status
            self._changed.notify_all()


@dataclass(frozen=True, slots=True)
class _Look:
    """By how many rows a figure was wrong, and how many had been changed since the header says all were recounted."""

    error: int
    untold: int


def measure(setting: Setting) -> Iterator[Figure]:
    """Write for minutes while consoles of four zones watch; hold each panel against plain rows, recounted by itself.

    First when the header says that all rows were recounted since the writing ended, then after a recount of everything.
    """
    at = datetime.fromtimestamp((time.time() // _BUCKET + 8) * _BUCKET, UTC)
    view = View(window=WindowSpec("7d", at=at))
    shape = setting.whole()
    seconds = (setting.minutes or _MINUTES) * 60
    with _recounting(_SPARE), setting.store.copied(shape) as url:
        settings = replace(setting.settings(shape, url), interval=1.0)
        consoles = [_Console(replace(settings, timezone=zone), view) for zone in _ZONES]
        try:
            for console in consoles:
                console.until(lambda snapshot, status: True)
            writer = SPOILERS[url.partition(":")[0]](url, round(_WEEK / shape.seconds_per_row))
            writer.start()
            looks = [_look(url, writer, consoles[0], seconds / _LOOKS) for _ in range(_LOOKS)]
            writer.over.set()
            writer.join()
            if writer.failed is not None:
                raise writer.failed
            yield from _told(looks)
            yield from _compared(url, writer, consoles, seconds)
        finally:
            for console in consoles:
                console.monitor.stop(5)
    yield Figure("times that the database was thought lost", sum(console.lost for console in consoles), "", 0)


@contextmanager
def _recounting(share: float) -> Iterator[None]:
    usual = {kind: kind.spare_share for kind in (PostgreSQL, SQLite)}
    try:
        for kind in usual:
            kind.spare_share = share
        yield
    finally:
        for kind, before in usual.items():
            kind.spare_share = before


def _told(looks: list[_Look]) -> Iterator[Figure]:
    detail = ", ".join(f"{look.error} of {look.untold}" for look in looks)
    detail = f"at {len(looks)} moments, of the rows changed below since the header's last recount: {detail}"
    yield Figure("the largest error before reconciling", max(look.error for look in looks), "rows", None, detail)
    claimed = sum(look.error > look.untold for look in looks)
    yield Figure("moments at which the header claimed more than it knew", claimed, "", 0)


def _compared(url: str, writer: Spoiler, consoles: list[_Console], seconds: float) -> Iterator[Figure]:
    ended = datetime.now(UTC)
    known = consoles[0].until(lambda snapshot, status: True)
    assert known.previous is not None
    plain = Plain(url, known.window.period, known.previous)
    detail = f"{writer.rounds} rounds of writing in {seconds / 60:g} min; {len(_TABS)} tabs"
    what = "panels that differ from plain SQL, once the header says recounted"
    for console in consoles[1:]:
        console.monitor.pause(True)
    try:
        with _recounting(_NOTHING_ELSE):
            consoles[0].until(lambda snapshot, status: _recounted(ended, snapshot), _WAIT)
        bad = sorted(_differing(consoles[0], plain))
        yield Figure(what, len(bad), "", 0, "; ".join([detail, *bad]))
    except TimeoutError:
        yield Figure(what, 0, "", None, f"it did not say so within {_WAIT:g} s")
    for console in consoles[1:]:
        console.monitor.pause(False)
    for console in consoles:
        began = datetime.now(UTC)
        console.monitor.reconcile()
        console.until(lambda snapshot, status, began=began: _recounted(began, snapshot))  # type: ignore[misc]
    bad = sorted(name for console in consoles for name in _differing(console, plain))
    detail = f"{detail}, {len(_ZONES)} zones"
    yield Figure("the same, after everything was recounted", len(bad), "", 0, "; ".join([detail, *bad]))


def _look(url: str, writer: Spoiler, console: _Console, pause: float) -> _Look:
    """Return by how many rows a console is wrong that has polled since nothing changes any more."""
    time.sleep(pause)
    with writer.turn:
        began = datetime.now(UTC)
        console.monitor.look(replace(console.view, tab="overview"))
        shown = console.until(partial(_is_since, began))
        assert shown.reconciled_at is not None
        untold = writer.changed_since(shown.reconciled_at.timestamp())
        counts = counted(url, Period(shown.window.start, shown.window.end))
    metric, volume = shown.panel("overview", "conversations"), shown.panel("overview", "volume")
    assert isinstance(metric, Metric)
    assert isinstance(volume, Series)
    ours = {kind: sum(n or 0 for n in values) for kind, values in volume.series.items()}
    errors = [
        abs((metric.value or 0) - sum(counts.values())),
        *(abs(n - counts.get(kind, 0)) for kind, n in ours.items()),
    ]
    return _Look(int(max(errors)), untold)


def _is_since(began: datetime, snapshot: Snapshot, status: Status) -> bool:
    return "overview" in snapshot.tabs and status.polled_at is not None and status.polled_at > began


def _recounted(since: datetime, snapshot: Snapshot) -> bool:
    return snapshot.reconciled_at is not None and snapshot.reconciled_at >= since


def _differing(console: _Console, plain: Plain) -> Iterator[str]:
    """Name the panels that plain SQL gives otherwise."""
    zone = ZoneInfo(console.settings.timezone)
    for tab in _TABS:
        console.monitor.look(replace(console.view, tab=tab))
        # Dear figures come later than the others.
        with suppress(TimeoutError):
            console.until(partial(_is_right, tab, plain, zone), _SETTLING)
        latest = console.until(partial(_has, tab))
        yield from wrong(plain, tab, latest.tabs[tab], zone)


def _has(tab: str, snapshot: Snapshot, _: Status) -> bool:
    return tab in snapshot.tabs


def _is_right(tab: str, plain: Plain, zone: ZoneInfo, snapshot: Snapshot, _: Status) -> bool:
    return tab in snapshot.tabs and not wrong(plain, tab, snapshot.tabs[tab], zone)
