"""The settings of sharing: what leaves the building, where to, and for how long it is kept."""

from __future__ import annotations

from dataclasses import dataclass

from aiops_tui.config.sources import Found
from aiops_tui.config.values import mistake

USERS, TEXTS, CONTACTS = "users", "texts", "contacts"
REDACTIONS: tuple[str, ...] = (USERS, TEXTS, CONTACTS)
"""What can be kept back: who the users are, what was said, and numbers and addresses within other texts."""

FORMS: tuple[str, ...] = ("native", "picture", "text")
"""How charts are shown in a message: as Slack's own, as a picture in the thread, or as lines of text."""

_NONE = "none"


@dataclass(frozen=True, slots=True)
class ShareSettings:
    """How shares are made if nothing else is chosen.

    ``redact`` is kept back. ``channels`` are the only ones to post to; empty lets all. ``source_name`` stands in for
    the database's host. ``thread`` puts further shares of a view and day below the first. What was sent is kept so many
    days.
    """

    redact: frozenset[str] = frozenset(REDACTIONS)
    channels: tuple[str, ...] = ()
    source_name: str | None = None
    thread: bool = True
    form: str = "native"
    keep_days: int = 14


def redactions(found: Found) -> frozenset[str]:
    """Read what is kept back, names parted by commas; ``none`` for nothing."""
    named = names(found)
    if named == (_NONE,):
        return frozenset()
    if not set(named) <= set(REDACTIONS):
        raise mistake("bad_choice", found, choices=", ".join((*REDACTIONS, _NONE)))
    return frozenset(named)


def channels(found: Found) -> tuple[str, ...]:
    """Read names or ids of channels, parted by commas."""
    return names(found)


def names(found: Found) -> tuple[str, ...]:
    """Read names parted by commas, or a list of them."""
    value = found.value
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
        raise mistake("not_names", found)
    return tuple(part.strip() for part in parts if part.strip())
