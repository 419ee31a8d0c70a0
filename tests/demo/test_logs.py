"""Log files are in the backend's formats, with tracebacks and traces of the incidents, and are kept small."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from aiops_tui.demo import NotEmptyError, logs

APP = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) \[ *(INFO|WARNING|ERROR)\] [\w.]+ - .+")
MONITOR = re.compile(
    r"\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\] (INFO|WARNING) - CPU:\d+\.\d% \| MEM:\d+\.\d% \| DISK:\d+\.\d%"
)


def test_the_app_log_is_as_the_backend_writes_it(past: Path, now: datetime) -> None:
    first, *lines = (past.parent / "logs" / "app.log").read_text("utf-8").splitlines()
    assert first.startswith(f"{now:%Y-%m-%d %H:%M:%S} [    INFO] ")
    entries = [match for match in map(APP.fullmatch, lines) if match]
    times = [entry[1] for entry in entries]
    assert times == sorted(times)
    assert times[-1] <= f"{now:%Y-%m-%d %H:%M:%S}"
    assert {entry[2] for entry in entries} == {"INFO", "WARNING", "ERROR"}
    rest = [line for line in lines if not APP.fullmatch(line)]
    assert rest.count("Traceback (most recent call last):") >= 2
    assert len(rest) < 0.2 * len(lines)


def test_the_failing_payments_are_in_the_app_log(past: Path) -> None:
    lines = (past.parent / "logs" / "app.log").read_text("utf-8").splitlines()
    failing = [line for line in lines if "app.services.payment" in line]
    assert len(failing) > 20
    assert {line[:10] for line in failing} == {"2026-11-19"}


def test_the_monitors_log_follows_the_day(past: Path) -> None:
    _, *lines = (past.parent / "logs" / "system_monitor.log").read_text("utf-8").splitlines()
    assert all(MONITOR.fullmatch(line) for line in lines)
    assert len(lines) == 7 * 24 * 6

    def cpu(utc_hour: str) -> float:
        values = [float(line.split("CPU:")[1].split("%")[0]) for line in lines if line[12:14] == utc_hour]
        return sum(values) / len(values)

    assert cpu("19") < cpu("12"), "04:00 in Seoul is quieter than 21:00"


def test_a_full_log_is_rotated(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "logs" / "app.log"
    for number in range(8):
        logs.append(path, now, [f"block {number}", "x" * 10_000_001])
    assert {file.name for file in path.parent.iterdir()} == {"app.log", *(f"app.log.{n}" for n in range(1, 6))}
    assert "block 7" in path.read_text()[:200]
    assert "block 6" in path.with_name("app.log.1").read_text()[:200]
    logs.claim(path.parent)


def test_somebodys_log_is_not_claimed(tmp_path: Path, now: datetime) -> None:
    logs.append(tmp_path / "app.log", now, [logs.line(now, "INFO", "app", "ours")])
    logs.claim(tmp_path)
    theirs = tmp_path / "system_monitor.log"
    theirs.write_text("[2025-10-16 10:00:00] INFO - CPU:12.3% | MEM:45.6% | DISK:70.1%\n")
    with pytest.raises(NotEmptyError) as caught:
        logs.claim(tmp_path)
    assert caught.value.names == (str(theirs),)


def test_nothing_to_log_makes_no_file(tmp_path: Path, now: datetime) -> None:
    logs.append(tmp_path / "app.log", now + timedelta(days=1), [])
    assert list(tmp_path.iterdir()) == []
