"""A view as the options that open it, to be kept, and back again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from aiops_tui.model.filters import Filter, FilterError
from aiops_tui.model.panels import TABS, Notice
from aiops_tui.model.timespan import TimeError, read_moment, read_window
from aiops_tui.model.view import View
from aiops_tui.model.window import COMPARES, Compare, WindowSpec

OPTIONS: tuple[str, ...] = (
    "tab", "window", "since", "until", "at", "compare", "filter", "sort", "list", "conversation",
)  # fmt: skip
"""The options that a view is made of."""

_FLAGS = frozenset({"list"})
"""Those without a value."""


class ViewError(ValueError):
    """Options that open no view; the notice says what is wrong with them."""

    def __init__(self, notice: Notice) -> None:
        self.notice = notice
        super().__init__(notice.id)


def options_of(view: View) -> dict[str, str]:
    """Return the options that open a view, by their long names without dashes in front."""
    words = iter(view.arguments())
    return {(name := word.removeprefix("--")): "true" if name in _FLAGS else next(words) for word in words}


def view_of(options: Mapping[str, str]) -> View:
    """Return the view that options open; moments have an offset or are of UTC.

    Raises:
        ViewError: an option is not known or cannot be understood.
    """
    for name, value in options.items():
        if name not in OPTIONS or not isinstance(value, str):
            raise ViewError(Notice("filter.view.unknown", {"option": str(name)[:40]}))
    return View(
        tab=_choice("tab", options.get("tab", TABS[0]), TABS),
        window=_window(options),
        filter=_filter(options.get("filter", "")),
        compare=cast("Compare", _choice("compare", options.get("compare", "previous"), COMPARES)),
        sort=options.get("sort"),
        listed="list" in options,
        conversation=options.get("conversation"),
    )


def _window(options: Mapping[str, str]) -> WindowSpec:
    utc = ZoneInfo("UTC")
    try:
        since, until, at = (
            read_moment(options[name], utc, datetime.now(utc)) if name in options else None
            for name in ("since", "until", "at")
        )
        if since is None and until is None:
            name = options.get("window", WindowSpec().name)
            return WindowSpec(read_window(name, utc, datetime.now(utc)).name, at=at)
    except TimeError as error:
        raise ViewError(Notice(error.message_id, error.values)) from None
    if since is not None and until is not None and since >= until:
        raise ViewError(Notice("timespan.backwards", {"text": f"{options['since']}..{options['until']}"[:80]}))
    return WindowSpec("custom", since=since, until=until, at=at)


def _filter(text: str) -> Filter:
    try:
        return Filter.parse(text)
    except FilterError as error:
        raise ViewError(Notice(error.message_id, error.values)) from None


def _choice(option: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise ViewError(Notice("filter.view.choice", {"option": option, "value": value[:40]}))
    return value
