"""A machine where nothing is set, and the program run on it: in this process, or as a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

import aiops_tui
from aiops_tui.cli import main
from aiops_tui.demo import fill

NOW = datetime(2026, 11, 22, 7, 50, 43, tzinfo=UTC)
ROOT = Path(aiops_tui.__file__).parents[1]


@dataclass(frozen=True)
class Result:
    """How a command line ended."""

    status: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The one line that standard error must have, without the program's name; nothing else may be there."""
        assert self.err.startswith("aiops-tui: ") and self.err.count("\n") == 1, self.err
        assert "Traceback" not in self.err and self.out == ""
        return self.err.removeprefix("aiops-tui: ").removesuffix("\n")


Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in; no setting of the machine that runs the tests is seen."""
    for name in os.environ:
        if re.match(r"AIOPS_|SLACK_|DATABASE_URL|DASHBOARD_URL|PG|LC_|LANG|XDG_|NO_COLOR|COLORTERM|TMUX", name):
            monkeypatch.delenv(name)
    for name, value in {"LANG": "C.UTF-8", "TERM": "xterm-256color", "COLUMNS": "80"}.items():
        monkeypatch.setenv(name, value)
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / ".home"))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process."""

    def run_here(*arguments: str) -> Result:
        capfd.readouterr()
        status = main(arguments)
        said = capfd.readouterr()
        return Result(status, said.out, said.err)

    return run_here


@pytest.fixture
def process() -> Callable[..., subprocess.Popen[str]]:
    """Start the program as a process of its own, with this environment."""

    def start(*arguments: str, **more: object) -> subprocess.Popen[str]:
        environ = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "aiops_tui", *arguments]
        pipe = subprocess.PIPE
        streams = {"stdin": subprocess.DEVNULL, "stdout": pipe, "stderr": pipe, **more}
        return subprocess.Popen(command, env=environ, text=True, **streams)  # type: ignore[call-overload, no-any-return]

    return start


@pytest.fixture(scope="session")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small filled database that is only read, its past ending at a known moment."""
    path = tmp_path_factory.mktemp("past") / "demo.db"
    fill(path, 3000, 14, 7, NOW, lambda done, total: None)
    return path


@pytest.fixture
def db(past: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The filled database, named by the environment, seen from the moment at which its past ends."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{past}")
    monkeypatch.setenv("AIOPS_AT", NOW.isoformat())
    return past
