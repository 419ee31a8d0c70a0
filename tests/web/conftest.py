"""The server on a port of this machine, and what visits it."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pyte
import pytest
from aiohttp import web

from aiops_tui.config import WebSettings
from aiops_tui.demo import fill
from aiops_tui.model.panels import Notice
from aiops_tui.text.translations import Translator
from aiops_tui.web.launch import Launch
from aiops_tui.web.listening import listen
from aiops_tui.web.server import Server

NOW = datetime(2026, 11, 22, 7, 50, 43, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
PATIENCE = 60.0

Serve = Callable[..., Any]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in; no setting of the machine that runs the tests is seen."""
    for name in os.environ:
        if re.match(r"AIOPS_|SLACK_|DATABASE_URL|DASHBOARD_URL|PG|LC_|LANG|XDG_|NO_COLOR|COLORTERM|TMUX|PORT$", name):
            monkeypatch.delenv(name)
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / ".home"))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


@pytest.fixture(scope="session")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small filled database that is only read, its past ending at a known moment."""
    path = tmp_path_factory.mktemp("past") / "demo.db"
    fill(path, 3000, 14, 7, NOW, lambda done, total: None)
    return path


class Terminal:
    """A page without a browser: its socket, and the screen that is written on."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, columns: int, rows: int) -> None:
        self.socket = socket
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.files: list[str] = []
        self.ended: str | None = None
        """What was told of the end."""
        self._listening = asyncio.create_task(self._listen())

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(self.screen.display)

    async def type(self, keys: str) -> None:
        """Press keys, one after the other as a person does."""
        for key in keys:
            await self.socket.send_json(["stdin", key])
            await asyncio.sleep(0.1)

    async def sees(self, wanted: str) -> None:
        """Wait until a text is on the screen."""
        await self.until(lambda: wanted in self.text, wanted)

    async def until(self, holds: Callable[[], bool], what: str = "") -> None:
        """Wait until something holds."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not holds():
                    assert not self._listening.done(), f"closed before: {what}\n{self.ended}\n{self.text}"
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"never: {what}\n{self.text}") from None

    async def closes(self) -> str:
        """Wait until the socket is closed, and return what was told of it."""
        async with asyncio.timeout(PATIENCE):
            await self._listening
        return self.ended or ""

    async def _listen(self) -> None:
        """Take what comes at once, as a browser does, which answers too when it is asked whether it is there."""
        async for message in self.socket:
            if message.type is aiohttp.WSMsgType.BINARY:
                self._stream.feed(message.data)
            elif message.type is aiohttp.WSMsgType.TEXT:
                kind, value = message.json()
                if kind == "file":
                    self.files.append(value)
                elif kind == "ended":
                    self.ended = value


class Visitor:
    """A browser that does what it is told."""

    def __init__(self, client: aiohttp.ClientSession, url: str) -> None:
        self._client, self.url = client, url

    async def get(self, path: str = "", **more: Any) -> aiohttp.ClientResponse:
        """Ask for a page, and go nowhere by itself."""
        answer = await self._client.get(self.url + path, allow_redirects=False, **more)
        await answer.read()
        return answer

    async def post(self, path: str, origin: str | None = "", **form: str) -> aiohttp.ClientResponse:
        """Send a form, from a page of the server unless another origin is given."""
        own = self.url.rstrip("/") if origin == "" else origin
        headers = {"Origin": own} if own is not None else {}
        answer = await self._client.post(self.url + path, data=form, headers=headers, allow_redirects=False)
        await answer.read()
        return answer

    @asynccontextmanager
    async def console(
        self, query: str = "", columns: int = 120, rows: int = 40, headers: dict[str, str] | None = None
    ) -> AsyncIterator[Terminal]:
        """Open a console."""
        size = f"ws?width={columns}&height={rows}"
        sent = {"Origin": self.url.rstrip("/"), **(headers or {})}
        async with self._client.ws_connect(self.url + size + query, headers=sent) as socket:
            yield Terminal(socket, columns, rows)


class Served(Visitor):
    """A server, and its first visitor; ``told`` is what it told its log."""

    def __init__(self, client: aiohttp.ClientSession, url: str, server: Server, told: list[str]) -> None:
        super().__init__(client, url)
        self.server, self.told = server, told

    @asynccontextmanager
    async def visitor(self) -> AsyncIterator[Visitor]:
        """Give another browser."""
        async with _client() as client:
            yield Visitor(client, self.url)


def _client() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), auto_decompress=True)


@pytest.fixture
def serve(past: Path, tmp_path: Path) -> Serve:
    """Serve the console on the filled database."""

    @asynccontextmanager
    async def serving(launch: Launch | None = None, **settings: Any) -> AsyncIterator[Served]:
        told: list[str] = []
        broken: list[Exception] = []

        def log(notice: Notice) -> None:
            told.append(Translator("en").notice(notice))

        environ = {
            "AIOPS_DB": f"sqlite:///{past}", "AIOPS_AT": NOW.isoformat(), "AIOPS_STATE_DIR": str(tmp_path / "state"),
        }  # fmt: skip
        started = launch or Launch(environ=environ, language="en")
        server = Server(WebSettings(**settings), started, log, broken.append)
        runner = web.AppRunner(server.application(), access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        try:
            with closing(await listen(runner, "127.0.0.1", 0)) as listener:
                url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/"
                async with _client() as client:
                    yield Served(client, url, server, told)
        finally:
            await runner.cleanup()
        assert not broken, broken

    return serving
