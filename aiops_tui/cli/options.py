"""The options, by the groups that commands share. Values stay as they were written; who uses them reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import click

from aiops_tui.model.panels import TABS

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Group(NamedTuple):
    """Options that are shown together in a command's help, under the title ``cli.group.<name>``."""

    name: str
    options: tuple[click.Option, ...]


def _completed(ctx: click.Context, option: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    from aiops_tui.cli.completion import values

    return values(ctx, option, incomplete)


def _value(name: str, metavar: str, *, multiple: bool = False) -> click.Option:
    return click.Option([f"--{name}"], metavar=metavar, type=str, multiple=multiple, shell_complete=_completed)


def _switch(name: str, opposite: str | None = None) -> click.Option:
    words = f"--{name}/--{opposite}" if opposite else f"--{name}"
    return click.Option([words], is_flag=True, default=None)


_ZONE = _value("tz", "ZONE")
_CONNECTION = (
    _value("profile", "NAME"),
    _value("connect-timeout", "SECONDS"),
    _value("statement-timeout", "SECONDS"),
    _value("lock-timeout", "SECONDS"),
)
_LOGS = _value("log-file", "PATH", multiple=True)
_LOG_COMMANDS = _value("log-command", "COMMAND", multiple=True)
_LOG_ROWS = (
    _value("log-table", "NAME", multiple=True),
    _value("log-stream", "conversations|evaluations", multiple=True),
)
_INTERVAL = (_value("interval", "SECONDS"), _value("interval-idle", "SECONDS"))


def _view(tabs: str) -> Group:
    return Group(
        "view",
        (
            _value("view", "NAME"),
            _value("tab", tabs),
            _value("window", "1h|6h|24h|7d|30d|90d|all"),
            _value("since", "TIME"),
            _value("until", "TIME"),
            _value("at", "TIME"),
            _value("compare", "previous|week|off"),
            _value("filter", "QUERY"),
            _value("sort", "COLUMN"),
            _switch("list"),
            _value("conversation", "ID"),
            _ZONE,
        ),
    )


VIEW = _view("|".join(TABS))
VIEW_OF_TABS = _view("|".join((*TABS, "all")))
SOURCE = Group("source", (_value("db", "URL"), _LOGS, _LOG_COMMANDS, *_LOG_ROWS, *_CONNECTION, *_INTERVAL))
SCREEN = Group("screen", (_value("theme", "dark|light"), _switch("mouse", "no-mouse")))
RESUME = Group("session", (_switch("resume"),))
OTHER = Group("other", (_value("lang", "en|ko"),))
SNAPSHOT = Group("output", (_value("format", "text|json|markdown|csv|png"), _value("output", "FILE")))
_SHARE = (
    _value("channel", "CHANNEL"),
    _value("share-form", "native|picture|text"),
    _value("note", "TEXT"),
    _switch("dry-run"),
    _value("output", "FILE"),
)
SHARE = Group("share", _SHARE)
REPORT = Group("share", (_value("period", "day|week|month"), *_SHARE))
NARROWED = Group("view", (_value("at", "TIME"), _value("filter", "QUERY"), _ZONE))
DEMO = Group(
    "demo",
    (
        _value("db", "PATH"),
        _value("rows", "N"),
        _value("days", "D"),
        _value("seed", "S"),
        _switch("live", "no-live"),
        _switch("tui", "no-tui"),
        *_INTERVAL,
    ),
)
SERVE = Group(
    "serve",
    (
        _value("host", "ADDRESS"),
        _value("port", "PORT"),
        _value("web-url", "URL"),
        _value("web-users", "FILE"),
        _value("web-hosts", "NAMES"),
        _value("web-sessions", "N"),
        _value("web-idle", "MINUTES"),
        _value("web-proxies", "N"),
        _value("add-user", "NAME"),
    ),
)
DOCTOR = Group("source", (_value("db", "URL"), _LOGS, _ZONE, *_CONNECTION))
INIT = Group("source", (_value("db", "URL"), _value("connect-timeout", "SECONDS")))
SHELL = click.Argument(["shell"], metavar="bash|zsh|fish", required=False, shell_complete=_completed)
