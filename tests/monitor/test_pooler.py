"""Behind pgbouncer in transaction mode, as Neon's pooled connections are: everything works."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg2
import pytest
import sqlalchemy as sa

from aiops_tui.model.filters import Filter
from aiops_tui.model.view import View
from aiops_tui.monitor import Monitor
from aiops_tui.source.database import open_database
from aiops_tui.source.problems import Cancelled, SourceError
from tests.monitor.backend import Backend
from tests.monitor.conftest import Watcher, conversations, settings_for, some_talks
from tests.network import PATIENCE

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="pgbouncer is not installed (apt-get install pgbouncer)")

ENDLESS = sa.text("SELECT count(*) FROM generate_series(1, 100000000000)")


class Pooler:
    """A pgbouncer with two connections to the server of a URL, on a port of its own."""

    def __init__(self, url: str, folder: Path) -> None:
        parts = urlsplit(url)
        self._folder = folder
        sockets = Path(parse_qs(parts.query)["host"][0])
        self._user = sockets.owner()
        with closing(socket.create_server(("127.0.0.1", 0))) as taken:
            self._port = taken.getsockname()[1]
        self.url = f"postgresql://postgres@127.0.0.1:{self._port}{parts.path}?sslmode=disable"
        (folder / "pgbouncer.ini").write_text(
            f"""[databases]
* = host={sockets} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {self._port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
logfile = {folder / "log"}
"""
        )
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [str(PROGRAM), "-q", *(["-u", self._user] if os.geteuid() == 0 else []), "pgbouncer.ini"]
        self._running = subprocess.Popen(command, cwd=self._folder, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self._port)).close()
            except OSError:
                assert time.monotonic() < deadline and self._running.poll() is None
                time.sleep(0.02)

    def stop(self) -> None:
        if self._running is not None:
            self._running.kill()
            self._running.wait(PATIENCE)


@pytest.fixture
def pooled(postgres_url: str, tmp_path: Path) -> Iterator[tuple[Backend, Pooler]]:
    folder = tmp_path / "pooler"
    folder.mkdir()
    for place in (folder, *folder.parents):
        if place.owner() == tmp_path.owner() and place != Path("/"):
            place.chmod(place.stat().st_mode | 0o755 | (0o777 if place == folder else 0))
    pooler = Pooler(postgres_url, folder)
    pooler.start()
    with closing(Backend(postgres_url)) as backend:
        backend.create()
        backend.insert(some_talks(1, 20))
        yield backend, pooler
    pooler.stop()


@pytest.fixture
def watcher(pooled: tuple[Backend, Pooler], tmp_path: Path) -> Iterator[Watcher]:
    watcher = Watcher(settings_for(pooled[1].url, tmp_path))
    yield watcher
    watcher.close()


def test_a_console_is_live_and_comes_back_when_the_pooler_does(
    pooled: tuple[Backend, Pooler], watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiops_tui.monitor.loop._LAST_RETRY", 0.2)
    backend, pooler = pooled
    monitor = watcher.start()
    watcher.until_conversations(20)
    backend.insert(some_talks(21, 5))
    watcher.until_conversations(25)
    monitor.look(View(filter=Filter.parse("user:u1")))
    watcher.until_conversations(5)
    opened = monitor.conversation("2").result(PATIENCE)
    assert opened is not None and opened.question == "question 2"
    pooler.stop()
    snapshot, status = watcher.until(lambda _, status: status.state == "lost")
    assert conversations(snapshot) == 5 and status.problem is not None
    # One that is going may take a connection and drop it.
    assert status.problem.id in {"source.refused", "source.unreachable"}
    pooler.start()
    watcher.until(lambda _, status: status.state == "live")


def test_all_tabs_at_once(pooled: tuple[Backend, Pooler], tmp_path: Path) -> None:
    tabs = ("overview", "sentiment", "evaluation", "feedback", "users")
    through, straight = (
        Monitor.once(settings_for(url, tmp_path), View(), tabs) for url in (pooled[1].url, pooled[0].url)
    )
    assert through.tabs == straight.tabs


def test_settings_hold_and_leave_nothing_behind(pooled: tuple[Backend, Pooler], tmp_path: Path) -> None:
    backend, pooler = pooled
    settings = replace(settings_for(pooler.url, tmp_path), statement_timeout=1.0)
    with closing(open_database(settings)) as database:
        database.connect()
        with pytest.raises(SourceError) as caught:
            database.rows(ENDLESS)
        assert caught.value.notice.id == "source.timeout"
        backend.run("LOCK TABLE conversation_log IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(SourceError) as caught:
            database.rows(sa.text("SELECT count(*) FROM conversation_log"))
        assert caught.value.notice.id == "source.locked"
        backend.commit()
        with database.transaction():
            assert database.rows(sa.text("SELECT count(*) FROM conversation_log")) == [(20,)]
    shown = "current_setting('statement_timeout'), current_setting('transaction_read_only')"
    with closing(psycopg2.connect(pooler.url)) as other, other.cursor() as cursor:
        for _ in range(4):
            cursor.execute(f"SELECT {shown}")
            assert cursor.fetchone() == ("0", "off")
            other.rollback()


def test_a_question_can_be_withdrawn(pooled: tuple[Backend, Pooler], tmp_path: Path) -> None:
    backend, pooler = pooled
    with closing(open_database(settings_for(pooler.url, tmp_path))) as database:
        database.connect()

        def cancel() -> None:
            running_until(backend, 1)
            database.cancel()

        canceller = threading.Thread(target=cancel)
        canceller.start()
        with pytest.raises(Cancelled):
            database.rows(ENDLESS)
        canceller.join(PATIENCE)
        running_until(backend, 0)
        database.arm()
        assert database.rows(sa.text("SELECT 1")) == [(1,)]


def running_until(backend: Backend, number: int) -> None:
    deadline = time.monotonic() + PATIENCE
    found = -1
    while found != number:
        assert time.monotonic() < deadline
        ((found,),) = backend.run("SELECT count(*) FROM pg_stat_activity WHERE strpos(query, '1, 1000000') > 0 "
                                  "AND state = 'active' AND pid <> pg_backend_pid()")  # fmt: skip
        backend.commit()
