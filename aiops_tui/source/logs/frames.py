"""The book's entries as a Polars frame that grows as the book does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aiops_tui.model.records import LEVELS
from aiops_tui.source.logs.formats import NO_TIME
from aiops_tui.source.logs.rows import Rows

if TYPE_CHECKING:
    import polars as pl


class GrowingFrame:
    """Keeps the frame that was last made, and makes new only what has changed in the rows since."""

    def __init__(self) -> None:
        self._frame: pl.DataFrame | None = None
        self._gone = 0  # so many rows at the frame's start have been dropped
        self._valid = 0  # so many rows from there on are still those of the book

    def moved(self, place: int) -> None:
        """Take note that rows from ``place`` on are others than before."""
        self._valid = min(self._valid, place)

    def dropped(self, count: int) -> None:
        """Take note that so many rows at the start are no more."""
        self._gone += count
        self._valid = max(self._valid - count, 0)

    def of(self, rows: Rows, sources: Sequence[str]) -> pl.DataFrame:
        """Return ``time`` (milliseconds since the epoch, null for none), ``level`` and ``source`` of all rows."""
        import polars as pl  # only where a frame is asked for, so that the logs alone start fast

        valid, size = self._valid, len(rows)
        if self._frame is not None and not self._gone and valid == size == len(self._frame):
            return self._frame
        new = rows.part(valid, size)
        frame = pl.DataFrame(
            [
                pl.Series("time", memoryview(new.times), dtype=pl.Int64),
                pl.Series("level", LEVELS, dtype=pl.String).gather(list(new.levels)),
                pl.Series("source", sources, dtype=pl.String).gather(list(new.sources)),
            ]
        ).with_columns(pl.col("time").replace(NO_TIME, None))
        if self._frame is not None and valid:
            frame = pl.concat([self._frame.slice(self._gone, valid), frame], rechunk=True)
        self._frame, self._gone, self._valid = frame, 0, size
        return frame
