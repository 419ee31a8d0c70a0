"""What a screen, a link or a share is of: one value, from which all of them are made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from aiops_tui.model.filters import Filter
from aiops_tui.model.window import Compare, WindowSpec

USERS = 300
"""So many users have a row of their own, unless more are asked for."""


@dataclass(frozen=True, slots=True)
class View:
    """A tab over a window, narrowed by a filter, compared, sorted; perhaps with one conversation open.

    ``listed`` says that the conversations behind the figures are shown as a list, ``users`` how many users have a row.
    """

    tab: str = "overview"
    window: WindowSpec = field(default_factory=WindowSpec)
    filter: Filter = field(default_factory=Filter)
    compare: Compare = "previous"
    sort: str | None = None
    listed: bool = False
    conversation: str | None = None
    users: int = USERS

    def arguments(self) -> list[str]:
        """Return the command line options that open this view; never the database."""
        window = self.window
        words = ["--tab", self.tab]
        if window.name == "custom":
            words += _moment("--since", window.since) + _moment("--until", window.until)
        else:
            words += ["--window", window.name]
        words += _moment("--at", window.at)
        if self.filter:
            words += ["--filter", str(self.filter)]
        if self.compare != "previous":
            words += ["--compare", self.compare]
        if self.sort:
            words += ["--sort", self.sort]
        if self.listed:
            words.append("--list")
        if self.conversation is not None:
            words += ["--conversation", self.conversation]
        return words


def _moment(option: str, moment: datetime | None) -> list[str]:
    return [] if moment is None else [option, moment.isoformat(timespec="auto")]
