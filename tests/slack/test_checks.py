"""What the doctor says of Slack, without posting anything."""

from __future__ import annotations

import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

from aiops_tui.config import Secret, Settings
from aiops_tui.model.panels import Snapshot
from aiops_tui.model.view import View
from aiops_tui.slack import share
from aiops_tui.slack.answers import EXPLAINED
from aiops_tui.slack.checks import check
from aiops_tui.text.translations import Translator, languages
from tests.fakeslack import FakeSlack


def ids(settings: Settings) -> list[str]:
    return [notice.id for notice in check(settings)]


def test_a_good_token_and_channel_are_well(bot: Settings, fake_slack: FakeSlack) -> None:
    first, second = check(bot)
    assert Translator("en").notice(first) == "Slack accepts the token: aiops in Acme"
    assert second.values == {"channel": "#ops"}
    assert fake_slack.requests == ["/api/auth.test"]


def test_a_scope_that_posting_needs_is_missed(bot: Settings, fake_slack: FakeSlack) -> None:
    fake_slack.scopes = "files:write,chat:write.public"
    assert ids(bot) == ["slack.ok_token", "slack.error.missing_scope", "slack.ok_channel"]
    fake_slack.scopes = "chat:write"
    assert ids(bot) == ["slack.ok_token", "slack.no_files", "slack.ok_channel"]


@pytest.mark.parametrize(
    ("channel", "told"),
    [
        ("#ops", "slack.ok_channel_known"), ("C0PS000001", "slack.ok_channel_known"),
        ("#elsewhere", "slack.error.not_in_channel"), ("#old", "slack.error.is_archived"),
        ("#nowhere", "slack.error.channel_not_found"), ("#partners", "slack.channel_external"),
    ],
)  # fmt: skip
def test_a_bot_that_may_read_channels_says_whether_it_can_post(
    bot: Settings, fake_slack: FakeSlack, channel: str, told: str
) -> None:
    fake_slack.scopes = "chat:write,files:write,channels:read"
    assert ids(replace(bot, slack_channel=channel)) == ["slack.ok_token", told]


def test_what_waits_in_the_outbox_is_told(bot: Settings, snapshot: Snapshot) -> None:
    share(snapshot, View(), replace(bot, slack_api_url="http://127.0.0.1:9/"), Translator("en"))
    assert ids(bot)[-1] == "slack.outbox_holds"


def test_a_channel_that_is_not_allowed_is_told(bot: Settings) -> None:
    allowed = replace(bot, share=replace(bot.share, channels=("#elsewhere",)))
    assert ids(allowed) == ["slack.ok_token", "slack.not_allowed"]


def test_a_clock_that_is_wrong_is_told(bot: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiops_tui.slack.checks.time", SimpleNamespace(time=lambda: time.time() + 3600))
    assert "slack.clock" in ids(bot)


def test_each_thing_that_is_wrong_is_said(bot: Settings, webhook: Settings, unset: Settings) -> None:
    assert ids(unset) == ["slack.unset"]
    assert ids(replace(bot, slack_channel=None)) == ["slack.ok_token", "slack.no_channel"]
    assert ids(replace(bot, slack_bot_token=Secret("xoxb-other")))[0] == "slack.error.invalid_auth"
    assert ids(replace(bot, slack_bot_token=Secret("xo\nxb")))[0] == "slack.token_malformed"
    assert ids(webhook) == ["slack.ok_webhook"]
    assert ids(replace(webhook, slack_webhook_url=Secret("hooks.slack.com/x"))) == ["slack.webhook_malformed"]


@pytest.mark.parametrize("language", languages())
def test_each_known_error_word_is_worded(language: str) -> None:
    translator = Translator(language)
    for word in EXPLAINED:
        assert translator(f"slack.error.{word}") != f"slack.error.{word}"
