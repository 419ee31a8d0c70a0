"""PostgreSQL is read in transactions of our own making, and each way in which it fails has its own word."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from socket import SHUT_RDWR, create_server
from typing import Any

import polars as pl
import psycopg2
import psycopg2.extensions
import pytest
import sqlalchemy as sa

from aiops_tui.source.connection import SQL
from aiops_tui.source.database import PostgreSQL, parse_url
from aiops_tui.source.problems import Cancelled
from tests.source.place import SECRET, Place, problem, settings_for

pytestmark = pytest.mark.xdist_group("source")

MESSAGE = sa.text("SELECT current_query()")
ENDLESS = sa.text("SELECT count(*) FROM generate_series(1, 100000000000)")
ONE = sa.text("SELECT 1")
NAMES = ("transaction_isolation", "transaction_read_only", "statement_timeout", "lock_timeout", "TimeZone")
SETTINGS = sa.text("SELECT " + ", ".join(f"current_setting('{name}')" for name in NAMES))


@contextmanager
def opened(url: str, **changes: float) -> Iterator[PostgreSQL]:
    settings = replace(settings_for(url), **changes)  # type: ignore[arg-type]
    with closing(PostgreSQL(settings, parse_url(url))) as database:
        database.connect()
        yield database


@contextmanager
def other_session(place: Place, *statements: str) -> Iterator[Any]:
    """Another session, in a transaction in which it has run some statements."""
    with closing(psycopg2.connect(place.url)) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        yield cursor


def with_query(url: str, query: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{query}"


# Transactions


def test_a_statement_on_its_own_is_one_message(postgres: Place) -> None:
    with opened(postgres.url) as database:
        first, second = (database.rows(MESSAGE)[0][0] for _ in range(2))
        assert first == second
        assert first.startswith("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL ")
        assert first.endswith(str(MESSAGE))
        copied = database.frame(MESSAGE, pl.Schema({"query": pl.String})).item()
        assert copied.startswith("SET TRANSACTION")
        assert f"COPY ({MESSAGE}) TO STDOUT" in copied


def test_a_transaction_begins_with_its_first_statement(postgres: Place) -> None:
    with opened(postgres.url) as database, database.transaction():
        assert database.rows(MESSAGE)[0][0].startswith("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL ")
        assert database.rows(MESSAGE)[0][0] == str(MESSAGE)
        with database.transaction():
            assert database.rows(MESSAGE)[0][0] == str(MESSAGE)


def test_settings_hold_inside_and_leave_nothing_behind(postgres: Place) -> None:
    with opened(postgres.url, statement_timeout=12, lock_timeout=0.25) as database:
        inside = [("repeatable read", "on", "12s", "250ms", "UTC")]
        assert database.rows(SETTINGS) == inside
        with database.transaction():
            assert database.rows(ONE) == [(1,)]
            assert database.rows(SETTINGS) == inside
        with database.transaction(lock_timeout=2):
            assert database.rows(SETTINGS) == [("repeatable read", "on", "12s", "2s", "UTC")]
        assert database.rows(SETTINGS) == inside
        assert database._connection is not None
        assert database._connection.status == psycopg2.extensions.STATUS_READY
        assert database._connection.get_transaction_status() == psycopg2.extensions.TRANSACTION_STATUS_IDLE
        with database._connection.cursor() as cursor:
            cursor.execute(str(SETTINGS))
            outside = cursor.fetchone()
            cursor.execute("SELECT boot_val FROM pg_settings WHERE name = 'statement_timeout'")
            assert outside is not None
            assert outside[:4] == ("read committed", "off", "0", "0")


# Other sessions


def test_a_locked_table_is_not_waited_for(postgres: Place) -> None:
    postgres.create("CREATE TABLE locked (x integer)")
    asked = sa.text("SELECT * FROM locked")
    with opened(postgres.url, lock_timeout=0.05) as database:
        with other_session(postgres, "LOCK TABLE locked IN ACCESS EXCLUSIVE MODE"):
            found = problem(lambda: database.rows(asked))
            assert (found.notice.id, found.lost) == ("source.locked", False)
            with database.transaction(lock_timeout=0.02):
                assert database.rows(ONE) == [(1,)]
                assert problem(lambda: database.rows(asked)).notice.id == "source.locked"
            assert database.rows(ONE) == [(1,)]
        assert database.rows(asked) == []


def test_a_connection_that_the_server_ends_is_lost_and_can_be_made_anew(postgres: Place) -> None:
    with opened(postgres.url) as database:
        for held in (False, True):
            pid = database.rows(sa.text("SELECT pg_backend_pid()"))[0][0]
            if held:
                with pytest.raises(KeyError), database.transaction():
                    database.rows(ONE)
                    postgres.run(f"SELECT pg_terminate_backend({pid}, 5000)")
                    assert problem(lambda: database.rows(ONE)).lost
                    raise KeyError
            else:
                postgres.run(f"SELECT pg_terminate_backend({pid}, 5000)")
                found = problem(lambda: database.rows(ONE))
                assert (found.notice.id, found.lost) == ("source.gone", True)
            assert problem(lambda: database.rows(ONE)).lost
            database.connect()
            assert database.rows(ONE) == [(1,)]


@contextmanager
def cancelling(place: Place, pid: int) -> Iterator[None]:
    """Have another session cancel whatever a session is seen to run."""
    finished = threading.Event()

    def cancel() -> None:
        with closing(psycopg2.connect(place.url)) as connection, connection.cursor() as cursor:
            connection.autocommit = True
            while not finished.wait(0.01):
                cursor.execute(
                    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = %s AND state = 'active'", (pid,)
                )

    thread = threading.Thread(target=cancel)
    thread.start()
    try:
        yield
    finally:
        finished.set()
        thread.join()


def test_a_statement_that_somebody_else_cancels_counts_as_too_long(postgres: Place) -> None:
    """It is not our own doing, or the console would ask again at once, for ever."""
    with opened(postgres.url) as database:
        pid = database.rows(sa.text("SELECT pg_backend_pid()"))[0][0]
        with cancelling(postgres, pid):
            assert problem(lambda: database.rows(ENDLESS)).notice.id == "source.timeout"


def test_a_cancel_that_comes_late_is_still_ours(postgres: Place) -> None:
    with opened(postgres.url) as database:
        pid = database.rows(sa.text("SELECT pg_backend_pid()"))[0][0]
        database.cancel()
        database.arm()
        with cancelling(postgres, pid), pytest.raises(Cancelled):
            database.rows(ENDLESS)


def test_a_statement_withdrawn_while_it_is_written_is_not_sent(
    postgres: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is nothing yet for the server to cancel, and once there is, nobody would ask for it."""
    with opened(postgres.url) as database:
        write = database._compiled

        def withdrawn_meanwhile(statement: sa.Executable) -> SQL:
            # As if the requests to the server had overtaken the statement, all of them.
            database._withdraw()
            return write(statement)

        monkeypatch.setattr(database, "_compiled", withdrawn_meanwhile)
        with pytest.raises(Cancelled):
            database.rows(ONE)
        monkeypatch.undo()
        database.arm()
        assert database.rows(ONE) == [(1,)]


