"""Each line of a log arrives once and in order, however it is written, rotated, truncated or replaced."""

from __future__ import annotations

import codecs
import contextlib
import gzip
import itertools
import logging
import os
import random
import shutil
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from logging.handlers import RotatingFileHandler, TimedRotatingFileHandler
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aiops_tui.model.panels import Notice
from aiops_tui.model.records import LogEntry
from aiops_tui.model.window import Period
from aiops_tui.source.logs import Browser, LogBook, Match, following, latest
from aiops_tui.source.logs.following import FollowedFile
from aiops_tui.source.logs.places import Place, find
from aiops_tui.source.logs.reading import LINE_LIMIT, Lines

UTC = ZoneInfo("UTC")
FORMAT = "%(asctime)s [%(levelname)8s] %(name)s - %(message)s"

Open = Callable[..., LogBook]


@pytest.fixture
def follow() -> Iterator[Open]:
    """Return a book on paths; its files are closed in the end."""
    with contextlib.ExitStack() as stack:

        def book(*paths: Path) -> LogBook:
            made = LogBook(paths, UTC)
            stack.callback(made.close)
            return made

        yield book


@pytest.fixture
def log() -> Iterator[Callable[[logging.Handler], Callable[[int], None]]]:
    """Return a function that writes line number n by a handler of Python's own."""
    with contextlib.ExitStack() as stack:

        def writer(handler: logging.Handler) -> Callable[[int], None]:
            handler.setFormatter(logging.Formatter(FORMAT))
            stack.callback(handler.close)

            def write(n: int) -> None:
                handler.handle(record(n))

            return write

        yield writer


def record(n: int) -> logging.LogRecord:
    return logging.LogRecord("app.main", logging.INFO, "main.py", 1, "line %06d", (n,), None)


def line(n: int) -> str:
    return f"2025-10-16 10:{n // 60 % 60:02}:{n % 60:02} [    INFO] app - line {n:06}\n"


def messages(book: LogBook) -> list[str]:
    return [entry.message for entry in book.entries(0, len(book))]


def numbered(*numbers: int) -> list[str]:
    return [f"line {n:06}" for n in numbers]


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


Log = Callable[[logging.Handler], Callable[[int], None]]


@pytest.mark.parametrize("every", [1, 7, 60])
def test_pythons_rotating_handler(tmp_path: Path, follow: Open, log: Log, every: int) -> None:
    path = tmp_path / "app.log"
    write = log(RotatingFileHandler(path, maxBytes=600, backupCount=20))
    book = follow(path)
    for n in range(300):  # some ten lines a file, so that up to six files come and go between two polls
        write(n)
        if n % every == 0:
            book.poll()
    book.poll()
    assert messages(book) == numbered(*range(300))


def test_a_writer_that_rotates_while_it_is_read(tmp_path: Path, follow: Open, log: Log) -> None:
    path = tmp_path / "app.log"
    write = log(RotatingFileHandler(path, maxBytes=4000, backupCount=500))
    book = follow(path)
    write(0)
    book.poll()
    thread = threading.Thread(target=lambda: [write(n) for n in range(1, 5000)])
    thread.start()
    while thread.is_alive():
        book.poll()
    thread.join()
    book.poll()
    assert messages(book) == numbered(*range(5000))


def test_the_rotated_files_are_matched_too(tmp_path: Path, follow: Open, log: Log) -> None:
    path = tmp_path / "app.log"
    write = log(RotatingFileHandler(path, maxBytes=600, backupCount=20))
    for n in range(50):
        write(n)
    book = follow(tmp_path / "app.log*")
    book.poll()
    assert messages(book) == numbered(*range(50))
    assert book.sources == ("app.log",)
    for n in range(50, 100):
        write(n)
        book.poll()
    assert messages(book) == numbered(*range(100))


def test_a_handler_that_rotates_by_date(tmp_path: Path, follow: Open, log: Log) -> None:
    path = tmp_path / "app.log"
    handler = TimedRotatingFileHandler(path, when="D", utc=True)
    write = log(handler)
    book = follow(path)
    for n in range(6):
        write(n)
        if n % 2:
            book.poll()
        if n == 2:
            handler.doRollover()
    assert messages(book) == numbered(*range(6))


