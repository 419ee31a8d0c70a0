"""Which topics are told apart: all of them, or where there are very many, the most frequent ones of what is shown."""

from __future__ import annotations

import time
from collections.abc import Iterable

from aiops_tui.model.filters import Filter
from aiops_tui.model.labels import REST, fold_topic
from aiops_tui.model.view import View
from aiops_tui.model.window import EARLIEST, Period, epoch, previous_period
from aiops_tui.monitor.naming import IN_MEMORY, Topics, longest_word
from aiops_tui.source.database import Database, Row
from aiops_tui.source.lookups import first_key_since, top_topics, topics_like
from aiops_tui.source.probe import Signs
from aiops_tui.source.relations import Relations
from aiops_tui.text.printable import printable

TOPICS_KEPT = 300
"""So many topics of a window are told apart where there are very many; the rest adds up as one."""

_CROWDED = 1000
_SAMPLE_KEYS = 20_000
_KEPT_SECONDS = 600.0
_DISORDER_SECONDS = 6 * 3600


class TopicChoice:
    """The raw topics kept, None for all, chosen anew for another view and every ten minutes.

    ``total`` is the number of distinct raw topics of the window, where not all are kept.
    """

    def __init__(self, database: Database) -> None:
        self.kept: frozenset[str] | None = None
        self.total: int | None = None
        self.topics = Topics()
        self._database = database
        self._looked_up: set[str | None] = set()
        self._for: object = None
        self._at = 0.0

    def forget(self) -> None:
        """Choose anew at the next opportunity."""
        self._for = None

    def sample(self, on: Relations, signs: Signs) -> list[Row]:
        """Ask how many topics the latest rows name."""
        low = max((signs.highest or 0) - _SAMPLE_KEYS, signs.lowest or 0)
        return self._database.rows(top_topics(on, low, None, 1))

    def choose(self, on: Relations, view: View, signs: Signs, sample: list[Row] | None = None) -> bool:
        """Look which topics to keep for a view, and say whether that is another choice than before.

        The ``sample`` is taken here unless it was before.
        """
        if not self.is_due(view):
            return False
        before = self.kept
        self._for, self._at = (view.window, view.compare), time.monotonic()
        self._looked_up.clear()
        if not self._is_crowded(self.sample(on, signs) if sample is None else sample):
            self.kept = self.total = None
        else:
            self._keep_first(on, view, signs)
        return self.kept != before

    def learn_named(self, on: Relations, wanted: Filter) -> None:
        """Look up all spellings of topics that a filter names, where not all are kept: once for each choice."""
        if self.kept is None:
            return
        for folded in {fold_topic(value) for value in _named(wanted)} - self._looked_up:
            if folded:
                rows = self._database.rows(topics_like(on, longest_word(folded)))
                self.topics.learn(row[0] for row in rows if fold_topic(printable(row[0])) == folded)
                self._looked_up.add(folded)

    def pushed(self, wanted: Filter) -> Filter:
        """Return the part of a filter that the database has to answer; cells answer the rest."""
        kept = self.kept
        if kept is None or all(self._is_kept(value, kept) for value in _named(wanted)):
            return wanted.without(IN_MEMORY)
        return wanted.without({*IN_MEMORY} - {"topic"})

    def _is_kept(self, value: str, kept: frozenset[str]) -> bool:
        # Blank topics are never among those kept for certain.
        forms = self.topics.forms(value) if fold_topic(value) else frozenset[str]()
        return bool(forms) and forms <= kept

    def is_due(self, view: View) -> bool:
        """Return whether to choose anew."""
        if self._for is None:
            return True
        if self.kept is None:
            return len(self.topics) > 2 * _CROWDED
        return self._for != (view.window, view.compare) or time.monotonic() - self._at > _KEPT_SECONDS

    def _is_crowded(self, sample: list[Row]) -> bool:
        return len(self.topics) > 2 * _CROWDED or bool(sample and sample[0][2] > _CROWDED)

    def _keep_first(self, on: Relations, view: View, signs: Signs) -> None:
        window = view.window.resolve(signs.now, EARLIEST)
        previous = previous_period(window, view.compare)
        kept: set[str] = set()
        self.total = None
        for period in (window.period, previous):
            if period is not None:
                rows = self._database.rows(top_topics(on, self.low(on, period, signs), period, TOPICS_KEPT))
                kept.update(row[0] for row in rows)
                if self.total is None:
                    self.total = rows[0][2] if rows else 0
        self.kept = frozenset(kept - {REST})  # could not be told from the rest

    def low(self, on: Relations, period: Period, signs: Signs) -> int:
        """Return a key below which hardly a row of a period lies, by bisecting."""
        since = int(epoch(period.start)) - _DISORDER_SECONDS
        lowest = signs.lowest or 0
        rows = self._database.rows(first_key_since(on, since, lowest, (signs.highest or 0) + 1))
        return max(rows[0][0] or lowest, lowest)


def _named(wanted: Filter) -> Iterable[str]:
    return (str(term.value) for term in wanted.of(("topic",)).terms)
