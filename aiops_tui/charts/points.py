"""A series made ready for drawing: figures that are finite, each with its look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiops_tui.charts.glyphs import Style, styles
from aiops_tui.charts.scale import finite
from aiops_tui.model.panels import Series

FEW = 5
"""A mean or a ratio of fewer rows than this is drawn pale."""


@dataclass(frozen=True, slots=True)
class Points:
    """Figures by name, ``count`` of each; None is a gap. ``weak`` says which buckets rest on few rows."""

    count: int
    values: Mapping[str, Sequence[float | None]]
    looks: Mapping[str, Style]
    open_last: bool
    weak: Sequence[bool]

    @property
    def empty(self) -> bool:
        """Whether there is not one figure."""
        return all(value is None for values in self.values.values() for value in values)

    def total(self, bucket: int) -> float | None:
        """Return the height of a bucket's stack, None if it has no figure at all."""
        known = [value for values in self.values.values() if (value := values[bucket]) is not None]
        return sum(max(value, 0.0) for value in known) if known else None


def points(panel: Series) -> Points:
    """Return a panel's figures; a series shorter than its times ends in gaps."""
    count = len(panel.x)
    values = {
        name: (*map(finite, figures[:count]), *[None] * (count - len(figures)))
        for name, figures in panel.series.items()
    }
    rests = panel.unit in {"ratio", "score"} and len(panel.n) == count
    weak = tuple(n < FEW for n in panel.n) if rests else (False,) * count
    return Points(count, values, styles(values), panel.open_last, weak)
