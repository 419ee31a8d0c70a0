"""Sharing what a person sees: composing the message and posting it."""

from __future__ import annotations

import getpass
import json
import socket

from aiops_tui.config import Settings
from aiops_tui.model.panels import Snapshot
from aiops_tui.model.view import View
from aiops_tui.slack.answers import Outcome
from aiops_tui.slack.message import Message, compose
from aiops_tui.text.translations import Translator


def share(snapshot: Snapshot, view: View, settings: Settings, translator: Translator) -> Outcome:
    """Post a snapshot, made for this view, to the channel of the settings; waits for the network."""
    # What speaks HTTP is loaded on first use.
    from aiops_tui.slack.client import send

    return send(_message(snapshot, view, settings, translator), settings)


def preview(snapshot: Snapshot, view: View, settings: Settings, translator: Translator) -> str:
    """Return what `share` would post, as JSON to read or to paste into Slack's Block Kit Builder."""
    message = _message(snapshot, view, settings, translator)
    return json.dumps({"text": message.text, "blocks": message.blocks}, ensure_ascii=False, indent=2)


def _message(snapshot: Snapshot, view: View, settings: Settings, translator: Translator) -> Message:
    return compose(snapshot, view, translator, sender=_sender(), dashboard_url=settings.dashboard_url)


def _sender() -> str:
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a process without a name, as in a container
        user = "?"
    return f"{user}@{socket.gethostname()}"
