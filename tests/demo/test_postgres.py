"""The same on a real PostgreSQL server."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg2
import pytest

from aiops_tui.demo import NotEmptyError, create_tables, fill, fill_url
from aiops_tui.demo.live import Live
from aiops_tui.demo.schema import open_engine

pytestmark = pytest.mark.xdist_group("postgres")

COLUMNS = """
    SELECT column_name || ' ' || data_type || coalesce('(' || character_maximum_length || ')', '')
    FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position
"""
TEXTS = "id, user_id, question, answer, sentiment, topic"


def quiet(done: int, total: int) -> None:
    """Take no notice of the progress."""


def test_tables_on_postgresql(postgres_url: str) -> None:
    assert len(create_tables(postgres_url)) == 3
    with pytest.raises(NotEmptyError):
        create_tables(postgres_url)
    with closing(psycopg2.connect(postgres_url)) as connection, connection.cursor() as cursor:

        def columns(table: str) -> list[str]:
            cursor.execute(COLUMNS, (table,))
            return [name for (name,) in cursor.fetchall()]

        assert columns("conversation_log") == [
            "id integer",
            "user_id character varying(50)",
            "question text",
            "answer text",
            "sentiment character varying(2000)",
            "topic character varying(1000)",
            "created_at timestamp with time zone",
        ]
        assert columns("feedback_log")[2:] == [
            "feedback character varying(10)",
            "reason character varying(255)",
            "created_at timestamp with time zone",
        ]
        assert "relevance double precision" in columns("conversation_evaluation")
        cursor.execute("SELECT tablename FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1")
        assert cursor.fetchall() == [("conversation_log",), ("feedback_log",)]


def test_the_same_past_as_on_sqlite_and_it_goes_on(postgres_url: str, tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "demo.db"
    fill(path, 3000, 6, 3, now, quiet)
    logs = tmp_path / "other"
    fill_url(postgres_url, 3000, 6, 3, now, quiet, logs)
    assert (logs / "app.log").read_bytes() == (tmp_path / "logs" / "app.log").read_bytes()
    with closing(sqlite3.connect(path)) as file, closing(psycopg2.connect(postgres_url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for table, order in (
                ("conversation_log", "id"), ("conversation_evaluation", "conversation_id"), ("feedback_log", "id"),
            ):  # fmt: skip
                cursor.execute(f"SELECT * FROM {table} ORDER BY {order}")
                theirs = [
                    tuple(
                        f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}" if isinstance(value, datetime) else value
                        for value in row
                    )
                    for row in cursor.fetchall()
                ]
                assert theirs == file.execute(f"SELECT * FROM {table} ORDER BY {order}").fetchall()
            with open_engine(postgres_url).connect() as writer:
                with writer.begin():
                    live = Live(writer, 1, now)
                for number in range(1, 400):
                    with writer.begin():
                        live.tick(writer, now + timedelta(seconds=number / 2))
            cursor.execute("SELECT count(*), count(sentiment) FROM conversation_log WHERE id > 3000")
            new, analysed = cursor.fetchone() or (0, 0)
            assert new > analysed > 300


def test_a_fill_that_is_broken_off_leaves_the_database_empty(postgres_url: str, now: datetime) -> None:
    def interrupt(done: int, total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill_url(postgres_url, 3000, 2, 1, now, interrupt)
    assert len(create_tables(postgres_url)) == 3
