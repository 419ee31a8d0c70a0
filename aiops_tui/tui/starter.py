"""Making the monitor in a thread, because what it imports takes longer than the first frame may."""

from __future__ import annotations

import threading
from collections.abc import Callable

from textual.message import Message

from aiops_tui.config import Settings
from aiops_tui.model.panels import Snapshot, Status
from aiops_tui.model.view import View
from aiops_tui.tui.session import MonitorLike, Publish


class Published(Message):
    """The monitor has something to show; only the latest counts."""

    def __init__(self, snapshot: Snapshot | None, status: Status, generation: int) -> None:
        super().__init__()
        self.snapshot = snapshot
        self.status = status
        self.generation = generation


class Started(Message):
    """The monitor runs."""

    def __init__(self, monitor: MonitorLike, generation: int) -> None:
        super().__init__()
        self.monitor = monitor
        self.generation = generation


class Failed(Message):
    """The monitor could not be made."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


Factory = Callable[[Settings, View, Publish], MonitorLike]
"""Makes a monitor that is not started yet."""


def real_monitor(settings: Settings, view: View, publish: Publish) -> MonitorLike:
    """Make the monitor of the database, and load what draws charts meanwhile."""
    from aiops_tui.monitor import Monitor

    return Monitor(settings, view, publish)


def start_monitor(
    factory: Factory,
    settings: Settings,
    view: View,
    publish: Publish,
    *,
    replaced: MonitorLike | None,
    started: Callable[[MonitorLike], None],
    failed: Callable[[Exception], None],
) -> None:
    """Stop the monitor that is replaced, make the new one and start it; returns at once.

    ``started`` or ``failed`` is called in the thread.
    """

    def work() -> None:
        try:
            if replaced is not None:
                replaced.stop(0.3)
            monitor = factory(settings, view, publish)
            monitor.start()
        except Exception as error:  # noqa: BLE001 - the screen ends with it
            failed(error)
        else:
            started(monitor)

    threading.Thread(target=work, name="starter", daemon=True).start()
