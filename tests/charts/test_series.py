"""What a person reads from a chart over time."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from aiops_tui.charts import Kind, draw_series, plain
from aiops_tui.model.labels import SENTIMENTS
from aiops_tui.text import cells
from aiops_tui.text.translations import Translator

if TYPE_CHECKING:
    from tests.charts.conftest import MakeSeries, RolesOf

SEOUL = ZoneInfo("Asia/Seoul")
KINDS: tuple[Kind, ...] = ("line", "bars", "stacked")


def test_the_highest_bar_reaches_its_value_on_the_axis(make_series: MakeSeries, en: Translator) -> None:
    text = plain(draw_series(make_series({"users": [0, 50, 100]}), 40, 8, SEOUL, en, 3600, "bars"))

    assert text[0].startswith(" 100┤") and "█" in text[0]
    middle = next(line for line in text if line.startswith("  50┤"))
    assert middle.count("█") > text[0].count("█")
    assert text[-2].startswith("   0┴")
    assert "█" not in text[-2]


def test_the_axis_stays_while_figures_change_a_little(make_series: MakeSeries, en: Translator) -> None:
    def axis(highest: int) -> list[str]:
        return [line[:6] for line in plain(draw_series(make_series({"a": [highest]}), 60, 12, SEOUL, en, 3600, "bars"))]

    assert axis(210) == axis(222) == axis(240)
    assert axis(240) != axis(480)


def test_parts_of_a_stack_have_heights_in_proportion(
    make_series: MakeSeries, en: Translator, cells_of: RolesOf
) -> None:
    stack = {"positive": [50], "neutral": [25], "negative": [25], "other": [0], "unanalysed": [0]}
    lines = draw_series(make_series(stack), 30, 11, SEOUL, en, 3600, "stacked")[1:]

    assert cells_of(lines, "positive") == 2 * cells_of(lines, "negative") == 2 * cells_of(lines, "neutral") > 0
    assert cells_of(lines, "other") == cells_of(lines, "unanalysed") == 0
    upwards = [span.role for line in reversed(lines) for span in line if span.role in SENTIMENTS]
    assert upwards == sorted(upwards, key=["negative", "neutral", "positive"].index)


def test_a_cell_that_two_parts_share_has_both_colours(make_series: MakeSeries, en: Translator) -> None:
    lines = draw_series(make_series({"positive": [65], "negative": [35]}), 30, 12, SEOUL, en, 3600, "stacked")

    shared = [span for line in lines for span in line if span.ground]
    assert {(span.role, span.ground) for span in shared} == {("negative", "positive")}


def test_without_colours_each_part_has_a_pattern_of_its_own(make_series: MakeSeries, en: Translator) -> None:
    stack = {name: [20] for name in SENTIMENTS}
    lines = draw_series(make_series(stack), 60, 24, SEOUL, en, 3600, "stacked", patterns=True)

    patterns = {name: "".join(s.text for line in lines[1:] for s in line if s.role == name)[:1] for name in SENTIMENTS}
    assert len(set(patterns.values())) == len(SENTIMENTS)
    for name, pattern in patterns.items():
        assert f"{pattern} {en.label(name)}" in plain(lines)[0]


def test_the_bucket_that_is_still_filling_is_drawn_apart(
    make_series: MakeSeries, en: Translator, cells_of: RolesOf
) -> None:
    stack = {"positive": [30, 30, 30], "negative": [10, 10, 10]}
    for kind, character in zip(KINDS, "○░░", strict=True):
        filling = draw_series(make_series(stack, open_last=True), 60, 12, SEOUL, en, 3600, kind)
        done = draw_series(make_series(stack), 60, 12, SEOUL, en, 3600, kind)
        assert cells_of(filling[1:], "open") > 0
        assert cells_of(done, "open") == 0
        assert f"{character} still filling" in plain(filling)[0]


def test_a_legend_names_every_series_however_narrow_it_is(make_series: MakeSeries, en: Translator) -> None:
    panel = make_series({name: [20, 30] for name in SENTIMENTS}, open_last=True)
    names = [en.label(name) for name in SENTIMENTS]

    wide, narrow = (plain(draw_series(panel, width, 12, SEOUL, en, 3600, "stacked"))[0] for width in (58, 40))
    assert all(name in wide for name in names) and "filling" not in wide
    assert narrow.split() == ["■", "Posi", "●", "Neut", "▲", "Nega", "◆", "Othe", "□", "Not"]


def test_an_open_bucket_keeps_a_column_when_there_are_more_buckets_than_columns(
    make_series: MakeSeries, en: Translator, cells_of: RolesOf
) -> None:
    lines = draw_series(make_series({"a": [9] * 500}, open_last=True), 60, 10, SEOUL, en, 3600, "bars")

    pale = [line[-1] for line in lines[:-2] if line[-1].role == "open"]
    assert pale and all(len(span.text) == 1 for span in pale)
    assert cells_of(lines, "accent") > 0


def test_a_gap_in_a_line_stays_empty_and_a_lone_point_is_seen(
    make_series: MakeSeries, en: Translator, cells_of: RolesOf
) -> None:
    values = [0.7] * 40 + [None] * 10 + [0.75] + [None] * 10 + [0.8] * 39
    lines = draw_series(make_series({"a": values}, unit="ratio"), 105, 12, SEOUL, en, 3600)
    drawn = [[span.role == "accent" for span in line for _ in span.text] for line in lines[:-2]]
    used = [any(row[column] for row in drawn) for column in range(105)]

    assert all(used[5:44]) and not any(used[46:55]) and used[55] and not any(used[57:65]) and all(used[67:])
    assert sum(text.count("●") for text in plain(lines)) == 1


def test_nothing_known_differs_from_nothing(make_series: MakeSeries, en: Translator) -> None:
    baseline = plain(draw_series(make_series({"a": [5, 0, None, 5]}), 45, 8, SEOUL, en, 3600, "bars"))[-3][5:]

    assert baseline.count("·") == 1
    assert baseline.index("·") > len(baseline) / 2


def test_a_peak_survives_when_buckets_share_columns(make_series: MakeSeries, en: Translator) -> None:
    values = [10] * 3000
    values[1234] = 100
    for kind in KINDS:
        top = plain(draw_series(make_series({"a": values}), 60, 12, SEOUL, en, 3600, kind))[0]
        assert top.startswith(" 100┤")
        assert set(top[5:]) - set(" ┈")


def test_means_of_few_rows_are_pale(make_series: MakeSeries, en: Translator, cells_of: RolesOf) -> None:
    n = (50,) * 10 + (4,) * 10
    lines = draw_series(make_series({"score": [7.0] * 20}, unit="score", n=n), 60, 10, SEOUL, en, 3600)

    assert cells_of(lines, "muted") > 10
    assert cells_of(lines, "accent") > 10


def test_lines_differ_by_marker_too(make_series: MakeSeries, en: Translator) -> None:
    text = plain(draw_series(make_series({"a": [1] * 90, "b": [2] * 90, "c": [3] * 90}), 100, 14, SEOUL, en, 60))

    for marker in "●■◆":
        assert marker in text[0]
        assert any(marker in line for line in text[1:-2])


def test_the_cursor_points_at_its_bucket(make_series: MakeSeries, en: Translator) -> None:
    def column(cursor: int) -> int:
        lines = draw_series(make_series({"a": [1] * 10}), 60, 10, SEOUL, en, 3600, "line", cursor)
        (found,) = {
            sum(len(span.text) for span in line[:i])
            for line in lines
            for i, span in enumerate(line)
            if span.role == "cursor"
        }
        return found

    columns = [column(i) for i in range(10)]
    assert columns == sorted(set(columns))
    # One round hour has its label right below the cursor.
    text = plain(draw_series(make_series({"a": [1] * 10}), 60, 10, SEOUL, en, 3600, "line", 4))
    assert text[-1][columns[4] - 2 : columns[4] + 3] == "04:00"


def test_a_ratio_is_labelled_in_percent(make_series: MakeSeries, en: Translator) -> None:
    text = plain(draw_series(make_series({"negative": [0.1, 0.21]}, unit="ratio"), 40, 14, SEOUL, en, 3600))

    assert any("20%" in line for line in text)
    assert text[-2].startswith("  0%")


def test_korean_labels_are_aligned_and_cut_by_cells(make_series: MakeSeries, ko: Translator) -> None:
    stack = {name: [5] * 7 for name in SENTIMENTS}
    panel = make_series(stack, step=86_400, open_last=True)
    for width in (100, 40, 23):
        lines = plain(draw_series(panel, width, 12, SEOUL, ko, 86_400, "stacked"))
        assert {cells.width(line) for line in lines} == {width}
    wide = plain(draw_series(panel, 100, 12, SEOUL, ko, 86_400, "stacked"))
    assert all(label in wide[0] for label in ("긍정", "중립", "부정", "기타", "미분석", "집계 중"))
    assert [label in wide[-1] for label in ("16 월", "19 목", "22 일")] == [True] * 3


@pytest.mark.parametrize("kind", KINDS)
def test_a_terminal_without_utf8_gets_ascii(make_series: MakeSeries, en: Translator, kind: Kind) -> None:
    panel = make_series({"positive": [3, None, 5], "negative": [1, 2, 3]}, open_last=True)
    text = "".join(plain(draw_series(panel, 60, 12, SEOUL, en, 3600, kind, 1, ascii=True)))

    assert text.isascii()
    assert "#" in text


def test_an_empty_series_and_a_small_place_say_so(make_series: MakeSeries, en: Translator, ko: Translator) -> None:
    nothing = make_series({"a": [None, None]})
    assert "No figures" in "".join(plain(draw_series(nothing, 60, 9, SEOUL, en, 3600)))
    assert "차트를 그리기에 좁습니다" in "".join(plain(draw_series(make_series({"a": [1]}), 30, 3, SEOUL, ko, 3600)))


def test_the_same_panel_gives_equal_lines(make_series: MakeSeries, en: Translator) -> None:
    panel, later = (make_series({"score": [7.0, 7.2, last]}, unit="score") for last in (6.9, 7.4))
    first = draw_series(panel, 60, 12, SEOUL, en, 3600)

    assert draw_series(panel, 60, 12, SEOUL, en, 3600) == first
    changed = [a != b for a, b in zip(first, draw_series(later, 60, 12, SEOUL, en, 3600), strict=True)]
    assert 0 < sum(changed) < len(changed)
