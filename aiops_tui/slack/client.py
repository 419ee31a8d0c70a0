"""What stands in the way of Slack, and what its answers mean: the door for all that is asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiops_tui.config import Settings
from aiops_tui.config.values import is_safe_address, is_well_formed_token
from aiops_tui.model.panels import Notice
from aiops_tui.slack.answers import Outcome, judge
from aiops_tui.slack.exchange import UnansweredError, UnreachedError
from aiops_tui.text.printable import printable

if TYPE_CHECKING:
    from slack_sdk.errors import SlackApiError

    from aiops_tui.slack.web import SlackClient

TIMEOUT = 10.0
"""Seconds to wait for a connection, and again for the answer."""

_LEFT_OUT = {"config.malformed_slack_bot_token", "config.malformed_slack_webhook_url"}


def settings_problem(settings: Settings) -> Outcome | None:
    """Return why nothing can be sent with these settings, or None; no secret is part of it."""
    if has_bot(settings):
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
    if not is_safe(settings.slack_api_url):
        return Outcome("not_sent", Notice("slack.api_url_unsafe"))
    return None


def webhook_problem(settings: Settings) -> Outcome | None:
    """Return why the webhook of the settings cannot be called, or None."""
    webhook = settings.slack_webhook_url
    return None if webhook and is_safe(webhook.reveal()) else Outcome("not_sent", Notice("slack.webhook_malformed"))


def slack_client(settings: Settings, timeout: float = TIMEOUT) -> SlackClient:
    """Return a client for a token that `token_problem` found nothing wrong with."""
    from aiops_tui.slack.web import SlackClient

    token = settings.slack_bot_token
    return SlackClient(token.reveal() if token else "", settings.slack_api_url, timeout)


def api_outcome(problem: SlackApiError | UnreachedError | UnansweredError, settings: Settings) -> Outcome:
    """Return what a failed call of Slack's API means for the message that it carried."""
    if isinstance(problem, UnreachedError):
        return unreached(problem, settings.slack_api_url)
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


def is_safe(url: str) -> bool:
    """Return whether a secret may be sent to an address."""
    return url.isascii() and is_safe_address(url)


def unreached(problem: UnreachedError, url: str) -> Outcome:
    """Return what it means that there was no connection to an address."""
    return Outcome("not_sent", Notice(f"slack.unreached_{problem.reason}", {"host": urlsplit(url).hostname or ""}))


def has_bot(settings: Settings) -> bool:
    """Return whether there is a token, and a channel to use it for."""
    return settings.slack_bot_token is not None and bool(settings.slack_channel)
