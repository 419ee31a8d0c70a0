"""Views opened by their name, and the last session's."""

from __future__ import annotations

from pathlib import Path

import pytest

from aiops_tui.cli.problems import Stop
from aiops_tui.config.lastsession import LastSession, keep_session
from aiops_tui.config.savedviews import delete_view, save_view
from aiops_tui.model.filters import Filter
from aiops_tui.model.reopening import options_of
from aiops_tui.model.view import View
from aiops_tui.model.window import WindowSpec
from tests.cli.conftest import Run
from tests.cli.test_views import invocation, view_of

VIEW = View("sentiment", WindowSpec("24h"), Filter.parse("topic:환불"), "week", "negative_ratio")


@pytest.fixture
def state(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AIOPS_STATE_DIR", str(home / "state"))
    save_view(home / "state", "morning round", options_of(VIEW))
    return home / "state"


def test_a_saved_view_is_whole_and_options_change_it(home: Path, state: Path) -> None:
    environ = {
        "AIOPS_STATE_DIR": str(state),
        "AIOPS_SINCE": "2026-01-01",
        "AIOPS_TAB": "logs",
        "AIOPS_FILTER": "user:x",
    }
    assert view_of(["--view", "morning round"], environ, home) == VIEW
    assert view_of(["--view", "morning round", "--tab", "logs", "--filter", ""], environ, home) == View(
        "logs", VIEW.window, Filter(), VIEW.compare, VIEW.sort
    )
    assert view_of(["--view", "morning round", "--since", "2026-11-22"], environ, home).window.name == "custom"
    assert view_of([], {**environ, "AIOPS_VIEW": "morning round"}, home) == VIEW


def test_headless_commands_open_it_too(run: Run, db: Path, state: Path) -> None:
    shown = run("snapshot", "--view", "morning round", "--format", "json")
    assert shown.status == 0, shown.err
    assert '"filter": "topic:환불"' in shown.out
    assert '"tabs": {"sentiment"' in shown.out


def test_a_name_that_is_not_there_is_told_with_those_that_are(run: Run, db: Path, state: Path) -> None:
    shown = run("snapshot", "--view", "evening")
    assert shown.status == 2
    assert shown.line == "--view: there is no saved view “evening”, only morning round"
    delete_view(state, "morning round")
    assert "no view is saved yet" in run("snapshot", "--view", "evening").line


def test_a_view_that_cannot_be_opened_any_more_is_told(run: Run, db: Path, state: Path) -> None:
    save_view(state, "old", {"filter": "colour:red"})
    shown = run("snapshot", "--view", "old")
    assert shown.status == 1
    assert "“old” cannot be opened any more: “colour” cannot be filtered by" in shown.line


def test_the_last_session_is_resumed_on_request(home: Path, state: Path) -> None:
    environ = {"AIOPS_STATE_DIR": str(state)}
    settings = invocation([], environ, home).settings
    assert view_of(["--resume"], environ, home) == View()
    keep_session(settings, LastSession(options_of(VIEW)))
    assert view_of(["--resume"], environ, home) == VIEW
    assert view_of([], environ, home) == View()
    assert view_of(["--resume", "--db", "sqlite:///other.db"], environ, home) == View()
    keep_session(settings, LastSession({"tab": "nowhere"}))
    assert view_of(["--resume"], environ, home) == View()
    with pytest.raises(Stop):
        view_of(["--resume", "--view", "evening"], environ, home)
