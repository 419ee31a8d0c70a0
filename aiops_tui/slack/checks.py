"""What the doctor asks of Slack: whether the token or the webhook could post, without posting anything."""

from __future__ import annotations

from aiops_tui.config import Settings
from aiops_tui.model.panels import Notice
from aiops_tui.slack.client import api_outcome, settings_problem, slack_client, token_problem, webhook_problem
from aiops_tui.slack.exchange import UnansweredError, UnreachedError
from aiops_tui.text.printable import printable

_NEEDED = "chat:write"


def check(settings: Settings) -> list[Notice]:
    """Return what stands in the way of a share, and what is well; ids of the latter begin with ``slack.ok``.

    The token is tried by ``auth.test``; a webhook cannot be tried without posting, so only its form is looked at.
    """
    if settings.slack_bot_token is None:
        problem = settings_problem(settings)
        return [problem.notice if problem else Notice("slack.ok_webhook")]
    found = _check_token(settings)
    if settings.slack_channel:
        found.append(Notice("slack.ok_channel", {"channel": settings.slack_channel}))
    elif settings.slack_webhook_url is None:
        found.append(Notice("slack.no_channel"))
    else:
        unsafe = webhook_problem(settings)
        found.append(unsafe.notice if unsafe else Notice("slack.ok_webhook"))
    return found


def _check_token(settings: Settings) -> list[Notice]:
    problem = token_problem(settings)
    if problem is not None:
        return [problem.notice]
    from slack_sdk.errors import SlackApiError

    try:
        response = slack_client(settings).auth_test()
    except (SlackApiError, UnreachedError, UnansweredError) as failure:
        outcome = api_outcome(failure, settings)
        return [Notice("slack.unanswered") if outcome.kind == "unknown" else outcome.notice]
    names = {name: printable(str(response.get(name) or "–"), 80) for name in ("team", "user")}
    found = [Notice("slack.ok_token", names)]
    header = response.headers.get("x-oauth-scopes")
    if header is not None and _NEEDED not in {scope.strip() for scope in header.split(",")}:
        found.append(
            Notice("slack.error.missing_scope", {"needed": _NEEDED, "provided": printable(header, 200) or "–"})
        )
    return found
