"""Running the server until it is told to end."""

from __future__ import annotations

import asyncio
import errno
import logging
import signal
from collections.abc import Callable
from contextlib import closing

from aiohttp import web

from aiops_tui.config import WebSettings
from aiops_tui.model.panels import Notice
from aiops_tui.web.entrance import Log
from aiops_tui.web.launch import Launch
from aiops_tui.web.listening import listen
from aiops_tui.web.server import Server

_KEEPALIVE_SECONDS = 30.0
_CLOSING_SECONDS = 1.0


class NotServedError(Exception):
    """The server cannot listen; the notice says why."""

    def __init__(self, notice: Notice) -> None:
        self.notice = notice
        super().__init__(notice.id)


def serve(
    settings: WebSettings, launch: Launch, log: Log, broken: Callable[[Exception], object], ready: Callable[[str], None]
) -> None:
    """Serve until SIGINT or SIGTERM; ``ready`` is called with the address once it listens, ``broken`` with bugs.

    Raises:
        NotServedError: the port is taken, or the address is not of this machine.
    """
    # What strangers send is no news, and tracebacks are for nobody.
    logging.getLogger("aiohttp").addHandler(logging.NullHandler())
    logging.getLogger("aiohttp").propagate = False
    asyncio.run(_serve(settings, Server(settings, launch, log, broken), ready))


async def _serve(settings: WebSettings, server: Server, ready: Callable[[str], None]) -> None:
    end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end.set)
    runner = web.AppRunner(
        server.application(),
        access_log=None,
        keepalive_timeout=_KEEPALIVE_SECONDS,
        shutdown_timeout=_CLOSING_SECONDS,
    )
    await runner.setup()
    try:
        try:
            listener = await listen(runner, settings.host, settings.port)
        except OSError as error:
            raise NotServedError(_problem(error, settings)) from None
        with closing(listener):
            host, port = listener.sockets[0].getsockname()[:2]
            here = f"http://{f'[{host}]' if ':' in host else host}:{port}"
            ready((settings.url or here).rstrip("/") + "/")
            await end.wait()
    finally:
        await runner.cleanup()


def _problem(error: OSError, settings: WebSettings) -> Notice:
    values: dict[str, str | int | float] = {"host": settings.host, "port": str(settings.port)}
    known = {errno.EADDRINUSE: "taken", errno.EACCES: "forbidden", errno.EADDRNOTAVAIL: "not_here"}
    name = known.get(error.errno or 0, "not_here")
    return Notice(f"web.port.{name}", values)
