"""The served console in Debian's Chromium: what a person sees and does, and that nothing else is asked for anything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from io import BytesIO
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from PIL import Image

from aiops_tui.config import Secret
from tests.web.chromium import PROGRAM, Chromium, Tab, chromium
from tests.web.conftest import Serve

pytestmark = [
    pytest.mark.skipif(not PROGRAM, reason="Chromium is not installed: apt-get install chromium"),
    pytest.mark.xdist_group("chromium"),
]

TOKEN = "t" * 24
REBOUND = "rebound.example"
"""A name that somebody pointed at this machine."""

_VISIBLE = 60
Browse = Callable[[], AbstractAsyncContextManager[Chromium]]


@pytest.fixture
def browse(tmp_path: Path) -> Browse:
    """Open a browser; at its end see to it that it asked nobody else, and found nothing to complain of."""

    @asynccontextmanager
    async def browsing() -> AsyncIterator[Chromium]:
        async with chromium(tmp_path / "profile") as browser:
            yield browser
            asked = [address for tab in browser.tabs for address in tab.requests if not address.startswith("data:")]
            assert {urlsplit(address).hostname for address in asked} <= {"127.0.0.1", REBOUND}
            assert not [address for address in asked if TOKEN in address]
            assert not [tab.complaints for tab in browser.tabs if tab.complaints]

    return browsing


async def log_in(tab: Tab, url: str, name: str = "kim") -> None:
    await tab.go(url)
    await tab.until("document.querySelector('[name=secret]')")
    await tab.fill(name=name, secret=TOKEN)


async def test_one_logs_in_by_the_keyboard_without_scripts_and_a_wrong_token_does_not(
    serve: Serve, browse: Browse
) -> None:
    async with serve(token=Secret(TOKEN)) as s, browse() as browser:
        tab = await browser.tab()
        await tab.ask("Emulation.setScriptExecutionDisabled", value=True)
        await tab.go(s.url)
        await tab.until("document.activeElement.name === 'name'")
        await tab.press(*"kim", "Tab", *"wrong token", "Enter")
        await tab.reads("This is not right")
        await tab.until("document.activeElement.name === 'secret'")
        await tab.press(*TOKEN, "Enter")
        await tab.until("document.querySelector('#terminal')")
        assert s.told[-1] == "kim logged in from 127.0.0.1"
        assert "httpOnly" in str(await tab.ask("Network.getCookies"))


async def test_keys_reach_the_console_and_one_comes_back_to_where_one_was(serve: Serve, browse: Browse) -> None:
    async with serve(token=Secret(TOKEN)) as s, browse() as browser:
        tab = await browser.tab()
        await log_in(tab, s.url)
        await tab.sees("Conversations over time")
        await tab.sees("past")
        await tab.press("2")
        await tab.sees("Sentiment over time")
        await tab.press("q")
        await tab.reads("The console has ended.")
        assert await tab.run("document.querySelector('#again').textContent") == "Open the console"
        tab.forget()
        await tab.run("document.querySelector('#again').click()")
        await tab.sees("Sentiment over time")
        await tab.press("q")
        await tab.reads("The console has ended.")
        await tab.run("document.querySelector('#ended button').click()")
        await tab.reads("Log in to the console")
        await tab.go(s.url)
        await tab.reads("Log in to the console")


async def test_two_sit_at_two_consoles_and_a_third_gets_a_friendly_page(serve: Serve, browse: Browse) -> None:
    async with serve(token=Secret(TOKEN), most=2) as s, browse() as browser:
        one, two, three = [await browser.tab(apart=True) for _ in range(3)]
        for tab, name in ((one, "kim"), (two, "lee")):
            await log_in(tab, s.url, name)
            await tab.sees("Conversations over time")
        await one.press("6")
        await one.sees("New users")
        assert "New users" not in two.text
        await log_in(three, s.url, "박")
        await three.reads("All seats are taken")
        # Whoever got the page in time and the console too late is told the same.
        await two.press("q")
        await two.reads("The console has ended.")
        async with s.visitor() as visitor:
            await visitor.post("login", name="x", secret=TOKEN)
            async with visitor.console() as page:
                await page.sees("Conversations")
                await two.run("new WebSocket('ws?width=80&height=24')")
                await asyncio.sleep(0)
                await three.run("location.href = './'")
                await three.reads("All seats are taken")


async def test_the_button_of_a_share_opens_what_was_shared_through_the_login_too(serve: Serve, browse: Browse) -> None:
    view = quote(
        "--tab overview --window 24h --at 2026-11-22T07:50:43+00:00 --filter topic:배송 --list --tz Asia/Tokyo"
    )
    async with serve(token=Secret(TOKEN)) as s, browse() as browser:
        tab = await browser.tab()
        await log_in(tab, f"{s.url}?view={view}")
        await tab.sees("topic:배송")
        await tab.sees("Asia/Tokyo")
        await tab.go(f"{s.url}?view=--db%20sqlite:////etc/passwd")
        await tab.reads("This link opens no view")


async def test_korean_stands_in_its_cells(serve: Serve, browse: Browse, tmp_path: Path) -> None:
    async with serve() as s, browse() as browser:
        tab = await browser.tab()
        await tab.go(s.url)
        await tab.sees("결제 오류")
        await tab.sees("비밀번호")
        widths = await tab.run(_WIDTHS)
        assert widths["가"] == 2 * widths["A"] == widths["–·"], "the font is here, and not another one"
        await asyncio.sleep(0.5)  # what was written is drawn with the next frame
        content = await tab.picture()
        (tmp_path / "korean.png").write_bytes(content)
        width, height = await tab.run(
            "(() => { const s = document.querySelector('.xterm-screen'); return [s.clientWidth, s.clientHeight]; })()"
        )
        picture = Image.open(BytesIO(content)).convert("L")
        cell = width / tab.screen.columns, height / tab.screen.lines
        seen = 0
        for y, line in enumerate(tab.screen.display):
            for x in _columns(line):
                character = tab.screen.buffer[y][x].data
                after = tab.screen.buffer[y][x + 2].data
                if "가" <= character <= "힣":
                    seen += 1
                    assert _ink(picture, cell, x, y) > 0 and _ink(picture, cell, x + 1, y) > 0, (x, y, character)
                    if after == " ":
                        assert _ink(picture, cell, x + 2, y) == 0, (x, y, character)
        assert seen > 100


async def test_an_export_is_saved_where_the_browser_saves_files(serve: Serve, browse: Browse, tmp_path: Path) -> None:
    folder = tmp_path / "downloads"
    folder.mkdir()
    async with serve(token=Secret(TOKEN)) as s, browse() as browser:
        await browser.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
        tab = await browser.tab()
        await log_in(tab, s.url)
        await tab.sees("결제 오류")
        await tab.press("x")
        await tab.sees("Topics: CSV")
        await tab.press(*"topics csv", "Enter")
        async with asyncio.timeout(60):
            while not (found := list(folder.glob("topics-*.csv"))):
                await asyncio.sleep(0.1)
        assert found[0].read_text(encoding="utf-8-sig").startswith("Topic,")
        await tab.sees(found[0].name)


async def test_a_copy_is_on_the_clipboard_of_the_browser(serve: Serve, browse: Browse) -> None:
    async with serve() as s, browse() as browser:
        allowed = ["clipboardReadWrite", "clipboardSanitizedWrite"]
        await browser.ask("Browser.grantPermissions", permissions=allowed, origin=s.url)
        tab = await browser.tab()
        await tab.go(s.url)
        await tab.sees("결제 오류")
        await tab.press("y")
        assert "결제 오류" in await tab.until("navigator.clipboard.readText()")


async def test_pages_of_others_get_nowhere(serve: Serve, browse: Browse) -> None:
    """A page on another port of this machine is of the same site: the cookie goes with what it asks for."""
    async with serve(token=Secret(TOKEN)) as s, serve() as other, browse() as browser:
        tab = await browser.tab()
        await log_in(tab, s.url)
        await tab.sees("Conversations over time")
        await tab.ask("Page.setBypassCSP", enabled=True)  # theirs would let them
        await tab.go(f"{other.url}nowhere")
        await tab.reads("Nothing here")
        address = s.url.replace("http", "ws") + "ws"
        said = await tab.run(
            f"new Promise((done) => {{ const s = new WebSocket('{address}'); "
            "s.onopen = () => done('open'); s.onerror = () => done('refused'); })"
        )
        assert said == "refused" and s.told.count("a console opened for kim, 1 open") == 1
        await tab.go(f"http://{REBOUND}:{urlsplit(s.url).port}/")
        await tab.reads("Not under this name")
        tab.complaints.clear()  # that even its style sheet was refused


_WIDTHS = """
(() => {
  const canvas = document.createElement("canvas").getContext("2d");
  canvas.font = "16px 'Roboto Mono'";
  return Object.fromEntries(["가", "A", "–·"].map((text) => [text, canvas.measureText(text).width]));
})()
"""


def _columns(line: str) -> range:
    return range(len(line) - 3)


def _ink(picture: Image.Image, cell: tuple[float, float], x: int, y: int) -> int:
    """Return how many pixels of a cell differ clearly from its corner."""
    width, height = cell
    box = picture.crop((round(x * width), round(y * height), round((x + 1) * width), round((y + 1) * height)))
    values = box.tobytes()
    return sum(abs(value - values[0]) > _VISIBLE for value in values)
