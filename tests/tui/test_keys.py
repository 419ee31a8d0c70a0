from __future__ import annotations

import unicodedata

import pytest

from aiops_tui.text.translations import Translator, catalogue, languages
from aiops_tui.tui.app import Console
from aiops_tui.tui.guard import BURST, SequenceTail, Stroke, typed
from aiops_tui.tui.keys import KEYS, PLACES, key_named, latin
from aiops_tui.tui.screens.conversation import ConversationScreen
from aiops_tui.tui.screens.desk import Desk
from aiops_tui.tui.screens.help import help_lines
from aiops_tui.tui.screens.shares import SharesSheet
from aiops_tui.tui.screens.sheet import Sheet
from aiops_tui.tui.widgets.chart import Chart
from aiops_tui.tui.widgets.entries import Entries
from aiops_tui.tui.widgets.reader import Reader
from aiops_tui.tui.widgets.rows import Rows
from aiops_tui.tui.widgets.tiles import Tiles

ACTORS: dict[str, tuple[type, ...]] = {
    "everywhere": (Console,), "main": (Desk,), "list": (Rows,), "chart": (Chart,), "tiles": (Tiles,),
    "log": (Entries,), "conversation": (ConversationScreen,), "shares": (SharesSheet,),
    "dialog": (Sheet, ConversationScreen, SharesSheet),
}  # fmt: skip


def test_every_key_has_its_action_where_it_works() -> None:
    for key in KEYS:
        for actor in ACTORS[key.place]:
            assert hasattr(actor, f"action_{key.id}"), f"{actor.__name__} has no {key.id}"


def test_a_text_scrolls_by_the_keys_of_a_list() -> None:
    assert all(hasattr(Reader, f"action_{name}") for name in ("up", "down", "page_up", "page_down", "top", "bottom"))


def test_no_key_means_two_things_in_one_place() -> None:
    for place in ("list", "chart", "tiles", "log", "conversation", "shares", "dialog"):
        names = [name for key in KEYS if key.place in {"everywhere", place} for name in key.keys]
        assert len(names) == len(set(names)), place


@pytest.mark.parametrize("language", languages())
def test_every_key_and_place_is_worded_in_both_languages(language: str) -> None:
    known = catalogue(language, "keys")
    for message in (message for key in KEYS for message in (key.message, key.word)):
        namespace, _, name = message.partition(".")
        assert name in catalogue(language, namespace)
    assert all(f"place.{place}" in known for place in PLACES)


@pytest.mark.parametrize("namespace", ["tui", "keys"])
def test_both_languages_have_the_same_messages_with_the_same_values(namespace: str) -> None:
    def holes(text: str) -> set[str]:
        return {piece.partition("}")[0] for piece in text.split("{")[1:]}

    english, korean = catalogue("en", namespace), catalogue("ko", namespace)
    assert english.keys() == korean.keys()
    assert all(holes(english[key]) == holes(korean[key]) for key in english)


def test_the_help_names_every_key() -> None:
    text = "\n".join("".join(span.text for span in line) for line in help_lines(Translator("ko"), 100))
    assert all(key.shown in text for key in KEYS)


def test_hangul_letters_stand_for_the_keys_they_lie_on() -> None:
    rows = {"ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔ": "qwertyuiop", "ㅁㄴㅇㄹㅎㅗㅓㅏㅣ": "asdfghjkl", "ㅋㅌㅊㅍㅠㅜㅡ": "zxcvbnm"}
    for letters, keys in rows.items():
        assert "".join(map(latin, letters)) == keys
    assert key_named("share").jamo == ("ㄴ",)


def test_letters_that_the_input_method_joined_are_taken_apart() -> None:
    assert latin("너") == "sj"
    assert latin("값") == "rkqt"
    assert latin("ㅘ") == "hk"
    assert "".join(map(latin, unicodedata.normalize("NFD", "한"))) == "gks"
    assert latin("漢") == latin("s") == latin("") == ""


def test_a_paste_is_told_from_typing() -> None:
    def strokes(text: str) -> list[Stroke]:
        return [Stroke(letter, letter) for letter in text]

    assert typed(strokes("s"))
    assert typed(strokes("gg3"))
    assert not typed(strokes("quit"))
    assert not typed([*strokes("abcd"), Stroke("enter", "\r")])
    assert typed(strokes("j" * 20)), "a key held down on a slow line"
    assert not typed(strokes("s" * (BURST + 1))), "nobody shares four times at once"
    assert typed([Stroke("down")] * 9)


@pytest.mark.parametrize("tail", ["[A", "[1;5C", "[<35;12;40M", "OP", "[3~"])
def test_what_follows_a_cut_escape_sequence_is_no_key(tail: str) -> None:
    sequence = SequenceTail()
    assert not sequence.swallows(Stroke("escape", "\x1b"), 0.0)
    assert all(sequence.swallows(Stroke(letter, letter), 0.2) for letter in tail)
    assert not sequence.swallows(Stroke("3", "3"), 0.3)


def test_keys_after_escape_are_keys() -> None:
    sequence = SequenceTail()
    sequence.swallows(Stroke("escape", "\x1b"), 0.0)
    assert not sequence.swallows(Stroke("2", "2"), 0.1)
    sequence.swallows(Stroke("escape", "\x1b"), 1.0)
    assert not sequence.swallows(Stroke("[", "["), 2.0)