def test_answers_that_are_no_text_are_told(postgres: Place) -> None:
    """A database of encoding SQL_ASCII hands out whatever bytes it was given."""
    name = postgres.run("SELECT current_database()")[0][0]
    postgres.writer.autocommit = True
    postgres.run(f"CREATE DATABASE {name}_ascii ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    postgres.writer.autocommit = False
    bad = sa.text("SELECT convert_from('\\xff41', 'SQL_ASCII') AS word")
    with opened(postgres.url.replace(name, f"{name}_ascii")) as database:
        assert problem(lambda: database.rows(bad)).notice.id == "source.refused_query"
        assert problem(lambda: database.frame(bad, pl.Schema({"word": pl.String}))).notice.id == "source.refused_query"
        assert database.rows(ONE) == [(1,)]


def test_a_text_that_the_server_cannot_take_is_told(postgres: Place) -> None:
    with opened(postgres.url) as database:
        for text in ("\x00", "\ud800"):
            asked = sa.select(sa.literal(text))
            assert problem(partial(database.rows, asked)).notice.id == "source.refused_query"


# Connecting


def connecting(url: str) -> tuple[str, bool, bool]:
    def connect() -> None:
        with opened(url):
            pass

    found = problem(connect)
    assert found.lost
    return found.notice.id, found.lost, found.final


def test_what_is_wrong_with_a_connection_is_told(postgres: Place) -> None:
    name = postgres.run("SELECT current_database()")[0][0]
    assert connecting(postgres.url.replace(name, "elsewhere"))[0::2] == ("source.no_database", True)
    assert connecting(postgres.url.replace("postgres:", f"nobody:{SECRET}", 1))[0::2] == ("source.wrong_password", True)
    assert connecting(with_query(postgres.url, "nonsense=1"))[0::2] == ("source.bad_url", True)
    assert connecting(f"postgresql://u:{SECRET}@/db?host=/nowhere/at/all")[0::2] == ("source.refused", False)
    assert connecting(f"postgresql://u:{SECRET}@host.invalid/db")[0::2] == ("source.no_host", False)
    assert connecting("postgresql:///?service=nowhere")[0::2] == ("source.no_service", True)


def test_a_port_where_nobody_answers() -> None:
    with closing(create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    assert connecting(f"postgresql://u:{SECRET}@127.0.0.1:{port}/db")[0::2] == ("source.refused", False)


@pytest.mark.parametrize(
    ("answer", "mode", "notice"),
    [
        (b"", "disable", "source.unreachable"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "disable", "source.unreachable"),
        (b"N", "require", "source.tls"),
        (b"S not TLS", "require", "source.tls"),
    ],
)
def test_a_host_that_is_no_such_server(answer: bytes, mode: str, notice: str) -> None:
    with closing(create_server(("127.0.0.1", 0))) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection:
                        connection.recv(1000)
                        connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        port = server.getsockname()[1]
        url = f"postgresql://u:{SECRET}@127.0.0.1:{port}/authentication-failed?sslmode={mode}"
        assert connecting(url)[0] == notice
        server.shutdown(SHUT_RDWR)
        thread.join()


def test_a_host_that_never_answers_is_given_up() -> None:
    with closing(create_server(("127.0.0.1", 0))) as silent:
        url = f"postgresql://u:{SECRET}@127.0.0.1:{silent.getsockname()[1]}/db?connect_timeout=2"
        assert connecting(url)[0::2] == ("source.unreachable", False)


@pytest.fixture
def role_with_password(postgres: Place) -> Iterator[str]:
    """A role that, unlike all others of the server, needs a password."""
    rules = Path(postgres.run("SHOW hba_file")[0][0])
    before = rules.read_text()
    role, password = "needs_password", "the-right-one"
    postgres.run(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
    try:
        rules.write_text(f"local all {role} scram-sha-256\n{before}")
        reload_configuration(postgres)
        yield role
    finally:
        rules.write_text(before)
        reload_configuration(postgres)
        postgres.run(f"DROP ROLE {role}")


def reload_configuration(place: Place) -> None:
    """Have the server read its configuration, and wait until new sessions are of after that."""

    def loaded() -> object:
        with other_session(place, "SELECT pg_conf_load_time()") as cursor:
            return cursor.fetchone()

    before = loaded()
    place.run("SELECT pg_reload_conf()")
    deadline = time.monotonic() + 60
    while loaded() == before:
        assert time.monotonic() < deadline, "not read"
        time.sleep(0.01)


def test_a_wrong_password_is_told_without_repeating_it(postgres: Place, role_with_password: str) -> None:
    url = postgres.url.replace("postgres:", f"{role_with_password}:{{}}", 1)
    assert "{}" in url
    assert connecting(url.format(SECRET)) == ("source.wrong_password", True, True)
    assert connecting(url.format("")) == ("source.wrong_password", True, True)
    with opened(url.format("the-right-one")) as database:
        assert database.rows(sa.text("SELECT current_user")) == [(role_with_password,)]


def test_a_server_without_a_free_connection(postgres: Place) -> None:
    postgres.run("DROP ROLE IF EXISTS crowded")
    postgres.run("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0")
    try:
        assert connecting(postgres.url.replace("postgres:", "crowded:", 1))[0::2] == ("source.too_many", False)
    finally:
        postgres.run("DROP ROLE crowded")


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("postgresql://u@db.example.com/x", True),
        ("postgresql://u@db.example.com/x?sslmode=prefer", True),
        ("postgresql://u@db.example.com/x?sslmode=require", False),
        ("postgresql+asyncpg://u@db.example.com/x?ssl=require", False),
        ("postgresql://u@localhost/x", False),
        ("postgresql://u@127.0.0.1/x", False),
        ("postgresql:///x?host=/var/run/postgresql", False),
        ("postgresql:///x", False),
    ],
)
def test_a_remote_host_without_encryption_is_seen(url: str, *, warned: bool) -> None:
    database = PostgreSQL(settings_for(url), parse_url(url))
    assert database.remote_without_tls is warned
    assert [notice.id for notice in database.warnings] == ["source.no_tls"] * warned
