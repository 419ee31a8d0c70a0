"""What the help sheet says: every key, from the one table, and what the glyphs mean."""

from __future__ import annotations

from collections.abc import Sequence

from aiops_tui.charts.spans import Line, Span
from aiops_tui.text.cells import fit, width, wrap
from aiops_tui.text.translations import Translator
from aiops_tui.tui.keys import PLACES, keys_of
from aiops_tui.tui.widgets.lines import EMPTY

_LEGEND = ("tui.help.significant", "tui.help.open", "tui.help.few", "tui.help.hangul", "tui.help.filter")


def help_lines(words: Translator, cells: int) -> Sequence[Line]:
    """Return the help for a width."""
    lines: list[Line] = []
    column = min(max(width(key.shown) for key in keys_of(*PLACES)) + 3, cells // 3)
    for place in PLACES:
        lines.append((Span(words(f"keys.place.{place}"), "accent"),))
        for key in keys_of(place):
            rows = wrap(words(key.message), max(cells - column - 2, 8))
            for number, row in enumerate(rows):
                shown = key.shown if number == 0 else ""
                lines.append((Span("  " + fit(shown, column), "strong"), Span(row, "text")))
        lines.append(EMPTY)
    for message in _LEGEND:
        lines += [(Span(row, "label"),) for row in wrap(words(message), cells)]
    return lines
