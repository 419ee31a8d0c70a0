"""Sharing what a person sees: frozen into the outbox, sent, and what became of it."""

from __future__ import annotations

import getpass
import hashlib
import json
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from aiops_tui.config import Settings
from aiops_tui.model.panels import Notice, Snapshot, Table
from aiops_tui.model.sorting import in_order
from aiops_tui.model.view import View
from aiops_tui.slack.answers import Kind, Outcome
from aiops_tui.slack.message import Form, Message, Told, compose
from aiops_tui.slack.outbox import Draft, Entry, Outbox, OutboxError, State, new_id
from aiops_tui.slack.privacy import Veil, pseudonym_key
from aiops_tui.text.printable import printable
from aiops_tui.text.translations import Translator

if TYPE_CHECKING:
    from aiops_tui.slack.delivery import Courier

_DAY = 86_400.0
_PATIENCE = 20.0
"""Seconds to wait while another process sends."""

_LOOK_AGAIN = 0.1
_KINDS: Mapping[State, Kind] = {
    "waiting": "not_sent", "sending": "not_sent", "sent": "sent", "rejected": "rejected", "unknown": "unknown",
    "expired": "rejected", "dropped": "rejected", "taken_back": "rejected",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """What one share is to be like; None is as the settings say.

    ``picture`` draws one in place of that of the panels, the whole screen. ``again`` posts the same view once more,
    ``external`` also where another organisation reads the channel. A report has a ``title`` of its own, and ``also``
    has further tables.
    """

    channel: str | None = None
    note: str = ""
    form: Form | None = None
    table: bool = True
    redact: frozenset[str] | None = None
    thread: bool | None = None
    picture: Callable[[], bytes | None] | None = None
    again: bool = False
    external: bool = False
    title: str = ""
    also: tuple[Table, ...] = ()


USUAL = Wish()


def share(
    snapshot: Snapshot,
    view: View,
    settings: Settings,
    translator: Translator,
    wish: Wish = Wish(),
) -> Outcome:
    """Share a snapshot, made for this view; waits for the network, and raises nothing for what that or Slack does.

    The message is in the outbox before it is first tried: what could not be sent goes out later.
    """
    # What speaks HTTP is loaded on first use.
    from aiops_tui.slack.client import has_bot, settings_problem
    from aiops_tui.slack.delivery import Courier

    if wish.channel:
        settings = replace(settings, slack_channel=wish.channel)
    problem = settings_problem(settings)
    if problem is not None:
        return problem
    outbox = Outbox(settings.state_dir)
    courier = Courier(settings, outbox)
    channel = (settings.slack_channel or "") if has_bot(settings) else ""
    try:
        refused = _not_allowed(channel, settings, outbox, wish)
        if refused is not None:
            return refused
        draw = _drawing(snapshot, view, settings, translator, wish, veil_for(settings, wish))
        draft = _draft(snapshot, view, channel, settings, translator, wish, draw)
        entry, fresh = outbox.put(draft, time.time(), again=wish.again)
    except OutboxError as trouble:
        return Outcome("not_sent", trouble.notice)
    if not fresh:
        return _already(entry)
    courier.draws[entry.id] = draw
    try:
        outbox.purge(time.time() - settings.share.keep_days * _DAY)
        return send_or_wait(entry, courier)
    except OutboxError as trouble:
        return Outcome("unknown", Notice("slack.outbox_lost", trouble.notice.values), share=entry.id)


def _draft(
    snapshot: Snapshot,
    view: View,
    channel: str,
    settings: Settings,
    translator: Translator,
    wish: Wish,
    draw: Callable[[], bytes | None],
) -> Draft:
    """Return a share as it is written down, with its picture where that is how charts are shown."""
    identity = new_id()
    message = composed(snapshot, view, settings, translator, wish, identity)
    pictured = (wish.form or settings.share.form) == "picture" and bool(channel)
    return Draft(
        key=_key(snapshot, view, channel, wish),
        day=snapshot.as_of.astimezone(ZoneInfo(snapshot.timezone)).date().isoformat(),
        channel=channel,
        sender=sender_name(settings),
        title=printable(message.heading, 200),
        parcel=message.parcel.to_json(),
        picture=draw() if pictured else None,
        threaded=settings.share.thread if wish.thread is None else wish.thread,
        id=identity,
    )


def send_or_wait(entry: Entry, courier: Courier) -> Outcome:
    """Send what is in the outbox, or wait for the process that does, and return what became of an entry."""
    outbox, until = courier.outbox, time.monotonic() + _PATIENCE
    while True:
        ours = courier.deliver()
        found = outbox.get(entry.id)
        if found.state not in {"waiting", "sending"} or ours or time.monotonic() > until:
            return outcome_of(found)
        time.sleep(_LOOK_AGAIN)


def preview(
    snapshot: Snapshot,
    view: View,
    settings: Settings,
    translator: Translator,
    wish: Wish = Wish(),
) -> str:
    """Return what `share` would post, as JSON to read or to paste into Slack's Block Kit Builder."""
    parcel = composed(snapshot, view, settings, translator, wish, "").parcel
    blocks = parcel.layouts[0].blocks if parcel.layouts else ()
    return json.dumps({"text": parcel.text, "blocks": blocks}, ensure_ascii=False, indent=2)


def composed(
    snapshot: Snapshot, view: View, settings: Settings, translator: Translator, wish: Wish, identity: str
) -> Message:
    """Return the message of a share, without what is kept back."""
    veil = veil_for(settings, wish)
    form = cast("Form", wish.form or settings.share.form)
    told = Told(
        sender=sender_name(settings),
        share=identity,
        note=veil.text(wish.note),
        dashboard_url=settings.dashboard_url,
        form=form,
        table=wish.table,
        hidden=veil.view(view) != view,
        source_name=settings.share.source_name,
        title=wish.title,
        also=tuple(table for table in map(veil.panel, wish.also) if isinstance(table, Table)),
    )
    return compose(shown(snapshot, view, veil), veil.view(view), translator, told)


def shown(snapshot: Snapshot, view: View, veil: Veil) -> Snapshot:
    """Return a snapshot, made for this view, as others may see it: its tables in the view's order."""
    return veil.snapshot(in_order(snapshot, view.sort), view)


def outcome_of(entry: Entry) -> Outcome:
    """Return what became of a share in the outbox."""
    notice = entry.notice if entry.notice.id else Notice("slack.queued")
    return Outcome(_KINDS[entry.state], notice, entry.permalink, entry.channel_id, entry.ts, entry.id)


def veil_for(settings: Settings, wish: Wish = USUAL) -> Veil:
    """Return what is kept back of a share."""
    kinds = settings.share.redact if wish.redact is None else wish.redact
    return Veil(kinds, pseudonym_key(settings.state_dir))


def _already(entry: Entry) -> Outcome:
    outcome = outcome_of(entry)
    if outcome.kind != "sent":
        return outcome
    return replace(outcome, notice=Notice("slack.already", {"channel": entry.channel or "Slack"}))


def _drawing(
    snapshot: Snapshot, view: View, settings: Settings, translator: Translator, wish: Wish, veil: Veil
) -> Callable[[], bytes | None]:
    """Return what draws the picture of a share; one that cannot be drawn never keeps the share back."""

    def of_panels() -> bytes | None:
        from aiops_tui import pictures

        if not pictures.available():
            return None
        return picture_of(shown(snapshot, view, veil), view, settings, translator, wish.title)

    def draw() -> bytes | None:
        try:
            return (wish.picture or of_panels)()
        except Exception:  # noqa: BLE001 - lines of text stand for it
            return None

    return draw


def preview_picture(
    snapshot: Snapshot, view: View, settings: Settings, translator: Translator, wish: Wish = USUAL
) -> bytes | None:
    """Return the picture that `share` would draw, None where none can be drawn."""
    return _drawing(snapshot, view, settings, translator, wish, veil_for(settings, wish))()


def picture_of(snapshot: Snapshot, view: View, settings: Settings, translator: Translator, title: str = "") -> bytes:
    """Return the picture of a snapshot that holds nothing to be kept back, as a PNG."""
    from aiops_tui.pictures.painting import png
    from aiops_tui.pictures.sheet import sheet

    tab = view.tab if view.tab in snapshot.tabs else next(iter(snapshot.tabs), view.tab)
    lines = sheet(snapshot, tab, translator, settings.share.source_name, title=title)
    return png(lines, dark=settings.theme == "dark")


def _not_allowed(channel: str, settings: Settings, outbox: Outbox, wish: Wish) -> Outcome | None:
    """Return why nothing is to be posted to a channel, None if it may be; a webhook's is known to Slack alone."""
    if not channel:
        return None
    allowed = {name.removeprefix("#") for name in settings.share.channels}
    name, (identity, external, asked_at) = channel.removeprefix("#"), outbox.known(channel)
    if allowed and not {name, identity} & allowed:
        values = {"channel": channel, "channels": ", ".join(settings.share.channels)}
        return Outcome("rejected", Notice("slack.not_allowed", values))
    if wish.external or allowed:
        return None
    if abs(time.time() - asked_at) > _DAY:
        external = _ask(channel, settings, outbox)
    return Outcome("rejected", Notice("slack.external", {"channel": channel})) if external else None


def _ask(channel: str, settings: Settings, outbox: Outbox) -> bool | None:
    """Ask Slack whether another organisation reads a channel; None if the bot may not know."""
    from aiops_tui.slack.calls import channel_known

    known = channel_known(channel, settings)
    if not isinstance(known, Outcome):
        outbox.remember(channel, id=known.id, external=known.external, at=time.time())
        return known.external
    if known.kind == "rejected":
        outbox.remember(channel, at=time.time())
    return None


def _key(snapshot: Snapshot, view: View, channel: str, wish: Wish) -> str:
    """Return what two shares have in common if they are of one view, to one channel, by one database."""
    parts = [wish.title, *view.arguments(), snapshot.source.database, snapshot.timezone, channel]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def sender_name(settings: Settings) -> str:
    """Return who shares: the operator, or else the user here and at which machine, unless those are not to be named."""
    if settings.operator:
        return settings.operator
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a process without a name, as in a container
        user = "?"
    return user if settings.share.source_name else f"{user}@{socket.gethostname()}"
