"""A thread that keeps the make-believe service going while somebody watches."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from aiops_tui.demo import logs
from aiops_tui.demo.errors import NotDemoError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from aiops_tui.demo.live import Live

_TICK = 0.5
_AFTER_PROBLEM = 1.0
_MONITORED = timedelta(minutes=1)


class Writer:
    """Writes a few conversations a second, with all that follows from them, into a database that `fill` made.

    It writes into no other. It runs in a daemon thread and never raises there: ``problem`` says what went wrong last,
    and is None when all is well again.
    """

    def __init__(self, target: Path | str, seed: int = 0, logs_folder: Path | None = None) -> None:
        """Take an SQLite file, whose log files are beside it, or a database URL, which has some if told where."""
        path = Path(target) if isinstance(target, Path) or "://" not in target else None
        self.problem: str | None = None
        self._target: Path | str = target if path is None else path
        self._logs = path.parent / "logs" if path is not None and logs_folder is None else logs_folder
        self._seed = seed
        self._random = Random(seed)  # noqa: S311
        self._monitored = datetime.min.replace(tzinfo=UTC)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="demo-writer", daemon=True)

    def start(self) -> None:
        """Begin to write; once."""
        self._thread.start()

    def stop(self, timeout: float = 0.3) -> None:
        """Stop writing, and wait for that no longer than ``timeout`` seconds."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._write()
            except Exception as error:  # noqa: BLE001 - whatever it is, the console that runs beside it must not notice
                self.problem = f"{type(error).__name__}: {error}"
                self._stopping.wait(_AFTER_PROBLEM)

    def _write(self) -> None:
        """Write until told to stop, on one connection."""
        from aiops_tui.demo.live import Live
        from aiops_tui.demo.schema import is_marked, open_engine

        if isinstance(self._target, Path) and not self._target.exists():
            raise FileNotFoundError(self._target)
        if self._logs is not None:
            logs.claim(self._logs)
        with open_engine(self._target).connect() as connection:
            with connection.begin():
                if not is_marked(connection):
                    raise NotDemoError
                live = Live(connection, self._seed, datetime.now(UTC))
            while not self._stopping.is_set():
                self._tick(live, connection)
                self._stopping.wait(_TICK)

    def _tick(self, live: Live, connection: Connection) -> None:
        now = datetime.now(UTC)
        with connection.begin():
            lines = live.tick(connection, now)
        self.problem = None
        if self._logs is None:
            return
        logs.append(self._logs / logs.APP, now, lines)
        if now - self._monitored >= _MONITORED:
            self._monitored = now
            logs.append(self._logs / logs.MONITOR, now, [logs.monitor_line(now, self._random)])
