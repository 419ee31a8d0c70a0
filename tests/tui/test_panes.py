"""What the panes show at each size, and how one comes to what is not seen at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from aiops_tui.model.filters import Filter
from aiops_tui.model.panels import Heatmap, Histogram, Metric, Notice, Series, Status, Table
from aiops_tui.model.view import View
from aiops_tui.model.window import WindowSpec
from aiops_tui.tui.widgets.drawn import Drawn
from aiops_tui.tui.widgets.table import TableView

Open = Any

SHOWN = {
    "overview": ("Conversations over time", "Topics", "Latest conversations", "Tab Users over time"),
    "sentiment": ("Sentiment over time", "Sentiment by day", "Negative by weekday and hour", "Sentiment by topic",
                  "What changed most"),
    "evaluation": ("Scores over time", "Distribution of scores", "Score by weekday and hour",
                   "Scores by topic and criterion", "Lowest scored conversations"),
    "logs": ("Log entries over time", "Log entries"),
    "feedback": ("Feedback by day", "Reasons", "Latest feedback"),
    "users": ("Active users by day", "Users"),
}  # fmt: skip


@pytest.mark.parametrize("tab", SHOWN)
async def test_all_panels_are_on_a_screen_of_120_by_40_or_named_where_tab_brings_them(desk: Open, tab: str) -> None:
    async with desk(View(tab=tab)) as d:
        await d.sees(*SHOWN[tab])


async def test_tab_comes_to_every_panel_on_a_narrow_screen(desk: Open) -> None:
    async with desk(View(tab="sentiment"), size=(80, 24)) as d:
        seen = set()
        for _ in range(6):
            await d.press("tab")
            seen |= {title for title in SHOWN["sentiment"] if f"╭ {title}" in d.text()}
        assert seen == set(SHOWN["sentiment"])


async def test_up_and_down_choose_the_score_whose_course_and_distribution_are_shown(desk: Open) -> None:
    async with desk(View(tab="evaluation")) as d:
        await d.sees("╭ Scores over time ─", "╭ Distribution of scores ─", "↑↓ 1/4")
        await d.press("tab", "tab", "down")
        await d.sees("Scores over time · Relevance", "Distribution of scores · Relevance", "↑↓ 2/4")
        await d.press("tab", "up", "up")
        await d.sees("Scores over time · Emotion", "Distribution of scores · Emotion", "↑↓ 4/4")


async def test_the_estimate_of_all_rows_gives_its_place_to_what_moves(desk: Open) -> None:
    async with desk() as d:
        await d.sees("of ≈ 203,400 in all", "7.12 /10      ▼ 0.08", "7.02–7.22 · n 2.4k")
        assert "All conversations" not in d.text()
        await d.pilot.resize_terminal(200, 60)
        await d.sees("╭ All conversations", "≈ 203,400", "within noise ▼ 0.08")
        await d.until(lambda: "in all" not in d.text())


async def test_tiles_that_do_not_fit_are_counted_and_come_by_arrow(desk: Open) -> None:
    async with desk(View(tab="evaluation")) as d:
        await d.sees("+1 →")
        await d.press("shift+tab", "shift+tab", "shift+tab", "shift+tab", "shift+tab", *["right"] * 5)
        await d.sees("╭ Low scores among")


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("size", [(200, 60), (120, 40)])
async def test_titles_of_tiles_are_whole_wherever_arrows_lead(desk: Open, size: tuple[int, int], language: str) -> None:
    agreed = ("agreement", "agreement.base_rate", "agreement.disliked", "agreement.disliked.base_rate")
    async with desk(View(tab="evaluation"), size=size, language=language) as d:
        known = d.monitor.show().tabs["evaluation"]
        figures = [Metric(name, "ratio", 0.4, 300, 0.35, 0.45) for name in agreed]
        d.monitor.show(tabs={"evaluation": (*(panel for panel in known if panel.id != "agreement"), *figures)})
        d.console.desk.pane.bring("tiles")
        for metric in d.console.desk.pane.tiles():
            await d.sees(f"╭ {d.console.look.words.title(metric.id)} ─")
            assert "…" not in d.text().splitlines()[2]
            await d.press("right")


async def test_where_there_are_no_evaluations_the_pane_says_how_to_get_some(desk: Open) -> None:
    async with desk(View(tab="evaluation"), size=(150, 45)) as d:
        shown = d.monitor.show()
        worst = shown.panel("evaluation", "worst")
        none = replace(worst, rows=(), total=None, keys=())
        d.monitor.show(tabs={"evaluation": (none,)}, warnings=(Notice("source.no_evaluations"),))
        await d.sees("no evaluations yet: the backend's evaluation run makes the table")


@pytest.mark.parametrize("tab", ["overview", "sentiment", "evaluation", "feedback", "users"])
async def test_a_database_without_a_row_is_not_mistaken_for_a_window_without_one(desk: Open, tab: str) -> None:
    async with desk(View(tab=tab), size=(150, 45)) as d:
        shown = d.monitor.show()
        none = [replace(panel, rows=(), keys=(), total=0, trends=()) if isinstance(panel, Table) else panel
                for panel in shown.tabs[tab] if not isinstance(panel, Series | Histogram | Heatmap)]  # fmt: skip
        d.monitor.show(tabs={tab: tuple(none)})
        await d.sees("in this window. Press - for a longer one.")
        why = Notice("source.no_rows", {"table": "conversation_log", "database": "prod"})
        d.monitor.show(tabs={tab: tuple(none)}, warnings=(why,))
        await d.sees("no conversations yet in conversation_log of prod", "aiops-tui demo")
        assert "Press -" not in d.text()


async def test_what_to_do_about_nothing_is_told_by_the_keys_there_are_and_only_where_it_helps(desk: Open) -> None:
    def none(monitor: Any) -> None:
        monitor.behind = 0

    async with desk(View(listed=True), prepare=none, keys={"zoom_out": ("f9",)}) as d:
        await d.sees("Nothing in this window. Press F9 for a longer one.")
        await d.press("slash", *"hour:3", "enter")
        await d.sees("Nothing here passes the filter. Press / and empty it, or Esc ⌫ to go back.")
    async with desk(View(listed=True, window=WindowSpec("all")), prepare=none) as d:
        await d.sees("Nothing in this window. ")
        assert "longer" not in d.text()


async def test_while_there_is_nothing_to_show_panels_say_what_is_wrong(desk: Open) -> None:
    def silent(monitor: Any) -> None:
        monitor.answers = False

    async with desk(prepare=silent, size=(100, 40)) as d:
        await d.sees("waiting for the database")
        problem = Notice("source.refused", {"target": "db/prod"})
        d.monitor.publish(None, Status("lost", problem=problem, lost_at=d.console.now()))
        await d.until(lambda: d.text().count("db/prod: nobody answers") == 4, "in the banner and three panels")
        await d.until(lambda: d.text().count("╭") == d.text().count("╰"), "frames that are whole below the banner")


async def test_a_tab_that_was_not_read_before_the_connection_was_lost_shows_what_others_know(
    desk: Open, figures: Any
) -> None:
    def silent(monitor: Any) -> None:
        monitor.answers = False

    async with desk(prepare=silent) as d:
        d.monitor.show(tabs={"overview": figures(View()).tabs["overview"]})
        gone = Status(
            "lost", d.console.now(), problem=Notice("source.refused", {"target": "db"}), lost_at=d.console.now()
        )
        d.monitor.publish(None, gone)
        for key, figure in (("2", "21.0%"), ("3", "7.12 /10"), ("5", "67.0%"), ("6", "1,204")):
            await d.press(key)
            await d.sees("lost · data 0 s old", "Not read before the connection was lost at 16:50:43.", figure)
            assert d.console.session.stale


async def test_notices_are_counted_beside_the_tabs_and_all_told_on_asking(desk: Open) -> None:
    warnings = (Notice("source.no_time", {"n": 12}), Notice("source.no_evaluations"))
    async with desk(size=(150, 40)) as d:
        assert "! 2" not in d.text()
        d.monitor.show(warnings=warnings)
        await d.sees("! 2 rows without a usable time, in no window: 12")
        await d.pilot.click("#tabs", offset=(120, 0))
        await d.sees("╭ Notices", "no evaluations yet")
        for width in (80, 40):
            await d.pilot.resize_terminal(width, 24)
            await d.until(
                lambda: d.below().splitlines()[1].endswith("! 2 "), "how many, where there is no room for more"
            )


async def test_a_very_wide_header_says_when_all_rows_were_recounted(desk: Open) -> None:
    async with desk(size=(160, 40)) as d:
        d.monitor.show(reconciled_at=d.console.now() - timedelta(seconds=42))
        await d.sees("recounted 40 s ago")
        await d.pilot.resize_terminal(120, 40)
        await d.until(lambda: "recounted" not in d.text())


async def test_the_narrowest_tabs_and_path_are_whole(desk: Open) -> None:
    async with desk(size=(40, 15)) as d:
        await d.sees(" 1 Overview   2   3   4   5   6 ", "last 7 days")
        await d.press("5")
        await d.sees(" 5 Feedback ")


async def test_without_colours_the_parts_of_a_bar_differ_by_pattern(desk: Open, monkeypatch: Any) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with desk() as d:
        await d.sees("▓ Positive", "▒ Neutral", "█ Negative", "▚ Other")
        await d.press("2")
        await d.sees("░", "▒")


async def test_a_log_entry_shows_which_part_of_the_program_speaks(desk: Open) -> None:
    def spoken(monitor: Any) -> None:
        monitor.logs.add(1, message="late", origin="app.api.chat")

    async with desk(View(tab="logs"), prepare=spoken) as d:
        await d.sees("INFO      app.log  app.api.chat  late")
        await d.pilot.resize_terminal(80, 24)
        await d.until(lambda: "app.api.chat" not in d.text())


async def test_a_pane_that_is_not_seen_draws_nothing_and_is_there_at_once(desk: Open, monkeypatch: Any) -> None:
    async with desk() as d:
        await d.press("2")
        await d.sees("Negative by weekday and hour")
        await d.press("1")
        await d.sees("Latest conversations")
        drawn: list[str] = []
        draw = Drawn.redraw

        def watched(self: Drawn) -> None:
            drawn.append(str(self.parent.id if self.parent else ""))
            draw(self)

        monkeypatch.setattr(Drawn, "redraw", watched)
        shown = d.monitor.show()
        moved = {tab: tuple(replace(p, value=1) if isinstance(p, Metric) else p for p in panels)
                 for tab, panels in shown.tabs.items()}  # fmt: skip
        d.monitor.show(tabs=moved)
        await d.until(lambda: "pane-overview" in drawn)
        assert "pane-sentiment" not in drawn
        d.monitor.answers = False
        await d.press("2")
        await d.sees("Negative by weekday and hour")


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (200, 60), (40, 12)])
async def test_enter_on_a_user_opens_that_ones_page_and_escape_returns(desk: Open, size: tuple[int, int]) -> None:
    async with desk(View(tab="users"), size=size) as d:
        await d.press("down", "down", "enter")
        await d.sees("╭ Latest conversations")
        assert str(d.console.session.view.filter) == "user:u0002"
        if size[0] >= 120:
            await d.sees("╭ Sentiment over time", "╭ Scores over time", "╭ When they come", "╭ Topics", "7.12 /10")
            assert "New users" not in d.text()
        await d.press("enter")
        await d.sees("Conversation 1000")
        await d.press("escape", "escape")
        await d.sees("╭ Users")
        users = d.console.desk.pane.query_one("#users", TableView)
        await d.until(lambda: users.has_focus and users.row == 2)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("user:u0002", "No evaluations in this window. Press -"),
        ("user:u0002 topic:환불", "Nothing here passes the filter."),
    ],
)
async def test_a_user_without_scores_is_said_to_have_none_unless_more_is_left_out(
    desk: Open, wanted: str, told: str
) -> None:
    async with desk(View(tab="users", filter=Filter.parse(wanted))) as d:
        await d.sees("╭ Scores over time")
        shown = d.monitor.show()
        scores = replace(shown.panel("users", "score_by_bucket"), series={})
        kept = [scores if panel.id == scores.id else panel for panel in shown.tabs["users"]]
        d.monitor.show(tabs={"users": tuple(kept)})
        await d.sees(told)


async def test_users_who_are_still_looked_for_are_not_called_missing(desk: Open) -> None:
    async with desk(View(tab="users")) as d:
        pane = d.console.desk.pane
        table = next(panel for panel in d.console.session.snapshot.tabs["users"] if panel.id == "users")
        assert pane.emptiness(replace(table, rows=(), total=None)).notice == Notice("tui.list.reading")
        assert pane.emptiness(replace(table, rows=(), total=0)).reason == "none"
        assert pane.emptiness(replace(table, rows=(), total=0)).notice is None
