"""Why a command ends before its time."""

from __future__ import annotations

from collections.abc import Iterable

from aiops_tui.model.panels import Notice

DONE, FAILED, USAGE = 0, 1, 2
"""The exit statuses."""


class Stop(Exception):  # noqa: N818
    """Ends the command: ``notice`` says why and what to do, ``below`` are printable lines that show where."""

    def __init__(self, notice: Notice, status: int = FAILED, below: Iterable[str] = ()) -> None:
        self.notice = notice
        self.status = status
        self.below = tuple(below)
        super().__init__(notice.id)
