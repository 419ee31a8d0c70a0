"""What the share key does, without a screen."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.fakeslack import FakeSlack


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSlack]:
    """A Slack of this test's own, which the environment leads to."""
    with FakeSlack() as fake:
        monkeypatch.setenv("SLACK_BOT_TOKEN", fake.token)
        monkeypatch.setenv("SLACK_CHANNEL", "#ops")
        monkeypatch.setenv("AIOPS_SLACK_API_URL", fake.api_url)
        yield fake


def test_a_share_is_posted_and_told(run: Run, db: Path, slack: FakeSlack) -> None:
    ended = run("share", "--tab", "sentiment", "--window", "24h")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith("shared to")
    (posted,) = slack.posted
    assert "Sentiment" in posted.text


def test_another_channel(run: Run, db: Path, slack: FakeSlack) -> None:
    ended = run("share", "--channel", "#elsewhere")
    assert ended.status == 1
    assert "/invite" in ended.line
    assert slack.token not in ended.err


def test_a_dry_run_prints_and_posts_nothing(run: Run, db: Path, slack: FakeSlack) -> None:
    ended = run("share", "--dry-run", "--lang", "ko")
    assert ended.status == 0
    assert json.loads(ended.out)["text"].startswith("개요")
    assert slack.requests == []


def test_a_dry_run_needs_no_slack(run: Run, db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIOPS_DRY_RUN", "true")
    assert json.loads(run("share").out)["blocks"]


def test_perhaps_posted_is_a_failure(run: Run, db: Path, slack: FakeSlack) -> None:
    slack.mode = "drop_after"
    ended = run("share")
    assert ended.status == 1
    assert "may have been posted" in ended.line


def test_without_settings_it_says_so_before_it_reads_anything(run: Run) -> None:
    ended = run("share", "--db", "sqlite:///not/there.db")
    assert ended.status == 1
    assert "SLACK_BOT_TOKEN" in ended.err
    assert "not/there" not in ended.err


def test_a_token_that_cannot_be_used_is_told_once(
    run: Run, db: Path, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1 2")
    assert "SLACK_BOT_TOKEN" in run("share").line


def test_a_dry_run_writes_the_picture_beside_the_blocks(run: Run, db: Path, slack: FakeSlack, home: Path) -> None:
    ended = run("share", "--dry-run", "--output", "shared.png")
    assert "shared.png" in ended.err
    assert (home / "shared.png").read_bytes().startswith(b"\x89PNG")
    assert {block["type"] for block in json.loads(ended.out)["blocks"]} >= {"data_visualization", "data_table"}


def test_a_snapshot_is_drawn_too(run: Run, db: Path, home: Path) -> None:
    assert run("snapshot", "--format", "png", "--tab", "sentiment", "--lang", "ko", "--output", "s.png").status == 0
    assert (home / "s.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("period", "dates"), [("day", "report 2026-11-21, "), ("week", "2026-11-09 – 2026-11-15")])
def test_a_report_says_nothing_if_it_went_well(run: Run, db: Path, slack: FakeSlack, period: str, dates: str) -> None:
    ended = run("report", "--period", period)
    assert (ended.status, ended.out, ended.err) == (0, "", "")
    (posted,) = slack.posted
    assert dates in posted.text
    assert "Conversations" in posted.text
    assert "movers" not in posted.text


def test_a_report_that_cannot_be_sent_waits_and_goes_out_with_the_next(
    run: Run, db: Path, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("AIOPS_SLACK_API_URL", "http://127.0.0.1:9/")
    ended = run("report", "--period", "week")
    assert ended.status == 1
    assert "waits in the outbox" in ended.line
    assert slack.posted == []
    monkeypatch.setenv("AIOPS_SLACK_API_URL", slack.api_url)
    (outbox,) = home.parent.rglob("outbox.db")
    with closing(sqlite3.connect(outbox)) as file:
        file.execute("update shares set created = created - 600, next_at = 0")
        file.execute("delete from channels")
        file.commit()
    assert run("share", "--tab", "sentiment", "--window", "24h").err == ""
    late, shared = slack.posted
    assert late.text.startswith("delivered late")
    assert "Weekly report" in late.text
    assert "Sentiment" in shared.text


def test_a_report_of_a_month_is_compared_with_the_one_before(run: Run, db: Path, slack: FakeSlack) -> None:
    ended = run("report", "--period", "month", "--dry-run", "--at", "2026-12-03")
    text = json.loads(ended.out)["text"]
    assert text.startswith("Monthly report 2026-11-01 – 2026-11-30")
    assert slack.requests == []


def test_a_report_tells_errors_and_warnings_against_the_period_before_where_there_are_logs(
    run: Run, db: Path, slack: FakeSlack, tmp_path: Path
) -> None:
    alone = shutil.copy(db, tmp_path / "alone.db")
    plain = run("report", "--dry-run", "--at", "2026-11-16", "--db", f"sqlite:///{alone}")
    assert plain.status == 0 and "Errors" not in plain.out and "log file" not in plain.out
    log = tmp_path / "app.log"
    times = ["2026-11-03 10:00:00", *["2026-11-10 10:00:00"] * 2, "2026-11-15 14:59:59", "2026-11-15 15:00:00"]
    log.write_text("".join(f"{time} [   ERROR] app - boom\n{time} [ WARNING] app - hm\n" for time in times))
    out = run("report", "--dry-run", "--at", "2026-11-16", "--log-file", str(log)).out
    # The week in Seoul ends at 15:00 UTC of its Sunday.
    assert re.search(r"Errors\\n\*3\* ▲ 200\.0%", out) and re.search(r"Warnings\\n\*3\* ▲ 200\.0%", out)
