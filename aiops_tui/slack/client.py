"""Posting a message to Slack, by bot token or by webhook, once."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiops_tui.config import Settings
from aiops_tui.config.values import is_safe_address, is_well_formed_token
from aiops_tui.model.panels import Notice
from aiops_tui.slack.answers import LAYOUT_REFUSED, Outcome, error_word, judge
from aiops_tui.slack.exchange import UnansweredError, UnreachedError, exchange
from aiops_tui.slack.message import Block, Message
from aiops_tui.slack.validator import block_errors
from aiops_tui.text.printable import printable

if TYPE_CHECKING:
    from slack_sdk.errors import SlackApiError

    from aiops_tui.slack.web import SlackClient

TIMEOUT = 10.0
"""Seconds to wait for a connection, and again for the answer."""

_PERMALINK_TIMEOUT = 3.0
_LEFT_OUT = {"config.malformed_slack_bot_token", "config.malformed_slack_webhook_url"}


def send(message: Message, settings: Settings, timeout: float = TIMEOUT) -> Outcome:
    """Post a message, as the bot if there is a token and a channel, else by the webhook, and return what became of it.

    Waits for the network; raises nothing for what Slack or the network does. It posts again only where Slack refused
    the layout, and so posted nothing: then the text alone.
    """
    problem = settings_problem(settings)
    if problem is not None:
        return problem
    post = _post_as_bot if _has_bot(settings) else _post_by_webhook
    if not block_errors(message.blocks):
        outcome = post(message.text, message.blocks, settings, timeout)
        if error_word(outcome) not in LAYOUT_REFUSED:
            return outcome
    outcome = post(message.text, (), settings, timeout)
    if outcome.kind != "sent":
        return outcome
    return Outcome(
        "sent", Notice("slack.sent_plain", outcome.notice.values), outcome.permalink, outcome.channel, outcome.ts
    )


def settings_problem(settings: Settings) -> Outcome | None:
    """Return why nothing can be sent with these settings, or None; no secret is part of it."""
    if _has_bot(settings):
        return token_problem(settings)
    if settings.slack_webhook_url is not None:
        return webhook_problem(settings)
    if settings.slack_bot_token is not None:
        return Outcome("unset", Notice("slack.no_channel"))
    left_out = (notice for notice in settings.notices if notice.id in _LEFT_OUT)
    return Outcome("unset", next(left_out, Notice("slack.unset")))


def token_problem(settings: Settings) -> Outcome | None:
    """Return why the API cannot be called with the token of the settings, or None."""
    token = settings.slack_bot_token
    # A line break or a letter beyond ASCII would carry the token into the text of an exception.
    if token is None or not token.reveal() or not is_well_formed_token(token.reveal()):
        return Outcome("not_sent", Notice("slack.token_malformed"))
    if not _is_safe(settings.slack_api_url):
        return Outcome("not_sent", Notice("slack.api_url_unsafe"))
    return None


def webhook_problem(settings: Settings) -> Outcome | None:
    """Return why the webhook of the settings cannot be called, or None."""
    webhook = settings.slack_webhook_url
    return None if webhook and _is_safe(webhook.reveal()) else Outcome("not_sent", Notice("slack.webhook_malformed"))


def slack_client(settings: Settings, timeout: float = TIMEOUT) -> SlackClient:
    """Return a client for a token that `token_problem` found nothing wrong with."""
    from aiops_tui.slack.web import SlackClient

    token = settings.slack_bot_token
    return SlackClient(token.reveal() if token else "", settings.slack_api_url, timeout)


def api_outcome(problem: SlackApiError | UnreachedError | UnansweredError, settings: Settings) -> Outcome:
    """Return what a failed call of Slack's API means for the message that it carried."""
    if isinstance(problem, UnreachedError):
        return _unreached(problem, settings.slack_api_url)
    if isinstance(problem, UnansweredError):
        return Outcome("unknown", Notice("slack.unknown"))
    response = problem.response
    data = response.data if isinstance(response.data, Mapping) else {}
    values = {name: printable(str(data[name]), 200) for name in ("needed", "provided") if data.get(name)}
    word = data.get("error")
    return judge(
        response.status_code,
        response.headers,
        word if isinstance(word, str) else None,
        {"channel": settings.slack_channel or "", **values},
    )


def _is_safe(url: str) -> bool:
    return url.isascii() and is_safe_address(url)


def _unreached(problem: UnreachedError, url: str) -> Outcome:
    return Outcome("not_sent", Notice(f"slack.unreached_{problem.reason}", {"host": urlsplit(url).hostname or ""}))


def _has_bot(settings: Settings) -> bool:
    return settings.slack_bot_token is not None and bool(settings.slack_channel)


def _body(text: str, blocks: tuple[Block, ...]) -> dict[str, object]:
    """Return what is posted; the text is no markup, and no address in it opens a picture below the message."""
    body: dict[str, object] = {"text": text, "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
    return {**body, "blocks": blocks} if blocks else body


def _post_as_bot(text: str, blocks: tuple[Block, ...], settings: Settings, timeout: float) -> Outcome:
    from slack_sdk.errors import SlackApiError

    name = settings.slack_channel or ""
    try:
        response = slack_client(settings, timeout).api_call(
            "chat.postMessage", json={"channel": name, **_body(text, blocks)}
        )
    except (SlackApiError, UnreachedError, UnansweredError) as problem:
        return api_outcome(problem, settings)
    channel, ts = str(response.get("channel") or ""), str(response.get("ts") or "")
    return Outcome("sent", Notice("slack.sent", {"channel": name}), _permalink(channel, ts, settings), channel, ts)


def _permalink(channel: str, ts: str, settings: Settings) -> str | None:
    """Ask for the message's address; the message is there whether or not that works."""
    from slack_sdk.errors import SlackApiError

    try:
        response = slack_client(settings, _PERMALINK_TIMEOUT).chat_getPermalink(channel=channel, message_ts=ts)
    except (SlackApiError, UnreachedError, UnansweredError):
        return None
    link = response.get("permalink")
    return link if isinstance(link, str) and _is_safe(link) else None


def _post_by_webhook(text: str, blocks: tuple[Block, ...], settings: Settings, timeout: float) -> Outcome:
    url = settings.slack_webhook_url.reveal() if settings.slack_webhook_url else ""
    # The SDK's WebhookClient would write this address, a secret, into its log. `webhook_problem` saw it.
    request = urllib.request.Request(  # noqa: S310
        url,
        data=json.dumps(_body(text, blocks)).encode(),
        headers={"Content-Type": "application/json; charset=utf-8", "User-Agent": "aiops-tui"},
        method="POST",
    )
    try:
        reply = exchange(request, timeout)
    except UnreachedError as problem:
        return _unreached(problem, url)
    except UnansweredError:
        return Outcome("unknown", Notice("slack.unknown"))
    answer = reply.body.strip()
    if reply.status == 200 and answer == "ok":
        return Outcome("sent", Notice("slack.sent", {"channel": "Slack"}))
    return judge(reply.status, reply.headers, answer, {"channel": "Slack"})
