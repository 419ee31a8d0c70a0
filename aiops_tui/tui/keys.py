"""The one table of keys: bindings, help, footer and palette are made from it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from aiops_tui.model.panels import TABS

NOWHERE = "<none>"
"""The name of a key that no keyboard has, for actions without one."""

Place = Literal["everywhere", "main", "list", "chart", "log", "tiles", "conversation", "shares", "dialog"]
PLACES: tuple[Place, ...] = ("everywhere", "main", "list", "chart", "tiles", "log", "conversation", "shares", "dialog")
"""Where a key works, in the order of the help screen."""


@dataclass(frozen=True, slots=True)
class Key:
    """An action that keys call; ``id`` names the method ``action_<id>`` and, in ``keys``, its wording.

    ``keys`` are Textual's names, ``shown`` is what a person reads. ``rank`` is the place in the footer, 0 for none.
    ``repeats`` says that holding the key down is meant, so that many at once are no paste. ``in_palette`` lists it
    in the palette. ``asks`` says that a line to type in opens, and ``careful`` that it is asked before anything is
    done, so that it is taken where a Hangul letter could be either this key or the same without Shift.
    """

    id: str
    keys: tuple[str, ...]
    shown: str
    place: Place = "main"
    rank: int = 0
    repeats: bool = False
    in_palette: bool = False
    asks: bool = False
    careful: bool = False

    @property
    def message(self) -> str:
        """The id of the sentence that says what the key does."""
        return f"labels.tab.{self.id}" if self.id in TABS else f"keys.{self.id}"

    @property
    def word(self) -> str:
        """The id of the word that the footer shows."""
        return self.message if self.id in TABS else f"{self.message}.short"

    @property
    def jamo(self) -> tuple[str, ...]:
        """What its letters give while a Hangul input method is on."""
        return tuple(letter for key in self.keys for letter, latin in _COMPATIBLE.items() if latin == key)


KEYS: tuple[Key, ...] = (
    Key("help", ("question_mark", "f1"), "? F1", "everywhere", rank=8),
    Key("palette", ("colon", "ctrl+p"), ": Ctrl+P", "everywhere", asks=True),
    Key("repaint", ("ctrl+l",), "Ctrl+L", "everywhere", in_palette=True),
    Key("suspend", ("ctrl+z",), "Ctrl+Z", "everywhere"),
    Key("close", ("q",), "q", "everywhere", rank=99),
    Key("leave", ("ctrl+c",), "Ctrl+C", "everywhere"),
    *(Key(tab, (str(number),), str(number), in_palette=True) for number, tab in enumerate(TABS, 1)),
    Key("conversations", ("l",), "l", in_palette=True),
    Key("next_panel", ("tab",), "Tab", repeats=True),
    Key("previous_panel", ("shift+tab",), "Shift+Tab", repeats=True),
    Key("go_back", ("escape", "backspace"), "Esc ⌫", rank=2),
    Key("filter", ("slash",), "/", rank=3, in_palette=True, asks=True),
    Key("time", ("w",), "w", in_palette=True, asks=True),
    Key("earlier", ("comma",), ",", rank=5, in_palette=True),
    Key("later", ("full_stop",), ".", in_palette=True),
    Key("zoom_out", ("minus",), "-", in_palette=True),
    Key("zoom_in", ("plus", "equals_sign"), "+ =", in_palette=True),
    Key("now", ("0",), "0", in_palette=True),
    Key("compare", ("c",), "c", in_palette=True),
    Key("share", ("s",), "s", rank=4, in_palette=True),
    Key("share_with", ("S",), "S", in_palette=True, careful=True),
    Key("take_back", ("u",), "u", in_palette=True),
    Key("pause", ("space",), "␣", rank=7, in_palette=True),
    Key("refresh", ("r",), "r", in_palette=True),
    Key("interval", ("i",), "i", in_palette=True),
    Key("find", ("f",), "f", in_palette=True, asks=True),
    Key("next_hit", ("n",), "n", repeats=True),
    Key("previous_hit", ("N",), "N", repeats=True),
    Key("timezone", (), "–", in_palette=True, asks=True),
    Key("save_view", (), "–", in_palette=True, asks=True),
    Key("resume_view", (), "–", in_palette=True),
    Key("export", ("x",), "x", in_palette=True),
    Key("copy", ("y",), "y", in_palette=True),
    Key("copy_cell", ("Y",), "Y", in_palette=True),
    Key("open", ("enter",), "↵", "list", rank=1),
    Key("up", ("up", "k"), "↑ k", "list", repeats=True),
    Key("down", ("down", "j"), "↓ j", "list", repeats=True),
    Key("page_up", ("pageup",), "PgUp", "list", repeats=True),
    Key("page_down", ("pagedown",), "PgDn", "list", repeats=True),
    Key("top", ("home", "g"), "g", "list", repeats=True),
    Key("bottom", ("end", "G"), "G", "list", repeats=True),
    Key("sort", ("o",), "o", "list", rank=6),
    Key("reverse", ("O",), "O", "list"),
    Key("cursor_left", ("left",), "←", "chart", repeats=True),
    Key("cursor_right", ("right",), "→", "chart", rank=2, repeats=True),
    Key("cursor_up", ("up", "k"), "↑ k", "chart", repeats=True),
    Key("cursor_down", ("down", "j"), "↓ j", "chart", repeats=True),
    Key("open_bucket", ("enter",), "↵", "chart", rank=1),
    Key("tile_left", ("left",), "←", "tiles", repeats=True),
    Key("tile_right", ("right",), "→", "tiles", rank=2, repeats=True),
    Key("open_tile", ("enter",), "↵", "tiles", rank=1),
    Key("next_error", ("e",), "e", "log", rank=5, repeats=True),
    Key("previous_error", ("E",), "E", "log", repeats=True),
    Key("around", ("t",), "t", "log", rank=6),
    Key("mark", ("m",), "m", "log"),
    Key("to_mark", ("apostrophe",), "'", "log"),
    Key("fold", ("z",), "z", "log", rank=7),
    Key("sources", ("v",), "v", "log"),
    Key("previous_record", ("left",), "←", "conversation", rank=3, repeats=True),
    Key("next_record", ("right",), "→", "conversation", rank=4, repeats=True),
    Key("to_logs", ("t",), "t", "conversation", rank=5),
    Key("users_earlier", ("left_square_bracket",), "[", "conversation", rank=5, repeats=True),
    Key("users_later", ("right_square_bracket",), "]", "conversation", rank=6, repeats=True),
    Key("retry", ("r",), "r", "shares", rank=3),
    Key("drop", ("d",), "d", "shares", rank=4),
    Key("shut", ("escape", "backspace", "enter"), "Esc ⌫", "dialog", rank=1),
)


def keys_of(*places: Place, table: Sequence[Key] = KEYS) -> list[Key]:
    """Return the keys that work in these places, in the table's order."""
    return [key for key in table if key.place in places]


