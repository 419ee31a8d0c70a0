"""Markdown as a terminal shows it: headings, lists, quotes, code and emphasis in colours, and nothing to follow.

Links are written out beside their text and images by what they are called. Nothing of the text is a link of the
terminal, nothing is fetched, and what is not understood stays as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from aiops_tui.charts.spans import Line, Span
from aiops_tui.text.cells import width, wrap
from aiops_tui.tui.widgets.lines import EMPTY

_FENCE = re.compile(r"\s{0,3}(```|~~~)")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(?P<text>.+?)\s*#*\s*")
_RULE = re.compile(r"\s{0,3}([-*_])(\s*\1){2,}\s*")
_ITEM = re.compile(r"(?P<indent>\s{0,12})(?P<mark>[-*+]|\d{1,3}[.)])\s+(?P<text>.*)")
_QUOTE = re.compile(r"\s{0,3}>\s?(?P<text>.*)")
_INLINE = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|\*\*(?P<bold>[^\s*](?:[^*\n]*[^\s*])?)\*\*"
    r"|!\[(?P<image>[^\]\n]*)\]\((?P<source>[^)\s]*)\)"
    r"|\[(?P<link>[^\]\n]+)\]\((?P<target>[^)\s]*)\)"
)
_LONGEST = 2_000
"""Longer lines are plain text: emphasis is for people, and finding it takes its time."""


def markdown_lines(text: str, cells: int) -> Sequence[Line]:
    """Return printable text as lines of at most so many cells."""
    return list(_blocks(text, max(cells, 1)))


def _blocks(text: str, cells: int) -> Iterator[Line]:
    fenced = False
    for line in text.split("\n"):
        if _FENCE.match(line):
            fenced = not fenced
            yield (Span(line, "muted"),) if width(line) <= cells else EMPTY
        elif fenced:
            for row in wrap(line, cells):
                yield (Span(row, "label", "bar"),)
        elif heading := _HEADING.fullmatch(line):
            yield from _flowing(heading["text"], cells, role="title")
        elif _RULE.fullmatch(line):
            yield (Span("─" * cells, "border"),)
        elif item := _ITEM.fullmatch(line):
            mark = "•" if item["mark"] in "-*+" else item["mark"]
            yield from _flowing(item["text"], cells, f"{item['indent']}{mark} ")
        elif quote := _QUOTE.fullmatch(line):
            yield from _flowing(quote["text"], cells, "▎ ", role="label", repeated=True)
        else:
            yield from _flowing(line, cells)


def _flowing(text: str, cells: int, mark: str = "", *, role: str = "text", repeated: bool = False) -> Iterator[Line]:
    """Return a paragraph behind a mark, its further lines below its first; a mark that is ``repeated`` is on each."""
    room = cells - width(mark)
    if room < 8:
        mark, room = "", cells
    spans = list(_inline(text, role)) if len(text) <= _LONGEST else [Span(text, role)]
    plain = "".join(span.text for span in spans)
    place = 0
    for number, row in enumerate(wrap(plain, room)):
        place = max(plain.find(row, place), place)
        head = mark if number == 0 or repeated else " " * width(mark)
        yield (*((Span(head, "muted"),) if head else ()), *_part(spans, place, place + len(row)))
        place += len(row)


def _inline(text: str, role: str) -> Iterator[Span]:
    place = 0
    for found in _INLINE.finditer(text):
        if found.start() > place:
            yield Span(text[place : found.start()], role)
        place = found.end()
        if found["code"] is not None:
            yield Span(found["code"], "accent")
        elif found["bold"] is not None:
            yield Span(found["bold"], "strong")
        else:
            said, target = found["link"] or found["image"] or "", found["target"] or found["source"] or ""
            yield Span(said, "strong")
            yield Span(f" ({target})" if target and target != said else "", "muted")
    if place < len(text):
        yield Span(text[place:], role)


def _part(spans: Sequence[Span], start: int, end: int) -> Iterator[Span]:
    """Return the characters from ``start`` up to ``end`` of spans put one after the other."""
    place = 0
    for span in spans:
        text = span.text[max(start - place, 0) : max(end - place, 0)]
        place += len(span.text)
        if text:
            yield span._replace(text=text)
