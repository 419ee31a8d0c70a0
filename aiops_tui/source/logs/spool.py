"""Logs that come as a stream, from standard input or a command: written to a file of their own, and read from there."""

from __future__ import annotations

import atexit
import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from functools import cache
from pathlib import Path
from typing import IO

from aiops_tui.model.panels import Notice
from aiops_tui.text.printable import printable

FULL = 64 * 1024 * 1024
"""A file of a stream is so large when the next one is begun; `KEPT` older ones are kept."""

KEPT = 3

_BLOCK = 64 * 1024
_FIRST_WAIT, _LAST_WAIT, _STEADY = 1.0, 30.0, 60.0
_PATIENCE = 0.3
_LONGEST_NAME = 60


class Spool:
    """A stream's file, in a folder that only this user may look into, gone when the program ends."""

    def __init__(self, name: str) -> None:
        folder = Path(tempfile.mkdtemp(prefix="aiops-tui-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        self.path = folder / (printable(name, _LONGEST_NAME).replace("/", "∕").strip(". ") or "log")
        self.path.touch()

    def copy(self, descriptor: int) -> None:
        """Write what can be read of a descriptor, up to its end; where the disk is full, what does not fit is lost."""
        while True:
            try:
                data = os.read(descriptor, _BLOCK)
            except OSError:
                return
            if not data:
                return
            with contextlib.suppress(OSError):
                self._write(data)

    def _write(self, data: bytes) -> None:
        with self.path.open("ab") as file:
            file.write(data)
            size = file.tell()
        if size >= FULL and data.endswith(b"\n"):
            self._rotate()

    def _rotate(self) -> None:
        for number in range(KEPT, 0, -1):
            older = self.path if number == 1 else self.path.with_name(f"{self.path.name}.{number - 1}")
            if older.exists():
                older.replace(self.path.with_name(f"{self.path.name}.{number}"))


@cache
def standard_input() -> StandardInput:
    """Return the one standard input of this process."""
    return StandardInput()


class StandardInput(Spool):
    """What is piped into the program."""

    def __init__(self) -> None:
        super().__init__("stdin")
        self._descriptor = 0
        self._begun = False

    def hand_over(self) -> None:
        """Keep the pipe to read from, and let keys come from the terminal in its place.

        Raises:
            OSError: there is no terminal.
        """
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
        self._descriptor = os.dup(0)
        os.dup2(terminal, 0)
        os.close(terminal)

    def start(self) -> None:
        """Begin to read; once only."""
        if not self._begun:
            self._begun = True
            threading.Thread(target=self.copy, args=(self._descriptor,), name="stdin", daemon=True).start()

    def read_all(self) -> None:
        """Read up to the end."""
        if not self._begun:
            self._begun = True
            self.copy(self._descriptor)


class Command(Spool):
    """A program whose output is a log: run without a shell, again when it ended, later each time, until `stop`."""

    def __init__(self, command: str) -> None:
        super().__init__(command)
        self.problem: Notice | None = None
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="log command", daemon=True)

    def start(self) -> None:
        """Begin to run it."""
        self._thread.start()

    def stop(self) -> None:
        """End it and all that it started."""
        self._stopping.set()
        with self._lock:
            process = self._process
        if process is not None:
            _signal(process, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_PATIENCE)
            _signal(process, signal.SIGKILL)

    def run_for(self, seconds: float) -> None:
        """Run it once, for so long at most."""
        timer = threading.Timer(seconds, self.stop)
        timer.start()
        self._once()
        timer.cancel()
        self.stop()

    def _run(self) -> None:
        wait = _FIRST_WAIT
        while not self._stopping.is_set():
            started = time.monotonic()
            reason = self._once()
            if time.monotonic() - started > _STEADY:
                wait = _FIRST_WAIT
            values = {"command": printable(self._command, 100), "reason": reason, "seconds": f"{wait:g}"}
            self.problem = Notice("logs.command_ended", values)
            self._stopping.wait(wait)
            wait = min(wait * 2, _LAST_WAIT)

    def _once(self) -> str:
        """Run it to its end and return what it ended with."""
        try:
            with self._lock:
                if self._stopping.is_set():
                    return ""
                self._process = subprocess.Popen(  # noqa: S603 - what the operator says is to be run
                    shlex.split(self._command),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        except (OSError, ValueError) as error:
            return printable(getattr(error, "strerror", None) or str(error), 200)
        self.problem = None
        output: IO[bytes] | None = self._process.stdout
        if output is not None:
            with output:
                self.copy(output.fileno())
        return str(self._process.wait())


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
