"""What is asked of the program in the wrong way, and what it says of itself."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from aiops_tui import __version__
from aiops_tui.cli.commands import program
from aiops_tui.text.cells import width
from tests.cli.conftest import ROOT, Run

COMMANDS: tuple[tuple[str, ...], ...] = ((), *((name,) for name in program.commands))
HEAVY = "polars sqlalchemy psycopg2 sqlite3 textual slack_sdk plotext"


@pytest.mark.parametrize("command", COMMANDS, ids=str)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_help_teaches_every_option_with_examples(run: Run, command: tuple[str, ...], language: str) -> None:
    shown = run(*command, "--help", "--lang", language)
    assert shown.status == 0
    assert shown.err == ""
    assert not re.search(r"\b(cli|config|common)\.\w", shown.out.replace("config.toml", "")), "an id without words"
    found = program.commands[command[0]] if command else program
    for option in found.params:
        if isinstance(option, click.Argument):
            assert str(option.metavar) in shown.out.splitlines()[0]
            continue
        assert isinstance(option, click.Option)
        assert (option.secondary_opts or option.opts)[0] in shown.out
    assert re.search(r"^  (\w+=\S+ )?aiops-tui", shown.out, re.MULTILINE), "an example"
    prose = [line for line in shown.out.splitlines() if "aiops-tui" not in line and "DATABASE_URL=" not in line]
    assert max(map(width, prose)) <= 80


def test_help_speaks_the_language_of_the_locale_and_of_the_settings(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Usage:" in run("-h").out
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    assert "사용법:" in run("-h").out
    monkeypatch.setenv("AIOPS_LANG", "en")
    assert "Usage:" in run("-h").out
    assert "사용법:" in run("snapshot", "-h", "--lang=ko").out
    assert "--bogus" in run("--bogus", "--lang", "ko").line


def test_version(run: Run) -> None:
    assert run("--version").out == f"aiops-tui {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--bogus"], "--bogus"),
        (["snapshot", "--rows", "3"], "aiops-tui snapshot --help"),
        (["chart"], "chart"),
        (["snapshot", "x\x1b[31m"], "x"),
        (["snapshot", "--tab"], "--tab"),
        (["--no-mouse=1"], "--no-mouse"),
        (["snapshot", "--tab", "nowhere"], "overview, sentiment, evaluation, logs, feedback, users, all"),
        (["--tab", "all"], "snapshot"),
        (["share", "--tab", "all"], "snapshot"),
        (["snapshot", "--window", "7x"], "1h, 6h, 24h, 7d"),
        (["snapshot", "--window", "09:00"], "09:00.."),
        (["snapshot", "--window", "2999-01-01"], "still to come"),
        (["snapshot", "--compare", "x"], "previous, week, off"),
        (["snapshot", "--format", "gif"], "text, json"),
        (["snapshot", "--since", "tomorrow"], "--since: “tomorrow”"),
        (["snapshot", "--until", "2026-02-30"], "2026-11-22T16:50"),
        (["snapshot", "--at", "9999-12-31T23:59-12:00"], "--at"),
        (["snapshot", "--since", "2026-11-22", "--until", "2026-11-21"], "not before --until 2026-11-21"),
        (["snapshot", "--since", "2026-11-22", "--at", "2026-11-21"], "not before --at"),
        (["snapshot", "--since", "2026-11-22", "--window", "7d"], "--since"),
        (["snapshot", "--tz", "Mars/Olympus"], "Asia/Seoul"),
        (["snapshot", "--lang", "fr"], "en, ko"),
        (["snapshot", "--interval", "0"], "--interval"),
        (["snapshot", "--lock-timeout", "x"], "--lock-timeout"),
        (["snapshot", "--db", "hunter2@db/chat"], "postgresql://"),
        (["doctor", "--db", "mysql://u:hunter2@db/chat"], "postgresql://"),
        (["demo", "--rows", "many"], "--rows"),
        (["completion"], "aiops-tui completion bash"),
        (["completion", "tcsh"], "bash, zsh, fish"),
        (["demo", "--db", "postgresql://u:hunter2@db/chat"], "./demo.db"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_status_2_and_one_line(run: Run, arguments: list[str], said: str) -> None:
    ended = run(*arguments)
    assert ended.status == 2
    assert said in ended.line
    assert "hunter2" not in ended.err
    assert "\x1b" not in ended.err


@pytest.mark.parametrize(
    ("text", "below"),
    [("topic:환불 sentimen:x", "             ^"), ("score<x", "  ^"), ('결제 "', "       ^"), ("a\tb:x", "    ^")],
)
def test_a_filter_that_cannot_be_read_is_shown_with_the_place(run: Run, text: str, below: str) -> None:
    ended = run("snapshot", "--filter", text)
    assert ended.status == 2
    told, shown, mark = ended.err.splitlines()
    assert told.startswith("aiops-tui: --filter: ")
    assert shown == "  " + text.replace("\t", " ")
    assert mark == below


def test_a_filter_much_longer_than_the_line_is_shown_where_the_mistake_is(run: Run) -> None:
    told, shown, mark = run("snapshot", "--filter", "가 " * 3000 + "oops:1").err.splitlines()
    assert "oops" in told
    assert len(shown) < 250
    assert width(shown[: shown.index("oops")]) == len(mark) - 1


@pytest.mark.parametrize("name", ["AIOPS_WINDOW", "AIOPS_TZ", "AIOPS_SINCE", "AIOPS_FILTER"])
def test_a_bad_value_of_the_environment_is_a_failure_that_names_the_variable(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "x:")
    ended = run("snapshot")
    assert ended.status == 1
    assert name in ended.err


def test_the_console_needs_a_terminal(run: Run) -> None:
    ended = run()
    assert ended.status == 2
    assert "aiops-tui snapshot" in ended.line


@pytest.mark.parametrize(
    "arguments", [["--help"], ["demo", "--help"], ["--version"], ["snapshot", "--window", "x"], []]
)
def test_nothing_heavy_is_loaded_before_it_is_needed(arguments: list[str]) -> None:
    code = f"""
import sys
from aiops_tui.cli import main
main({arguments!r})
print({{*{HEAVY!r}.split()}} & set(sys.modules), file=sys.stderr)
"""
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT, stdin=subprocess.DEVNULL
    )
    assert found.stderr.splitlines()[-1] == "set()"


def test_the_module_runs_like_the_command(process: Callable[..., subprocess.Popen[str]]) -> None:
    out, _ = process("--version").communicate(timeout=30)
    assert out == f"aiops-tui {__version__}\n"


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_failure(db: Path, closed: str) -> None:
    command = f"{sys.executable} -m aiops_tui snapshot --format json --log-file none.log {closed}"
    ended = subprocess.run(
        ["sh", "-c", command], check=False, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ">&-" in closed.replace("2>&-", "") or json.loads(ended.stdout)["version"] == 1
