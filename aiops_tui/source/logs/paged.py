"""What every log can do that is looked at in parts, whatever it is kept in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol

from aiops_tui.model.panels import Notice
from aiops_tui.source.logs.pages import May, Page
from aiops_tui.source.logs.reading import BLOCK
from aiops_tui.source.logs.source import Batch

if TYPE_CHECKING:
    from polars import DataFrame

Cancelled = Callable[[], bool]


class Paged(Protocol):
    """Entries of one log by position: an offset in files, a key in tables. May be used by any thread.

    May raise `SourceError` where the log is in the database.
    """

    @property
    def low(self) -> int:
        """The first position that can be read now."""

    @property
    def high(self) -> int:
        """The position up to which the log was followed."""

    def before(self, high: int, size: int = BLOCK, may: May = ...) -> Page | None:
        """Return the entries before a position; None if there are none that can be read now."""

    def after(self, low: int, size: int = BLOCK, may: May = ...) -> Page | None:
        """Return the entries from a position on; None at the end of what was followed."""

    def having(self, words: tuple[str, ...]) -> Paged:
        """Return the same log, which may leave out entries that surely lack one of these words."""

    def at(self, moment: int) -> int:
        """Return the position of the first entry at or after a moment in milliseconds since the epoch."""

    def first_time(self) -> int | None:
        """Return a time, in milliseconds, at the start of what can be read now; None if none is known there."""

    def deepen(self, cancelled: Cancelled) -> bool:
        """Make more of what is older readable, and say whether there is more to read now."""


class Feed(Protocol):
    """A log that is no file; polled by one thread."""

    name: str
    index: int

    @property
    def pages(self) -> Paged | None:
        """How to read it anywhere, None before the first poll and while it rests."""

    @property
    def counts(self) -> Counted | None:
        """How its entries are counted, None where they are not."""

    @property
    def problem(self) -> Notice | None:
        """What keeps it from being read at present."""

    def poll(self) -> tuple[Batch, bool]:
        """Return what is new, or was changed, and whether it stands in place of all that was read before."""

    def rest(self) -> None:
        """Forget what was read, until the next poll."""


class Counted(Protocol):
    """How many entries of each level a log has."""

    @property
    def step(self) -> int:
        """The width of a bucket, in milliseconds."""

    def missing(self, since: int) -> int:
        """Return about how many bytes have to be read to know all from a time, in milliseconds, on."""

    def cover(self, since: int, cancelled: Cancelled, progress: Callable[[int], None]) -> None:
        """Count what was not yet from a time on; stops early when ``cancelled``."""

    def cells(self) -> DataFrame:
        """Return ``n`` by ``cell``: ``bucket * len(LEVELS) + level``, where buckets are of ``step``."""

    def exact(self, bucket: int) -> Iterator[tuple[int, int]]:
        """Yield time, in milliseconds, and level of each entry of a bucket."""