def key_named(action: str, table: Sequence[Key] = KEYS) -> Key:
    """Return the key that calls an action."""
    return next(key for key in table if key.id == action)


# The 두벌식 layout: each letter by the key that it lies on. Shift gives other letters on seven keys only; elsewhere the
# same jamo comes with and without it, and stands for the plain key, unless that with Shift asks first: see `pressed`.
_COMPATIBLE: dict[str, str] = dict(
    zip(
        "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡㅃㅉㄸㄲㅆㅒㅖ",
        "qwertyuiopasdfghjklzxcvbnmQWERTOP",
        strict=True,
    )
)
_COMPOUND = {
    "ㅘ": "hk", "ㅙ": "ho", "ㅚ": "hl", "ㅝ": "nj", "ㅞ": "np", "ㅟ": "nl", "ㅢ": "ml", "ㄳ": "rt", "ㄵ": "sw",
    "ㄶ": "sg", "ㄺ": "fr", "ㄻ": "fa", "ㄼ": "fq", "ㄽ": "ft", "ㄾ": "fx", "ㄿ": "fv", "ㅀ": "fg", "ㅄ": "qt",
}  # fmt: skip
_LETTERS = _COMPATIBLE | _COMPOUND
_WITH_SHIFT = {letter: letter.upper() for letter in _COMPATIBLE.values() if letter.upper() not in _COMPATIBLE.values()}
_CONJOINING: dict[str, str] = {
    unicodedata.normalize("NFKD", letter): latin
    for letter, latin in _LETTERS.items()
    if len(unicodedata.normalize("NFKD", letter)) == 1
}
# Final consonants are other characters than initial ones; NFKD of the compatibility letters gives the latter.
_FINALS = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
_CONJOINING |= {chr(0x11A8 + place): _LETTERS[letter] for place, letter in enumerate(_FINALS)}


def pressed(character: str, table: Sequence[Key] = KEYS) -> str:
    """Return the keys, as one letter each, that a Hangul letter or syllable stands for; else nothing.

    Most letters are the same with Shift: of two actions, the one that asks before it does anything is meant then.
    """
    careful = {name for key in table if key.careful for name in key.keys}
    letters = latin(character)
    return "".join(letter.upper() if _WITH_SHIFT.get(letter, "") in careful else letter for letter in letters)


def latin(character: str) -> str:
    """Return the letters that lie where a Hangul letter or syllable was typed; else nothing."""
    if not ("\u1100" <= character <= "\u11ff" or "\u3131" <= character <= "\u318e" or "가" <= character <= "힣"):
        return ""
    if character in _LETTERS:
        return _LETTERS[character]
    return "".join(_CONJOINING.get(letter, "") for letter in unicodedata.normalize("NFKD", character))
