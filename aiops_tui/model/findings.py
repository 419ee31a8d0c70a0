"""What the doctor finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from aiops_tui.model.panels import Notice

Level = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is well, could be better or does not work; ``paste`` are lines for the operator to run."""

    level: Level
    notice: Notice
    paste: tuple[str, ...] = ()
