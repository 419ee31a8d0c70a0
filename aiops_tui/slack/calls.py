"""What is asked of Slack, each thing once: to post, to update, to delete, to take a file, to know a channel."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from aiops_tui.config import Settings
from aiops_tui.model.panels import Notice
from aiops_tui.slack.answers import Outcome, judge
from aiops_tui.slack.client import TIMEOUT, api_outcome, has_bot, is_safe, slack_client, unreached
from aiops_tui.slack.exchange import UnansweredError, UnreachedError, exchange
from aiops_tui.slack.parcel import Block

_ASIDE = 3.0
"""Seconds to wait for an answer that the message does not need."""

_ID = re.compile(r"[CGDZ][A-Z0-9]{8,}")
_PAGES = 5

Answer = Mapping[str, object]


def post(
    text: str, blocks: Sequence[Block], settings: Settings, *, thread: str | None = None, timeout: float = TIMEOUT
) -> Outcome:
    """Post a message to the channel of the settings, by the bot or else by the webhook, and return what became of it.

    ``thread`` is the timestamp of the message below which it belongs; a webhook knows no threads.
    """
    body: dict[str, object] = {"text": text, "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
    if blocks:
        body["blocks"] = list(blocks)
    if not has_bot(settings):
        return _post_by_webhook(body, settings, timeout)
    if thread is not None:
        body["thread_ts"] = thread
    name = settings.slack_channel or ""
    answer = _call("chat.postMessage", {"channel": name, **body}, settings, timeout)
    if isinstance(answer, Outcome):
        return answer
    return Outcome(
        "sent", Notice("slack.sent", {"channel": name}), channel=_text(answer, "channel"), ts=_text(answer, "ts")
    )


def update(channel: str, ts: str, text: str, blocks: Sequence[Block], settings: Settings) -> Outcome:
    """Change a message that was posted."""
    body = {"channel": channel, "ts": ts, "text": text, "blocks": list(blocks)}
    return _done(_call("chat.update", body, settings, _ASIDE), "slack.sent", settings)


def delete(channel: str, ts: str, settings: Settings) -> Outcome:
    """Take a message back."""
    answer = _call("chat.delete", {"channel": channel, "ts": ts}, settings, TIMEOUT)
    return _done(answer, "slack.taken_back", settings)


def delete_file(file: str, settings: Settings) -> Outcome:
    """Take a file back, and the message that showed it."""
    return _done(_call("files.delete", {"file": file}, settings, _ASIDE), "slack.taken_back", settings)


def permalink(channel: str, ts: str, settings: Settings) -> str | None:
    """Return a message's address, None if Slack does not tell; the message is there whether or not it does."""
    answer = _get(lambda: slack_client(settings, _ASIDE).chat_getPermalink(channel=channel, message_ts=ts), settings)
    link = None if isinstance(answer, Outcome) else answer.get("permalink")
    return link if isinstance(link, str) and is_safe(link) else None


def upload(
    picture: bytes,
    name: str,
    title: str,
    channel: str,
    thread: str,
    settings: Settings,
    taken: Callable[[str], object],
) -> Outcome:
    """Put a picture below a message, and return what became of it; ``taken`` gets the file's id before it is shown.

    ``channel`` is an id. Slack shows the picture some time after it took it.
    """
    begun = _get(
        lambda: slack_client(settings).files_getUploadURLExternal(filename=name, length=len(picture)), settings
    )
    if isinstance(begun, Outcome):
        return begun
    address, file = _text(begun, "upload_url"), _text(begun, "file_id")
    if not is_safe(address):
        return Outcome("not_sent", Notice("slack.redirected"))
    problem = _put(address, picture)
    if problem is not None:
        return problem
    taken(file)
    body = {"files": [{"id": file, "title": title}], "channel_id": channel, "thread_ts": thread}
    return _done(_call("files.completeUploadExternal", body, settings, TIMEOUT), "slack.sent", settings)


@dataclass(frozen=True, slots=True)
class Known:
    """A channel: its id, its name without #, whether another organisation reads it and whether the bot is in it."""

    id: str
    name: str
    external: bool
    member: bool = True
    archived: bool = False


