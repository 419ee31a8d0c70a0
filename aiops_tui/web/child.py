"""One console as a process of its own, spoken to in the packets of Textual's driver for browsers."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Protocol

from textual_serve._binary_encode import load

_HELLO = b"__GANGLION__\n"
_LINES_BEFORE = 10
_QUIT_SECONDS, _TERMINATE_SECONDS = 1.0, 0.3
"""How long it may take to end when it is asked to, and when it is told to; then it is killed."""

_CHUNK = 64 * 1024
_PATIENCE = 10.0
_DOWNLOADS = 8
"""So many files may wait to be fetched; the oldest goes."""

_MOST_STDERR = 64 * 1024


class Outlet(Protocol):
    """Where a console shows itself."""

    async def show(self, data: bytes) -> None:
        """Write to the terminal."""

    async def offer(self, key: str, name: str) -> None:
        """Tell that there is a file to fetch."""


@dataclass
class Download:
    """A file that a console hands out, piece by piece as it is asked for; an empty piece is its end."""

    name: str
    kind: str
    pieces: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)
    fetched: bool = False


class LostError(Exception):
    """The console ended, or hears and says nothing any more."""


class Child:
    """A console; `run` it once, and whatever happens it has ended by then."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], outlet: Outlet) -> None:
        self._command, self._environ, self._outlet = command, environ, outlet
        self._process: Process | None = None
        self.downloads: dict[str, Download] = {}
        self.said = b""
        """What it wrote to standard error, at its end."""

    @property
    def pid(self) -> int | None:
        """The number of its process, once that runs."""
        return self._process.pid if self._process is not None else None

    async def start(self, width: int, height: int) -> None:
        """Start the process on a screen of so many cells.

        Raises:
            OSError: it cannot be started.
        """
        environ = {**self._environ, "COLUMNS": str(width), "ROWS": str(height)}
        # In a group of its own: Ctrl+C at the server's terminal is for the server, which ends it in order.
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environ, start_new_session=True
        )

    async def run(self) -> bool:
        """Hand on what it shows until it ends, and return whether it ever showed anything."""
        process = self._process
        if process is None or process.stdout is None:
            return False
        listening = asyncio.create_task(self._listen(process))
        try:
            if not await self._greeted(process.stdout):
                return False
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                while await self._packet(process.stdout):
                    pass
            return True
        finally:
            for download in self.downloads.values():
                download.pieces.put_nowait(b"")
            self.downloads.clear()
            await self.end()
            await listening

    # what a person does

    async def type(self, text: str) -> None:
        """Hand over what was typed."""
        await self._send(b"D", text.encode("utf-8", "ignore"))

    async def resize(self, width: int, height: int) -> None:
        """Tell how many cells the screen has now."""
        await self._meta(type="resize", width=width, height=height)

    async def look(self, at_it: bool) -> None:
        """Tell whether somebody looks at it."""
        await self._meta(type="focus" if at_it else "blur")

    async def fetch(self, key: str) -> AsyncIterator[bytes]:
        """Give a file in pieces, once.

        Raises:
            LostError: not all of it came.
        """
        download = self.downloads[key]
        download.fetched = True
        try:
            while True:
                await self._meta(type="deliver_chunk_request", key=key, size=_CHUNK)
                piece = await asyncio.wait_for(download.pieces.get(), _PATIENCE)
                if piece:
                    yield piece
                elif key in self.downloads:
                    return
                else:
                    raise LostError
        except TimeoutError:
            raise LostError from None
        finally:
            self.downloads.pop(key, None)

    async def end(self) -> None:
        """Ask it to end, then make it end; what it started ends with it."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        with suppress(LostError, TimeoutError):
            await asyncio.wait_for(self._meta(type="quit"), _TERMINATE_SECONDS)
        if not await _ended(process, _QUIT_SECONDS):
            _signal(process, signal.SIGTERM)
            if not await _ended(process, _TERMINATE_SECONDS):
                _signal(process, signal.SIGKILL)
                await process.wait()

    # packets

    async def _greeted(self, stream: asyncio.StreamReader) -> bool:
        with suppress(ValueError, ConnectionError):
            for _ in range(_LINES_BEFORE):
                line = await stream.readline()
                if line == _HELLO:
                    return True
                if not line:
                    break
        return False

    async def _packet(self, stream: asyncio.StreamReader) -> bool:
        """Take one packet and return whether more may come."""
        head = await stream.readexactly(5)
        payload = await stream.readexactly(int.from_bytes(head[1:], "big"))
        match head[:1]:
            case b"D":
                await self._outlet.show(payload)
            case b"M":
                return await self._told(json.loads(payload))
            case b"P":
                match load(payload):
                    case ("deliver_chunk", str(key), bytes(piece)) if key in self.downloads:
                        self.downloads[key].pieces.put_nowait(piece)
        return True

    async def _told(self, meta: Mapping[str, object]) -> bool:
        if meta["type"] == "deliver_file_start":
            key, name = str(meta["key"]), PurePath(str(meta["path"])).name
            while len(self.downloads) >= _DOWNLOADS:
                self.downloads.pop(next(iter(self.downloads))).pieces.put_nowait(b"")
            self.downloads[key] = Download(name, str(meta.get("mime_type") or "application/octet-stream"))
            await self._outlet.offer(key, name)
        return meta["type"] != "exit"

    async def _meta(self, **meta: str | int) -> None:
        await self._send(b"M", json.dumps(meta).encode())

    async def _send(self, kind: bytes, payload: bytes) -> None:
        """Send a packet; to one that has ended it makes no difference.

        Raises:
            LostError: it takes nothing any more.
        """
        if self._process is None or self._process.stdin is None:
            return
        with suppress(ConnectionError, RuntimeError):
            self._process.stdin.write(kind + len(payload).to_bytes(4, "big") + payload)
            try:
                await asyncio.wait_for(self._process.stdin.drain(), _PATIENCE)
            except TimeoutError:
                raise LostError from None

    async def _listen(self, process: Process) -> None:
        """Read what it writes to standard error, and keep the end of it."""
        while process.stderr is not None and (data := await process.stderr.read(4096)):
            self.said = (self.said + data)[-_MOST_STDERR:]


async def _ended(process: Process, seconds: float) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), seconds)
    return process.returncode is not None


def _signal(process: Process, number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
