"""A table of a Snapshot as Slack's own blocks, or as even lines of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Literal

from aiops_tui.model.panels import Panel, Table
from aiops_tui.output import figures
from aiops_tui.output.grid import Align, grid
from aiops_tui.slack.blocks import SECTION, escape, escaped, fence, literal, marked
from aiops_tui.slack.parcel import Block
from aiops_tui.text.printable import printable
from aiops_tui.text.translations import Translator

TableForm = Literal["data_table", "table", "text"]

_ROWS = 10
_COLUMNS = 12
_TEXT_CELLS = 76
_CELL = 100
_MOST = 3_000
"""Characters that a table may have, so that the message stays within its own."""


@dataclass(frozen=True, slots=True)
class _Worded:
    """A table in words; ``title`` says of how many rows these are the first."""

    title: str
    header: list[str]
    rows: list[list[str]]
    aligns: list[Align]


def table_block(panels: Sequence[Panel], form: TableForm, translator: Translator, zone: tzinfo) -> Block | None:
    """Return the first rows of the tab's table of topics, else of one that names topics, else of any."""
    found = [panel for panel in panels if isinstance(panel, Table) and panel.rows and panel.columns]
    if not found:
        return None
    table = min(found, key=_rank)
    for count in range(min(len(table.rows), _ROWS), 0, -1):
        block = _block(_worded(table, count, translator, zone), form)
        if block is not None:
            return block
    return None


def _rank(table: Table) -> int:
    place = next((place for place, column in enumerate(table.columns) if column.unit == "topic"), -1)
    return 2 if place < 0 else int(place > 0)


def _worded(table: Table, count: int, translator: Translator, zone: tzinfo) -> _Worded:
    columns = list(range(min(len(table.columns), _COLUMNS)))
    shown = figures.shown_of(table, count, translator)
    title = f"{printable(translator.title(table.id), 100)}  {shown}".rstrip()
    header = [printable(translator.column(table.columns[place].id)) for place in columns]
    aligns: list[Align] = ["right" if table.columns[place].unit in figures.NUMBERS else "left" for place in columns]
    return _Worded(
        title, header, figures.cells(replace(table, rows=table.rows[:count]), columns, translator, zone), aligns
    )


def _block(table: _Worded, form: TableForm) -> Block | None:
    """Return the table as a block, None if it is too long."""
    if form == "text":
        lines = grid(table.header, table.rows, table.aligns, _TEXT_CELLS)
        text = f"*{literal(table.title, 200)}*\n" + fence(escape("\n".join(lines)))
        return {"type": "section", "text": marked(text)} if len(text) <= SECTION else None
    rows = [[_cell(text) for text in row] for row in (table.header, *table.rows)]
    if sum(len(str(cell["text"])) for row in rows for cell in row) > _MOST:
        return None
    if form == "table":
        columns = [{"align": align} for align in table.aligns]
        return {"type": "table", "rows": rows, "column_settings": columns}
    caption = escaped(table.title, 200) or "–"
    return {"type": "data_table", "caption": caption, "rows": rows, "page_size": max(len(rows) - 1, 1)}


def _cell(text: str) -> Block:
    return {"type": "raw_text", "text": escaped(text, _CELL) or "–"}
