"""The console on this terminal."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from aiops_tui.cli.invocation import Invocation
from aiops_tui.cli.problems import USAGE, Stop
from aiops_tui.cli.views import read_view
from aiops_tui.config import Settings
from aiops_tui.model.panels import Notice

_URL = re.compile(r"(postgres(ql)?|sqlite)(\+\w+)?:", re.IGNORECASE)


def console(run: Invocation) -> int:
    """Open the console and return its exit status once it is left."""
    check_database_url(run)
    if not run.environ.get("AIOPS_WEB_PARENT"):
        check_terminal(logs_from_input=Path("-") in run.settings.log_files)
    return show(run, run.settings)


def show(run: Invocation, settings: Settings) -> int:
    """Open the console with settings that may be other than those of the run."""
    view = read_view(run)
    from aiops_tui.tui import run as run_console

    run.shown = True
    return run_console(settings, view)


def check_terminal(*, logs_from_input: bool = False) -> None:
    """See to it that there is a person at both ends, at the keys by the terminal where logs come by standard input.

    Raises:
        Stop: there is none.
    """
    # The screen is drawn to standard error.
    if logs_from_input and sys.stdin is not None and not sys.stdin.isatty():
        from aiops_tui.source.logs.spool import standard_input

        try:
            standard_input().hand_over()
        except OSError:
            raise Stop(Notice("cli.no_terminal"), USAGE) from None
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise Stop(Notice("cli.no_terminal"), USAGE)


def check_database_url(run: Invocation) -> None:
    """See to it that ``--db`` looks like a database's URL; whether it is one shows when it is opened.

    Raises:
        Stop: it does not. It is not repeated, for it may hold a password.
    """
    if "db" in run.flags and not _URL.match(str(run.flags["db"])):
        raise Stop(Notice("cli.bad_url", {"origin": "--db"}), USAGE)
