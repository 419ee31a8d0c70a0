"""Telling keys that a person pressed from text that was pasted and from pieces of escape sequences."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

from aiops_tui.tui.keys import KEYS

HOLD_SECONDS = 0.008
"""A printable key waits so long for others that come with it; a paste arrives in one piece."""

WATCHED_SECONDS = 0.004
"""It waits so long, and until nothing more is there, where one sees what was typed and not taken yet."""

BURST = 3
"""So many printable keys at once may have been typed; more are a paste."""

_SPLIT_SECONDS = 0.5
REPEATING = frozenset(name for key in KEYS if key.repeats for name in key.keys)
"""Keys that one holds down, unless they were given other actions."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """A key as the terminal reported it; ``character`` is None for keys that write nothing."""

    key: str
    character: str | None = None

    @property
    def printable(self) -> bool:
        """Whether the key writes a character."""
        return self.character is not None and self.character.isprintable()


def typed(strokes: Sequence[Stroke], repeating: Container[str] = REPEATING) -> bool:
    """Return whether strokes that arrived together were typed, or are one key held down, and not pasted."""
    printable = [stroke.key for stroke in strokes if stroke.printable]
    if len(printable) <= BURST:
        return True
    return len(set(printable)) == 1 and printable[0] in repeating


class SequenceTail:
    """Recognises what follows when a slow line cut an escape sequence after its first byte.

    The terminal library then reports Escape (or ``^``, or Alt with a bracket) and the rest as letters and digits.
    """

    def __init__(self) -> None:
        self._until = 0.0
        self._inside = False

    def swallows(self, stroke: Stroke, now: float) -> bool:
        """Return whether the stroke, at ``now`` in seconds, is a piece of a sequence and no key."""
        if stroke.key in {"escape", "circumflex_accent"}:
            self._until, self._inside = now + _SPLIT_SECONDS, False
            return stroke.key == "circumflex_accent"
        if stroke.key in {"alt+left_square_bracket", "alt+[", "alt+O"}:
            self._until, self._inside = now + _SPLIT_SECONDS, True
            return True
        if now > self._until or not stroke.printable or stroke.character is None:
            self._until, self._inside = 0.0, False
            return False
        if not self._inside:
            self._inside = stroke.character in "[O"
            if not self._inside:
                self._until = 0.0
            return self._inside
        if "@" <= stroke.character <= "~" and stroke.character != "[":
            self._until, self._inside = 0.0, False
        return True
