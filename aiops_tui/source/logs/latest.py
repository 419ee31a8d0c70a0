"""The latest entries of a period, wherever in the logs it lies."""

from __future__ import annotations

from aiops_tui.model.records import LogEntry
from aiops_tui.model.window import Period
from aiops_tui.source.logs.book import LogBook, first_millisecond
from aiops_tui.source.logs.counts import Cancelled
from aiops_tui.source.logs.match import Match
from aiops_tui.source.logs.stretch import Stretch

MOST = 200


def latest(
    book: LogBook, period: Period, wanted: Match, most: int = MOST, cancelled: Cancelled = lambda: False
) -> tuple[LogEntry, ...]:
    """Return the latest of the wanted entries of a period, the newest first."""
    start, end = first_millisecond(period.start), first_millisecond(period.end)
    found: list[LogEntry] = []
    with book.lock:
        rows, extras, place = book.tail()
        for at in range(len(rows) - 1, place - 1, -1):
            if len(found) == most:
                break
            if start <= rows.times[at] < end and wanted.wants(rows, at, extras.get(rows.numbers[at])):
                found.append(book.entry_of(rows, at, extras))
        starts, floor = book.lows()
    if len(found) < most and floor > start:
        if end <= floor:
            wished = [(index, pages) for index, pages in list(book.pages.items()) if wanted.may_be_of(index)]
            starts = {index: pages.at(end) for index, pages in wished}
        older = Stretch(dict(book.pages), starts, min(end, floor), wanted)
        older.back(most - len(found), cancelled, until=start)
        with book.lock:
            for at in reversed(older.span(closed=False)):
                if len(found) < most and start <= older.rows.times[at] < end:
                    found.append(book.entry_of(older.rows, at, older.extras))
    return tuple(found)
