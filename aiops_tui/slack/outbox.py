"""The outbox: every share is written here before it is first tried, and what became of it.

One SQLite file in the state folder, for its owner alone, shared by all consoles and cron jobs of that owner.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal, get_args

from aiops_tui.model.panels import Notice

State = Literal["waiting", "sending", "sent", "rejected", "unknown", "expired", "dropped", "taken_back"]

LATEST_HOURS = 24
"""A share that could not be sent is tried for so long."""

SAME_SECONDS = 30.0
"""A view is not shared again so soon."""

_DAY = 86_400.0
_BUSY_SECONDS = 2.0
_FINAL = tuple(state for state in get_args(State) if state not in {"waiting", "sending"})
_SCHEMA = """
create table if not exists shares (
    id text primary key, key text not null, day text not null, channel text not null, created real not null,
    sender text not null, title text not null, state text not null, notice text not null default '{}',
    parcel text not null, threaded integer not null, attempts integer not null default 0,
    next_at real not null, permalink text, channel_id text, ts text, parent text, layout integer not null default -1,
    file_id text, changed real not null
);
create table if not exists pictures (share text primary key, picture blob not null);
create index if not exists shares_by_key on shares (key, created);
create index if not exists shares_by_state on shares (state, next_at);
create table if not exists channels (
    name text primary key, id text, free_at real not null default 0, external integer, asked_at real not null default 0
);
"""


class OutboxError(Exception):
    """The outbox cannot be used; ``notice`` says what to do."""

    def __init__(self, notice: Notice) -> None:
        self.notice = notice
        super().__init__(notice.id)


@dataclass(frozen=True, slots=True)
class Entry:
    """A share and what became of it. Times are in seconds since the epoch, of this machine's clock.

    ``key`` is the same for shares of one view to one channel, ``day`` the day of its figures. ``parent`` is the share
    in whose thread it stands, ``layout`` which of the parcel's was posted, -1 for the text alone.
    """

    id: str
    key: str
    day: str
    channel: str
    created: float
    sender: str
    title: str
    state: State
    notice: Notice
    parcel: str
    threaded: bool
    attempts: int
    next_at: float
    permalink: str | None
    channel_id: str | None
    ts: str | None
    parent: str | None
    layout: int
    file_id: str | None


_COLUMNS = tuple(field.name for field in fields(Entry))


@dataclass(frozen=True, slots=True)
class Draft:
    """A share to be written down."""

    key: str
    day: str
    channel: str
    sender: str
    title: str
    parcel: str
    picture: bytes | None = None
    threaded: bool = True
    id: str = ""


class Outbox:
    """The shares of one state folder; every method is one transaction, and raises `OutboxError` where it cannot be."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "outbox.db"
        self.set_aside: Path | None = None
        """Where a file went that could not be read."""
        self._made = False
        self._making = threading.Lock()

    def exists(self) -> bool:
        """Return whether anything was ever shared."""
        return self.path.exists()

    def put(self, draft: Draft, now: float, *, again: bool = False) -> tuple[Entry, bool]:
        """Write a share down, and return it and that it is new.

        The same view of 30 seconds ago, or one that is still under way, is returned instead unless ``again``.
        """
        with self._transaction() as db:
            if not again:
                known = db.execute(
                    "select * from shares where key = ? and (state = 'sending'"
                    " or (state in ('waiting', 'sent', 'unknown') and abs(? - created) < ?)) order by created desc",
                    (draft.key, now, SAME_SECONDS),
                ).fetchone()
                if known is not None:
                    return _entry(known), False
            name = draft.id or new_id()
            db.execute(
                "insert into shares (id, key, day, channel, created, sender, title, state, parcel, threaded, next_at,"
                " changed) values (?, ?, ?, ?, ?, ?, ?, 'waiting', ?, ?, ?, ?)",
                (name, draft.key, draft.day, draft.channel, now, draft.sender, draft.title, draft.parcel,
                 draft.threaded, now, now),
            )  # fmt: skip
            if draft.picture is not None:
                _keep(db, name, draft.picture)
            return _get(db, name), True

    def get(self, share: str) -> Entry:
        """Return a share as it stands."""
        with self._transaction() as db:
            return _get(db, share)

    def entries(self, limit: int = 200) -> list[Entry]:
        """Return the newest shares, the newest first."""
        with self._transaction() as db:
            rows = db.execute("select * from shares order by created desc, rowid desc limit ?", (limit,))
            return [_entry(row) for row in rows]

    # sending; only who holds the sender's lock calls these

    def recover(self, now: float) -> list[Entry]:
        """Return those that a sender left half-way, now *unknown*: they may have been posted."""
        with self._transaction() as db:
            rows = db.execute("select * from shares where state = 'sending'").fetchall()
            db.execute(
                "update shares set state = 'unknown', notice = ?, changed = ? where state = 'sending'",
                (_packed(Notice("slack.interrupted")), now),
            )
            return [_entry(row) for row in rows]

    def unpictured(self, since: float) -> list[Entry]:
        """Return those posted since a time by the bot that have a picture which nothing was done about."""
        with self._transaction() as db:
            rows = db.execute(
                "select * from shares where state = 'sent' and ts is not null and file_id is null and changed >= ?"
                " and json_extract(notice, '$.id') = 'slack.sent' and id in (select share from pictures)",
                (since,),
            )
            return [_entry(row) for row in rows]

    def claim(self, now: float) -> Entry | None:
        """Return the next share that is due and mark it as being sent; those older than a day are given up."""
        with self._transaction() as db:
            db.execute(
                "update shares set state = 'expired', notice = ?, changed = ? where state = 'waiting'"
                " and created < ? and attempts > 0",
                (_packed(Notice("slack.expired")), now, now - LATEST_HOURS * 3600),
            )
            # A time far ahead is of a clock that has been put back since.
            row = db.execute(
                "select * from shares where state = 'waiting' and (next_at <= ? or next_at > ?)"
                " and not exists (select 1 from channels where name = channel and free_at > ? and free_at < ?)"
                " order by created, rowid limit 1",
                (now, now + _DAY, now, now + _DAY),
            ).fetchone()
            if row is None:
                return None
            entry = _entry(row)
            db.execute(
                "update shares set state = 'sending', attempts = attempts + 1, changed = ? where id = ?",
                (now, entry.id),
            )
            return _get(db, entry.id)

    def next_due(self, now: float) -> float | None:
        """Return when the next waiting share is due, None if none waits."""
        with self._transaction() as db:
            row = db.execute(
                "select min(max(next_at, coalesce((select free_at from channels where name = channel), 0)))"
                " from shares where state = 'waiting'"
            ).fetchone()
            return None if row[0] is None else min(float(row[0]), now + _DAY)

    def finish(
        self,
        share: str,
        state: State,
        notice: Notice,
        now: float,
        *,
        channel_id: str | None = None,
        ts: str | None = None,
        parent: str | None = None,
        layout: int = -1,
        next_at: float | None = None,
    ) -> None:
        """Write down what became of a share; ``next_at`` is when it is tried again."""
        with self._transaction() as db:
            db.execute(
                "update shares set state = ?, notice = ?, channel_id = coalesce(?, channel_id), ts = coalesce(?, ts),"
                " parent = ?, layout = ?, next_at = coalesce(?, next_at), changed = ? where id = ?",
                (state, _packed(notice), channel_id, ts, parent, layout, next_at, now, share),
            )

    def complete(
        self,
        share: str,
        *,
        permalink: str | None = None,
        file_id: str | None = None,
        notice: Notice | None = None,
    ) -> None:
        """Add what came to be known of a share after it was posted."""
        with self._transaction() as db:
            db.execute(
                "update shares set permalink = coalesce(?, permalink), file_id = coalesce(?, file_id),"
                " notice = coalesce(?, notice) where id = ?",
                (permalink, file_id, _packed(notice) if notice else None, share),
            )

    def picture(self, share: str) -> bytes | None:
        """Return the picture of a share."""
        with self._transaction() as db:
            row = db.execute("select picture from pictures where share = ?", (share,)).fetchone()
            return None if row is None else bytes(row[0])

    def keep_picture(self, share: str, picture: bytes) -> None:
        """Put a picture to a share that had none."""
        with self._transaction() as db:
            _keep(db, share, picture)

    def thread_of(self, entry: Entry) -> Entry | None:
        """Return the first share of that view on that day, below which this one belongs; None if it is the first."""
        with self._transaction() as db:
            row = db.execute(
                "select * from shares where key = ? and day = ? and state = 'sent' and parent is null"
                " and ts is not null and id <> ? order by created limit 1",
                (entry.key, entry.day, entry.id),
            ).fetchone()
            return None if row is None else _entry(row)

    def latest_below(self, parent: str) -> Entry | None:
        """Return the newest share in a thread that stands."""
        with self._transaction() as db:
            row = db.execute(
                "select * from shares where parent = ? and state = 'sent' order by created desc limit 1",
                (parent,),
            ).fetchone()
            return None if row is None else _entry(row)

    # what people do with the list

    def mark(self, share: str, state: State, notice: Notice, now: float, *, only: tuple[State, ...] = _FINAL) -> bool:
        """Put a share into a state, if it is in one of ``only``; return whether it was."""
        with self._transaction() as db:
            changed = db.execute(
                "update shares set state = ?, notice = ?, next_at = ?, changed = ? where id = ?"
                " and state in (select value from json_each(?))",
                (state, _packed(notice), now, now, share, json.dumps(only)),
            )
            return changed.rowcount > 0

    def renew(self, share: str) -> None:
        """Let a share be tried once more, however old it is."""
        with self._transaction() as db:
            db.execute("update shares set attempts = 0 where id = ?", (share,))

    def purge(self, before: float) -> None:
        """Forget shares that were last touched before a time, also one that has waited a day longer than that."""
        with self._transaction() as db:
            db.execute(
                "delete from shares where changed < ? and (state not in ('waiting', 'sending') or created < ?)",
                (before, before - LATEST_HOURS * 3600),
            )
            db.execute("delete from pictures where share not in (select id from shares)")

    # channels

    def hold(self, channel: str, until: float) -> None:
        """Send nothing to a channel before a time."""
        with self._transaction() as db:
            db.execute(
                "insert into channels (name, free_at) values (?, ?) on conflict (name) do update set free_at = ?",
                (channel, until, until),
            )

    def remember(self, channel: str, *, id: str | None = None, external: bool | None = None, at: float = 0) -> None:  # noqa: A002
        """Keep what is known of a channel: its id, and whether another organisation reads it."""
        with self._transaction() as db:
            db.execute(
                "insert into channels (name, id, external, asked_at) values (?, ?, ?, ?) on conflict (name) do update"
                " set id = coalesce(excluded.id, id), external = coalesce(excluded.external, external),"
                " asked_at = max(asked_at, excluded.asked_at)",
                (channel, id, external, at),
            )

    def known(self, channel: str) -> tuple[str | None, bool | None, float]:
        """Return a channel's id, whether another organisation reads it, and when that was asked."""
        with self._transaction() as db:
            row = db.execute("select id, external, asked_at from channels where name = ?", (channel,)).fetchone()
            return (None, None, 0.0) if row is None else (row[0], None if row[1] is None else bool(row[1]), row[2])

    def channels(self) -> list[str]:
        """Return the channels that were shared to, the latest first."""
        with self._transaction() as db:
            rows = db.execute(
                "select channel from shares where state = 'sent' and channel <> '' group by channel"
                " order by max(created) desc limit 50"
            )
            return [row[0] for row in rows]

    # the file

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            self._make()
            with closing(self._connect()) as db:
                db.execute("begin immediate")
                yield db
                db.commit()
        except sqlite3.Error as problem:
            if _is_corrupt(problem):
                self._set_aside()
            raise OutboxError(self._told(problem)) from None
        except OSError as problem:
            raise OutboxError(unusable(self.folder, problem)) from None

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
        db.row_factory = sqlite3.Row
        try:
            # What was promised is kept though the power fails.
            db.execute("pragma synchronous = full")
        except sqlite3.Error:
            db.close()
            raise
        return db

    def _make(self) -> None:
        """Make folder and file, for their owner alone; a broken file is put aside, never deleted."""
        with self._making:
            if self._made and self.path.exists():
                return
            # A folder that was there may serve others too and is left as it is; its files are not for them.
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            self.path.chmod(0o600)
            try:
                self._create()
            except sqlite3.DatabaseError as problem:
                if not _is_corrupt(problem):
                    raise
                self._set_aside()
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
                self._create()
            self._made = True

    def _create(self) -> None:
        with closing(self._connect()) as db:
            db.executescript(_SCHEMA)

    def _set_aside(self) -> None:
        aside = self.path.with_name(f"outbox-broken-{new_id()}.db")
        with suppress(OSError):
            self.path.replace(aside)
            self.set_aside = aside
        self._made = False

    def _told(self, problem: sqlite3.Error) -> Notice:
        values = {"path": str(self.folder), "reason": str(problem)}
        code = getattr(problem, "sqlite_errorcode", 0) & 0xFF
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            return Notice("slack.outbox_locked", values)
        if code == sqlite3.SQLITE_FULL:
            return Notice("slack.outbox_full", values)
        if _is_corrupt(problem):
            return Notice("slack.outbox_broken", values)
        return Notice("slack.outbox_unusable", values)


