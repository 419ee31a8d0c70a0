"""What the doctor says, and that what it gives to paste does what it promises."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from aiops_tui.cli.terminal import examine_terminal
from aiops_tui.demo import create_tables
from tests.cli.conftest import Result, Run
from tests.fakeslack import FakeSlack

SECTIONS = ("Database", "Tables", "Indexes", "Read-only role", "Slack", "Terminal", "Settings")
LINE = re.compile(r"  [✓!✗] (OK|WARN|FAIL) +\S")


def section(ended: Result, title: str) -> str:
    """Return what is said under a title."""
    found = re.search(rf"^{title}\n((?:  .*\n)+)", ended.out, re.MULTILINE)
    return found[1] if found else ""


def pasted(text: str) -> list[str]:
    """Return the statements that are there to paste."""
    return [line.strip() for line in text.splitlines() if re.match(r" {10}(CREATE|GRANT|ALTER|PRAGMA)", line)]


def levels(text: str) -> set[str]:
    return set(re.findall(r"^  [✓!✗] (OK|WARN|FAIL) ", text, re.MULTILINE))


def execute(url: str, *statements: str) -> None:
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


@pytest.fixture
def backend(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The backend's tables on PostgreSQL, named by the environment."""
    create_tables(postgres_url)
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    return postgres_url


def test_every_section_in_order_and_every_line_with_a_word(run: Run, db: Path) -> None:
    ended = run("doctor")
    assert (ended.status, ended.err) == (0, "")
    titles = [line for line in ended.out.splitlines() if line in SECTIONS]
    assert tuple(titles) == SECTIONS
    for title in SECTIONS:
        assert LINE.match(section(ended, title)), title
    assert re.search(r"^OK \d+   WARN \d+   FAIL 0$", ended.out, re.MULTILINE)


def test_korean(run: Run, db: Path) -> None:
    ended = run("doctor", "--lang", "ko")
    assert "데이터베이스\n" in ended.out
    assert levels(ended.out) == {"OK", "WARN"}


def test_an_sqlite_file_is_told_of(run: Run, db: Path) -> None:
    ended = run("doctor")
    assert re.search(r"demo\.db, [\d.]+ MiB, journal mode wal", section(ended, "Database"))
    tables = section(ended, "Tables")
    assert "conversation_log: ≈ 3,000 rows" in tables
    assert "created_at (naive)" in tables
    assert "mean of its criteria: relevance, clarity, emotion" in tables
    assert levels(section(ended, "Read-only role")) == {"OK"}


def test_pasted_statements_mend_an_sqlite_file(run: Run, home: Path) -> None:
    run("init", "--db", "sqlite:///local.db")
    before = run("doctor")
    statements = pasted(before.out)
    assert "PRAGMA journal_mode = WAL;" in statements
    with closing(sqlite3.connect(home / "local.db")) as connection:
        for statement in statements:
            connection.execute(statement)
    after = run("doctor")
    assert pasted(after.out) == []
    assert levels(section(after, "Indexes")) == {"OK"}


def test_pasted_statements_mend_postgresql(run: Run, backend: str) -> None:
    before = run("doctor")
    assert before.status == 0
    statements = pasted(section(before, "Indexes"))
    assert len(statements) == 3
    assert all(statement.startswith("CREATE INDEX CONCURRENTLY IF NOT EXISTS") for statement in statements)
    execute(backend, *statements)
    after = run("doctor")
    assert levels(section(after, "Indexes")) == {"OK"}
    assert "PostgreSQL" in section(after, "Database")


