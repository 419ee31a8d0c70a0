"""Tab in real shells: what is typed and completed is what the program is then started with."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from aiops_tui.cli.completion import SHELLS
from aiops_tui.config.savedviews import save_view
from aiops_tui.text.translations import catalogue
from tests.cli.conftest import ROOT, Run

HEAVY = "polars sqlalchemy psycopg2 sqlite3 textual slack_sdk plotext logging asyncio"
START = {
    "bash": (["--norc", "--noprofile"], "eval \"$(aiops-tui completion bash)\"; PS1=ready'>'"),
    "zsh": (["-f"], "autoload compinit; compinit -u -D; eval \"$(aiops-tui completion zsh)\"; PS1=ready'>'"),
    "fish": (["--no-config"], "aiops-tui completion fish | source; function fish_prompt; echo ready'>'; end"),
}
"""How each is started without anybody's settings, and what teaches it."""

# Answers a shell that asks; else it tells what it was started with.
PROGRAM = """#!/bin/sh
if [ -n "$_AIOPS_TUI_COMPLETE" ] || [ "$1" = completion ]; then exec {python} -m aiops_tui "$@"; fi
exec {python} -c 'import json, sys; print("given", json.dumps(sys.argv[1:]), "done", sep=chr(126))' "$@"
"""

Typing = Callable[[str], list[str]]


@pytest.fixture(params=SHELLS)
def typing(request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Typing]:
    """Type a line with Tabs in an interactive shell, and see what the program is started with."""
    shell: str = request.param
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not on this machine")
    program = home.parent / "bin" / "aiops-tui"
    program.parent.mkdir()
    program.write_text(PROGRAM.format(python=sys.executable))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    arguments, lesson = START[shell]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "dumb" if shell != "zsh" else "vt100"}
    child = pexpect.spawn(shell, arguments, env=environ, cwd=str(home), encoding="utf-8", dimensions=(24, 400))
    child.sendline(lesson)
    child.expect("ready>", timeout=60)

    def typed(line: str) -> list[str]:
        child.sendline(f"aiops-tui {line}")
        child.expect("given~(.*)~done", timeout=60)
        assert child.match is not None
        found: list[str] = json.loads(child.match[1])
        return found

    yield typed
    child.close(force=True)


def test_commands_options_and_values_are_completed(typing: Typing, home: Path) -> None:
    (home / "app.log").touch()
    for name in ("환불 (지난주) *", "급증"):
        save_view(home.parent / ".home" / "aiops-tui", name, {"tab": "sentiment"})
    assert typing("snap\t--form\tmark\t") == ["snapshot", "--format", "markdown"]
    assert typing("--tab sent\t--win\t24\t--no-m\t") == ["--tab", "sentiment", "--window", "24h", "--no-mouse"]
    assert typing("--lang k\t--theme l\t") == ["--lang", "ko", "--theme", "light"]
    assert typing("--tz Asia/Seo\t--sort last_\t") == ["--tz", "Asia/Seoul", "--sort", "last_seen"]
    assert typing("--log-file ap\t") == ["--log-file", "app.log"]
    assert typing("--view 환\t--compare w\t") == ["--view", "환불 (지난주) *", "--compare", "week"]


def asked(words: str, place: int, shell: str = "bash", **environ: str) -> tuple[list[str], str]:
    code = f"""
import sys
from aiops_tui.cli import main
status = main()
print({{*{HEAVY!r}.split()}} & set(sys.modules), status, file=sys.stderr)
"""
    question = {"_AIOPS_TUI_COMPLETE": f"{shell}_complete", "COMP_WORDS": words, "COMP_CWORD": str(place)}
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT,
        env={**os.environ, **question, **environ},
    )  # fmt: skip
    return ended.stdout.splitlines(), ended.stderr


def test_tab_loads_nothing_heavy_and_commands_are_told_of() -> None:
    lines, said = asked("aiops-tui\n", 1, "zsh", LANG="ko_KR.UTF-8")
    assert lines[:3] == ["plain", "completion", catalogue("ko", "cli")["short.completion"]]
    assert said == "set() 0\n"
    assert asked("aiops-tui\nsnapshot\n--mou", 2) == ([""], "set() 0\n"), "it has no mouse"


@pytest.mark.parametrize(
    ("words", "place", "instruction"),
    [
        ("", 0, "bash_complete"),
        ("aiops-tui\n--view\n", 2, "bash_complete"),
        ("aiops-tui\nnothing\n--bogus\nx\n-", 4, "bash_complete"),
        ("x", 9, "tcsh_complete"),
        ("'", 1, "bash_"),
    ],
)
def test_what_cannot_be_answered_is_answered_with_nothing(words: str, place: int, instruction: str, home: Path) -> None:
    (home / ".env").write_text("AIOPS_INTERVAL=soon\n")
    environ = {"_AIOPS_TUI_COMPLETE": instruction, "COMP_WORDS": words, "COMP_CWORD": str(place)}
    ended = subprocess.run(
        [sys.executable, "-m", "aiops_tui"], capture_output=True, text=True, check=False, cwd=home,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, "")
    assert not [line for line in ended.stdout.splitlines() if line and not line.startswith("plain,")]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_printed(run: Run, shell: str) -> None:
    assert f"{shell}_complete" in run("completion", shell).out
