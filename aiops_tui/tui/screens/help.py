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
    for place in PLACES:
        lines.append((Span(words(f"keys.place.{place}"), "accent"),))
        for key in keys_of(place, table=table):
            rows = wrap(words(key.message), max(cells - column - 2, 8))
            for number, row in enumerate(rows):
                shown = key.shown if number == 0 else ""
                action = f"  {key.id}" if number == 0 and cells >= _ROOM_FOR_IDS else ""
                lines.append((Span("  " + fit(shown, column), "strong"), Span(row, "text"), Span(action, "muted")))
        lines.append(EMPTY)
    for message in _LEGEND:
        lines += [(Span(row, "label"),) for row in wrap(words(message), cells)]
    return lines
