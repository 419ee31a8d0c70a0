"""What a person is told after sharing, for everything that Slack and the network between can do."""

from __future__ import annotations

import itertools
import logging
import re
import socket
from dataclasses import replace

import pytest

from aiops_tui.config import Secret, Settings
from aiops_tui.model.panels import Snapshot
from aiops_tui.model.view import View
from aiops_tui.slack import Outcome, share
from aiops_tui.slack.client import TIMEOUT, settings_problem
from aiops_tui.slack.delivery import Courier
from aiops_tui.slack.outbox import Draft, Outbox
from aiops_tui.slack.parcel import Block, Layout, Parcel
from aiops_tui.slack.sharing import outcome_of
from aiops_tui.text.translations import Translator, languages
from tests.fakeslack import FakeSlack, Mode

BLOCK = {"type": "section", "text": {"type": "plain_text", "text": "Hello"}}
MESSAGE: tuple[Block, ...] = (BLOCK,)
SHORT = 0.3
NOW = itertools.count(1e9, 1000)
"""When each message is sent."""


def send(blocks: tuple[Block, ...], settings: Settings, timeout: float = TIMEOUT) -> Outcome:
    """Send one message as it would go out of the outbox."""
    problem = settings_problem(settings)
    if problem is not None:
        return problem
    outbox = Outbox(settings.state_dir)
    channel = (settings.slack_channel or "") if settings.slack_bot_token else ""
    parcel = Parcel("Conversations 12", (Layout(blocks),)).to_json()
    now = [next(NOW)]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    entry, _ = outbox.put(Draft("view", "2026-11-22", channel, "kim@box", "Overview", parcel), now[0], again=True)
    Courier(settings, outbox, clock=lambda: now[0], sleep=sleep, timeout=timeout).deliver()
    return outcome_of(outbox.get(entry.id))


def in_words(outcome: Outcome, language: str = "en") -> str:
    words = Translator(language).notice(outcome.notice)
    assert not re.fullmatch(r"slack\.\S+", words), f"no wording for {words}"
    assert "{" not in words
    return words


def test_a_shared_view_stands_in_the_channel_with_its_address(
    snapshot: Snapshot, bot: Settings, fake_slack: FakeSlack, translator: Translator
) -> None:
    outcome = share(snapshot, View(), bot, translator)
    (posted,) = fake_slack.posted
    assert outcome.kind == "sent"
    assert in_words(outcome) == "shared to #ops"
    assert (outcome.channel, outcome.ts) == (posted.channel, posted.ts)
    assert outcome.permalink == f"https://acme.slack.com/archives/C0PS000001/p{posted.ts.replace('.', '')}"
    assert "Conversations 12,430 ▲ 4.2%" in posted.text
    assert posted.body["unfurl_links"] is False
    assert posted.body["unfurl_media"] is False
    assert posted.body["mrkdwn"] is False
    assert "link_names" not in posted.body
    assert "parse" not in posted.body


def test_a_webhook_gets_the_same_message(
    snapshot: Snapshot, bot: Settings, webhook: Settings, fake_slack: FakeSlack, translator: Translator
) -> None:
    outcome = share(snapshot, View(), webhook, translator)
    assert (outcome.kind, outcome.notice.id, outcome.permalink) == ("sent", "slack.sent_webhook", None)
    share(snapshot, View(), bot, translator)
    by_webhook, by_bot = fake_slack.posted
    blocks = [each.body["blocks"] for each in (by_webhook, by_bot)]
    assert isinstance(blocks[0], list)
    assert isinstance(blocks[1], list)
    assert blocks[0][:-1] == blocks[1][:-1]  # the last names the share
    assert by_webhook.text == by_bot.text


def test_the_bot_goes_before_the_webhook_if_it_has_a_channel(bot: Settings, webhook: Settings) -> None:
    both = replace(bot, slack_webhook_url=webhook.slack_webhook_url)
    assert send(MESSAGE, both).channel == "C0PS000001"
    assert send(MESSAGE, replace(both, slack_channel=None)).kind == "sent"


@pytest.mark.parametrize("channel", ["#ops", "ops", "C0PS000001"])
def test_a_channel_may_be_given_by_name_or_id(bot: Settings, channel: str) -> None:
    assert send(MESSAGE, replace(bot, slack_channel=channel)).kind == "sent"


