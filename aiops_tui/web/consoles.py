"""The console on a page: the page itself, the socket with a process behind it, and the files that it hands out."""

from __future__ import annotations

import asyncio
from functools import partial
from urllib.parse import quote

from aiohttp import hdrs, web

from aiops_tui.config import WebSettings
from aiops_tui.model.panels import Notice
from aiops_tui.text.printable import printable
from aiops_tui.text.translations import Translator
from aiops_tui.web import talk
from aiops_tui.web.answers import Answers, passed_on, to
from aiops_tui.web.assets import page
from aiops_tui.web.child import Child, LostError
from aiops_tui.web.entrance import Entrance, Log
from aiops_tui.web.gate import Gate
from aiops_tui.web.launch import Launch
from aiops_tui.web.links import Link, LinkError, read_link
from aiops_tui.web.sessions import Session, Sessions

_LONGEST_REASON = 400
_RETRY_SECONDS = 30


class Consoles:
    """Opens a console for each page, as long as there is room."""

    def __init__(
        self,
        settings: WebSettings,
        launch: Launch,
        gate: Gate,
        answers: Answers,
        entrance: Entrance,
        sessions: Sessions,
        log: Log,
    ) -> None:
        self._settings, self._launch, self._gate, self._answers = settings, launch, gate, answers
        self._entrance, self._sessions, self._log = entrance, sessions, log

    async def show(self, request: web.Request) -> web.StreamResponse:
        """Show the page with the terminal."""
        if self._entrance.who(request) is None:
            raise to("login", passed_on(request.query_string))
        say = self._answers.say(request)
        try:
            _link(request)
        except LinkError as error:
            return self._answers.notice(request, "link", 400, reason=say.notice(error.notice))
        if self._sessions.full:
            answer = self._answers.notice(request, "full", 503, n=self._sessions.most)
            answer.headers[hdrs.RETRY_AFTER] = str(_RETRY_SECONDS)
            return answer
        return page(
            "console",
            {
                "language": say.language,
                "no_script": say("web.no_script"),
                "unreachable": say("web.ended.unreachable"),
                "lost": say("web.ended.lost"),
                "again": say("web.again"),
                "log_out": say("web.log_out"),
                "html_leave": "hidden" if self._entrance.open else "",
            },
        )

    async def converse(self, request: web.Request) -> web.StreamResponse:
        """Run a console for as long as its page is there."""
        login = self._entrance.who(request)
        if login is None:
            raise web.HTTPUnauthorized
        if not self._gate.is_ours(request):
            return self._answers.notice(request, "origin", 403)
        try:
            link, size = _link(request), _size(request)
        except (LinkError, talk.GarbageError):
            raise web.HTTPBadRequest from None
        socket = talk.socket()
        await socket.prepare(request)
        shown, say = talk.Page(socket), self._answers.say(request)
        child = self._launch.child(shown, link, login.name, say.language, resume="resume" in request.query)
        ending: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        session = Session(login.id, child, partial(_settle, ending))
        if not self._sessions.enter(session):
            await shown.end(say("web.full.text", n=self._sessions.most))
            return socket
        self._tell("begun", login.name)
        try:
            why = await _run(session, shown, size, ending)
            await shown.end(_reason(why, child, say, self._settings))
        finally:
            await child.end()
            self._sessions.leave(session)
            self._tell("ended", login.name)
        return socket

    def _tell(self, what: str, name: str) -> None:
        self._log(Notice(f"web.log.{what}", {"name": name or "–", "n": len(self._sessions)}))

    async def download(self, request: web.Request) -> web.StreamResponse:
        """Hand out a file to who has it on a page."""
        login, key = self._entrance.who(request), request.match_info["key"]
        child = None if login is None else self._sessions.offering(login.id, key)
        if child is None:
            raise web.HTTPNotFound
        name = quote(child.downloads[key].name, safe="")
        answer = web.StreamResponse(headers={
            hdrs.CONTENT_TYPE: "application/octet-stream",
            hdrs.CONTENT_DISPOSITION: f"attachment; filename*=UTF-8''{name}",
            hdrs.CACHE_CONTROL: "no-store",
        })  # fmt: skip
        answer.enable_chunked_encoding()
        await answer.prepare(request)
        try:
            async for piece in child.fetch(key):
                await answer.write(piece)
        except LostError:
            if request.transport is not None:  # so that nobody takes a part for the whole
                request.transport.abort()
            return answer
        await answer.write_eof()
        return answer


async def _run(session: Session, shown: talk.Page, size: talk.Size, ending: asyncio.Future[str]) -> str:
    """Let a page and a console talk until one of them is gone, or the server ends it; return why it ended."""
    child = session.child
    await child.start(size.width, size.height)

    async def hear() -> str:
        try:
            async for _ in shown.hear(child):
                session.touch()
        except talk.GarbageError:
            return "garbage"
        except LostError:
            return "failed"
        return "gone"

    async def show() -> str:
        return "left" if await child.run() else "failed"

    heard, shows = asyncio.create_task(hear()), asyncio.create_task(show())
    try:
        done, _ = await asyncio.wait({heard, shows, ending}, return_when=asyncio.FIRST_COMPLETED)
        return next(iter(done)).result()
    finally:
        heard.cancel()
        await child.end()
        await asyncio.wait({heard, shows})


def _reason(why: str, child: Child, say: Translator, settings: WebSettings) -> str:
    """Return what to tell of an end: of a console that never was, what it said itself."""
    text = say(f"web.ended.{why}", minutes=settings.idle)
    said = child.said.decode("utf-8", "replace").strip().splitlines() if why == "failed" else []
    return " ".join([text, *(printable(line, _LONGEST_REASON) for line in said[-1:])])


def _settle(ending: asyncio.Future[str], why: str) -> None:
    if not ending.done():
        ending.set_result(why)


def _link(request: web.Request) -> Link | None:
    text = request.query.get("view")
    return None if text is None else read_link(text)


def _size(request: web.Request) -> talk.Size:
    """Return how many cells there are at the start, the usual terminal where that is not said."""
    width, height = (request.query.get(name, usual) for name, usual in (("width", "80"), ("height", "24")))
    return talk.Size.read(*(int(text) if text.isascii() and text.isdigit() else None for text in (width, height)))
