"""One thread that owns the database and publishes what a view shows whenever that changes.

What reads the database and reckons is loaded by that thread: logs are on the screen before.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Callable, Collection, Hashable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from aiops_tui.config import Settings
from aiops_tui.config.crash import write_report
from aiops_tui.model.panels import Notice, Snapshot, State, Status
from aiops_tui.model.records import Conversation, Neighbours, Page, TopicCount
from aiops_tui.model.view import View
from aiops_tui.monitor.logs import Logs
from aiops_tui.monitor.requests import Requests
from aiops_tui.source.logs import Browser
from aiops_tui.source.problems import Cancelled, SourceError
from aiops_tui.text.printable import printable

if TYPE_CHECKING:
    from aiops_tui.monitor.collector import Collector
    from aiops_tui.source.probe import Signs

Publish = Callable[[Snapshot | None, Status], None]
T = TypeVar("T")

_RECOUNT_REST = 0.2
_FIRST_RETRY = 1.0
_LAST_RETRY = 30.0
_REPORT_EVERY = 0.2
_PAUSED = 3600.0
_FIRST_LOOK = 1.0
_TO_SHOW = 0.05
"""Where logs are looked at first, so long at most their end may take to be read, and what loads waits for the screen
to show it.
"""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the last Snapshot rests on; while none of it moves, there is nothing to compute."""

    view: View
    signs: tuple[object, ...]
    bounds: object
    logs: int


