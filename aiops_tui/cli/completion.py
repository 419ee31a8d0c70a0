"""Completion in a shell: the script that it loads, and what the script asks for at each Tab.

The shell waits for an answer with every Tab, so that nothing heavy may be loaded here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from importlib.resources import files
from pathlib import Path

import click
from click.shell_completion import BashComplete, CompletionItem, FishComplete, ShellComplete, ZshComplete

from aiops_tui.cli import ASKING
from aiops_tui.cli.help import meaning, written
from aiops_tui.cli.invocation import PROGRAM, Invocation
from aiops_tui.cli.problems import DONE, USAGE, Stop
from aiops_tui.config.savedviews import saved_views
from aiops_tui.config.settings import PROFILES
from aiops_tui.model.panels import Notice
from aiops_tui.text.printable import printable
from aiops_tui.text.translations import catalogue

_FILES = ("FILE", "PATH")


class _Bash(BashComplete):
    """As bash needs it, which does not quote what it is given; its ``read`` takes a backslash of each pair."""

    def format_completion(self, item: CompletionItem[str]) -> str:
        quoted = re.sub(r"([^\w@%+=:,./-])", r"\\\1", item.value)
        return f"{item.type}," + quoted.replace("\\", "\\\\")


_SHELLS: Mapping[str, type[ShellComplete]] = {"bash": _Bash, "zsh": ZshComplete, "fish": FishComplete}
SHELLS = tuple(_SHELLS)


def completion(run: Invocation) -> int:
    """Print the script for the shell that is named.

    Raises:
        Stop: none is, or none that we know.
    """
    shell = str(run.flags.get("shell", ""))
    if shell not in SHELLS:
        values = {"shell": printable(shell, 60), "shells": ", ".join(SHELLS)}
        raise Stop(Notice("cli.no_such_shell" if shell else "cli.which_shell", values), USAGE)
    print(_asked(shell, run).source(), end="")  # noqa: T201
    return DONE


def answer(instruction: str) -> int:
    """Print what can follow on a command line, as the script of a shell asks for it; whatever fails, nothing."""
    shell, _, what = instruction.partition("_")
    with suppress(Exception):
        if shell in SHELLS and what == "complete":
            print(_asked(shell, Invocation((), os.environ, Path.cwd())).complete())  # noqa: T201
    return DONE


def _asked(shell: str, run: Invocation) -> ShellComplete:
    from aiops_tui.cli.commands import program

    return _SHELLS[shell](program, {"obj": run}, PROGRAM, ASKING)


def described(items: Sequence[CompletionItem[str]], ctx: click.Context) -> list[CompletionItem[str]]:
    """Return commands and options with what they are for; of a switch, only what changes something."""
    say = ctx.ensure_object(Invocation).translator
    name = ctx.info_name if ctx.parent else "console"
    options = [option for option in ctx.command.get_params(ctx) if isinstance(option, click.Option)]
    told = {each: meaning(option, name, say) for option in options for each in (written(option), *option.opts)}
    told |= {each: say(f"cli.short.{each}") for each in getattr(ctx.command, "commands", ())}
    needless = {each for option in options if option.secondary_opts for each in option.opts}
    for item in items:
        item.help = re.split(r"[.:;] |\.$", told.get(item.value, ""), maxsplit=1)[0] or None
    return [item for item in items if item.value not in needless]


def values(ctx: click.Context, option: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Return what can be the value of an option: its choices, a file, or what there is of its kind."""
    metavar = option.metavar or ""
    if metavar in _FILES:
        return [CompletionItem(incomplete, type="file")]
    known = _KNOWN.get(str(option.name))
    found = metavar.split("|") if "|" in metavar else known(ctx.ensure_object(Invocation)) if known else ()
    return [CompletionItem(each) for each in found if each.startswith(incomplete)]


def _zones(_: Invocation) -> Iterable[str]:
    return (files("tzdata") / "zones").read_text(encoding="utf-8").split()


def _views(run: Invocation) -> Iterable[str]:
    return saved_views(run.settings.state_dir)[0]


def _columns(_: Invocation) -> Iterable[str]:
    return catalogue("en", "columns")


_KNOWN: Mapping[str, Callable[[Invocation], Iterable[str]]] = {
    "tz": _zones, "view": _views, "sort": _columns, "profile": lambda _: PROFILES, "shell": lambda _: SHELLS,
}  # fmt: skip
