"""What a console counted, kept in a file for the next one: frames of cells by whose they are and which keys they span.

The file is a convenience. It may be deleted at any time, several consoles share it, and one that is damaged, locked or
on a full disk is done without.
"""

from __future__ import annotations

import contextlib
import io
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

_TABLE = """CREATE TABLE IF NOT EXISTS pieces (owner TEXT, low INTEGER, high INTEGER, note TEXT, used REAL, cells BLOB,
PRIMARY KEY (owner, low, high)) WITHOUT ROWID"""
_PATIENCE = 0.2
_MOST_BYTES = 128 * 2**20


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """The cells of the keys ``low <= key < high``, with a ``note`` of the owner's."""

    low: int
    high: int
    note: str
    cells: pl.DataFrame


class CellCache:
    """One file, readable by its owner alone. Used by one thread; nothing that goes wrong with it is an error."""

    def __init__(self, path: Path, most_bytes: int = _MOST_BYTES) -> None:
        self._path = path
        self._most_bytes = most_bytes

    def load(self, owner: str) -> list[Piece]:
        """Return what was kept for an owner, in order of keys; nothing if any of it cannot be read."""
        with contextlib.suppress(sqlite3.Error, OSError, pl.exceptions.PolarsError), self._opened() as connection:
            rows = connection.execute(
                "SELECT low, high, note, cells FROM pieces WHERE owner = ? ORDER BY low", (owner,)
            ).fetchall()
            found = [Piece(low, high, note, pl.read_ipc(io.BytesIO(cells))) for low, high, note, cells in rows]
            connection.execute("UPDATE pieces SET used = ? WHERE owner = ?", (time.time(), owner))
            return found
        return []

    def has(self, owner: str) -> bool:
        """Return whether anything was kept for an owner."""
        with contextlib.suppress(sqlite3.Error, OSError), self._opened() as connection:
            found = connection.execute("SELECT EXISTS (SELECT 1 FROM pieces WHERE owner = ?)", (owner,)).fetchone()
            return bool(found[0])
        return False

    def save(self, owner: str, pieces: Sequence[Piece], unchanged: Sequence[tuple[int, int]] = ()) -> bool:
        """Keep these pieces and those of ``unchanged`` bounds, none else, for an owner; return whether that worked."""
        now = time.time()
        with contextlib.suppress(sqlite3.Error, OSError, pl.exceptions.PolarsError), self._opened() as connection:
            bounds = connection.execute("SELECT low, high FROM pieces WHERE owner = ?", (owner,)).fetchall()
            gone = [(owner, *bound) for bound in bounds if bound not in set(unchanged)]
            connection.executemany("DELETE FROM pieces WHERE owner = ? AND low = ? AND high = ?", gone)
            connection.executemany(
                "INSERT OR REPLACE INTO pieces VALUES (?, ?, ?, ?, ?, ?)",
                [(owner, piece.low, piece.high, piece.note, now, _bytes(piece.cells)) for piece in pieces],
            )
            self._trim(connection)
            return True
        return False

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """Open the file for one transaction; one that is no database is begun anew."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600))
        connection = sqlite3.connect(self._path, timeout=_PATIENCE, isolation_level=None)
        try:
            try:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(_TABLE)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:
                self._path.unlink()
                raise
            yield connection
            connection.execute("COMMIT")
        finally:
            connection.close()

    def _trim(self, connection: sqlite3.Connection) -> None:
        """Forget the owners that were used longest ago, as far as the file would grow too large."""
        owners = connection.execute(
            "SELECT owner, sum(length(cells)) FROM pieces GROUP BY owner ORDER BY max(used) DESC"
        ).fetchall()
        size = 0
        for owner, length in owners:
            size += length
            if size > self._most_bytes:
                connection.execute("DELETE FROM pieces WHERE owner = ?", (owner,))


def _bytes(cells: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    cells.write_ipc(buffer, compression="zstd")
    return buffer.getvalue()
