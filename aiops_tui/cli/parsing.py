"""Commands as the parser sees them: their options in groups, their help and their mistakes in our own words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from aiops_tui.cli.invocation import Invocation
from aiops_tui.cli.options import Group
from aiops_tui.cli.problems import USAGE, Stop
from aiops_tui.model.panels import Notice
from aiops_tui.text.printable import printable

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Body = Callable[[Invocation], int]
"""What a command does with one run of the program; it returns the exit status."""

_LONGEST_WORD = 80


class Command(click.Command):
    """A command with options in groups, and with one word that belongs to none if it takes one."""

    def __init__(self, name: str, body: Body, *groups: Group, word: click.Argument | None = None) -> None:
        params = [*_options(groups), *([word] if word else [])]
        super().__init__(name, params=params, callback=_starting(body), context_settings=_settings())
        self.allow_extra_args = True
        self.groups = groups

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse, and refuse words that belong to no option."""
        try:
            rest = super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = ctx
            raise
        if rest and not ctx.resilient_parsing:
            word = printable(rest[0], _LONGEST_WORD)
            raise Stop(Notice("cli.extra_word", {"word": word, "command": ctx.command_path}), USAGE)
        return rest

    def get_help(self, ctx: click.Context) -> str:
        """Return the help."""
        from aiops_tui.cli.help import help_text

        return help_text(ctx, self.groups)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """Return the options that begin so, with what they are for."""
        from aiops_tui.cli.completion import described

        return described(super().shell_complete(ctx, incomplete), ctx)


class Program(click.Group):
    """All commands; without the name of one it is a command itself."""

    def __init__(self, name: str, body: Body, *groups: Group) -> None:
        version = click.Option(["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_tell_version)
        super().__init__(
            name,
            params=[*_options(groups), version],
            callback=_starting(body),
            context_settings=_settings(),
            invoke_without_command=True,
        )
        self.groups = groups

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the first word names."""
        if args[0] not in self.commands and not ctx.resilient_parsing:
            values = {"word": printable(args[0], _LONGEST_WORD), "commands": ", ".join(self.commands)}
            raise Stop(Notice("cli.no_such_command", values), USAGE)
        return super().resolve_command(ctx, args)

    def get_help(self, ctx: click.Context) -> str:
        """Return the help."""
        from aiops_tui.cli.help import help_text

        return help_text(ctx, self.groups, tuple(self.commands))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """Return the commands and options that begin so, with what they are for."""
        from aiops_tui.cli.completion import described

        return described(super().shell_complete(ctx, incomplete), ctx)


def _settings() -> dict[str, object]:
    return {"help_option_names": ["-h", "--help"]}


def _options(groups: tuple[Group, ...]) -> list[click.Parameter]:
    return [option for group in groups for option in group.options]


def _starting(body: Body) -> Callable[..., int]:
    """Return what the parser calls once the options are read: those after a command's name win over those before."""

    def start(**_: object) -> int:
        context = click.get_current_context()
        invocation = context.ensure_object(Invocation)
        invocation.flags |= {name: value for name, value in context.params.items() if value not in (None, ())}
        return 0 if context.invoked_subcommand else body(invocation)

    return start


def _tell_version(ctx: click.Context, _: click.Parameter, asked: bool | None) -> None:
    if asked and not ctx.resilient_parsing:
        from aiops_tui import __version__

        click.echo(f"{ctx.command_path} {__version__}")
        ctx.exit()
