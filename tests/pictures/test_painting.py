"""Pictures: every character is drawn, nothing is an empty box, and any Snapshot gives one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.resources import files
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from aiops_tui import pictures
from aiops_tui.charts.lines import line_width
from aiops_tui.charts.spans import ROLES, Line, Span
from aiops_tui.model.panels import Snapshot
from aiops_tui.pictures.painting import CELL_HEIGHT, CELL_WIDTH, _glyph, _known, png
from aiops_tui.pictures.shapes import is_shape
from aiops_tui.pictures.sheet import WIDTH, sheet
from aiops_tui.text.translations import Translator, catalogue, languages
from tests.strategies import for_snapshots, snapshots

NAMESPACES = ("charts", "columns", "common", "labels", "output", "panels", "tui", "keys", "slack")


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content)).convert("RGB")


def cell(text: str, *, dark: bool = True) -> Image.Image:
    """The pixels of a picture that holds one character, without its margin."""
    picture = opened(png([(Span(text, "strong"),)], dark=dark))
    left, top = (
        (picture.width - CELL_WIDTH * line_width([Span(text, "text")])) // 2,
        (picture.height - CELL_HEIGHT) // 2,
    )
    return picture.crop((left, top, picture.width - left, top + CELL_HEIGHT))


def inked(text: str, *, dark: bool = True) -> int:
    """How many pixels of a text are not of the ground."""
    picture = opened(png([(Span(text, "strong"),)], dark=dark))
    ground = picture.getpixel((0, 0))
    return sum(count for count, colour in picture.getcolors(1 << 16) or [] if colour != ground)


def _worded() -> Iterator[str]:
    for language in languages():
        for namespace in NAMESPACES:
            for text in catalogue(language, namespace).values():
                yield from text


def test_all_that_the_console_says_has_a_glyph() -> None:
    missing = {
        character
        for character in _worded()
        if not character.isspace() and not is_shape(character) and _known(character) != character
    }
    assert missing == set()


def test_every_hangul_syllable_and_letter_has_a_glyph() -> None:
    for code in (*range(0xAC00, 0xD7A4, 7), *range(0x3131, 0x3164)):
        assert _known(chr(code)) == chr(code), chr(code)


@pytest.mark.parametrize("character", [*"▁▂▃▄▅▆▇█▏▎▍▌▋▊▉░▒▓▖▗▘▝▚▞▛▜▙▟▀▐─│┌┐└┘├┤┬┴┼╭╮╯╰┈⠁⣿⠶■□▲▼●○◆◐✖✓→↵␣›…–·"])
@pytest.mark.parametrize("dark", [True, False])
def test_marks_are_drawn_as_what_they_are(character: str, dark: bool) -> None:
    assert inked(character, dark=dark) > 3


def test_blocks_fill_their_cells_and_lines_meet() -> None:
    full = cell("█")
    assert len(full.getcolors() or []) == 1
    half = cell("▄")
    assert half.getpixel((3, 2)) != half.getpixel((3, CELL_HEIGHT - 2))
    line = cell("──")
    row = next(y for y in range(CELL_HEIGHT) if line.getpixel((0, y)) != line.getpixel((0, 0)))
    assert len({line.getpixel((x, row)) for x in range(line.width)}) == 1


def test_an_accent_or_a_foreign_letter_is_no_empty_box() -> None:
    assert _known("é") == "e"
    assert _known("漢") == "·"
    assert inked("é") > 20
    assert _glyph("“", 1, bold=False) is not None


@given(st.text(max_size=40), st.sampled_from(sorted(ROLES)), st.booleans())
def test_any_text_in_any_colour_can_be_painted(text: str, role: str, dark: bool) -> None:
    lines: list[Line] = [(Span(text, role), Span("x", "text", role))]
    assert opened(png(lines, dark=dark)).width >= CELL_WIDTH


@for_snapshots
@given(snapshots(), st.sampled_from(["en", "ko"]), st.integers(40, 130))
def test_any_snapshot_gives_a_sheet_of_even_lines(snapshot: Snapshot, language: str, width: int) -> None:
    for tab in snapshot.tabs:
        lines = sheet(snapshot, tab, Translator(language), width=width)
        assert {line_width(line) for line in lines} == {width}


def test_an_endless_sheet_is_cut_off() -> None:
    picture = opened(png([(Span("x" * WIDTH, "text"),)] * 5000, dark=True))
    assert picture.height < 20_000


def test_the_font_comes_with_its_licence_and_another_name() -> None:
    folder = files("aiops_tui.pictures") / "font"
    licence = (folder / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE" in licence
    assert b"NanumGothicCoding" not in (folder / "aiops-gothic.ttf").read_bytes()


def test_without_pillow_there_are_no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    monkeypatch.setattr("aiops_tui.pictures.find_spec", lambda name: None)
    assert not pictures.available()
