"""The tables are the backend's, and are made in an empty database alone."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

import aiops_tui
from aiops_tui.demo import NotEmptyError, create_tables, is_demo

ROOT = Path(aiops_tui.__file__).parent.parent

CONVERSATIONS = [
    ("id", "INTEGER", 1, 1),
    ("user_id", "VARCHAR(50)", 0, 0),
    ("question", "TEXT", 1, 0),
    ("answer", "TEXT", 1, 0),
    ("sentiment", "VARCHAR(2000)", 0, 0),
    ("topic", "VARCHAR(1000)", 0, 0),
    ("created_at", "DATETIME", 0, 0),
]
FEEDBACK = [
    ("id", "INTEGER", 1, 1),
    ("conversation_id", "INTEGER", 0, 0),
    ("feedback", "VARCHAR(10)", 0, 0),
    ("reason", "VARCHAR(255)", 0, 0),
    ("created_at", "DATETIME", 0, 0),
]
EVALUATIONS = [
    "conversation_id", "user_id", "question", "answer", "sentiment", "topic", "created_at", "relevance", "clarity",
    "emotion", "comment",
]  # fmt: skip


def test_an_empty_file_gets_the_backends_tables(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    names = create_tables(f"sqlite:///{path}")
    assert set(names) == {"conversation_log", "feedback_log", "conversation_evaluation"}
    with closing(sqlite3.connect(path)) as connection:

        def columns(table: str) -> list[tuple[str, str, int, int]]:
            found = connection.execute(f"SELECT name, type, \"notnull\", pk FROM pragma_table_info('{table}')")
            return [(str(n), str(t), int(m), int(k)) for n, t, m, k in found]

        assert columns("conversation_log") == CONVERSATIONS
        assert columns("feedback_log") == FEEDBACK
        assert [name for name, *_ in columns("conversation_evaluation")] == EVALUATIONS
        assert not any(key for *_, key in columns("conversation_evaluation"))
        assert connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'index'").fetchone() == (0,)
        connection.execute("INSERT INTO conversation_log (question, answer) VALUES ('q', 'a')")
        (created,) = connection.execute("SELECT created_at FROM conversation_log").fetchone()
        assert created.startswith("20")
    assert not is_demo(path), "a database made for real conversations must not be taken for a demo"


@pytest.mark.parametrize("table", ["conversation_log", "feedback_log", "conversation_evaluation"])
def test_a_database_that_has_one_of_the_tables_is_left_alone(tmp_path: Path, table: str) -> None:
    path = tmp_path / "theirs.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"CREATE TABLE {table} (x INTEGER)")
        connection.commit()
        with pytest.raises(NotEmptyError) as caught:
            create_tables(f"sqlite:///{path}")
        assert caught.value.names == (table,)
        assert connection.execute("SELECT name, sql FROM sqlite_master").fetchall() == [
            (table, f"CREATE TABLE {table} (x INTEGER)")
        ]


def test_the_room_is_light_to_import() -> None:
    code = "import sys, aiops_tui.demo; print({'sqlalchemy', 'psycopg2', 'polars'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert found.stdout.strip() == "set()"


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(ValueError, match="mysql"):
        create_tables("mysql://localhost/x")
