"""Feedback one by one: its reasons, and the latest of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable
from dataclasses import replace

from aiops_tui.metrics.inputs import Inputs, Rated, Reason
from aiops_tui.model.filters import Filter
from aiops_tui.model.labels import fold_topic
from aiops_tui.model.window import from_epoch
from aiops_tui.monitor.answers import Answers
from aiops_tui.source.database import Database, Row
from aiops_tui.source.opinions import latest_feedback, reasons
from aiops_tui.source.relations import Relations
from aiops_tui.text.printable import printable

LATEST = 50
REASONS = 100
_WRITTEN = 2_000
_SLOW = "source.slow_feedback"


class Opinions:
    """Asks about feedback, and keeps the answers until what they rest on changes, which ``version`` tells."""

    def __init__(self, database: Database, answers: Answers) -> None:
        self._answers = answers
        self._database = database

    def add_to(
        self, inputs: Inputs, on: Relations, wanted: Filter, low: int, version: Hashable, *, later: bool
    ) -> Inputs:
        """Add the reasons most often given, folded as topics are, and the latest feedback; no key is below ``low``.

        Nothing if that can wait for ``later``.
        """
        period = inputs.window.period

        def reasons_given() -> tuple[tuple[Reason, ...], int]:
            rows = self._database.rows(reasons(on, wanted, low, period, _WRITTEN))
            found = _folded(rows)
            return found[:REASONS], len(found) if len(rows) < _WRITTEN else int(rows[0][-1])

        def latest() -> tuple[Rated, ...]:
            return tuple(map(_rated, self._database.rows(latest_feedback(on, wanted, low, period, LATEST))))

        tried, database = self._answers.tried, self._database
        given = tried(("reasons", wanted, period), version, reasons_given, database, _SLOW, later=later)
        rated = tried(("rated", wanted, period), version, latest, database, _SLOW, later=later)
        found, total = ((), None) if given is None else given
        return replace(inputs, reasons=found, reasons_total=total, rated=rated or ())


def _folded(rows: list[Row]) -> tuple[Reason, ...]:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    forms: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for raw, feedback, n, _ in rows:
        shown = printable(raw)
        key = fold_topic(shown)
        if key is not None:
            counts[key][feedback] += n
            forms[key][shown] += n
    found = [Reason(key, min(forms[key], key=lambda form: (-forms[key][form], form)), counts[key]) for key in counts]
    return tuple(sorted(found, key=lambda reason: (-sum(reason.counts.values()), reason.name)))


def _rated(row: Row) -> Rated:
    at, feedback, reason, conversation, user, topic, question = row
    return Rated(
        None if at is None else from_epoch(at),
        feedback,
        _text(reason),
        None if conversation is None else str(conversation),
        _text(user),
        _text(topic),
        _text(question),
    )


def _text(value: str | None) -> str | None:
    return None if value is None else printable(value)
