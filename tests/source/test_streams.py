"""Tables and streams of the database as logs: every row once, in order, whichever way it is read, and counted as is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from aiops_tui.model.filters import Filter
from aiops_tui.model.findings import Finding
from aiops_tui.model.records import LEVELS, LogEntry
from aiops_tui.model.window import Period
from aiops_tui.source.examine import examine
from aiops_tui.source.logs import Browser, LogBook, browser, cells, latest, match_of
from aiops_tui.source.streams import counts, feed
from aiops_tui.source.streams.desk import Desk
from aiops_tui.source.streams.feed import Feed
from aiops_tui.source.streams.shapes import find_log_tables
from aiops_tui.source.streams.shelves import of_conversations, of_evaluations, of_table, tone_of
from tests.source.place import CONVERSATIONS, Place, settings_for

START = datetime(2025, 10, 16, 10, tzinfo=UTC)
NOW = START + timedelta(days=30)
SYSTEM_LOG = """CREATE TABLE system_log (id {serial}, created_at {time}, level varchar(20), logger varchar(100),
message text, traceback text)"""
EVALUATIONS = """CREATE TABLE conversation_evaluation (conversation_id bigint, created_at {time},
relevance double precision, clarity double precision, comment text)"""
WORDS = ("INFO", "error", "WARN", "DEBUG", None, "Critical", "notice")


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "FIRST_ROWS", 7)
    monkeypatch.setattr(browser, "PAGE", 50)
    monkeypatch.setattr(counts, "TAIL", 25)


@pytest.fixture
def desk(place: Place) -> Iterator[Desk]:
    place.create(SYSTEM_LOG.replace("{serial}", "serial PRIMARY KEY" if place.postgres else "integer PRIMARY KEY"))
    place.create(CONVERSATIONS, EVALUATIONS)
    with closing(Desk(settings_for(place.url))) as desk:
        yield desk


def at(seconds: float) -> str:
    return f"{START + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}+00:00"


def write(place: Place, first: int, count: int, *, step: int = 3) -> None:
    """Write rows to the log table, some of them late."""
    place.insert(
        "system_log",
        [
            (
                key,
                at(key * step - (40 if key % 17 == 0 else 0)),
                WORDS[key % len(WORDS)],
                "worker",
                f"job {key}\nsecond line" if key % 5 == 0 else f"job {key}",
                "Traceback:\n  boom" if key % 7 == 1 else None,
            )
            for key in range(first, first + count)
        ],
        *("id", "created_at", "level", "logger", "message", "traceback"),
    )


def table_feed(place: Place, desk: Desk, name: str = "system_log") -> Feed:
    """Return the feed of a log table, found as the console finds it."""
    found, _ = desk.ask(lambda database: find_log_tables(database, ()))
    shape = next(each for each in found if each.table.name == name)
    made = Feed(desk, name, clock=NOW.timestamp)
    made.stand(of_table(shape, desk.ask(place.relations).on))
    return made


def book_of(*feeds: Feed) -> LogBook:
    book = LogBook([], ZoneInfo("UTC"), clock=NOW.timestamp)
    for each in feeds:
        book.join(each)
    book.turn(frozenset())
    book.poll()
    book.poll_feeds()
    return book


def looking(book: LogBook) -> Browser:
    """Return a browser at the end of a book, whose wishes are fulfilled by `fulfil`."""
    looked = Browser(book)
    looked.refresh()
    return looked


def fulfil(looked: Browser, wish: Callable[[], object]) -> None:
    """Do what a wish asks for, here and now."""
    wish()
    todo, looked._wish = looked._wish, None
    if todo is not None:
        todo(lambda: False)
    looked.busy = 0


def back(looked: Browser) -> list[LogEntry]:
    """Read to the very beginning, and return all there is."""
    for _ in range(100):
        if looked.at_start:
            return looked.all()
        fulfil(looked, looked.older)
    pytest.fail("never at the start")


def forth(looked: Browser) -> None:
    """Read to the end."""
    for _ in range(100):
        if looked.at_end:
            return
        fulfil(looked, looked.newer)
    pytest.fail("never at the end")


def keys_of(entries: list[LogEntry]) -> list[int]:
    return [entry.number // 4096 for entry in entries]


def test_tables_are_found_by_their_columns(place: Place, desk: Desk) -> None:
    place.run(f'CREATE TABLE "App Logs" (n integer PRIMARY KEY, ts {place.time}, severity integer, msg text)')
    place.create(
        "CREATE TABLE orders (id integer PRIMARY KEY, created_at {time}, message text)",
        "CREATE TABLE loose (ts {time}, level text, message text)",
    )
    found, notices = desk.ask(lambda database: find_log_tables(database, ()))
    # SQLite numbers the rows of any table by itself.
    keyed = {"App Logs", "system_log"} | (set() if place.postgres else {"loose"})
    assert {each.table.name for each in found} == keyed
    assert [notice.id for notice in notices] == (["logs.table_no_key"] if place.postgres else [])
    shape = next(each for each in found if each.table.name == "system_log")
    assert (shape.time, shape.level, shape.message, shape.logger, shape.more) == (
        "created_at", "level", "message", "logger", "traceback",
    )  # fmt: skip
    named, notices = desk.ask(lambda database: find_log_tables(database, ("orders", "nowhere", "App Logs")))
    assert [each.table.name for each in named] == ["App Logs"]
    assert [notice.id for notice in notices] == ["logs.table_no_columns", "logs.no_table"]
    told = [finding.notice.values["table"] for finding in examine(settings_for(place.url)).tables if _of_logs(finding)]
    assert set(told) == keyed | {"loose"}
    place.drop('"App Logs"', "orders", "loose")


def _of_logs(finding: Finding) -> bool:
    return finding.notice.id in {"doctor.log_table", "logs.table_no_key"}


@pytest.mark.parametrize(
    ("written", "level"),
    [("ERROR", "error"), (" warn ", "warning"), ("[INFO]", "info"), ("40", "error"), ("50", "critical"), ("3", "error"),
     ("7", "debug"), ("33", "other"), ("", "other"), (None, "other"), ("loud", "other")],
)  # fmt: skip
def test_levels_are_words_or_numbers(written: str | None, level: str) -> None:
    assert LEVELS[tone_of(written)] == level


def test_every_row_is_there_once_and_in_order_whichever_way_it_is_read(place: Place, desk: Desk) -> None:
    write(place, 1, 300)
    book = book_of(table_feed(place, desk))
    looked = looking(book)
    assert keys_of(looked.all()) == list(range(294, 301))
    back(looked)
    assert keys_of(looked.all()) == list(range(1, 301))
    entry = looked[9]
    assert (entry.time, entry.level, entry.source, entry.origin) == (
        START + timedelta(seconds=30), "debug", "system_log", "worker",
    )  # fmt: skip
    assert (entry.message, entry.more) == ("job 10", ("second line",))
    assert looked[7].more == ("Traceback:", "  boom")
    fulfil(looked, lambda: looked.seek(START + timedelta(seconds=300)))
    forth(looked)
    back(looked)
    assert keys_of(looked.all()) == list(range(1, 301))
    fulfil(looked, looked.oldest)
    assert keys_of(looked.all())[0] == 1


def test_rows_are_followed_those_committed_late_and_many_at_once_too(place: Place, desk: Desk) -> None:
    write(place, 1, 20)
    book = book_of(table_feed(place, desk))
    looked = looking(book)
    write(place, 22, 3)
    book.poll_feeds()
    write(place, 21, 1)  # a lower key, committed after higher ones
    book.poll_feeds()
    book.poll_feeds()
    looked.refresh()
    assert sorted(keys_of(looked.all())) == [*range(14, 25)]
    assert book.arrived == 11


def test_after_a_long_pause_the_latest_are_shown_and_the_others_can_be_read(
    place: Place, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MOST_NEW", 40)
    write(place, 1, 20)
    book = book_of(table_feed(place, desk))
    looked = looking(book)
    fulfil(looked, looked.older)
    looked.following = False
    write(place, 21, 100)
    book.poll_feeds()
    looked.refresh()
    assert not looked.at_end
    forth(looked)
    assert keys_of(looked.all()) == list(range(1, 121))


def test_levels_are_counted_as_the_database_counts_them(place: Place, desk: Desk) -> None:
    write(place, 1, 400)
    book = book_of(table_feed(place, desk))
    periods = [
        Period(START + timedelta(seconds=123), START + timedelta(seconds=1001)),
        Period(START, START + timedelta(days=1)),
    ]
    everything = match_of(Filter(), book.sources)

    def counted(period: Period) -> Counter[str]:
        frame = cells(book, [period], everything)
        start, end = (round(bound.timestamp() * 1000) for bound in (period.start, period.end))
        found: Counter[str] = Counter()
        for time, level, _, n in frame.iter_rows():
            found[level] += n if start <= time < end else 0
        return +found

    def plain(period: Period) -> Counter[str]:
        times = (f"{bound:%Y-%m-%d %H:%M:%S}+00:00" for bound in (period.start, period.end))
        rows = place.run("SELECT level FROM system_log WHERE created_at >= ? AND created_at < ?", [tuple(times)])
        return Counter(LEVELS[tone_of(row[0])] for row in rows)

    for period in periods:
        assert counted(period) == plain(period)
    write(place, 401, 60)
    place.run("DELETE FROM system_log WHERE id = 455")
    for period in [*periods, *periods]:
        assert counted(period) == plain(period)


def test_text_and_levels_narrow_tables_as_they_do_files(place: Place, desk: Desk) -> None:
    write(place, 1, 200)
    book = book_of(table_feed(place, desk))
    match = match_of(Filter.parse("level:error /job 1\\d+/"), book.sources)
    period = Period(START, START + timedelta(days=1))
    expected = [key for key in range(1, 201) if key % 7 == 1 and str(key).startswith("1") and key > 9]
    assert sorted(keys_of(list(latest(book, period, match)))) == expected
    assert cells(book, [period], match)["n"].sum() == len(expected)


def talk(place: Place, first: int, count: int, sentiment: str | None = None) -> None:
    place.insert(
        "conversation_log",
        [
            (key, f"u{key % 3}", f"question {key}\n{'x' * 500}", "an answer", sentiment, "환불" if key % 4 else "배송",
             at(key * 10))
            for key in range(first, first + count)
        ],
    )  # fmt: skip


def stream(place: Place, desk: Desk, wanted: str = "") -> Feed:
    made = Feed(desk, "conversations", clock=NOW.timestamp)
    made.stand(of_conversations(desk.ask(place.relations), Filter.parse(wanted)))
    return made


def test_conversations_stream_in_and_are_told_once_they_are_analysed(place: Place, desk: Desk) -> None:
    talk(place, 1, 30)
    book = book_of(stream(place, desk))
    looked = looking(book)
    last = looked[len(looked) - 1]
    assert (last.conversation, last.level, last.source) == ("30", "unanalysed", "conversations")
    assert last.message.startswith("u0 · 환불 · question 30 xxx") and len(last.message) < 420
    place.run("UPDATE conversation_log SET sentiment = '부정' WHERE id = 30")
    talk(place, 31, 1, "긍정")
    book.poll_feeds()
    looked.refresh()
    assert [entry.level for entry in looked.all()][-2:] == ["negative", "positive"]
    assert book.counts == {}


def test_streams_obey_the_filter_of_conversations(place: Place, desk: Desk) -> None:
    talk(place, 1, 2000, "긍정")
    talk(place, 2001, 3, "부정")
    book = book_of(stream(place, desk, "sentiment:negative"))
    looked = looking(book)
    assert keys_of(looked.all()) == [2001, 2002, 2003]
    book = book_of(stream(place, desk, "user:u1"))
    looked = looking(book)
    back(looked)
    assert keys_of(looked.all()) == [key for key in range(1, 2004) if key % 3 == 1]


def test_evaluations_stream_in_order_of_time_and_are_read_again_when_they_are_replaced(
    place: Place, desk: Desk
) -> None:
    talk(place, 1, 40, "긍정")
    judged = [(key, at(1000 - key), 7.0, None if key % 2 else 5.0, f"comment {key}") for key in range(1, 41)]
    place.insert("conversation_evaluation", judged)
    made = Feed(desk, "evaluations", clock=NOW.timestamp)
    shelf = of_evaluations(desk.ask(place.relations), Filter())
    assert shelf is not None
    made.stand(shelf)
    made.sign = 1
    book = book_of(made)
    looked = looking(book)
    back(looked)
    entries = looked.all()
    assert [entry.conversation for entry in entries] == [str(key) for key in range(40, 0, -1)]
    assert entries[-1].message == "7.0 (relevance 7) · u1 · 환불 · comment 1"
    assert entries[-2].message == "6.0 (relevance 7, clarity 5) · u2 · 환불 · comment 2"
    place.run("DELETE FROM conversation_evaluation WHERE conversation_id > 3")
    book.poll_feeds()
    made.sign = 2
    book.poll_feeds()
    looked = looking(book)
    assert [entry.conversation for entry in looked.all()] == ["3", "2", "1"]


def test_logs_of_both_kinds_are_merged_by_time_and_can_be_switched_off(place: Place, desk: Desk) -> None:
    write(place, 1, 60, step=10)
    talk(place, 1, 60)
    book = book_of(table_feed(place, desk), stream(place, desk))
    looked = looking(book)
    back(looked)
    times = [entry.time for entry in looked.all() if (entry.number // 4096) % 17]
    assert len(looked.all()) == 120 and times == sorted(times, key=str)
    fulfil(looked, lambda: looked.show_only(Filter(), frozenset({"conversations"})))
    back(looked)
    assert {entry.source for entry in looked.all()} == {"system_log"} and len(looked) == 60
    fulfil(looked, lambda: looked.show_only(Filter(), frozenset()))
    back(looked)
    assert Counter(entry.source for entry in looked.all()) == {"system_log": 60, "conversations": 60}


def test_a_table_that_is_taken_away_is_told_and_hurts_nothing_else(place: Place, desk: Desk) -> None:
    write(place, 1, 20)
    talk(place, 1, 20)
    table, talks = table_feed(place, desk), stream(place, desk)
    book = book_of(table, talks)
    place.drop("system_log")
    talk(place, 21, 1)
    book.poll_feeds()
    assert table.problem is not None and talks.problem is None
    assert looking(book).all()[-1].conversation == "21"
    period = Period(START, START + timedelta(days=1))
    cells(book, [period], match_of(Filter(), book.sources))
