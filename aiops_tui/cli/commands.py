"""The commands. Each imports what it needs when it runs: what a person waits for is the first frame."""

from __future__ import annotations

from aiops_tui.cli import options
from aiops_tui.cli.invocation import PROGRAM, Invocation
from aiops_tui.cli.parsing import Command, Program


def _console(run: Invocation) -> int:
    from aiops_tui.cli.screen import console

    return console(run)


def _demo(run: Invocation) -> int:
    from aiops_tui.cli.demonstration import demo

    return demo(run)


def _snapshot(run: Invocation) -> int:
    from aiops_tui.cli.headless import snapshot

    return snapshot(run)


def _share(run: Invocation) -> int:
    from aiops_tui.cli.sharing import share

    return share(run)


def _report(run: Invocation) -> int:
    from aiops_tui.cli.sharing import report

    return report(run)


def _doctor(run: Invocation) -> int:
    from aiops_tui.cli.doctor import doctor

    return doctor(run)


def _serve(run: Invocation) -> int:
    from aiops_tui.cli.serving import serve

    return serve(run)


def _init(run: Invocation) -> int:
    from aiops_tui.cli.creation import init

    return init(run)


def _completion(run: Invocation) -> int:
    from aiops_tui.cli.completion import completion

    return completion(run)


program = Program(PROGRAM, _console, options.SOURCE, options.VIEW, options.RESUME, options.SCREEN, options.OTHER)
for command in (
    Command("demo", _demo, options.DEMO, options.VIEW, options.SCREEN, options.OTHER),
    Command("snapshot", _snapshot, options.SNAPSHOT, options.SOURCE, options.VIEW_OF_TABS, options.OTHER),
    Command("share", _share, options.SHARE, options.SOURCE, options.VIEW, options.OTHER),
    Command("report", _report, options.REPORT, options.SOURCE, options.NARROWED, options.OTHER),
    Command("doctor", _doctor, options.DOCTOR, options.OTHER),
    Command("serve", _serve, options.SERVE, options.SOURCE, options.VIEW, options.SCREEN, options.OTHER),
    Command("init", _init, options.INIT, options.OTHER),
    Command("completion", _completion, options.OTHER, word=options.SHELL),
):
    program.add_command(command)
