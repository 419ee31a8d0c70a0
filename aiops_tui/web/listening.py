"""Listening for browsers: how many connections there may be at a time, whoever they are of."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from aiohttp import web

MOST_CONNECTIONS = 500
"""Well under the 1,024 files that a process may usually have open: consoles need some too, and of those that come all
at once up to a hundred more are let in."""

_BUSY = HTTPStatus.SERVICE_UNAVAILABLE
_REFUSAL = (
    f"HTTP/1.1 {_BUSY.value} {_BUSY.phrase}\r\nConnection: close\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n"
).encode()


async def listen(runner: web.AppRunner, host: str, port: int) -> asyncio.Server:
    """Listen until the server that is returned is closed; what is too much is turned away before a word is read.

    Raises:
        OSError: the port is taken, or the address is not of this machine.
    """
    server = runner.server
    if server is None:
        raise RuntimeError("the runner has not been set up")

    def answering() -> asyncio.BaseProtocol:
        return server() if len(server.connections) < MOST_CONNECTIONS else _Refusal()

    return await asyncio.get_running_loop().create_server(answering, host, port)


class _Refusal(asyncio.Protocol):
    """Says that there is no room, and hangs up."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Answer what has not been asked yet."""
        if isinstance(transport, asyncio.WriteTransport):
            transport.write(_REFUSAL)
        transport.close()
