"""Down from figures to conversations on the real monitor and a real database: each list is what plain SQL finds."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import psycopg2
import pytest

from aiops_tui.config import Secret, Settings
from aiops_tui.demo import fill, fill_url
from aiops_tui.model.labels import SENTIMENT_ALIASES, fold_topic, sentiment_class
from aiops_tui.model.view import View
from aiops_tui.model.window import WindowSpec
from aiops_tui.tui.app import Console
from aiops_tui.tui.widgets.listing import Listing
from aiops_tui.tui.widgets.table import TableView
from tests.tui.conftest import Desk

ROWS = 1_500
SEOUL = ZoneInfo("Asia/Seoul")
Row = dict[str, Any]


@dataclass(frozen=True)
class Past:
    """A database that is only read."""

    url: str

    def rows(self, statement: str) -> list[Row]:
        """Return what plain SQL finds."""
        postgres = self.url.startswith("postgresql")
        with closing(
            psycopg2.connect(self.url) if postgres else sqlite3.connect(self.url.removeprefix("sqlite:///"))
        ) as c:
            cursor = c.cursor()
            cursor.execute(statement)
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def ids(self, statement: str, keep: Callable[[Row], bool]) -> set[int]:
        """Return the ids of the rows of a statement that pass a test."""
        return {row["id"] for row in self.rows(statement) if keep(row)}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def past(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    made = ROWS, 6, 7, datetime.now(UTC), lambda done, total: None
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("walk") / "demo.db"
        fill(path, *made)
        yield Past(f"sqlite:///{path}")
    else:
        url = request.getfixturevalue("new_postgres")()
        fill_url(url, *made)
        yield Past(url)


@asynccontextmanager
async def console_on(past: Past, settings: Settings, tab: str, window: str = "30d") -> AsyncIterator[Desk]:
    real = replace(settings, database_url=Secret(past.url), interval=60.0, sentiment_aliases=SENTIMENT_ALIASES)
    console = Console(real, View(tab=tab, window=WindowSpec(window)))
    async with console.run_test(size=(150, 44)) as pilot:
        desk = Desk(console, pilot, [])
        await patiently(desk, lambda: console.session.snapshot is not None and not console.session.stale)
        await pilot.pause()
        yield desk
        console.begin_stopping()


async def patiently(desk: Desk, condition: Callable[[], object]) -> None:
    """Wait for a database on a busy machine."""
    for attempt in range(10):
        try:
            await desk.until(condition)
        except AssertionError:
            if attempt == 9:
                raise
        else:
            return


async def all_keys(desk: Desk) -> set[int]:
    """Go down the list that has the keys to its end, and return what it lists."""
    listing = desk.console.desk.pane.query_one(Listing)
    await patiently(desk, lambda: listing.has_focus and listing.panel is not None)
    while listing.more:
        n = listing.count()
        await desk.press("G")
        await patiently(desk, partial(_has_read_on, listing, n))
    return {int(listing.key_of(row)) for row in range(listing.count())}


def _has_read_on(listing: Listing, n: int) -> bool:
    return listing.count() > n or not listing.more


def local(row: Row) -> datetime:
    moment = row["created_at"]
    return (datetime.fromisoformat(moment).replace(tzinfo=UTC) if isinstance(moment, str) else moment).astimezone(SEOUL)


CONVERSATIONS = "SELECT id, user_id, topic, sentiment, created_at FROM conversation_log"


async def test_a_topic_lists_all_its_spellings(past: Past, settings: Settings) -> None:
    async with console_on(past, settings, "overview") as d:
        await d.press("down", "enter")
        found = await all_keys(d)
        (term,) = d.console.session.view.filter.terms
        assert found == past.ids(CONVERSATIONS, lambda row: fold_topic(row["topic"]) == fold_topic(str(term.value)))
        assert len(found) > 50
        await d.press("G")
        await d.sees(f"{len(found):,} of {len(found):,}")
        await d.press("escape")
        assert not d.console.session.view.filter


async def test_a_tile_lists_what_it_counts(past: Past, settings: Settings) -> None:
    async with console_on(past, settings, "sentiment") as d:
        d.console.desk.pane.bring("tiles")
        await d.press("right", "right", "enter")
        expected = past.ids(CONVERSATIONS, lambda row: sentiment_class(row["sentiment"]) == "negative")
        assert await all_keys(d) == expected


async def test_an_hour_of_a_weekday_lists_what_was_asked_then_by_the_clock_of_the_zone(
    past: Past, settings: Settings
) -> None:
    async with console_on(past, settings, "sentiment") as d:
        d.console.desk.pane.bring("negative_heatmap")
        await d.press("down", "down", *["right"] * 10, "enter")
        await d.sees("weekday:wed hour:10")
        expected = past.ids(CONVERSATIONS, lambda row: (local(row).weekday(), local(row).hour) == (2, 10))
        assert await all_keys(d) == expected


async def test_a_bar_lists_the_conversations_scored_so(past: Past, settings: Settings) -> None:
    async with console_on(past, settings, "evaluation") as d:
        d.console.desk.pane.bring("score_histogram")
        await d.press(*["right"] * 7, "enter")
        await d.sees("score>=7 score<8")
        scored = "SELECT conversation_id AS id, relevance, clarity, emotion FROM conversation_evaluation"

        def is_there(row: Row) -> bool:
            known = [value for value in (row["relevance"], row["clarity"], row["emotion"]) if value is not None]
            return bool(known) and 7 <= sum(known) / len(known) < 8

        assert await all_keys(d) == past.ids(scored, is_there)


async def test_a_reason_lists_the_conversations_it_was_given_for(past: Past, settings: Settings) -> None:
    async with console_on(past, settings, "feedback") as d:
        await d.press("enter")
        found = await all_keys(d)
        (term,) = d.console.session.view.filter.terms
        given = "SELECT conversation_id AS id, reason FROM feedback_log"
        assert found == past.ids(given, lambda row: fold_topic(row["reason"]) == fold_topic(str(term.value)))
        assert found


async def test_a_user_has_a_page_and_a_list_and_a_conversation_leads_along_their_own(
    past: Past, settings: Settings
) -> None:
    async with console_on(past, settings, "users") as d:
        await d.press("down", "enter")
        await patiently(d, lambda: "╭ When they come" in d.text())
        await d.press("l")
        found = await all_keys(d)
        (term,) = d.console.session.view.filter.terms
        assert found == past.ids(CONVERSATIONS, lambda row: row["user_id"] == term.value)
        newest, before, *_ = sorted(found, reverse=True)
        await d.press("g", "enter")
        await patiently(d, lambda: f"Conversation {newest}" in d.text())
        screen: Any = d.console.screen
        await patiently(d, lambda: screen.beside.before)
        await d.press("left_square_bracket")
        await patiently(d, lambda: f"Conversation {before}" in d.text())


async def test_the_table_of_users_goes_on_at_its_end_and_is_sorted_as_a_whole(past: Past, settings: Settings) -> None:
    async with console_on(past, settings, "users") as d:
        users = d.console.desk.pane.query_one("#users", TableView)
        await patiently(d, lambda: users.count() > 10)
        total, session = users.count(), d.console.session
        whole = [users.cells_of(row)["negative_ratio"] for row in range(total)]
        session.look(replace(session.view, users=4))
        await patiently(d, lambda: users.count() == 4)
        users.sort_by("negative_ratio")
        worst = sorted((ratio for ratio in whole if isinstance(ratio, float)), reverse=True)[:4]
        await patiently(d, lambda: [users.cells_of(row)["negative_ratio"] for row in range(users.count())] == worst)
        assert f"4 of {total}" in d.text()
        await d.press("G")
        await patiently(d, lambda: users.count() == total)
        assert users.row == 3, "one stays where one was"


async def test_a_day_of_a_chart_lists_that_day(past: Past, settings: Settings) -> None:
    async with console_on(past, settings, "sentiment", "7d") as d:
        d.console.desk.pane.bring("sentiment_by_day")
        await d.press("left", "left", "left", "enter")
        found = await all_keys(d)
        window = d.console.session.view.window
        assert window.since is not None and window.until is not None
        start, end = window.since.astimezone(SEOUL), window.until.astimezone(SEOUL)
        assert (start.hour, (end - start).days) == (0, 1)
        assert found == past.ids(CONVERSATIONS, lambda row: start <= local(row) < end)
        await d.press("escape")
        await patiently(d, lambda: d.console.session.view.window.name == "7d")


SCORED = "SELECT conversation_id AS id, relevance, clarity, emotion FROM conversation_evaluation"
TYPED: dict[str, tuple[str, Callable[[Row], bool]]] = {
    "topic:환불 -sentiment:negative": (
        CONVERSATIONS,
        lambda row: fold_topic(row["topic"]) == "환불" and sentiment_class(row["sentiment"]) != "negative",
    ),
    "user:guest hour>=9 hour<18": (
        CONVERSATIONS, lambda row: row["user_id"] == "guest" and 9 <= local(row).hour < 18,
    ),
    "criterion.clarity<4": (SCORED, lambda row: row["clarity"] is not None and row["clarity"] < 4),
    "feedback:dislike": ("SELECT conversation_id AS id, feedback FROM feedback_log",
                         lambda row: row["feedback"] == "dislike"),
    '"카드"': ("SELECT id, question, answer FROM conversation_log",
             lambda row: "카드" in row["question"] or "카드" in row["answer"]),
}  # fmt: skip


async def test_a_filter_that_is_typed_narrows_the_list_and_every_pane(past: Past, settings: Settings) -> None:
    users = {row["id"]: row["user_id"] for row in past.rows(CONVERSATIONS)}
    async with console_on(past, settings, "overview") as d:
        for wanted, (statement, keep) in TYPED.items():
            await d.press("1", "slash")
            (await d.field()).value = wanted
            await d.press("enter")
            expected = past.ids(statement, keep)
            assert 0 < len(expected) < ROWS
            for key, tab, metric, figure in (
                ("1", "overview", "conversations", len(expected)),
                ("6", "users", "active_users", len({users[each] for each in expected} - {None, ""})),
                ("2", "sentiment", "negative_ratio", None),
                ("5", "feedback", "likes", None),
                ("3", "evaluation", "score", None),
            ):
                await d.press(key)
                await patiently(d, lambda: not d.console.session.stale)
                snapshot = d.console.session.snapshot
                assert snapshot is not None and snapshot.filter == wanted
                shown: Any = snapshot.panel(tab, metric)
                assert figure is None or shown.value == figure, wanted
            await d.press("1", "l")
            assert await all_keys(d) == expected, wanted
            await d.press("l")


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


async def test_a_conversation_is_shown_in_full_and_escape_returns_to_row_and_scroll(
    past: Past, settings: Settings
) -> None:
    async with console_on(past, settings, "overview") as d:
        await d.press("l")
        listing = d.console.desk.pane.query_one(Listing)
        await patiently(d, lambda: listing.count() > 40)
        await d.press("pagedown", "pagedown", *["up"] * 3)
        row, top, key = listing.row, listing.top, listing.key_of(listing.row)
        assert 0 < top < row
        await d.press("enter")
        (asked,) = past.rows(f"SELECT question, answer FROM conversation_log WHERE id = {key}")
        await patiently(d, lambda: f"Conversation {key}" in d.text())
        seen = letters(d.text())
        while "100%" not in d.text().splitlines()[1] and "%" in d.text().splitlines()[1]:
            await d.press("pagedown")
            seen += letters(d.text())
        assert all(letters(word) in seen for text in asked.values() for word in text.split())
        await d.press("right", "left", "escape")
        await patiently(d, lambda: listing.has_focus)
        assert (listing.row, listing.top, listing.key_of(listing.row)) == (row, top, key)
