"""What a person does in the Logs pane, and between its entries and the conversations, on a made log."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aiops_tui.model.panels import Series
from aiops_tui.model.view import View
from aiops_tui.tui.widgets.chart import Chart
from aiops_tui.tui.widgets.entries import Entries

Open = Any


async def test_enter_on_a_bar_goes_to_its_first_entry_and_escape_back_to_the_bar(desk: Open) -> None:
    async with desk(view=View(tab="logs")) as d:
        await d.sees("request served 199")
        chart = d.console.desk.query_one("#levels_by_bucket", Chart)
        chart.focus()
        await d.until(lambda: chart.has_focus)
        await d.press("right", "left", "left", "enter")
        assert isinstance(chart.panel, Series)
        await d.until(lambda: d.monitor.logs.wishes[-1:] and d.monitor.logs.wishes[-1][0] == "seek")
        moment = d.monitor.logs.wishes[-1][1]
        assert moment in chart.panel.x[:-1]
        entries, at = d.console.desk.query_one(Entries), chart.at
        assert entries.has_focus
        await d.press("escape")
        await d.until(lambda: chart.has_focus)
        assert chart.at == at
        assert entries.following
        assert d.console.session.view.tab == "logs"


async def test_from_a_conversation_to_the_log_lines_around_it_and_back(desk: Open) -> None:
    async with desk(view=View(conversation="12430")) as d:
        await d.sees("t logs")
        when = d.console.screen.conversation.time
        await d.press("t")
        await d.sees("request served")
        await d.until(lambda: d.monitor.logs.wishes[-1:] == [("seek", when)])
        assert d.console.session.view.tab == "logs"
        await d.press("escape")
        await d.until(lambda: d.console.session.view.tab == "overview")


async def test_an_entry_tells_what_is_found_in_it_and_what_of_it_is_missing(desk: Open) -> None:
    async with desk(view=View(tab="logs")) as d:
        await d.sees("request served 199")
        logs = d.monitor.logs
        logs.add(
            1, "warning", "CPU:12.3% | MEM:45.6% request_id=4f9a2c77", ("  more",), "app.db session.py:33 commit()"
        )
        logs.entries[-1] = replace(logs.entries[-1], cut=True, left_out=1234)
        logs.listener()
        await d.sees("CPU:12.3%")
        await d.press("enter")
        await d.sees("logger   ", "app.db", "session.py:33", "commit()", "4f9a2c77", "12.3%", "45.6%")
        await d.sees("1,234 more lines were left out", "a line was too long and is cut")


async def test_logs_are_told_apart_by_their_marks(desk: Open) -> None:
    async with desk(view=View(tab="logs")) as d:
        await d.sees("request served 199")
        logs = d.monitor.logs
        logs.sources = ("app.log", "db.log")
        logs.add(1, message="from the database")
        logs.entries[-1] = replace(logs.entries[-1], source="db.log")
        logs.listener()
        await d.sees("■ app.log", "● db.log")


async def test_a_screen_that_grows_is_filled(desk: Open) -> None:
    def little(monitor: Any) -> None:
        monitor.logs.drop(len(monitor.logs.entries) - 20)
        monitor.logs.at_start = False

    async with desk(view=View(tab="logs"), prepare=little, size=(80, 24)) as d:
        await d.sees("request served 199")
        d.monitor.logs.wishes.clear()
        await d.pilot.resize_terminal(200, 60)
        await d.until(lambda: ("older",) in d.monitor.logs.wishes)


async def test_each_key_has_the_reading_of_logs_make_way(desk: Open) -> None:
    async with desk(view=View(tab="logs")) as d:
        await d.sees("request served 199")
        before = d.monitor.ways
        await d.press("up", "down")
        await d.until(lambda: d.monitor.ways >= before + 2)
