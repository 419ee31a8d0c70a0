"""What was counted, kept for the next start on the same database."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from weakref import WeakSet

import polars as pl

from aiops_tui.config import Settings
from aiops_tui.monitor.books import Book, Kept
from aiops_tui.monitor.judgements import KeptRows
from aiops_tui.monitor.lists import KeptUsers, Users
from aiops_tui.source.cache import CellCache, Piece
from aiops_tui.source.database import Database
from aiops_tui.source.probe import Signs
from aiops_tui.source.rollup import Segment

FILE = "cells.sqlite"
_FORM = 1
"""Goes up whenever cells are counted otherwise: what an earlier version kept is not taken for them."""

_EVERY = 60.0
_NOTHING = pl.DataFrame()


class Keeper:
    """Keeps the rollup of a database that all views rest on, and gives it back when its tables are the same.

    Rows may have changed meanwhile: what is given back says since when it has not been recounted.
    """

    def __init__(self, settings: Settings, database: Database) -> None:
        self._cache = CellCache(Path(settings.state_dir) / FILE)
        self._database = database
        self._meaning = (settings.naive_timezone, sorted((k, *v) for k, v in settings.sentiment_aliases.items()))
        self._due = 0.0
        self._kept: WeakSet[Segment] = WeakSet()
        self._told: dict[str, object] = {}

    def is_due(self) -> bool:
        """Return whether to write again, which is so once a minute."""
        now = time.monotonic()
        due, self._due = self._due <= now, max(self._due, now + _EVERY if self._due <= now else 0.0)
        return due

    def has(self, book: Book, signs: Signs) -> bool:
        """Return whether an earlier run counted anything for a book."""
        return _is_common(book) and self._cache.has(self._owner(book, signs, "c"))

    def kept(self, book: Book, signs: Signs) -> Kept | None:
        """Return what an earlier run counted for a book, None if there is nothing."""
        if not _is_common(book):
            return None
        conversations, feedback = (self._cache.load(self._owner(book, signs, what)) for what in ("c", "f"))
        if not conversations:
            return None
        segments = [[Segment(p.low, p.high, p.cells) for p in pieces] for pieces in (conversations, feedback)]
        self._kept.update([*segments[0], *segments[1]])
        note = min(piece.note for piece in (*conversations, *feedback))
        self._told |= dict.fromkeys((self._owner(book, signs, what) for what in ("c", "f")), (note, ()))
        seen = sum((timedelta(seconds=p.low) for p in self._cache.load(self._owner(book, signs, "d"))), timedelta(0))
        self._told["d"] = seen
        return Kept(segments[0], segments[1], datetime.fromisoformat(note), self._kept_rows(book, signs), seen)

    def kept_users(self, book: Book, signs: Signs) -> KeptUsers | None:
        """Return the distinct users last counted, None if there are none."""
        for piece in self._cache.load(self._owner(book, signs, "u")) if _is_common(book) else ():
            note = json.loads(piece.note)
            users = Users(note["current"], note["before"], tuple(piece.cells["n"].to_list()))
            return KeptUsers(note["question"], users, note["taken_at"], note["seconds"])
        return None

    def keep(self, book: Book, signs: Signs, users: KeptUsers | None) -> None:
        """Write down what changed since the last time."""
        if not _is_common(book) or book.reconciled_at is None:
            return
        note = book.reconciled_at.isoformat()
        self._keep_segments(self._owner(book, signs, "c"), book.conversations.segments, note)
        if book.feedback is not None:
            self._keep_segments(self._owner(book, signs, "f"), book.feedback.segments, note)
        seen = book.bounds.disorder.seen
        if self._told.get("d", timedelta(0)) != seen:
            self._cache.save(self._owner(book, signs, "d"), [Piece(int(seen.total_seconds()), 0, "", _NOTHING)])
            self._told["d"] = seen
        rows = book.judgements.kept
        if rows is not None and self._told.get("e") != rows.signs:
            about = {"since": rows.since.isoformat(), "signs": rows.signs}
            if self._cache.save(self._owner(book, signs, "e"), [Piece(rows.low, 0, json.dumps(about), rows.rows)]):
                self._told["e"] = rows.signs
        if users is not None and self._told.get("u") != users:
            counts = pl.DataFrame({"n": users.users.by_bucket}, schema={"n": pl.Int64()})
            asked: dict[str, object] = {
                "question": users.question,
                "current": users.users.current,
                "before": users.users.before,
                "taken_at": users.taken_at,
                "seconds": users.seconds,
            }
            if self._cache.save(self._owner(book, signs, "u"), [Piece(0, 0, json.dumps(asked), counts)]):
                self._told["u"] = users

    def _kept_rows(self, book: Book, signs: Signs) -> KeptRows | None:
        for piece in self._cache.load(self._owner(book, signs, "e")):
            note = json.loads(piece.note)
            self._told["e"] = note["signs"]
            return KeptRows(piece.cells, datetime.fromisoformat(note["since"]), piece.low, note["signs"])
        return None

    def _keep_segments(self, owner: str, segments: Sequence[Segment], note: str) -> None:
        whole = [segment for segment in segments if segment.since is None]
        now = note, tuple(map(id, whole))
        told = self._told.get(owner)
        if told == now:
            return
        same_note = isinstance(told, tuple) and told[0] == note
        fresh = [segment for segment in whole if not same_note or segment not in self._kept]
        pieces = [Piece(segment.low, segment.high, note, segment.cells) for segment in fresh]
        rest = [(segment.low, segment.high) for segment in whole if segment not in fresh]
        if self._cache.save(owner, pieces, rest):
            self._kept.update(whole)
            self._told[owner] = now

    def _owner(self, book: Book, signs: Signs, what: str) -> str:
        schema = book.relations.schema
        tables = {"f": (schema.feedback,), "e": schema.evaluations}.get(what, ())
        same: tuple[object, ...] = tuple(table and table.identity for table in (schema.conversations, *tables))
        if not book.relations.on.postgres:
            # The place of a table in a file is taken again by the next one: any other table made anew counts there.
            same = (*same, signs.identity)
        about = (_FORM, what, self._database.place, same, schema.criteria, book.query.base, self._meaning)
        return hashlib.sha256(repr(about).encode()).hexdigest()


def _is_common(book: Book) -> bool:
    """Return whether a book is of all rows and topics: another filter or choice is seldom met again."""
    return not book.query.wanted and book.query.period is None and book.query.kept is None
