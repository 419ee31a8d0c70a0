"""The way down from figures to the conversations behind them, and back."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiops_tui.model.panels import Cell, Heatmap, Notice, Status
from aiops_tui.model.records import Feedback
from aiops_tui.model.view import View
from aiops_tui.model.window import WindowSpec
from aiops_tui.tui.widgets.chart import Chart
from aiops_tui.tui.widgets.listing import Listing, joined
from aiops_tui.tui.widgets.reader import Reader

Open = Any


def listing(d: Any) -> Listing:
    found = d.console.desk.pane.query_one(Listing)
    assert isinstance(found, Listing)
    return found


async def test_enter_on_a_topic_narrows_all_panes_and_lists_its_conversations(desk: Open) -> None:
    async with desk() as d:
        await d.press("down", "enter")
        await d.sees("topic:환불 › Conversations", "취소가 안 돼요 12430", "1 of 12,430", "╭ Conversations over time")
        assert listing(d).has_focus
        assert d.monitor.named("page") == [("topic:환불", WindowSpec(), None)]
        await d.press("down", "down", "enter")
        await d.sees("Conversation 12428")
        await d.press("right", "right")
        await d.sees("Conversation 12426")
        await d.press("escape")
        await d.sees("5 of 12,430")
        assert listing(d).row == 4
        await d.press("2")
        await d.sees("Negative by weekday and hour", "› topic:환불")
        assert "› Conversations" not in d.text()
        await d.press("escape")
        await d.sees("Latest conversations")
        assert d.console.session.view == View()


async def test_the_list_reads_on_before_its_end_and_never_what_it_has(desk: Open) -> None:
    async with desk() as d:
        await d.press("l")
        await d.sees("1 of 12,430")
        assert listing(d).count() == 50
        while listing(d).count() == 50:
            await d.press("pagedown")
            assert listing(d).row < 49, "the next page is there before one comes to the end of the first"
        keys = [listing(d).key_of(row) for row in range(listing(d).count())]
        assert keys == [str(12_430 - i) for i in range(len(keys))]
        await d.press("G")
        await d.until(lambda: listing(d).count() >= 150)
        asked = [after for _, _, after in d.monitor.named("page")]
        assert len(asked) == len(set(asked))


async def test_a_walk_through_conversations_reads_on_past_the_page(desk: Open) -> None:
    async with desk() as d:
        await d.press("l")
        await d.sees("1 of 12,430")
        await d.press("G", "enter")
        await d.sees("Conversation 12381")
        await d.until(lambda: listing(d).count() == 100)
        await d.sees("› #12381")
        await d.press("right")
        await d.sees("Conversation 12380", "› #12380")


async def test_a_heatmap_that_was_down_to_one_row_has_its_cursor_back_where_it_was(desk: Open) -> None:
    async with desk(View(tab="evaluation"), size=(150, 44)) as d:
        await focus(d, "topic_criterion")
        chart = d.console.desk.pane.query_one("#topic_criterion", Chart)
        whole = chart.panel
        assert isinstance(whole, Heatmap)
        await d.press("down", "down", "right")
        mark = chart.mark()
        chart.show(replace(whole, y=whole.y[:1], values=whole.values[:1], n=whole.n[:1]), chart.emptiness)
        chart.restore(mark)
        assert chart.at == (0, 1)
        chart.show(whole, chart.emptiness)
        assert chart.at == (2, 1)


async def test_new_rows_above_move_nothing_that_is_looked_at(desk: Open) -> None:
    async with desk() as d:
        await d.press("l")
        await d.sees("1 of 12,430")
        await d.press("pagedown", "down")
        key, shown = listing(d).key_of(listing(d).row), rows_seen(d)
        d.monitor.behind += 3
        d.monitor.show()
        await d.until(lambda: listing(d).key_of(0) == "12433")
        assert listing(d).key_of(listing(d).row) == key
        assert rows_seen(d) == shown
        d.monitor.behind += 500
        d.monitor.show()
        await d.pilot.pause(0.05)
        assert listing(d).key_of(listing(d).row) == key, "rows between are not known: what is read stays"
        await d.press("g")
        d.monitor.show()
        await d.sees("1 of 12,933", "취소가 안 돼요 12933")


def rows_seen(d: Any) -> list[str]:
    return [line.strip("│▐ ") for line in d.text().splitlines() if "취소가 안 돼요" in line]


async def test_escape_returns_to_the_row_and_the_scroll_of_a_list(desk: Open) -> None:
    async with desk() as d:
        await d.press("l")
        await d.sees("1 of 12,430")
        for _ in range(6):
            await d.press("pagedown")
        await d.until(lambda: listing(d).count() > 100)
        await d.press("up")
        where = (listing(d).row, listing(d).top, listing(d).key_of(listing(d).row))
        await d.press("shift+tab", "shift+tab", "shift+tab", "shift+tab")
        await d.until(lambda: d.console.focused.id == "volume")
        await d.press("left", "left", "enter")
        await d.until(lambda: d.console.session.view.window.name == "custom")
        await d.until(lambda: listing(d).row == 0)
        await d.press("escape")
        await d.until(lambda: (listing(d).row, listing(d).top, listing(d).key_of(listing(d).row)) == where)


async def test_pages_of_a_view_that_was_left_are_dropped(desk: Open) -> None:
    def slow(monitor: Any) -> None:
        monitor.held = []

    async with desk(prepare=slow) as d:
        await d.press("enter")
        await d.sees("reading …")
        await d.press("escape")
        await d.press("down", "enter")
        d.monitor.held[0][1].rows and d.monitor.held[0][0].set_result(replace(d.monitor.held[0][1], total=1))
        del d.monitor.held[0]
        await d.pilot.pause()
        assert listing(d).count() == 0
        d.monitor.release()
        await d.sees("1 of 12,430")


async def test_a_list_that_cannot_be_read_or_has_nothing_says_so(desk: Open) -> None:
    class RefusedError(Exception):
        notice = Notice("source.refused", {"target": "db/prod"})

    def refusing(monitor: Any) -> None:
        failed: Future[Any] = Future()
        failed.set_exception(RefusedError())
        monitor.conversations = lambda *given: failed

    async with desk(prepare=refusing) as d:
        await d.press("l")
        await d.sees("db/prod: nobody answers")

    def none(monitor: Any) -> None:
        monitor.behind = 0

    async with desk(prepare=none) as d:
        await d.press("enter")
        await d.sees("Nothing here passes the filter")


async def test_a_list_that_waits_for_a_lost_database_says_so(desk: Open) -> None:
    def slow(monitor: Any) -> None:
        monitor.held = []

    async with desk(prepare=slow) as d:
        await d.press("l")
        await d.sees("reading …")
        d.monitor.publish(None, Status("lost", d.console.now(), lost_at=d.console.now()))
        await d.sees("Not read before the connection was lost at 16:50:43.")
        d.monitor.publish(None, Status("live", d.console.now()))
        await d.sees("reading …")
        d.monitor.release()
        await d.sees("1 of 12,430")


async def test_a_narrow_screen_shows_the_list_and_tab_the_chart_in_its_place(desk: Open) -> None:
    async with desk(View(listed=True), size=(80, 24)) as d:
        await d.sees("╭ Conversations ─", "1 of 12,430")
        assert "╭ Conversations over time" not in d.text()
        await d.press("tab", "tab")
        await d.sees("╭ Conversations over time")
    async with desk(View(listed=True), size=(40, 12)) as d:
        await d.sees("╭ Conversations ─", "카드가 두 번", "1 of 12,430")


async def test_each_place_of_a_chart_opens_its_conversations(desk: Open) -> None:
    async with desk(View(tab="evaluation")) as d:
        await focus(d, "score_histogram")
        await d.press(*["right"] * 3, "enter")
        await d.sees("score>=3 score<4", "1 of 12,430")
        await d.press("escape")
        await focus(d, "topic_criterion")
        await d.press("down", "enter")
        await d.sees("› topic:환불 ›", "1 of 12,430")


async def focus(d: Any, panel_id: str) -> None:
    d.console.desk.pane.bring(panel_id)
    focused: Callable[[], bool] = lambda: d.console.focused is not None and d.console.focused.id == panel_id  # noqa: E731
    await d.until(focused, f"keys in {panel_id}")


async def test_a_conversation_leads_to_what_the_same_user_asked_before_and_next(desk: Open) -> None:
    async with desk() as d:
        await d.press("l", "down", "enter")
        await d.sees("Conversation 12429")
        await d.press("G")
        await d.sees("Same user", "[  before  #12339")
        await d.press("right_square_bracket")
        await d.press("left_square_bracket")
        await d.sees("Conversation 12339")
        await d.until(lambda: d.console.screen.beside.after == "12429")
        await d.press("right_square_bracket")
        await d.sees("Conversation 12429")
        await d.press("right")
        await d.sees("Conversation 12428")


async def test_escape_returns_from_what_a_user_asked_before_to_the_conversation_and_the_line_one_came_from(
    desk: Open,
) -> None:
    async with desk(size=(80, 24)) as d:
        await d.press("l", "down", "enter")
        await d.sees("Conversation 12429")
        await d.press("pagedown")
        reader = d.console.screen.query_one(Reader)
        await d.until(lambda: reader.top and d.console.screen.beside.before)
        top, text = reader.top, d.text()
        for key in ("12339", "12249"):
            await d.press("left_square_bracket")
            await d.sees(f"Conversation {key}")
            await d.until(lambda: d.console.screen.beside.before)
            assert d.console.session.view.conversation == key
        await d.press("escape")
        await d.until(lambda: (reader.top, d.text()) == (top, text), "the conversation one came from")
        assert d.console.session.view.conversation == "12429"
        await d.press("escape")
        await d.until(lambda: d.console.screen is d.console.desk, "the list")
        assert (listing(d).has_focus, listing(d).row) == (True, 1)


async def test_a_conversation_of_the_list_has_nothing_but_the_list_behind_it(desk: Open) -> None:
    async with desk() as d:
        await d.press("l", "down")
        for back, there in (("right_square_bracket", "12429"), ("right", "12428")):
            await d.press("enter")
            for key, shown in (("", "12429"), ("left_square_bracket", "12339"), (back, there)):
                await d.press(*([key] if key else []))
                await d.sees(f"Conversation {shown}")
                await d.until(lambda: d.console.screen.beside.before)
            await d.press("escape")
            await d.until(lambda: d.console.screen is d.console.desk, "the list")


async def test_a_conversation_deleted_while_it_is_open_stays_readable_and_says_so(desk: Open) -> None:
    async with desk() as d:
        await d.press("l", "enter")
        await d.sees("Conversation 12430", "카드가 두 번 결제됐어요 12430")
        d.monitor.deleted.add("12430")
        d.monitor.show()
        await d.sees("deleted meanwhile", "카드가 두 번 결제됐어요 12430")


async def test_a_conversation_is_read_while_what_was_said_of_it_is_being_looked_for(desk: Open) -> None:
    async with desk() as d:
        monitor = d.monitor
        monitor.listening = []
        await d.press("l", "enter")
        await d.until(lambda: bool(monitor.listening))
        await d.press("G")
        await d.sees("being looked for")
        assert "성의가" not in d.text()
        for future, found in monitor.listening:
            future.set_result(found)
        await d.press("G")
        await d.sees("성의가 부족합니다")
        assert "being looked for" not in d.text()


async def test_feedback_that_arrives_while_a_conversation_is_open_is_shown_where_one_reads(desk: Open) -> None:
    async with desk() as d:
        await d.press("l", "enter")
        await d.sees("Conversation 12430")
        await d.press("G", "up", "up", "up")
        reader = d.console.screen.query_one(Reader)
        top, shown = reader.top, d.console.screen.conversation
        d.monitor.known["12430"] = replace(shown, feedback=(*shown.feedback, Feedback(None, "like", "now it works")))
        d.monitor.show()
        await d.until(lambda: d.console.screen.conversation != shown)
        assert reader.top == top
        await d.press("G")
        await d.sees("now it works", "too slow")


async def test_a_row_whose_conversation_is_not_known_says_so(desk: Open) -> None:
    async with desk(View(tab="evaluation")) as d:
        shown = d.monitor.show()
        worst = shown.panel("evaluation", "worst")
        panels = tuple(replace(p, keys=("",)) if p is worst else p for p in shown.tabs["evaluation"])
        d.monitor.show(tabs={"evaluation": panels})
        await d.press("enter")
        await d.sees("The conversation of this row is not known")
        assert d.console.session.view == View(tab="evaluation")


@pytest.mark.parametrize(
    ("tab", "panel", "keys", "crumb"),
    [
        ("feedback", "reasons", [], 'reason:"답변이 느려요"'),
        ("sentiment", "movers", [], 'topic:"결제 오류"'),
        ("sentiment", "negative_heatmap", ["down", "right", "right"], "weekday:tue hour:2"),
        ("evaluation", "score_heatmap", [], "weekday:mon hour:0"),
        ("evaluation", "score_histogram", ["right"] * 9, "score>=9 score<=10"),
        ("overview", "volume", ["left"], " – 11-22 "),
        ("sentiment", "sentiment_by_day", ["left"], " – 11-22 "),
        ("feedback", "feedback_by_day", ["left", "left"], " – 11-21 "),
        ("users", "active_by_day", ["left"], " – 11-22 "),
    ],
)
async def test_enter_on_any_place_narrows_every_pane_to_it_and_escape_returns(
    desk: Open, tab: str, panel: str, keys: list[str], crumb: str
) -> None:
    async with desk(View(tab=tab), size=(150, 44)) as d:
        await focus(d, panel)
        await d.press(*keys)
        before = d.console.desk.pane.marks()[panel]
        await d.press("enter")
        await d.sees(f"{crumb}", "› Conversations", "1 of 12,430")
        narrowed = d.console.session.view
        assert (narrowed.tab, narrowed.listed) == (tab, True)
        assert d.monitor.view == replace(narrowed, listed=False)
        await d.press("1")
        await d.until(lambda: d.monitor.view == replace(narrowed, tab="overview", listed=False))
        await d.press("escape")
        await d.until(lambda: d.console.session.view == View(tab=tab))
        await d.until(lambda: d.console.focused is not None and d.console.focused.id == panel)
        assert d.console.desk.pane.marks()[panel] == before


async def test_tiles_lead_to_the_conversations_that_they_count(desk: Open) -> None:
    async with desk(View(tab="sentiment")) as d:
        await focus(d, "tiles")
        await d.press("right", "right", "enter")
        await d.sees("› sentiment:negative ›", "1 of 12,430")
    async with desk(View(tab="feedback")) as d:
        await focus(d, "tiles")
        await d.press("right", "enter")
        await d.sees("› feedback:dislike ›", "1 of 12,430")
    async with desk() as d:
        await focus(d, "tiles")
        await d.press("right", "enter")
        await d.sees("╭ Active users by day")


async def test_a_hundred_thousand_matches_are_read_no_further_than_one_looks(desk: Open) -> None:
    def many(monitor: Any) -> None:
        monitor.behind = 100_000

    async with desk(prepare=many) as d:
        await d.press("l")
        await d.sees("1 of 100,000", "취소가 안 돼요 100000")
        for _ in range(12):
            await d.press("G")
        await d.until(lambda: listing(d).count() >= 600)
        assert listing(d).count() < 1_000
        assert listing(d).row >= 400
        d.monitor.show()
        await d.pilot.pause()
        assert listing(d).count() >= 600, "what was read is kept when figures move"


async def test_more_rows_than_anybody_reads_are_not_kept(desk: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    from aiops_tui.tui.widgets import listing as module

    monkeypatch.setattr(module, "MOST", 120)
    async with desk() as d:
        await d.press("l")
        await d.sees("1 of 12,430")
        for _ in range(5):
            await d.press("G")
        await d.until(lambda: listing(d).count() == 150)
        await d.press("G")
        await d.sees("The first 120. A filter or a shorter window finds the others.")
        assert listing(d).count() == 150


KEYS = st.sets(st.integers(1, 60), max_size=40).map(lambda keys: sorted(keys, reverse=True))


@given(there=KEYS, read=st.integers(0, 40), new=st.sets(st.integers(61, 90)), gone=st.sets(st.integers(1, 60)))
def test_a_first_page_read_anew_never_leaves_a_gap_in_what_is_known(
    there: list[int], read: int, new: set[int], gone: set[int]
) -> None:
    limit = 10
    known: dict[str, tuple[Cell, ...]] = {str(key): (key,) for key in there[:read]}
    now = sorted(({*there} - gone) | new, reverse=True)
    first: dict[str, tuple[Cell, ...]] = {str(key): (key,) for key in now[:limit]}
    merged = joined(first, known)
    if merged is None:
        assert not first.keys() & known.keys()
        return
    assert list(merged) == sorted(merged, key=int, reverse=True)
    low = int(list(merged)[-1]) if merged else 0
    assert {key for key in now if key >= low} <= set(map(int, merged)) or not known
    assert first.keys() <= merged.keys()


async def test_an_evaluation_whose_conversation_is_gone_shows_what_is_left_of_it(desk: Open) -> None:
    def gone(monitor: Any) -> None:
        monitor.deleted.add("77")

    async with desk(View(tab="evaluation"), prepare=gone) as d:
        await d.press("enter")
        await d.sees("not there (any more)", "What the list knows of it", "환불이 왜 안 되나요?", "1.30")


@pytest.mark.parametrize("key", ["escape", "q"])
async def test_a_conversation_that_is_closed_is_no_part_of_the_view_any_more(desk: Open, key: str) -> None:
    async with desk() as d:
        await d.press("l", "down", "enter")
        await d.sees("› #12429")
        assert d.console.session.view.conversation == "12429"
        await d.press(key)
        await d.until(lambda: d.console.screen is d.console.desk, "the list")
        assert d.console.session.view.conversation is None
