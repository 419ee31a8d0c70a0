from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiops_tui.charts.spans import Line, plain
from aiops_tui.text.cells import width
from aiops_tui.tui.screens.markdown import markdown_lines


def roles(line: Line) -> dict[str, str]:
    return {span.text: span.role for span in line}


def test_blocks_look_like_what_they_are() -> None:
    text = "## 환불 절차\n\n- 첫째\n  - 둘째\n1. 하나\n> 인용\n---\n```\nx = **y**\n```"
    lines = markdown_lines(text, 20)
    assert plain(lines) == [
        "환불 절차", "", "• 첫째", "  • 둘째", "1. 하나", "▎ 인용", "─" * 20, "```", "x = **y**", "```",
    ]  # fmt: skip
    assert roles(lines[0]) == {"환불 절차": "title"}
    assert lines[8][0].ground == "bar"


def test_emphasis_and_code_are_coloured_and_links_written_out() -> None:
    (line,) = markdown_lines("누르세요 **여기** `cancel()` [도움](https://x/y) ![그림](cat.png)", 100)
    found = roles(line)
    assert found["여기"] == found["도움"] == found["그림"] == "strong"
    assert found["cancel()"] == "accent"
    assert found[" (https://x/y)"] == found[" (cat.png)"] == "muted"


@pytest.mark.parametrize("text", ["2 * 3 * 4", "snake_case_name", "**", "[x]", "a[1](", "`", "http://x", "***", "!["])
def test_what_is_no_markdown_stays_as_it_was_written(text: str) -> None:
    assert plain(markdown_lines(text, 40)) in ([text], ["─" * 40])


def test_a_long_item_goes_on_below_its_text_and_keeps_its_emphasis() -> None:
    lines = markdown_lines("- 하나 둘 셋 **넷 다섯 여섯** 일곱", 16)
    assert plain(lines) == ["• 하나 둘 셋 넷", "  다섯 여섯 일곱"]
    assert roles(lines[1]) == {"  ": "muted", "다섯 여섯": "strong", " 일곱": "text"}


@given(st.text(st.sampled_from("ab 한글#*`->|[]()!_1.\n"), max_size=80), st.integers(1, 30))
def test_every_line_fits_and_no_word_is_lost(text: str, cells: int) -> None:
    lines = markdown_lines(text, cells)
    assert all(width(row) <= max(cells, 2) for row in plain(lines))
    kept = "".join(plain(lines))
    assert [c for c in kept if c in "ab한글"] == [c for c in text if c in "ab한글"] or "```" in text or "](" in text
