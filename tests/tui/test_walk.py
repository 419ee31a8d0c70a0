"""Down from figures to conversations on the real monitor and a real database: each list is what plain SQL finds."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from aiops_tui.config import Secret, Settings
from aiops_tui.demo import fill
from aiops_tui.model.labels import SENTIMENT_ALIASES, fold_topic, sentiment_class
from aiops_tui.model.view import View
from aiops_tui.model.window import WindowSpec
from aiops_tui.tui.app import Console
from aiops_tui.tui.widgets.listing import Listing
from tests.tui.conftest import Desk

ROWS = 1_500
SEOUL = ZoneInfo("Asia/Seoul")
Row = dict[str, Any]


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("walk") / "demo.db"
    fill(path, ROWS, 6, 7, datetime.now(UTC), lambda done, total: None)
    return path


@asynccontextmanager
async def console_on(path: Path, settings: Settings, tab: str) -> AsyncIterator[Desk]:
    real = replace(
        settings, database_url=Secret(f"sqlite:///{path}"), interval=60.0, sentiment_aliases=SENTIMENT_ALIASES
    )
    console = Console(real, View(tab=tab, window=WindowSpec("30d")))
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


def ids(path: Path, statement: str, keep: Callable[[Row], bool]) -> set[int]:
    """Return the ids of the rows of a statement that pass a test."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return {row["id"] for row in connection.execute(statement) if keep(dict(row))}


def local(row: Row) -> datetime:
    return datetime.fromisoformat(row["created_at"]).replace(tzinfo=UTC).astimezone(SEOUL)


CONVERSATIONS = "SELECT id, user_id, topic, sentiment, created_at FROM conversation_log"


async def test_a_topic_lists_all_its_spellings(past: Path, settings: Settings) -> None:
    async with console_on(past, settings, "overview") as d:
        await d.press("down", "enter")
        found = await all_keys(d)
        (term,) = d.console.session.view.filter.terms
        assert found == ids(past, CONVERSATIONS, lambda row: fold_topic(row["topic"]) == fold_topic(str(term.value)))
        assert len(found) > 50
        await d.press("G")
        await d.sees(f"{len(found):,} of {len(found):,}")
        await d.press("escape")
        assert not d.console.session.view.filter


async def test_a_tile_lists_what_it_counts(past: Path, settings: Settings) -> None:
    async with console_on(past, settings, "sentiment") as d:
        d.console.desk.pane.bring("tiles")
        await d.press("right", "right", "enter")
        expected = ids(past, CONVERSATIONS, lambda row: sentiment_class(row["sentiment"]) == "negative")
        assert await all_keys(d) == expected


async def test_an_hour_of_a_weekday_lists_what_was_asked_then_by_the_clock_of_the_zone(
    past: Path, settings: Settings
) -> None:
    async with console_on(past, settings, "sentiment") as d:
        d.console.desk.pane.bring("negative_heatmap")
        await d.press("down", "down", *["right"] * 10, "enter")
        await d.sees("weekday:wed hour:10")
        expected = ids(past, CONVERSATIONS, lambda row: (local(row).weekday(), local(row).hour) == (2, 10))
        assert await all_keys(d) == expected


async def test_a_bar_lists_the_conversations_scored_so(past: Path, settings: Settings) -> None:
    async with console_on(past, settings, "evaluation") as d:
        d.console.desk.pane.bring("score_histogram")
        await d.press(*["right"] * 7, "enter")
        await d.sees("score>=7 score<8")
        scored = "SELECT conversation_id AS id, relevance, clarity, emotion FROM conversation_evaluation"

        def is_there(row: Row) -> bool:
            known = [value for value in (row["relevance"], row["clarity"], row["emotion"]) if value is not None]
            return bool(known) and 7 <= sum(known) / len(known) < 8

        assert await all_keys(d) == ids(past, scored, is_there)


async def test_a_reason_lists_the_conversations_it_was_given_for(past: Path, settings: Settings) -> None:
    async with console_on(past, settings, "feedback") as d:
        await d.press("enter")
        found = await all_keys(d)
        (term,) = d.console.session.view.filter.terms
        given = "SELECT conversation_id AS id, reason FROM feedback_log"
        assert found == ids(past, given, lambda row: fold_topic(row["reason"]) == fold_topic(str(term.value)))
        assert found


async def test_a_user_has_a_page_and_a_list_and_a_conversation_leads_along_their_own(
    past: Path, settings: Settings
) -> None:
    async with console_on(past, settings, "users") as d:
        await d.press("down", "enter")
        await patiently(d, lambda: "╭ When they come" in d.text())
        await d.press("l")
        found = await all_keys(d)
        (term,) = d.console.session.view.filter.terms
        assert found == ids(past, CONVERSATIONS, lambda row: row["user_id"] == term.value)
        newest, before, *_ = sorted(found, reverse=True)
        await d.press("g", "enter")
        await patiently(d, lambda: f"Conversation {newest}" in d.text())
        screen: Any = d.console.screen
        await patiently(d, lambda: screen.beside.before)
        await d.press("left_square_bracket")
        await patiently(d, lambda: f"Conversation {before}" in d.text())
