"""What a list of log entries shows, and may ask of whoever reads the logs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from aiops_tui.model.filters import Filter
from aiops_tui.model.records import Arrival, Found, LogEntry


class Book(Protocol):
    """What the list needs of the logs: entries by place, and wishes, whose fulfilment ``listener`` is told of.

    ``version`` changes whenever there is something else to be seen.
    """

    listener: Callable[[], None]
    following: bool
    """Whether who looks stays at the end; to be set by who does."""

    @property
    def version(self) -> int:
        """A number that grows with each change."""

    @property
    def arrival(self) -> Arrival:
        """Where the latest jump led."""

    @property
    def busy(self) -> int:
        """How many bytes were looked through for what is under way, 0 while nothing is."""

    @property
    def arrived(self) -> int:
        """How many entries were written since the console was opened."""

    @property
    def behind(self) -> int:
        """How many bytes were written that are still to be read."""

    @property
    def at_start(self) -> bool:
        """Whether there is nothing older than the first entry."""

    @property
    def at_end(self) -> bool:
        """Whether the entries go on to the end of the logs."""

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the logs."""

    def __len__(self) -> int: ...

    def __getitem__(self, place: int, /) -> LogEntry: ...

    def place(self, number: int, /) -> int | None:
        """Return where the entry of that number is, None if it is not among these."""

    def all(self) -> list[LogEntry]:
        """Return every entry that is at hand, folded or not."""

    def fold(self, number: int, /) -> None:
        """Show the repetitions that an entry stands for each by itself, or as one again."""

    def older(self) -> None:
        """Read on before the first entry."""

    def newer(self) -> None:
        """Read on after the last entry."""

    def latest(self) -> None:
        """Go to the end."""

    def oldest(self) -> None:
        """Go to the beginning."""

    def seek(self, moment: datetime, /) -> None:
        """Go to the first entry at or after a moment."""

    def until(self, moment: datetime, /) -> None:
        """Go to the last entry before a moment."""

    def go(self, number: int, /) -> None:
        """Go to an entry."""

    def show_only(self, wanted: Filter, hidden: frozenset[str], /) -> None:
        """Show only what a filter lets through of the logs that are not hidden."""

    def next_error(self, step: int, number: int | None, /) -> None:
        """Go to the next (1) or previous (-1) error from an entry on, or back from the end."""

    def find(self, text: str, step: int, number: int | None, /) -> None:
        """Go to the next (1) or previous (-1) entry that has a text, or fits an expression between slashes.

        With a step of 0 it is the previous one, or else the next.
        """

    def count(self, text: str, /) -> None:
        """Count the entries that have a text, or fit an expression between slashes, from now on; none for no text."""

    def found(self, number: int | None, /) -> Found | None:
        """Return how many entries have what is sought, as far as they were counted, and which of them one is."""
