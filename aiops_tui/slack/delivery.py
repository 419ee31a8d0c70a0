"""Sending what the outbox holds, one message after the other, whichever process wrote it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from aiops_tui.config import Settings
from aiops_tui.model.panels import Notice
from aiops_tui.slack import calls
from aiops_tui.slack.answers import LAYOUT_REFUSED, Outcome, error_word
from aiops_tui.slack.client import TIMEOUT, has_bot, settings_problem
from aiops_tui.slack.outbox import LATEST_HOURS, Entry, Outbox, OutboxError, State, unusable
from aiops_tui.slack.parcel import Block, Layout, Parcel
from aiops_tui.slack.validator import block_errors

Draw = Callable[[], bytes | None]
"""Draws the picture of a share; None where pictures cannot be drawn."""

GAP = 1.0
"""Seconds between two messages to one channel."""

_LATE = 60.0
_RETRY = (5.0, 15.0, 60.0, 300.0)
"""Seconds to the next attempt at what could not be sent, the last for all further ones."""

_THREAD_GONE = frozenset({"thread_not_found", "message_not_found", "cannot_reply_to_message"})
_WITHOUT_PICTURES = "slack.sent_without_picture"
_CUT_OFF_PICTURE = "slack.sent_perhaps_without_picture"


class Courier:
    """Sends for one process; a lock in the state folder sees to it that only one does at a time.

    ``draws`` are for shares that may yet need a picture, by id; ``clock`` and ``sleep`` are of this machine.
    """

    def __init__(
        self,
        settings: Settings,
        outbox: Outbox,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        timeout: float = TIMEOUT,
    ) -> None:
        self.outbox = outbox
        self.draws: dict[str, Draw] = {}
        self.settled: list[str] = []
        """The shares that this courier sent or gave up, or found that another had left half-way."""
        self._settings = settings
        self._clock = clock
        self._sleep = sleep
        self._timeout = timeout

    def deliver(self) -> bool:
        """Send all that is due, unless another process does; return whether this one did."""
        if settings_problem(self._settings) is not None:
            return True
        with _sole(self.outbox.folder / "outbox.lock") as ours:
            if ours:
                self.settled += [entry.id for entry in self.outbox.recover(self._clock())]
                self._complete_cut_off()
                while (entry := self._next()) is not None:
                    self._send(entry)
            return ours

    def _next(self) -> Entry | None:
        """Return the next share that is due, waiting for a channel's turn where that is near."""
        while (entry := self.outbox.claim(self._clock())) is None:
            due = self.outbox.next_due(self._clock())
            if due is None or due - self._clock() > 2 * GAP:
                return None
            self._sleep(max(due - self._clock(), 0.01))
        return entry

    def _send(self, entry: Entry) -> None:
        self.settled.append(entry.id)
        try:
            parcel = Parcel.from_json(entry.parcel)
        except ValueError:
            broken = Notice("slack.parcel_broken")
            self.outbox.finish(entry.id, "rejected", broken, self._clock())
            return
        settings = replace(self._settings, slack_channel=entry.channel or None)
        parent = self.outbox.thread_of(entry) if entry.threaded and has_bot(settings) else None
        if self._clock() - entry.created > _LATE:
            parcel = late(parcel)
        outcome, layout = self._post(entry, parcel, settings, parent)
        if parent is not None and error_word(outcome) in _THREAD_GONE:
            # Somebody deleted the first message, so that nothing was posted below it.
            self.outbox.mark(parent.id, "taken_back", Notice("slack.gone"), self._clock(), only=("sent",))
            parent = None
            outcome, layout = self._post(entry, parcel, settings, None)
        self._settle(entry, outcome, parent, layout)
        if outcome.kind == "sent" and outcome.channel and outcome.ts:
            self._complete(self.outbox.get(entry.id), parcel, settings)
        if outcome.kind != "not_sent":
            self.draws.pop(entry.id, None)

    def _post(self, entry: Entry, parcel: Parcel, settings: Settings, parent: Entry | None) -> tuple[Outcome, int]:
        """Post in the first layout that Slack takes, and return which; -1 is the text alone."""
        problem = settings_problem(settings)
        if problem is not None:
            return problem, -1
        thread = parent.ts if parent is not None else None
        for place, layout in enumerate(parcel.layouts):
            if block_errors(layout.blocks) or (layout.picture and not self._has_picture(entry, settings)):
                continue
            outcome = calls.post(parcel.text, layout.blocks, settings, thread=thread, timeout=self._timeout)
            if error_word(outcome) not in LAYOUT_REFUSED:
                return outcome, place
        outcome = calls.post(parcel.text, (), settings, thread=thread, timeout=self._timeout)
        if outcome.kind == "sent" and parcel.layouts:
            outcome = replace(outcome, notice=Notice("slack.sent_plain", {"channel": entry.channel or "Slack"}))
        return outcome, -1

    def _has_picture(self, entry: Entry, settings: Settings) -> bool:
        if not has_bot(settings):
            return False
        if self.outbox.picture(entry.id) is not None:
            return True
        draw = self.draws.get(entry.id)
        picture = draw() if draw is not None else None
        if picture is not None:
            self.outbox.keep_picture(entry.id, picture)
        return picture is not None

    def _settle(self, entry: Entry, outcome: Outcome, parent: Entry | None, layout: int) -> None:
        """Write down what became of a share before anything else is done about it."""
        now = self._clock()
        next_at: float | None = None
        state: State = "rejected" if outcome.kind in {"rejected", "unset"} else "unknown"
        if outcome.kind == "sent":
            state = "sent"
        elif outcome.kind == "not_sent":
            state, next_at = "waiting", now + self._pause(entry, outcome)
        self.outbox.finish(
            entry.id, state, outcome.notice, now,
            channel_id=outcome.channel, ts=outcome.ts, parent=parent.id if parent else None, layout=layout,
            next_at=next_at,
        )  # fmt: skip
        self.outbox.hold(entry.channel, now + GAP if outcome.notice.id != "slack.rate_limited" else next_at or now)
        if outcome.channel:
            self.outbox.remember(entry.channel, id=outcome.channel)

    @staticmethod
    def _pause(entry: Entry, outcome: Outcome) -> float:
        if outcome.notice.id == "slack.rate_limited":
            return float(outcome.notice.values["seconds"])
        return _RETRY[min(entry.attempts, len(_RETRY)) - 1]

    def _complete(self, entry: Entry, parcel: Parcel, settings: Settings) -> None:
        """Add to a message that is there what it can do without: its address, its picture, the thread's latest."""
        channel, ts = entry.channel_id or "", entry.ts or ""
        link = calls.permalink(channel, ts, settings)
        if link is not None:
            self.outbox.complete(entry.id, permalink=link)
        if entry.layout >= 0 and parcel.layouts[entry.layout].picture:
            picture = self.outbox.picture(entry.id)
            if picture is not None:
                self._put_picture(entry, parcel, picture, settings)
        if entry.parent is not None:
            self._renew(self.outbox.get(entry.parent), settings)

    def _complete_cut_off(self) -> None:
        """Add their pictures to messages whose sender ended after it had posted them."""
        for entry in self.outbox.unpictured(self._clock() - LATEST_HOURS * 3600):
            settings = replace(self._settings, slack_channel=entry.channel)
            if not has_bot(settings) or entry.layout < 0:
                continue
            try:
                parcel = Parcel.from_json(entry.parcel)
                if parcel.layouts[entry.layout].picture:
                    self._complete(entry, parcel, settings)
            except (ValueError, IndexError, OutboxError):
                # Of another version, or of a thread whose first message is forgotten: no share waits for it.
                notice = Notice(_WITHOUT_PICTURES, {"channel": entry.channel, "scope": "files:write"})
                self.outbox.complete(entry.id, notice=notice)

    def _put_picture(self, entry: Entry, parcel: Parcel, picture: bytes, settings: Settings) -> None:
        # A picture belongs to the thread's first message, for Slack has no threads within threads.
        first = self.outbox.get(entry.parent).ts if entry.parent is not None else entry.ts
        # Written down before it is shown: should the process end now, the picture is not put there twice, and that it
        # may be missing is told.
        sent, cut_off = self.outbox.get(entry.id).notice, Notice(_CUT_OFF_PICTURE, {"channel": entry.channel})
        done = calls.upload(
            picture, parcel.picture_name, entry.title, entry.channel_id or "", first or "", settings,
            lambda file: self.outbox.complete(entry.id, file_id=file, notice=cut_off),
        )  # fmt: skip
        if done.kind == "sent":
            self.outbox.complete(entry.id, notice=sent)
        else:
            values = {"channel": entry.channel, "scope": str(done.notice.values.get("needed", "files:write"))}
            self.outbox.complete(entry.id, notice=Notice(_WITHOUT_PICTURES, values))

    def _renew(self, parent: Entry, settings: Settings) -> None:
        """Say in the first message of a thread what the latest one says."""
        if parent.ts is None or parent.channel_id is None:
            return
        parcel = Parcel.from_json(parent.parcel)
        newest = self.outbox.latest_below(parent.id)
        blocks: tuple[Block, ...] = parcel.layouts[parent.layout].blocks if parent.layout >= 0 else ()
        text = parcel.text
        if newest is not None:
            latest = Parcel.from_json(newest.parcel).latest
            blocks = (*blocks[:2], _context(latest, newest.permalink), *blocks[2:]) if blocks else ()
            text = f"{text}\n{latest}"[:4000] if not blocks else text
        calls.update(parent.channel_id, parent.ts, text, blocks, settings)

    def take_back(self, share: str) -> Outcome:
        """Delete a share in Slack, or drop it if it was not sent yet."""
        entry, now = self.outbox.get(share), self._clock()
        dropped = Notice("slack.dropped")
        if self.outbox.mark(share, "dropped", dropped, now, only=("waiting",)):
            return Outcome("sent", dropped)
        if entry.state != "sent" or entry.ts is None or entry.channel_id is None:
            return Outcome("rejected", Notice("slack.not_to_be_taken_back"))
        settings = replace(self._settings, slack_channel=entry.channel)
        problem = settings_problem(settings)
        if problem is not None:
            return problem
        if entry.file_id is not None:
            calls.delete_file(entry.file_id, settings)
        outcome = calls.delete(entry.channel_id, entry.ts, settings)
        if outcome.kind == "sent" or error_word(outcome) == "message_not_found":
            outcome = Outcome("sent", Notice("slack.taken_back", {"channel": entry.channel}))
            self.outbox.mark(share, "taken_back", outcome.notice, now, only=("sent",))
            if entry.parent is not None:
                self._renew(self.outbox.get(entry.parent), settings)
        return outcome


def late(parcel: Parcel) -> Parcel:
    """Return the parcel that says it comes late."""
    note: Mapping[str, object] = _context(parcel.late)
    layouts = tuple(Layout((*layout.blocks[:1], note, *layout.blocks[1:]), layout.picture) for layout in parcel.layouts)
    return replace(parcel, text=f"{parcel.late} {parcel.text}", layouts=layouts)


def _context(markup: str, link: str | None = None) -> Block:
    text = f"<{link}|{markup}>" if link else markup
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}


@contextmanager
def _sole(path: Path) -> Iterator[bool]:
    """Hold a lock that the system takes back when the process ends, however it does; False if another has it."""
    try:
        import fcntl
    except ImportError:  # a system without it runs one console
        yield True
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as problem:
        raise OutboxError(unusable(path.parent, problem)) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True
    finally:
        os.close(descriptor)
