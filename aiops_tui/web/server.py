"""The server: which paths there are, what every request has to pass, and what lives as long as it does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

from aiohttp import hdrs, web

from aiops_tui.config import WebSettings
from aiops_tui.web.answers import Answers, to
from aiops_tui.web.assets import Assets
from aiops_tui.web.consoles import Consoles
from aiops_tui.web.entrance import Entrance, Log
from aiops_tui.web.gate import HEADERS, Gate
from aiops_tui.web.launch import Launch
from aiops_tui.web.sessions import Sessions

_MOST_BYTES = 16 * 1024
_WATCH_SECONDS = 5.0
_PARTING_SECONDS = 3.0

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """Serves the console; ``broken`` is told of errors that nobody foresaw."""

    def __init__(self, settings: WebSettings, launch: Launch, log: Log, broken: Callable[[Exception], object]) -> None:
        self._settings, self._broken = settings, broken
        self.sessions = Sessions(settings.most, settings.idle * 60)
        self._gate = Gate(settings)
        self._answers = answers = Answers(settings, launch.language)
        self._assets = Assets()
        self._entrance = Entrance(settings, self._gate, answers, log, self._left)
        self._consoles = Consoles(settings, launch, self._gate, answers, self._entrance, self.sessions, log)

    def application(self) -> web.Application:
        """Return what answers requests, under the path it lives under and without, as proxies have it."""
        app = web.Application(middlewares=[self._answer], client_max_size=_MOST_BYTES)
        for path in sorted({"", self._settings.path}):
            app.add_routes([
                web.get(f"{path}/", self._consoles.show),
                web.get(f"{path}/login", self._entrance.show),
                web.post(f"{path}/login", self._entrance.log_in),
                web.post(f"{path}/logout", self._entrance.log_out),
                web.get(f"{path}/ws", self._consoles.converse),
                web.get(f"{path}/download/{{key}}", self._consoles.download),
                web.get(f"{path}/static/{{name}}", self._static),
                web.get(f"{path}/healthz", self._health),
            ])  # fmt: skip
        if self._settings.path:
            app.router.add_get(self._settings.path, self._into)
        app.on_response_prepare.append(_add_headers)
        app.cleanup_ctx.append(self._watching)
        app.on_shutdown.append(self._part)
        return app

    # life

    def _left(self, login: str) -> None:
        self.sessions.end("logged_out", lambda session: session.login == login)

    async def _watching(self, app: web.Application) -> AsyncIterator[None]:
        every = min(_WATCH_SECONDS, self._settings.idle * 20)
        task = asyncio.create_task(self.sessions.watch(self._entrance.is_in, every))
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def _part(self, app: web.Application) -> None:
        self.sessions.end("stopped")
        with suppress(TimeoutError):
            async with asyncio.timeout(_PARTING_SECONDS):
                while len(self.sessions):
                    await asyncio.sleep(0.02)

    # requests

    @web.middleware
    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer; what cannot be answered gets a page that says why."""
        # Platforms ask for health by whatever name they know.
        if handler != self._health and not self._gate.knows(request):
            return self._answers.notice(request, "host", 421)
        try:
            return await handler(request)
        except web.HTTPRedirection:
            raise
        except web.HTTPException as error:
            return self._answers.notice(request, "missing" if error.status == 404 else "refused", error.status)
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception as error:  # noqa: BLE001 - the last one to see it
            self._broken(error)
            return self._answers.notice(request, "broken", 500)

    async def _into(self, request: web.Request) -> web.StreamResponse:
        raise to(f"{self._settings.path.rpartition('/')[2]}/", request.query_string)

    async def _static(self, request: web.Request) -> web.StreamResponse:
        return self._assets.answer(request.match_info["name"], request)

    async def _health(self, request: web.Request) -> web.StreamResponse:
        return web.Response(text="ok\n", headers={hdrs.CACHE_CONTROL: "no-store"})


async def _add_headers(request: web.Request, answer: web.StreamResponse) -> None:
    answer.headers.update(HEADERS)
    answer.headers[hdrs.SERVER] = "aiops-tui"
