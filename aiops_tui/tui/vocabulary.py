"""The words that filters can be made of, as far as the figures have shown them: topics, users, criteria, reasons."""

from __future__ import annotations

from collections.abc import Mapping

from aiops_tui.model.labels import FEEDBACKS, REST, SENTIMENTS, WEEKDAYS
from aiops_tui.model.panels import Heatmap, Metric, Snapshot, Table
from aiops_tui.model.records import LEVELS

MOST = 2000
"""So many words of a kind are kept, the most frequent."""

_KINDS = {"topic": "topic", "user_id": "user", "reason": "reason", "source": "source"}
_COUNTS = ("conversations", "count", "n")


class Vocabulary:
    """Words by key with how often each occurs; 0 is not known."""

    def __init__(self) -> None:
        self._words: dict[str, dict[str, int]] = {
            "sentiment": dict.fromkeys(SENTIMENTS, 0),
            "feedback": dict.fromkeys(FEEDBACKS, 0),
            "criterion": {},
            "weekday": dict.fromkeys(WEEKDAYS, 0),
            "level": dict.fromkeys(LEVELS, 0),
            "hour": dict.fromkeys(map(str, range(24)), 0),
        }
        self._learned: Snapshot | None = None

    def learn(self, snapshot: Snapshot | None) -> None:
        """Take the words of a Snapshot; figures of a filtered one say less than those of all, and add words only."""
        if snapshot is None or snapshot is self._learned:
            return
        self._learned = snapshot
        for panels in snapshot.tabs.values():
            for panel in panels:
                if isinstance(panel, Table):
                    self._take_table(panel, whole=not snapshot.filter)
                elif isinstance(panel, Metric):
                    self._take_metric(panel)
                elif isinstance(panel, Heatmap) and panel.id == "topic_criterion":
                    self._add("criterion", dict.fromkeys(panel.x, 0), whole=False)

    def values(self, key: str) -> Mapping[str, int]:
        """Return the values of a key, the most frequent first."""
        return self._words.get(key, {})

    def _take_table(self, table: Table, *, whole: bool) -> None:
        names = [column.id for column in table.columns]
        for column, kind in _KINDS.items():
            if column not in names:
                continue
            place = names.index(column)
            # Of a table that has no counts each row is one more of its kind, and says nothing of how many there are.
            counted = next((names.index(name) for name in _COUNTS if name in names), None)
            found: dict[str, int] = {}
            for row, key in zip(table.rows, table.keys or ("",) * len(table.rows), strict=False):
                if row[place] and key != REST:
                    n = row[counted] if counted is not None else 0
                    found.setdefault(str(row[place]), n if isinstance(n, int) else 0)
            self._add(kind, found, whole=whole and counted is not None)

    def _take_metric(self, metric: Metric) -> None:
        kind, _, criterion = metric.id.partition(".")
        if kind == "score" and criterion:
            self._add("criterion", {criterion: 0}, whole=False)

    def _add(self, kind: str, found: Mapping[str, int], *, whole: bool) -> None:
        known = self._words.get(kind, {})
        both = {**known, **found} if whole else {**found, **known}
        order = sorted(both.items(), key=lambda pair: -pair[1])
        self._words[kind] = dict(order[:MOST])
