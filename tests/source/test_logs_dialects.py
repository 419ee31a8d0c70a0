"""Lines of other programs' logs say when, how grave and what; what they cannot say is left open."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from aiops_tui.model.records import LEVELS
from aiops_tui.source.logs.dialects import NO_TIME
from aiops_tui.source.logs.formats import Format

NOW = round(datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1000)
AT = datetime(2025, 10, 16, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "level", "origin", "message"),
    [
        ('{"time": "2025-10-16T10:00:00Z", "level": "warn", "msg": "slow", "logger": "db"}', "warning", "db", "slow"),
        ('{"ts": 1760608800, "level": 50, "msg": "pino", "ms": 3}', "error", "", "pino  ms=3"),
        ('{"@timestamp": "2025-10-16T10:00:00.000+00:00", "severity": "ERROR", "message": "a\\u001bb"}', "error", "",
         "a\x1bb"),
        ("time=2025-10-16T10:00:00Z level=error msg=\"a \\\"b\\\"\" user=1", "error", "", 'a "b"  user=1'),
        ("Oct 16 10:00:00 box backend[12]: ERROR: disk full", "error", "backend", "ERROR: disk full"),
        ("<11>Oct 16 10:00:00 box su: refused", "error", "su", "refused"),
        ("<165>1 2025-10-16T10:00:00Z box app 12 ID47 - started", "info", "app", "started"),
        ("2025-10-16T10:00:00+00:00 box sshd[9]: accepted", "other", "sshd", "accepted"),
        ('10.0.0.1 - - [16/Oct/2025:10:00:00 +0000] "GET /chat HTTP/1.1" 503 12', "error", "10.0.0.1",
         '"GET /chat HTTP/1.1" 503 12'),
        ('10.0.0.1 - u [16/Oct/2025:12:00:00 +0200] "GET / HTTP/1.1" 404 12 "-" "x"', "warning", "10.0.0.1",
         '"GET / HTTP/1.1" 404 12 "-" "x"'),
        ("[2025-10-16 10:00:00 +0000] [7] [INFO] Booting worker", "info", "[7]", "Booting worker"),
        ("2025-10-16 10:00:00.000 UTC [99] LOG:  checkpoint starting", "info", "[99]", "checkpoint starting"),
        ("2025-10-16 10:00:00 UTC [99] app@db FATAL:  no such role", "critical", "[99]", "no such role"),
        ("2025-10-16 10:00:00,000 - app.main - ERROR - boom", "error", "app.main", "boom"),
        ("2025-10-16 10:00:00 WARNING low on memory", "warning", "", "low on memory"),
    ],
)  # fmt: skip
def test_lines(line: str, level: str, origin: str, message: str) -> None:
    head = Format(ZoneInfo("UTC")).head(line, NOW)
    assert head is not None
    assert (LEVELS[head.level], head.origin, head.message) == (level, origin, message)
    assert head.time == round(AT.timestamp() * 1000)


@pytest.mark.parametrize(
    "line", ["{not json}", "{}", "[]", "plain words", "a=b c=d", "INFO", "2025", "<x>", "[16/Oct", '{"a": 1}', "Oct x"]
)
def test_what_is_no_beginning(line: str) -> None:
    assert Format(ZoneInfo("UTC")).head(line, NOW) is None


def test_a_time_without_a_year_is_the_last_before_now() -> None:
    form = Format(ZoneInfo("UTC"))
    for line, year in (
        ("Feb 28 10:00:00 b a: x", 2026),
        ("Mar 31 10:00:00 b a: x", 2025),
        ("Feb 29 1:00:00 b a: x", 0),
    ):
        head = form.head(line, NOW)
        if head is not None and year:
            assert datetime.fromtimestamp(head.time / 1000, UTC).year == year


def test_absurd_times_are_none() -> None:
    for line in ('{"time": 1e400, "level": "info"}', '{"time": "x", "level": "info"}', '{"time": true, "level": "e"}'):
        head = Format(ZoneInfo("UTC")).head(line, NOW)
        assert head is not None
        assert head.time == NO_TIME


@pytest.mark.parametrize(
    "line",
    [
        "{" + '"a":' * 15_000, "{" * 60_000 + "}", "a=" * 30_000, 'a="' * 20_000, "x " * 30_000,
        "2025-10-16 10:00:00 " + "a" * 60_000, "2025-10-16 10:00:00 UTC [1] " + "e " * 30_000, "<1>" + "1" * 60_000,
        "Oct 16 10:00:00 " + "h" * 60_000, "h h h [16/Oct/2025:10:00:00 +0000] \"" + "\\" * 60_000,
    ],
)  # fmt: skip
def test_no_line_takes_quadratic_time(line: str) -> None:
    start = time.thread_time()
    form = Format(ZoneInfo("UTC"))
    for _ in range(20):
        form.head(line, NOW)
    assert time.thread_time() - start < 2
