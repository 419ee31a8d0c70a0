"""The console walked through by keys, on made figures."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from textual import events
from textual.driver import Driver
from textual.drivers import headless_driver
from textual.drivers.headless_driver import HeadlessDriver
from textual.widgets import Input

from aiops_tui.config import Settings
from aiops_tui.model.filters import Filter
from aiops_tui.model.panels import Notice, Status, Table
from aiops_tui.model.records import STREAMS, Page
from aiops_tui.model.view import View
from aiops_tui.model.window import WindowSpec
from aiops_tui.tui.app import Console
from aiops_tui.tui.screens.conversation import ConversationScreen
from aiops_tui.tui.screens.palette import Palette
from aiops_tui.tui.terminal import TerminalDriver
from aiops_tui.tui.widgets.chart import Chart
from aiops_tui.tui.widgets.drawn import Drawn
from aiops_tui.tui.widgets.entries import Entries
from aiops_tui.tui.widgets.table import TableView

Open = Any


async def test_overview_shows_figures_charts_tables_and_state(desk: Open) -> None:
    async with desk() as d:
        await d.sees("12,430", "▲ 4.2% !", "20.3–21.7", "결제 오류", "8 of 487", "other topics", "40 of 12,430")
        await d.sees("● live · data 2 s old", "READ-ONLY", "16:50:43 Asia/Seoul", "neon/prod › last 7 days")


async def test_numbers_lead_to_the_panes(desk: Open) -> None:
    async with desk() as d:
        await d.press("2")
        await d.sees("Negative by weekday and hour", "What changed most", "+41.0pp")
        await d.press("3")
        await d.sees("Distribution of scores", "Scores by topic and criterion")
        await d.press("4")
        await d.sees("request served 199", "following")
        await d.press("5")
        await d.sees("Reasons", "답변이 느려요", "3 of 14", "Latest feedback")
        await d.press("6")
        await d.sees("u0003", "45 of 1,204", "Over time")
        await d.press("1")
        await d.sees("Latest conversations")
        assert [view.tab for view in d.monitor.named("look")] == [
            "sentiment",
            "evaluation",
            "logs",
            "feedback",
            "users",
            "overview",
        ]


async def test_enter_narrows_to_a_topic_and_escape_returns_to_the_same_place(desk: Open) -> None:
    async with desk() as d:
        await d.press("down", "down", "enter")
        await d.sees("› topic:배송")
        assert d.monitor.view.filter == Filter.parse("topic:배송")
        await d.press("2")
        await d.sees("Sentiment by topic", "› topic:배송")
        await d.press("escape")
        await d.sees("Latest conversations")
        topics = d.console.desk.query_one("#topics", TableView)
        await d.until(lambda: topics.has_focus)
        assert (topics.row, topics.key_of(topics.row)) == (2, "배송")
        assert d.console.session.view == View()
        assert "topic:" not in d.text()


async def test_the_rest_of_all_topics_opens_as_a_list_of_topics(desk: Open) -> None:
    async with desk() as d:
        await d.press("G", "enter")
        await d.sees("╭ Other topics", "Rare 21")
        ((_, apart),) = d.monitor.named("topics")
        assert "환불" in apart
        await d.press("escape")
        assert not d.console.session.view.filter
        await d.press("enter")
        await d.sees("Rare 21")
        await d.press("down", "down", "enter")
        await d.sees('› topic:"Rare 2" › Conversations', "1 of 12,430")
        await d.press("escape")
        await d.until(lambda: d.console.session.view == View())
        await d.until(lambda: d.console.desk.query_one("#topics", TableView).row == 8)


async def test_a_conversation_opens_and_goes_to_its_neighbours_and_back(desk: Open) -> None:
    async with desk() as d:
        await d.press("tab", "down", "enter")
        await d.sees("Conversation 999", "Question", "카드가 두 번 결제됐어요 999", "Negative (부정)")
        assert "› #999" in d.below()
        await d.press("right")
        await d.sees("Conversation 998")
        await d.press("left", "left")
        await d.sees("Conversation 1000")
        await d.press("left")
        await d.sees("Conversation 1000")
        await d.press("G")
        await d.sees("Clarity", "4.00 ████████", "성의가 부족합니다", "Dislike", "too slow")
        await d.press("escape")
        recent = d.console.desk.query_one("#recent", TableView)
        assert d.console.screen is d.console.desk
        assert recent.has_focus
        assert recent.row == 0
        assert d.console.session.view.conversation is None


async def test_a_conversation_that_is_not_there_says_so(desk: Open) -> None:
    async with desk(view=View(conversation="gone")) as d:
        await d.until(lambda: isinstance(d.console.screen, ConversationScreen))
        await d.sees("not there (any more)")


async def test_the_filter_bar_begins_with_the_filter_and_keeps_it_on_a_mistake(desk: Open) -> None:
    async with desk(view=View(filter=Filter.parse("topic:환불")), size=(150, 40)) as d:
        await d.press("slash")
        field = await d.field()
        assert field.value == "topic:환불"
        field.value = "colour:red"
        await d.press("enter")
        await d.sees("at 1:", "colour")
        assert str(d.console.session.view.filter) == "topic:환불"
        field.value = "score<5 sentiment:부정"
        await d.press("enter")
        await d.sees("› score<5 sentiment:negative")
        await d.press("slash")
        await d.until(lambda: field.has_focus)
        field.value = ""
        await d.press("enter")
        await d.until(lambda: not d.console.session.view.filter)
        await d.press("escape")
        await d.sees("› score<5 sentiment:negative")


async def test_escape_leaves_the_filter_bar_and_gives_the_keys_back(desk: Open) -> None:
    async with desk() as d:
        await d.press("slash")
        await d.field()
        await d.press("q")
        assert d.console.desk.query_one(Input).value == "q"
        await d.press("escape")
        await d.until(lambda: d.console.desk.query_one("#topics").has_focus)
        assert not d.console.session.view.filter


async def test_time_keys_move_the_window(desk: Open, now: Any) -> None:
    async with desk() as d:
        session = d.console.session
        await d.press("minus")
        await d.sees("last 30 days")
        await d.press("plus", "equals_sign")
        assert session.view.window == WindowSpec("24h")
        await d.press("comma")
        assert session.view.window.at == now.replace(minute=0, second=0) - timedelta(hours=12) + timedelta(hours=1)
        await d.sees("last 24 hours until 2026-11-22 05:00")
        await d.press("0")
        assert session.view.window == WindowSpec("24h")


async def test_comparison_and_interval_and_pause_reach_the_monitor(desk: Open) -> None:
    async with desk() as d:
        await d.press("c")
        await d.sees("the week before")
        assert d.monitor.view.compare == "week"
        await d.press("i")
        await d.press("space")
        await d.press("r")
        assert d.monitor.named("interval") == [10.0]
        assert d.monitor.named("pause") == [True]
        assert len(d.monitor.named("refresh")) == 1


async def test_a_quiet_poll_draws_nothing(desk: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk() as d:
        await d.sees("12,430")
        await d.pilot.pause(0.1)
        painted: list[tuple[str, Any]] = []
        refresh = Drawn.refresh

        def watched(self: Drawn, *regions: Any, **options: Any) -> Any:
            painted.append((str(self.id), regions))
            return refresh(self, *regions, **options)

        monkeypatch.setattr(Drawn, "refresh", watched)
        drawn = _count_charts(monkeypatch)
        for _ in range(3):
            d.monitor.show()
            await d.pilot.pause()
        assert painted == []
        assert drawn == []


async def test_a_changed_figure_repaints_its_cells_alone(desk: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk() as d:
        shown = d.monitor.show()
        await d.pilot.pause(0.1)
        painted: list[tuple[str, Any]] = []
        refresh = Drawn.refresh

        def watched(self: Drawn, *regions: Any, **options: Any) -> Any:
            painted.append((str(self.id), regions))
            return refresh(self, *regions, **options)

        monkeypatch.setattr(Drawn, "refresh", watched)
        first, *others = shown.tabs["overview"]
        d.monitor.show(tabs={"overview": (replace(first, value=12431), *others)})
        await d.sees("12,431")
        assert [widget for widget, _ in painted] == ["tiles"]
        ((region,),) = [regions for _, regions in painted]
        assert region.area <= 2


async def test_the_selection_stays_with_its_row_when_rows_move(desk: Open) -> None:
    async with desk() as d:
        await d.press("down", "down")
        shown = d.monitor.show()
        topics = shown.panel("overview", "topics")
        assert isinstance(topics, Table)
        rows, keys = (topics.rows[5], *topics.rows), ("new", *topics.keys)
        panels = tuple(replace(topics, rows=rows, keys=keys) if p is topics else p for p in shown.tabs["overview"])
        d.monitor.show(tabs={"overview": panels})
        table = d.console.desk.query_one("#topics", TableView)
        await d.until(lambda: table.count() == len(rows))
        assert (table.row, table.key_of(table.row)) == (3, "배송")


async def test_columns_keep_their_width_when_figures_get_shorter(desk: Open) -> None:
    async with desk() as d:
        shown = d.monitor.show()
        await d.sees("1,840")
        heading = next(line for line in d.text().splitlines() if "Share" in line)
        topics = shown.panel("overview", "topics")
        short = tuple((row[0], 7, 0.1, 0.1, 1.0) for row in topics.rows)
        panels = tuple(replace(topics, rows=short) if p is topics else p for p in shown.tabs["overview"])
        d.monitor.show(tabs={"overview": panels})
        await d.until(lambda: "1,840" not in d.text())
        assert next(line for line in d.text().splitlines() if "Share" in line) == heading


async def test_sorting_is_part_of_the_view_and_keeps_the_rest_last(desk: Open) -> None:
    async with desk() as d:
        table = d.console.desk.query_one("#topics", TableView)
        await d.press("o")
        await d.sees("sorted by Topic")
        assert d.console.session.view.sort == "topic"
        assert table.text_of(0).startswith("login")
        assert table.text_of(table.count() - 1).startswith("other topics")
        await d.press("o", "o", "o", "o")
        assert d.console.session.view.sort == "score"
        assert table.text_of(0).startswith("회원 탈퇴")
        await d.press("O")
        await d.sees("sorted by Score (reversed)", "Score▲")
        assert d.console.session.view.sort == "-score"
        assert table.text_of(0).startswith("결제 오류")
        assert d.monitor.named("look") == [], "sorting asks the database nothing"


async def test_find_marks_hits_and_goes_round(desk: Open) -> None:
    async with desk() as d:
        table = d.console.desk.query_one("#topics", TableView)
        await d.press("f")
        await d.field()
        d.console.desk.query_one(Input).value = "결제"
        await d.press("enter")
        await d.until(lambda: table.has_focus)
        d.console.desk.query_one(Input).value = ""
        assert table.needle == "결제"
        table.find("e")
        rows = []
        for _ in range(3):
            rows.append(table.row)
            await d.press("n")
        assert rows == [5, 8, 5]


async def test_a_chart_names_what_the_cursor_stands_on_and_opens_the_bucket(desk: Open) -> None:
    async with desk() as d:
        await d.press("shift+tab")
        chart = d.console.desk.query_one("#volume", Chart)
        await d.until(lambda: chart.has_focus)
        await d.press("left", "left")
        await d.sees("2026-11-22 Sun", "Positive ", "╰ 2026")
        await d.press("enter")
        window = d.console.session.view.window
        assert window.name == "custom"
        assert window.until - window.since == timedelta(hours=1)
        await d.press("escape")
        await d.until(lambda: d.console.session.view == View())


async def test_a_tile_leads_to_the_pane_that_explains_it(desk: Open) -> None:
    async with desk() as d:
        await d.press("shift+tab", "shift+tab")
        await d.until(lambda: d.console.desk.query_one("#tiles").has_focus)
        await d.press("right", "right", "enter")
        await d.sees("Negative by weekday and hour")
        await d.press("backspace")
        await d.sees("Latest conversations")


async def test_the_log_follows_until_one_scrolls_back(desk: Open) -> None:
    async with desk(view=View(tab="logs")) as d:
        await d.sees("request served 199", "● following")
        entries = d.console.desk.query_one(Entries)
        await d.press("pageup")
        top = entries.book[entries.top].number
        d.monitor.logs.add(5)
        d.console._tick()
        await d.sees("5 new")
        assert entries.book[entries.top].number == top
        d.monitor.logs.drop(50)
        d.console._tick()
        assert entries.book[entries.top].number == top, "what is dropped at the beginning moves nothing"
        await d.press("G")
        await d.sees("request served 204", "● following")
        d.monitor.logs.add(1)
        d.console._tick()
        await d.sees("request served 205")


async def test_an_error_is_found_and_opened_with_its_traceback(desk: Open) -> None:
    async with desk(view=View(tab="logs")) as d:
        await d.sees("request served 199")
        d.monitor.logs.add(1, "error", "boom", ("Traceback", "  ValueError: [/foo] [@click=app.quit]x"))
        d.monitor.logs.add(30)
        d.console._tick()
        await d.press("E")
        await d.press("enter")
        await d.sees("Log entry", "ERROR", "boom 200", "ValueError: [/foo] [@click=app.quit]x")
        await d.press("q")
        assert d.console.screen is d.console.desk


async def test_a_lost_database_greys_the_last_figures_and_says_when_it_is_tried_again(desk: Open, now: Any) -> None:
    async with desk() as d:
        problem = Notice("filter.unknown_key", {"key": "x"})
        lost = Status("lost", now - timedelta(minutes=2), 0, 0, problem, now, now + timedelta(seconds=8))
        d.monitor.publish(None, lost)
        await d.sees("✖ lost", "lost 16:50:43, trying again in 8 s", "“x”", "12,430", "data 2 min old")
        tiles = d.console.desk.query_one("#tiles", Drawn)
        muted = d.console.look.palette.style("muted", stale=True)
        assert any(segment.style == muted and "12,430" in segment.text for segment in tiles.render_line(1))
        d.monitor.show()
        await d.until(lambda: "trying again" not in d.text())


async def test_progress_is_told_where_the_charts_will_be(desk: Open) -> None:
    def silent(monitor: Any) -> None:
        monitor.answers = False

    async with desk(prepare=silent) as d:
        await d.sees("waiting for the database", "◐ loading", "╭ Topics")
        d.monitor.publish(None, Status("loading", done=3, steps=7))
        await d.sees("reading 3 of 7")


async def test_empty_tables_say_why_and_what_to_do(desk: Open) -> None:
    async with desk() as d:
        shown = d.monitor.show()
        none = {tab: tuple(replace(p, rows=(), keys=()) if isinstance(p, Table) else p for p in panels)
                for tab, panels in shown.tabs.items()}  # fmt: skip
        d.monitor.show(tabs=none)
        await d.sees("Press - for a longer one")
        d.monitor.show(tabs={"overview": ()})
        await d.sees("Not in this database")


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (200, 60), (40, 15), (31, 9), (20, 5), (3, 1)])
async def test_any_size_is_lived_with(desk: Open, size: tuple[int, int]) -> None:
    async with desk(size=size) as d:
        for key in ("tab", "2", "tab", "3", "tab", "tab", "4", "question_mark", "escape", "1", "down", "enter"):
            await d.press(key)
        if size[0] < 30 or size[1] < 9:
            assert "small" in d.text() or size[0] < 10
        elif size == (80, 24):
            assert d.console.desk.query_one("#volume").size.height >= 10


async def test_a_resize_keeps_what_was_selected(desk: Open) -> None:
    async with desk() as d:
        await d.press("down", "down")
        await d.pilot.resize_terminal(80, 24)
        await d.sees("▌배송")
        await d.pilot.resize_terminal(200, 60)
        await d.sees("▌배송", "Users over time")


async def test_on_a_narrow_screen_tab_brings_the_panel_that_was_behind(desk: Open) -> None:
    async with desk(size=(80, 24)) as d:
        await d.sees("╭ Topics")
        assert "╭ Latest" not in d.text()
        await d.sees("Tab Latest conversations")
        await d.press("tab")
        await d.sees("╭ Latest conversations")
        assert "╭ Topics" not in d.text()


async def test_a_paste_does_nothing(desk: Open) -> None:
    async with desk() as d:
        before = d.console.session.view
        for letter in "2qscr\n":
            key = "enter" if letter == "\n" else letter
            d.console.post_message(events.Key(key, letter))
        d.console.post_message(events.Paste("2q"))
        await d.pilot.pause(0.1)
        assert d.console.session.view == before
        assert d.monitor.named("refresh") == []
        assert d.console.is_running


async def test_what_was_typed_behind_a_key_is_waited_for(desk: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    unread, terminal = os.pipe()

    class Watched(HeadlessDriver, TerminalDriver):
        _writer_thread = None

        def __init__(self, *given: Any, **named: Any) -> None:
            Driver.__init__(self, *given, **named)
            self.fileno = unread

    monkeypatch.setattr(headless_driver, "HeadlessDriver", Watched)
    async with desk() as d:
        before, driver = d.console.session.view, d.console._driver
        os.write(terminal, b"scq")
        driver.process_message(events.Key("2", "2"))
        await d.pilot.pause(0.1)
        assert d.console.session.view == before, "the rest of a paste waits to be read"
        for letter in os.read(unread, 9).decode():
            driver.process_message(events.Key(letter, letter))
        await d.pilot.pause(0.1)
        assert d.console.session.view == before
        assert d.console.is_running
        driver.process_message(events.Key("2", "2"))
        driver.typed_at = time.monotonic() + 3600
        await d.pilot.pause(0.1)
        assert d.console.session.view == before, "another key was read and is on its way"
        driver.typed_at = 0
        await d.until(lambda: d.console.session.view.tab == "sentiment", "what nothing follows is a key")
    os.close(unread)
    os.close(terminal)


async def test_hangul_letters_work_by_their_place(desk: Open) -> None:
    async with desk() as d:
        d.console.post_message(events.Key("ㄱ", "ㄱ"))
        await d.until(lambda: d.monitor.named("refresh"))
        d.console.post_message(events.Key("ㅓ", "ㅓ"))
        table = d.console.desk.query_one("#topics", TableView)
        await d.until(lambda: table.row == 1)


async def test_the_palette_finds_and_does(desk: Open) -> None:
    async with desk() as d:
        await d.press("colon")
        await d.until(lambda: isinstance(d.console.screen, Palette))
        d.console.screen.query_one(Input).value = "window 24"
        await d.pilot.pause()
        await d.press("enter")
        await d.sees("last 24 hours")
        await d.press("colon")
        await d.until(lambda: isinstance(d.console.screen, Palette))
        d.console.screen.query_one(Input).value = "recount"
        await d.pilot.pause()
        await d.press("enter")
        await d.until(lambda: d.monitor.named("reconcile"))
        await d.press("ctrl+p")
        await d.until(lambda: isinstance(d.console.screen, Palette))
        d.console.screen.query_one(Input).value = "pause stop"
        await d.press("escape")
        await d.until(lambda: d.console.screen is d.console.desk)


async def test_language_theme_and_zone_change_at_once(desk: Open) -> None:
    async with desk() as d:
        d.console.configure(language="ko")
        await d.sees("● 실시간", "최근 대화", "필터")
        d.console.configure(theme="light")
        await d.pilot.pause()
        assert not d.console.current_theme.dark
        d.console.configure(timezone="UTC")
        await d.until(lambda: d.monitor.named("timezone") == ["UTC"])
        assert len(d.monitors) == 1, "nothing is read anew"
        await d.sees("07:50:43 UTC")


async def test_help_is_made_of_the_table_and_q_closes_it(desk: Open) -> None:
    async with desk() as d:
        await d.press("f1")
        await d.sees("Help", "Ctrl+P", "quit at once")
        await d.press("q")
        await d.until(lambda: d.console.screen is d.console.desk)


async def test_q_quits_at_the_top_and_control_c_anywhere(desk: Open) -> None:
    async with desk() as d:
        await d.press("q")
        await d.until(lambda: d.console.return_value == 0)
        assert d.monitor.named("stop")
    async with desk() as d:
        await d.press("slash")
        await d.press("ctrl+c")
        await d.until(lambda: d.console.return_value == 0)


async def test_copying_gives_the_row_or_the_command(desk: Open) -> None:
    async with desk(view=View(filter=Filter.parse('"a b"'))) as d:
        await d.press("y")
        assert d.console.clipboard.startswith("결제 오류\t1,840")
        await d.press("shift+tab")
        await d.until(lambda: d.console.desk.query_one("#volume").has_focus)
        await d.press("y")
        assert d.console.clipboard.startswith("2026-11-22 Sun 15:00 · Positive ")
        await d.press("shift+tab", "y")
        assert d.console.clipboard == """aiops-tui --tab overview --window 7d --filter '"a b"'"""


async def test_data_is_never_markup_and_never_reaches_the_terminal_raw(desk: Open) -> None:
    evil = "[/foo] [@click=app.quit]x[/] \x1b]52;c;aGk=\x07 \x9b31m \u202e"
    async with desk() as d:
        shown = d.monitor.show()
        topics = shown.panel("overview", "topics")
        rows = ((evil, 5, 0.1, 0.1, 1.0), *topics.rows)
        panels = tuple(replace(topics, rows=rows, keys=("evil", *topics.keys)) if p is topics else p
                       for p in shown.tabs["overview"])  # fmt: skip
        d.monitor.show(tabs={"overview": panels})
        await d.sees("[/foo] [@clic")
        assert not any((ord(letter) < 32 and letter != "\n") or 0x7F <= ord(letter) < 0xA0 for letter in d.text())


async def test_polls_become_rarer_while_nobody_looks(desk: Open) -> None:
    async with desk() as d:
        d.console.post_message(events.AppBlur())
        await d.until(lambda: d.monitor.named("idle") == [True])
        d.console.post_message(events.AppFocus())
        await d.until(lambda: d.monitor.named("idle") == [True, False])


async def test_an_unexpected_error_ends_with_a_line_and_a_private_file(settings: Settings) -> None:
    def broken(*given: object) -> Any:
        raise RuntimeError("cannot reach postgresql://u:hunter2@db/prod")

    console = Console(settings, View(), broken)
    with pytest.raises(RuntimeError):
        async with console.run_test() as pilot:
            await pilot.pause(0.5)
    assert "RuntimeError" in console.crash_line
    (report,) = settings.state_dir.iterdir()
    assert str(report) in console.crash_line
    assert "hunter2" not in report.read_text()


def _count_charts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    from aiops_tui.tui.widgets import drawing

    drawn: list[str] = []
    draw = drawing.draw

    def watched(panel: Any, *given: Any) -> Any:
        drawn.append(panel.id)
        return draw(panel, *given)

    monkeypatch.setattr(drawing, "draw", watched)
    return drawn


async def test_a_log_is_switched_off_and_narrowed_by_the_filter(desk: Open) -> None:
    async with desk(view=View(tab="logs")) as d:
        await d.sees("request served 199")
        await d.press("v")
        await d.sees("● ■ app.log")
        await d.press("enter")
        off = frozenset({"app.log", *STREAMS})
        await d.until(lambda: d.monitor.logs.wishes[-1:] == [("show_only", "", off)])
        await d.press("slash", *"level", "colon", *"error", "enter")
        await d.until(lambda: d.monitor.logs.wishes[-1:] == [("show_only", "level:error", off)])


async def test_an_entry_is_marked_and_returned_to(desk: Open) -> None:
    async with desk(view=View(tab="logs")) as d:
        await d.sees("request served 199")
        entries = d.console.desk.query_one(Entries)
        await d.press("pageup", "m", "G", "apostrophe")
        await d.until(lambda: ("go", entries.marked) != d.monitor.logs.wishes[-1:] and not entries.following)
        entry = entries.entry()
        assert entry is not None
        assert d.monitor.logs.wishes[-1] == ("go", entry.number)


async def test_from_a_log_entry_to_the_conversations_of_its_minute_and_back(desk: Open) -> None:
    async with desk(view=View(tab="logs")) as d:
        await d.sees("request served 199")
        await d.press("pageup", "t")
        await d.until(lambda: d.console.session.view.listed)
        window = d.console.session.view.window
        assert window.since is not None
        assert window.until is not None
        assert (window.until - window.since).total_seconds() == 60
        await d.press("escape")
        await d.sees("request served")
        assert d.console.session.view.tab == "logs"


async def test_an_entry_tells_the_conversations_around_it_and_leads_to_their_list(desk: Open) -> None:
    async with desk(view=View(tab="logs")) as d:
        await d.sees("request served 199")
        d.monitor.held = []
        await d.press("enter")
        await d.sees("Log entry", "request served 199", "Conversations of the minute around it", "reading …")
        name, (query, window, _) = d.monitor.calls[-1]
        entry = d.console.desk.query_one(Entries).entry()
        assert entry is not None and entry.time is not None
        assert (name, query) == ("page", "")
        assert (entry.time - window.since).total_seconds() == (window.until - entry.time).total_seconds() == 30
        ((future, page),) = d.monitor.held
        d.monitor.held = None
        future.set_result(page)
        await d.sees(page.rows[0].question[:20], page.rows[9].question[:20], "… and more: t lists them")
        await d.sees("t conversations")
        await d.press("t")
        await d.until(lambda: d.console.screen is d.console.desk and d.console.session.view.listed)
        assert d.console.session.view.window == window
        await d.press("escape")
        await d.until(lambda: d.console.session.view.tab == "logs")


async def test_conversations_around_an_entry_that_cannot_be_read_are_told_and_none_is_said(desk: Open) -> None:
    async with desk(view=View(tab="logs")) as d:
        await d.sees("request served 199")
        for outcome in (RuntimeError(), Page((), False, 0)):
            d.monitor.held = []
            await d.press("enter")
            await d.sees("reading …")
            ((future, _),) = d.monitor.held
            if isinstance(outcome, Page):
                future.set_result(outcome)
                await d.sees("Conversations of the minute around it", "none")
            else:
                future.set_exception(outcome)
                await d.sees("The conversations could not be read.")
            await d.press("escape")
        await d.press("enter")
        await d.sees("reading …")
        await d.press("escape")
        await d.until(d.monitor.held[-1][0].cancelled)


async def test_repeated_log_entries_are_one_line_with_their_number(desk: Open) -> None:
    def repeated(monitor: Any) -> None:
        monitor.logs.add(1, "error", "refused")
        monitor.logs.entries[-1] = replace(monitor.logs.entries[-1], repeats=10_000)

    async with desk(view=View(tab="logs"), prepare=repeated) as d:
        await d.sees("×10,000  refused")
        await d.press("z")
        await d.until(lambda: d.monitor.logs.wishes[-1:] == [("fold", d.monitor.logs.entries[-1].number)])
        assert not d.console.screen.query_one(Entries).following


async def test_a_log_of_repetitions_is_read_back_until_the_list_is_full_or_enough(desk: Open) -> None:
    def little(monitor: Any) -> None:
        monitor.logs.drop(len(monitor.logs.entries))
        monitor.logs.at_start = False

    async with desk(view=View(tab="logs"), prepare=little) as d:
        d.monitor.logs.add(1)
        d.monitor.logs.listener()
        await d.until(lambda: ("older",) in d.monitor.logs.wishes)
        d.monitor.logs.entries[-1] = replace(d.monitor.logs.entries[-1], repeats=20_000)
        d.monitor.logs.add(1)
        d.monitor.logs.wishes.clear()
        d.monitor.logs.listener()
        await d.until(lambda: d.console.screen.query_one(Entries).count() == 2)
        await d.pilot.pause()
        assert ("older",) not in d.monitor.logs.wishes


async def test_the_log_follows_a_window_that_is_moved(desk: Open) -> None:
    async with desk(view=View(tab="logs")) as d:
        await d.sees("request served 199")
        await d.press("comma")
        await d.until(lambda: d.monitor.logs.wishes[-1:] == [("until", d.console.session.view.window.at)])
        await d.press("0")
        await d.until(lambda: d.monitor.logs.wishes[-1:] == [("latest",)])


async def test_what_fits_an_expression_is_marked_in_the_log(desk: Open) -> None:
    async with desk(view=View(tab="logs")) as d:
        await d.sees("request served 199")
        entries = d.console.desk.query_one(Entries)
        await d.press("f", *"/ser[a-z]+ 1/", "enter")
        await d.until(lambda: not entries.has_focus or entries._expression)
        spans = entries.with_hits(entries.line(entries.count() - 1, 100))
        assert [span.text for span in spans if span.role == "hit"] == ["served 1"]
        entries.find("/(/")
        assert entries.with_hits(entries.line(0, 100)) == entries.line(0, 100)


async def test_hits_in_the_log_are_counted_and_a_lag_is_told(desk: Open) -> None:
    async with desk(view=View(tab="logs")) as d:
        await d.sees("request served 199")
        entries = d.console.desk.query_one(Entries)
        entries.find("served 19")
        await d.sees("hit 11 of 11")
        entries.select(0)
        entries.redraw()
        await d.sees("11 hits")
        entries.find("")
        await d.until(lambda: d.monitor.logs.sought == "")
        d.monitor.logs.behind = 12 << 20
        d.monitor.logs.add(1)
        d.monitor.logs.listener()
        await d.sees("falling behind: 12 MiB to read")
