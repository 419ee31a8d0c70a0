"""What the doctor asks of Slack: whether the token or the webhook could post, without posting anything."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime

from aiops_tui import pictures
from aiops_tui.config import Settings
from aiops_tui.model.panels import Notice
from aiops_tui.slack.answers import Outcome
from aiops_tui.slack.client import api_outcome, settings_problem, slack_client, token_problem, webhook_problem
from aiops_tui.slack.exchange import UnansweredError, UnreachedError
from aiops_tui.slack.outbox import Outbox, OutboxError
from aiops_tui.text.printable import printable

_NEEDED, _FILES, _READ, _ANYWHERE = "chat:write", "files:write", "channels:read", "chat:write.public"
_CLOCK_SECONDS = 300


def check(settings: Settings) -> list[Notice]:
    """Return what stands in the way of a share, and what is well; ids of the latter begin with ``slack.ok``.

    The token is tried by ``auth.test``; a webhook cannot be tried without posting, so only its form is looked at.
    """
    return [*_setting(settings), *_outbox(settings)]


def _setting(settings: Settings) -> Iterator[Notice]:
    if settings.slack_bot_token is None:
        problem = settings_problem(settings)
        yield problem.notice if problem else Notice("slack.ok_webhook")
        return
    scopes, found = _check_token(settings)
    yield from found
    if settings.slack_channel:
        yield from _channel(settings, scopes)
    elif settings.slack_webhook_url is None:
        yield Notice("slack.no_channel")
    else:
        unsafe = webhook_problem(settings)
        yield unsafe.notice if unsafe else Notice("slack.ok_webhook")
    if not pictures.available():
        yield Notice("slack.no_pictures")


def _check_token(settings: Settings) -> tuple[frozenset[str], list[Notice]]:
    """Return the scopes that the token has, as far as Slack tells, and what there is to say of it."""
    problem = token_problem(settings)
    if problem is not None:
        return frozenset(), [problem.notice]
    from slack_sdk.errors import SlackApiError

    try:
        response = slack_client(settings).auth_test()
    except (SlackApiError, UnreachedError, UnansweredError) as failure:
        outcome = api_outcome(failure, settings)
        return frozenset(), [Notice("slack.unanswered") if outcome.kind == "unknown" else outcome.notice]
    names = {name: printable(str(response.get(name) or "–"), 80) for name in ("team", "user")}
    found = [Notice("slack.ok_token", names), *_clock(response.headers)]
    header = response.headers.get("x-oauth-scopes")
    scopes = frozenset(scope.strip() for scope in (header or "").split(","))
    provided = printable(header or "", 200) or "–"
    if header is not None and _NEEDED not in scopes:
        found.append(Notice("slack.error.missing_scope", {"needed": _NEEDED, "provided": provided}))
    if header is not None and _FILES not in scopes:
        found.append(Notice("slack.no_files", {"needed": _FILES, "provided": provided}))
    return scopes, found


def _clock(headers: Mapping[str, str]) -> Iterator[Notice]:
    """Tell of a clock that is so wrong that Slack's certificates or the times of messages would be."""
    date = next((value for name, value in headers.items() if name.lower() == "date"), None)
    try:
        seconds = round(time.time() - parsedate_to_datetime(str(date)).timestamp()) if date else 0
    except (ValueError, TypeError):
        return
    if abs(seconds) > _CLOCK_SECONDS:
        yield Notice("slack.clock", {"minutes": round(seconds / 60)})


def _channel(settings: Settings, scopes: frozenset[str]) -> Iterator[Notice]:
    channel = settings.slack_channel or ""
    values = {"channel": channel}
    allowed = {name.removeprefix("#") for name in settings.share.channels}
    if allowed and channel.removeprefix("#") not in allowed:
        yield Notice("slack.not_allowed", {**values, "channels": ", ".join(settings.share.channels)})
        return
    if _READ not in scopes:
        yield Notice("slack.ok_channel", values)
        return
    from aiops_tui.slack.calls import channel_known

    known = channel_known(channel, settings)
    if isinstance(known, Outcome):
        # A private channel that the bot is not in looks like none; other failures say nothing of it.
        yield known.notice if known.kind == "rejected" else Notice("slack.ok_channel", values)
    elif known.archived:
        yield Notice("slack.error.is_archived", values)
    elif not known.member and _ANYWHERE not in scopes:
        yield Notice("slack.error.not_in_channel", values)
    elif known.external:
        yield Notice("slack.channel_external", values)
    else:
        yield Notice("slack.ok_channel_known", {"channel": f"#{known.name}"})


def _outbox(settings: Settings) -> Iterator[Notice]:
    outbox = Outbox(settings.state_dir)
    if not outbox.exists():
        return
    try:
        states = [entry.state for entry in outbox.entries()]
    except OutboxError as trouble:
        yield trouble.notice
        return
    waiting, unknown = states.count("waiting"), states.count("unknown")
    if waiting or unknown:
        yield Notice("slack.outbox_holds", {"waiting": waiting, "unknown": unknown})
