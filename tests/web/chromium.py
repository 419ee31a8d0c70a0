"""Debian's Chromium without a window, driven by the DevTools protocol; it reaches nothing but this machine."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
from asyncio.subprocess import DEVNULL, create_subprocess_exec
from base64 import b64decode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pyte

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
PATIENCE = 90.0
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--mute-audio",
    "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--disable-extensions",
    "--force-device-scale-factor=1", "--remote-debugging-port=0",
    # Names are of no use: whoever asks for another host is seen, and gets nowhere.
    "--host-resolver-rules=MAP rebound.example 127.0.0.1, MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)  # fmt: skip
_BINARY = 2
_NAMED = {"Enter": (13, "\r"), "Tab": (9, "")}
Json = dict[str, Any]


class Chromium:
    """A browser; `tab` opens pages in it."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self._answers: dict[int, asyncio.Future[Json]] = {}
        self._tabs: dict[str, Tab] = {}
        self.tabs: list[Tab] = []
        self._task = asyncio.create_task(self._listen())

    async def ask(self, method: str, session: str | None = None, **values: object) -> Json:
        """Have something done and return the answer."""
        self._number += 1
        asked: Json = {"id": self._number, "method": method, "params": values}
        answer = self._answers[self._number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json(asked | ({"sessionId": session} if session else {}))
        return await asyncio.wait_for(answer, PATIENCE)

    async def tab(self, width: int = 1200, height: int = 720, *, apart: bool = False) -> Tab:
        """Open an empty page, ``apart`` with cookies of its own."""
        context = (await self.ask("Target.createBrowserContext"))["browserContextId"] if apart else None
        own = {"browserContextId": context} if context else {}
        target = await self.ask("Target.createTarget", url="about:blank", **own)
        attached = await self.ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        tab = self._tabs[attached["sessionId"]] = Tab(self, attached["sessionId"])
        self.tabs.append(tab)
        for room in ("Page", "Network", "Runtime", "Log"):
            await tab.ask(f"{room}.enable")
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        await tab.ask("Emulation.setDeviceMetricsOverride", **size)
        await tab.ask("Emulation.setFocusEmulationEnabled", enabled=True)
        return tab

    async def _listen(self) -> None:
        async for message in self._socket:
            said = json.loads(message.data)
            if "id" in said:
                answer = self._answers.pop(said["id"])
                if "error" in said:
                    answer.set_exception(AssertionError(said["error"]))
                elif not answer.done():
                    answer.set_result(said["result"])
            elif said.get("sessionId") in self._tabs:
                self._tabs[said["sessionId"]].hear(said["method"], said["params"])


class Tab:
    """One page: what it asked for, and what a person sees and does."""

    def __init__(self, browser: Chromium, session: str) -> None:
        self._browser, self._session = browser, session
        self.forget()
        self.requests: list[str] = []
        """The addresses of all requests, sockets and frames too."""
        self.complaints: list[str] = []
        """What the browser itself found wrong: errors of scripts, and what the policy of the page forbade."""

    async def ask(self, method: str, **values: object) -> Json:
        """Have something done on this page and return the answer."""
        return await self._browser.ask(method, self._session, **values)

    def hear(self, method: str, values: Json) -> None:
        """Take note of what happens."""
        if method == "Network.requestWillBeSent":
            self.requests.append(values["request"]["url"])
        elif method == "Network.webSocketCreated":
            self.requests.append(values["url"])
            size = parse_qs(urlsplit(values["url"]).query)
            if "width" in size:
                self.forget(int(size["width"][0]), int(size["height"][0]))
        elif method == "Network.webSocketFrameReceived" and values["response"]["opcode"] == _BINARY:
            self._stream.feed(b64decode(values["response"]["payloadData"]))
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(values["exceptionDetails"])[:500])
        elif method == "Log.entryAdded":
            entry = values["entry"]
            # Those of the network are of a page's status, which is looked at for itself.
            if entry["level"] == "error" and entry["source"] != "network":
                self.complaints.append(entry["text"])

    def forget(self, width: int = 80, height: int = 24) -> None:
        """Begin with an empty screen."""
        self.screen = pyte.Screen(width, height)
        self._stream = pyte.ByteStream(self.screen)

    @property
    def text(self) -> str:
        """What the console wrote on its screen."""
        return "\n".join(self.screen.display)

    async def sees(self, wanted: str) -> None:
        """Wait until the console shows a text."""
        end = asyncio.get_running_loop().time() + PATIENCE
        while wanted not in self.text:
            assert asyncio.get_running_loop().time() < end, f"never: {wanted}\n{self.text}\n{self.complaints}"
            await asyncio.sleep(0.1)

    async def reads(self, wanted: str) -> None:
        """Wait until the page itself, which is not the console, has a text."""
        await self.until(f"document.body && document.body.innerText.includes({json.dumps(wanted)})")

    async def go(self, url: str) -> None:
        """Open an address."""
        await self.ask("Page.navigate", url=url)

    async def run(self, script: str) -> Any:
        """Return what a script evaluates to."""
        found = await self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        return found["result"].get("value")

    async def until(self, script: str, what: str = "") -> Any:
        """Wait until a script evaluates to something, and return it."""
        end = asyncio.get_running_loop().time() + PATIENCE
        while True:
            with suppress(AssertionError):  # between two pages there is none
                if value := await self.run(f"Promise.resolve({script}).then(v => v instanceof Node ? true : v)"):
                    return value
            if asyncio.get_running_loop().time() > end:
                text = await self.run("document.body.innerText")
                raise AssertionError(f"never: {what or script}\n{text}\n{self.complaints}")
            await asyncio.sleep(0.1)

    async def press(self, *keys: str) -> None:
        """Press keys, by their letter or name, as a person does."""
        for key in keys:
            code, text = _NAMED.get(key, (ord(key.upper()) if len(key) == 1 else 0, key))
            pressed = {"key": key, "windowsVirtualKeyCode": code}
            await self.ask("Input.dispatchKeyEvent", type="keyDown", text=text, **pressed)
            await self.ask("Input.dispatchKeyEvent", type="keyUp", **pressed)
            await asyncio.sleep(0.1)

    async def fill(self, **fields: str) -> None:
        """Write into fields of a form by their names, and send it off."""
        for name, text in fields.items():
            await self.run(f"document.querySelector('[name={name}]').value = {json.dumps(text)}")
        await self.run("document.querySelector('form button').click()")

    async def picture(self) -> bytes:
        """Return what is seen, as a PNG."""
        return b64decode((await self.ask("Page.captureScreenshot", format="png"))["data"])


@asynccontextmanager
async def chromium(folder: Path, *flags: str) -> AsyncIterator[Chromium]:
    """Give a browser that keeps what it has in a folder; of flags given twice the last one counts."""
    process = await create_subprocess_exec(
        PROGRAM, *_FLAGS, *flags, f"--user-data-dir={folder}", "about:blank", stdout=DEVNULL, stderr=DEVNULL,
        start_new_session=True, env={**os.environ, "HOME": str(folder)},
    )  # fmt: skip
    try:
        address = await _address(folder / "DevToolsActivePort", lambda: process.returncode is None)
        async with aiohttp.ClientSession() as client, client.ws_connect(address, max_msg_size=0) as socket:
            yield Chromium(socket)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _address(file: Path, running: Callable[[], bool]) -> str:
    end = asyncio.get_running_loop().time() + PATIENCE
    while asyncio.get_running_loop().time() < end and running():
        if file.exists() and len(lines := file.read_text().split()) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        await asyncio.sleep(0.1)
    raise AssertionError("Chromium does not start")
