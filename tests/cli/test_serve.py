"""The command that serves the console: what it refuses, and what it says."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from aiops_tui.web.launch import Launch
from aiops_tui.web.users import UsersFile, matches
from tests.cli.conftest import Run

TOKEN = "0123456789abcdef0123"


@pytest.fixture
def taken() -> object:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        yield str(one.getsockname()[1])


def users(path: Path, *names: str) -> Path:
    file = UsersFile(path)
    for name in names:
        file.add(name, "correct horse")
    return path


@pytest.mark.parametrize(
    "arguments",
    [("--host", "0.0.0.0"), ("--host", "::"), ("--host", "192.0.2.1"), ("--host", "box.example"),
     ("--web-url", "https://ops.example/console"), ("--web-hosts", "ops.example")],
)  # fmt: skip
def test_where_others_can_reach_it_it_is_not_served_without_a_login(run: Run, arguments: tuple[str, ...]) -> None:
    result = run("serve", *arguments)
    assert result.status == 1
    assert "set AIOPS_WEB_TOKEN, or --web-users FILE" in result.line


@pytest.mark.parametrize("token", ["short", TOKEN[:-1], TOKEN + " x", "토큰" * 10])
def test_a_poor_token_is_refused_on_this_machine_too(run: Run, monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv("AIOPS_WEB_TOKEN", token)
    result = run("serve")
    assert result.status == 1
    assert "at least 20 letters" in result.line and token not in result.line


def test_a_taken_port_is_told(run: Run, taken: str) -> None:
    result = run("serve", "--port", taken)
    assert result.status == 1 and result.line.startswith(f"port {taken} of 127.0.0.1 is taken")


def test_an_address_of_another_machine_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIOPS_WEB_TOKEN", TOKEN)
    result = run("serve", "--host", "192.0.2.1", "--web-url", "https://ops.example")
    assert result.status == 1 and "192.0.2.1 is no address of this machine" in result.line


def test_without_the_extra_it_says_how_to_get_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "textual_serve" else find(name))
    result = run("serve")
    assert result.status == 1 and "pip install 'aiops-tui[web]'" in result.line


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_users_file_that_others_can_read_is_refused(run: Run, home: Path, mode: int) -> None:
    users(home / "users", "kim").chmod(mode)
    result = run("serve", "--web-users", "users")
    assert result.status == 1 and "chmod 600" in result.line


@pytest.mark.parametrize(
    ("content", "said"), [(None, "no such users file"), ("", "has no users"), ("# kim\n\n", "has no users")]
)
def test_a_users_file_without_users_is_refused(run: Run, home: Path, content: str | None, said: str) -> None:
    if content is not None:
        (home / "users").write_text(content)
        (home / "users").chmod(0o600)
    result = run("serve", "--web-users", "users")
    assert result.status == 1 and said in result.line


def test_token_and_users_are_not_mixed(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIOPS_WEB_TOKEN", TOKEN)
    users(home / "users", "kim")
    assert "use one of them" in run("serve", "--web-users", "users").line


def test_logs_from_standard_input_are_not_served(run: Run) -> None:
    result = run("serve", "--log-file", "-")
    assert result.status == 2 and "standard input" in result.line


@pytest.mark.parametrize(
    "arguments", [("--tab", "nowhere"), ("--db", "nonsense"), ("--port", "99999"), ("--filter", "score<x")]
)
def test_what_no_console_could_open_is_refused_at_once(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("serve", *arguments).status == 2


def add(process: Callable[..., subprocess.Popen[str]], password: str, *arguments: str) -> tuple[int, str]:
    with process("serve", *arguments, stdin=subprocess.PIPE) as adding:
        _, said = adding.communicate(password + "\n", timeout=60)
    return adding.returncode, said


def test_users_are_added_with_the_hash_of_their_password(
    process: Callable[..., subprocess.Popen[str]], home: Path
) -> None:
    for name, password in (("kim", "correct horse"), ("박 과장", "비밀번호는 길게 씁니다"), ("kim", "another one!")):
        status, said = add(process, password, "--web-users", "users", "--add-user", name)
        assert status == 0 and f"{name} can log in now" in said and password not in said
    file = home / "users"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    kept = UsersFile(file).read()
    assert list(kept) == ["kim", "박 과장"]
    assert matches("another one!", kept["kim"]) and not matches("correct horse", kept["kim"])
    assert "another" not in file.read_text()
    status, said = add(process, "short", "--web-users", "users", "--add-user", "lee")
    assert status == 1 and "at least 10" in said and list(UsersFile(file).read()) == ["kim", "박 과장"]
    assert add(process, "correct horse", "--add-user", "lee")[0] == 2
    assert add(process, "correct horse", "--web-users", "users", "--add-user", "a:b")[0] == 2


def test_it_says_where_it_is_and_ends_when_told_to(
    process: Callable[..., subprocess.Popen[str]], db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIOPS_WEB_TOKEN", TOKEN)
    for number in (signal.SIGINT, signal.SIGTERM):
        with process("serve", "--port", "0", "--host", "0.0.0.0") as server:
            assert server.stderr is not None
            first, second = server.stderr.readline(), server.stderr.readline()
            assert "without TLS" in first and "the console is at http://0.0.0.0:" in second
            server.send_signal(number)
            assert server.wait(60) == 0
            assert server.stderr.read() == ""


def test_nothing_of_the_server_is_loaded_without_it() -> None:
    script = "import sys; from aiops_tui.cli import main; main(['--help']); main(['serve', '--help'])\n"
    script += "sys.exit(any(name in sys.modules for name in ('aiohttp', 'textual_serve', 'aiops_tui.web')))"
    done = subprocess.run([sys.executable, "-c", script], env=os.environ, check=False, capture_output=True)
    assert done.returncode == 0


def test_consoles_are_started_as_the_server_was(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Launch] = []
    monkeypatch.setattr("aiops_tui.web.running.serve", lambda settings, launch, *_: started.append(launch))
    monkeypatch.setenv("AIOPS_WEB_TOKEN", TOKEN)
    arguments = ("--db", "postgresql://ops@db/chat", "--log-command", "--strange one", "--log-command", "two: b")
    more = ("--tab", "logs", "--list", "--no-mouse", "--tz", "UTC", "--web-url", "https://ops.example/console")
    assert run("serve", *arguments, *more, "--lang", "ko").status == 0
    (launch,) = started
    assert set(launch.options) == {"--log-command=--strange one", "--log-command=two: b", "--tz=UTC", "--no-mouse"}
    assert launch.view == ("--tab=logs", "--list")
    assert launch.environ["AIOPS_DB"] == "postgresql://ops@db/chat", "not for others to see"
    assert launch.environ["DASHBOARD_URL"] == "https://ops.example/console/", "shares lead back"
    assert launch.language == "ko"
    monkeypatch.setenv("DASHBOARD_URL", "https://dash.example/")
    run("serve", "--web-url", "https://ops.example")
    assert "DASHBOARD_URL" not in started[1].environ and started[1].language is None
