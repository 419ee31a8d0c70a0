"""Rows written to a file as they come, page by page: CSV, JSON or Parquet."""

from __future__ import annotations

import csv as rfc4180
import io
import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO, Literal, Protocol
from zoneinfo import ZoneInfo

from aiops_tui.model.panels import Cell, Column
from aiops_tui.output.as_csv import safe_cell
from aiops_tui.output.as_json import iso
from aiops_tui.output.figures import finite
from aiops_tui.text.translations import Translator

if TYPE_CHECKING:
    import polars as pl

Kind = Literal["csv", "excel", "json", "parquet"]

ENDINGS: dict[Kind, str] = {"csv": "csv", "excel": "csv", "json": "json", "parquet": "parquet"}
"""What files of each kind are called; ``excel`` is CSV with the mark by which Excel knows UTF-8."""

_MARK = b"\xef\xbb\xbf"


class RowFile(Protocol):
    """Takes rows until there are no more."""

    def add(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Take more rows."""

    def end(self) -> None:
        """Write what has to come last."""


def row_file(kind: Kind, file: BinaryIO, columns: Sequence[Column], translator: Translator, zone: ZoneInfo) -> RowFile:
    """Return what writes rows of these columns; spreadsheets get headings in words and times of the zone."""
    if kind == "json":
        return _Json(file, columns, zone)
    if kind == "parquet":
        return _Parquet(file, columns, zone)
    file.write(_MARK if kind == "excel" else b"")
    return _Csv(file, columns, translator, zone)


class _Csv:
    """One row a line; text that a spreadsheet would run as a formula has an apostrophe before it."""

    def __init__(self, file: BinaryIO, columns: Sequence[Column], translator: Translator, zone: ZoneInfo) -> None:
        self._file, self._zone = file, zone
        self.add([[translator.column(column.id) for column in columns]])

    def add(self, rows: Sequence[Sequence[Cell]]) -> None:
        text = io.StringIO(newline="")
        rfc4180.writer(text).writerows([safe_cell(cell, self._zone) for cell in row] for row in rows)
        self._file.write(text.getvalue().encode("utf-8", "replace"))

    def end(self) -> None:
        pass


class _Json:
    """A list of objects, one a line, by the columns' ids."""

    def __init__(self, file: BinaryIO, columns: Sequence[Column], zone: ZoneInfo) -> None:
        self._file, self._zone = file, zone
        self._names = [column.id for column in columns]
        self._before = "[\n"

    def add(self, rows: Sequence[Sequence[Cell]]) -> None:
        for row in rows:
            values = {name: self._value(cell) for name, cell in zip(self._names, row, strict=False)}
            text = self._before + json.dumps(values, ensure_ascii=False, allow_nan=False)
            self._file.write(text.encode("utf-8", "replace"))
            self._before = ",\n"

    def end(self) -> None:
        self._file.write(b"\n]\n" if self._before == ",\n" else b"[]\n")

    def _value(self, cell: Cell) -> object:
        if isinstance(cell, datetime):
            return iso(cell, self._zone)
        return finite(cell) if isinstance(cell, float) else cell


class _Parquet:
    """Columns of their own types; pages are kept, compactly, until the end."""

    def __init__(self, file: BinaryIO, columns: Sequence[Column], zone: ZoneInfo) -> None:
        import polars as pl

        types: dict[str, type[pl.DataType] | pl.DataType] = {
            "time": pl.Datetime("us", zone.key), "count": pl.Int64, "ratio": pl.Float64, "score": pl.Float64,
            "estimate": pl.Float64,
        }  # fmt: skip
        self._file = file
        self._schema = pl.Schema({column.id: types.get(column.unit, pl.String) for column in columns})
        self._frames = [pl.DataFrame(schema=self._schema)]

    def add(self, rows: Sequence[Sequence[Cell]]) -> None:
        self._frames.append(self._frame([list(row) for row in rows]))

    def end(self) -> None:
        import polars as pl

        pl.concat(self._frames).write_parquet(self._file)

    def _frame(self, rows: list[list[Cell]]) -> pl.DataFrame:
        import polars as pl

        whole = {name for name, kind in self._schema.items() if kind == pl.Int64}
        texts = {name for name, kind in self._schema.items() if kind == pl.String}
        columns: dict[str, list[Cell]] = {}
        for place, name in enumerate(self._schema):
            cells = [row[place] for row in rows]
            if name in whole:
                cells = [round(cell) if isinstance(cell, int | float) else None for cell in cells]
            elif name in texts:
                cells = [None if cell is None else str(cell) for cell in cells]
            columns[name] = cells
        return pl.DataFrame(columns, schema=self._schema, strict=False)
