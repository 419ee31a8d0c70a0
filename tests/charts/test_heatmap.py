"""Heatmaps: numbers where there is room, shades where not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiops_tui.charts import draw_heatmap, plain
from aiops_tui.model.panels import Heatmap
from aiops_tui.text import cells
from aiops_tui.text.translations import Translator

if TYPE_CHECKING:
    from tests.charts.conftest import RolesOf

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@pytest.fixture
def week() -> Heatmap:
    """Negative ratios that rise with the hour; nothing on Saturday, few rows on Sunday."""
    rising = tuple(hour / 23 for hour in range(24))
    values = (*[rising] * 5, (None,) * 24, rising)
    n = (*[(40,) * 24] * 5, (0,) * 24, (4,) * 24)
    return Heatmap("negative_heatmap", "ratio", tuple(map(str, range(24))), DAYS, values, n)


@pytest.fixture
def topics() -> Heatmap:
    names = tuple(f"결제 오류가 자꾸 납니다 {i}" for i in range(20))
    values = tuple((float(i % 10), 5.0) for i in range(20))
    return Heatmap("topic_criterion", "score", ("clarity", "relevance"), names, values, ((9, 9),) * 20)


def test_numbers_when_there_is_room(week: Heatmap, en: Translator) -> None:
    lines = draw_heatmap(week, 120, 10, en)
    text = plain(lines)

    assert text[0].split() == [str(hour) for hour in range(24)]
    assert text[1].split() == ["Mon", *(f"{100 * hour / 23:.0f}" for hour in range(24))]
    heats = [span.role for span in lines[1] if span.role.startswith("cell")]
    assert heats == [f"cell{i}" for i in range(8)]


def test_shades_when_there_is_none(week: Heatmap, en: Translator) -> None:
    lines = draw_heatmap(week, 50, 10, en)

    assert [span.role for span in lines[1] if span.role.startswith("heat")] == [f"heat{i}" for i in range(8)]
    assert not any(character.isdigit() for character in plain(lines)[1])
    hours = plain(lines)[0].split()
    assert hours[:3] == ["0", "3", "6"]


def test_few_rows_are_pale_and_none_a_dot(week: Heatmap, en: Translator, cells_of: RolesOf) -> None:
    for width in (120, 50):
        lines = draw_heatmap(week, width, 10, en)
        assert plain(lines)[6].count("·") == 24
        assert cells_of(lines[6:8], "muted") >= 48
        assert not any(span.role[:4] in {"cell", "heat"} for line in lines[6:8] for span in line)


def test_the_legend_names_the_ends_of_the_scale(week: Heatmap, en: Translator) -> None:
    legend = plain(draw_heatmap(week, 120, 10, en))[-1]

    assert "0% " in legend and " 100%" in legend and "n below 5" in legend


def test_the_cursor_is_seen_without_colours(week: Heatmap, en: Translator) -> None:
    lines = draw_heatmap(week, 120, 10, en, (2, 23))

    assert [span.text.strip() for line in lines for span in line if span.role == "cursor"] == ["100"]
    assert "[52]" in plain(draw_heatmap(week, 120, 10, en, (2, 12)))[3]


def test_columns_are_aligned_whatever_the_names_are_written_in(topics: Heatmap, ko: Translator) -> None:
    text = plain(draw_heatmap(topics, 40, 24, ko))

    assert {cells.width(line) for line in text} == {40}
    assert "명확성" in text[0] and "관련성" in text[0]
    assert len({cells.width(line[: line.rindex("5.0")]) for line in text[1:21]}) == 1


def test_rows_beyond_the_height_are_counted_and_scrolled_to(topics: Heatmap, en: Translator) -> None:
    text = plain(draw_heatmap(topics, 80, 10, en))
    assert "납니다 0" in text[1] and "+ 13 more" in text[8]

    scrolled = plain(draw_heatmap(topics, 80, 10, en, (19, 0)))
    assert "납니다 19" in scrolled[7] and "[9.0]" in scrolled[7]


def test_low_scores_are_warm_and_so_are_high_ratios(week: Heatmap, topics: Heatmap, en: Translator) -> None:
    ratios = [span.role for span in draw_heatmap(week, 120, 10, en)[1] if span.role.startswith("cell")]
    drawn = draw_heatmap(topics, 60, 24, en)[1:11]
    scores = [next(span.role for span in line if span.role.startswith("cell")) for line in drawn]

    assert (ratios[0], ratios[-1]) == ("cell0", "cell7")
    assert (scores[0], scores[9]) == ("cell7", "cell0")


def test_rows_grow_where_there_is_room_and_colours_alone_need_no_pattern(week: Heatmap, en: Translator) -> None:
    lines = draw_heatmap(week, 60, 26, en)
    assert [text[:3] for text in plain(lines)[1:22] if text[:3].strip()] == [en.label(day) for day in DAYS]
    assert {text[4:52] for text in plain(lines)[1:4]} == {"█" * 48}
    assert set(plain(draw_heatmap(week, 60, 26, en, patterns=True))[1][4:52]) == set("░▒▓█")


def test_nothing_and_too_small_say_so(week: Heatmap, en: Translator) -> None:
    empty = Heatmap("score_heatmap", "score", ("0",), ("mon",), ((None,),), ((0,),))

    assert "No figures" in "".join(plain(draw_heatmap(empty, 60, 9, en)))
    assert "Too small" in "".join(plain(draw_heatmap(week, 20, 9, en)))


def test_of_counts_nothing_but_zero_is_pale(en: Translator) -> None:
    panel = Heatmap("rhythm", "count", ("7", "8", "9"), ("mon",), ((0, 1, 4),), ((0, 1, 4),))
    lines = draw_heatmap(panel, 40, 8, en)
    roles = {span.text.strip(): span.role for line in lines for span in line if span.text.strip() in {"0", "1", "4"}}
    assert roles["0"] == "muted" or roles["0"] == "label"
    assert roles["1"].startswith("cell")
    assert "below" not in "".join(span.text for span in lines[-1])
