"""Which logs the database holds, and their rows as they come in: log tables, conversations, evaluations."""

from __future__ import annotations

import time

from aiops_tui.config import Settings
from aiops_tui.model.filters import LOG_KEYS, TEXT, Filter
from aiops_tui.model.panels import Notice
from aiops_tui.model.records import STREAMS
from aiops_tui.source.logs import LogBook
from aiops_tui.source.problems import SourceError
from aiops_tui.source.relations import Relations
from aiops_tui.source.streams.desk import Desk
from aiops_tui.source.streams.feed import Feed
from aiops_tui.source.streams.shapes import LogTable, find_log_tables
from aiops_tui.source.streams.shelves import of_conversations, of_evaluations, of_table

_FIND_AGAIN = 300.0
"""Tables are looked for again after so many seconds; one that is made anew is found at once."""

_EVALUATIONS_AGAIN = 60.0


class Streams:
    """The logs of the database, in ``book``; looked at by one thread. Nothing is asked before the first `look`."""

    def __init__(self, settings: Settings, book: LogBook) -> None:
        self._settings = settings
        self._book = book
        self._desk = Desk(settings)
        self._feeds: dict[str, Feed] = {}
        self._notices: tuple[Notice, ...] = ()
        self._tables: dict[str, LogTable] = {}
        self._found_at: tuple[object, float] = (None, 0.0)
        self._asked: tuple[Relations | None, Filter] = (None, Filter())
        self._evaluated: tuple[object, float] = (None, 0.0)

    @property
    def problems(self) -> tuple[Notice, ...]:
        """What a person is to know of these logs."""
        return (*self._notices, *(feed.problem for feed in self._feeds.values() if feed.problem is not None))

    @property
    def tables(self) -> int:
        """How many tables are read as logs."""
        return len(self._tables)

    def look(self, on: Relations, wanted: Filter, evaluated: object, identity: object) -> None:
        """Read what is new.

        ``wanted`` is the view's filter, whose terms of conversations the streams obey; ``evaluated`` moves when
        evaluations are written, ``identity`` when a table is made anew.
        """
        asked = on, wanted.without((*LOG_KEYS, TEXT))
        before, self._asked = self._asked, asked
        if before[0] is not on or before[1] != asked[1]:
            self._feed(STREAMS[0]).stand(of_conversations(*asked))
            evaluations = of_evaluations(*asked)
            if evaluations is not None:
                self._feed(STREAMS[1]).stand(evaluations)
        if STREAMS[1] in self._feeds:
            self._feeds[STREAMS[1]].sign = self._sign(evaluated)
        known, at = self._found_at
        if known != identity or time.monotonic() - at > _FIND_AGAIN:
            self._find(on)
            self._found_at = identity, time.monotonic()
        self._book.poll_feeds()

    def close(self) -> None:
        """Give the connection up."""
        self._desk.close()

    def _sign(self, evaluated: object) -> object:
        """Return what moves when evaluations are to be read again: seldom, for they are read whole."""
        known, at = self._evaluated
        if known != evaluated and (known is None or time.monotonic() - at > _EVALUATIONS_AGAIN):
            self._evaluated = evaluated, time.monotonic()
        return self._evaluated[0]

    def _find(self, on: Relations) -> None:
        """Look which tables are logs."""
        try:
            named = self._settings.log_tables
            found, notices = self._desk.ask(lambda database: find_log_tables(database, named))
        except SourceError as error:
            self._notices = (error.notice,)
            return
        self._notices = tuple(notices)
        for table in found:
            if self._tables.get(table.table.name) != table:
                shelf = of_table(table, on.on)
                self._feed(shelf.name).stand(shelf)
        self._tables = {table.table.name: table for table in found}

    def _feed(self, name: str) -> Feed:
        known = self._feeds.get(name)
        if known is None:
            known = self._feeds[name] = Feed(self._desk, name)
            self._book.join(known)
        return known
