"""The evaluations that a filter and the periods of a view need: narrow rows, read whole when they have changed."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from aiops_tui.model.window import EARLIEST, LATEST, Period
from aiops_tui.monitor.scores import Scores
from aiops_tui.source.cells import CellQuery, evaluation_rows, first_block, with_scores
from aiops_tui.source.database import Database
from aiops_tui.source.lookups import disliked_among
from aiops_tui.source.probe import Signs
from aiops_tui.source.relations import Relations


@dataclass(frozen=True, slots=True, eq=False)
class KeptRows:
    """Evaluations of a time and a key on, read when the lasting signs of their tables were these."""

    rows: pl.DataFrame
    since: datetime
    low: int
    signs: str


class Judgements:
    """Evaluations for one `CellQuery`; their tables have no key, and are read again at most every ``seconds``."""

    def __init__(self, database: Database, relations: Relations, query: CellQuery, seconds: float) -> None:
        self.relations = relations
        self.rows: pl.DataFrame | None = None
        self.disliked: pl.Series | None = None
        """Which of the conversations that were evaluated somebody disliked, if that was read."""
        self.scores: OrderedDict[Hashable, Scores] = OrderedDict()
        """Sums of the rows at hand, by whoever reckons them."""
        # Counted downwards, and so never equal to a version of what is counted by key.
        self.version = 0
        self._database = database
        self._query = query
        self._seconds = seconds
        self._from: tuple[datetime, int] | None = None
        self._signs: tuple[object, ...] = ()
        self._lasting = ""
        self._read_at = -1e9
        self._last: KeptRows | None = None

    def adopt(self, relations: Relations) -> None:
        """Go on with tables that were made anew."""
        self.relations = relations
        self.scores.clear()
        self._last = self.last
        self.rows = self._from = None

    def take_over(self, kept: KeptRows) -> None:
        """Go on with what an earlier run read."""
        self.rows = kept.rows
        self._from, self._lasting = (kept.since, kept.low), kept.signs
        self.version -= 1

    @property
    def kept(self) -> KeptRows | None:
        """The evaluations as a later run may take them over, None if there are none."""
        if self.rows is None or self._from is None:
            return None
        return KeptRows(self.rows, *self._from, self._lasting)

    @property
    def last(self) -> KeptRows | None:
        """The evaluations read last, though their table has been made anew since."""
        return self.kept or self._last

    def forget(self) -> None:
        """Read the evaluations again at the next opportunity, taking nothing for known."""
        self._from = None

    def are_due(self, since: datetime | None, low: int, signs: Signs) -> bool:
        """Return whether evaluations have changed, or are needed from an earlier time or key, and may be read again."""
        if self.relations.evaluations is None:
            return False
        have = self._from
        if have is None or have[0] > (since or EARLIEST) or have[1] > low:
            return True
        if self._lasting == signs.lasting:
            # Of an earlier run, whose own signs meant nothing to this one.
            self._signs = (signs.evaluations, signs.feedback)
        moved = self._signs != (signs.evaluations, signs.feedback)
        return moved and time.monotonic() - self._read_at >= self._seconds

    def due_at(self, signs: Signs) -> float | None:
        """Return when changed evaluations may be read again, on the monotonic clock; None if unchanged."""
        if self._from is None or self._signs == (signs.evaluations, signs.feedback):
            return None
        return self._read_at + self._seconds

    def ask(self, since: datetime | None, low: int, signs: Signs, whole: Judgements) -> pl.DataFrame:
        """Return what `read` reads; the ``whole`` ones, no filter being asked for, know perhaps where they lie."""
        query = replace(self._query, period=None if since is None else Period(since, LATEST))
        # That is not worth its cost where most of them are read in any case.
        placed = self is whole and self.relations.tells_places and signs.rows_from(low) < signs.rows_from(None) // 2
        known = self is not whole and not whole.are_due(since, low, signs) and whole._lie_as_read(signs)
        block = first_block(whole.rows, since, low) if known and whole.rows is not None else None
        return self._database.frame(*evaluation_rows(self.relations, query, low, block=block, placed=placed))

    def read(
        self, since: datetime | None, low: int, signs: Signs, whole: Judgements, ahead: pl.DataFrame | None
    ) -> None:
        """Read the evaluations of a time on, and those of conversations from a key on, unless that was done ahead."""
        rows = self.ask(since, low, signs, whole) if ahead is None else ahead
        self.rows = with_scores(rows, len(self.relations.schema.criteria))
        self.disliked = None
        self.scores.clear()
        self._from = since or EARLIEST, low
        self._signs = (signs.evaluations, signs.feedback)
        self._lasting = signs.lasting
        self._read_at = time.monotonic()
        self._last = None
        self.version -= 1

    def _lie_as_read(self, signs: Signs) -> bool:
        """Return whether no evaluation was written since they were read, as far as the database tells."""
        return self.rows is not None and self._signs[:1] == (signs.evaluations,)

    def read_disliked(self) -> None:
        """Read which of the conversations that were evaluated somebody disliked, unless that is known."""
        if self.disliked is None and self.rows is not None and self.relations.feedback is not None:
            statement = disliked_among(self.relations)
            self.scores.clear()
            self.disliked = self._database.frame(statement, pl.Schema({"conversation": pl.Int64()}))["conversation"]

    def topics(self) -> list[str | None]:
        """Return the raw topics of the evaluations."""
        return [] if self.rows is None else self.rows["topic"].unique().to_list()
