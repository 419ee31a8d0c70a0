"""A message as its readers will see it, in lines of text: the preview before it is shared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from aiops_tui.charts.spans import Line, Span
from aiops_tui.output.grid import grid
from aiops_tui.slack.parcel import Block
from aiops_tui.text.cells import wrap
from aiops_tui.text.printable import printable_lines

_LINK = re.compile(r"<(https?://[^|>]+)\|([^>]*)>")
_SPARK = " ▁▂▃▄▅▆▇█"


def read(blocks: Sequence[Block], cells: int) -> list[Line]:
    """Return blocks as lines of at most so many cells, apart by empty ones."""
    lines: list[Line] = []
    for block in blocks:
        lines += [*_block(block, max(cells, 10)), ()]
    return lines[:-1]


def _block(block: Block, cells: int) -> Iterator[Line]:
    match block.get("type"):
        case "header":
            yield from _text(block.get("text"), "title", cells)
        case "context":
            for element in _list(block.get("elements")):
                yield from _text(element, "muted", cells)
        case "section":
            yield from _text(block.get("text"), "text", cells)
            yield from _fields(_list(block.get("fields")), cells)
        case "actions":
            for element in _list(block.get("elements")):
                yield (Span(f"[ {_said(element.get('text'))} ]", "accent"),)
        case "data_visualization":
            yield from _chart(block, cells)
        case "table" | "data_table":
            yield from _table(block, cells)


def _text(value: object, role: str, cells: int) -> Iterator[Line]:
    for line in wrap(_said(value), cells):
        if line:
            yield (Span(line, role),)


def _fields(fields: Sequence[Mapping[str, object]], cells: int) -> Iterator[Line]:
    rows = [_said(field).replace("\n", "  ") for field in fields]
    for row in rows:
        yield from _text({"text": row}, "text", cells)


def _chart(block: Block, cells: int) -> Iterator[Line]:
    yield from _text({"text": block.get("title")}, "strong", cells)
    chart = block.get("chart")
    series = _list(chart.get("series")) if isinstance(chart, Mapping) else []
    for each in series:
        values = [float(str(point.get("value") or 0)) for point in _list(each.get("data"))]
        top = max(values, default=0) or 1
        steps = "".join(_SPARK[round(8 * min(max(value / top, 0), 1))] for value in values)
        yield (Span(f"{steps} ", "accent"), Span(_said({"text": each.get("name")}), "label"))


def _table(block: Block, cells: int) -> Iterator[Line]:
    if block.get("caption"):
        yield from _text({"text": block["caption"]}, "strong", cells)
    rows = block.get("rows")
    worded = [[_said(cell) for cell in row] for row in rows] if isinstance(rows, list | tuple) else []
    if worded:
        for place, line in enumerate(grid(worded[0], worded[1:], ["left"] * len(worded[0]), cells)):
            yield (Span(line, "text" if place else "muted"),)


def _said(value: object) -> str:
    """Return a text as Slack shows it: without escapes, markup of ours and addresses behind words."""
    text = str(value.get("text", "")) if isinstance(value, Mapping) else ""
    if isinstance(value, Mapping) and value.get("type") == "mrkdwn":
        text = _LINK.sub(r"\2", text).replace("```\n", "").replace("\n```", "").replace("*", "")
    return printable_lines(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


def _list(value: object) -> list[Mapping[str, object]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list | tuple) else []
