"""The console in a browser: what is checked before anybody is let in, and who may be."""

from __future__ import annotations

import getpass
import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from aiops_tui.cli import options
from aiops_tui.cli.invocation import Invocation
from aiops_tui.cli.problems import DONE, USAGE, Stop
from aiops_tui.cli.reporting import reported
from aiops_tui.cli.screen import check_database_url
from aiops_tui.cli.views import read_view
from aiops_tui.config import WebSettings, load_web
from aiops_tui.config.values import is_loopback, is_well_formed_token
from aiops_tui.model.panels import Notice
from aiops_tui.model.reopening import OPTIONS as VIEW_OPTIONS
from aiops_tui.text.printable import printable

if TYPE_CHECKING:
    from aiops_tui.web.launch import Launch
    from aiops_tui.web.users import UsersFile

_WEB = {name: f"web_{name.removeprefix('web_')}" for name in (
    "host", "port", "web_url", "web_users", "web_hosts", "web_sessions", "web_idle", "web_proxies",
)}  # fmt: skip
"""The options that are settings of the server, and the setting's name."""

_FOR_CONSOLES = {option.name for option in (*options.SOURCE.options, *options.SCREEN.options)} - {"db", "mouse"} | {
    "tz"
}
"""The options that each console is started with; the database is not: a command line can be seen by others."""


def serve(run: Invocation) -> int:
    """Serve the console until Ctrl+C."""
    flags = {_WEB[name]: value for name, value in run.flags.items() if name in _WEB}
    settings = load_web(flags, run.sources, run.directory)
    _ = run.settings  # from here on in the language that was set
    _check_installed()
    if "add_user" in run.flags:
        return _add_user(run, settings, str(run.flags["add_user"]))
    check_database_url(run)
    read_view(run)
    if Path("-") in run.settings.log_files:
        raise Stop(Notice("web.no_standard_input"), USAGE)
    run.tell_settings()
    _check_door(settings)
    _warn(run, settings)
    from aiops_tui.web.running import serve as serve_console

    def log(notice: Notice) -> None:
        run.show([run.translator.notice(notice)])

    def broken(error: Exception) -> None:
        run.tell(reported(error, run))

    serve_console(
        settings, _launch(run, settings), log, broken, lambda url: run.tell(Notice("web.serving", {"url": url}))
    )
    return DONE


def _check_installed() -> None:
    if any(importlib.util.find_spec(name) is None for name in ("aiohttp", "textual_serve")):
        raise Stop(Notice("web.not_installed"))


def _check_door(settings: WebSettings) -> None:
    """See to it that nobody gets in who is not to.

    Raises:
        Stop: others can reach the server and nothing keeps them out, or what should does not.
    """
    from aiops_tui.web.users import SHORTEST_TOKEN

    if settings.token is not None and settings.users is not None:
        raise Stop(Notice("web.door.both"))
    if settings.token is not None:
        token = settings.token.reveal()
        if len(token) < SHORTEST_TOKEN or not is_well_formed_token(token):
            raise Stop(Notice("web.door.short", {"least": SHORTEST_TOKEN}))
    elif settings.users is not None:
        if not _users(settings.users).read():
            raise Stop(Notice("web.users.none", {"path": printable(str(settings.users), 200)}))
    elif settings.exposed:
        raise Stop(Notice("web.door.none"))


def _warn(run: Invocation, settings: WebSettings) -> None:
    if not is_loopback(settings.host) and settings.url is None:
        run.tell(Notice("web.no_tls"))


def _launch(run: Invocation, web: WebSettings) -> Launch:
    """Return how each console is started: with the options of the server, its shares leading back to it."""
    from aiops_tui.web.launch import Launch

    settings = run.settings
    environ = {"AIOPS_DB": str(run.flags["db"])} if "db" in run.flags else {}
    if web.url is not None and settings.dashboard_url is None:
        environ["DASHBOARD_URL"] = web.url.rstrip("/") + "/"
    named = run.find("lang") is not None
    view = {name: value for name, value in run.flags.items() if name in (*VIEW_OPTIONS, "view")}
    return Launch(
        options=_words({name: value for name, value in run.flags.items() if name in _FOR_CONSOLES})
        + (("--no-mouse",) if run.flags.get("mouse") is False else ()),
        view=_words(view),
        environ=environ,
        language=settings.language if named else None,
    )


def _words(flags: dict[str, object]) -> tuple[str, ...]:
    """Return options as they are written on a command line."""
    words: list[str] = []
    for name, value in flags.items():
        option = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(option)
        else:
            # In one word: a value may begin with dashes.
            words += [f"{option}={each}" for each in (value if isinstance(value, tuple) else (value,))]
    return tuple(words)


def _users(path: Path) -> UsersFile:
    from aiops_tui.web.users import UsersFile

    return UsersFile(path)


def _add_user(run: Invocation, settings: WebSettings, written: str) -> int:
    """Ask for a password and keep its hash in the users file."""
    from aiops_tui.web.users import LONGEST_NAME, LONGEST_PASSWORD, SHORTEST_PASSWORD, name_of

    if settings.users is None:
        raise Stop(Notice("web.users.where"), USAGE)
    name = name_of(written)
    if name is None:
        raise Stop(Notice("web.users.name", {"most": LONGEST_NAME}), USAGE)
    password = _password(run, name)
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Stop(Notice("web.users.short", {"least": SHORTEST_PASSWORD}))
    _users(settings.users).add(name, password)
    run.tell(Notice("web.users.added", {"name": name, "path": printable(str(settings.users), 200)}))
    return DONE


def _password(run: Invocation, name: str) -> str:
    """Return a password that was typed twice, or the first line of what is piped in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass(run.translator("web.users.ask", name=name))
    if getpass.getpass(run.translator("web.users.ask_again")) != first:
        raise Stop(Notice("web.users.differ"))
    return first
