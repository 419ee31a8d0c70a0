"""Lines of the backend's logs are taken apart, and what follows a line stays with it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from aiops_tui.model.records import LogEntry
from aiops_tui.source.logs import LogBook

Read = Callable[..., list[LogEntry]]

TRACEBACK = (
    "Traceback (most recent call last):",
    '  File "/app/chat.py", line 3, in ask',
    "    raise ValueError(question)",
    "ValueError: bad",
    "second line of the message",
    "",
    "During handling of the above exception, another exception occurred:",
    "",
    "Traceback (most recent call last):",
    '  File "/app/chat.py", line 9, in <module>',
    "RuntimeError: worse",
)


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return the entries of a file with the given text."""

    def entries(text: str | bytes, zone: str = "UTC") -> list[LogEntry]:
        path = tmp_path / "app.log"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        book = LogBook([path], ZoneInfo(zone))
        book.poll()
        book.close()
        return book.entries(0, len(book))

    return entries


@pytest.mark.parametrize(
    ("line", "level", "origin", "message"),
    [
        ("2025-10-16 10:00:00 [    INFO] app.main - 서버 시작 - 준비", "info", "app.main", "서버 시작 - 준비"),
        ("2025-10-16 10:00:00,000 [ WARNING] app.db - slow", "warning", "app.db", "slow"),
        ("2025-10-16 10:00:00 [CRITICAL] root - ", "critical", "root", ""),
        ("2025-10-16 10:00:00 [   ERROR] app - chat.py:42 - ask() - boom", "error", "app chat.py:42 ask()", "boom"),
        ("2025-10-16 10:00:00 [   DEBUG] app - m.py:1 - <module>() - x", "debug", "app m.py:1 <module>()", "x"),
        ("[2025-10-16 10:00:00] INFO - CPU:12.3% | MEM:45.6%", "info", "", "CPU:12.3% | MEM:45.6%"),
        ("[2025-10-16 10:00:00] WARN - CPU:99.3%", "warning", "", "CPU:99.3%"),
        ("2025-10-16 10:00:00 [Level 25] app - odd", "other", "app", "odd"),
        ("2025-10-16 10:00:00 [   FATAL] no origin at all", "critical", "", "no origin at all"),
    ],
)
def test_parts_of_a_line(read: Read, line: str, level: str, origin: str, message: str) -> None:
    (entry,) = read(line + "\n")
    assert (entry.level, entry.origin, entry.message) == (level, origin, message)
    assert entry.time == datetime(2025, 10, 16, 10, tzinfo=UTC)
    assert entry.source == "app.log"


@pytest.mark.parametrize(
    ("stamp", "zone", "expected"),
    [
        ("2025-10-16 10:00:00,123", "UTC", "2025-10-16T10:00:00.123+00:00"),
        ("2025-10-16 10:00:00", "Asia/Seoul", "2025-10-16T01:00:00+00:00"),
        ("2025-10-16 10:00:59.5", "Asia/Kolkata", "2025-10-16T04:30:59.500+00:00"),
        ("2025-11-02 00:59:00", "America/New_York", "2025-11-02T04:59:00+00:00"),
        ("2025-11-02 02:00:00", "America/New_York", "2025-11-02T07:00:00+00:00"),
        ("2025-10-16T10:00:00Z", "Asia/Seoul", "2025-10-16T10:00:00+00:00"),
        ("2025-10-16T10:00:00.250+0900", "UTC", "2025-10-16T01:00:00.250+00:00"),
        ("2025-10-16 10:00:00-05:30", "UTC", "2025-10-16T15:30:00+00:00"),
    ],
)
def test_times(read: Read, stamp: str, zone: str, expected: str) -> None:
    (entry,) = read(f"{stamp} [    INFO] app - x\n", zone)
    assert entry.time == datetime.fromisoformat(expected)