def test_logrotate_creates_and_the_writer_moves_late(tmp_path: Path, follow: Open) -> None:
    path = tmp_path / "app.log"
    book = follow(path)
    with path.open("w") as old:
        old.write(line(0))
        old.flush()
        book.poll()
        path.rename(tmp_path / "app.log.1")
        book.poll()
        path.touch()
        book.poll()
        old.write(line(1))
        old.flush()
        book.poll()
        old.write(line(2) + "torn off in the mid")
    append(path, line(3))
    book.poll()
    assert messages(book) == [*numbered(0, 1, 2), "torn off in the mid", *numbered(3)]


@pytest.mark.parametrize("after", [1, 3, 400])
def test_copytruncate(tmp_path: Path, follow: Open, after: int) -> None:
    """The new content may be shorter than what was read, as long, or longer."""
    path = tmp_path / "app.log"
    book = follow(path)
    append(path, line(0) + line(1) + line(2))
    book.poll()
    append(path, line(3) + line(4)[:20])
    book.poll()
    append(path, line(4)[20:] + line(5))
    shutil.copy(path, tmp_path / "app.log.1")
    os.truncate(path, 0)
    append(path, "".join(map(line, range(6, 6 + after))))
    book.poll()
    assert messages(book) == numbered(*range(6 + after))


def test_copytruncate_of_a_file_that_was_empty_when_it_was_read(tmp_path: Path, follow: Open) -> None:
    """Nothing of it was read before it was copied, nor between copy and truncation, and the second time again."""
    path = tmp_path / "app.log"
    append(tmp_path / "app.log.9", line(0))
    os.utime(tmp_path / "app.log.9", (1000, 1000))
    path.touch()
    book = follow(path)
    book.poll()
    append(path, line(1) + line(2))
    shutil.copy(path, tmp_path / "app.log.2")
    os.truncate(path, 0)
    append(path, line(3))
    book.poll()
    assert messages(book) == numbered(1, 2, 3)
    os.truncate(path, 0)
    book.poll()
    append(path, line(4))
    shutil.copy(path, tmp_path / "app.log.1")
    append(path, line(5))
    book.poll()
    os.truncate(path, 0)
    append(path, line(6))
    book.poll()
    assert messages(book) == numbered(*range(1, 7))


def test_copytruncate_twice_after_more_was_read_than_was_copied(tmp_path: Path, follow: Open) -> None:
    path, first, second = tmp_path / "app.log", tmp_path / "app.log.2", tmp_path / "app.log.1"
    book = follow(path)
    append(path, line(0) + line(1))
    book.poll()
    shutil.copy(path, first)
    append(path, line(2))
    book.poll()
    os.truncate(path, 0)
    append(path, line(3) + line(4))
    shutil.copy(path, second)
    os.truncate(path, 0)
    append(path, line(5))
    for copy in (first, second):  # later than what was read last, in whose tick they were made
        os.utime(copy, ns=(0, path.stat().st_mtime_ns + 10**9))
    book.poll()
    assert messages(book) == numbered(*range(6))


def test_copytruncate_that_has_copied_and_not_truncated_yet(tmp_path: Path, follow: Open) -> None:
    path, copied = tmp_path / "app.log", tmp_path / "app.log.1"
    book = follow(path)
    append(path, line(0) + line(1))
    book.poll()
    os.truncate(path, 0)
    append(path, line(2) + line(3))
    shutil.copy(path, copied)
    os.utime(copied, ns=(0, path.stat().st_mtime_ns + 10**9))
    append(path, line(4))
    book.poll()
    assert messages(book) == numbered(*range(5))
    os.truncate(path, 0)
    append(path, line(5))
    book.poll()
    assert messages(book) == numbered(*range(6))


