"""The past of the make-believe service, batch by batch: the same for the same seed and the same now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aiops_tui.demo import logs
from aiops_tui.demo.rhythm import SLOT, slots
from aiops_tui.demo.service import EVALUATED, Conversation, Evaluation, Feedback, Service

NOT_ANALYSED = timedelta(minutes=10)
"""So old are the newest conversations that the analysis has seen."""

_BATCH = 2000
_LOGGED = 30_000
_SLOT_MICROSECONDS = SLOT // timedelta(microseconds=1)


@dataclass(slots=True)
class Batch:
    """Rows of the three tables, in the order of time, and lines of app.log."""

    conversations: list[Conversation] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)
    feedback: list[Feedback] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def history(rows: int, days: int, seed: int, now: datetime) -> Iterator[Batch]:
    """Make ``rows`` conversations of the ``days`` before ``now`` (aware), with what was said of them.

    Ids count from 1 in the order of time; the last conversation is a second old. The latest are not analysed yet,
    and log lines are there for the latest only, so that a log file keeps the size of a real one.
    """
    service = Service(seed, rows)
    rng = service.random
    now = now.astimezone(UTC)
    batch, next_id = Batch(), 1
    for slot in slots(rows, days, now, rng):
        offsets = sorted(int(rng.random() * _SLOT_MICROSECONDS) for _ in range(slot.count))
        moments = [slot.start + timedelta(microseconds=offset) for offset in offsets]
        if slot.start + SLOT == now:
            moments = [min(moment, now - timedelta(seconds=1)) for moment in moments[:-1]]
            moments.append(now - timedelta(seconds=1))
        for exchange in service.converse(moments, next_id, slot.condition):
            row = exchange.row
            if row.created_at > now - NOT_ANALYSED:
                row = row._replace(sentiment=None)
            elif rng.random() < EVALUATED:
                batch.evaluations.append(service.judge(exchange))
            batch.conversations.append(row)
            feedback = service.react(exchange)
            if feedback is not None and feedback.created_at <= now:
                batch.feedback.append(feedback)
            if row.id > rows - _LOGGED:
                batch.lines += logs.chat_lines(row, slot.condition, rng)
        next_id += len(moments)
        if len(batch.conversations) >= _BATCH:
            yield batch
            batch = Batch()
    if batch.conversations:
        yield batch
