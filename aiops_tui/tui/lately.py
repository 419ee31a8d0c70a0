"""What changed since somebody last looked: figures as they were seen then, against those of now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from aiops_tui.model.panels import Metric, Series, Snapshot, Unit
from aiops_tui.model.view import View
from aiops_tui.text import formats
from aiops_tui.text.translations import Translator

AWAY = timedelta(minutes=1)
"""Who was away for less has missed nothing."""

MOST = 40
"""Of so many views the figures are remembered."""

_READING, _GLANCING = 30.0, 4.0
"""Seconds that a line with news stands over the keys, and one without."""

_COUNTED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "volume": ("conversations", ()), "sentiment_by_bucket": ("conversations", ()),
    "levels_by_bucket": ("errors", ("error", "critical")), "feedback_by_day": ("feedback", ()),
}  # fmt: skip
"""Series whose buckets count what is new: what it is, and which of their lines (all, if none is named)."""

_FIGURES: Mapping[str, Unit] = {"negative_ratio": "ratio", "score": "score", "satisfaction": "ratio"}


@dataclass(frozen=True, slots=True)
class Glance:
    """What was seen at a moment of the database's clock: figures by metric, and of counted things the last bucket.

    ``counts`` are the bucket's start, in ISO 8601 and UTC, and how many were in it then: what came later can be told
    exactly.
    """

    as_of: datetime
    figures: Mapping[str, float] = field(default_factory=dict)
    counts: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    def kept(self) -> dict[str, object]:
        """Return the glance as JSON can hold it."""
        counts = {name: list(pair) for name, pair in self.counts.items()}
        return {"as_of": self.as_of.isoformat(), "figures": dict(self.figures), "counts": counts}

    @classmethod
    def read(cls, found: object) -> Glance | None:
        """Return a glance that was kept, None if it is none."""
        try:
            match found:
                case {"as_of": str(as_of), "figures": dict(figures), "counts": dict(counts)}:
                    moment = datetime.fromisoformat(as_of)
                    read = {str(name): (str(start), int(n)) for name, (start, n) in counts.items()}
                    return cls(moment, {str(k): float(v) for k, v in figures.items()}, read) if moment.tzinfo else None
        except (TypeError, ValueError, OverflowError):
            pass
        return None


class Lately:
    """Remembers what was seen of each view, and says once what changed when somebody comes back."""

    def __init__(self, kept: Mapping[str, object] | None = None) -> None:
        found = {key: Glance.read(value) for key, value in (kept or {}).items()}
        self._glances: dict[str, Glance] = {key: glance for key, glance in found.items() if glance is not None}
        self._watching = True
        self._curious = True

    def watched(self, on: bool) -> None:
        """Hear whether somebody looks."""
        self._watching, self._curious = on, on

    def seen(self, view: View, snapshot: Snapshot) -> Glance | None:
        """Take what is on the screen; return what was seen before, the first time after somebody came back."""
        if not (self._watching and view.window.is_live):
            return None
        key, now = _key(view), glance(view.tab, snapshot)
        if (before := self._glances.get(key)) is not None and now.as_of <= before.as_of:
            return None
        before = self._glances.pop(key, None)
        self._glances[key] = now
        for old in list(self._glances)[:-MOST]:
            del self._glances[old]
        curious, self._curious = self._curious, False
        if not curious or before is None or not (before.figures or before.counts):
            return None
        return before if now.as_of - before.as_of >= AWAY else None

    def kept(self) -> dict[str, object]:
        """Return all glances as JSON can hold them."""
        return {key: each.kept() for key, each in self._glances.items()}


def glance(tab: str, snapshot: Snapshot) -> Glance:
    """Return what there is to remember of a tab."""
    figures: dict[str, float] = {}
    counts: dict[str, tuple[str, int]] = {}
    for panel in snapshot.tabs.get(tab, ()):
        if isinstance(panel, Metric) and panel.id in _FIGURES and panel.value is not None:
            figures[panel.id] = float(panel.value)
        elif isinstance(panel, Series) and panel.id in _COUNTED and panel.x:
            counts[panel.id] = (_stamp(panel.x[-1]), _sum(panel, len(panel.x) - 1))
    return Glance(snapshot.as_of, figures, counts)


def changes(before: Glance, tab: str, snapshot: Snapshot, words: Translator, zone: ZoneInfo) -> tuple[str, float]:
    """Return in one line what is new since a glance, and for how many seconds that is worth the last line."""
    new_ones: list[str] = []
    moved: list[str] = []
    told: set[str] = set()
    for panel in snapshot.tabs.get(tab, ()):
        if isinstance(panel, Series) and panel.id in before.counts and (what := _COUNTED[panel.id][0]) not in told:
            told.add(what)
            new, exact = _since(panel, *before.counts[panel.id])
            if new:
                new_ones.append(("" if exact else "≥ ") + words(f"tui.lately.{what}", n=new))
        elif isinstance(panel, Metric) and panel.id in before.figures:
            then = formats.value(before.figures[panel.id], _FIGURES[panel.id])
            now = formats.value(panel.value, panel.unit)
            if then != now:
                moved.append(f"{words.title(panel.id)} {then} → {now}")
    away = (snapshot.as_of - before.as_of).total_seconds()
    at = formats.moment(before.as_of, zone)[5:16] if away > 43_200 else formats.clock(before.as_of, zone)[:5]
    what = " · ".join(new_ones + moved)
    line = words("tui.lately", at=at, away=formats.age(away, words), what=what or words("tui.lately.nothing"))
    return line, _READING if what else _GLANCING


def _since(panel: Series, start: str, n: int) -> tuple[int, bool]:
    """Return how many came after there had been ``n`` in the bucket that began at ``start``.

    Where that has left the window, or buckets have another width now, it is the least that can be said.
    """
    places = range(len(panel.x))
    at = next((place for place in places if _stamp(panel.x[place]) == start), None)
    if at is not None:
        return max(sum(_sum(panel, place) for place in places[at:]) - n, 0), True
    return sum(_sum(panel, place) for place in places if _stamp(panel.x[place]) > start), False


def _stamp(moment: datetime) -> str:
    """Return a moment in a form that is the same in every zone, and in order as text."""
    return moment.astimezone(UTC).isoformat()


def _sum(panel: Series, place: int) -> int:
    wanted = _COUNTED[panel.id][1] or tuple(panel.series)
    return sum(int(panel.series[name][place] or 0) for name in wanted if name in panel.series)


def _key(view: View) -> str:
    plain = replace(view, sort=None, conversation=None, compare="previous")
    return " ".join(plain.arguments())
