"""What is left when something happens that must not: one line, and a report without secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from aiops_tui.cli import parsing
from aiops_tui.cli.commands import program
from aiops_tui.cli.invocation import Invocation
from tests.cli.conftest import Run

URL = "postgresql://ops:hunter2@db/chat"


def crash(run: Invocation) -> int:
    token = run.environ["SLACK_BOT_TOKEN"]
    raise RuntimeError(f"{URL} with {token} of {run.settings.database_url.reveal()}")


@pytest.fixture(autouse=True)
def _crashing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(program.commands, "crash", parsing.Command("crash", crash))
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1-2-secret")
    monkeypatch.setenv("DATABASE_URL", URL)


def test_one_line_and_a_report_without_secrets(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIOPS_STATE_DIR", str(tmp_path / "state"))
    ended = run("crash")
    assert ended.status == 1
    (report,) = (tmp_path / "state").iterdir()
    assert str(report) in ended.line
    assert report.stat().st_mode & 0o777 == 0o600
    text = report.read_text()
    assert "RuntimeError" in text
    for secret in ("hunter2", "xoxb-1-2-secret"):
        assert secret not in text + ended.err


def test_a_report_that_cannot_be_written_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIOPS_STATE_DIR", "/dev/null/state")
    assert "AIOPS_STATE_DIR" in run("crash").line
