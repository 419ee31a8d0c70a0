"""Conversations of an SQLite file one by one, in slices of their keys, so that no writer waits long for a reader.

Where nothing travels, to count them by user and by label here takes half as long as to do it there.
"""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterator
from functools import reduce
from typing import Any

import polars as pl
import sqlalchemy as sa

from aiops_tui.model.filters import Filter
from aiops_tui.source.cells import HIGH, LOW
from aiops_tui.source.database import Database
from aiops_tui.source.expressions import Condition, Text
from aiops_tui.source.problems import unreadable_answer
from aiops_tui.source.relations import Relations

ROWS = pl.Schema({"user": pl.String(), "topic": pl.String(), "sentiment": pl.String(), "seconds": pl.Int64()})

_KEYS = 50_000
"""So many of them are read at once."""


class Slices:
    """Conversations from ``start`` to before ``end`` (seconds since the epoch) that a filter lets through.

    They have the keys from ``low`` on, of which there are so many ``rows`` at most.
    """

    def __init__(self, on: Relations, wanted: Filter, low: int, rows: int, start: int, end: int) -> None:
        self._statement = lines(on, wanted, start, end)
        self._left = deque(range(low, low + max(rows, 1), _KEYS))

    def frames(self, database: Database) -> Iterator[pl.DataFrame]:
        """Yield the slices (`ROWS`) down from the last, but for those that are taken over another connection meanwhile.

        Raises:
            SourceError: they cannot be read.
        """
        while True:
            try:
                low = self._left.pop()
            except IndexError:
                return
            text = database.rows(self._statement, {"low": low, "high": low + _KEYS})[0][0]
            yield rows_of(text, database.encoding)


def timed(on: Relations, *conditions: Condition) -> sa.Subquery:
    """Return the rows that meet some conditions: ``user``, ``topic`` and ``sentiment`` as written, and ``seconds``."""
    table = on.conversations.c
    user = sa.cast(table.user_id, sa.Text).label("user")
    chosen = sa.select(user, table.topic, table.sentiment, on.seconds.label("seconds")).where(*conditions)
    # Without the limit the time would be reckoned anew wherever it is named.
    return chosen.limit(sa.literal_column("-1")).subquery("timed")


def lines(on: Relations, wanted: Filter, start: int, end: int) -> sa.Select[Any]:
    """Return conversations of the keys `LOW` to before `HIGH` and of some times as one text of CSV, None if none.

    Written by the database, and taken as bytes, they need no lock of the interpreter's, so that several connections can
    read at once.
    """
    one = timed(on, on.key >= LOW, on.key < HIGH, *on.of_conversations(wanted)).c
    texts = [_quoted(text) for text in (one.user, on.on.topic(one.topic), sa.cast(one.sentiment, sa.Text))]
    line = reduce(
        lambda left, right: left.concat(sa.literal(",")).concat(right), [*texts, sa.cast(one.seconds, sa.Text)]
    )
    text = sa.cast(sa.func.group_concat(line, sa.literal("\n")), sa.LargeBinary)
    return sa.select(text).where(one.seconds >= start, one.seconds < end)


def rows_of(text: bytes | None, encoding: str = "UTF-8") -> pl.DataFrame:
    """Return the rows of a text of CSV (`ROWS`); what is not of its encoding is replaced.

    Raises:
        SourceError: it cannot be read.
    """
    if not text:
        return pl.DataFrame(schema=ROWS)
    if encoding != "UTF-8":
        text = text.decode(encoding, "replace").encode()
    try:
        return pl.read_csv(io.BytesIO(text), has_header=False, schema=ROWS, encoding="utf8-lossy")
    except pl.exceptions.PolarsError as error:
        raise unreadable_answer(error) from None


def _quoted(text: Text) -> Text:
    """Return a text as CSV has it, nothing for NULL."""
    quote = sa.literal('"')
    return sa.func.coalesce(quote.concat(sa.func.replace(text, '"', '""')).concat(quote), "", type_=sa.Text())
