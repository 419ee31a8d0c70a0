"""A program in a pseudo-terminal: what it writes and when, and what a person would see by then."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
import pyte

COLUMNS, LINES = 120, 40

# What pyte does not know: private modes with other prefixes, questions about modes, operating system commands.
_UNKNOWN = re.compile(
    rb"\x1b\[[<>=][0-9;:]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1bP.*?\x1b\\", re.DOTALL
)
_CUT_OFF = re.compile(rb"\x1b(?:\[[0-9;:?<>=$]*|\][^\x07\x1b]*)?$")


class Screen:
    """What a terminal shows, line by line, with the background of each cell."""

    def __init__(self) -> None:
        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self._screen)
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Take what the program wrote."""
        data = _UNKNOWN.sub(b"", self._rest + data)
        cut = _CUT_OFF.search(data)
        self._rest = cut.group() if cut else b""
        self._stream.feed(data[: len(data) - len(self._rest)])

    @property
    def lines(self) -> list[str]:
        """The text."""
        return list(self._screen.display)

    def grounds(self, line: int) -> str:
        """Return the backgrounds of a line's cells, in a form that tells whether they changed."""
        return " ".join(self._screen.buffer[line][column].bg for column in range(COLUMNS))


Seen = Callable[[Screen], bool]


class Terminal:
    """Runs a program until the context is left; each piece of output is kept with the moment it came."""

    def __init__(self, arguments: Sequence[str], environ: Mapping[str, str], directory: Path) -> None:
        # What reads must get its turn at once while what looks at the screen reckons.
        sys.setswitchinterval(0.0005)
        self.screen = Screen()
        self._pieces: list[tuple[float, bytes]] = []
        self._looked = 0
        self._came = threading.Condition()
        self._ended = False
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self.started = time.perf_counter()
        self._program = subprocess.Popen(
            [sys.executable, *arguments], stdin=slave, stdout=slave, stderr=slave, cwd=directory,
            env={**environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}, start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        self.process = psutil.Process(self._program.pid)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._program.terminate()
        try:
            self._program.wait(5)
        except subprocess.TimeoutExpired:
            self._program.kill()
            self._program.wait()
        self._reader.join(5)
        os.close(self._master)

    @property
    def written(self) -> int:
        """How many bytes came so far."""
        with self._came:
            return sum(len(data) for _, data in self._pieces)

    def press(self, key: bytes) -> float:
        """Press a key and return when."""
        pressed = time.perf_counter()
        os.write(self._master, key)
        return pressed

    def wait(self, seen: Seen, seconds: float = 120.0) -> float:
        """Wait until the screen shows something, and return when the output that did it came.

        Raises:
            TimeoutError: it never did, with what is shown instead.
        """
        deadline = time.perf_counter() + seconds
        moment = self.started
        while not seen(self.screen):
            with self._came:
                while self._looked == len(self._pieces):
                    left = deadline - time.perf_counter()
                    if self._ended or left <= 0:
                        raise TimeoutError("\n".join(self.screen.lines))
                    self._came.wait(left)
                moment, data = self._pieces[self._looked]
                self._looked += 1
            self.screen.feed(data)
        return moment

    def settle(self, seconds: float) -> None:
        """Take what comes for a while."""
        deadline = time.perf_counter() + seconds
        while True:
            with self._came:
                left = deadline - time.perf_counter()
                if self._looked == len(self._pieces) and (self._ended or left <= 0 or not self._came.wait(left)):
                    return
                if self._looked == len(self._pieces):
                    continue
                data = self._pieces[self._looked][1]
                self._looked += 1
            self.screen.feed(data)

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, 1 << 16)
            except OSError:
                data = b""
            with self._came:
                self._pieces.append((time.perf_counter(), data))
                self._ended = not data
                self._came.notify_all()
            if not data:
                return
