"""What ``--help`` shows: words of the message catalogue, laid out by cells so that Korean lines up too."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator

import click

from aiops_tui.cli.invocation import Invocation
from aiops_tui.cli.options import Group
from aiops_tui.text.cells import fit, width, wrap
from aiops_tui.text.translations import Translator

_NARROWEST, _WIDEST = 40, 100
_NAMES = 30
_INDENT = "  "


def help_text(ctx: click.Context, groups: tuple[Group, ...], commands: tuple[str, ...] = ()) -> str:
    """Return what a command is for, the commands below it, its options by group, and examples."""
    say = ctx.ensure_object(Invocation).translator
    cells = min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST)
    name = ctx.info_name if ctx.parent else "console"
    words = [say("cli.usage.command")] if commands else []
    words += [str(param.metavar) for param in ctx.command.params if isinstance(param, click.Argument)]
    usage = " ".join((ctx.command_path, say("cli.usage.options"), *words))
    sections = [
        [say("cli.usage", usage=usage)],
        wrap(say(f"cli.about.{name}"), cells),
        _section(say("cli.group.commands"), ((each, say(f"cli.short.{each}")) for each in commands), cells),
        *(_section(say(f"cli.group.{group.name}"), _rows(group, ctx, name, say), cells) for group in groups),
        [say("cli.group.examples"), *(_INDENT + line for line in say(f"cli.examples.{name}").splitlines())],
        wrap(say("cli.everywhere"), cells),
    ]
    return "\n\n".join("\n".join(section) for section in sections if section)


def written(option: click.Option) -> str:
    """Return an option as people give it: a switch that is on by default by what turns it off."""
    return (option.secondary_opts or option.opts)[0]


def meaning(option: click.Option, command: str | None, say: Translator) -> str:
    """Return what an option does, which may be the command's own; ``console`` is the command without a name."""
    special = f"cli.option.{command}.{option.name}"
    text = say(special)
    return say(f"cli.option.{option.name}") if text == special else text


def _rows(group: Group, ctx: click.Context, command: str | None, say: Translator) -> Iterator[tuple[str, str]]:
    """Return the options of a group with their meaning, which may be the command's own."""
    for option in group.options:
        yield " ".join(filter(None, [written(option), option.metavar])), meaning(option, command, say)
    if group.name == "other":
        yield "-h, --help", say("cli.option.help")
        if ctx.parent is None:
            yield "--version", say("cli.option.version")


def _section(title: str, rows: Iterable[tuple[str, str]], cells: int) -> list[str]:
    """Return a title and rows of a name and what it means, which stands beside it or, where it is too long, below."""
    lines: list[str] = []
    for name, meaning in rows:
        wrapped = wrap(meaning, cells - _NAMES - len(_INDENT))
        if width(name) >= _NAMES:
            lines.append(_INDENT + name)
        else:
            lines.append(_INDENT + fit(name, _NAMES) + wrapped.pop(0))
        lines += [_INDENT + " " * _NAMES + line for line in wrapped]
    return [title, *lines] if lines else []