class Monitor:
    """Watches a database for one view at a time; all methods return at once and may be called from any thread.

    ``publish`` is called from the monitor's thread with the newest Snapshot, None before the first, and how it fares.
    """

    def __init__(self, settings: Settings, view: View, publish: Publish) -> None:
        self._settings = settings
        self._publish = publish
        self._view = view
        self._interval = settings.interval
        self._paused = self._idle = False
        self._polled = 0.0
        self._looked: datetime | None = None
        self._stopping = False
        self._asked = threading.Event()
        self._requests = Requests()
        self._collecting = self._recounting = False
        self._wanted_recount = False
        self._wanted_refresh = False
        self._wanted_zone = settings.timezone
        self._thread = threading.Thread(target=self._run, name="monitor", daemon=True)
        self._collector: Collector | None = None
        self._connected = False
        self._snapshot: Snapshot | None = None
        self._shown: _Shown | None = None
        self._glanced: View | None = None
        self._status = Status("loading")
        self._reported = 0.0
        self._reports: dict[str, str] = {}
        self._recount_at = 0.0
        self._logs = Logs(settings)

    def start(self) -> None:
        """Begin to watch."""
        self._logs.start()
        self._thread.start()

    def stop(self, timeout: float = 0.3) -> None:
        """Withdraw what is under way and end within ``timeout`` seconds, whether or not the database answers."""
        self._stopping = True
        self._asked.set()
        self._cancel()
        self._logs.stop()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def look(self, view: View) -> None:
        """Show another view; a question still under way for the old one is withdrawn."""
        if view != self._view:
            self._view = view
            self._requests.turn_to("rows", _rows_of(view))
            busy = self._collecting or self._recounting or self._requests.is_outdated
            if self._status.state == "loading" or busy:
                self._cancel()
            self._asked.set()

    def refresh(self) -> None:
        """Look now."""
        self._wanted_refresh = True
        self._asked.set()

    def reconcile(self) -> None:
        """Recount everything that the view rests on."""
        self._wanted_recount = True
        self._asked.set()

    def pause(self, on: bool) -> None:
        """Stop looking at the database, or go on."""
        self._paused = on
        self._asked.set()

    def idle(self, on: bool) -> None:
        """Look rarely and recount nothing, because nobody sees it; or look now, and go on as before."""
        self._idle = on
        self._asked.set()

    def make_way(self) -> None:
        """Read no logs for a moment, because a key was pressed, which is to be answered first."""
        self._logs.make_way()

    def set_interval(self, seconds: float) -> None:
        """Look so often."""
        self._interval = seconds
        self._asked.set()

    def set_timezone(self, name: str) -> None:
        """Sum up by the days of another zone, from what is read already."""
        self._wanted_zone = name
        self._asked.set()

    def conversation(self, key: str, *, whole: bool = True) -> Future[Conversation | None]:
        """Ask for one conversation; the answer is None if it is not there, a SourceError if the database fails.

        Not ``whole``, it comes at once, perhaps without what was said of it. Looking for that is withdrawn when another
        conversation is asked for.
        """
        return self._ask(lambda collector: collector.conversation(key, whole=whole), "conversation", key)

    def conversations(
        self, view: View, after: str | None = None, limit: int = 50, *, aside: bool = False
    ) -> Future[Page]:
        """Ask for a page of the conversations of a view, the newest key first, from below the key ``after`` on.

        It is withdrawn when other rows are looked at or asked for, unless it is asked ``aside``: the future then ends
        with ``CancelledError``.
        """
        channel, about = ("", None) if aside else ("rows", _rows_of(view))
        return self._ask(lambda collector: collector.conversations(view, after, limit), channel, about)

    def other_topics(self, view: View, apart: Collection[str]) -> Future[tuple[TopicCount, ...]]:
        """Ask for the topics of a view but those told ``apart``, which are folded; withdrawn as `conversations` are."""
        return self._ask(lambda collector: collector.other_topics(view, apart), "topics", _rows_of(view))

    def neighbours(self, key: str) -> Future[Neighbours]:
        """Ask which conversations the same user had before and after one; withdrawn when another one is asked for."""

        def read(collector: Collector) -> Neighbours:
            from aiops_tui.monitor.pages import read_neighbours

            return read_neighbours(collector.database, collector.relations(), key)

        return self._ask(read, "neighbours", key)

    def _ask(self, work: Callable[[Collector], T], channel: str = "", about: Hashable = None) -> Future[T]:
        future = self._requests.put(work, channel, about)
        # A recount has time: whoever asks for something is not kept waiting by it.
        if self._requests.is_outdated or self._recounting:
            self._cancel()
        self._asked.set()
        return future

    @property
    def logs(self) -> Browser:
        """The log entries, to move about in."""
        return self._logs.browser

    @classmethod
    def once(
        cls,
        settings: Settings,
        view: View,
        tabs: Sequence[str],
        progress: Callable[[int, int], None] | None = None,
        begun: Callable[[Callable[[], None]], object] = lambda withdraw: None,
    ) -> Snapshot:
        """Return one Snapshot of some tabs, without a thread; ``begun`` gets what withdraws it, from any thread.

        Raises:
            SourceError: if the database does not answer.
        """
        from aiops_tui.monitor.collector import Collector
        from aiops_tui.monitor.snapshots import snapshot_of
        from aiops_tui.source.database import open_database

        database = open_database(settings)
        database.connect()
        begun(database.cancel)
        try:
            collector = Collector(settings, database)
            logs = Logs(settings)
            try:
                if "logs" in tabs:
                    logs.read_once(collector.named(view.filter), view.filter)
                return snapshot_of(settings, collector, logs, view, tabs, progress or (lambda done, steps: None))
            finally:
                logs.stop()
        finally:
            database.close()

    @classmethod
    def read(cls, settings: Settings, key: str) -> Conversation | None:
        """Return one conversation, without a thread; None if it is not there.

        Raises:
            SourceError: if the database does not answer.
        """
        from aiops_tui.monitor.collector import Collector
        from aiops_tui.source.database import open_database

        database = open_database(settings)
        database.connect()
        try:
            return Collector(settings, database).conversation(key)
        finally:
            database.close()

    def _cancel(self) -> None:
        collector = self._collector
        if collector is not None:
            # The network may swallow the cancellation: nobody waits for it.
            threading.Thread(target=collector.database.cancel, name="cancel", daemon=True).start()

    def _run(self) -> None:
        wait = 0.0
        retry, revived = _FIRST_RETRY, False
        if self._view.tab == "logs":
            self._logs.await_end(_FIRST_LOOK, self._asked)
            self._asked.wait(_TO_SHOW)
        while not self._ended():
            self._await(wait)
            if self._ended():
                break
            try:
                if not self._connected:
                    self._connect()
                wait = self._turn()
                retry, revived = _FIRST_RETRY, False
            except Cancelled:
                wait = 0.0
            except SourceError as error:
                if error.lost and self._connected and not revived:
                    # A server that slept, or a pooler that was restarted, is back at once: nothing to tell of.
                    self._connected, revived, wait = False, True, 0.0
                    continue
                wait = self._lost(error, retry)
                retry = min(retry * 2, _LAST_RETRY)
            except Exception as error:  # noqa: BLE001 - a thread that ends unseen would leave old figures for live ones
                wait = self._lost(self._defect(error), retry)
                self._collector = self._shown = None
        self._disconnect()

    def _defect(self, error: Exception) -> SourceError:
        """Return what to tell of an error that is the console's own, with a report of the first of its kind."""
        kind = type(error).__name__
        if kind not in self._reports:
            sealed = (self._settings.database_url, self._settings.slack_bot_token, self._settings.slack_webhook_url)
            secrets = [secret.reveal() for secret in sealed if secret is not None]
            report = write_report(error, self._settings.state_dir, secrets)
            self._reports[kind] = "–" if report is None else printable(str(report))
        notice = Notice("source.defect", {"kind": kind, "path": self._reports[kind]})
        return SourceError(notice, lost=True, final=True)

    def _ended(self) -> bool:
        return self._stopping

    def _await(self, seconds: float) -> None:
        """Wait for the next turn, or until somebody asks for something."""
        if seconds > 0:
            self._asked.wait(seconds)
        self._asked.clear()

    def _connect(self) -> None:
        """Open the connection; what was counted over an earlier one is kept, and reconciled in the background."""
        if self._collector is None:
            from aiops_tui.source.opening import open_ahead

            ahead = open_ahead(self._settings)

            from aiops_tui.monitor.collector import Collector
            from aiops_tui.source.database import open_database

            self._collector = Collector(self._settings, open_database(self._settings, ahead), at_once=False)
        self._collector.database.arm()
        self._collector.database.connect()
        self._connected = True

    def _disconnect(self) -> None:
        self._connected = False
        if self._collector is not None:
            self._collector.database.close()
        self._requests.cancel()

    def _turn(self) -> float:
        """Answer what was asked, look once, and return how many seconds to wait for the next turn."""
        collector = self._collector
        assert collector is not None  # noqa: S101
        collector.database.arm()
        self._requests.answer(collector, self._defect)
        if self._wanted_zone != self._settings.timezone:
            self._settings = replace(self._settings, timezone=self._wanted_zone)
            collector.show_zone(self._wanted_zone)
            self._shown = None
        if self._wanted_recount:
            self._wanted_recount = False
            self._report(replace(self._status, state="loading", done=0, steps=0))
            collector.reconcile(self._view, self._progress)
            self._shown = None
        rest = self._rest()
        if rest > 0 and not self._wanted_refresh and self._shown is not None and self._shown.view == self._view:
            self._tell(self._status.polled_at)
            return rest
        self._wanted_refresh = False
        # What is collected is as old as the signs that it rests on, however long that takes.
        self._looked = datetime.now(UTC)
        signs = collector.probe()
        self._show(collector, signs)
        self._tell(self._looked)
        self._polled = time.monotonic()
        if collector.is_partial:
            return 0.0
        collector.keep()
        return self._rest() or self._recount_meanwhile(collector)

    def _rest(self) -> float:
        """Return how many seconds the database is to be left alone, but for what somebody asks for."""
        if self._paused:
            return _PAUSED
        idle = max(self._settings.interval_idle, self._interval) if self._idle else 0.0
        return max(self._polled + idle - time.monotonic(), 0.0)

    def _show(self, collector: Collector, signs: Signs) -> None:
        view = self._view
        if view.tab == "logs":
            self._logs.look(collector.named(view.filter), view.filter, signs)
        due = collector.due_at()
        shown = _Shown(
            view,
            (signs.conversations, signs.evaluations, signs.feedback, signs.identity),
            view.window.resolve(signs.now, signs.now),
            self._logs.book.version if view.tab == "logs" else 0,
        )
        if shown != self._shown or (due is not None and time.monotonic() >= due):
            if self._shown is None or self._shown.view != view:
                self._report(replace(self._status, state="loading", done=0, steps=0))
            self._show_first(collector, view)
            snapshot = self._collected(collector, view, lambda: self._stopping or self._view is not view)
            if view is not self._view:
                self._asked.set()
            self._snapshot, self._shown, self._glanced = snapshot, shown, None

    def _show_first(self, collector: Collector, view: View) -> None:
        """Show what is there soon of a view that takes long: a part of it, or the Overview alone."""
        if (sooner := collector.sooner(view)) is not None:
            self._snapshot = self._collected(collector, sooner, lambda: self._stopping or self._view is not view)
            self._report(self._status)
            return
        from aiops_tui.metrics import panels
        from aiops_tui.monitor.snapshots import told

        self._collecting = True
        try:
            seen = collector.glance(view)
            if seen is not None:
                tabs = {view.tab: panels(view.tab, seen.inputs)}
                self._snapshot = told(self._settings, collector, view, seen, tabs)
                self._glanced = view
                self._report(Status("live", polled_at=self._looked, steps=1))
        finally:
            self._collecting = False

    def _collected(self, collector: Collector, view: View, is_over: Callable[[], bool]) -> Snapshot:
        from aiops_tui.monitor.snapshots import snapshot_of

        self._collecting = True
        try:
            return snapshot_of(self._settings, collector, self._logs, view, (view.tab,), self._progress, is_over)
        finally:
            self._collecting = False

    def _recount_meanwhile(self, collector: Collector) -> float:
        """Recount a little in the background, within a share of the database's time; return how long to wait then."""
        ends = time.monotonic() + self._interval
        while not self._asked.is_set() and not self._stopping:
            # What a segment cost has to be earned, if need be over several polls.
            if self._asked.wait(min(max(self._recount_at - time.monotonic(), 0), max(ends - time.monotonic(), 0))):
                break
            started = time.monotonic()
            if started >= ends:
                break
            self._recounting = True
            try:
                if collector.recount_next():
                    self._shown = None
            finally:
                self._recounting = False
                now = time.monotonic()
                self._recount_at = now + max((now - started) / collector.database.spare_share, _RECOUNT_REST)
        return 0.0 if self._asked.is_set() else max(ends - time.monotonic(), 0.0)

    def _progress(self, done: int, steps: int) -> None:
        collector = self._collector
        if collector is not None and not self._requests.is_idle:
            self._requests.answer(collector, self._defect)
        if time.monotonic() - self._reported >= _REPORT_EVERY:
            # What is on the screen is whole already, where it was got at a glance.
            state: State = "live" if self._glanced is self._view else "loading"
            self._report(
                replace(self._status, state=state, done=done, steps=steps, problem=None, lost_at=None, retry_at=None)
            )

    def _tell(self, polled_at: datetime | None) -> None:
        state: State = "paused" if self._paused else "idle" if self._idle else "live"
        self._report(Status(state, polled_at=polled_at))

    def _lost(self, error: SourceError, retry: float) -> float:
        """Keep the last data, say what is wrong, and return after how many seconds to try again."""
        now = datetime.now(UTC)
        wait = min(retry * random.uniform(0.75, 1.25), _LAST_RETRY)  # noqa: S311
        if error.final:
            wait = _LAST_RETRY
        if error.lost:
            self._disconnect()
        self._report(
            Status(
                "lost",
                polled_at=self._status.polled_at,
                problem=error.notice,
                lost_at=self._status.lost_at or now,
                retry_at=now + timedelta(seconds=wait),
            )
        )
        return wait

    def _report(self, status: Status) -> None:
        self._status = status
        self._reported = time.monotonic()
        if not self._stopping:
            with contextlib.suppress(RuntimeError):
                self._publish(self._snapshot, status)


def _rows_of(view: View) -> Hashable:
    """Return what decides which rows a view is of."""
    return view.window, view.filter