@pytest.mark.parametrize(
    ("channel", "hint"),
    [("#elsewhere", "/invite"), ("#nowhere", "SLACK_CHANNEL"), ("#old", "archived")],
)
def test_a_channel_that_cannot_be_posted_to_is_explained(
    bot: Settings, fake_slack: FakeSlack, channel: str, hint: str
) -> None:
    outcome = send(MESSAGE, replace(bot, slack_channel=channel))
    assert outcome.kind == "rejected"
    assert hint in in_words(outcome)
    assert channel in in_words(outcome)
    assert not fake_slack.posted


def test_a_missing_scope_is_named(bot: Settings, fake_slack: FakeSlack) -> None:
    fake_slack.scopes = "files:write"
    outcome = send(MESSAGE, bot)
    assert outcome.kind == "rejected"
    assert "scope chat:write (it has: files:write)" in in_words(outcome)


@pytest.mark.parametrize(
    "error",
    ["account_inactive", "token_revoked", "token_expired", "restricted_action", "msg_too_long", "a_new_error"],
)
def test_every_refusal_has_a_sentence_in_both_languages(bot: Settings, fake_slack: FakeSlack, error: str) -> None:
    fake_slack.error = error
    outcome = send(MESSAGE, bot)
    assert outcome.kind == "rejected"
    assert len({in_words(outcome, language) for language in languages()}) == 2


def test_a_wrong_token_is_rejected(bot: Settings) -> None:
    outcome = send(MESSAGE, replace(bot, slack_bot_token=Secret("xoxb-other")))
    assert outcome.kind == "rejected"
    assert "SLACK_BOT_TOKEN" in in_words(outcome)


@pytest.mark.parametrize("error", ["fatal_error", "internal_error"])
def test_an_error_that_may_come_after_posting_is_unknown(bot: Settings, fake_slack: FakeSlack, error: str) -> None:
    fake_slack.error = error
    assert send(MESSAGE, bot).kind == "unknown"


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("slow", "unknown"),
        ("drop_before", "unknown"),
        ("drop_after", "unknown"),
        ("broken", "unknown"),
        ("html", "unknown"),
        ("odd", "unknown"),
        ("limited", "not_sent"),
        ("redirect", "not_sent"),
    ],
)
@pytest.mark.parametrize("way", ["bot", "webhook"])
def test_trouble_on_the_way_is_told_apart_and_nothing_is_sent_twice(
    request: pytest.FixtureRequest, fake_slack: FakeSlack, way: str, mode: Mode, kind: str
) -> None:
    settings: Settings = request.getfixturevalue(way)
    with FakeSlack() as other:
        fake_slack.mode = mode
        fake_slack.redirect_to = other.api_url + "chat.postMessage"
        outcome = send(MESSAGE, settings, timeout=SHORT)
        assert outcome.kind == kind
        assert len(in_words(outcome)) > 20
        assert len(fake_slack.requests) == 1
        assert not other.requests
    assert len(fake_slack.posted) == (mode in {"slow", "drop_after"})


@pytest.mark.parametrize("way", ["bot", "webhook"])
def test_a_pause_that_slack_wants_is_told(request: pytest.FixtureRequest, fake_slack: FakeSlack, way: str) -> None:
    settings: Settings = request.getfixturevalue(way)
    fake_slack.gap_seconds = 1.0
    assert send(MESSAGE, settings).kind == "sent"
    outcome = send(MESSAGE, settings)
    assert outcome.kind == "not_sent"
    assert "30 s" in in_words(outcome)
    assert len(fake_slack.posted) == 1


