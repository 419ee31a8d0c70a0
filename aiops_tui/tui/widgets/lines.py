"""Putting lines of spans together by terminal cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from aiops_tui.charts.lines import fit_line, line_width
from aiops_tui.charts.spans import Line, Span

__all__ = ["EMPTY", "centred", "fit_line", "highlighted", "join", "line_width", "marked", "on_ground", "sides"]

EMPTY: Line = ()


def join(parts: Iterable[Sequence[Span]], between: str, role: str = "muted") -> Line:
    """Return the parts that are not empty as one line with a text between them."""
    spans: list[Span] = []
    for part in parts:
        if part:
            spans += [Span(between, role), *part] if spans else list(part)
    return tuple(spans)


def on_ground(line: Iterable[Span], ground: str) -> Line:
    """Return the line on a background of its own."""
    return tuple(span._replace(ground=ground) if not span.ground else span for span in line)


def sides(left: Sequence[Span], right: Sequence[Span], cells: int) -> Line:
    """Return a line with one part at each end; the right one is left out where it does not fit."""
    room = cells - line_width(right)
    if room < min(line_width(left), cells // 2) + 1:
        return fit_line(left, cells)
    return (*fit_line(left, room), *right)


def centred(text: str, role: str, cells: int, height: int) -> list[Line]:
    """Return a text of some lines in the middle of an area."""
    from aiops_tui.text.cells import fit, wrap

    texts = wrap(text, max(cells - 4, 1))[:height]
    above = (height - len(texts)) // 2
    return [EMPTY] * above + [(Span(fit(row, cells, "center"), role),) for row in texts]


def marked(line: Iterable[Span], places: Callable[[str], Iterable[tuple[int, int]]]) -> Line:
    """Return the line with the places that are found in its texts, from and to before which character, as hits."""
    spans: list[Span] = []
    for span in line:
        last = 0
        for start, end in places(span.text):
            spans += [span._replace(text=span.text[last:start]), Span(span.text[start:end], "hit", "hit")]
            last = end
        spans.append(span._replace(text=span.text[last:]))
    return tuple(span for span in spans if span.text)


def highlighted(line: Iterable[Span], needle: str) -> Line:
    """Return the line with each place where the text occurs, whatever its case, marked as a hit."""
    spans: list[Span] = []
    for span in line:
        text, folded = span.text, span.text.lower()
        if len(folded) != len(text):
            spans.append(span)
            continue
        start = 0
        while (found := folded.find(needle, start)) >= 0:
            end = found + len(needle)
            spans += [span._replace(text=text[start:found]), Span(text[found:end], "hit", "hit")]
            start = end
        spans.append(span._replace(text=text[start:]))
    return tuple(span for span in spans if span.text)
