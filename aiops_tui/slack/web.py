"""Slack's own client over an exchange that follows no redirect; importing it loads slack_sdk."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping

from slack_sdk import WebClient

from aiops_tui.slack.exchange import exchange


class SlackClient(WebClient):
    """A WebClient that sends once, never elsewhere, and lets `exchange.UnreachedError` and `UnansweredError` through.

    Every other failure is a ``SlackApiError``; its response is empty where the body was no JSON object.
    """

    def __init__(self, token: str, base_url: str, timeout: float) -> None:
        super().__init__(token=token, base_url=base_url, retry_handlers=[])
        self._seconds = timeout

    def _perform_urllib_http_request_internal(self, url: str, req: urllib.request.Request) -> dict[str, object]:
        # The SDK has no public way to refuse redirects; its own exchange would carry the token along.
        reply = exchange(req, self._seconds)
        body = reply.body if _is_object(reply.body) else "{}"
        return {"status": reply.status, "headers": reply.headers, "body": body}


def _is_object(body: str) -> bool:
    try:
        return isinstance(json.loads(body), Mapping)
    except ValueError:
        return False
