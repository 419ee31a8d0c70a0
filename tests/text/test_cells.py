"""Cutting and padding keep within the cells they are given."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from aiops_tui.text.cells import cut, fit, middle, width, wrap
from aiops_tui.text.printable import printable

shown = st.text(st.one_of(st.sampled_from("가나다 한글abc  e\u0301❤👍ｗ"), st.characters()), max_size=40).map(printable)
cells = st.integers(0, 30)


@given(shown, cells)
def test_cut_fits_and_loses_nothing_that_fits(text: str, room: int) -> None:
    result = cut(text, room)
    assert width(result) == cell_len(result) <= room
    if width(text) <= room:
        assert result == text
    else:
        assert text.startswith(result.removesuffix("…"))
        assert width(result) >= room - 1


@given(shown, cells, st.sampled_from(["left", "right", "center"]))
def test_fit_is_exact(text: str, room: int, align: str) -> None:
    assert align in {"left", "right", "center"}
    result = fit(text, room, align)  # type: ignore[arg-type]
    assert width(result) == room


@given(shown, cells)
def test_middle_fits_and_keeps_both_ends(text: str, room: int) -> None:
    result = middle(text, room)
    assert width(result) <= room
    if width(text) <= room:
        assert result == text
    elif room >= 3:
        head, tail = result.split("…") if text.count("…") == 0 else ("", "")
        assert text.startswith(head) and text.endswith(tail)


@given(st.lists(shown, max_size=4).map("\n".join), st.integers(2, 30))
def test_wrapped_lines_fit_and_hold_all_characters(text: str, room: int) -> None:
    lines = wrap(text, room)
    assert all(width(line) <= room for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace("\n", "").replace(" ", "")


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (cut("한글입니다", 5), "한글…"),
        (cut("한글입니다", 6), "한글…"),
        (cut("abc", 0), ""),
        (cut("abcdef", 4, ellipsis=""), "abcd"),
        (cut("e\u0301" * 4, 3), "e\u0301e\u0301…"),
        (fit("한글", 6, "right"), "  한글"),
        (fit("한글입", 4), "한… "),
        (middle("postgres/long/path", 11), "postg…/path"),
    ],
)
def test_examples(result: str, expected: str) -> None:
    assert result == expected


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        ("카드가 두 번 결제됐는데", 10, ["카드가 두", "번", "결제됐는데"]),
        ("one two", 7, ["one two"]),
        ("one two", 6, ["one", "two"]),
        ("abcdefgh ij", 4, ["abcd", "efgh", "ij"]),
        ("a\n\n b", 9, ["a", "", " b"]),
        ("", 9, [""]),
        ("가나", 1, ["가", "나"]),
    ],
)
def test_wrapping(text: str, room: int, lines: list[str]) -> None:
    assert wrap(text, room) == lines
