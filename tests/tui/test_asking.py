"""What is typed into the last line: filters with completion, windows of time, and keys pressed before it is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from textual import events
from textual.widgets import Input

from aiops_tui.model.filters import Filter
from aiops_tui.model.panels import Snapshot
from aiops_tui.model.view import View
from aiops_tui.model.window import WindowSpec
from aiops_tui.tui.completing import complete_filter, complete_words, ghost
from aiops_tui.tui.vocabulary import MOST, Vocabulary

Open = Any


@pytest.fixture
def known(figures: Callable[[View], Snapshot]) -> Vocabulary:
    vocabulary = Vocabulary()
    vocabulary.learn(figures(View()))
    return vocabulary


def offered(text: str, known: Vocabulary, cursor: int | None = None) -> list[str]:
    found = complete_filter(text, len(text) if cursor is None else cursor, known)
    return [text[: found.start] + option.text + text[found.end :] for option in found.options]


def test_keys_and_values_that_exist_are_offered_the_most_frequent_first(known: Vocabulary) -> None:
    assert offered("to", known) == ["topic:"]
    assert offered("topic:", known)[:2] == ['topic:"결제 오류"', "topic:환불"]
    assert offered("user:kim -topic:로그", known) == ["user:kim -topic:로그인"]
    assert offered("topic:오류", known) == ['topic:"결제 오류"'], "inside the topic too"
    assert offered("환", known) == ["topic:환불"], "a topic without its key"
    assert offered("sentiment:neg", known) == ["sentiment:negative"]
    assert offered("감정:pos", known) == ["sentiment:positive"]
    assert offered("user:u003", known)[0] == "user:u0030"
    assert offered("criterion.cl", known) == ["criterion.clarity<"]
    assert offered("요일:m", known) == ["weekday:mon"]
    assert offered("level:err", known) == ["level:error"]
    assert offered("topic:x", known) == []
    assert "topic:" in offered("", known)


def test_the_term_under_the_cursor_is_completed(known: Vocabulary) -> None:
    assert offered("topic:환 score<5", known, 7) == ["topic:환불 score<5"]
    assert offered('topic:"결제 ', known) == ['topic:"결제 오류"']
    assert offered('"topic:환" sent', known)[0] == '"topic:환" sentiment:'


def test_the_ghost_goes_on_letter_by_letter(known: Vocabulary) -> None:
    assert ghost("topic:환", complete_filter("topic:환", 7, known)) == "topic:환불"
    assert ghost("topic:오류", complete_filter("topic:오류", 8, known)) is None
    assert ghost("", complete_filter("", 0, known)) is None
    assert ghost("yes", complete_words("yes", ["today", "yesterday"])) == "yesterday"


def test_figures_of_a_filter_add_words_and_forget_none(
    known: Vocabulary, figures: Callable[[View], Snapshot], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dict(known.values("topic"))
    known.learn(figures(View(filter=Filter.parse("topic:환불"))))
    assert dict(known.values("topic")) == before
    assert len(before) < MOST


async def test_tab_goes_through_what_is_offered_and_back(desk: Open) -> None:
    async with desk() as d:
        await d.press("slash")
        field = await d.field()
        await d.press(*"topic:")
        await d.sees(" Filter  Tab  결제 오류 1,840  환불 1,690  배송")
        await d.press("tab")
        assert field.value == 'topic:"결제 오류"'
        await d.press("tab", "tab")
        assert field.value == "topic:배송"
        await d.press("shift+tab")
        assert field.value == "topic:환불"
        await d.press("enter")
        await d.sees("› topic:환불")
        assert d.monitor.view.filter == Filter.parse("topic:환불")


async def test_the_only_way_to_go_on_leads_to_the_next_question(desk: Open) -> None:
    async with desk() as d:
        await d.press("slash")
        field = await d.field()
        await d.press("minus", "t", "o", "tab")
        assert field.value == "-topic:"
        await d.sees("결제 오류 1,840")
        await d.press("tab", "tab")
        assert field.value == "-topic:환불"


async def test_earlier_filters_come_back_by_the_arrows(desk: Open) -> None:
    async with desk() as d:
        for text in ("user:kim", "score<5"):
            await d.press("slash")
            field = await d.field()
            field.value = text
            await d.press("enter")
            await d.until(lambda: not isinstance(d.console.focused, Input))
        await d.press("slash")
        field = await d.field()
        field.value = "half"
        await d.press("up", "up")
        assert field.value == "user:kim"
        await d.press("down", "down")
        assert field.value == "half"


async def test_keys_that_are_commands_elsewhere_are_text_in_the_line_even_before_it_is_there(desk: Open) -> None:
    async with desk() as d:
        for key, character in (("slash", "/"), ("minus", "-"), ("q", "q")):
            d.console.post_message(events.Key(key, character))
        field = await d.field()
        await d.until(lambda: field.value == "-q", "the keys in the line")
        await d.press("plus", "s", "0")
        assert field.value == "-q+s0"
        await d.press("minus", "comma", "full_stop", "space", "c")
        assert field.value == "-q+s0-,. c"
        assert d.console.session.view == View()
        assert not d.console.session.paused


@pytest.mark.parametrize(
    ("typed", "since", "until", "shown"),
    [
        ("어제", datetime(2026, 11, 20, 15, tzinfo=UTC), datetime(2026, 11, 21, 15, tzinfo=UTC), "11-21 00:00 – 11-22"),
        ("2026-11-20 09:00..12:00", datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 20, 3, tzinfo=UTC), "12:00"),
        ("today", datetime(2026, 11, 21, 15, tzinfo=UTC), None, "11-22 00:00 – now"),
    ],
)
async def test_a_window_is_typed_in(
    desk: Open, typed: str, since: datetime, until: datetime | None, shown: str
) -> None:
    async with desk(size=(150, 40)) as d:
        await d.press("w")
        field = await d.field()
        field.value = typed
        await d.press("enter")
        await d.sees(shown)
        assert d.monitor.view.window == WindowSpec("custom", since, until)
        await d.sees("◆ past" if until else "● live")
        await d.press("escape")
        await d.sees("last 7 days", "● live")


async def test_a_window_that_is_none_is_told_and_the_old_one_stays(desk: Open) -> None:
    async with desk() as d:
        await d.press("w")
        field = await d.field()
        field.value = "yesterday..soon"
        await d.press("enter")
        await d.sees("✖ at 12: “soon” is no time")
        assert field.cursor_position == 11
        assert d.console.session.view == View()


async def test_any_zone_can_be_typed(desk: Open) -> None:
    async with desk() as d:
        d.console.desk.action_timezone()
        field = await d.field()
        field.value = "Mars/Olympus"
        await d.press("enter")
        await d.sees("✖ there is no time zone “Mars/Olympus”")
        field.value = "kathm"
        await d.press("tab")
        assert field.value == "Asia/Kathmandu"
        await d.press("enter")
        await d.sees("13:35:43 Asia/Kathmandu")
        assert d.monitor.named("timezone") == ["Asia/Kathmandu"]


async def test_a_mistake_is_told_whole_on_a_narrow_screen(desk: Open) -> None:
    async with desk(size=(40, 12)) as d:
        await d.press("slash")
        field = await d.field()
        field.value = "colour:red"
        await d.press("enter")
        await d.sees("✖ at 1: “colour” cannot be", "use topic,", "colour:red")
        await d.press("x")
        await d.sees(" Filter ")
        assert "✖" not in d.text()


async def test_going_back_in_time_says_that_nothing_new_will_be_seen(desk: Open) -> None:
    async with desk() as d:
        await d.press("comma")
        await d.sees("◆ past", "0 returns to now")
        assert d.console.session.view.window.at is not None
        await d.press("0")
        await d.sees("● live")
        assert d.console.session.view == View()


async def test_zooming_keeps_the_cursor_of_a_chart_in_the_middle(desk: Open, now: datetime) -> None:
    async with desk() as d:
        await d.press("shift+tab", "left", *["left"] * 60)
        chart = d.console.desk.focused
        place = chart.at[1]
        around = chart.panel.x[place] + (chart.panel.x[place + 1] - chart.panel.x[place]) / 2
        await d.press("plus")
        window = d.console.session.view.window
        assert window.name == "24h"
        assert window.at is not None
        assert abs(window.at - timedelta(hours=12) - around) <= timedelta(minutes=15)
        await d.press("minus", "minus")
        assert d.console.session.view.window.is_live, "a month around it would end after now"
        assert d.console.session.view.window.name == "30d"


async def test_all_time_is_compared_with_nothing(desk: Open) -> None:
    async with desk(view=View(window=WindowSpec("all"))) as d:
        await d.press("c")
        await d.sees("nothing before it")
        assert d.console.session.view.compare == "previous"


async def test_escape_changes_nothing(desk: Open) -> None:
    async with desk(view=View(filter=Filter.parse("topic:환불"))) as d:
        await d.press("slash")
        field = await d.field()
        await d.press("x", "escape")
        await d.until(lambda: not isinstance(d.console.focused, Input))
        assert field.value == "topic:환불x"
        assert str(d.console.session.view.filter) == "topic:환불"
