"""Fills an empty database, an SQLite file or PostgreSQL, with the past of the make-believe service."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from aiops_tui.demo import logs
from aiops_tui.demo.errors import NotEmptyError, NotMadeError
from aiops_tui.demo.rows import Batch, history
from aiops_tui.demo.service import Conversation, Evaluation, Feedback

if TYPE_CHECKING:
    from psycopg2 import extensions

Progress = Callable[[int, int], None]
_Row = Conversation | Evaluation | Feedback


class _Into(NamedTuple):
    table: str
    columns: tuple[str, ...]
    rows: Sequence[_Row]


def create_tables(url: str) -> list[str]:
    """Make the backend's tables in an empty database, all or none, and return their names.

    Raises:
        NotEmptyError: if any of them exists.
        ValueError: if the URL is of a database that is neither PostgreSQL nor SQLite.
        NotMadeError: if the database cannot be reached or written.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from aiops_tui.demo.schema import make_tables, open_engine

    try:
        with open_engine(url).begin() as connection:
            return make_tables(connection)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or type(error).__name__)
        raise NotMadeError(reason.strip().partition("\n")[0]) from None


def is_demo(path: Path) -> bool:
    """Tell whether a file is an SQLite database that `fill` made; False if there is none or it cannot be read."""
    from aiops_tui.demo.schema import DEMO_ID

    try:
        with path.open("rb") as file:
            header = file.read(72)
    except OSError:
        return False
    return header.startswith(b"SQLite format 3\0") and header[68:] == DEMO_ID.to_bytes(4, "big")


def fill(path: Path, rows: int, days: int, seed: int, now: datetime, progress: Progress) -> None:
    """Make an SQLite file of ``rows`` conversations over the ``days`` before ``now`` (aware), and logs/ beside it.

    The file appears when it is complete. ``progress`` is called with the rows done and all of them.

    Raises:
        NotEmptyError: if the file exists and is not empty, or log files are there that are not a demo's.
        OSError: if a file cannot be written.
    """
    if path.exists() and path.stat().st_size > 0:
        raise NotEmptyError(str(path))
    folder = path.parent / "logs"
    logs.claim(folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        lines = _fill_file(partial, history(rows, days, seed, now), rows, progress)
        _write_logs(folder, lines, days, seed, now)
        for orphan in ("-wal", "-shm", "-journal"):
            # SQLite would take what a deleted file left behind for the new one's own.
            path.with_name(path.name + orphan).unlink(missing_ok=True)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def fill_url(
    url: str, rows: int, days: int, seed: int, now: datetime, progress: Progress, logs_folder: Path | None = None
) -> None:
    """Do as `fill` does in an empty PostgreSQL database, all or nothing; logs are written if a folder is given.

    Raises:
        NotEmptyError: if any of the backend's tables exists, or log files are there that are not a demo's.
        ValueError: if the URL is not of PostgreSQL.
    """
    from aiops_tui.demo.schema import make_tables, mark, open_engine

    engine = open_engine(url)
    if engine.dialect.name != "postgresql":
        raise ValueError(engine.dialect.name)
    if logs_folder is not None:
        logs.claim(logs_folder)
    with engine.begin() as connection:
        make_tables(connection)
        mark(connection)
        driver = connection.connection.driver_connection
        assert driver is not None  # noqa: S101
        with driver.cursor() as cursor:
            lines = _copy_all(cursor, history(rows, days, seed, now), rows, progress)
    if logs_folder is not None:
        _write_logs(logs_folder, lines, days, seed, now)


def _fill_file(path: Path, batches: Iterable[Batch], total: int, progress: Progress) -> list[str]:
    from aiops_tui.demo.schema import make_tables, mark, open_engine

    with open_engine(path).begin() as tables:
        make_tables(tables)
        mark(tables)
    lines: list[str] = []
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        # Nobody reads the file before it is complete, and a broken one is thrown away.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("BEGIN")
        done = 0
        progress(done, total)
        for batch in batches:
            for table, columns, rows in _tables(batch):
                marks = ", ".join("?" * len(columns))
                statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608
                connection.executemany(statement, ((*row[:-1], _naive(row[-1])) for row in rows))
            lines += batch.lines
            done += len(batch.conversations)
            progress(done, total)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")
    return lines


def _copy_all(cursor: extensions.cursor, batches: Iterable[Batch], total: int, progress: Progress) -> list[str]:
    lines: list[str] = []
    done = 0
    progress(done, total)
    for batch in batches:
        for table, columns, rows in _tables(batch):
            data = StringIO("".join(map(_copy_line, rows)))
            cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", data)
        lines += batch.lines
        done += len(batch.conversations)
        progress(done, total)
    cursor.execute("SELECT setval('conversation_log_id_seq', max(id)) FROM conversation_log HAVING count(*) > 0")
    for table in ("conversation_log", "conversation_evaluation", "feedback_log"):
        cursor.execute(f"ANALYZE {table}")
    return lines


def _write_logs(folder: Path, lines: list[str], days: int, seed: int, now: datetime) -> None:
    server_time = now.astimezone(UTC)
    logs.start(folder, server_time, lines, logs.monitor_lines(days, server_time, Random(seed)))  # noqa: S311


def _tables(batch: Batch) -> tuple[_Into, ...]:
    return (
        _Into("conversation_log", Conversation._fields, batch.conversations),
        _Into("conversation_evaluation", Evaluation._fields, batch.evaluations),
        _Into("feedback_log", Feedback._fields, batch.feedback),
    )


def _naive(moment: datetime) -> str:
    """Return a UTC time as the backend's SQLite holds it."""
    return moment.isoformat(" ", "microseconds")[:26]


def _copy_line(row: _Row) -> str:
    return "\t".join(map(_copy_field, row)) + "\n"


def _copy_field(value: object) -> str:
    if value is None:
        return r"\N"
    return str(value).replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
