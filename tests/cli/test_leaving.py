"""Ctrl+C while the database works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg2

from tests.cli.conftest import ROOT
from tests.monitor.backend import Backend
from tests.monitor.conftest import some_talks


def test_ctrl_c_leaves_no_question_running_on_the_server(postgres_url: str, home: Path) -> None:
    """Nor does the server work on for who has left: it would not notice by itself."""
    with closing(Backend(postgres_url)) as backend, closing(psycopg2.connect(postgres_url)) as watch:
        backend.create()
        backend.insert(some_talks(1, 5))
        backend.run("ALTER TABLE conversation_log RENAME TO stored")
        backend.run("CREATE VIEW conversation_log AS SELECT stored.* FROM stored, pg_sleep(20)")
        backend.commit()
        watch.autocommit = True
        cursor = watch.cursor()

        def running() -> int:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'aiops-tui' AND state = 'active'"
            )
            return int(cursor.fetchone()[0])

        command = [sys.executable, "-m", "aiops_tui", "snapshot", "--db", postgres_url]
        environ = {**os.environ, "PYTHONPATH": str(ROOT)}
        with subprocess.Popen(command, env=environ, cwd=home, stderr=subprocess.PIPE, text=True) as program:
            wait_until(lambda: running() == 1)
            program.send_signal(signal.SIGINT)
            assert program.stderr is not None and "Traceback" not in program.stderr.read()
        assert program.returncode == 130
        wait_until(lambda: running() == 0, seconds=5)


def wait_until(met: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.02)
