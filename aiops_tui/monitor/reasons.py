"""How the reasons that a filter names are written in the database."""

from __future__ import annotations

from collections.abc import Mapping

from aiops_tui.model.filters import Filter
from aiops_tui.model.labels import fold_topic
from aiops_tui.monitor.naming import longest_word
from aiops_tui.source.database import Database
from aiops_tui.source.opinions import reasons_like
from aiops_tui.source.probe import Signs
from aiops_tui.source.relations import Relations
from aiops_tui.text.printable import printable

_LATE_KEYS = 2_000
"""Feedback that is committed late has a key at most so far below the newest."""


class Reasons:
    """The raw forms of each folded reason, looked for in what feedback has come since it was last named."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._forms: dict[str, frozenset[str]] = {}
        self._seen: dict[str, tuple[object, ...]] = {}
        self._from: dict[str, int] = {}

    def forms(self, on: Relations, wanted: Filter, signs: Signs) -> Mapping[str, frozenset[str]]:
        """Return the raw forms of the reasons that a filter names, by their folded form."""
        folded = {fold_topic(str(term.value)) for term in wanted.of(("reason",)).terms} - {None}
        named = sorted(name for name in folded if name is not None) if on.feedback is not None else []
        for name in named:
            if self._seen.get(name) != signs.feedback:
                self._look(on, name, signs)
        return {name: self._forms[name] for name in named}

    def clear(self) -> None:
        """Look through all feedback again at the next opportunity."""
        self._seen.clear()
        self._from.clear()

    def _look(self, on: Relations, name: str, signs: Signs) -> None:
        rows = self._database.rows(reasons_like(on, longest_word(name), self._from.get(name, -(2**62))))
        found = frozenset(raw for (raw,) in rows if fold_topic(printable(raw)) == name)
        self._forms[name] = self._forms.get(name, frozenset()) | found
        self._seen[name] = signs.feedback
        self._from[name] = (signs.highest_feedback or 0) - _LATE_KEYS
