"""An SQLite file is read where it lies, in either journal mode, and is never made or changed."""

from __future__ import annotations

import ctypes
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
import sqlalchemy as sa

from aiops_tui.source.database import SQLite
from tests.source.place import problem, settings_for

COUNT = sa.text("SELECT count(*) FROM things")


@pytest.fixture(params=["delete", "wal"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file with three rows, in either journal mode."""
    path = tmp_path / "local.db"
    make(path, str(request.param))
    return path


def make(path: Path, mode: str = "delete", rows: int = 3) -> None:
    with closing(sqlite3.connect(path)) as writer:
        writer.execute(f"PRAGMA journal_mode = {mode}")
        writer.execute("CREATE TABLE things (x integer, y text)")
        writer.executemany("INSERT INTO things VALUES (?, ?)", [(n, "x" * 500) for n in range(rows)])
        writer.commit()


def sqlite(path: Path) -> SQLite:
    return SQLite(settings_for("sqlite:///x"), path)


@contextmanager
def opened(path: Path) -> Iterator[SQLite]:
    with closing(sqlite(path)) as database:
        database.connect()
        yield database


def failing(path: Path) -> tuple[str, bool, bool]:
    """Return what goes wrong with opening and reading a file."""

    def read() -> None:
        with opened(path) as database:
            database.rows(COUNT)

    found = problem(read)
    return found.notice.id, found.lost, found.final


@pytest.mark.parametrize(
    "name", ["plain.db", "a b.db", "대화 기록.db", "100%.db", "%20.db", "what?.db", "a#b;c&d=e.db", "'\".db"]
)
def test_a_file_of_any_name_is_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    make(path)
    with opened(path) as database:
        assert database.rows(COUNT) == [(3,)]
        assert database.info.database == name
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_a_name_that_is_no_text_is_read_and_shown(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\x1b[31m.db"))
    make(path)
    with opened(path) as database:
        assert database.rows(COUNT) == [(3,)]
        assert database.info.database.isprintable()


def test_what_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert failing(tmp_path / "new.db")[:2] == ("source.sqlite_missing", True)
    assert failing(tmp_path / "no" / "such" / "folder.db")[0] == "source.sqlite_missing"
    assert not any(tmp_path.iterdir())


def test_folders_and_other_files_are_no_databases(tmp_path: Path) -> None:
    assert failing(tmp_path) == ("source.sqlite_not_a_database", True, True)
    (tmp_path / "notes.txt").write_text("환불\n" * 1000)
    assert failing(tmp_path / "notes.txt") == ("source.sqlite_not_a_database", True, True)
    (tmp_path / "short.txt").write_bytes(b"SQLite")
    assert failing(tmp_path / "short.txt") == ("source.sqlite_not_a_database", True, True)
    (tmp_path / "empty.db").touch()
    assert failing(tmp_path / "empty.db") == ("source.changed", False, False)
    os.mkfifo(tmp_path / "pipe")
    assert failing(tmp_path / "pipe")[0] == "source.sqlite_not_a_database"


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "local.db"
    make(path, rows=200)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xde\xad\xbe\xef" * 8 * 1024)
    assert failing(path)[:2] == ("source.sqlite_corrupt", True)


def test_a_writer_is_waited_for_and_then_told(path: Path) -> None:
    with opened(path) as database, closing(sqlite3.connect(path, isolation_level=None)) as writer:
        assert database.rows(COUNT) == [(3,)]
        writer.execute("BEGIN EXCLUSIVE")
        writer.execute("INSERT INTO things VALUES (4, '')")
        if writer.execute("PRAGMA journal_mode").fetchone() == ("wal",):  # in which nobody waits for anybody
            assert database.rows(COUNT) == [(3,)]
        else:
            found = problem(lambda: database.rows(COUNT))
            assert (found.notice.id, found.lost, found.final) == ("source.sqlite_locked", False, False)
        writer.execute("COMMIT")
        assert database.rows(COUNT) == [(4,)]


def test_slices_are_shorter_where_a_writer_would_wait(tmp_path: Path) -> None:
    make(tmp_path / "wal.db", "wal")
    make(tmp_path / "delete.db", "delete")
    with opened(tmp_path / "wal.db") as wal, opened(tmp_path / "delete.db") as delete:
        assert wal.slice_keys > delete.slice_keys


def test_one_view_is_held_only_where_no_writer_waits_for_it(path: Path) -> None:
    with opened(path) as database, closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as writer:
        wal = writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        with database.transaction():
            database.rows(COUNT)
            writer.execute("INSERT INTO things VALUES (4, '')")
            assert database.rows(COUNT) == [(3,) if wal else (4,)]


def test_no_lock_is_held_between_statements(path: Path) -> None:
    with opened(path) as database, closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as writer:
        with database.transaction():
            database.rows(COUNT)
        problem(lambda: database.rows(sa.text("SELECT absent FROM things")))
        writer.execute("BEGIN EXCLUSIVE")
        writer.execute("INSERT INTO things VALUES (4, '')")
        writer.execute("COMMIT")
        assert database.rows(COUNT) == [(4,)]


def test_what_others_write_is_seen_and_a_sign_moves(path: Path) -> None:
    with opened(path) as database, closing(sqlite3.connect(path, isolation_level=None)) as writer:
        before = database.pragma("data_version"), database.pragma("schema_version")
        assert database.pragma("data_version") == before[0]
        writer.execute("INSERT INTO things VALUES (4, '')")
        assert database.pragma("data_version") != before[0]
        assert database.pragma("schema_version") == before[1]
        writer.execute("CREATE TABLE more (x)")
        assert database.pragma("schema_version") != before[1]


def test_a_file_that_is_replaced_or_removed_is_noticed(tmp_path: Path) -> None:
    path, other = tmp_path / "local.db", tmp_path / "other.db"
    make(path)
    make(other, rows=7)
    with opened(path) as database:
        assert database.rows(COUNT) == [(3,)]
        other.replace(path)
        found = problem(lambda: database.pragma("data_version"))
        assert (found.notice.id, found.lost) == ("source.gone", True)
        database.connect()
        assert database.pragma("data_version") > 0
        assert database.rows(COUNT) == [(7,)]
        path.unlink()
        assert problem(lambda: database.pragma("data_version")).lost
        assert problem(database.connect).notice.id == "source.sqlite_missing"


@contextmanager
def somebody_else() -> Iterator[None]:
    """Reach for files as a user without rights: those of root have no bounds."""
    libc = ctypes.CDLL(None)
    libc.setfsuid(65534)
    try:
        yield
    finally:
        libc.setfsuid(os.geteuid())


@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="only root on Linux can become somebody else")
def test_files_and_folders_that_may_only_be_read() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        make(folder / "delete.db")
        make(folder / "wal.db", "wal")
        folder.chmod(0o555)
        with somebody_else():
            with opened(folder / "delete.db") as database:
                assert database.rows(COUNT) == [(3,)]
            assert failing(folder / "wal.db")[:2] == ("source.sqlite_unprepared", True)
        with closing(sqlite3.connect(folder / "wal.db")) as writer:
            writer.execute("INSERT INTO things VALUES (4, '')")
            writer.commit()
            with somebody_else(), opened(folder / "wal.db") as database:
                assert database.rows(COUNT) == [(4,)]
        (folder / "delete.db").chmod(0o600)
        with somebody_else():
            assert failing(folder / "delete.db")[:2] == ("source.sqlite_unreadable", True)


def test_text_that_is_no_utf8_is_read_with_what_stands_for_it_and_nothing_twice(path: Path) -> None:
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("UPDATE things SET y = 'ok'")
        writer.executemany("INSERT INTO things VALUES (?, ?)", [(n, "ok") for n in range(3, 20_000)])
        writer.execute("INSERT INTO things VALUES (20000, CAST(x'ff41' AS TEXT))")
        writer.commit()
    schema = pl.Schema({"x": pl.Int64(), "y": pl.String()})
    every = sa.text("SELECT x, y FROM things ORDER BY x")
    with opened(path) as database:
        found = database.frame(every, schema)
        assert found["x"].to_list() == [*range(20_000), 20_000]
        assert found["y"].to_list() == [*["ok"] * 20_000, "\ufffdA"]
    with opened(path) as database:
        assert database.rows(every)[-1] == (20_000, "\ufffdA")
