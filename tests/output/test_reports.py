"""What people and spreadsheets get: figures with their change and n, columns that line up, data that stays data."""

from __future__ import annotations

import csv as rfc4180
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiops_tui.model.panels import Column, Snapshot, Table
from aiops_tui.output import csv, markdown, text
from aiops_tui.output.grid import Align, grid
from aiops_tui.text.cells import width
from aiops_tui.text.printable import is_printable
from aiops_tui.text.translations import Translator, languages
from tests.strategies import for_snapshots, snapshots


def records(content: str) -> list[list[str]]:
    return list(rfc4180.reader(io.StringIO(content, newline="")))


@for_snapshots
@given(snapshots(), st.sampled_from(languages()), st.integers(20, 200))
def test_a_report_of_anything_fits_the_width_and_is_printable(snapshot: Snapshot, language: str, cells: int) -> None:
    for line in text(snapshot, Translator(language), cells).splitlines():
        assert width(line) <= cells
        assert is_printable(line)


def test_the_report_says_what_when_and_how_sure(snapshot: Snapshot, english: Translator) -> None:
    report = text(snapshot, english, 100)
    assert report.startswith("Overview, Evaluation, Feedback · last 24 hours · topic:환불\n")
    assert "2026-11-21 16:45:00 – 2026-11-22 17:00:00 Asia/Seoul\n" in report
    assert "compared with 2026-11-20 16:30:00 – 2026-11-21 16:45:00\n" in report
    assert "as of 2026-11-22 16:50:43 from neon/prod (postgresql)\n" in report
    assert re.search(r"Conversations +12,430 +▲ 4\.2%\n", report)
    assert re.search(r"Negative share +25\.0% +▲ 5\.0pp ! +20\.0–30\.0 · n 12 · few rows\n", report)
    assert re.search(r"Answer quality +–\n", report)
    assert "Topics  3 of 487\n" in report
    assert re.search(r"other topics +412 +20\.0%\n", report)
    assert re.search(r"Positive +\S· +3 … 3\n", report), "the open bucket is not part of the range"
    assert re.search(r"Mon .* 10\.0% … 10\.0%\n", report)
    assert re.search(r"5–10 +3 +█+\n", report)
    assert "Reasons\n  no rows\n" in report
    assert "\n! SLACK_BOT_TOKEN is set" in report


def test_columns_line_up_by_cells(snapshot: Snapshot, english: Translator) -> None:
    lines = text(snapshot, english, 100).splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("Topics"))
    assert {width(line) for line in lines[start + 1 : start + 5]} == {width(lines[start + 1])}


def test_a_narrow_grid_cuts_text_before_figures() -> None:
    aligns: list[Align] = ["left", "left", "right"]
    header, rows = ["a", "b", "c"], [["가나다라마바사아자차", "word " * 10, "12,430"]]
    assert grid(header, rows, aligns, 40)[1] == "가나다라마바사…  word word word…  12,430"
    assert grid(header, rows, aligns, 22)[1] == "가나…   word …  12,430"
    assert grid(header, rows, aligns, 14) == ["a       b", "가나…   word …"]
    assert grid(header, rows, aligns, 4) == ["a", "가…"]


@pytest.mark.parametrize("language", languages())
def test_markdown_has_a_table_for_each_panel_and_data_is_no_markup(snapshot: Snapshot, language: str) -> None:
    document = markdown(snapshot, Translator(language))
    assert document.count("\n## ") == 3
    assert document.count("\n### ") == 6
    assert "| refund\\|all | 7 | – |" in document
    assert "| 결제 오류 | 1,840 | 61.0% |" in document


@for_snapshots
@given(snapshots())
def test_rows_of_a_markdown_table_have_its_columns(snapshot: Snapshot) -> None:
    columns = 0
    for line in markdown(snapshot, Translator("en")).split("\n"):
        bars = len(re.findall(r"(?<!\\)(?:\\\\)*\|", line))
        if not line.startswith("|"):
            assert bars == 0
            columns = 0
        else:
            columns = columns or bars
            assert bars == columns
        assert not re.search(r"(?<!\\)(?:\\\\)*<", line)


@for_snapshots
@given(snapshots())
def test_no_cell_of_a_spreadsheet_is_a_formula(snapshot: Snapshot) -> None:
    content = csv(snapshot, Translator("en"))
    for record in records(content):
        for cell in record:
            if cell[:1] in {"=", "+", "-", "@", "＝", "\t"}:
                float(cell)
    assert "nan" not in content.lower().split(",")


def test_a_spreadsheet_has_the_figures_as_they_are(snapshot: Snapshot, english: Translator) -> None:
    found = records(csv(snapshot, english))
    assert found[0] == ["Metrics"]
    assert found[2] == ["Conversations", "12430", "", "", "", "11929", "0.042", "relative"]
    assert ["2026-11-21T16:45:00+09:00", "3", ""] in found
    assert ["결제 오류", "1840", "0.61"] in found
    assert ["other topics", "412", "0.2"] in found
    assert any(record[-1:] and record[-1].startswith("'=HYPERLINK") for record in found)


def test_one_panel_alone_is_header_and_rows(snapshot: Snapshot, english: Translator) -> None:
    table = Table("topics", (Column("topic", "topic"), Column("n", "count")), (('a "b", c\nd', 1),), 1)
    assert csv(snapshot, english, [table]) == 'Topic,n\r\n"a ""b"", c\nd",1\r\n'