def unusable(folder: Path, problem: OSError) -> Notice:
    """Return what to tell of a folder in which nothing can be written."""
    return Notice("slack.outbox_unusable", {"path": str(folder), "reason": problem.strerror or type(problem).__name__})


def new_id() -> str:
    """Return a short name for a share."""
    return uuid.uuid4().hex[:10]


def _is_corrupt(problem: sqlite3.Error) -> bool:
    code = getattr(problem, "sqlite_errorcode", 0) & 0xFF
    return code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _get(db: sqlite3.Connection, share: str) -> Entry:
    row = db.execute("select * from shares where id = ?", (share,)).fetchone()
    if row is None:
        raise OutboxError(Notice("slack.no_such_share"))
    return _entry(row)


def _keep(db: sqlite3.Connection, share: str, picture: bytes) -> None:
    db.execute("insert or replace into pictures (share, picture) values (?, ?)", (share, picture))


def _entry(row: sqlite3.Row) -> Entry:
    values = {name: row[name] for name in _COLUMNS}
    values["notice"] = _unpacked(values["notice"])
    values["threaded"] = bool(values["threaded"])
    return Entry(**values)


def _packed(notice: Notice) -> str:
    return json.dumps({"id": notice.id, "values": dict(notice.values)}, ensure_ascii=False)


def _unpacked(text: str) -> Notice:
    found = json.loads(text)
    return Notice(str(found.get("id", "")), found.get("values", {}))
