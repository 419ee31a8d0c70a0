"""A process that logs without a pause, a program that rotates its file, and a follower: each line once, in order."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from aiops_tui.source.logs import LogBook, LogFollower

LINES = 8000
LOGROTATE = shutil.which("logrotate") or shutil.which("logrotate", path="/usr/sbin:/sbin")
needs_logrotate = pytest.mark.skipif(LOGROTATE is None, reason="logrotate is not installed")

WRITES = """
import signal, sys, time
path, lines = sys.argv[1], int(sys.argv[2])
file = open(path, "a", buffering=1)
def reopen(number, frame):
    global again
    again = True
again = False
signal.signal(signal.SIGUSR1, reopen)
print(flush=True)
for n in range(lines):
    file.write(f"2025-10-16 10:00:00 [    INFO] app - line {n:06}\\n")
    if n % 40 == 0:
        time.sleep(0.002)
    if again:
        again = False
        file.close()
        file = open(path, "a", buffering=1)
signal.signal(signal.SIGUSR1, signal.SIG_IGN)
"""
ROTATES_ITSELF = """
import logging, logging.handlers, sys, time
handler = logging.handlers.RotatingFileHandler(sys.argv[1], maxBytes=20_000, backupCount=1000)
handler.setFormatter(logging.Formatter("%(asctime)s [%(levelname)8s] %(name)s - %(message)s"))
print(flush=True)
for n in range(int(sys.argv[2])):
    handler.handle(logging.LogRecord("app", logging.INFO, "", 1, "line %06d", (n,), None))
    if n % 40 == 0:
        time.sleep(0.002)
"""


@contextmanager
def writing(program: str, path: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", program, str(path), str(LINES)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        yield writer


def rotate(folder: Path, path: Path, how: str) -> None:
    config = folder / "logrotate.conf"
    config.write_text(f"{path} {{\n rotate 1000\n missingok\n {how}\n}}\n")
    config.chmod(0o600)
    assert LOGROTATE is not None
    subprocess.run([LOGROTATE, "-f", "-s", folder / "state", config], check=True)


def followed(path: Path, writer: subprocess.Popen[bytes], how: str | None) -> list[str]:
    """Return the messages that a follower read, in its order, while the file was rotated all the time."""
    book = LogBook([path], ZoneInfo("UTC"))
    book.poll()
    changed = threading.Event()
    follower = LogFollower(book, changed.set, interval=0.02)
    follower.start()
    while writer.poll() is None:
        if how is not None:
            rotate(path.parent.parent, path, how.format(pid=writer.pid))
        changed.clear()
        while not changed.wait(0.05) and writer.poll() is None:
            pass
    assert writer.returncode == 0
    last = f"line {LINES:06}"
    with path.open("a") as file:
        file.write(f"2025-10-16 10:00:00 [    INFO] app - {last}\n")
    while not len(book) or book[-1].message != last:
        assert changed.wait(30)
        changed.clear()
    follower.stop(10)
    return [entry.message for entry in book.entries(0, len(book))]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir(mode=0o700)
    return folder / "app.log"


CREATE = "create\n postrotate\n kill -USR1 {pid} 2>/dev/null || true\n endscript"


@pytest.mark.parametrize(
    ("program", "how"),
    [
        pytest.param(ROTATES_ITSELF, None, id="python"),
        pytest.param(WRITES, CREATE, id="create", marks=needs_logrotate),
        pytest.param(WRITES, f"{CREATE}\n delaycompress\n compress", id="compress", marks=needs_logrotate),
    ],
)
def test_no_line_is_lost_or_read_twice(path: Path, program: str, how: str | None) -> None:
    with writing(program, path) as writer:
        assert followed(path, writer, how) == [f"line {n:06}" for n in range(LINES + 1)]
    assert len(list(path.parent.iterdir())) > 3, "it was rotated"


@needs_logrotate
def test_of_copytruncate_all_that_is_in_any_file_is_read(path: Path) -> None:
    """What is written between the copy and the truncation is in no file; it may have been read before it went.

    A line that crosses a page of the file is seen in two steps: of one that went with the truncation its beginning may
    have been read.
    """
    with writing(WRITES, path) as writer:
        messages = followed(path, writer, "copytruncate")
    texts = [file.read_text() for file in path.parent.iterdir()]
    kept = set(re.findall(r"(?m)^2025.* - (line \d{6})$", "\n".join(texts)))
    read = [message for message in messages if re.fullmatch(r"line \d{6}", message)]
    assert len(texts) > 3, "it was rotated"
    assert read == sorted(set(read))
    assert kept <= set(read)
    assert len(messages) - len(read) < len(texts), "no more than one line is torn at each truncation"
