"""A log that the database holds, as it grows: each poll asks for the newest keys, and for the rows that are new."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence

from aiops_tui.model.panels import Notice
from aiops_tui.source.database import Database, Row
from aiops_tui.source.logs.source import Batch
from aiops_tui.source.problems import Cancelled, SourceError
from aiops_tui.source.streams.counts import ShelfCounts
from aiops_tui.source.streams.desk import Desk
from aiops_tui.source.streams.pages import HIGHEST, LOWEST, ShelfPages, batch_of
from aiops_tui.source.streams.shelves import Shelf

FIRST_ROWS = 500
"""So many of the newest rows are read at first."""

MOST_NEW = 4000
"""Of more new rows the latest are shown; those before them are read when they are asked for."""

_SETTLES = 60.0
"""A row may be committed so many seconds after one with a higher key, and still is found by the next poll."""

_MOST_WAITING = 200


class Feed:
    """Follows one shelf; polled by one thread at a time."""

    def __init__(self, desk: Desk, name: str, clock: Callable[[], float] = time.time) -> None:
        self.name = name
        self.index = -1
        self.sign: object = None
        """What moves when a shelf that has no key is to be read again."""
        self.pages: ShelfPages | None = None
        self.counts: ShelfCounts | None = None
        self._desk = desk
        self._clock = clock
        self._shelf: Shelf | None = None
        self._problem: Notice | None = None
        self._seen: object = None
        self._known: set[int] = set()
        self._waiting: list[int] = []
        self._highs: deque[tuple[float, int]] = deque()

    @property
    def problem(self) -> Notice | None:
        """What keeps it from being read, or counted, at present."""
        return self._problem or (self.counts.problem if self.counts is not None else None)

    def stand(self, shelf: Shelf) -> None:
        """Read this shelf from the next poll on."""
        self._shelf = shelf

    def rest(self) -> None:
        """Forget what was read."""
        self.pages, self._seen = None, None

    def poll(self) -> tuple[Batch, bool]:
        """Return what is new, or was changed, and whether it stands in place of all that was read before."""
        self._problem = None
        try:
            return self._poll()
        except Cancelled:
            pass
        except SourceError as error:
            self._problem = error.notice
        return Batch(), False

    def _poll(self) -> tuple[Batch, bool]:
        shelf, pages = self._shelf, self.pages
        if shelf is None:
            return Batch(), False
        if pages is None or pages.shelf is not shelf or (not shelf.keyed and self._seen != self.sign):
            return self._begin(shelf), True
        if not shelf.keyed:
            return Batch(), False
        settled = self._settled()
        read = self._desk.ask(lambda database: self._news(database, shelf, settled))
        if read is None:
            return self._begin(shelf), True
        self._note(read, pages.high)
        pages.follow(max((int(row[0]) + 1 for row in read), default=LOWEST))
        return self._batch(shelf, read), False

    def _begin(self, shelf: Shelf) -> Batch:
        """Read the newest rows, as if nothing had been read before."""
        rows = self._desk.ask(lambda database: database.rows(shelf.page(None, None, FIRST_ROWS, newest=True)))
        rows.sort(key=lambda row: int(row[0]))
        if rows and not LOWEST < int(rows[0][0]) <= int(rows[-1][0]) < HIGHEST:
            raise SourceError(Notice("logs.table_large_key", {"table": self.name}))
        high = int(rows[-1][0]) + 1 if rows else LOWEST
        self.pages = ShelfPages(self._desk, shelf, self.index, high, self._now)
        if shelf.level is not None and (self.counts is None or self.counts.shelf is not shelf):
            self.counts = ShelfCounts(self._desk, shelf)
        self._seen, self._known, self._waiting = self.sign, set(), []
        self._highs = deque([(time.monotonic(), max(high - FIRST_ROWS, LOWEST))])
        self._note(rows, high)
        return self._batch(shelf, rows)

    def _news(self, database: Database, shelf: Shelf, settled: int) -> list[Row] | None:
        """Return the rows that are new and those that may have changed; None if there are too many."""
        positions = [int(row[0]) for row in database.rows(shelf.positions(settled, MOST_NEW + len(self._known)))]
        new = [position for position in positions if position not in self._known]
        if len(new) >= MOST_NEW:
            return None
        wanted = [*new, *self._waiting]
        return list(database.rows(shelf.these(wanted))) if wanted else []

    def _settled(self) -> int:
        """Return the position up to which every row was read that will ever be there."""
        now = time.monotonic()
        while len(self._highs) > 1 and self._highs[1][0] < now - _SETTLES:
            self._highs.popleft()
        settled = self._highs[0][1]
        self._known = {position for position in self._known if position > settled}
        return settled

    def _note(self, rows: Sequence[Row], high: int) -> None:
        self._known.update(int(row[0]) for row in rows)
        top = max([high - 1, *(int(row[0]) for row in rows)])
        if self._highs[-1][1] < top:
            self._highs.append((time.monotonic(), top))

    def _batch(self, shelf: Shelf, rows: Sequence[Row]) -> Batch:
        batch = batch_of(shelf, self.index, rows, self._now())
        said = [(int(row[0]), shelf.read(row[2:])) for row in rows]
        here = {position for position, _ in said}
        waiting = [position for position in self._waiting if position not in here]
        waiting += [position for position, what in said if shelf.waiting(what)]
        self._waiting = waiting[-_MOST_WAITING:]
        return batch

    def _now(self) -> int:
        return round(self._clock() * 1000)
