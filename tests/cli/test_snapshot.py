"""Figures without a screen: in four forms, to a pipe or a file."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from aiops_tui.demo import create_tables
from tests.cli.conftest import Run

Start = Callable[..., subprocess.Popen[str]]


def test_json_has_what_a_full_recount_has(run: Run, db: Path) -> None:
    ended = run("snapshot", "--format", "json", "--tab", "all", "--window", "24h")
    assert (ended.status, ended.err) == (0, "")
    found = json.loads(ended.out)
    assert list(found["tabs"]) == ["overview", "sentiment", "evaluation", "logs", "feedback", "users"]
    with closing(sqlite3.connect(db)) as connection:
        bounds = (found["window"]["start"], found["window"]["end"])
        query = "SELECT count(*) FROM conversation_log WHERE unixepoch(created_at) >= unixepoch(?)"
        (counted,) = connection.execute(f"{query} AND unixepoch(created_at) < unixepoch(?)", bounds).fetchone()
    figures = {panel["id"]: panel.get("value") for panel in found["tabs"]["overview"]["panels"]}
    assert figures["conversations"] == counted > 0


def test_the_view_is_what_was_asked_for(run: Run, db: Path) -> None:
    asked = ["--since", "2026-11-20", "--until", "2026-11-22", "--filter", "sentiment:negative", "--compare", "off"]
    found = json.loads(run("snapshot", "--format", "json", "--tz", "Asia/Kolkata", *asked).out)
    assert found["window"]["start"] == "2026-11-20T00:00:00+05:30"
    assert found["window"]["end"] == "2026-11-22T00:00:00+05:30"
    assert (found["filter"], found["previous"], list(found["tabs"])) == ("sentiment:negative", None, ["overview"])


def test_a_conversation_is_written_too(run: Run, db: Path) -> None:
    with closing(sqlite3.connect(db)) as connection:
        key, question, answer = connection.execute(
            "SELECT c.id, c.question, c.answer FROM conversation_log c"
            " JOIN conversation_evaluation ON conversation_id = c.id"
        ).fetchone()
    found = json.loads(run("snapshot", "--format", "json", "--conversation", str(key)).out)
    assert found["tabs"]["overview"]
    opened = found["conversation"]
    assert (opened["id"], opened["question"], opened["answer"]) == (str(key), question, answer)
    assert opened["evaluations"][0]["criteria"]
    text = run("snapshot", "--conversation", str(key)).out
    assert f"CONVERSATION {key}" in text
    assert question[:20] in text
    assert "conversation" not in json.loads(run("snapshot", "--format", "json").out)
    assert run("snapshot", "--conversation", "999999999").line == "there is no conversation 999999999"
    left_out = run("snapshot", "--format", "csv", "--conversation", str(key))
    assert left_out.status == 0
    assert "--conversation is left out of csv" in left_out.err


def test_tables_are_sorted_by_a_column(run: Run, db: Path) -> None:
    def column(table: str, name: str, *options: str) -> list[object]:
        found = json.loads(run("snapshot", "--format", "json", *options).out)
        panel = next(panel for panel in found["tabs"]["overview"]["panels"] if panel["id"] == table)
        place = [column["id"] for column in panel["columns"]].index(name)
        return [row[place] for row in panel["rows"]]

    ratios = [
        each for each in column("topics", "negative_ratio", "--sort", "negative_ratio") if isinstance(each, float)
    ]
    assert ratios == sorted(ratios, reverse=True) != column("topics", "negative_ratio")
    users = [each for each in column("recent", "user_id", "--sort", "user_id") if isinstance(each, str)]
    assert users == sorted(users)
    refused = run("snapshot", "--sort", "nothing")
    assert refused.status == 2
    assert "negative_ratio" in refused.line


def test_people_get_text_by_default_in_their_language(run: Run, db: Path) -> None:
    shown = run("snapshot").out
    assert "OVERVIEW" in shown
    assert "결제" in shown
    assert "대화" in run("snapshot", "--lang", "ko").out
    assert run("snapshot", "--format", "markdown").out.startswith("# ")
    assert len(list(csv.reader(io.StringIO(run("snapshot", "--format", "csv").out)))) > 10


def test_logs_of_the_files_that_are_named(run: Run, db: Path, home: Path) -> None:
    log = home / "here.log"
    log.write_text("2026-11-22 07:49:00 [   ERROR] app.x - it broke\n", encoding="utf-8")
    found = json.loads(run("snapshot", "--tab", "logs", "--format", "json", "--log-file", str(log)).out)
    entries = next(panel for panel in found["tabs"]["logs"]["panels"] if panel["id"] == "entries")
    assert [row[-1] for row in entries["rows"]] == ["it broke"]


def test_logs_of_standard_input_and_of_a_command(process: Start, db: Path, home: Path) -> None:
    line = "2026-11-22 07:49:0{} [   ERROR] app.x - {}\n"
    (home / "said.txt").write_text(line.format(2, "by a command; echo $HOME"))
    options = ("--log-file", "-", "--log-command", "cat said.txt")
    with process("snapshot", "--tab", "logs", "--format", "json", *options, stdin=subprocess.PIPE) as program:
        out, _ = program.communicate(line.format(1, "piped"), timeout=60)
    panels = {panel["id"]: panel for panel in json.loads(out)["tabs"]["logs"]["panels"]}
    said = [(row[2], row[3]) for row in panels["entries"]["rows"]]
    assert said == [("cat said.txt", "by a command; echo $HOME"), ("stdin", "piped")]
    assert panels["errors"]["value"] == 2


def test_a_file_is_replaced_whole_and_is_private(run: Run, db: Path, home: Path) -> None:
    target = home / "out.json"
    target.write_text("before")
    target.chmod(0o644)
    ended = run("snapshot", "--format", "json", "--output", "out.json")
    assert (ended.status, ended.out, ended.err) == (0, "", "")
    assert json.loads(target.read_text(encoding="utf-8"))["version"] == 1
    assert target.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in home.iterdir()] == ["out.json"]


def test_a_failure_leaves_the_file_as_it_was(run: Run, home: Path) -> None:
    target = home / "out.json"
    target.write_text("before")
    assert run("snapshot", "--db", "sqlite:///none.db", "--output", "out.json").status == 1
    assert target.read_text() == "before"


@pytest.mark.parametrize("kind", ["link", "folder", "device"])
def test_what_is_no_file_is_not_written_to(run: Run, db: Path, home: Path, kind: str) -> None:
    aim = home / "aim"
    aim.write_text("before")
    target = home / "target"
    if kind == "link":
        target.symlink_to(aim)
    elif kind == "folder":
        target.mkdir()
    else:
        os.mkfifo(target)
    ended = run("snapshot", "--output", "target")
    assert ended.status == 1
    assert "target" in ended.line
    assert aim.read_text() == "before"


def test_a_folder_that_is_not_there_is_told(run: Run, db: Path) -> None:
    ended = run("snapshot", "--output", "nowhere/out.txt")
    assert ended.status == 1
    assert "nowhere" in ended.line


@pytest.mark.parametrize("content", [None, b"", b"no database at all, whatever its name says"])
def test_a_database_that_is_none_is_one_line(run: Run, home: Path, content: bytes | None) -> None:
    if content is not None:
        (home / "local.db").write_bytes(content)
    ended = run("snapshot")
    assert ended.status == 1
    assert ended.line


def test_what_the_settings_have_to_tell_is_told_once(run: Run, db: Path, home: Path) -> None:
    dotenv = home / ".env"
    dotenv.write_text("AIOPS_WINDOW=1h\n")
    dotenv.chmod(0o666)
    ended = run("snapshot")
    assert ended.status == 0
    assert ended.err.count(".env") == ended.err.count("\n") == 1


def test_a_password_never_shows(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    url = f"postgresql://ops:hunter2@127.0.0.1:{port}/chat"
    ended = run("snapshot", "--db", url)
    assert ended.status == 1
    assert "--db" in ended.err
    assert "hunter2" not in ended.err + ended.out


def test_a_reader_that_has_seen_enough_is_no_failure(process: Start, db: Path) -> None:
    with process("snapshot", "--tab", "all", "--format", "csv") as running:
        assert running.stdout and running.stderr
        running.stdout.close()
        assert running.stderr.read() == ""
        assert running.wait(30) == 0


def test_a_full_disk_is_one_line(process: Start, db: Path) -> None:
    with Path("/dev/full").open("w") as full:
        running = process("snapshot", stdout=full)
        _, err = running.communicate(timeout=30)
    assert running.returncode == 1
    assert err.startswith("aiops-tui: ") and err.count("\n") == 1


def test_a_program_gets_utf_8_whatever_the_locale(process: Start, db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    out, err = process("snapshot", "--format", "json", encoding="utf-8").communicate(timeout=30)
    assert err == ""
    assert "결제" in json.dumps(json.loads(out), ensure_ascii=False)
    out, err = process("snapshot", encoding="ascii").communicate(timeout=30)
    assert err == ""
    assert "OVERVIEW" in out


def test_ctrl_c_ends_it_while_the_database_does_not_answer(process: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        url = f"postgresql://ops@127.0.0.1:{server.getsockname()[1]}/chat"
        running = process("snapshot", "--db", url, "--connect-timeout", "60")
        accepted, _ = server.accept()
        with accepted:
            running.send_signal(signal.SIGINT)
            _, err = running.communicate(timeout=5)
    assert running.returncode == 130
    assert err == ""


def test_postgresql(run: Run, postgres_url: str) -> None:
    create_tables(postgres_url)
    with closing(psycopg2.connect(postgres_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO conversation_log (question, answer, topic) VALUES ('q', 'a', '환불')")
    ended = run("snapshot", "--db", postgres_url, "--format", "json", "--window", "1h")
    assert (ended.status, ended.err) == (0, "")
    metrics = {panel["id"]: panel for panel in json.loads(ended.out)["tabs"]["overview"]["panels"]}
    assert metrics["conversations"]["value"] == 1
