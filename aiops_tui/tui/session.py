"""What is looked at: the view, the latest Snapshot and Status, the way back, and the monitor once it runs."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import Future
from dataclasses import replace
from typing import Protocol

from aiops_tui.config import Settings
from aiops_tui.model.panels import Notice, Snapshot, Status
from aiops_tui.model.records import Conversation, Neighbours, Page, TopicCount
from aiops_tui.model.view import USERS, View
from aiops_tui.tui.history import History, Place
from aiops_tui.tui.lately import Lately
from aiops_tui.tui.logbook import Book
from aiops_tui.tui.vocabulary import Vocabulary

INTERVALS: tuple[float, ...] = (2.0, 5.0, 10.0, 30.0, 60.0)

FILTERS = 100
"""So many filters are remembered."""

Publish = Callable[[Snapshot | None, Status], None]


class MonitorLike(Protocol):
    """What the screen asks of the monitor; every method returns at once but `stop`, which has a limit."""

    @property
    def logs(self) -> Book:
        """The log entries read so far."""

    def start(self) -> None:
        """Begin to poll."""

    def stop(self, timeout: float = 0.3) -> None:
        """Cancel what runs and end, in the time given."""

    def look(self, view: View) -> None:
        """Go on with another view."""

    def refresh(self) -> None:
        """Poll now."""

    def reconcile(self) -> None:
        """Recount everything."""

    def pause(self, on: bool) -> None:
        """Stop polling, or go on."""

    def set_interval(self, seconds: float) -> None:
        """Poll so often."""

    def set_timezone(self, name: str) -> None:
        """Sum up by the days of another zone."""

    def idle(self, on: bool) -> None:
        """Poll rarely, because nobody looks, or go on as before."""

    def make_way(self) -> None:
        """Leave the interpreter to the screen for a moment, because a key was pressed."""

    def conversation(self, key: str, *, whole: bool = True) -> Future[Conversation | None]:
        """Read one conversation; not ``whole``, without what was said of it if looking for that takes long."""

    def conversations(
        self, view: View, after: str | None = None, limit: int = 50, *, aside: bool = False
    ) -> Future[Page]:
        """Read a page of the conversations behind a view, the newest first, those that come after a key.

        One that is asked ``aside`` is not withdrawn when another view is looked at.
        """

    def other_topics(self, view: View, apart: Collection[str]) -> Future[tuple[TopicCount, ...]]:
        """Read the topics of a view but those told ``apart``, which are folded."""

    def neighbours(self, key: str) -> Future[Neighbours]:
        """Read which conversations the same user had before and after one."""


class Session:
    """The state of the console that does not depend on how it is drawn."""

    def __init__(self, view: View, interval: float) -> None:
        self.view = view
        self.status = Status("loading")
        self.history = History()
        self.interval = interval
        self.paused = False
        self.monitor: MonitorLike | None = None
        self._snapshots: dict[str, Snapshot] = {}
        self._told = view
        self._watched = True
        self.vocabulary = Vocabulary()
        self._timezone: str | None = None
        self.lately = Lately()
        self.filters: tuple[str, ...] = ()
        """The filters that were entered, the latest last."""

    @property
    def snapshot(self) -> Snapshot | None:
        """The latest figures that have the tab; else the latest of all, which name the source."""
        return self._snapshots.get(self.view.tab) or next(reversed(self._snapshots.values()), None)

    @property
    def stale(self) -> bool:
        """Whether what is shown is not, or not any more, what was asked for."""
        return self.status.state == "lost" or (self.snapshot is not None and not answers(self.snapshot, self.view))

    def notices(self, settings: Settings) -> tuple[Notice, ...]:
        """Return what there is to know of the settings and of the data."""
        return (*settings.notices, *(self.snapshot.warnings if self.snapshot else ()))

    def attach(self, monitor: MonitorLike) -> None:
        """Take the monitor, which was made for the view at the start, and tell it what was chosen since."""
        self.monitor = monitor
        if _asked(self.view) != _asked(self._told):
            monitor.look(_asked(self.view))
        if self.paused:
            monitor.pause(True)
        if not self._watched:
            monitor.idle(True)
        if self._timezone is not None:
            monitor.set_timezone(self._timezone)
        self._told = self.view

    def publish(self, snapshot: Snapshot | None, status: Status) -> bool:
        """Take what the monitor found; without a Snapshot the last one stays.

        Return whether there is anything new besides that the database was asked again.
        """
        news = replace(status, polled_at=None) != replace(self.status, polled_at=None)
        self.status = status
        if snapshot is not None and snapshot is not self._snapshots.get(self.view.tab):
            self._keep(snapshot)
            return True
        return news

    def look(self, view: View) -> None:
        """Go to a view; the monitor hears of it if it changes what has to be computed."""
        self.view = view
        if self.monitor is not None and _asked(view) != _asked(self._told):
            self._told = view
            self.monitor.look(_asked(view))

    def remember_filter(self, text: str) -> None:
        """Keep a filter to be entered again."""
        if text:
            self.filters = (*(each for each in self.filters if each != text), text)[-FILTERS:]

    def page(self, after: str | None) -> Future[Page] | None:
        """Begin to read a page of the conversations behind the view; None while there is nothing to read from yet."""
        return self.monitor.conversations(_asked(self.view), after) if self.monitor is not None else None

    def other_topics(self, apart: Collection[str]) -> Future[tuple[TopicCount, ...]] | None:
        """Begin to read the topics of the view that add up as the rest; None while there is nothing to read from."""
        return self.monitor.other_topics(_asked(self.view), apart) if self.monitor is not None else None

    def go_back(self) -> Place | None:
        """Return to the latest place and what was seen there."""
        place = self.history.pop()
        if place is not None:
            if place.snapshot is not None:
                self._keep(place.snapshot)
            self.look(place.view)
        return place

    def pause(self, on: bool) -> None:
        """Stop polling, or go on."""
        self.paused = on
        if self.monitor is not None:
            self.monitor.pause(on)

    def next_interval(self) -> float:
        """Go on to the next of the usual intervals, and return it."""
        self.set_interval(next((seconds for seconds in INTERVALS if seconds > self.interval), INTERVALS[0]))
        return self.interval

    def set_interval(self, seconds: float) -> None:
        """Poll so often."""
        self.interval = seconds
        if self.monitor is not None:
            self.monitor.set_interval(seconds)

    def set_timezone(self, name: str) -> None:
        """Show the days of another zone."""
        self._timezone = name
        if self.monitor is not None:
            self.monitor.set_timezone(name)

    def watched(self, on: bool) -> None:
        """Poll less often while nobody is looking."""
        if on != self._watched:
            self._watched = on
            self.lately.watched(on)
            if self.monitor is not None:
                self.monitor.idle(not on)

    def _keep(self, snapshot: Snapshot) -> None:
        self.vocabulary.learn(snapshot)
        for tab in snapshot.tabs:
            self._snapshots.pop(tab, None)
            self._snapshots[tab] = snapshot


def answers(snapshot: Snapshot, view: View) -> bool:
    """Return whether a Snapshot is of a view."""
    window = view.window
    if snapshot.filter != str(view.filter) or snapshot.window.name != window.name or view.tab not in snapshot.tabs:
        return False
    asked_end = window.until or window.at
    return asked_end is None or snapshot.window.end <= asked_end


def _asked(view: View) -> View:
    """Return the view without what concerns the screen alone."""
    sort, users = (view.sort, view.users) if view.tab == "users" else (None, USERS)
    return replace(view, sort=sort, users=users, listed=False, conversation=None)
