"""A program in a pseudo-terminal: its screen as text, and as a picture in the colours that it asked for."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pexpect
import pyte

# What pyte does not know: private modes with other prefixes, questions about modes, operating system commands.
_UNKNOWN = re.compile(r"\x1b\[[<>=][0-9;:]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_CUT_OFF = re.compile(r"\x1b(?:\[[0-9;:?<>=$]*|\][^\x07\x1b]*)?$")
_NAMED = {"default": "", "brown": "cdcd00"}
_DARK, _LIGHT = "#000000", "#cccccc"
KEYS = {
    "enter": "\r", "escape": "\x1b", "tab": "\t", "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D",
}  # fmt: skip
"""What keys send; a letter is itself."""


class Terminal:
    """Runs a program until the context is left."""

    def __init__(
        self, command: Sequence[str], environ: Mapping[str, str], directory: Path, columns: int = 120, rows: int = 40
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self._screen)
        self._rest = ""
        self._program = pexpect.spawn(
            command[0], list(command[1:]), cwd=str(directory), dimensions=(rows, columns), encoding="utf-8",
            codec_errors="replace", env={**environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._program.close(force=True)

    @property
    def text(self) -> str:
        """The screen, line by line."""
        return "\n".join(self._screen.display)

    def press(self, *keys: str) -> None:
        """Press keys: names of `KEYS`, or texts that are typed."""
        for key in keys:
            self._program.send(KEYS.get(key, key))
            self._read(0.3)

    def until(self, seen: Callable[[str], bool], seconds: float = 120) -> None:
        """Wait until the screen shows something, and for what else comes with it.

        Raises:
            TimeoutError: it never did.
        """
        deadline = time.monotonic() + seconds
        while not seen(self.text):
            if time.monotonic() > deadline or not self._read(0.2):
                raise TimeoutError(f"never seen; instead:\n{self.text}")
        self._read(1.0)

    def end(self, seconds: float = 60) -> int:
        """Wait for the program to end by itself and return its exit status.

        Raises:
            TimeoutError: it goes on.
        """
        deadline = time.monotonic() + seconds
        while self._read(0.2):
            if time.monotonic() > deadline:
                raise TimeoutError(f"it goes on:\n{self.text}")
        self._program.close()
        return int(self._program.exitstatus or 0)

    def picture(self) -> bytes:
        """Return the screen as a PNG."""
        from aiops_tui.pictures.painting import Cell, painted

        cells = []
        for y in range(self._screen.lines):
            for x in range(self._screen.columns):
                cell = self._screen.buffer[y][x]
                if cell.data:  # the second half of a wide character has none
                    wide = 1 + (x + 1 < self._screen.columns and not self._screen.buffer[y][x + 1].data)
                    colour, ground = _colour(cell.fg, _LIGHT), _colour(cell.bg, _DARK)
                    colour, ground = (ground, colour) if cell.reverse else (colour, ground)
                    cells.append(Cell(x, y, cell.data[0], wide, colour, ground, cell.bold))
        return painted(cells, self._screen.columns, self._screen.lines, _colour(self._screen.buffer[0][0].bg, _DARK))

    def _read(self, seconds: float) -> bool:
        """Take what is written until nothing more comes for a while; False once the program has ended."""
        while True:
            try:
                came = self._rest + self._program.read_nonblocking(1 << 16, timeout=seconds)
            except pexpect.TIMEOUT:
                return True
            except pexpect.EOF:
                return False
            came = _UNKNOWN.sub("", came)
            cut = _CUT_OFF.search(came)
            self._rest = cut.group() if cut else ""
            self._stream.feed(came[: len(came) - len(self._rest)])


def _colour(name: str, otherwise: str) -> str:
    name = _NAMED.get(name, name)
    return f"#{name}" if re.fullmatch("[0-9a-f]{6}", name) else otherwise