def test_the_role_that_is_proposed_reads_evaluations_of_the_future_and_writes_nothing(
    run: Run, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = section(run("doctor"), "Read-only role")
    assert levels(told) == {"WARN"}
    assert "superuser" in told
    statements = pasted(told)
    assert "\\password aiops_reader" in told
    execute(backend, "DROP ROLE IF EXISTS aiops_reader")
    try:
        execute(backend, *statements, "DROP TABLE conversation_evaluation")
        execute(backend, "CREATE TABLE conversation_evaluation (conversation_id bigint, score float8)")
        monkeypatch.setenv("PGUSER", "aiops_reader")
        monkeypatch.setenv("DATABASE_URL", re.sub(r"//[^@/]*@", "//aiops_reader@", backend))
        reader = run("doctor")
        assert levels(section(reader, "Read-only role")) == {"OK"}
        assert "conversation_evaluation: the score is the column score" in section(reader, "Tables")
        assert run("snapshot", "--tab", "all").status == 0
    finally:
        execute(backend, "DROP OWNED BY aiops_reader", "DROP ROLE aiops_reader")


def test_a_role_that_may_not_read_gets_the_grant_to_ask_for(
    run: Run, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(backend, "CREATE ROLE nobody_much LOGIN")
    try:
        url = re.sub(r"//[^@/]*@", "//nobody_much@", backend)
        ended = run("doctor", "--db", url)
        assert ended.status == 1
        assert levels(section(ended, "Tables")) >= {"FAIL"}
        execute(backend, *pasted(section(ended, "Read-only role")))
        mended = run("doctor", "--db", url)
        assert mended.status == 0
        assert levels(section(mended, "Read-only role")) == {"OK"}
    finally:
        execute(backend, "DROP OWNED BY nobody_much", "DROP ROLE nobody_much")


def test_a_role_with_one_right_too_many(run: Run, backend: str) -> None:
    execute(backend, "CREATE ROLE writer LOGIN", "GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO writer")
    execute(backend, "REVOKE INSERT ON conversation_log, conversation_evaluation FROM writer")
    try:
        told = section(run("doctor", "--db", re.sub(r"//[^@/]*@", "//writer@", backend)), "Read-only role")
        assert levels(told) == {"WARN"}
        assert "write to feedback_log." in told
    finally:
        execute(backend, "DROP OWNED BY writer", "DROP ROLE writer")


def test_odd_names_are_quoted(run: Run, backend: str) -> None:
    execute(
        backend,
        'CREATE SCHEMA "a ""b"',
        'ALTER TABLE feedback_log SET SCHEMA "a ""b"',
        """DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET search_path = public, "a ""b"', current_database());
        END $$""",
    )
    told = section(run("doctor"), "Indexes")
    assert 'ON "a ""b".feedback_log (conversation_id)' in told
    execute(backend, *pasted(told))
    assert levels(section(run("doctor"), "Indexes")) == {"OK"}


def test_a_column_that_is_missing_is_named(run: Run, backend: str) -> None:
    execute(backend, "ALTER TABLE conversation_log DROP COLUMN sentiment", "DROP TABLE feedback_log")
    ended = run("doctor")
    assert ended.status == 1
    tables = section(ended, "Tables")
    assert "sentiment" in tables
    assert "feedback_log" in tables
    assert levels(tables) == {"OK", "WARN", "FAIL"}


def test_no_tables_at_all(run: Run, postgres_url: str) -> None:
    ended = run("doctor", "--db", postgres_url)
    assert ended.status == 1
    assert "aiops-tui init" in section(ended, "Tables")


@pytest.mark.parametrize(
    "url", ["sqlite:///none.db", "postgresql://ops:hunter2@127.0.0.1:1/chat", "mysql://u:hunter2@h/x", "hunter2"]
)
def test_a_database_that_does_not_answer(run: Run, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    ended = run("doctor")
    assert (ended.status, ended.err) == (1, "")
    assert levels(section(ended, "Database")) == {"FAIL"}
    assert section(ended, "Settings")
    assert "hunter2" not in ended.out


def test_slack(run: Run, db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert levels(section(run("doctor"), "Slack")) == {"WARN"}
    with FakeSlack() as fake:
        monkeypatch.setenv("SLACK_BOT_TOKEN", fake.token)
        monkeypatch.setenv("SLACK_CHANNEL", "#ops")
        monkeypatch.setenv("AIOPS_SLACK_API_URL", fake.api_url)
        assert levels(section(run("doctor"), "Slack")) == {"OK"}
        monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-of-yesterday")
        refused = run("doctor")
        assert refused.status == 1
        assert levels(section(refused, "Slack")) >= {"FAIL"}
        assert "xoxb-of-yesterday" not in refused.out
        assert fake.posted == []


def test_settings_say_where_things_are_from(run: Run, home: Path, db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL")
    (home / ".env").write_text(f"DATABASE_URL=sqlite:///{db}\n")
    (home / "logs").mkdir()
    monkeypatch.setenv("AIOPS_LOG_FILE", "gone.log")
    monkeypatch.setenv("AIOPS_STATE_DIR", "/dev/null/state")
    settings = section(run("doctor"), "Settings")
    assert "DATABASE_URL (.env)" in settings
    assert "gone.log" in settings
    assert "/dev/null/state" in settings
    (home / ".env").chmod(0o666)
    assert "chmod go-w" in section(run("doctor"), "Settings")


def terminal(environ: Mapping[str, str], columns: int = 120, lines: int = 40, encoding: str = "utf-8") -> Iterator[str]:
    size = os.terminal_size((columns, lines))
    return (f"{found.level} {found.notice.id}" for found in examine_terminal(environ, size, encoding))


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"TERM": "xterm-256color"}, "ok doctor.256_colours"),
        ({"TERM": "xterm"}, "warn doctor.16_colours"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "ok doctor.true_colour"),
        ({"TERM": "xterm", "NO_COLOR": "1"}, "ok doctor.no_color"),
        ({"TERM": "dumb"}, "warn doctor.poor_terminal"),
        ({}, "warn doctor.poor_terminal"),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/x,1,0"}, "ok doctor.tmux"),
    ],
)
def test_terminals(environ: dict[str, str], said: str) -> None:
    assert said in set(terminal(environ))


def test_size_and_letters() -> None:
    environ = {"TERM": "xterm-256color"}
    assert {"ok doctor.size", "ok doctor.utf8"} <= set(terminal(environ, 80, 24, "UTF-8"))
    assert "warn doctor.small" in set(terminal(environ, 79, 24))
    assert "warn doctor.no_utf8" in set(terminal(environ, encoding="euc_kr"))
    assert "no_terminal" in next(iter(examine_terminal(environ, None, "utf-8"))).notice.id
