"""What Slack's answers mean: whether the message is there, and what a person should do about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from aiops_tui.model.panels import Notice

Kind = Literal["sent", "rejected", "not_sent", "unknown", "unset"]
"""Posted; refused for good; not gone out, so that it may be sent again; perhaps posted; not set up."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message. ``channel`` (an id) and ``ts`` name it in Slack; a webhook tells neither.

    ``share`` names it in the outbox.
    """

    kind: Kind
    notice: Notice
    permalink: str | None = None
    channel: str | None = None
    ts: str | None = None
    share: str | None = None


EXPLAINED = frozenset(
    {
        "account_inactive",
        "action_prohibited",
        "cant_delete_message",
        "channel_is_archived",
        "channel_not_found",
        "invalid_auth",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_payload",
        "is_archived",
        "message_not_found",
        "missing_scope",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_active_hooks",
        "no_service",
        "no_team",
        "no_text",
        "not_allowed_token_type",
        "not_authed",
        "not_in_channel",
        "posting_to_general_channel_denied",
        "restricted_action",
        "team_disabled",
        "token_expired",
        "token_revoked",
        "thread_not_found",
        "cannot_reply_to_message",
    }
)
"""The error words that have a sentence of their own in the catalogue, as ``slack.error.<word>``."""

LAYOUT_REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})
"""Errors that concern the blocks alone: the text can still go."""

_ERROR = "slack.error."
_PERHAPS_POSTED = frozenset({"fatal_error", "internal_error", "service_unavailable", "rollup_error"})
_RATE_LIMITED = frozenset({"ratelimited", "rate_limited"})
_WORD = re.compile(r"[a-z][a-z_]{1,79}")


def judge(status: int, headers: Mapping[str, str], word: str | None, values: Mapping[str, str]) -> Outcome:
    """Return what an answer that is no success means.

    ``word`` is Slack's error, ``values`` are for its wording: ``channel``, and ``needed`` and ``provided`` scopes.
    """
    if status == 429 or word in _RATE_LIMITED:
        seconds = headers.get("retry-after", "")
        return Outcome("not_sent", Notice("slack.rate_limited", {"seconds": seconds if seconds.isdecimal() else "60"}))
    if status >= 500 or word in _PERHAPS_POSTED:
        return Outcome("unknown", Notice("slack.unknown"))
    if 300 <= status < 400:
        return Outcome("not_sent", Notice("slack.redirected"))
    if word is None or not _WORD.fullmatch(word):
        # It is not Slack that answers; a proxy's page perhaps. After a "200" nobody knows what became of the message.
        if status < 300:
            return Outcome("unknown", Notice("slack.unknown"))
        return Outcome("rejected", Notice("slack.http", {"status": status}))
    if word in EXPLAINED:
        return Outcome("rejected", Notice(f"{_ERROR}{word}", {"needed": "chat:write", "provided": "–", **values}))
    return Outcome("rejected", Notice("slack.refused", {"code": word}))


def error_word(outcome: Outcome) -> str:
    """Return the error word of an outcome whose notice is one of the `EXPLAINED`, else an empty text."""
    notice = outcome.notice.id
    return notice.removeprefix(_ERROR) if notice.startswith(_ERROR) else ""