def test_an_impossible_time_is_that_of_the_entry_before(read: Read) -> None:
    good, bad, absurd = read(
        "2025-10-16 10:00:00 [    INFO] app - good\n"
        "2025-13-45 10:00:00 [   ERROR] app - bad\n"
        "0001-01-01 00:00:00 [   ERROR] app - absurd\n"
    )
    assert (bad.level, bad.message, bad.time) == ("error", "bad", good.time)
    assert absurd.time == good.time


def test_a_traceback_stays_with_its_entry(read: Read) -> None:
    first, second = read(
        "2025-10-16 10:00:00 [   ERROR] app - failed\n"
        + "".join(line + "\n" for line in TRACEBACK)
        + "2025-10-16 10:00:01 [    INFO] app - went on\n"
    )
    assert first.more == TRACEBACK
    assert (second.message, second.more) == ("went on", ())


def test_long_tracebacks_are_kept_in_part_and_counted(read: Read) -> None:
    (entry,) = read("2025-10-16 10:00:00 [   ERROR] app - failed\n" + "    again\n" * 1000)
    assert entry.more == ("    again",) * 200
    assert entry.left_out == 800


def test_unknown_lines_are_entries_of_their_own(read: Read) -> None:
    entries = read(
        "banner\n"
        "2025-10-16 10:00:00 [    INFO] app - known\n"
        "printed by somebody\n"
        "INFO:     127.0.0.1:5000 - GET /chat\n"
        "   indented\n"
    )
    moment = datetime(2025, 10, 16, 10, tzinfo=UTC)
    assert [(entry.time, entry.level, entry.message) for entry in entries] == [
        (None, "other", "banner"),
        (moment, "info", "known"),
        (moment, "other", "printed by somebody"),
        (moment, "info", "127.0.0.1:5000 - GET /chat"),
    ]
    assert entries[-1].more == ("   indented",)


def test_bytes_that_are_no_text(read: Read) -> None:
    entries = read(
        b"\xef\xbb\xbf2025-10-16 10:00:00 [    INFO] app - \xff\xfe caf\xc3\r\n"
        + b"\0" * 5000
        + b"2025-10-16 10:00:01 [    INFO] app - a\0b\x1b[31m\rc\r\n"
    )
    assert [entry.message for entry in entries] == ["�� caf�", "a�b�[31m c"]


def test_a_huge_line_is_cut_and_said_so(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.touch()
    book = LogBook([path], ZoneInfo("UTC"))
    book.poll()
    with path.open("wb") as file:
        file.write(b"2025-10-16 10:00:00 [    INFO] app - ")
        for _ in range(20):
            file.write("가".encode() * 300_000)
        file.write(b"\n2025-10-16 10:00:01 [    INFO] app - after\n")
    while book.poll() or book.behind:
        pass
    huge, after = book[0], book[1]
    assert huge.cut
    assert huge.message.startswith("가가가")
    assert len(huge.message) <= 4000
    assert not after.cut
    assert [(notice.id, notice.values["n"]) for notice in book.problems] == [("logs.long_lines", 1)]
    book.close()


@pytest.mark.parametrize(
    "line",
    [
        "2025-10-16 10:00:00 [" + " " * 60_000,
        "2025-10-16 10:00:00 [INFO] " + "a" * 60_000,
        "2025-10-16 10:00:00 [INFO] " + "x.py:1 - " * 6000,
        "2025-10-16 10:00:00" + " " * 60_000 + "x",
        "[" * 60_000,
    ],
)
def test_no_line_takes_quadratic_time(read: Read, line: str) -> None:
    start = time.thread_time()
    assert len(read(f"{line}\n" * 4)) == 4
    assert time.thread_time() - start < 1


def test_the_minute_is_looked_up_in_the_zone_not_the_day(read: Read) -> None:
    # New York's clocks go forward at 02:00: the same day has two offsets.
    before, after = read(
        "2026-03-08 01:59:59 [    INFO] app - x\n2026-03-08 03:00:00 [    INFO] app - y\n", "America/New_York"
    )
    assert before.time is not None
    assert after.time is not None
    assert after.time - before.time == timedelta(seconds=1)
