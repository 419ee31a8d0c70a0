"""Logs from standard input and from commands: nothing is lost, no shell is asked, and nothing is left running."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil
import pytest

from aiops_tui.source.logs import LogBook, spool
from aiops_tui.source.logs.spool import Command, Spool

PRINTS = "import time; print('2025-10-16 10:00:00 [    INFO] app - {}', flush=True); time.sleep({})"


def until(condition: Callable[[], bool]) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)  # another process is waited for
    raise AssertionError


def followed(path: Path) -> tuple[LogBook, Callable[[], list[str]]]:
    book = LogBook([path], ZoneInfo("UTC"))

    def messages() -> list[str]:
        book.poll()
        return [entry.message for entry in book.entries(0, len(book))]

    return book, messages


def test_a_stream_is_kept_whole_through_its_rotations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "FULL", 2000)
    stream = Spool("a/b")
    book, messages = followed(stream.path)
    messages()
    reading, writing = os.pipe()
    thread = threading.Thread(target=stream.copy, args=(reading,))
    thread.start()
    for n in range(60):
        os.write(writing, f"2025-10-16 10:00:00 [    INFO] app - {n}\n".encode())
        messages()
    os.close(writing)
    thread.join()
    os.close(reading)
    assert messages() == [str(n) for n in range(60)]
    assert stream.path.parent.stat().st_mode & 0o077 == 0
    book.close()


def test_a_command_is_run_again_when_it_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(spool, "_FIRST_WAIT", 0.01)
    script = tmp_path / "it's.py"
    script.write_text(PRINTS.format("; echo $HOME `id`", 0))
    command = Command(f"{sys.executable} \"{script}\" '; touch {tmp_path}/shell'")
    book, messages = followed(command.path)
    command.start()
    until(lambda: len(messages()) >= 2)
    assert set(messages()) == {"; echo $HOME `id`"}
    assert not (tmp_path / "shell").exists()
    command.stop()
    book.close()


def test_a_command_ends_with_the_console(tmp_path: Path) -> None:
    script = tmp_path / "x.py"
    script.write_text(PRINTS.format("runs", 600))
    command = Command(f"{sys.executable} {script}")
    book, messages = followed(command.path)
    command.start()
    until(lambda: messages() == ["runs"])
    process = command._process
    assert process is not None
    command.stop()
    until(lambda: not psutil.pid_exists(process.pid) or process.poll() is not None)
    book.close()


@pytest.mark.parametrize("text", ["no-such-program-at-all", "'unclosed", "/"])
def test_a_command_that_cannot_be_run_is_told(text: str) -> None:
    command = Command(text)
    command.start()
    until(lambda: command.problem is not None)
    command.stop()
    assert command.problem is not None
    assert command.problem.id == "logs.command_ended"
    assert command.problem.values["reason"]
