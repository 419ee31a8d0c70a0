"""What the mouse does, wherever it can be had."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from textual.events import MouseScrollDown
from textual.widget import Widget

from aiops_tui.model.filters import Filter
from aiops_tui.model.view import View
from aiops_tui.tui.widgets.chart import Chart
from aiops_tui.tui.widgets.table import TableView
from aiops_tui.tui.widgets.tiles import Tiles
from aiops_tui.tui.widgets.users import UsersTable

Open = Any


async def test_a_click_selects_a_row_and_a_second_one_goes_into_it(desk: Open) -> None:
    async with desk() as d:
        topics = d.console.desk.query_one("#topics", TableView)
        await d.pilot.click("#topics", offset=(5, 4))
        await d.until(lambda: topics.row == 2)
        assert d.console.session.view == View()
        await d.pilot.click("#topics", offset=(5, 4), times=2)
        await d.until(lambda: d.console.session.view.filter == Filter.parse("topic:배송"))
        await d.sees("1 of 12,430")
        await d.pilot.click("#conversations", offset=(5, 3), times=2)
        await d.sees("Conversation 12429")


async def test_a_click_on_a_heading_sorts_by_it_and_another_one_the_other_way_round(desk: Open) -> None:
    async with desk() as d:
        topics = d.console.desk.query_one("#topics", TableView)
        heading = topics.render_line(1).text.index("Share")
        await d.pilot.click("#topics", offset=(heading + 1, 1))
        await d.until(lambda: d.console.session.view.sort == "share")
        await d.pilot.click("#topics", offset=(heading + 1, 1))
        await d.until(lambda: d.console.session.view.sort == "-share")
        assert topics.text_of(0).startswith("회원 탈퇴")


async def test_a_click_puts_the_cursor_of_a_chart_there_and_a_second_one_opens_it(desk: Open) -> None:
    async with desk(View(tab="sentiment")) as d:
        heat = d.console.desk.pane.query_one("#negative_heatmap", Chart)
        await d.pilot.click("#negative_heatmap", offset=(20, 4))
        await d.until(lambda: heat.at is not None and heat.has_focus)
        assert heat.at is not None
        row, column = heat.at
        await d.pilot.click("#negative_heatmap", offset=(20, 5))
        await d.until(lambda: heat.at == (row + 1, column))
        days = d.console.desk.pane.query_one("#sentiment_by_day", Chart)
        await d.pilot.click("#sentiment_by_day", offset=(20, 8), times=2)
        await d.until(lambda: d.console.session.view.window.name == "custom")
        assert days.at is not None
        assert d.console.session.view.window.since == days.panel.x[days.at[1]]


async def test_a_click_on_a_tab_a_tile_and_the_wheel_do_what_keys_do(desk: Open) -> None:
    async with desk() as d:
        await d.pilot.click("#tabs", offset=(17, 0))
        await d.sees("Negative by weekday and hour")
        await d.press("1")
        await d.sees("Latest conversations")
        await d.pilot.click("#tiles", offset=(60, 1), times=2)
        await d.until(lambda: d.console.session.view.tab == "sentiment")
        await d.press("escape")
        await d.until(lambda: d.console.session.view.tab == "overview")
        tiles = d.console.desk.pane.query_one(Tiles)
        assert tiles.chosen == 2


async def test_the_wheel_asks_for_more_users_where_the_last_comes_into_sight(desk: Open) -> None:
    async with desk(View(tab="users")) as d:
        table = d.console.desk.pane.query_one(UsersTable)
        d.console.session.view = replace(d.console.session.view, users=table.count())
        for _ in range(table.count()):
            table.post_message(wheel_down(table))
        await d.until(lambda: d.console.session.view.users > table.count())
        assert table.row == 0
        await d.sees("reading")


def wheel_down(widget: Widget) -> MouseScrollDown:
    return MouseScrollDown(widget, 1, 1, 0, 1, 0, False, False, False)
