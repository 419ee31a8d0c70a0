"""The book holds the latest entries of all files in order of time, within bounds, for any thread."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aiops_tui.model.records import LEVELS, LogEntry
from aiops_tui.model.window import Period
from aiops_tui.source.logs import LogBook, LogFollower, Match, default_log_files, latest
from aiops_tui.source.logs import book as book_module

ZONE = ZoneInfo("UTC")
START = datetime(2025, 10, 16, tzinfo=UTC)
LONG_AFTER = datetime(2026, 1, 1, tzinfo=UTC).timestamp


def line(seconds: float, message: str, level: str = "INFO") -> str:
    return f"{START + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S} [{level:>8}] app - {message}\n"


def append(path: Path, *lines: str) -> None:
    with path.open("a") as file:
        file.write("".join(lines))


def new(*paths: Path, keep: int = 1000) -> LogBook:
    return LogBook(paths, ZONE, keep, LONG_AFTER)


def messages(book: LogBook) -> list[str]:
    return [entry.message for entry in book.entries(0, len(book))]


def test_files_are_merged_by_time(tmp_path: Path) -> None:
    append(tmp_path / "a.log", line(1, "a1"), line(3, "a3"), line(5, "a5"))
    append(tmp_path / "b.log", line(2, "b2"), line(3, "b3"), "  more of b3\n", line(4, "b4"))
    both = new(tmp_path / "*.log")
    both.poll()
    assert messages(both) == ["a1", "b2", "a3", "b3", "b4", "a5"]
    assert both[3].more == ("  more of b3",)
    append(tmp_path / "b.log", line(4.9, "b late"))
    append(tmp_path / "c.log", "no time at all\n", line(0, "c0"))
    both.poll()
    assert messages(both) == ["no time at all", "c0", "a1", "b2", "a3", "b3", "b4", "b late", "a5"]
    assert both.sources == ("a.log", "b.log", "c.log")
    both.close()


def test_a_file_keeps_its_own_order_when_its_clock_jumps(tmp_path: Path) -> None:
    absurd = "9998-01-01 00:00:00 [    INFO] app - absurd\n"
    append(tmp_path / "a.log", line(10, "first"), line(5, "back"), absurd, line(11, "second"))
    book = new(tmp_path / "a.log")
    book.poll()
    assert messages(book) == ["first", "back", "absurd", "second"]
    book.close()


def test_times_ahead_of_the_clock_are_pointed_at_and_do_not_keep_others_out(tmp_path: Path) -> None:
    append(tmp_path / "a.log", line(3600, "nine hours ahead"))
    now = START.timestamp()
    book = LogBook([tmp_path / "*.log"], ZONE, clock=lambda: now)
    book.poll()
    assert [notice.id for notice in book.problems] == ["logs.ahead"]
    append(tmp_path / "b.log", line(0, "of now"))
    book.poll()
    assert messages(book) == ["nine hours ahead", "of now"]
    book.close()


def test_the_oldest_are_dropped_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    book = new(path, keep=10)
    append(path, *(line(n, f"{n}") + "  more\n" for n in range(25)))
    assert book.poll() == 25
    append(path, *(line(n, f"{n}") for n in range(25, 29)))
    book.poll()
    assert messages(book) == [str(n) for n in range(19, 29)]
    assert book.dropped == 19
    assert book[0].more == ("  more",)
    assert book.place(book[3].number) == 3
    assert book.place(0) is None
    assert book.problems == ()
    book.close()


def test_lines_that_follow_a_dropped_entry_are_not_lost(tmp_path: Path) -> None:
    append(tmp_path / "a.log", line(0, "early"))
    book = new(tmp_path / "*.log", keep=3)
    book.poll()
    append(tmp_path / "b.log", *(line(n, f"{n}") for n in range(1, 6)))
    book.poll()
    append(tmp_path / "a.log", "  follows\n", line(9, "late"))
    book.poll()
    assert book.dropped + len(book) == 8
    assert messages(book) == ["4", "5", "late"]


def test_long_messages_are_bounded_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book_module, "TEXT_BYTES", 100_000)
    path = tmp_path / "app.log"
    kept = new(path)
    for n in range(5):
        append(path, *(line(n, "x" * 3000) + "  y\n" * 100 for _ in range(20)))
        kept.poll()
    held = sum(len(entry.message) + sum(map(len, entry.more)) for entry in kept.entries(0, len(kept)))
    assert 0 < held < 100_000
    assert len(kept) + kept.dropped == 100
    kept.close()


def test_what_is_asked_of_a_period(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    append(path, "no time\n", *(line(n, f"{n}", "ERROR" if n % 2 else "INFO") for n in range(10)))
    book = new(path)
    book.poll()
    period = Period(START + timedelta(seconds=3), START + timedelta(seconds=8))
    found = latest(book, period, Match(), most=3)
    assert [(entry.time, entry.level, entry.source, entry.message) for entry in found] == [
        (START + timedelta(seconds=n), "error" if n % 2 else "info", "app.log", f"{n}") for n in (7, 6, 5)
    ]
    assert [book[book.place(entry.number) or 0].message for entry in found] == ["7", "6", "5"]
    assert book[book.place_at(START + timedelta(seconds=4))].message == "4"
    assert book.place_at(START + timedelta(days=1)) == len(book) == 11
    assert book.levels == {**dict.fromkeys(LEVELS, 0), "error": 5, "info": 5, "other": 1}
    assert book[-1].message == "9"
    with pytest.raises(IndexError):
        book[11]
    book.close()


STEPS = st.lists(
    st.tuples(st.sampled_from("abc"), st.lists(st.integers(0, 300), max_size=12), st.booleans()), max_size=8
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_each_file_keeps_its_order_whatever_comes_when(
    tmp_path: Path, steps: list[tuple[str, list[int], bool]]
) -> None:
    for path in tmp_path.iterdir():
        path.unlink()
    book = new(tmp_path / "*.log", keep=20)
    written: dict[str, list[str]] = {name: [] for name in "abc"}
    for name, seconds, ask in steps:
        for second in seconds:
            written[name].append(f"{name}{len(written[name])}")
            append(tmp_path / f"{name}.log", line(second, written[name][-1], LEVELS[second % 5].upper()))
        if ask:
            book.poll()
    book.poll()
    for name, lines in written.items():
        kept = [message for message in messages(book) if message[0] == name]
        assert kept == lines[len(lines) - len(kept) :]
    assert len(book) + book.dropped == sum(map(len, written.values()))
    book.close()


def test_a_follower_tells_what_is_new_and_stops(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    book = new(path)
    woken = threading.Event()
    follower = LogFollower(book, woken.set, interval=0.01)
    follower.start()
    for n in range(3):
        woken.clear()
        append(path, line(n, f"{n}"))
        assert woken.wait(10)
    follower.stop(10)
    append(path, line(9, "unread"))
    assert messages(book) == ["0", "1", "2"]
    assert "logs" not in {thread.name for thread in threading.enumerate()}


def test_a_follower_that_makes_way_for_keys_without_end_reads_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    book = new(path, keep=30_000)
    read = threading.Event()
    follower = LogFollower(book, lambda: read.set() if book.arrived == 10_000 else None, interval=0.01)
    append(path, line(0, "0"))
    follower.start()
    assert follower.looked.wait(10)
    append(path, *(line(n, f"{n}") for n in range(1, 10_000)))
    for _ in range(10_000):
        follower.make_way()
        if read.wait(0.001):
            break
    follower.stop(10)
    assert messages(book) == [str(n) for n in range(10_000)]


def test_a_read_can_be_cut_short_and_taken_up_again(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.touch()
    book = new(path, keep=30_000)
    book.poll()
    append(path, *(line(n, f"{n}") for n in range(20_000)))
    first = book.poll(lambda: True)
    assert 0 < first < 20_000
    book.poll()
    assert messages(book) == [str(n) for n in range(20_000)]
    book.close()


def test_readers_always_see_whole_entries(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    book = new(path, keep=50)
    seen: list[LogEntry] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            entries = book.entries(0, 50)
            seen.extend(entry for entry in entries if entry.more != (f"  {entry.message}",))
            assert [entry.number for entry in entries] == sorted(entry.number for entry in entries)

    reader = threading.Thread(target=look)
    reader.start()
    for start in range(0, 600, 20):
        append(path, *(line(n, f"{n}") + f"  {n}\n" for n in range(start, start + 20)))
        book.poll()
    done.set()
    reader.join()
    assert seen == []
    book.close()


def test_a_link_to_a_file_brings_no_line_twice(tmp_path: Path) -> None:
    path = tmp_path / "app-1.log"
    append(path, line(0, "once"))
    (tmp_path / "a-link.log").symlink_to(path)
    book = new(tmp_path / "*.log", tmp_path / "app-?.log")
    book.poll()
    assert messages(book) == ["once"]
    assert book.sources == ("app-1.log",)
    book.close()


@pytest.mark.parametrize("folder", ["plain", "[odd] *name?"])
def test_default_log_files(tmp_path: Path, folder: str) -> None:
    database, working = tmp_path / folder / "local.db", tmp_path / "working"
    for logs in (database.parent / "logs", working / "logs"):
        logs.mkdir(parents=True)
    append(working / "logs" / "b.log", line(0, "b"))
    append(working / "logs" / "a.log", line(0, "a"))
    append(working / "logs" / "other.txt", line(0, "other"))
    book = new(*default_log_files(database, working))
    book.poll()
    assert messages(book) == ["a", "b"]
    append(database.parent / "logs" / "app.log", line(0, "beside"))
    beside = new(*default_log_files(database, working))
    beside.poll()
    assert messages(beside) == ["beside"]
    assert default_log_files(None, working) == (working / "logs" / "*.log",)
    book.close()
    beside.close()
