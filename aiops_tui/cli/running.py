"""Running one command line to its exit status, whatever happens: never a traceback, never a secret."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click

from aiops_tui.cli.commands import program
from aiops_tui.cli.invocation import PROGRAM, Invocation
from aiops_tui.cli.problems import DONE, FAILED, USAGE, Stop
from aiops_tui.cli.reporting import reported
from aiops_tui.config import ConfigError
from aiops_tui.model.panels import Notice
from aiops_tui.text.printable import printable

_LONGEST = 200


def run(arguments: Sequence[str], *, own_process: bool = False) -> int:
    """Run a command line and return its exit status; Ctrl+C passes.

    A process of its own ends here once the console was left: to free what the libraries hold takes longer than one
    waits for a prompt, and nothing is open by then that needs closing.
    """
    _open_streams()
    invocation = Invocation(arguments, os.environ, _directory())
    status = _status(arguments, invocation)
    if own_process and invocation.shown:
        _flush()
        os._exit(status)
    return status


def _status(arguments: Sequence[str], invocation: Invocation) -> int:
    try:
        status = _invoke(list(arguments), invocation)
        sys.stdout.flush()
    except Stop as stop:
        invocation.tell(stop.notice)
        invocation.show(stop.below)
        return stop.status
    except BrokenPipeError:  # who was reading has seen enough
        _silence()
        return DONE
    except Exception as error:  # noqa: BLE001 - the last one to see it
        return _told(error, invocation)
    return status


def _open_streams() -> None:
    """Lead streams that are closed nowhere, before a file of ours gets their number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115


def _directory() -> Path:
    try:
        return Path.cwd()
    except OSError:  # it was removed
        return Path("/")


def _invoke(arguments: list[str], invocation: Invocation) -> int:
    try:
        with program.make_context(PROGRAM, arguments, obj=invocation) as context:
            return int(program.invoke(context) or DONE)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        raise Stop(_usage(error), USAGE) from None
    except ConfigError as error:
        by_flag = str(error.notice.values.get("origin", "")).startswith("--")
        raise Stop(error.notice, USAGE if by_flag else FAILED) from None


def _usage(error: click.ClickException) -> Notice:
    """Return the parser's mistakes in our words."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else PROGRAM
    name = printable(str(getattr(error, "option_name", "")), _LONGEST)
    if isinstance(error, click.NoSuchOption):
        return Notice("cli.no_such_option", {"option": name, "command": command})
    if isinstance(error, click.BadOptionUsage):
        return Notice("cli.bad_option_use", {"option": name, "command": command})
    return Notice("cli.misunderstood", {"reason": printable(error.format_message(), _LONGEST), "command": command})


def _told(error: Exception, invocation: Invocation) -> int:
    """Tell what failed: what the rooms know in their words, all else by a report."""
    notice = getattr(error, "notice", None)
    if isinstance(error, OSError):
        _silence()  # it may have been standard output that failed
        place = printable(str(error.filename or PROGRAM), _LONGEST)
        notice = Notice("cli.system", {"place": place, "reason": error.strerror or type(error).__name__})
    invocation.tell(notice if isinstance(notice, Notice) else reported(error, invocation))
    return FAILED


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()


def _silence() -> None:
    """Let what is still buffered for standard output vanish, or the interpreter complains of it as it leaves."""
    with suppress(OSError, ValueError):
        sys.stdout.flush()
    with suppress(OSError, ValueError), open(os.devnull, "w") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
