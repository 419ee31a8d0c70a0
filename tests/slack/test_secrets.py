"""No secret is in anything that is written: outputs, logs, tracebacks, crash reports, the outbox, the screen."""

from __future__ import annotations

import logging
import traceback
from dataclasses import replace
from pathlib import Path

import pytest

from aiops_tui.config import Secret, Settings
from aiops_tui.config.crash import write_report
from aiops_tui.model.panels import Snapshot, Table
from aiops_tui.model.view import View
from aiops_tui.slack import Wish, preview, share
from aiops_tui.slack.checks import check
from aiops_tui.slack.listing import change, deliver, entries, take_back
from aiops_tui.text.translations import Translator, languages
from tests.fakeslack import FakeSlack, Mode

WEBHOOK = "WebhookSecret123"
MODES: tuple[Mode, ...] = (
    "well", "drop_before", "drop_after", "limited", "broken", "html", "redirect", "odd", "no_native", "no_blocks",
)  # fmt: skip


def everything_written(settings: Settings) -> str:
    """All files of the state folder."""
    return "".join(
        path.read_bytes().decode("utf-8", "replace") for path in settings.state_dir.rglob("*") if path.is_file()
    )


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("way", ["bot", "webhook"])
def test_whatever_happens_the_token_is_nowhere(
    request: pytest.FixtureRequest,
    snapshot: Snapshot,
    fake_slack: FakeSlack,
    way: str,
    mode: Mode,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("aiops_tui.slack.delivery.GAP", 0.0)
    settings: Settings = request.getfixturevalue(way)
    settings = replace(settings, share=replace(settings.share, form="picture"))
    fake_slack.mode = mode
    fake_slack.redirect_to = "http://127.0.0.1:9/"
    told: list[str] = []
    with caplog.at_level(logging.DEBUG):
        for language in languages():
            words = Translator(language)
            outcome = share(snapshot, View(), settings, words, Wish(again=True))
            told += [repr(outcome), words.notice(outcome.notice), preview(snapshot, View(), settings, words)]
            told += [words.notice(notice) for notice in check(settings)]
            told += [repr(deliver(settings)), repr(take_back(outcome.share or "", settings))]
        told += [repr(change(entry.id, "drop", settings)) for entry in entries(settings)]
    screen = capfd.readouterr()
    told += [caplog.text, screen.out, screen.err, everything_written(settings), repr(settings)]
    text = "\n".join(told)
    assert fake_slack.token not in text
    assert WEBHOOK not in text


@pytest.mark.parametrize("token", ["xoxb-12345\nEvil: 1", "xoxb-토큰-98765", "xoxb 54321"])
def test_a_malformed_token_is_in_no_traceback(
    snapshot: Snapshot, bot: Settings, token: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = replace(bot, slack_bot_token=Secret(token))
    outcome = share(snapshot, View(), settings, Translator("en"))
    assert outcome.notice.id == "slack.token_malformed"
    try:
        raise RuntimeError(settings, outcome)
    except RuntimeError as error:
        report = write_report(error, tmp_path, [token])
        text = "".join(traceback.format_exception(error))
    assert report is not None
    screen = capfd.readouterr()
    assert token not in text + report.read_text(encoding="utf-8") + screen.out + screen.err + everything_written(bot)


def test_three_thousand_topics_and_a_very_long_one_are_shared(
    snapshot: Snapshot, bot: Settings, fake_slack: FakeSlack
) -> None:
    table = snapshot.panel("overview", "topics")
    assert isinstance(table, Table)
    rows = (("가<!channel>```" * 200, 1, 0.5), *((f"topic {number}", 1, 0.5) for number in range(3000)))
    many = replace(table, rows=rows, total=3001, keys=())
    outcome = share(replace(snapshot, tabs={"overview": (many,)}), View(), bot, Translator("ko"))
    assert outcome.kind == "sent"
    assert "<!channel>" not in str(fake_slack.posted[0].body)


def test_a_proxy_that_does_not_answer_is_told(
    snapshot: Snapshot, bot: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    outcome = share(snapshot, View(), replace(bot, slack_api_url="https://slack.com/api/"), Translator("en"))
    assert outcome.kind == "not_sent"
    assert "HTTPS_PROXY" in Translator("en").notice(outcome.notice)


def test_without_pillow_lines_of_text_stand_for_the_picture(
    snapshot: Snapshot, bot: Settings, fake_slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiops_tui.pictures.available", lambda: False)
    assert share(snapshot, View(), bot, Translator("en"), Wish(form="picture")).kind == "sent"
    (posted,) = fake_slack.posted
    assert "lines of text stand for them" in str(posted.body)
