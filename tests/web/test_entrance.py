"""Who gets in, and who does not: by the name that is asked for, the page that asks, the secret, and how often."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, suppress
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import psutil
import pytest

from aiops_tui.config import Secret
from aiops_tui.web.logins import LIFETIME, MOST_ADDRESSES, MOST_LOGINS, Logins, Throttle
from aiops_tui.web.users import UsersFile
from tests.web.conftest import Serve, Visitor

TOKEN = "t" * 24
PASSWORD = "correct horse"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def cookie_of(answer: aiohttp.ClientResponse) -> str:
    return answer.headers["Set-Cookie"]


async def refused(visitor: Visitor, **headers: str) -> int:
    """Return with which status a socket is refused."""
    with pytest.raises(aiohttp.WSServerHandshakeError) as error:
        async with visitor.console(headers=headers):
            pass
    return error.value.status


async def test_the_token_lets_in_and_is_in_no_address_and_no_log(serve: Serve) -> None:
    async with serve(token=Secret(TOKEN)) as s:
        page = await s.get("?view=--tab%20logs&evil=1")
        assert (page.status, page.headers["Location"]) == (303, "login?view=--tab+logs")
        form = await s.get("login?view=--tab%20logs")
        assert form.status == 200 and "script" not in await form.text(), "it works without JavaScript"
        entered = await s.post("login", name="  김 영희 ", secret=TOKEN, query="view=--tab+logs&x=y")
        assert (entered.status, entered.headers["Location"]) == (303, "./?view=--tab+logs")
        (morsel,) = SimpleCookie(cookie_of(entered)).values()
        assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "Lax", "/")
        assert TOKEN not in cookie_of(entered) and len(morsel.value) > 40
        assert (await s.get()).status == 200
        assert (await s.get("login")).headers["Location"] == "./"
        assert s.told == ["김 영희 logged in from 127.0.0.1"]
        async with s.visitor() as other:
            assert (await other.get()).status == 303


async def test_a_wrong_token_is_told_apart_by_nothing_and_slows_down(serve: Serve) -> None:
    async with serve(token=Secret(TOKEN)) as s:
        for _ in range(3):
            answer = await s.post("login", name="kim", secret=TOKEN + "x")
            assert answer.status == 401 and "Set-Cookie" not in answer.headers
            assert "This is not right" in await answer.text()
        late = await s.post("login", name="kim", secret=TOKEN)
        assert late.status == 429 and late.headers["Retry-After"] == "1"
        assert TOKEN not in "".join(s.told) and "kim" not in "".join(s.told), "a password may be typed as a name"
        assert await refused(s) == 401


@pytest.mark.parametrize("name", ["", "   ", "a:b", "x" * 41, "a\x1b[31m"])
async def test_what_is_no_name_does_not_get_in(serve: Serve, name: str) -> None:
    async with serve(token=Secret(TOKEN)) as s:
        answer = await s.post("login", name=name, secret=TOKEN)
        assert answer.status == 401 and "Give a name" in await answer.text()


async def test_what_was_typed_is_never_html(serve: Serve) -> None:
    async with serve(token=Secret(TOKEN)) as s:
        name, query = '"><script>alert(1)</script>', "view=%22%3E%3Cscript%3E"
        assert "<script" not in await (await s.post("login", name=name, secret="x", query=query)).text()
        assert "<script" not in await (await s.get(f"login?{query}")).text()
    async with serve() as s:
        assert "<script" not in await (await s.get("?view=--%3Cscript%3E")).text()


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "https://127.0.0.1", "http://127.0.0.1:1"])
async def test_another_origin_gets_nowhere(serve: Serve, origin: str | None) -> None:
    async with serve(token=Secret(TOKEN)) as s:
        assert (await s.post("login", origin, name="kim", secret=TOKEN)).status == 403
        assert (await s.post("logout", origin)).status == 403
        await s.post("login", name="kim", secret=TOKEN)
        headers = {} if origin is None else {"Origin": origin}
        answer = await s.get("ws", headers={"Connection": "Upgrade", "Upgrade": "websocket", **headers})
        assert answer.status == 403
    async with serve() as s:
        if origin is not None:
            assert await refused(s, Origin=origin) == 403, "where everybody may come in, this is all there is"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.nip.example", "localhost@evil.example", ""]
)
async def test_another_host_gets_nowhere(serve: Serve, host: str) -> None:
    """Somebody may point a name of theirs at our address; the page of that name is of our origin then."""
    async with serve() as s:
        for path in ("", "login", "static/page.css", "download/x"):
            assert (await s.get(path, headers={"Host": host})).status == 421
        assert await refused(s, Host=host, Origin=f"http://{host}") == 421
        assert (await s.get("healthz", headers={"Host": host})).status == 200, "platforms ask by any name"


@pytest.mark.parametrize("host", ["localhost:9000", "127.0.0.1", "[::1]:10001", "10.0.0.7:8080", "OPS.example."])
async def test_our_names_and_addresses_are_answered(serve: Serve, host: str) -> None:
    async with serve(hosts=("ops.example",)) as s:
        assert (await s.get(headers={"Host": host})).status == 200


async def test_behind_a_proxy_its_address_counts(serve: Serve) -> None:
    public = "https://ops.example/console"
    async with serve(url=public, token=Secret(TOKEN), proxies=1) as s:
        for base in ("", "console/"):  # proxies that cut the path off, and that do not
            entered = await s.post(f"{base}login", "https://ops.example", name="kim", secret=TOKEN)
            (morsel,) = SimpleCookie(cookie_of(entered)).values()
            assert (morsel["secure"], morsel["path"]) == (True, "/console/")
            assert (await s.get(f"{base}static/page.css")).status == 200
        assert (await s.get("console?view=--list")).headers["Location"] == "console/?view=--list"
        assert (await s.post("login", "http://ops.example", name="kim", secret=TOKEN)).status == 403, "without TLS"
        for address in ("1.2.3.4", "5.6.7.8"):
            async with aiohttp.ClientSession() as client:
                headers = {"Origin": "https://ops.example", "X-Forwarded-For": f"9.9.9.9, {address}"}
                for _ in range(4):
                    data = {"name": "x", "secret": "y"}
                    async with client.post(s.url + "login", data=data, headers=headers) as answer:
                        last = answer.status
                assert last == 429
        assert "a login failed from 5.6.7.8" in s.told


async def test_an_address_that_nobody_vouches_for_is_not_believed(serve: Serve) -> None:
    async with serve(token=Secret(TOKEN)) as s:
        origin = s.url.rstrip("/")
        for number in range(4):
            headers = {"Origin": origin, "X-Forwarded-For": f"1.1.1.{number}"}
            answer = await s._client.post(s.url + "login", data={"name": "x", "secret": "y"}, headers=headers)
        assert answer.status == 429


async def test_users_come_in_by_their_own_password_and_go_when_they_are_removed(serve: Serve, tmp_path: Path) -> None:
    file = UsersFile(tmp_path / "users")
    file.add("kim", PASSWORD)
    file.add("박", PASSWORD + "2")
    async with serve(users=file.path) as s:
        assert (await s.post("login", name="kim", secret=PASSWORD + "2")).status == 401
        assert (await s.post("login", name="lee", secret=PASSWORD)).status == 401
        assert (await s.post("login", name="kim", secret=PASSWORD)).status == 303
        assert (await s.get()).status == 200
        lines = file.path.read_text().splitlines()
        file.path.write_text("\n".join(line for line in lines if not line.startswith("kim:")))
        assert (await s.get()).status == 303
        async with s.visitor() as other:
            assert (await other.post("login", name="박", secret=PASSWORD + "2")).status == 303
            file.path.chmod(0o644)
            assert (await other.get()).status == 303, "a file that others can read is not believed"


async def test_logging_out_ends_the_consoles_of_that_login(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serve(token=Secret(TOKEN)) as s, s.visitor() as other:
        for visitor, name in ((s, "kim"), (other, "lee")):
            await visitor.post("login", name=name, secret=TOKEN)
        async with s.console() as mine, other.console() as theirs:
            await mine.sees("Conversations over time")
            assert (await s.post("logout")).headers["Location"] == "login"
            assert await mine.closes() == "You are logged out."
            await theirs.sees("Conversations over time")
            assert (await s.get()).status == 303 and await refused(s) == 401


async def test_a_console_has_the_name_of_who_logged_in_and_not_the_token(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIOPS_WEB_TOKEN", TOKEN)
    async with serve(token=Secret(TOKEN)) as s:
        await s.post("login", name="김 영희", secret=TOKEN)
        async with s.console() as page:
            await page.sees("결제 오류")
            (child,) = psutil.Process().children()
            environ = child.environ()
            assert environ["AIOPS_OPERATOR"] == "김 영희" and TOKEN not in environ.values()
            await page.type("S")
            await page.sees("김 영희")


async def test_a_file_is_for_who_asked_for_it(serve: Serve) -> None:
    async with serve(token=Secret(TOKEN)) as s, s.visitor() as other:
        for visitor, name in ((s, "kim"), (other, "lee")):
            await visitor.post("login", name=name, secret=TOKEN)
        async with s.console() as page:
            await page.sees("결제 오류")
            await page.type("x")
            await page.sees("Topics: CSV")
            await page.type("topics json\r")
            await page.until(lambda: bool(page.files), "a file")
            path = f"download/{page.files[0]}"
            assert (await other.get(path)).status == 404
            answer = await s.get(path)
            assert answer.status == 200 and (await answer.json(content_type=None))["panel"]["id"] == "topics"
            assert (await s.get("download/../../etc/passwd")).status == 404


async def test_every_answer_says_what_a_browser_may_do_with_it(serve: Serve) -> None:
    async with serve(token=Secret(TOKEN)) as s:
        for path in ("", "login", "static/textual.js", "healthz", "nowhere", "static/../server.py", "ws"):
            answer = await s.get(path)
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert "unsafe-eval" not in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Server"] == "aiops-tui"
        assert (await s.get("nowhere")).status == 404
        assert (await s.get("healthz")).status == 200
        large = await s.post("login", name="kim", secret="x" * 100_000)
        assert large.status == 413


async def test_pages_speak_the_language_of_the_browser(serve: Serve) -> None:
    from aiops_tui.web.launch import Launch

    async with serve(Launch(), token=Secret(TOKEN)) as s:
        for wanted, word in (("ko-KR,ko;q=0.9,en;q=0.8", "비밀번호"), ("de, en;q=0.5", "token"), ("", "token")):
            answer = await s.get("login", headers={"Accept-Language": wanted})
            assert word.replace("비밀번호", "토큰") in await answer.text()


async def test_files_are_packed_and_kept(serve: Serve) -> None:
    async with serve() as s:
        for name in ("textual.js", "xterm.css", "session.js", "page.css", "font.ttf"):
            answer = await s.get(f"static/{name}")
            assert answer.status == 200 and answer.headers["Content-Encoding"] == "gzip"
            again = await s.get(f"static/{name}", headers={"If-None-Match": answer.headers["ETag"]})
            assert again.status == 304
            plain = await s.get(f"static/{name}", headers={"Accept-Encoding": "identity"})
            assert await plain.read() == await answer.read()


async def test_passwords_are_checked_a_few_at_a_time(serve: Serve, tmp_path: Path) -> None:
    file = UsersFile(tmp_path / "users")
    file.add("kim", PASSWORD)
    async with serve(users=file.path) as s:
        answers = await asyncio.gather(*[s.post("login", name="kim", secret="x" * 12) for _ in range(40)])
        statuses = [answer.status for answer in answers]
        assert statuses.count(401) <= 4 and statuses.count(429) >= 36


async def test_who_says_nothing_takes_no_room_from_who_came_in(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiops_tui.web.listening.MOST_CONNECTIONS", 6)
    async with serve(token=Secret(TOKEN)) as s, AsyncExitStack() as stack:
        await s.post("login", name="kim", secret=TOKEN)
        page = await stack.enter_async_context(s.console())
        address = urlsplit(s.url)
        silent = [await asyncio.open_connection(address.hostname, address.port) for _ in range(12)]
        for _, writer in silent:
            stack.callback(writer.close)
        heard = [asyncio.create_task(reader.readline()) for reader, _ in silent]
        async with asyncio.timeout(60):
            while sum(task.done() and b" 503 " in task.result() for task in heard) < 7:
                await asyncio.sleep(0.02)
        await page.sees("결제 오류")
        await page.type("2")
        await page.sees("Sentiment over time")
        for _, writer in silent:
            writer.close()
        async with asyncio.timeout(60), s.visitor() as other:
            while True:
                with suppress(aiohttp.ClientError):
                    if (await other.get("healthz")).status == 200:
                        break
                await asyncio.sleep(0.05)


async def test_a_form_that_never_ends_is_given_up(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiops_tui.web.entrance.FORM_SECONDS", 0.05)
    async with serve(token=Secret(TOKEN)) as s:
        address = urlsplit(s.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(
            f"POST /login HTTP/1.1\r\nHost: {address.netloc}\r\nOrigin: http://{address.netloc}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nname=kim".encode()
        )
        async with asyncio.timeout(60):
            assert b" 408 " in await reader.readline()
        writer.close()


def test_a_login_ends_and_the_oldest_give_way() -> None:
    clock = Clock()
    logins = Logins(clock)
    first = logins.add("kim", "key")
    found = logins.find(first)
    assert found is not None and found.name == "kim" and logins.find(first[:-1]) is None and logins.find("") is None
    clock.now += LIFETIME - 1
    assert logins.find(first)
    clock.now += 1
    assert logins.find(first) is None
    cookies = [logins.add("kim", "key") for _ in range(MOST_LOGINS + 1)]
    assert logins.find(cookies[0]) is None and logins.find(cookies[1]) and len(set(cookies)) == len(cookies)


def test_who_fails_waits_twice_as_long_each_time() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    waits = []
    for _ in range(14):
        throttle.failed("1.2.3.4")
        waits.append(throttle.wait("1.2.3.4"))
        clock.now += waits[-1]
    assert waits == [0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]
    assert throttle.wait("1.2.3.5") == 0
    throttle.failed("1.2.3.4")
    throttle.succeeded("1.2.3.4")
    assert throttle.wait("1.2.3.4") == 0


def test_neighbours_in_the_large_address_space_are_one_and_memory_is_bounded() -> None:
    throttle = Throttle(Clock())
    for last in range(5):
        throttle.failed(f"2001:db8::{last}")
    assert throttle.wait("2001:db8::ffff") > 0 and throttle.wait("2001:db8:0:1::1") == 0
    assert throttle.wait("::ffff:1.2.3.4") == 0
    for number in range(MOST_ADDRESSES * 2):
        throttle.failed(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(throttle._failed) == MOST_ADDRESSES
