"""What the doctor says of Slack, without posting anything."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aiops_tui.config import Secret, Settings
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
