"""Database URLs in any spelling become a connection, or an error that does not repeat them."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from aiops_tui.source.database import SQLite, open_database, parse_url
from aiops_tui.source.sqlitefile import sqlite_path
from tests.source.place import SECRET, problem, settings_for


@pytest.mark.parametrize(
    "url", ["", "x", "postgresql//x", "://", f"postgresql://u:{SECRET}@host:port/db", "postgresql://[::1/db"]
)
def test_a_url_that_cannot_be_read_is_not_repeated(url: str) -> None:
    found = problem(lambda: open_database(settings_for(url or " ")))
    assert found.notice.id == "source.bad_url"
    assert found.final


@pytest.mark.parametrize("rest", [f"one@{SECRET}@host/db", f"one@/{SECRET}@host/db"])
def test_a_password_that_is_not_escaped_is_neither_looked_up_nor_shown(rest: str) -> None:
    found = problem(lambda: open_database(settings_for(f"postgresql://u:{rest}")))
    assert (found.notice.id, found.final, found.notice.values) == ("source.unescaped_url", True, {})


def test_other_databases_are_named() -> None:
    found = problem(lambda: parse_url(f"mysql+pymysql://u:{SECRET}@host/db"))
    assert (found.notice.id, found.notice.values["dialect"]) == ("source.unknown_dialect", "mysql")
    for url in ("sqlite://", "sqlite:///:memory:", "sqlite:///file::memory:?uri=true"):
        assert problem(partial(open_database, settings_for(url))).notice.id == "source.sqlite_memory"
    assert sqlite_path("postgresql://host/db") is None
    assert sqlite_path("x") is None


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2", "postgresql+asyncpg"])
def test_all_spellings_of_postgresql(scheme: str) -> None:
    url = f"{scheme}://u:{SECRET}@db.example.com:5433/chat?sslmode=require"
    with closing(open_database(settings_for(url))) as database:
        assert database.dialect == "postgresql"
        assert database.info.database == "db/chat"
        assert SECRET not in repr(database.info)


def test_sqlite_urls_name_files() -> None:
    for written, path in {
        "sqlite:///local.db": "local.db",
        "sqlite:////tmp/a b.db": "/tmp/a b.db",
        "sqlite:///100%.db": "100%.db",
        "sqlite+pysqlite:///대화.db": "대화.db",
        "sqlite:///file:/tmp/a%20b.db?mode=ro&uri=true": "/tmp/a b.db",
        "sqlite:///file:///tmp/x.db?uri=true": "/tmp/x.db",
    }.items():
        assert sqlite_path(written) == Path(path)
        with closing(open_database(settings_for(written))) as database:
            assert isinstance(database, SQLite)
