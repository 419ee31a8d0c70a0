"""Whichever way a log is read, forwards, backwards, by time, from the end or by counting, its entries are the same."""

from __future__ import annotations

import bz2
import gzip
import lzma
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aiops_tui.model.filters import Filter
from aiops_tui.model.records import LEVELS, Found, LogEntry
from aiops_tui.model.window import Period
from aiops_tui.source.logs import Browser, LogBook, Match, browser, cells, counts, hits, latest, match, match_of, pages
from aiops_tui.source.logs.counts import LONG_STEP, STEP
from aiops_tui.source.logs.dialects import NO_TIME
from aiops_tui.source.logs.folds import kind_of
from aiops_tui.source.logs.loads import Loads, loads
from aiops_tui.source.logs.match import ExpressionError, places_of
from aiops_tui.source.logs.pages import Pages
from aiops_tui.source.logs.places import Place
from aiops_tui.source.logs.source import number_of, place_of

ZONE = ZoneInfo("UTC")
START = datetime(2025, 10, 16, 10, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ALL = Period(datetime(2000, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))
Row = tuple[int, int, str, tuple[str, ...]]


def never() -> bool:
    return False


def at_once(wish: Callable[[Callable[[], bool]], None], hunting: tuple[Match, int] | None = None) -> None:
    wish(never)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read in pieces so small that some lines of the tests are longer than many."""
    monkeypatch.setattr(pages, "_PROBE", 64)
    monkeypatch.setattr(pages, "MOST", 4096)
    monkeypatch.setattr(pages, "APART", 100)
    monkeypatch.setattr(match, "SEARCHED", 500)
    monkeypatch.setattr(counts, "PIECE", 700)
    monkeypatch.setattr(browser, "PAGE", 5)


def line(seconds: float, message: str, level: str = "INFO") -> str:
    return f"{START + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S} [{level:>8}] app - {message}\n"


PIECES = st.lists(
    st.one_of(
        st.builds(
            line,
            st.integers(0, 400),
            st.sampled_from(["plain", "환불 요청", "x" * 300, 'needle "7"']),
            st.sampled_from(["INFO", "ERROR", "WARNING", "DEBUG", "Level 25"]),
        ),
        st.sampled_from(
            [
                "Traceback (most recent call last):\n  File 'x'\n    raise X\nX: needle\n",
                "  indented\n",
                "no time at all\n",
                "INFO:     127.0.0.1:5000 - GET /\n",
                "\n",
                "carriage\r\n",
                "y" * 900 + "\n",
                '{"time": "2025-10-16T10:03:00Z", "level": "error", "message": "json"}\n',
                "[2025-10-16 10:02:37] WARNING - CPU:12.3% | MEM:45.6% | DISK:70.1%\n",
                "time=2025-10-16T10:01:00Z level=warn msg=logfmt\n",
                "2025-10-16 10:00:59,123 [   ERROR] app - with a fraction\n",
                "2025-10-16 10:00:60 [    INFO] app - a leap second\n",
                "9998-01-01 00:00:00 [    INFO] app - absurd\n",
            ]
        ),
    ),
    max_size=60,
)
PROPERTY = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def opened(*paths: Path, keep: int = 50_000) -> LogBook:
    book = LogBook(paths, ZONE, keep)
    book.poll()
    return book


def written(folder: Path, texts: list[list[str]]) -> list[Path]:
    for path in folder.iterdir():
        path.unlink()
    found = []
    for place, pieces in enumerate(texts):
        found.append(folder / f"{place}.log")
        found[-1].write_text("".join(pieces), newline="")
    return found


def rows_of(log: Pages, low: int, high: int) -> list[Row]:
    batch = log.parse(low, high)
    rows = batch.rows
    extras = {number: tuple(extra.lines) for number, extra in batch.extras.items()}
    return [
        (number, level, message, extras.get(number, ()))
        for number, level, message in zip(rows.numbers, rows.levels, rows.messages, strict=True)
    ]


@PROPERTY
@given(pieces=PIECES)
def test_backwards_forwards_and_whole(tmp_path: Path, pieces: list[str]) -> None:
    (path,) = written(tmp_path, [pieces])
    book = opened(path)
    log = book.pages[0]
    assert isinstance(log, Pages)
    end = log.chain.high
    whole = rows_of(log, 0, end)
    forwards: list[Row] = []
    position = 0
    while (page := log.after(position, 128)) is not None and page.high > position:
        forwards += rows_of(log, page.low, page.high)
        position = page.high
    assert forwards == whole
    backwards: list[Row] = []
    position = end
    while (page := log.before(position, 128)) is not None:
        backwards = rows_of(log, page.low, page.high) + backwards
        position = page.low
    assert backwards == whole
    book.close()


@pytest.mark.parametrize("step", [STEP, LONG_STEP])
@PROPERTY
@given(texts=st.lists(PIECES, min_size=1, max_size=3))
def test_the_counts_are_those_of_the_entries(tmp_path: Path, texts: list[list[str]], step: int) -> None:
    book = opened(*written(tmp_path, texts))
    expected: Counter[tuple[str, str, int]] = Counter()
    for index, log in book.pages.items():
        assert isinstance(log, Pages)
        rows = log.parse(0, log.chain.high).rows
        for at, level in zip(rows.times, rows.levels, strict=True):
            if at != NO_TIME and at < 2_000_000_000_000:
                expected[LEVELS[level], book.sources[index], at // step] += 1
    asked = ALL if step == LONG_STEP else Period(START - timedelta(hours=2), START + timedelta(hours=1))
    found = cells(book, [asked], Match())
    counted = Counter[tuple[str, str, int]]()
    for at, level, source, n in found.iter_rows():
        if at < 2_000_000_000_000:
            counted[level, source, at // step] += n
    assert counted == expected
    book.close()


@PROPERTY
@given(texts=st.lists(PIECES, min_size=1, max_size=3), filter_text=st.sampled_from(["", "level:error", '"needle"']))
def test_what_is_seen_by_going_back_is_all_there_is(tmp_path: Path, texts: list[list[str]], filter_text: str) -> None:
    """From the end, of which only little was kept, back to the beginning, and from there on to the end again."""
    paths = written(tmp_path, texts)
    book, small = opened(*paths), opened(*paths, keep=4)
    wanted = match_of(Filter.parse(filter_text), book.sources)
    with book.lock:
        rows, extras, _ = book.tail()
        expected = [n for p, n in enumerate(rows.numbers) if wanted.wants(rows, p, extras.get(n))]
    looked = Browser(small)
    looked.refresh()
    looked._narrow(wanted, never)
    for _ in range(len(expected) + 2):
        looked._read_older(never)
    assert looked.at_start
    numbers = [looked[place].number for place in range(len(looked))]
    assert sorted(numbers) == sorted(expected)
    for index in range(len(paths)):
        ours = [number for number in numbers if place_of(number)[0] == index]
        assert ours == sorted(ours), "each log keeps its own order"
    looked._load(-(2**62), never)
    while not looked.at_end:
        looked._read_newer(never)
    assert sorted(looked[place].number for place in range(len(looked))) == sorted(expected)
    book.close()
    small.close()


@pytest.mark.parametrize("n", [1, 10, 3000])
def test_by_time(tmp_path: Path, n: int) -> None:
    (path,) = written(tmp_path, [[line(second, f"{second}") for second in range(n)]])
    book = opened(path)
    looked = Browser(book)
    looked.refresh()
    for second in {0, n // 3, n - 1}:
        looked._load(round((START + timedelta(seconds=second)).timestamp() * 1000), never)
        number = looked.arrival.number
        assert number is not None
        place = looked.place(number)
        assert place is not None
        assert looked[place].message == f"{second}"
    looked._load(2**61, never)
    assert looked[len(looked) - 1].message == f"{n - 1}"
    book.close()


@pytest.mark.parametrize("packing", ["gz", "bz2", "xz"])
def test_rotated_and_packed_files_are_read_when_one_goes_back(tmp_path: Path, packing: str) -> None:
    path = tmp_path / "app.log"
    pack: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}
    texts = ["".join(line(second, f"{second}") for second in range(start, start + 40)) for start in (0, 40, 80, 120)]
    (tmp_path / f"app.log.3.{packing}").write_bytes(pack[packing](texts[0].encode()))
    (tmp_path / f"app.log.2.{packing}").write_bytes(pack[packing](texts[1].encode()))
    (tmp_path / "app.log.1").write_text(texts[2])
    path.write_text(texts[3])
    book = opened(path)
    looked = Browser(book)
    looked.refresh()
    while not looked.at_start:
        looked._read_older(never)
    assert [looked[place].message for place in range(len(looked))] == [str(n) for n in range(160)]
    assert cells(book, [ALL], Match())["n"].sum() == 160
    book.close()


def test_an_entry_is_the_same_after_its_file_was_rotated_away(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_text("".join(line(second, f"{second}") for second in range(50)))
    book = LogBook([path], ZONE, 10)
    book.poll()
    first = number_of(0, 0)
    path.rename(tmp_path / "app.log.1")
    path.write_text(line(50, "50"))
    book.poll()
    (tmp_path / "app.log.1").rename(tmp_path / "app.log.2")
    path.rename(tmp_path / "app.log.1")
    path.write_text(line(51, "51"))
    book.poll()
    looked = Browser(book)
    looked.refresh()
    looked._go(first, never)
    place = looked.place(first)
    assert place is not None
    assert looked[place].message == "0"
    while not looked.at_end:
        looked._read_newer(never)
    assert [looked[place].message for place in range(len(looked))][-3:] == ["49", "50", "51"]
    book.close()


def test_the_next_error_and_the_next_hit_are_found_wherever_they_are(tmp_path: Path) -> None:
    one = [line(n, f"{n}", "ERROR" if n == 20 else "INFO") for n in range(0, 1000, 2)]
    two = [line(n, f"{n} Needle" if n in {31, 701} else f"{n}") for n in range(1, 1000, 2)]
    book = opened(*written(tmp_path, [one, two]), keep=20)
    looked = Browser(book)
    looked.refresh()
    looked._begin = at_once  # type: ignore[method-assign]

    def here() -> LogEntry:
        assert looked.arrival.number is not None
        place = looked.place(looked.arrival.number)
        assert place is not None
        return looked[place]

    looked.next_error(-1, looked[len(looked) - 1].number)
    assert here().message == "20"
    looked.find("needle", 1, here().number)
    assert here().message == "31 Needle"
    looked.find("/need[l]e$/", 1, here().number)
    assert here().message == "701 Needle"
    looked.find("needle", 1, here().number)
    assert looked.arrival.missed
    looked.find("(", -1, None)
    assert looked.arrival.missed
    book.close()


def test_what_is_asked_for_again_before_it_was_found_goes_one_further_each_time(tmp_path: Path) -> None:
    book = opened(
        *written(tmp_path, [[line(n, f"{n}", "ERROR" if n % 100 == 50 else "INFO") for n in range(1000)]]), keep=20
    )
    looked = Browser(book)
    looked.refresh()
    last, arrived = looked[len(looked) - 1].number, threading.Event()
    for _ in range(3):
        looked.next_error(-1, last)
    arrivals: list[int] = []

    def listen() -> None:
        if looked.arrival.number is not None and looked.arrival.number not in arrivals:
            arrivals.append(looked.arrival.number)
        if len(arrivals) == 3:
            arrived.set()

    looked.listener = listen
    thread = threading.Thread(target=looked.run)
    thread.start()
    assert arrived.wait(30)
    places = [looked.place(number) for number in arrivals]
    looked.stop()
    thread.join()
    assert looked.arrival.serial == 3, "nowhere but to what is sought"
    assert places[-1] is not None
    assert looked[places[-1]].message == "750"
    book.close()


def counted(looked: Browser) -> None:
    while looked._hits is not None and looked._hits.left:
        looked._count_on()


@PROPERTY
@given(
    texts=st.lists(PIECES, min_size=1, max_size=3),
    more=PIECES,
    sought=st.sampled_from(["needle", "/x: need|time/", "x"]),
    filter_text=st.sampled_from(["", "-level:error"]),
)
def test_hits_are_counted_in_their_order_and_as_logs_grow(
    tmp_path: Path, texts: list[list[str]], more: list[str], sought: str, filter_text: str
) -> None:
    paths = written(tmp_path, texts)
    book = opened(*paths)
    looked = Browser(book)
    looked._narrow(match_of(Filter.parse(filter_text), book.sources), never)
    looked.count(sought)
    for _ in range(3):
        assert looked._hits is not None
        looked._count_on()
    with paths[0].open("a", newline="") as file:
        file.write("".join(more))
    book.poll()
    looked.refresh()
    counted(looked)
    assert looked._hits is not None
    wanted = looked._hits.wanted
    with book.lock:
        rows, extras, _ = book.tail()
        expected = [n for p, n in enumerate(rows.numbers) if wanted.wants(rows, p, extras.get(n))]
        others = set(rows.numbers) - set(expected)
    found = [looked.found(number) for number in expected]
    assert {hit.n for hit in found if hit} <= {len(expected)}
    places = {number: hit.place for number, hit in zip(expected, found, strict=True) if hit}
    assert len(places) == len(expected)
    for index in range(len(paths)):
        ours = [places[number] or 0 for number in expected if place_of(number)[0] == index]
        assert ours == sorted(set(ours)), "each log keeps its own order"
    if len(paths) == 1:
        assert list(places.values()) == list(range(1, len(expected) + 1))
    for number in [None, *others]:
        hits = looked.found(number)
        assert hits is not None
        assert (hits.n, hits.place, hits.counting) == (len(expected), None, False)
    book.close()


def test_counting_hits_waits_for_wishes_ends_when_it_is_told_to_and_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hits, "MOST", 100)
    (path,) = written(tmp_path, [[line(n, f"needle {n}") for n in range(1000)]])
    book = opened(path)
    looked = Browser(book)
    thread = threading.Thread(target=looked.run, daemon=True)
    thread.start()
    told = threading.Event()
    looked.listener = told.set
    looked.count("needle")

    def found() -> Found:
        return looked.found(None) or Found(0)

    while found().counting:
        told.wait(10)
        told.clear()
    assert 100 <= found().n < 200
    assert found().most
    looked.count("needle 7 ")
    looked.latest()
    while not looked.arrival.serial or found().counting:
        told.wait(10)
        told.clear()
    assert found().n == 0
    looked.count("(")
    looked.count("/(/")
    assert found().n == 0
    looked.count("")
    assert looked.found(None) is None
    looked.stop()
    thread.join(10)
    assert not thread.is_alive()
    book.close()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("level:error", {"boom", "worse"}),
        ("level>=error", {"boom", "worse", "dead"}),
        ("-level:info", {"boom", "worse", "dead"}),
        ("source:a level:error", {"boom"}),
        ("-source:a", {"worse", "calm b"}),
        ('"TRACE"', {"boom"}),
        ("/w[oa]rs/", {"worse"}),
        ("-/calm/", {"boom", "worse", "dead"}),
        ("topic:x", {"boom", "worse", "dead", "calm a", "calm b"}),
    ],
)
def test_filters(tmp_path: Path, text: str, expected: set[str]) -> None:
    (tmp_path / "a.log").write_text(
        line(1, "boom", "ERROR") + "  a trace\n" + line(2, "calm a") + line(3, "dead", "CRITICAL")
    )
    (tmp_path / "b.log").write_text(line(1, "worse", "ERROR") + line(2, "calm b"))
    book = opened(tmp_path / "*.log")
    wanted = match_of(Filter.parse(text), book.sources)
    found = {entry.message for entry in latest(book, ALL, wanted)}
    assert found == expected
    assert cells(book, [ALL], wanted)["n"].sum() == len(expected)
    looked = Browser(book)
    looked.refresh()
    looked._narrow(wanted, never)
    assert {looked[place].message for place in range(len(looked))} == expected
    book.close()


def test_who_narrows_the_list_and_at_once_looks_for_something_gets_both(tmp_path: Path) -> None:
    lines = [line(n, f"{n}", "ERROR" if n % 2 else "INFO") for n in range(40)]
    (tmp_path / "a.log").write_text("".join(lines))
    book = opened(tmp_path / "a.log")
    looked = Browser(book)
    looked.refresh()
    looked.show_only(Filter.parse("level:error"), frozenset())
    looked.seek(START + timedelta(seconds=20))
    arrived = threading.Event()
    looked.listener = lambda: arrived.set() if looked.arrival.number is not None else None
    thread = threading.Thread(target=looked.run)
    thread.start()
    assert arrived.wait(30)
    looked.stop()
    thread.join()
    assert {entry.level for entry in looked.all()} == {"error"}
    place = looked.place(looked.arrival.number or 0)
    assert place is not None and looked[place].message == "21"
    book.close()


def test_a_period_that_cuts_a_bucket_is_counted_to_the_entry(tmp_path: Path) -> None:
    (path,) = written(tmp_path, [[line(n, f"{n}") for n in range(100)]])
    book = opened(path)
    period = Period(START + timedelta(seconds=13), START + timedelta(seconds=57))
    found = cells(book, [period], Match())
    low, high = ((bound - EPOCH) // timedelta(milliseconds=1) for bound in (period.start, period.end))
    assert sum(n for at, _, _, n in found.iter_rows() if low <= at < high) == 44
    book.close()


def test_counting_can_be_cancelled_and_taken_up_again(tmp_path: Path) -> None:
    (path,) = written(tmp_path, [[line(n, f"{n}") for n in range(500)]])
    book = opened(path)
    steps = iter([False, False, False])
    cells(book, [ALL], Match(), lambda: next(steps, True))
    seen: list[tuple[int, int]] = []
    assert cells(book, [ALL], Match(), progress=lambda done, of: seen.append((done, of)))["n"].sum() == 500
    assert seen
    with path.open("a") as file:
        file.write(line(501, "more", "ERROR") + "Traceback (most recent call last):\n")
    book.poll()
    found = cells(book, [ALL], Match())
    assert found["n"].sum() == 501
    assert found.filter(level="error")["n"].sum() == 1
    book.close()


def test_a_line_longer_than_all_is_passed_both_ways(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    with path.open("w") as file:
        file.write(line(0, "before") + line(1, "z" * 200_000) + "w" * 100_000 + "\n" + line(2, "after"))
    book = opened(path)
    log = book.pages[0]
    assert isinstance(log, Pages)
    position, heads = log.chain.high, []
    while (page := log.before(position, 128)) is not None:
        heads += [message[:6] for message in reversed(page.batch.rows.messages)]
        position = page.low
    assert heads == ["after", "wwwwww", "zzzzzz", "before"]
    book.close()


@pytest.fixture
def walked(tmp_path: Path) -> Iterator[tuple[Path, LogBook, Browser]]:
    path = tmp_path / "app.log"
    path.write_text("".join(line(n, f"{n}") for n in range(30)))
    book = LogBook([path], ZONE, 10)
    book.poll()
    looked = Browser(book)
    looked.refresh()
    yield path, book, looked
    book.close()


def test_what_one_reads_stays_while_the_log_goes_on(walked: tuple[Path, LogBook, Browser]) -> None:
    path, book, looked = walked
    looked.following = False
    looked._read_older(never)
    first = looked[0].number
    for start in range(30, 120, 15):
        with path.open("a") as file:
            file.write("".join(line(n, f"{n}") for n in range(start, start + 15)))
        book.poll()
        looked.refresh()
        assert looked[0].number == first
    while not looked.at_end:
        looked._read_newer(never)
    assert [looked[place].message for place in range(len(looked))][-110:] == [str(n) for n in range(10, 120)]
    assert looked.arrived == 120


@pytest.mark.parametrize("filter_text", ["", "level:error", '"needle"'])
def test_who_follows_the_end_stays_there_whatever_was_read_before_it(tmp_path: Path, filter_text: str) -> None:
    """Entries go from the end all the time; what is wanted of them is not lost, and none of the others shown."""
    path = tmp_path / "app.log"
    path.touch()
    book = opened(path, keep=10)
    looked = Browser(book)
    looked._begin = at_once  # type: ignore[method-assign]
    looked.show_only(Filter.parse(filter_text), frozenset())
    looked.older()  # there is nothing yet
    wanted: list[str] = []
    for n in range(200):
        level, message = ("ERROR", f"{n} needle") if n % 17 == 5 else ("INFO", f"{n}")
        if not filter_text or level == "ERROR":
            wanted.append(message)
        with path.open("a") as file:
            file.write(line(n, message, level))
        book.poll()
        looked.refresh()
        if n == 50:
            looked.older()
        assert looked.at_end
        if wanted:
            assert looked[len(looked) - 1].message == wanted[-1]
    shown = [entry.message for entry in looked.all()]
    assert shown == wanted[-len(shown) :]
    assert len(shown) >= (10 if not filter_text else len(wanted))
    book.close()


def test_nothing_is_taken_for_the_beginning_before_the_end_was_read(tmp_path: Path) -> None:
    (path,) = written(tmp_path, [[line(n, f"{n}") for n in range(50)]])
    book = LogBook([path], ZONE, keep=10)
    book._open([Place(path)])  # as far as a first poll that is under way has come
    looked = Browser(book)
    looked._begin = at_once  # type: ignore[method-assign]
    looked.older()
    looked.show_only(Filter.parse('"9"'), frozenset())
    assert looked._stretch is None
    book.poll()
    looked.refresh()
    while not looked.at_start:
        looked.older()
    assert [entry.message for entry in looked.all()] == ["9", "19", "29", "39", "49"]
    book.close()


def folded(tmp_path: Path, lines: list[str], keep: int = 50_000) -> tuple[LogBook, Browser]:
    book = opened(*written(tmp_path, [lines]), keep=keep)
    looked = Browser(book, folding=True)
    looked.refresh()
    looked._begin = at_once  # type: ignore[method-assign]
    return book, looked


def test_ten_thousand_equal_errors_are_one_line_that_can_be_unfolded(tmp_path: Path) -> None:
    said = "user u{0} 'name {0}' timed out after {0}.5 ms (id=deadbeef{0:04})"
    errors = [line(n // 50, said.format(n), "ERROR") for n in range(10_000)]
    book, looked = folded(tmp_path, [line(0, "begun"), *errors, line(300, "went on")])
    while not looked.at_start:
        looked._read_older(never)
    assert [looked[row].repeats for row in range(len(looked))] == [1, 10_000, 1]
    assert looked[1].message.startswith("user u9999"), "the latest is shown"
    assert len(looked.all()) == 10_002
    looked.fold(looked[1].number)
    assert len(looked) == 10_002
    assert looked[1].repeats == 1
    looked.fold(looked[500].number)
    assert len(looked) == 3
    book.close()


def test_an_error_is_gone_to_once_however_often_it_was_repeated(tmp_path: Path) -> None:
    alike = [line(10 + n, f"failed {n}", "ERROR") for n in range(20)]
    lines = [line(0, "early", "ERROR"), line(1, "x"), *alike, line(40, "y"), line(41, "late", "ERROR")]
    book, looked = folded(tmp_path, lines, keep=5)

    def after(step: int, number: int) -> int:
        looked.next_error(step, number)
        place = None if looked.arrival.number is None else looked.place(looked.arrival.number)
        assert place is not None
        return place

    seen = [looked[len(looked) - 1].message]
    place = len(looked) - 1
    for step in (-1, -1, 1, 1):
        place = after(step, looked[place].number)
        seen.append(looked[place].message)
    assert seen == ["late", "failed 19", "early", "failed 19", "late"]
    book.close()


def test_what_is_found_among_repetitions_is_shown(tmp_path: Path) -> None:
    book, looked = folded(tmp_path, [line(0, "x"), *(line(n, f"failed {n}", "ERROR") for n in range(100, 200))])
    assert len(looked) == 2
    looked.find("failed 142", 0, looked[1].number)
    assert looked.arrival.number is not None
    place = looked.place(looked.arrival.number)
    assert place is not None
    assert looked[place].message == "failed 142"
    book.close()


@PROPERTY
@given(text=PIECES, opened_at=st.integers(0, 60))
def test_what_is_folded_is_all_there_is_in_its_order(tmp_path: Path, text: list[str], opened_at: int) -> None:
    book, looked = folded(tmp_path, text)
    plain = Browser(book)
    plain.refresh()
    expected = [plain[place].number for place in range(len(plain))]
    assert [entry.number for entry in looked.all()] == expected
    assert sum(looked[row].repeats for row in range(len(looked))) == len(expected)
    for row in range(len(looked)):
        assert looked.place(looked[row].number) == row
    if expected:
        rows = len(looked)
        number = expected[opened_at % len(expected)]
        looked.fold(number)
        place = looked.place(number)
        assert place is not None
        assert looked[place].number == number
        looked.fold(number)
        assert len(looked) == rows
    book.close()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("took 12 ms", "took 7.5 ms", True),
        ("order 9f1c-22 of 'kim'", "order ab01-7 of 'lee'", True),
        ("feed", "dead", False),
        ("timed out", "refused", False),
    ],
)
def test_numbers_ids_and_quoted_texts_do_not_keep_messages_apart(one: str, other: str, same: bool) -> None:
    assert (kind_of(0, 1, one) == kind_of(0, 1, other)) is same
    assert kind_of(0, 1, one) != kind_of(1, 1, one)
    assert kind_of(0, 1, one) != kind_of(0, 2, one)


def test_an_expression_is_found_where_it_is_among_characters_of_any_script() -> None:
    text = "환불 요청 12, refund 345"
    assert [text[start:end] for start, end in places_of("[0-9]+", text)] == ["12", "345"]
    assert [text[start:end] for start, end in places_of("요청|REFUND", text)] == ["요청"]
    assert places_of("x*", text) == []
    with pytest.raises(ExpressionError):
        places_of("(", text)


def test_the_load_is_read_over_the_window_and_on_as_the_log_grows(tmp_path: Path) -> None:
    path = tmp_path / "monitor.log"

    def said(seconds: int) -> str:
        figures = f"CPU:{seconds % 100}.5% | MEM:45.6% | DISK:70.1%"
        return f"[{START + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}] INFO - {figures}\n"

    path.write_text("".join(said(seconds) for seconds in range(0, 3000, 10)))
    book = LogBook([path, tmp_path / "app.log"], ZONE)
    (tmp_path / "app.log").write_text(line(5, "nothing of the machine"))
    book.poll()
    known: dict[int, Loads] = {}
    since = round((START + timedelta(seconds=500) - EPOCH).total_seconds() * 1000)

    def times() -> list[int]:
        frame = loads(book, known, since)
        assert frame is not None
        assert set(frame["mem"]) == {0.456} and frame["time"].is_unique().all()
        return [(at - since) // 1000 + 500 for at in frame.sort("time")["time"]]

    assert times() == list(range(500, 3000, 10))
    with path.open("a") as file:
        file.write(said(3000)[:30])
    book.poll()
    assert times()[-1] == 2990
    with path.open("a") as file:
        file.write(said(3000)[30:] + said(3010))
    book.poll()
    assert times() == list(range(500, 3020, 10))
    assert len(known) == 1


@pytest.mark.parametrize("following", [True, False])
def test_entries_stay_where_a_log_begins_that_was_empty(tmp_path: Path, following: bool) -> None:
    def fulfil(wish: Callable[[], None]) -> None:
        wish()
        todo, looked._wish = looked._wish, None
        if todo is not None:
            todo(never)
        looked.busy = 0

    (tmp_path / "app.log").write_text("".join(line(seconds, f"entry {seconds}") for seconds in range(40)))
    (tmp_path / "new.log").touch()
    book = LogBook([tmp_path / "app.log", tmp_path / "new.log"], ZONE)
    looked = Browser(book)
    book.poll()
    looked.refresh()
    looked.following = following
    fulfil(looked.older)
    with (tmp_path / "new.log").open("a") as file:
        file.write(line(100, "begun"))
    book.poll()
    looked.refresh()
    for _ in range(20):
        fulfil(looked.newer)
        fulfil(looked.older)
    assert [entry.message for entry in looked.all()] == [*(f"entry {seconds}" for seconds in range(40)), "begun"]


def test_the_end_of_a_window_is_its_last_entry(tmp_path: Path) -> None:
    book = opened(*written(tmp_path, [[line(n, f"{n}") for n in range(0, 1000, 10)]]), keep=20)
    looked = Browser(book)
    looked.refresh()
    looked._begin = at_once  # type: ignore[method-assign]
    for second, message in ((500, "490"), (501, "500"), (-5, "0"), (10_000, "990")):
        looked.until(START + timedelta(seconds=second))
        assert looked.arrival.number is not None
        place = looked.place(looked.arrival.number)
        assert place is not None
        assert looked[place].message == message
    book.close()
