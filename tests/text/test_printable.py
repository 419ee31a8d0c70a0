"""Untrusted text comes out harmless, stable, and as wide as Rich says."""

from __future__ import annotations

import sys
import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from aiops_tui.text import printable as module
from aiops_tui.text.printable import MARKS, REPLACEMENT, is_printable, printable, printable_lines

EMOJI = range(0x1F000, 0x1FB00)
SPECIAL = (
    "\x00\t\n\r\x07\x1b\x7f\x85\x90\x9b\x9d\xad\u0301\u0344\u034f\u0308\u061c\u1100\u1160\u1161\u11a8\u115f\u17b4"
    "\u180e\u200b\u200d\u200e\u202e\u2028\u2029\u2066\u20e3\u2126\u3000\u3164\ud7b0\ud800\udfff\ue000\ufb2c\ufe0e"
    "\ufe0f\ufeff\uffa0\ufff9\uffff\U0001f1f0\U0001f1f7\U0001f3fd\U0001f468\U0001f9d1\U0001fae8\U000e0001\U000e0041"
    "\U000e0100\U000f0000\U0010ffff한글가a e1❤☝"
)
hostile = st.text(st.one_of(st.sampled_from(SPECIAL), st.characters(codec=None)), max_size=60)


def forbidden(character: str) -> bool:
    code = ord(character)
    category = unicodedata.category(character)
    if category == "Cn":
        return code not in EMOJI
    return (
        category in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
        or (category == "Zs" and character != " ")
        or 0xFE00 <= code <= 0xFE0F
        or 0xE0100 <= code <= 0xE01EF
        or 0x1F1E6 <= code <= 0x1F1FF
        or 0x1F3FB <= code <= 0x1F3FF
        or character in "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
    )


@given(hostile)
@example("e\u200d\u0301")
@example("\u1100" + "\u1161" * 20)
@example("a" + "\u0344" * 20)
@example("\u0301\u0301x")
def test_nothing_forbidden_passes(text: str) -> None:
    shown = printable(text)
    assert not [character for character in shown if forbidden(character)]
    assert is_printable(shown)


@given(hostile, st.integers(0, 70))
def test_a_second_pass_and_normalizing_change_nothing(text: str, limit: int) -> None:
    shown = printable(text, limit)
    assert len(shown) <= limit
    assert printable(shown, limit) == shown
    assert unicodedata.normalize("NFC", shown) == shown
    lines = printable_lines(text, limit)
    assert len(lines) <= limit
    assert printable_lines(lines, limit) == lines


@given(hostile)
def test_width_is_the_sum_of_the_characters_and_marks_take_none(text: str) -> None:
    shown = printable(text)
    assert cell_len(shown) == sum(cell_len(character) for character in shown)
    run = 0
    for character in shown:
        run = run + 1 if cell_len(character) == 0 else 0
        assert run <= MARKS
    assert not shown or cell_len(shown[0]) > 0


@given(hostile)
def test_lines_are_made_printable_one_by_one(text: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ").split("\n")
    assert printable_lines(text) == "\n".join(printable(line) for line in lines)


def test_every_character_alone() -> None:
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        shown = printable(character)
        assert not any(map(forbidden, shown)), hex(code)
        assert is_printable(character) == (not forbidden(character)), hex(code)
        if module._PLAIN.fullmatch(character):
            assert shown == unicodedata.normalize("NFC", character) == character, hex(code)
            assert cell_len(character) in {1, 2}, hex(code)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("결제 오류 ok", "결제 오류 ok"),
        (unicodedata.normalize("NFD", "결제 오류"), "결제 오류"),
        ("one\ntwo\tthree\r\nfour\rfive", "one two three four five"),
        ("\x1b[31mred\x1b[0m", "\ufffd[31mred\ufffd[0m"),
        ("\x1b]52;c;aGk=\x07", "\ufffd]52;c;aGk=\ufffd"),
        ("\x9b2J", "\ufffd2J"),
        ("user\u202egnp.exe", "user\ufffdgnp.exe"),
        ("ad\u200dmin\u200b", "ad\ufffdmin\ufffd"),
        ("a\u00a0b\u3000c", "a b c"),
        ("lone \ud800", "lone \ufffd"),
        ("\ue000", "\ufffd"),
        ("👩\u200d👩\u200d👧", "👩👩👧"),
        ("❤\ufe0f\u200d🔥", "❤🔥"),
        ("👍🏽", "👍"),
        ("🇰🇷", "KR"),
        ("\U0001fae8", "\U0001fae8"),
        ("\u0301e", "\ufffde"),
        ("e" + "\u0301" * 50, "\u00e9" + "\u0301" * (MARKS - 1)),
    ],
)
def test_examples(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_lines_keep_their_breaks() -> None:
    assert printable_lines("a\r\nb\tc\n\n\x1bd\u2028") == f"a\nb    c\n\n{REPLACEMENT}d{REPLACEMENT}"


def test_length_is_cut_before_any_work() -> None:
    assert printable("x" * 10_000_000, 5) == "xxxxx"
    assert len(printable("\u0301" * 5_000_000)) <= MARKS + 1


@pytest.mark.parametrize("unit", ["\u0301\u0323", "\u1161", "👩\u200d", "\U0001f1f0", "\x1b", "가\u0301", "\U000e0041"])
def test_hostile_text_takes_no_quadratic_time(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    start = time.process_time()
    printable_lines(text)
    assert time.process_time() - start < 1.0
