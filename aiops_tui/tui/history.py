"""Where a person was: what Esc goes back to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aiops_tui.model.panels import Snapshot
from aiops_tui.model.view import View

DEPTH = 50


@dataclass(frozen=True, slots=True)
class Mark:
    """What is selected in a panel and how far it is scrolled; ``key`` finds the row again when rows have moved."""

    row: int = 0
    top: int = 0
    key: str | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A view, what was seen of it, and where in it one was."""

    view: View
    snapshot: Snapshot | None
    focus: str | None = None
    marks: Mapping[str, Mark] = field(default_factory=dict)


class History:
    """The places behind the present one, the latest last; very old ones are forgotten."""

    def __init__(self) -> None:
        self._places: list[Place] = []

    def __len__(self) -> int:
        return len(self._places)

    def push(self, place: Place) -> None:
        """Remember a place that one goes on from."""
        self._places = [*self._places, place][-DEPTH:]

    def pop(self) -> Place | None:
        """Return the latest place and forget it; None at the beginning."""
        return self._places.pop() if self._places else None
