"""What passes on the socket between a page and its console, in the envelopes that textual-serve's terminal uses."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import WSMsgType, web

from aiops_tui.web.child import Child

HEARTBEAT = 2.2
"""Seconds of silence after which a page is asked whether it is still there; it has half of that to answer."""

MOST_BYTES = 256 * 1024
_CLOSING_SECONDS = 1.0
_LONGEST_PING = 40
_COLUMNS, _ROWS = (20, 600), (5, 250)


class GarbageError(ValueError):
    """Something came that no page of ours sends."""


@dataclass(frozen=True, slots=True)
class Size:
    """Cells of a terminal."""

    width: int
    height: int

    @staticmethod
    def read(width: object, height: object) -> Size:
        """Return a size within reason.

        Raises:
            GarbageError: it is none.
        """
        return Size(_within(width, *_COLUMNS), _within(height, *_ROWS))


class Page:
    """A page with a terminal in it."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket = socket

    async def show(self, data: bytes) -> None:
        """Write to the terminal."""
        await self._socket.send_bytes(data)

    async def offer(self, key: str, name: str) -> None:
        """Have a file fetched."""
        await self._socket.send_json(["file", key])

    async def end(self, why: str) -> None:
        """Say why the console ended, and close the socket."""
        with suppress(ConnectionError, RuntimeError):
            await self._socket.send_json(["ended", why])
        await self._socket.close()

    async def hear(self, child: Child) -> AsyncIterator[None]:
        """Hand on what a person does, one step for each time that somebody is seen to be there.

        Raises:
            GarbageError: something came that no page of ours sends.
        """
        async for message in self._socket:
            if message.type is not WSMsgType.TEXT:
                raise GarbageError
            match _envelope(message.data):
                case ["stdin", str(text)]:
                    await child.type(text)
                    yield
                case ["resize", {"width": width, "height": height}]:
                    size = Size.read(width, height)
                    await child.resize(size.width, size.height)
                case ["focus"]:
                    await child.look(True)
                    yield
                case ["blur"]:
                    await child.look(False)
                case ["ping", str(stamp)] if len(stamp) <= _LONGEST_PING:
                    await self._socket.send_json(["pong", stamp])
                case _:
                    raise GarbageError


def socket() -> web.WebSocketResponse:
    """Return a socket that notices in time when nobody is at its other end."""
    return web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=MOST_BYTES, timeout=_CLOSING_SECONDS)


def _envelope(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise GarbageError from None


def _within(value: object, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise GarbageError
    return min(max(value, low), high)
