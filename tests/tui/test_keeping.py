"""What is kept: views by name, the last session's, and what was seen when somebody last looked."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from aiops_tui.config import Secret, Settings
from aiops_tui.config.lastsession import LastSession, database_key, keep_session, last_session
from aiops_tui.config.savedviews import delete_view, save_view, saved_views
from aiops_tui.model.filters import Filter
from aiops_tui.model.panels import Metric, Panel, Series, Snapshot
from aiops_tui.model.reopening import ViewError, options_of, view_of
from aiops_tui.model.view import View
from aiops_tui.model.window import WindowSpec
from aiops_tui.text.translations import Translator
from aiops_tui.tui.lately import Glance, Lately, changes, glance
from tests.cli.test_views import views

Open = Any

VIEW = View("sentiment", WindowSpec("24h"), Filter.parse('topic:"결제 오류" -user:"--x y"'), "week", "negative_ratio")


@given(views())
def test_any_view_can_be_kept_and_opened_again(view: View) -> None:
    kept = json.loads(json.dumps(options_of(view)))
    assert view_of(kept) == view


@pytest.mark.parametrize(
    "options",
    [{"tab": "nowhere"}, {"window": "7x"}, {"filter": "colour:red"}, {"compare": "x"}, {"since": "soon"}, {"db": "x"},
     {"since": "2026-11-22", "until": "2026-11-21"}, {"filter": 3}],
)  # fmt: skip
def test_what_opens_no_view_any_more_is_told(options: dict[str, str]) -> None:
    with pytest.raises(ViewError) as caught:
        view_of(options)
    assert Translator("en").notice(caught.value.notice) != caught.value.notice.id


def test_saved_views_are_for_their_owner_alone_and_follow_no_link(tmp_path: Path) -> None:
    state = tmp_path / "state"
    save_view(state, "  morning\tround ", options_of(VIEW))
    assert saved_views(state) == ({"morning round": options_of(VIEW)}, ())
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert stat.S_IMODE((state / "views.json").stat().st_mode) == 0o600
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (state / "views.json").unlink()
    (state / "views.json").symlink_to(victim)
    assert saved_views(state)[1][0].id == "config.views_broken"
    save_view(state, "x", {})
    assert victim.read_text() == "precious"
    assert list(saved_views(state)[0]) == ["x"]
    delete_view(state, "x")
    assert saved_views(state) == ({}, ())


@pytest.mark.parametrize("text", ["", "[]", '{"views": []}', "\x00", '{"views": {"a": 1}}', "{" * 9999])
def test_a_broken_file_is_told_set_aside_and_replaced(tmp_path: Path, text: str) -> None:
    (tmp_path / "views.json").write_text(text)
    found, notices = saved_views(tmp_path)
    assert found == {}
    assert bool(notices) == (text != '{"views": {"a": 1}}')
    save_view(tmp_path, "new", {"tab": "logs"})
    assert saved_views(tmp_path) == ({"new": {"tab": "logs"}}, ())
    assert (tmp_path / "views.json.broken").exists() == bool(notices)


async def test_a_view_is_saved_listed_opened_and_deleted_by_the_palette(desk: Open, settings: Settings) -> None:
    async def command(d: Any, text: str) -> None:
        await d.press("colon")
        (await d.field()).value = text
        await d.pilot.pause()
        await d.press("enter")

    async with desk(view=VIEW) as d:
        await command(d, "save this view")
        await d.sees("Save this view as")
        field = await d.field()
        await d.press("enter")
        await d.sees("✖ write a name")
        field.value = "아침 [/x] 점검"
        await d.press("enter")
        await d.sees("saved as “아침 [/x] 점검”")
        await d.press("1", "0", "c", "minus")
        await d.until(lambda: d.console.session.view.window.name == "7d")
        await command(d, "View: 아침")
        await d.until(lambda: d.console.session.view == VIEW)
        await d.press("escape")
        await d.until(lambda: d.console.session.view.window.name == "7d")
        await command(d, "Delete the view")
        await d.sees("deleted")
        assert saved_views(settings.state_dir)[0] == {}


async def test_a_name_that_is_taken_is_asked_for_twice(desk: Open, settings: Settings) -> None:
    save_view(settings.state_dir, "mine", {"tab": "logs"})
    async with desk() as d:
        d.console.desk.action_save_view()
        field = await d.field()
        field.value = "mine"
        await d.press("enter")
        await d.sees("Enter again writes over it")
        assert saved_views(settings.state_dir)[0]["mine"] == {"tab": "logs"}
        await d.press("enter")
        await d.sees("saved as “mine”")
        assert saved_views(settings.state_dir)[0]["mine"]["tab"] == "overview"


async def test_a_saved_view_that_opens_nothing_any_more_is_told_and_skipped(desk: Open, settings: Settings) -> None:
    save_view(settings.state_dir, "old", {"filter": "colour:red"})
    save_view(settings.state_dir, "good", {"tab": "logs"})
    async with desk() as d:
        await d.sees("! 1 the saved view “old” cannot be opened")
        await d.press("colon")
        (await d.field()).value = "view"
        await d.sees("View: good")
        assert "View: old" not in d.text()
        await d.sees("Delete the view: old")


async def test_a_place_where_nothing_can_be_kept_is_told(desk: Open, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with desk(state_dir=tmp_path / "file" / "state") as d:
        d.console.desk.action_save_view()
        field = await d.field()
        field.value = "x"
        await d.press("enter")
        await d.sees("not saved: ")


async def test_the_last_view_and_the_filters_come_back_in_the_next_session(desk: Open, settings: Settings) -> None:
    async with desk(view=View("logs")) as d:
        await d.press("slash")
        field = await d.field()
        field.value = "user:kim"
        await d.press("enter")
        await d.until(lambda: d.console.session.view.filter)
        await d.press("ctrl+c")
    file = settings.state_dir / "sessions.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "hunter2" not in file.read_text()
    async with desk() as d:
        await d.until(lambda: d.console.desk.last is not None)
        assert d.console.session.view == View(), "only on request"
        await d.press("slash")
        field = await d.field()
        await d.press("up")
        assert field.value == "user:kim"
        await d.press("escape")
        d.console.desk.action_resume_view()
        await d.until(lambda: d.console.session.view == View("logs", filter=Filter.parse("user:kim")))


def with_url(settings: Settings, url: str) -> Settings:
    return replace(settings, database_url=Secret(url))


def test_sessions_are_told_apart_by_where_the_database_is(settings: Settings) -> None:
    def key(url: str) -> str:
        return database_key(with_url(settings, url))

    assert key("postgresql://a:secret@db:5432/prod") == key("postgresql+psycopg2://b@db:5432/prod?sslmode=require")
    assert key("postgresql://db/prod") != key("postgresql://db/test")
    assert key("sqlite:////a/x.db") != key("sqlite:////b/x.db")
    assert key("postgresql:///?service=a") != key("postgresql:///?service=b")
    keep_session(settings, LastSession({"tab": "logs"}, {}, ("a",)))
    assert last_session(settings) == LastSession({"tab": "logs"}, {}, ("a",))
    assert last_session(with_url(settings, "sqlite:///other.db")) == LastSession()
    assert last_session(replace(settings, operator="kim")) == LastSession(), "in a browser each has their own"
    (settings.state_dir / "sessions.json").write_text("{")
    assert last_session(settings) == LastSession()


# since somebody last looked


def later(shown: Snapshot, minutes: int, more: int = 0, negative: float = 0.21) -> Snapshot:
    """Return the figures some minutes later, with so many more conversations in the last bucket."""
    panels: list[Panel] = []
    for panel in shown.tabs["overview"]:
        if isinstance(panel, Series) and panel.id == "volume":
            figures = {name: (*values[:-1], (values[-1] or 0) + more) for name, values in panel.series.items()}
            panel = replace(panel, series={**panel.series, "neutral": figures["neutral"]})
        elif isinstance(panel, Metric) and panel.id == "negative_ratio":
            panel = replace(panel, value=negative)
        panels.append(panel)
    return replace(shown, as_of=shown.as_of + timedelta(minutes=minutes), tabs={"overview": tuple(panels)})


def test_what_changed_is_told_exactly(figures: Any) -> None:
    shown = figures(View())
    before = Glance.read(json.loads(json.dumps(glance("overview", shown).kept())))
    assert before is not None
    words, seoul = Translator("en"), ZoneInfo("Asia/Seoul")
    line, long = changes(before, "overview", later(shown, 125, 42, 0.243), words, seoul)
    assert line == "since 16:50 (2 h): 42 new conversations · Negative share 21.0% → 24.3%"
    nothing, brief = changes(before, "overview", later(shown, 5), words, seoul)
    assert nothing == "since 16:50 (5 min): nothing new"
    assert brief < long, "the keys are not hidden for long by no news"


def test_of_a_window_that_has_moved_on_the_least_is_told(figures: Any) -> None:
    before = glance("overview", figures(View()))
    old = Glance(before.as_of - timedelta(days=30), {}, {"volume": ("2026-10-01T00:00:00+00:00", 5)})
    shown = figures(View(window=WindowSpec("24h")))
    volume = shown.panel("overview", "volume")
    total = sum(sum(values) for values in volume.series.values())
    assert f"≥ {total:,} new conversations" in changes(old, "overview", shown, Translator("en"), ZoneInfo("UTC"))[0]


@pytest.mark.parametrize("kept", [None, [], {}, {"as_of": "x", "figures": {}, "counts": {}},
                                  {"as_of": "2026-01-01T00:00:00", "figures": {}, "counts": {}},
                                  {"as_of": "2026-01-01T00:00:00Z", "figures": {"a": "x"}, "counts": {}},
                                  {"as_of": "2026-01-01T00:00:00Z", "figures": {}, "counts": {"a": [1]}}])  # fmt: skip
def test_what_was_not_kept_whole_is_nothing(kept: object) -> None:
    assert Glance.read(kept) is None


def test_it_is_told_once_to_who_was_away_and_only_of_what_goes_on(figures: Any) -> None:
    shown, lately, view = figures(View()), Lately(), View()
    assert lately.seen(view, shown) is None
    assert lately.seen(view, later(shown, 30, 5)) is None, "nobody was away"
    lately.watched(False)
    assert lately.seen(view, later(shown, 60, 9)) is None, "nobody looks"
    lately.watched(True)
    assert lately.seen(View(window=WindowSpec(at=datetime(2026, 1, 1, tzinfo=UTC))), shown) is None
    before = lately.seen(view, later(shown, 90, 12))
    assert before is not None
    assert before.as_of == shown.as_of + timedelta(minutes=30), "the last that was looked at"
    assert lately.seen(view, later(shown, 120, 12)) is None


async def test_coming_back_to_the_terminal_says_what_changed(desk: Open) -> None:
    async with desk() as d:
        await d.sees("12,430")
        d.console.on_app_blur()
        d.console.on_app_focus()
        shown = d.monitor.show()
        d.monitor.show(as_of=shown.as_of + timedelta(minutes=45), tabs=later(shown, 0, 7).tabs)
        await d.sees("since 16:50 (45 min): 7 new conversations")


async def test_a_new_start_on_the_same_database_says_what_changed(desk: Open, figures: Any) -> None:
    async with desk() as d:
        await d.until(d.console.session.lately.kept)
        await d.press("ctrl+c")

    def silent(monitor: Any) -> None:
        monitor.answers = False

    async with desk(prepare=silent) as d:
        await d.until(lambda: d.console.desk.last is not None)
        shown = d.monitor.show(tabs={})
        d.monitor.show(as_of=shown.as_of + timedelta(hours=3), tabs=later(figures(View()), 0, 3, 0.5).tabs)
        await d.sees("3 new conversations · Negative share 21.0% → 50.0%")
