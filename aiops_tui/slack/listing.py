"""What people and consoles do with the outbox: send what waits, list it, retry, drop and take back."""

from __future__ import annotations

import time
from typing import Literal

from aiops_tui.config import Settings
from aiops_tui.model.panels import Notice
from aiops_tui.slack.answers import Outcome
from aiops_tui.slack.delivery import Courier
from aiops_tui.slack.outbox import Entry, Outbox, OutboxError
from aiops_tui.slack.sharing import outcome_of, send_or_wait

_IDLE = 30.0
_DAY = 86_400.0


def deliver(settings: Settings) -> tuple[list[Outcome], float]:
    """Send what is due, and return what became of it and after how many seconds to look again.

    Only what is news is returned: what still waits is not.
    """
    outbox = Outbox(settings.state_dir)
    try:
        courier = Courier(settings, outbox)
        courier.deliver()
        outbox.purge(time.time() - settings.share.keep_days * _DAY)
        settled = [outcome_of(outbox.get(share)) for share in courier.settled]
        due = outbox.next_due(time.time())
    except OutboxError as trouble:
        return [Outcome("not_sent", trouble.notice)], _IDLE
    return [outcome for outcome in settled if outcome.kind != "not_sent"], _IDLE if due is None else due - time.time()


def entries(settings: Settings) -> list[Entry]:
    """Return the shares in the outbox, the newest first; raises `OutboxError`."""
    outbox = Outbox(settings.state_dir)
    return outbox.entries() if outbox.exists() else []


def channels(settings: Settings) -> list[str]:
    """Return the channels that may be shared to, as far as they are known: those allowed, else those of before."""
    allowed = settings.share.channels
    outbox = Outbox(settings.state_dir)
    try:
        known = outbox.channels() if outbox.exists() else []
    except OutboxError:
        known = []
    usual = (settings.slack_channel,) if settings.slack_channel else ()
    names = dict.fromkeys((*usual, *allowed, *known))
    return [name for name in names if not allowed or name in allowed]


def take_back(share: str, settings: Settings) -> Outcome:
    """Delete a share in Slack, or drop it if it was not sent yet."""
    try:
        return Courier(settings, Outbox(settings.state_dir)).take_back(share)
    except OutboxError as trouble:
        return Outcome("rejected", trouble.notice)


def change(share: str, what: Literal["retry", "drop"], settings: Settings) -> Outcome:
    """Send a share again that is not known to be there, or give it up."""
    outbox, now = Outbox(settings.state_dir), time.time()
    try:
        if what == "drop":
            dropped, perhaps_posted = Notice("slack.dropped"), Notice("slack.dropped_unknown")
            changed = outbox.mark(share, "dropped", dropped, now, only=("waiting", "rejected", "expired"))
            changed |= outbox.mark(share, "dropped", perhaps_posted, now, only=("unknown",))
            return Outcome("rejected" if changed else "sent", outbox.get(share).notice, share=share)
        again = Notice("slack.retrying")
        if outbox.mark(share, "waiting", again, now, only=("waiting", "rejected", "unknown", "expired", "dropped")):
            outbox.renew(share)
            return send_or_wait(outbox.get(share), Courier(settings, outbox))
        return outcome_of(outbox.get(share))
    except OutboxError as trouble:
        return Outcome("rejected", trouble.notice)
