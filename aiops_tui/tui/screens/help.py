"""What the help sheet says: every key, from the one table, and what the glyphs mean."""

from __future__ import annotations

from collections.abc import Sequence

from aiops_tui.charts.spans import Line, Span
from aiops_tui.text.cells import fit, width, wrap
from aiops_tui.text.translations import Translator
from aiops_tui.tui.keys import KEYS, PLACES, Key, keys_of
from aiops_tui.tui.widgets.lines import EMPTY

_LEGEND = (
    "tui.help.significant",
    "tui.help.open",
    "tui.help.few",
    "tui.help.hangul",
    "tui.help.filter",
    "tui.help.keys",
)

_ROOM_FOR_IDS = 76
"""So wide, the help names the actions as ``config.toml`` does."""


def help_lines(words: Translator, cells: int, table: Sequence[Key] = KEYS) -> Sequence[Line]:
    """Return the help for a width."""
    lines: list[Line] = []
    column = min(max(width(key.shown) for key in table) + 3, cells // 3)
    named = max(width(key.id) for key in table) + 2 if cells >= _ROOM_FOR_IDS else 0
    room = max(cells - column - 2 - named, 8)
    for place in PLACES:
        lines.append((Span(words(f"keys.place.{place}"), "accent"),))
        for key in keys_of(place, table=table):
            for number, row in enumerate(wrap(words(key.message), room)):
                shown, action = (key.shown, fit(key.id, named, "right")) if number == 0 else ("", "")
                head = Span("  " + fit(shown, column), "strong")
                lines.append((head, Span(fit(row, room), "text"), Span(action if named else "", "muted")))
        lines.append(EMPTY)
    for message in _LEGEND:
        lines += [(Span(row, "label"),) for row in wrap(words(message), cells)]
    return lines