def test_nobody_listening_is_not_sent(bot: Settings, webhook: Settings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{free.getsockname()[1]}/"
        for settings in (
            replace(bot, slack_api_url=nowhere),
            replace(webhook, slack_webhook_url=Secret(nowhere)),
        ):
            outcome = send(MESSAGE, settings, SHORT)
            assert outcome.kind == "not_sent"
            assert "cannot connect to 127.0.0.1" in in_words(outcome)


def test_a_host_without_a_name_or_without_tls_is_not_sent(bot: Settings, fake_slack: FakeSlack) -> None:
    outcome = send(MESSAGE, replace(bot, slack_api_url="https://no..where/api/"), SHORT)
    assert (outcome.kind, outcome.notice.id) == ("not_sent", "slack.unreached_name")
    outcome = send(MESSAGE, replace(bot, slack_api_url=fake_slack.api_url.replace("http:", "https:")), SHORT)
    assert (outcome.kind, outcome.notice.id) == ("not_sent", "slack.unreached_tls")


def test_a_layout_that_slack_refuses_goes_as_text_alone(bot: Settings, fake_slack: FakeSlack) -> None:
    texts = [{"type": "plain_text", "text": "x" * 2000} for _ in range(10)]
    too_long = ({"type": "section", "fields": texts},)
    outcome = send(too_long, bot)
    (posted,) = fake_slack.posted
    assert outcome.notice.id == "slack.sent_plain"
    assert posted.text == "Conversations 12"
    assert "blocks" not in posted.body
    assert outcome.permalink


def test_a_layout_that_cannot_be_valid_is_not_even_tried(webhook: Settings, fake_slack: FakeSlack) -> None:
    outcome = send(({"type": "poem"},), webhook)
    assert outcome.notice.id == "slack.sent_plain"
    assert len(fake_slack.requests) == 1


def test_a_webhook_that_is_gone_says_what_to_do(webhook: Settings, fake_slack: FakeSlack) -> None:
    gone = Secret(f"{fake_slack.url}/services/T0001/B0001/gone")
    outcome = send(MESSAGE, replace(webhook, slack_webhook_url=gone))
    assert outcome.kind == "rejected"
    assert "SLACK_WEBHOOK_URL" in in_words(outcome)


def test_a_server_that_is_not_slack_is_told_by_its_status(webhook: Settings, fake_slack: FakeSlack) -> None:
    fake_slack.error = "<html>Forbidden</html>"
    outcome = send(MESSAGE, webhook)
    assert outcome.kind == "rejected"
    assert "status 403" in in_words(outcome)


def test_an_archived_channel_of_a_webhook_is_explained(webhook: Settings, fake_slack: FakeSlack) -> None:
    fake_slack.archive("ops")
    assert "archived" in in_words(send(MESSAGE, webhook))


def test_without_settings_the_lines_to_add_are_told(unset: Settings) -> None:
    outcome = send(MESSAGE, unset)
    assert outcome.kind == "unset"
    for name in ("SLACK_BOT_TOKEN=", "SLACK_CHANNEL=", "SLACK_WEBHOOK_URL="):
        assert name in in_words(outcome)
        assert name in in_words(outcome, "ko")


def test_a_token_without_a_channel_is_half_a_setting(bot: Settings) -> None:
    outcome = send(MESSAGE, replace(bot, slack_channel=None))
    assert outcome.kind == "unset"
    assert "SLACK_CHANNEL" in in_words(outcome)


@pytest.mark.parametrize("token", ["xoxb-1\nX-Evil: 1", "xoxb-é", "xoxb 1", ""])
def test_a_malformed_token_never_travels(bot: Settings, fake_slack: FakeSlack, token: str) -> None:
    outcome = send(MESSAGE, replace(bot, slack_bot_token=Secret(token)))
    assert outcome.notice.id == "slack.token_malformed"
    assert not fake_slack.requests
    if token:
        assert token not in in_words(outcome)


@pytest.mark.parametrize(
    "address", ["http://slack.example/api/", "ftp://127.0.0.1/", "https://u:p@slack.com/", "https://슬랙.example/", ""]
)
def test_secrets_go_to_safe_addresses_alone(bot: Settings, webhook: Settings, address: str) -> None:
    assert send(MESSAGE, replace(bot, slack_api_url=address)).notice.id == "slack.api_url_unsafe"
    outcome = send(MESSAGE, replace(webhook, slack_webhook_url=Secret(address)))
    assert outcome.notice.id == "slack.webhook_malformed"


@pytest.mark.parametrize("mode", ["well", "drop_before", "broken", "html", "limited", "redirect"])
@pytest.mark.parametrize("way", ["bot", "webhook"])
def test_no_secret_reaches_a_log_a_message_or_the_screen(
    request: pytest.FixtureRequest,
    fake_slack: FakeSlack,
    way: str,
    mode: Mode,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    settings: Settings = request.getfixturevalue(way)
    fake_slack.mode = mode
    with caplog.at_level(logging.DEBUG):
        outcome = send(MESSAGE, settings)
    screen = capfd.readouterr()
    told = f"{outcome!r} {in_words(outcome)} {caplog.text} {screen.out} {screen.err} {settings!r}"
    assert fake_slack.token not in told
    assert "WebhookSecret" not in told


def test_the_sdk_prints_nothing_over_the_screen(bot: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    send(MESSAGE, replace(bot, slack_api_url="https://no..where/"), SHORT)
    assert capfd.readouterr() == ("", "")