def channel_known(channel: str, settings: Settings) -> Known | Outcome:
    """Return what Slack tells of a channel, by id or by name; that needs the scope ``channels:read``."""
    client = slack_client(settings, _ASIDE)
    if _ID.fullmatch(channel):
        answer = _get(lambda: client.conversations_info(channel=channel), settings)
        if isinstance(answer, Outcome):
            return answer
        found = answer.get("channel")
        return _known(found) if isinstance(found, Mapping) else Outcome("unknown", Notice("slack.unanswered"))
    listed = channels(settings)
    if isinstance(listed, Outcome):
        return listed
    name = channel.removeprefix("#")
    unfound = Outcome("rejected", Notice("slack.error.channel_not_found", {"channel": channel}))
    return next((known for known in listed if known.name == name), unfound)


def channels(settings: Settings) -> list[Known] | Outcome:
    """Return the workspace's channels, the first thousands of them."""
    client, cursor = slack_client(settings, _ASIDE), ""
    found: list[Known] = []
    for _ in range(_PAGES):
        position = cursor
        answer = _get(
            lambda: client.conversations_list(limit=1000, cursor=position),  # noqa: B023
            settings,
        )
        if isinstance(answer, Outcome):
            return answer
        listed = answer.get("channels")
        found += [_known(each) for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
        more = answer.get("response_metadata")
        cursor = _text(more, "next_cursor") if isinstance(more, Mapping) else ""
        if not cursor:
            break
    return found


def _known(found: Answer) -> Known:
    external = any(bool(found.get(name)) for name in ("is_ext_shared", "is_pending_ext_shared"))
    member, archived = bool(found.get("is_member", True)), bool(found.get("is_archived"))
    return Known(_text(found, "id"), _text(found, "name"), external, member, archived)


def _call(method: str, body: Mapping[str, object], settings: Settings, timeout: float) -> Answer | Outcome:
    return _get(lambda: slack_client(settings, timeout).api_call(method, json=dict(body)), settings)


def _get(ask: Callable[[], object], settings: Settings) -> Answer | Outcome:
    """Return the answer, or what it means that there is no good one."""
    from slack_sdk.errors import SlackApiError, SlackRequestError

    try:
        answer = ask()
    except (SlackApiError, UnreachedError, UnansweredError) as problem:
        return api_outcome(problem, settings)
    except SlackRequestError:
        return Outcome("unknown", Notice("slack.unanswered"))
    data = getattr(answer, "data", None)
    return data if isinstance(data, Mapping) else {}


def _done(answer: Answer | Outcome, message: str, settings: Settings) -> Outcome:
    if isinstance(answer, Outcome):
        return answer
    return Outcome("sent", Notice(message, {"channel": settings.slack_channel or ""}))


def _text(answer: Answer, name: str) -> str:
    value = answer.get(name)
    return value if isinstance(value, str) else ""


def _put(address: str, content: bytes) -> Outcome | None:
    """Carry bytes to where Slack wants them; no token goes along."""
    request = urllib.request.Request(  # noqa: S310 - `is_safe` saw the address
        address, data=content, headers={"Content-Type": "application/octet-stream", "User-Agent": "aiops-tui"}
    )
    try:
        reply = exchange(request, TIMEOUT)
    except UnreachedError as problem:
        return unreached(problem, address)
    except UnansweredError:
        return Outcome("unknown", Notice("slack.unanswered"))
    return None if reply.status == 200 else Outcome("rejected", Notice("slack.http", {"status": reply.status}))


def _post_by_webhook(body: Mapping[str, object], settings: Settings, timeout: float) -> Outcome:
    url = settings.slack_webhook_url.reveal() if settings.slack_webhook_url else ""
    # The SDK's WebhookClient would write this address, a secret, into its log. `webhook_problem` saw it.
    request = urllib.request.Request(  # noqa: S310
        url,
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json; charset=utf-8", "User-Agent": "aiops-tui"},
        method="POST",
    )
    try:
        reply = exchange(request, timeout)
    except UnreachedError as problem:
        return unreached(problem, url)
    except UnansweredError:
        return Outcome("unknown", Notice("slack.unknown"))
    answer = reply.body.strip()
    if reply.status == 200 and answer == "ok":
        return Outcome("sent", Notice("slack.sent_webhook"))
    return judge(reply.status, reply.headers, answer, {"channel": "Slack"})
