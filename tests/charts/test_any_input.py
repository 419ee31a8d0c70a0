"""Whatever the figures and the size, a chart is a full rectangle of known roles and harmless characters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from aiops_tui.charts import (
    ROLES,
    Kind,
    Line,
    bar,
    describe,
    describe_bin,
    describe_cell,
    draw_heatmap,
    draw_histogram,
    draw_series,
    plain,
    sparkline,
)
from aiops_tui.model.panels import Heatmap, Histogram, Series, Unit
from aiops_tui.text import cells
from aiops_tui.text.printable import is_printable, printable
from aiops_tui.text.translations import Translator

WIDTHS, HEIGHTS = st.integers(0, 130), st.integers(0, 40)
FIGURES = st.one_of(
    st.none(),
    st.integers(0, 1000),
    st.floats(),
    st.sampled_from([0, -5, 1e15, -1e15, 1e-15, 5e-324, 1.7e308, 10**400, 0.1 + 0.2]),
)
NAMES = st.one_of(
    st.sampled_from(["positive", "negative", "unanalysed", "결제 오류가 자꾸 납니다", "mon", "0", "23"]),
    st.text(max_size=30).map(printable),
)
ZONES = st.sampled_from([ZoneInfo(name) for name in ("Asia/Seoul", "Asia/Kolkata", "America/New_York", "UTC")])
UNITS: st.SearchStrategy[Unit] = st.sampled_from(["count", "ratio", "score", "estimate"])
KINDS: st.SearchStrategy[Kind] = st.sampled_from(["line", "bars", "stacked"])
LANGUAGES = st.sampled_from([Translator("en"), Translator("ko")])
CURSORS = st.one_of(st.none(), st.integers(-3, 60))


def assert_rectangle(lines: Sequence[Line], width: int, height: int) -> None:
    assert len(lines) == height
    assert [cells.width(text) for text in plain(lines)] == [width] * height
    assert {span.role for line in lines for span in line} <= ROLES
    assert {span.ground for line in lines for span in line} <= ROLES | {""}
    assert all(is_printable(text) for text in plain(lines))


@st.composite
def series(draw: st.DrawFn) -> Series:
    count = draw(st.sampled_from([0, 1, 2, 5, 24, 60]))
    step = draw(st.sampled_from([10, 900, 3600, 86_400, 40 * 86_400]))
    start = draw(st.datetimes(datetime(1, 1, 2), datetime(9980, 1, 1)))
    values = draw(st.dictionaries(NAMES, st.lists(FIGURES, min_size=count, max_size=count + 1).map(tuple), max_size=6))
    n = draw(st.sampled_from([(), (3,) * count, tuple(range(count))]))
    x = tuple(start.replace(tzinfo=UTC) + timedelta(seconds=i * step) for i in range(count))
    return Series("volume", draw(UNITS), x, values, draw(st.booleans()), n)


@settings(deadline=None, max_examples=60)
@given(series(), WIDTHS, HEIGHTS, ZONES, KINDS, CURSORS, LANGUAGES, st.booleans(), st.booleans())
def test_a_series_fills_its_rectangle(
    panel: Series,
    width: int,
    height: int,
    zone: ZoneInfo,
    kind: Kind,
    cursor: int | None,
    translator: Translator,
    only_ascii: bool,
    patterns: bool,
) -> None:
    drawn = draw_series(panel, width, height, zone, translator, 3600, kind, cursor, ascii=only_ascii, patterns=patterns)
    assert_rectangle(drawn, width, height)
    assert is_printable(describe(panel, cursor or 0, zone, translator))


@st.composite
def heatmaps(draw: st.DrawFn) -> Heatmap:
    rows, columns = draw(st.integers(0, 12)), draw(st.integers(0, 24))
    x = tuple(map(str, range(columns))) if draw(st.booleans()) else tuple(draw(NAMES) for _ in range(columns))
    y = tuple(draw(NAMES) for _ in range(rows))
    few = draw(st.lists(FIGURES, min_size=1, max_size=5))
    values = tuple(tuple(few[(i + j) % len(few)] for i in range(columns)) for j in range(rows))
    n = tuple(tuple((i * j) % 9 for i in range(columns)) for j in range(rows))
    return Heatmap("negative_heatmap", draw(UNITS), x, y, values, n)


@settings(deadline=None, max_examples=60)
@given(heatmaps(), WIDTHS, HEIGHTS, LANGUAGES, st.one_of(st.none(), st.tuples(CURSORS, CURSORS)), st.booleans())
def test_a_heatmap_fills_its_rectangle(
    panel: Heatmap,
    width: int,
    height: int,
    translator: Translator,
    cursor: tuple[int | None, int | None] | None,
    only_ascii: bool,
) -> None:
    row, column = cursor or (None, None)
    at = None if row is None or column is None else (row, column)
    assert_rectangle(draw_heatmap(panel, width, height, translator, at, ascii=only_ascii), width, height)
    assert is_printable(describe_cell(panel, row or 0, column or 0, translator))


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.integers(-2, 10**16), max_size=40),
    st.floats(-1e6, 1e6),
    st.sampled_from([0.0, 0.1, 0.25, 1.0, 1e6]),
    WIDTHS,
    HEIGHTS,
    CURSORS,
    st.booleans(),
)
def test_a_histogram_fills_its_rectangle(
    counts: list[int], start: float, bin_width: float, width: int, height: int, cursor: int | None, only_ascii: bool
) -> None:
    edges = tuple(start + i * bin_width for i in range(len(counts) + 1))
    panel = Histogram("score_histogram", edges, tuple(counts))
    drawn = draw_histogram(panel, width, height, Translator("ko"), cursor, ascii=only_ascii)
    assert_rectangle(drawn, width, height)
    assert is_printable(describe_bin(panel, cursor or 0))


@given(st.lists(FIGURES, max_size=80), WIDTHS, st.booleans(), st.booleans())
def test_sparklines_and_bars_are_as_wide_as_asked(
    values: list[float | None], width: int, from_zero: bool, only_ascii: bool
) -> None:
    assert cells.width(sparkline(values, width, from_zero=from_zero, ascii=only_ascii)) == width
    for value in values:
        assert cells.width(bar(value, width, ascii=only_ascii)) == width
