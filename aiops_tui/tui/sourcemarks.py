"""What each log is told from the others by: a glyph, a colour, and what it is called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from aiops_tui.model.records import STREAMS
from aiops_tui.text.translations import Translator


class Mark(NamedTuple):
    """A glyph and the role of its colour."""

    glyph: str
    role: str


_OF_STREAMS = dict(zip(STREAMS, (Mark("◇", "accent"), Mark("△", "positive")), strict=True))
_OF_LOGS = (
    Mark("■", "positive"),
    Mark("●", "other"),
    Mark("▲", "accent"),
    Mark("◆", "neutral"),
    Mark("□", "positive"),
    Mark("○", "other"),
)


def mark_of(name: str, names: Sequence[str]) -> Mark:
    """Return the mark of a log among all logs."""
    if name in _OF_STREAMS:
        return _OF_STREAMS[name]
    logs = [other for other in names if other not in _OF_STREAMS]
    return _OF_LOGS[logs.index(name) % len(_OF_LOGS)] if name in logs else _OF_LOGS[0]


def called(name: str, words: Translator) -> str:
    """Return what a log is called: its own name, of a stream what it is."""
    return words.label(name) if name in _OF_STREAMS else name
