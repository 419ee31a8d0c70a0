"""What a click on a chart hits is what the cursor there would stand on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from aiops_tui.charts.heatmap import cell_at, draw_heatmap
from aiops_tui.charts.histogram import bin_at, draw_histogram
from aiops_tui.charts.series import Kind, bucket_at, draw_series
from aiops_tui.charts.spans import Line
from aiops_tui.model.panels import Heatmap, Histogram, Series
from aiops_tui.text.cells import width
from aiops_tui.text.translations import Translator

WORDS = Translator("ko")
START = datetime(2026, 11, 16, tzinfo=UTC)
SIZES = {"wide": st.integers(20, 130), "high": st.integers(4, 40)}


def cursor_cells(lines: Sequence[Line]) -> set[tuple[int, int]]:
    found = set()
    for y, line in enumerate(lines):
        x = 0
        for span in line:
            size = width(span.text)
            if span.role == "cursor":
                found |= {(x + i, y) for i in range(size)}
            x += size
    return found


@given(count=st.integers(1, 60), index=st.integers(0, 59), kind=st.sampled_from(["line", "bars", "stacked"]), **SIZES)
def test_a_click_on_the_cursor_of_a_series_hits_its_bucket(
    count: int, index: int, kind: Kind, wide: int, high: int
) -> None:
    index %= count
    x = tuple(START + timedelta(hours=i) for i in range(count))
    panel = Series("volume", "count", x, {"a": tuple(range(1, count + 1)), "b": (3,) * count}, open_last=True)
    lines = draw_series(panel, wide, high, UTC, WORDS, 3600, kind=kind, cursor=index)
    for column, _ in cursor_cells(lines):
        hit = bucket_at(panel, wide, high, column, kind)
        assert hit is not None
        assert hit == index or count > wide - 8, "buckets that share a column are hit by the first"


@given(index=st.integers(0, 9), **SIZES)
def test_a_click_on_the_cursor_of_a_histogram_hits_its_bin(index: int, wide: int, high: int) -> None:
    panel = Histogram("score_histogram", tuple(map(float, range(11))), (1, 2, 3, 4, 5, 6, 7, 8, 9, 10))
    for x, y in cursor_cells(draw_histogram(panel, wide, high, WORDS, cursor=index)):
        hit = bin_at(panel, wide, high, x, y)
        assert hit == index or high < 10
    assert bin_at(panel, wide, high, 500, 500) is None


@given(row=st.integers(0, 6), column=st.integers(0, 23), **SIZES)
def test_a_click_on_the_cursor_of_a_heatmap_hits_its_cell(row: int, column: int, wide: int, high: int) -> None:
    values = tuple(tuple((d + h) / 36 for h in range(24)) for d in range(7))
    week = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    panel = Heatmap("x", "ratio", tuple(map(str, range(24))), week, values, tuple((40,) * 24 for _ in week))
    for x, y in cursor_cells(draw_heatmap(panel, wide, high, WORDS, (row, column))):
        assert cell_at(panel, wide, high, WORDS, (row, column), x, y) == (row, column)
    assert cell_at(panel, wide, high, WORDS, None, 0, 0) is None
