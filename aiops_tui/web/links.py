"""What a link asks for: ``?view=`` holds the options that open a view, as the command line has them, and no others."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from aiops_tui.model.panels import Notice
from aiops_tui.model.reopening import OPTIONS, ViewError, options_of, view_of
from aiops_tui.text.printable import is_printable

LONGEST = 4000
_SHOWN = 40
_SWITCH = "list"


class LinkError(ValueError):
    """A link that opens no view; the notice says why."""

    def __init__(self, notice: Notice) -> None:
        self.notice = notice
        super().__init__(notice.id)


@dataclass(frozen=True, slots=True)
class Link:
    """A view by the options that open it, and the zone it was seen in."""

    options: Mapping[str, str] = field(default_factory=dict)
    timezone: str | None = None


def read_link(text: str) -> Link:
    """Return what the text of ``view`` asks for.

    Raises:
        LinkError: it is not made of options of a view alone.
    """
    if len(text) > LONGEST or not is_printable(text):
        raise LinkError(Notice("web.link.unreadable"))
    try:
        words = shlex.split(text)
    except ValueError:
        raise LinkError(Notice("web.link.unreadable")) from None
    options = _options(words)
    timezone = options.pop("tz", None)
    if timezone is not None:
        _check_zone(timezone)
    try:
        # Said again by the view itself: what is not understood cannot get through.
        return Link(options_of(view_of(options)), timezone)
    except ViewError as error:
        raise LinkError(error.notice) from None


def _options(words: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    left = iter(words)
    for word in left:
        dashes, name = word[:2], word[2:]
        if dashes != "--" or name not in {*OPTIONS, "tz"} or name in found:
            raise LinkError(Notice("web.link.option", {"option": word[:_SHOWN]}))
        value = "true" if name == _SWITCH else next(left, None)
        if value is None:
            raise LinkError(Notice("web.link.option", {"option": word[:_SHOWN]}))
        found[name] = value
    return found


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise LinkError(Notice("web.link.zone", {"zone": name[:_SHOWN]})) from None
