"""The view that options ask for, whichever source they are from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aiops_tui.cli import parsing
from aiops_tui.cli.commands import program
from aiops_tui.cli.invocation import PROGRAM, Invocation
from aiops_tui.cli.views import read_tabs, read_view
from aiops_tui.model.filters import Filter, Term
from aiops_tui.model.panels import TABS
from aiops_tui.model.view import View
from aiops_tui.model.window import COMPARES, EARLIEST, LATEST, WINDOW_NAMES, WindowSpec

in_the_same_folder = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def invocation(arguments: Sequence[str], environ: Mapping[str, str], directory: Path) -> Invocation:
    """Parse the options of the console as the program does, but do not open it."""
    run = Invocation(arguments, environ, directory)
    with program.make_context(PROGRAM, [*arguments], obj=run) as context:
        run.flags |= {name: value for name, value in context.params.items() if value not in (None, ())}
    return run


def view_of(arguments: Sequence[str], environ: Mapping[str, str], directory: Path) -> View:
    return read_view(invocation(arguments, environ, directory))


def test_without_options_it_is_the_last_week(home: Path) -> None:
    assert view_of([], {}, home) == View()


@st.composite
def views(draw: st.DrawFn) -> View:
    """Any view that the console can be asked for."""
    seconds = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
    first, second, third = sorted(draw(st.lists(seconds, min_size=3, max_size=3, unique_by=epoch_second)))
    maybe = st.sampled_from([None, 0])
    at = None if draw(maybe) is None else third.replace(microsecond=0)
    custom = WindowSpec("custom", first.replace(microsecond=0), second.replace(microsecond=0), at)
    window = draw(st.sampled_from([custom, replace(custom, until=None), *(WindowSpec(n, at=at) for n in WINDOW_NAMES)]))
    words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)
    keys = st.sampled_from(["topic", "user", "text"])
    terms = draw(st.lists(st.builds(Term, keys, words, st.just(":"), st.booleans()), max_size=4, unique=True))
    return View(
        tab=draw(st.sampled_from(TABS)),
        window=window,
        filter=Filter(tuple(terms)),
        compare=draw(st.sampled_from(COMPARES)),
        sort=draw(st.none() | words),
        listed=draw(st.booleans()),
        conversation=draw(st.none() | words),
    )


def epoch_second(moment: datetime) -> int:
    return int(moment.timestamp())


@in_the_same_folder
@given(view=views(), zone=st.sampled_from(["Asia/Seoul", "America/New_York", "Asia/Kolkata"]))
def test_the_options_of_any_view_open_it_again(home: Path, view: View, zone: str) -> None:
    assert view_of([*view.arguments(), "--tz", zone], {}, home) == view


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-22", datetime(2026, 11, 21, 15, tzinfo=UTC)),
        ("2026-11-22T16:50", datetime(2026, 11, 22, 7, 50, tzinfo=UTC)),
        ("2026-11-22 16:50:43.999999", datetime(2026, 11, 22, 7, 50, 43, tzinfo=UTC)),
        ("2026-11-22T16:50:43Z", datetime(2026, 11, 22, 16, 50, 43, tzinfo=UTC)),
        ("2026-11-22T16:50:43-05:30", datetime(2026, 11, 22, 22, 20, 43, tzinfo=UTC)),
        (" 20261122T165043+0900 ", datetime(2026, 11, 22, 7, 50, 43, tzinfo=UTC)),
        ("9999-12-31", LATEST),
        ("0001-01-02", EARLIEST),
    ],
)
def test_times_without_an_offset_are_of_the_display_zone(home: Path, written: str, meant: datetime) -> None:
    assert view_of(["--at", written], {}, home).window == WindowSpec("7d", at=meant)


def test_times_follow_the_zone_and_its_clocks(home: Path) -> None:
    window = view_of(["--since", "2026-07-01", "--until", "2026-12-01", "--tz", "America/New_York"], {}, home).window
    assert (window.since, window.until) == (datetime(2026, 7, 1, 4, tzinfo=UTC), datetime(2026, 12, 1, 5, tzinfo=UTC))
    assert window.name == "custom"


def test_a_start_alone_or_an_end_alone_will_do(home: Path) -> None:
    since = view_of(["--since", "2026-11-22T00:00Z"], {}, home).window
    assert since == WindowSpec("custom", since=datetime(2026, 11, 22, tzinfo=UTC))
    assert since.is_live
    assert view_of(["--until", "2026-11-22T00:00Z"], {}, home).window.until == since.since


def test_flags_come_before_the_environment_before_dotenv_before_toml(home: Path) -> None:
    toml = home / "config.toml"
    toml.write_text('tab = "logs"\nwindow = "1h"\ncompare = "week"\nsort = "score"\nsince = 2026-01-01\n')
    (home / ".env").write_text("AIOPS_WINDOW=6h\nAIOPS_COMPARE=off\nAIOPS_TAB=sentiment\n")
    environ = {"AIOPS_CONFIG": str(toml), "AIOPS_WINDOW": "24h", "AIOPS_TAB": "Evaluation"}
    view = view_of(["--window", "30d"], environ, home)
    assert (view.window.name, view.tab, view.compare, view.sort) == ("30d", "evaluation", "off", "score")


def test_bounds_given_on_the_command_line_win_over_a_window_from_elsewhere(home: Path) -> None:
    environ = {"AIOPS_WINDOW": "1h", "AIOPS_SINCE": "2026-01-01"}
    assert view_of(["--until", "2026-11-22"], environ, home).window.name == "custom"
    assert view_of(["--window", "6h"], environ, home).window == WindowSpec("6h")
    assert view_of([], environ, home).window.since == datetime(2025, 12, 31, 15, tzinfo=UTC)


def test_an_empty_option_takes_back_what_the_environment_says(home: Path) -> None:
    assert not view_of(["--filter", ""], {"AIOPS_FILTER": "topic:환불"}, home).filter
    assert str(view_of([], {"AIOPS_FILTER": "topic:환불"}, home).filter) == "topic:환불"


def test_all_tabs(home: Path) -> None:
    assert read_tabs(invocation([], {"AIOPS_TAB": "all"}, home)) == TABS
    assert read_tabs(invocation(["--tab", "LOGS"], {}, home)) == ("logs",)


def test_options_may_stand_before_the_command_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, object]] = []

    def body(run: Invocation) -> int:
        seen.append(run.flags)
        return 0

    probe = parsing.Command("probe", body, program.groups[1])
    monkeypatch.setitem(program.commands, "probe", probe)
    arguments = ["--window", "6h", "--tab", "logs", "probe", "--tab", "sentiment"]
    run = Invocation(arguments, {}, home)
    with program.make_context(PROGRAM, arguments, obj=run) as context:
        assert program.invoke(context) == 0
    assert seen == [{"window": "6h", "tab": "sentiment"}]


def test_seconds_ago_is_not_lost(home: Path) -> None:
    moment = datetime(2026, 11, 22, 7, 50, 43, tzinfo=UTC)
    view = view_of(["--since", (moment - timedelta(seconds=1)).isoformat(), "--at", moment.isoformat()], {}, home)
    assert view.window.since == moment - timedelta(seconds=1)
