"""A monitor on a real database, and what it published so far."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aiops_tui.config import Settings, load_settings
from aiops_tui.model.panels import Metric, Snapshot, Status
from aiops_tui.model.view import View
from aiops_tui.monitor import Monitor
from tests.monitor.backend import Backend, Talk

_ROLES = itertools.count()


def some_talks(first: int, count: int, *, ago: timedelta = timedelta(minutes=5)) -> list[Talk]:
    """Return conversations of a while ago, a second apart."""
    start = datetime.now(UTC) - ago
    return [
        Talk(first + i, f"u{i % 5}", "부정" if i % 4 == 0 else "긍정", "환불", start + timedelta(seconds=i))
        for i in range(count)
    ]


@dataclass
class Watcher:
    """Keeps what a monitor publishes, and waits for conditions on it."""

    settings: Settings
    updates: list[tuple[Snapshot | None, Status]] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    monitors: list[Monitor] = field(default_factory=list)

    def start(self, view: View | None = None) -> Monitor:
        monitor = Monitor(self.settings, view or View(), self.publish)
        monitor.set_interval(0.05)
        self.monitors.append(monitor)
        monitor.start()
        return monitor

    def publish(self, snapshot: Snapshot | None, status: Status) -> None:
        with self.changed:
            self.updates.append((snapshot, status))
            self.changed.notify_all()

    def until(self, condition: Callable[[Snapshot | None, Status], bool]) -> tuple[Snapshot | None, Status]:
        """Wait until something published from now on, or the newest so far, meets a condition."""
        with self.changed:
            seen = max(len(self.updates) - 1, 0)

            def found() -> tuple[Snapshot | None, Status] | None:
                return next((update for update in self.updates[seen:] if condition(*update)), None)

            self.changed.wait_for(lambda: found() is not None, timeout=30)
            update = found()
        assert update is not None, f"not within 30 s; last: {self.updates[-1:]}"
        return update

    def until_live(self) -> Snapshot:
        snapshot, _ = self.until(lambda snapshot, status: status.state == "live")
        assert snapshot is not None
        return snapshot

    def until_conversations(self, number: int) -> Snapshot:
        snapshot, _ = self.until(lambda snapshot, _: conversations(snapshot) == number)
        assert snapshot is not None
        return snapshot

    def close(self) -> None:
        for monitor in self.monitors:
            monitor.stop()


def conversations(snapshot: Snapshot | None) -> float | None:
    """Return the figure of the first tile."""
    panel = None if snapshot is None else snapshot.panel("overview", "conversations")
    return panel.value if isinstance(panel, Metric) else None


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    """An empty backend on each database."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else f"sqlite:///{tmp_path}/local.db"
    backend = Backend(url)
    backend.create()
    yield backend
    backend.close()


@pytest.fixture
def watcher(backend: Backend, tmp_path: Path) -> Iterator[Watcher]:
    """A watcher of that backend, without a monitor yet."""
    watcher = Watcher(settings_for(backend.url, tmp_path))
    yield watcher
    watcher.close()


def settings_for(url: str, folder: Path) -> Settings:
    """Return settings that wait for little."""
    settings = load_settings({"database_url": url}, {}, folder)
    return replace(settings, connect_timeout=2.0, lock_timeout=0.2)


@contextmanager
def role(backend: Backend) -> Iterator[str]:
    """Make a role that may read everything, until the context is left."""
    name = f"reader_{next(_ROLES)}"
    backend.run(f"CREATE ROLE {name} LOGIN")
    backend.run(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}")
    backend.commit()
    yield name
    backend.run(f"DROP OWNED BY {name}")
    backend.run(f"DROP ROLE {name}")
    backend.commit()
