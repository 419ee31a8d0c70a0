"""The console on a page, without a browser: what is typed, what is shown, and how it ends."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import subprocess
import sys
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from urllib.parse import quote

import aiohttp
import psutil
import pytest

from aiops_tui.model.filters import Filter
from aiops_tui.model.view import View
from aiops_tui.model.window import WindowSpec
from aiops_tui.web import child as child_module
from aiops_tui.web import launch, talk
from tests.web.conftest import NOW, PATIENCE, Serve, Terminal

_STANDS_IN = """
import sys
out, inp = sys.stdout.buffer, sys.stdin.buffer
out.write(b"__GANGLION__\\n"); out.flush()
while len(head := inp.read(5)) == 5:
    data = inp.read(int.from_bytes(head[1:], "big"))
    if b"quit" in data:
        break
    out.write(b"D" + head[1:] + data); out.flush()
"""


def children() -> list[psutil.Process]:
    return [each for each in psutil.Process().children() if each.status() != psutil.STATUS_ZOMBIE]


_DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("__GANGLION__", flush=True)
time.sleep(600)
"""


async def until(holds: object, seconds: float = PATIENCE) -> None:
    assert callable(holds)
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.05)


@pytest.fixture
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand-ins for consoles that echo what they hear: where many are needed."""
    monkeypatch.setattr(launch, "_command", lambda options: (sys.executable, "-S", "-c", _STANDS_IN))


async def test_keys_reach_the_console_and_q_ends_it(serve: Serve) -> None:
    async with serve() as s, s.console() as page:
        await page.sees("Conversations over time")
        await page.type("2")
        await page.sees("Sentiment over time")
        await page.type("q")
        assert await page.closes() == "The console has ended."
        await until(lambda: not children())
    assert s.told == ["a console opened for –, 1 open", "a console closed of –, 0 open"]


async def test_a_link_opens_exactly_the_view_that_was_shared(serve: Serve, home: Path) -> None:
    view = View("overview", WindowSpec("24h", at=NOW), Filter.parse("topic:배송"), compare="off", listed=True)
    words = shlex.join([*view.arguments(), "--tz", "Asia/Kolkata"])
    # What is set elsewhere is not part of it.
    (home / ".env").write_text("AIOPS_FILTER=topic:환불\nAIOPS_COMPARE=week\nAIOPS_SORT=score\n")
    async with serve() as s, s.console(f"&view={quote(words)}") as page:
        await page.sees("topic:배송")
        await page.sees("Asia/Kolkata")
        await page.type("y")
        await page.sees("copied")
        assert "환불" not in page.screen.display[0]
        (child,) = children()
        assert json.loads(child.environ()["AIOPS_WEB_VIEW"]) == {
            "tab": "overview", "window": "24h", "at": NOW.isoformat(), "filter": "topic:배송", "compare": "off",
            "list": "true",
        }  # fmt: skip
        assert "배송" not in " ".join(child.cmdline()), "others can see command lines"


@pytest.mark.parametrize(("said", "seen"), [(["focus"], "past"), (["blur"], "idle")])
async def test_who_looks_from_the_first_moment_on_is_known_to_look(serve: Serve, said: list[str], seen: str) -> None:
    """What nobody looks at is brought up to date every ten minutes only, and told to be idle."""
    async with serve() as s, s.console() as page:
        await page.socket.send_json(said)
        await page.sees("결제 오류")
        await page.sees(seen)


async def test_two_sessions_know_nothing_of_each_other(serve: Serve) -> None:
    async with serve() as s, s.console() as one, s.console() as two:
        await one.sees("Conversations over time")
        await two.sees("Conversations over time")
        await one.type("2")
        await one.sees("Sentiment over time")
        assert len(children()) == 2
        await one.type("q")
        await one.closes()
        await two.type("6")
        await two.sees("Active users")


async def test_a_page_that_is_resized_is_drawn_anew(serve: Serve) -> None:
    async with serve() as s, s.console() as page:
        await page.sees("Conversations over time")
        page.screen.resize(24, 80)
        page.screen.reset()
        await page.socket.send_json(["resize", {"width": 80, "height": 24}])
        await page.until(lambda: page.screen.display[23].rstrip().endswith("q quit"))


async def test_an_export_is_a_download_and_no_path_is_asked_for(serve: Serve, home: Path) -> None:
    async with serve() as s, s.console() as page:
        await page.sees("Conversations over time")
        await page.sees("결제 오류")
        await page.type("x")
        await page.sees("Topics: CSV")
        await page.type("topics csv\r")
        await page.until(lambda: bool(page.files), "a file")
        async with s.visitor() as other:
            found = await other.get(f"download/{page.files[0]}")
        assert found.status == 200, "everybody may where there is no login"
        text = (await found.read()).decode("utf-8-sig")
        assert text.startswith("Topic,") and len(text.splitlines()) > 10
        assert "attachment; filename*=UTF-8''topics-" in found.headers["Content-Disposition"]
        assert (await s.get(f"download/{page.files[0]}")).status == 404, "once"
    assert not list(home.rglob("*.csv"))


async def test_a_large_file_comes_whole_while_the_console_draws(serve: Serve) -> None:
    async with serve() as s, s.console() as page:
        await page.sees("결제 오류")
        await page.type("x")
        await page.sees("Topics: CSV")
        await page.type("conversations json\r")
        await page.until(lambda: bool(page.files), "a file")
        found, _ = await asyncio.gather(s.get(f"download/{page.files[0]}"), page.type("jkjkjkjkjk"))
        rows = json.loads(await found.read())
        assert len(rows) == 1600 and all(row["question"] for row in rows)
        await page.type("2")
        await page.sees("Sentiment over time")


async def test_who_vanishes_leaves_no_process_behind(serve: Serve) -> None:
    async with serve() as s:
        host, _, port = s.url.removeprefix("http://").rstrip("/").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        # A page that answers nothing any more, not even that it goes.
        writer.write(
            f"GET /ws?width=80&height=24 HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: http://{host}:{port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
        )
        assert b"101" in await reader.readline()
        await until(lambda: bool(children()))
        (child,) = children()
        heard = asyncio.create_task(_swallow(reader))
        await until(lambda: child not in children(), 30)
        await until(lambda: not len(s.server.sessions))
        heard.cancel()
        writer.close()
    # Of its five seconds: until silence is noticed, then asked to end, told to, and killed.
    ending = child_module._QUIT_SECONDS + 2 * child_module._TERMINATE_SECONDS
    assert talk.HEARTBEAT * 1.5 + ending < 5.0


async def _swallow(reader: asyncio.StreamReader) -> None:
    with suppress(ConnectionError):
        while await reader.read(65536):
            pass


async def test_a_console_that_hears_nothing_is_killed(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "_command", lambda options: (sys.executable, "-S", "-c", _DEAF))
    async with serve() as s:
        async with s.console() as page:
            await until(lambda: bool(children()))
            await page.socket.close()
        await until(lambda: not children())


@pytest.mark.parametrize(
    "garbage",
    ["", "{", "[]", '["stdin"]', '["stdin", 5]', '["resize", {"width": "x", "height": 3}]', '["resize", {"width": 9}]',
     '["quit"]', "null", "[" * 20_000, '["ping", "' + "9" * 500 + '"]', b"\x00\xff", "x" * (talk.MOST_BYTES + 1)],
    ids=range(13),
)  # fmt: skip
@pytest.mark.usefixtures("light")
async def test_garbage_on_the_socket_ends_that_session_alone(serve: Serve, garbage: str | bytes) -> None:
    async with serve() as s, s.console() as good, s.console() as bad:
        await (bad.socket.send_str(garbage) if isinstance(garbage, str) else bad.socket.send_bytes(garbage))
        said = await bad.closes()
        assert said in {"The page sent something that was not understood.", ""}
        await good.type("hello")
        await good.sees("hello")
        await until(lambda: len(children()) == 1)


@pytest.mark.usefixtures("light")
async def test_what_is_sent_is_held_within_reason(serve: Serve) -> None:
    async with serve() as s, s.console("&width=999999") as page:
        await page.socket.send_json(["resize", {"width": 10**9, "height": -4}])
        await page.sees('"width": 600')
        await page.sees('"height": 5')
        await page.socket.send_json(["ping", "17"])
        await page.type("x")
        await page.sees("x")


@pytest.mark.usefixtures("light")
async def test_fifty_at_once_get_ten_consoles_and_forty_a_friendly_word(serve: Serve) -> None:
    async with serve() as s, AsyncExitStack() as stack:
        pages: list[Terminal] = await asyncio.gather(*[stack.enter_async_context(s.console()) for _ in range(50)])
        refused: set[Terminal] = set()

        async def visit(page: Terminal) -> None:
            with suppress(ConnectionError):
                await page.type("hello")
            try:
                await page.sees("hello")
            except AssertionError:
                refused.add(page)

        await asyncio.gather(*map(visit, pages))
        assert len(refused) == 40
        assert all("10 consoles are open, and there is room for no more" in str(page.ended) for page in refused)
        assert len(children()) == 10
        page = await s.get()
        assert page.status == 503 and int(page.headers["Retry-After"]) > 0
        assert "All seats are taken" in await page.text()
        one = next(page for page in pages if page not in refused)
        await one.socket.close()
        await until(lambda: len(s.server.sessions) == 9)
        assert (await s.get()).status == 200, "there is room again"
    await until(lambda: not children())


@pytest.mark.usefixtures("light")
async def test_who_does_nothing_for_long_is_seen_out(serve: Serve) -> None:
    async with serve(idle=0.02) as s, s.console() as page:
        assert await page.closes() == "The console was closed: nobody used it for 0.02 minutes."
        await until(lambda: not children())


@pytest.mark.usefixtures("light")
async def test_a_server_that_ends_ends_its_consoles(serve: Serve) -> None:
    async with AsyncExitStack() as stack:
        async with serve() as s:
            other = await stack.enter_async_context(s.visitor())
            page = await stack.enter_async_context(other.console())
            await page.type("hello")
            await page.sees("hello")
        assert await page.closes() == "The server was stopped."
    assert not children()


async def test_a_console_that_cannot_start_says_why(serve: Serve) -> None:
    broken = launch.Launch(options=("--profile", "nonsense"), language="en")
    async with serve(broken) as s, s.console() as page:
        said = await page.closes()
    assert said.startswith("The console could not be opened. aiops-tui: --profile: ") and "Traceback" not in said


async def test_a_console_does_not_outlive_its_server(past: Path, home: Path) -> None:
    """One that is killed cannot end anything; the consoles see it."""
    environ = {**os.environ, "AIOPS_DB": f"sqlite:///{past}", "AIOPS_LANG": "en"}
    command = [sys.executable, "-m", "aiops_tui", "serve", "--port", "0"]
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        url = server.stderr.readline().split(" at ")[1].split()[0]
        async with aiohttp.ClientSession() as client:
            async with client.ws_connect(url + "ws", headers={"Origin": url.rstrip("/")}) as socket:
                page = Terminal(socket, 80, 24)
                await page.sees("Conversations")
                (child,) = psutil.Process(server.pid).children()
                server.kill()
            await until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
