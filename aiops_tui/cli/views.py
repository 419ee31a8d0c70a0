"""Reading a view from the options."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import cast
from zoneinfo import ZoneInfo

from aiops_tui.cli.invocation import Invocation
from aiops_tui.cli.problems import FAILED, USAGE, Stop
from aiops_tui.config import values
from aiops_tui.config.sources import Found
from aiops_tui.model.filters import EXPRESSION, Filter, FilterError
from aiops_tui.model.panels import TABS, Notice
from aiops_tui.model.timespan import TimeError, read_moment, read_window
from aiops_tui.model.view import View
from aiops_tui.model.window import COMPARES, Compare, WindowSpec
from aiops_tui.text.cells import width
from aiops_tui.text.printable import printable

ALL = "all"
_SHOWN = 200


def read_view(run: Invocation, tab: str | None = None) -> View:
    """Return the view that the options of a run ask for, of a tab that was read before or else of the one they name.

    Times without an offset are of the display time zone.

    Raises:
        Stop: an option cannot be understood.
        ConfigError: an option is not one of its choices.
    """
    compare = run.find("compare")
    return View(
        tab=tab or _tab(run.find("tab"), TABS),
        window=_window(run, ZoneInfo(run.settings.timezone)),
        filter=_filter(run),
        compare=cast("Compare", values.choice(compare, COMPARES)) if compare else "previous",
        sort=_text(run.find("sort")),
        listed=_on(run.find("list")),
        conversation=_text(run.find("conversation")),
    )


def read_tabs(run: Invocation) -> tuple[str, ...]:
    """Return the tabs that ``--tab`` asks for, more than one where it says ``all``.

    Raises:
        ConfigError: there is no such tab.
    """
    tab = _tab(run.find("tab"), (*TABS, ALL))
    return TABS if tab == ALL else (tab,)


def _tab(found: Found | None, choices: tuple[str, ...]) -> str:
    if found is None:
        return TABS[0]
    name = str(found.value).lower()
    if name == ALL and ALL not in choices:
        raise mistake("cli.tab_all", found, choices=", ".join(choices))
    return values.choice(found, choices)


def _window(run: Invocation, zone: ZoneInfo) -> WindowSpec:
    """Return the window: a named one, or one with bounds of its own, whichever was given nearer to the command."""
    named, since, until = run.find("window"), run.find("since"), run.find("until")
    given = [name for name in ("since", "until") if name in run.flags]
    if given and "window" in run.flags:
        raise Stop(Notice("cli.two_windows", {"option": f"--{given[0]}"}), USAGE)
    at_found = run.find("at")
    at = _moment(at_found, zone)
    if "window" in run.flags or not (since or until):
        return replace(_span(run, named, zone) if named else WindowSpec(), at=at)
    window = WindowSpec("custom", since=_moment(since, zone), until=_moment(until, zone), at=at)
    for end, found in ((window.until, until), (at, at_found)):
        if since and window.since and found and end and window.since >= end:
            raise mistake("cli.since_after", since, other=found.origin, end=_shown(found))
    return window


def _span(run: Invocation, found: Found, zone: ZoneInfo) -> WindowSpec:
    try:
        return read_window(str(found.value), zone, datetime.now(UTC))
    except TimeError as error:
        reason = run.translator(
            error.message_id, **{name: printable(value, _SHOWN) for name, value in error.values.items()}
        )
        raise mistake("cli.bad_window", found, reason=reason) from None


def _moment(found: Found | None, zone: ZoneInfo) -> datetime | None:
    """Read a date or time, which loses its fractions of a second."""
    if found is None:
        return None
    try:
        return read_moment(str(found.value), zone, datetime.now(UTC))
    except TimeError:
        raise mistake("cli.bad_moment", found) from None


def _filter(run: Invocation) -> Filter:
    found = run.find("filter")
    if found is None:
        return Filter()
    text = str(found.value)
    try:
        wanted = Filter.parse(text)
        if wanted.of((EXPRESSION,)):
            from aiops_tui.source.logs.wanted import check_expressions

            check_expressions(wanted, text)
        return wanted
    except FilterError as error:
        # Only what is around the mistake, where the text is long.
        start = max(error.position - _SHOWN // 2, 0)
        column = width(printable(text[start : error.position]))
        below = ("  " + printable(text[start : start + _SHOWN]), "  " + " " * column + "^")
        problem = run.translator(
            error.message_id, **{name: printable(value, _SHOWN) for name, value in error.values.items()}
        )
        notice = Notice("cli.bad_filter", {"origin": found.origin, "problem": problem})
        raise Stop(notice, _status(found), below) from None


def _on(found: Found | None) -> bool:
    return found is not None and values.switch(found)


def _text(found: Found | None) -> str | None:
    return None if found is None or found.value == "" else str(found.value)


def mistake(message_id: str, found: Found, **more: str) -> Stop:
    """Return the error for an option whose value is no secret."""
    return Stop(Notice(message_id, {"origin": found.origin, "value": _shown(found), **more}), _status(found))


def _status(found: Found) -> int:
    """Return wrong usage for the command line; a setting elsewhere is none of the command."""
    return USAGE if found.origin.startswith("--") else FAILED


def _shown(found: Found) -> str:
    return printable(str(found.value), _SHOWN)
