"""The manual page, from the words of ``--help`` and the tables of options and keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

from aiops_tui import __version__
from aiops_tui.cli.commands import program
from aiops_tui.cli.help import meaning, written
from aiops_tui.cli.options import Group
from aiops_tui.text.translations import Translator
from aiops_tui.tui.keys import PLACES, keys_of
from tools.example import settings

_END = r"""
.SH EXIT STATUS
0 done; 1 it failed, with one line on standard error that says what to do; 2 wrong usage; 130 interrupted.
.SH FILES
.TP
.I ~/.config/aiops\-tui/config.toml
Settings, one key for each option and variable.
.TP
.I .env
The same as variables, in the folder where the program is started.
.TP
.I ~/.local/state/aiops\-tui/
What the console keeps: saved views, the last session, the outbox of shares, what was counted. For its owner alone.
.SH SEE ALSO
.BR psql (1),
.BR sqlite3 (1),
.BR journalctl (1)
"""


def manual(say: Translator) -> str:
    """Return the page in roff."""
    return re.sub(r"(\.SH .*\n)\.PP\n", r"\1", "\n".join(_parts(say)) + _END)


def _parts(say: Translator) -> Iterator[str]:
    yield f'.TH AIOPS\\-TUI 1 "" "aiops\\-tui {__version__}" "User Commands"'
    yield ".SH NAME\naiops\\-tui \\- a live terminal console for operators of an AI chat service"
    yield ".SH SYNOPSIS\n.B aiops\\-tui\n[\\fIOPTIONS\\fR] [\\fICOMMAND\\fR] [\\fIOPTIONS\\fR]"
    yield f".SH DESCRIPTION\n{_paragraphs(say('cli.about.console'))}"
    yield f".PP\n{_roff(say('cli.everywhere'))}"
    yield ".SH OPTIONS"
    yield from _groups(program.groups, "console", say)
    yield ".SH COMMANDS"
    for name, command in program.commands.items():
        yield f".SS {_roff(name)}\n{_paragraphs(say(f'cli.about.{name}'))}"
        own = tuple(group for group in getattr(command, "groups", ()) if group not in program.groups)
        yield from _groups(own, name, say)
    yield ".SH ENVIRONMENT"
    for setting in settings():
        yield f".TP\n.B {_roff(setting.name)}\n{_roff(setting.meaning)}"
    yield ".SH KEYS"
    for place in PLACES:
        yield f".SS {_roff(say(f'keys.place.{place}'))}"
        for key in keys_of(place):
            if key.keys:
                yield f".TP\n.B {_roff(key.shown)}\n{_roff(say(key.message))}"
    yield ".SH EXAMPLES"
    for name in ("console", *program.commands):
        yield f".PP\n.nf\n{_roff(say(f'cli.examples.{name}'))}\n.fi"


def _groups(groups: tuple[Group, ...], command: str, say: Translator) -> Iterator[str]:
    for group in groups:
        yield f".PP\n.I {_roff(say(f'cli.group.{group.name}'))}"
        for option in group.options:
            yield f".TP\n{_named(option)}\n{_roff(meaning(option, command, say))}"


def _named(option: click.Option) -> str:
    name = f"\\fB{_roff(written(option))}\\fR"
    return f"{name} \\fI{_roff(option.metavar)}\\fR" if option.metavar else name


def _paragraphs(text: str) -> str:
    return "\n.PP\n".join(_roff(each) for each in text.split("\n\n"))


def _roff(text: str) -> str:
    """Return a text as roff writes it: hyphens that can be copied, no line taken for a request."""
    escaped = text.strip().replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq").replace("'", "\\(aq")
    return "\n".join("\\&" + line if line.startswith(".") else line for line in escaped.split("\n"))
