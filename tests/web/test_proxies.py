"""The proxies that the documentation shows, as it shows them: real ones, with TLS, under a path."""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
import ssl
from asyncio.subprocess import DEVNULL, create_subprocess_exec
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from aiops_tui.config import Secret
from tests.web.chromium import PROGRAM, chromium
from tests.web.conftest import PATIENCE, ROOT, Serve

pytestmark = [
    pytest.mark.skipif(not PROGRAM, reason="Chromium is not installed: apt-get install chromium"),
    pytest.mark.xdist_group("chromium"),
]

TOKEN = "t" * 24
HOST = "ops.example.com"
PAGE = (ROOT / "docs" / "web.md").read_text(encoding="utf-8")
_FLAGS = (f"--host-resolver-rules=MAP {HOST} 127.0.0.1, MAP * ~NOTFOUND", "--ignore-certificate-errors")
VIEW = quote("--tab overview --window 24h --at 2026-11-22T07:50:43+00:00 --filter topic:배송")

_NGINX = """
daemon off;
pid {folder}/pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {folder}/certificate;
        ssl_certificate_key {folder}/key;
        {told}
    }}
}}
"""
_CADDY = """
{{
    admin off
    auto_https disable_redirects
    local_certs
    skip_install_trust
}}
{told}
"""
_CERTIFICATE = (
    "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ops.example.com -keyout key -out certificate"
)


def told(language: str, marker: str) -> str:
    """Return the block of the documentation that has a word in it."""
    blocks = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    (block,) = [each for each in blocks if marker in each]
    return str(block)


async def nginx(folder: Path, port: int, block: str) -> list[str]:
    """Write what nginx needs, and return how it is started."""
    made = await create_subprocess_exec(*_CERTIFICATE.split(), cwd=folder, stdout=DEVNULL, stderr=DEVNULL)
    assert await made.wait() == 0
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, port=port, told=block))
    return ["nginx", "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]


async def caddy(folder: Path, port: int, block: str) -> list[str]:
    """Write what Caddy needs, and return how it is started."""
    (folder / "Caddyfile").write_text(_CADDY.format(told=block.replace(HOST, f"{HOST}:{port}", 1)))
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


@asynccontextmanager
async def proxy(kind: str, folder: Path, port: int, backend: int) -> AsyncIterator[None]:
    """Run a proxy before a server of this machine."""
    folder.mkdir()
    block = told("nginx", "proxy_pass") if kind.startswith("nginx") else told("text", "reverse_proxy")
    block = block.replace("127.0.0.1:10001", f"127.0.0.1:{backend}" + ("/" if kind.endswith("cut off") else ""))
    command = await (nginx if kind.startswith("nginx") else caddy)(folder, port, block)
    environ = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(folder)}
    running = await create_subprocess_exec(*command, env=environ, stdout=DEVNULL, stderr=DEVNULL)
    try:
        async with asyncio.timeout(PATIENCE):
            while not listens(port):
                assert running.returncode is None, f"{kind} does not start"
                await asyncio.sleep(0.05)
        yield
    finally:
        running.terminate()
        await running.wait()


def listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.mark.parametrize("kind", ["nginx", "nginx, the path cut off", "caddy"])
async def test_behind_a_proxy_everything_works_as_the_documentation_says(
    serve: Serve, tmp_path: Path, kind: str
) -> None:
    name = kind.partition(",")[0]
    if shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin") is None or shutil.which("openssl") is None:
        pytest.skip(f"{name} is not installed: apt-get install {name}")
    port, downloads = free_port(), tmp_path / "downloads"
    downloads.mkdir()
    url = f"https://{HOST}:{port}/console"
    async with (
        serve(url=url, token=Secret(TOKEN), proxies=1) as s,
        proxy(kind, tmp_path / "proxy", port, urlsplit(s.url).port or 0),
        chromium(tmp_path / "profile", *_FLAGS) as browser,
    ):
        await fail_as_somebody_else(url)
        assert s.told == ["a login failed from 127.0.0.1"], "and not what the visitor says"
        await browser.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(downloads))
        tab = await browser.tab()
        await tab.go(f"{url}/?view={VIEW}")
        await tab.until("document.querySelector('[name=secret]')")
        await tab.fill(name="kim", secret=TOKEN)
        await tab.sees("topic:배송")
        await tab.sees("▌배송")
        await tab.sees("past")
        (cookie,) = (await tab.ask("Network.getCookies"))["cookies"]
        assert (cookie["path"], cookie["secure"], cookie["httpOnly"]) == ("/console/", True, True)
        await tab.press("x")
        await tab.sees("CSV")
        await tab.press(*"csv", "Enter")
        async with asyncio.timeout(PATIENCE):
            while not list(downloads.glob("*.csv")):
                await asyncio.sleep(0.1)
        await tab.press("q")
        await tab.reads("The console has ended.")
        await tab.run("document.querySelector('#ended button').click()")
        await tab.reads("Log in to the console")
        assert await tab.run("location.href") == f"{url}/login"
        assert not tab.complaints
        assert {(urlsplit(each).hostname, urlsplit(each).path.split("/")[1]) for each in tab.requests} == {
            (HOST, "console")
        }


async def fail_as_somebody_else(url: str) -> None:
    """Try to log in, and claim to be elsewhere."""
    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    headers = {"Origin": url.removesuffix("/console"), "X-Forwarded-For": "9.9.9.9"}
    form = {"name": "x", "secret": "wrong"}
    connector = aiohttp.TCPConnector(resolver=_Here(), ssl=unchecked)
    async with (
        aiohttp.ClientSession(connector=connector) as client,
        client.post(f"{url}/login", data=form, headers=headers) as answer,
    ):
        assert answer.status == 401


class _Here(AbstractResolver):
    """Finds every name on this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}]

    async def close(self) -> None:
        pass