def test_what_is_too_much_to_keep_up_with_is_passed_over_and_said(
    tmp_path: Path, follow: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept has no gap: of what was skipped all is read anew by who goes back."""
    size = len(line(0))
    monkeypatch.setattr(following, "AT_ONCE", 20 * size)
    monkeypatch.setattr(following, "MOST_BEHIND", 50 * size)
    path = tmp_path / "app.log"
    append(path, line(0) + line(1))
    book = follow(path)
    book.poll()
    append(path, "".join(map(line, range(2, 42))))
    book.poll()
    assert book.behind == 20 * size
    assert messages(book) == numbered(*range(22))
    book.poll()
    assert (book.behind, book.problems) == (0, ())
    assert messages(book) == numbered(*range(42))
    append(path, "".join(map(line, range(42, 100))))
    while book.poll() or book.behind:
        pass
    assert [notice.id for notice in book.problems] == ["logs.skipped"]
    assert messages(book) == numbered(*range(80, 100))
    hour = datetime(2025, 10, 16, 10, tzinfo=UTC)
    found = latest(book, Period(hour, hour + timedelta(hours=1)), Match())
    assert [entry.message for entry in reversed(found)] == numbered(*range(100))
    looked = Browser(book)
    looked.refresh()
    while not looked.at_start:
        looked._read_older(lambda: False)
    assert [entry.message for entry in looked.all()] == numbered(*range(100))


@pytest.mark.parametrize("rotating", [False, True])
def test_a_file_that_is_far_behind_when_it_is_rotated_is_read_to_its_end(
    tmp_path: Path, follow: Open, monkeypatch: pytest.MonkeyPatch, rotating: bool
) -> None:
    monkeypatch.setattr(following, "AT_ONCE", 3 * len(line(0)))
    path = tmp_path / "app.log"
    append(path, line(0))
    book = follow(path)
    book.poll()
    append(path, "".join(map(line, range(1, 20))))
    if rotating:
        path.rename(tmp_path / "app.log.1")
    else:
        path.unlink()
    append(path, line(20))
    while book.poll() or book.behind:
        pass
    assert messages(book) == numbered(*range(21))


def test_old_files_beside_a_truncated_one_are_left_alone(tmp_path: Path, follow: Open) -> None:
    path = tmp_path / "app.log"
    append(tmp_path / "app.log.1", line(0))
    append(path, line(1) + line(2))
    os.utime(tmp_path / "app.log.1", (1000, 1000))
    book = follow(path)
    book.poll()
    path.write_text(line(3))
    book.poll()
    assert messages(book) == numbered(1, 2, 3)


def test_copytruncate_under_a_writer_that_keeps_its_offset(tmp_path: Path, follow: Open) -> None:
    path = tmp_path / "app.log"
    book = follow(path)
    with path.open("w") as file:
        file.write("".join(map(line, range(100))))
        file.flush()
        book.poll()
        shutil.copy(path, tmp_path / "app.log-20251016")
        os.truncate(path, 0)
        file.write(line(100))  # leaves a hole before it
        file.flush()
        book.poll()
    assert path.read_bytes().startswith(b"\0" * 1000)
    assert messages(book) == numbered(*range(101))


def test_a_file_that_appears_late_and_one_that_is_replaced(tmp_path: Path, follow: Open) -> None:
    path = tmp_path / "logs" / "app.log"
    book = follow(path)
    book.poll()
    assert [notice.id for notice in book.problems] == ["logs.missing"]
    path.parent.mkdir()
    append(path, line(0))
    book.poll()
    assert book.problems == ()
    path.unlink()
    book.poll()
    append(path, line(1))
    book.poll()
    assert messages(book) == numbered(0, 1)


def test_the_last_line_waits_for_its_end(tmp_path: Path, follow: Open) -> None:
    path = tmp_path / "app.log"
    book = follow(path)
    append(path, line(0) + line(1)[:-3])
    assert book.poll() == 1
    version = book.version
    assert book.poll() == 0
    assert book.version == version
    append(path, line(1)[-3:])
    assert book.poll() == 1
    assert messages(book) == numbered(0, 1)


def test_a_traceback_that_arrives_in_pieces(tmp_path: Path, follow: Open) -> None:
    path = tmp_path / "app.log"
    book = follow(path)
    append(path, line(0) + "Traceback (most recent call last):\n")
    book.poll()
    version = book.version
    append(path, '  File "x.py", line 1, in x\nValueError: x\n')
    assert book.poll() == 0
    assert book.version != version
    assert book[0].more == ("Traceback (most recent call last):", '  File "x.py", line 1, in x', "ValueError: x")


def test_of_a_large_file_the_end_is_read(tmp_path: Path, follow: Open) -> None:
    path = tmp_path / "app.log"
    with path.open("wb") as file:
        file.truncate(10 * 2**30)  # a hole: it takes no room on the disk
        file.seek(0, os.SEEK_END)
        file.write(b"\n" + "".join(map(line, range(1000))).encode())
    book = follow(path)
    book.poll()
    assert messages(book) == numbered(*range(1000))
    assert book.problems == ()


def test_of_many_short_lines_few_are_read_at_first(tmp_path: Path, follow: Open) -> None:
    for length, least, most in ((60, 200, 1000), (2000, 100, 200)):
        path = tmp_path / f"{length}.log"
        lines = [line(n).rstrip("\n") + "x" * length + "\n" for n in range(600_000 // length)]
        path.write_text("".join(lines))
        book = follow(path)
        book.poll()
        assert least <= len(book) <= most
        assert lines[-1].endswith(f"{book[-1].message}\n")


@pytest.mark.parametrize(("more", "first"), [(0, 5), (1, 5), (-1, 6), (-len(line(0)), 6), (1 - len(line(0)), 6)])
def test_where_the_end_begins(tmp_path: Path, more: int, first: int) -> None:
    """A line is read if it lies within the bytes that are read, from its very first one."""
    path = tmp_path / "app.log"
    append(path, "".join(map(line, range(10))))
    file = FollowedFile(Place(path), first_look=5 * len(line(0)) + more)
    lines = [text for block in file.read() for text in block.lines]
    file.close()
    assert lines == [line(n).strip().encode() for n in range(first, 10)]


def test_of_rotated_files_the_latest_are_read(tmp_path: Path) -> None:
    size = len(line(0))
    names = ["app.log.10", "app.log.9", "app.log.1", "app.log"]
    for place, name in enumerate(names):
        append(tmp_path / name, line(2 * place) + line(2 * place + 1))
        os.utime(tmp_path / name, (1000, 1000))  # as when a copy lost their times
    places, _ = find([tmp_path / "app.log*"])
    (place_of_all,) = places
    file = FollowedFile(place_of_all, first_look=5 * size)
    lines = [text for block in file.read() for text in block.lines]
    file.close()
    assert lines == [line(n).strip().encode() for n in range(3, 8)]
    assert file.skipped == 0


def test_what_cannot_be_read_is_said(tmp_path: Path, follow: Open) -> None:
    os.mkfifo(tmp_path / "pipe.log")
    packed = tmp_path / "app.log.1.gz"
    packed.touch()
    names = ["", "pipe.log", "app.log.1.gz", "no\0name.log", "*.txt", "pipe.log/x"]
    book = follow(*(tmp_path / name for name in names))
    book.poll()
    assert {notice.id for notice in book.problems} == {
        "logs.directory",
        "logs.not_a_file",
        "logs.compressed",
        "logs.failed",
        "logs.no_match",
        "logs.missing",
    }


NOISE = random.Random(1).randbytes(400_000)
BINARY = {
    "noise": NOISE,
    "few bytes": NOISE[:200],
    "noise and NUL bytes": NOISE[:5000] + bytes(5000) + NOISE[5000:],
    "noise behind a hole": bytes(9000) + NOISE,
    "NUL bytes": bytes(5000),
    "a program": Path(sys.executable).read_bytes()[:2_000_000],
    "a database": b"SQLite format 3\0\x10\0\1\1\0\x40\x20\x20" + struct.pack(">20I", *range(20)) + bytes(4000),
    "packed": gzip.compress(NOISE),
    "numbers": struct.pack("<900q", *range(900)),
}
TEXT = {
    "stray NUL bytes": "".join(line(n).replace("n", "n\0", 1) for n in range(50)).encode(),
    "a hole": line(0).encode() + bytes(400) + line(1).encode() * 9,
    "a long hole": bytes(400_000) + line(1).encode(),
    "space set aside": line(0).encode() + bytes(60_000),
    "Korean of old": "결제 모듈이 응답하지 않습니다\n".encode("cp949") * 50,
    "UTF-16": codecs.BOM_UTF16_LE + line(0).encode("utf-16-le") * 50,
    "colours": b"\x1b[32mINFO\x1b[0m ok\x07\r\n" * 50,
    "one long line": b"x" * 3_000_000,
    "little": b"\xff\0\1\n",
    "nothing": b"",
}


@pytest.mark.parametrize("name", BINARY)
def test_a_file_that_is_no_text_is_said_to_look_so(tmp_path: Path, follow: Open, name: str) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(BINARY[name])
    book = follow(path)
    book.poll()
    assert [n for n in book.problems if n.id == "logs.binary"] == [Notice("logs.binary", {"path": str(path)})]
    path.rename(tmp_path / "old")
    append(path, line(1))
    book.poll()
    assert "logs.binary" not in {notice.id for notice in book.problems}


@pytest.mark.parametrize("name", TEXT)
@pytest.mark.parametrize("there", [True, False])
def test_text_is_not_said_to_be_none_whatever_is_wrong_with_it(
    tmp_path: Path, follow: Open, name: str, there: bool
) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(TEXT[name] if there else b"")
    book = follow(path)
    book.poll()
    path.write_bytes(TEXT[name])
    while book.poll() or book.behind:
        pass
    assert "logs.binary" not in {notice.id for notice in book.problems}


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path, follow: Open) -> None:
    path = tmp_path / "app.log"
    append(path, line(0))
    path.chmod(0)
    book = follow(path)
    book.poll()
    assert [notice.id for notice in book.problems] == ["logs.unreadable"]


@pytest.mark.parametrize(("length", "cut"), [(LINE_LIMIT, 0), (LINE_LIMIT + 1, 1), (5 * LINE_LIMIT, 1)])
@pytest.mark.parametrize("pieces", [1, 3])
def test_where_a_line_is_cut(length: int, cut: int, pieces: int) -> None:
    lines = Lines()
    text = b"x" * length + b"\nafter\n"
    size = (length + pieces - 1) // pieces
    blocks = [lines.feed(text[start : start + size], start) for start in range(0, len(text), size)]
    assert [line for block in blocks for line in block.lines] == [b"x" * min(length, LINE_LIMIT + 1), b"after"]
    assert [start for block in blocks for start in block.starts] == [0, length + 1]
    assert lines.cut == cut


PIECES = st.lists(
    st.sampled_from(
        [
            b"2025-10-16 10:00:00 [   ERROR] app - ",
            b"2025-10-16 09:00:00,5 [    INFO] app - x\n",
            b"Traceback (most recent call last):\n",
            b"  indented\n",
            b"\n",
            b"\r\n",
            b"\xff",
            "환불".encode(),
            b"\0\0",
            b"word",
            b"word" * 20_000,
        ]
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=PIECES, cuts=st.lists(st.integers(0, 400), max_size=10), data=st.data())
def test_however_the_bytes_come_the_entries_are_the_same(
    tmp_path: Path, pieces: list[bytes], cuts: list[int], data: st.DataObject
) -> None:
    text = b"".join(pieces) + b"\n"
    places = sorted({0, len(text), *(min(cut, len(text)) for cut in cuts), data.draw(st.integers(0, len(text)))})
    path = tmp_path / "app.log"
    path.write_bytes(b"")
    growing = LogBook([path], UTC)
    growing.poll()  # of what is there at first only the end is read
    for start, stop in itertools.pairwise(places):
        with path.open("ab") as file:
            file.write(text[start:stop])
        growing.poll()
    at_once = tmp_path / "once" / "app.log"
    at_once.parent.mkdir(exist_ok=True)
    at_once.write_bytes(b"")
    whole = LogBook([at_once], UTC)
    whole.poll()
    at_once.write_bytes(text)
    whole.poll()
    assert all_entries(growing) == all_entries(whole)
    assert [notice.id for notice in growing.problems] == [notice.id for notice in whole.problems]
    growing.close()
    whole.close()
    path.unlink()
    at_once.unlink()


def all_entries(book: LogBook) -> list[LogEntry]:
    return book.entries(0, len(book))
