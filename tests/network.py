"""A line to a PostgreSQL server that is as long and as thin as wanted, counts what passes, and can be cut."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Passed:
    """What has passed so far: round trips, as seen by the client, and bytes to it."""

    trips: int
    received: int

    def __sub__(self, before: Passed) -> Passed:
        return Passed(self.trips - before.trips, self.received - before.received)


class Line:
    """Hands on what passes on a port of this machine's; runs in a thread of its own.

    ``seconds`` is how long a byte travels one way, ``rate`` how many bytes a second pass towards the client.
    """

    def __init__(self, url: str, seconds: float, rate: float) -> None:
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        self._host = query["host"][0] if "host" in query else parts.hostname or "127.0.0.1"
        self._port = parts.port or 5432
        self._seconds, self._rate = seconds, rate
        self._loop = asyncio.new_event_loop()
        self._open: set[_Relay] = set()
        self._left: int | None = None
        self._blocked = False
        self._trips = self._received = 0
        self._server = self._loop.run_until_complete(asyncio.start_server(self._accept, "127.0.0.1", 0))
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"postgresql://{parts.username}@127.0.0.1:{port}{parts.path}?sslmode=disable"
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    @property
    def passed(self) -> Passed:
        """What has passed so far."""
        passed: Passed = self._on_loop(lambda: Passed(self._trips, self._received))
        return passed

    def cut(self) -> None:
        """Cut all connections; new ones pass."""
        self._on_loop(self._abort)

    def cut_after(self, received: int) -> None:
        """Cut all connections when so many bytes more went to the client."""
        self._on_loop(lambda: setattr(self, "_left", received))

    def block(self, on: bool) -> None:
        """Cut all connections and let none pass, or let new ones pass again."""
        self._blocked = on
        self.cut()

    def close(self) -> None:
        """Cut everything and listen no more."""
        self.cut()
        self._on_loop(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def _on_loop(self, work: Callable[[], Any]) -> Any:
        async def do() -> Any:
            return work()

        return asyncio.run_coroutine_threadsafe(do(), self._loop).result(PATIENCE)

    def _abort(self) -> None:
        self._left = None
        for relay in list(self._open):
            relay.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self._blocked:
                raise OSError
            if self._host.startswith("/"):
                back, forth = await asyncio.open_unix_connection(f"{self._host}/.s.PGSQL.{self._port}")
            else:
                back, forth = await asyncio.open_connection(self._host, self._port)
        except OSError:
            writer.transport.abort()
            return
        relay = _Relay(self, writer, forth)
        self._open.add(relay)
        try:
            await asyncio.gather(relay.up(reader), relay.down(back))
        except OSError:
            relay.abort()
        finally:
            self._open.discard(relay)

    def took(self, size: int) -> float:
        """Count bytes to the client, and return how long they take to be sent; cut where that was asked for."""
        self._received += size
        if self._left is not None:
            self._left -= size
            if self._left < 0:
                self._abort()
        return size / self._rate

    def asked(self) -> None:
        """Count a round trip."""
        self._trips += 1

    @property
    def seconds(self) -> float:
        """How long a byte travels one way."""
        return self._seconds


class _Relay:
    """One connection."""

    def __init__(self, line: Line, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self._line, self._client, self._server = line, client, server
        self._answered = True
        self._free_at = 0.0

    def abort(self) -> None:
        self._client.transport.abort()
        self._server.transport.abort()

    async def up(self, reader: asyncio.StreamReader) -> None:
        loop = asyncio.get_running_loop()
        while data := await reader.read(1 << 16):
            if self._answered:
                self._answered = False
                self._line.asked()
            loop.call_later(self._line.seconds, self._server.write, data)
        loop.call_later(self._line.seconds, self._server.close)

    async def down(self, reader: asyncio.StreamReader) -> None:
        loop = asyncio.get_running_loop()
        while data := await reader.read(1 << 16):
            self._answered = True
            self._free_at = max(self._free_at, loop.time()) + self._line.took(len(data))
            loop.call_at(self._free_at + self._line.seconds, self._client.write, data)
        loop.call_at(max(self._free_at, loop.time()) + self._line.seconds, self._client.close)


@contextmanager
def line(url: str, seconds: float = 0.0, rate: float = 1e12) -> Iterator[Line]:
    """Lay a line to the server of a URL until the context is left."""
    laid = Line(url, seconds, rate)
    try:
        yield laid
    finally:
        laid.close()
