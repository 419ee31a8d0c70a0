"""The commands that write: a make-believe service, and the backend's tables in an empty database."""

from __future__ import annotations

import io
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pexpect
import pytest

from aiops_tui.demo import is_demo
from tests.cli.conftest import ROOT, Run

Start = Callable[..., subprocess.Popen[str]]
FILL = ("demo", "--no-tui", "--no-live", "--rows", "400", "--days", "3")


def count(path: Path) -> int:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        return int(connection.execute("SELECT count(*) FROM conversation_log").fetchone()[0])


def test_a_demo_to_work_with_is_kept_and_its_address_printed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ended = run(*FILL)
    assert (ended.status, ended.err) == (0, "")
    address = re.fullmatch(r"DATABASE_URL=(sqlite:///(/.+))\n", ended.out)
    assert address
    path = Path(address[2])
    assert is_demo(path)
    assert count(path) == 400
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert run("snapshot", "--db", address[1]).status == 0


def test_a_demo_at_a_place_of_ones_own_goes_on_the_next_time(run: Run, home: Path) -> None:
    assert run(*FILL, "--db", "my/demo.db").status == 0
    before = (home / "my" / "demo.db").read_bytes()
    again = run(*FILL, "--db", "sqlite:///my/demo.db")
    assert again.status == 0
    assert "my/demo.db" in again.err
    assert (home / "my" / "demo.db").read_bytes() == before


def test_a_file_that_no_demo_made_is_left_alone(run: Run, home: Path) -> None:
    theirs = home / "local.db"
    theirs.write_bytes(b"something of theirs")
    ended = run(*FILL, "--db", "local.db")
    assert ended.status == 1
    assert "local.db" in ended.line
    assert theirs.read_bytes() == b"something of theirs"


def test_the_database_of_the_environment_is_never_taken_for_the_demo(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///./local.db")
    monkeypatch.setenv("AIOPS_DB", "sqlite:///./local.db")
    assert "local.db" not in run(*FILL).out
    assert list(home.iterdir()) == []


def test_a_live_demo_goes_on_until_ctrl_c(process: Start, home: Path) -> None:
    running = process("demo", "--no-tui", "--rows", "400", "--days", "3", "--db", "demo.db")
    deadline = time.monotonic() + 30
    while not ((home / "demo.db").exists() and count(home / "demo.db") > 400):
        assert time.monotonic() < deadline and running.poll() is None
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=5)
    assert running.returncode == 130
    assert out == f"DATABASE_URL=sqlite:///{home}/demo.db\n"
    assert err.count("\n") == 1


def test_the_console_needs_a_terminal_before_anything_is_made_up(run: Run, home: Path) -> None:
    ended = run("demo", "--db", "demo.db")
    assert ended.status == 2
    assert ended.line
    assert list(home.iterdir()) == []


def test_the_console_opens_on_the_demo_and_leaves_nothing_behind(tmp_path: Path, home: Path) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder), "COLUMNS": "", "LINES": ""}
    console = pexpect.spawn(
        sys.executable,
        ["-m", "aiops_tui", "demo", "--rows", "400", "--days", "3", "--tab", "sentiment", "--no-mouse"],
        env=environ,
        dimensions=(30, 120),
        encoding="utf-8",
        timeout=30,
    )
    console.logfile_read = written = io.StringIO()
    with console:
        console.expect("400")
        console.expect("READ-ONLY")
        assert len(list(folder.iterdir())) == 1
        console.send("q")
        console.expect(pexpect.EOF)
        console.wait()
    assert console.exitstatus == 0
    assert "\x1b[?1049h" in written.getvalue()
    assert "\x1b[?1000h" not in written.getvalue(), "the mouse stays the terminal's"
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("postgres", [False, True], ids=["sqlite", "postgresql"])
def test_init_makes_the_tables_once(run: Run, postgres: bool, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("postgres_url") if postgres else "sqlite:///new.db"
    ended = run("init", "--db", url)
    assert (ended.status, ended.err) == (0, "")
    assert "conversation_log" in ended.out
    assert run("snapshot", "--db", url).status == 0
    again = run("init", "--db", url)
    assert again.status == 1
    assert "conversation_log" in again.line


def test_init_says_why_it_could_not(run: Run, home: Path) -> None:
    missing = run("init", "--db", "sqlite:///no/such/folder/x.db")
    assert missing.status == 1
    assert missing.line
    (home / "text.db").write_bytes(b"no database at all, whatever its name says" * 50)
    broken = run("init", "--db", "sqlite:///text.db")
    assert broken.status == 1
    assert "text.db" in broken.line
    refused = run("init", "--db", "postgresql://ops@127.0.0.1:1/chat")
    assert refused.status == 1
    assert refused.line
