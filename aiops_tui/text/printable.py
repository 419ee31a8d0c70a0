"""The one door for untrusted text: what passes can be written to a terminal and has the width that Rich says.

Nothing that passes moves the cursor, hides, reorders or joins: controls, format characters, separators, surrogates,
private use and blank fillers become a visible mark. Emoji lose their joiners, variation selectors and skin tones, and
flags become their two letters, because terminals do not agree on the width of such sequences.
"""

from __future__ import annotations

import re
import unicodedata

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

MARKS = 8
"""So many combining marks may follow one character; more would smear over the lines around it."""

# Assigned, visible, stable under NFC, and never combining: text of these alone passes as it is.
_PLAIN_SET = (
    " -~\u00a1-\u00ac\u00ae-\u02ff\u0391-\u03a1\u03a3-\u03ff\u0400-\u0482\u2010-\u2027\u2030-\u205e"
    "\u20a0-\u20c0\u2190-\u2328\u232b-\u23ff\u2460-\u2adb\u2add-\u2b73\u3001-\u3029\u3041-\u3096\u309b-\u30ff"
    "\u3131-\u3163\u3165-\u318e\u3200-\u321e\u3220-\u9ffc\uac00-\ud7a3\uff01-\uff9f\uffe0-\uffe6\ufffd"
    "\U0001f300-\U0001f3fa\U0001f400-\U0001f6d7"
)
_PLAIN = re.compile(f"[{_PLAIN_SET}]*")
# Left to be compiled, for 6 ms, by the first text that is not plain.
_ODD = f"[{_PLAIN_SET}]?[^{_PLAIN_SET}]+"  # with the character that marks may stand on
_EMOJI = "\u00a9\u00ae\u203c-\u3299\ufe0f\U0001f000-\U0001faff"
_JOINER = f"(?<=[{_EMOJI}])\u200d(?=[{_EMOJI}])"
_BLANK = re.compile(r"\r\n|[\t\n\r]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_BLANK_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")


def printable(text: str, limit: int = 2000) -> str:
    """Return untrusted text as one printable line of at most ``limit`` characters; what lies beyond is cut off."""
    text = text[:limit]
    if _PLAIN.fullmatch(text):
        return text
    return _clean(_BLANK.sub(" ", text))[:limit]


def printable_lines(text: str, limit: int = 100_000) -> str:
    r"""Return untrusted text in printable lines parted by ``\n``, of at most ``limit`` characters in all."""
    text = text[:limit]
    if _PLAIN.fullmatch(text):
        return text
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ").split("\n")
    return "\n".join([line if _PLAIN.fullmatch(line) else _clean(line) for line in lines])[:limit]


def is_printable(text: str) -> bool:
    """Return whether every character of a line may be written to a terminal."""
    return _PLAIN.fullmatch(text) is not None or text.translate(_VISIBLE) == text


def _clean(line: str) -> str:
    line = _CONTROL.sub(REPLACEMENT, line)
    if _PLAIN.fullmatch(line):
        return line
    if "\u200d" in line:
        line = re.sub(_JOINER, "", line)
    return re.sub(_ODD, _cleaned, line)


def _cleaned(odd: re.Match[str]) -> str:
    # Marks are thinned before NFC as well: sorting a long run of them takes quadratic time.
    return _thinned(unicodedata.normalize("NFC", _thinned(odd[0].translate(_VISIBLE))))


def _thinned(text: str) -> str:
    """Leave out marks beyond `MARKS` in a row, and show one that has nothing to stand on."""
    if not any(map(_IS_MARK.__getitem__, text)):
        return text
    kept: list[str] = []
    run = 0
    for character in text:
        if not _IS_MARK[character]:
            run = 0
        elif not kept:
            character = REPLACEMENT
        else:
            run += 1
            if run > MARKS:
                continue
        kept.append(character)
    return "".join(kept)


class _Marks(dict[str, bool]):
    """Whether a character is drawn into the cell of the one before; remembers what it was asked."""

    def __missing__(self, character: str) -> bool:
        # Medial and final jamo take no cell of their own either.
        jamo = "\u1161" <= character <= "\u11ff" or "\ud7b0" <= character <= "\ud7fb"
        known = jamo or unicodedata.category(character)[0] == "M"
        if len(self) < _REMEMBERED:
            self[character] = known
        return known


class _Visible(dict[int, str]):
    """What stands in the place of each character, for `str.translate`; remembers what it was asked."""

    def __missing__(self, code: int) -> str:
        shown = _shown(code)
        if len(self) < _REMEMBERED:
            self[code] = shown
        return shown


def _shown(code: int) -> str:
    character = chr(code)
    if 0x1F1E6 <= code <= 0x1F1FF:  # half a flag
        return chr(code - 0x1F1E6 + ord("A"))
    if character in "\ufe0e\ufe0f" or 0x1F3FB <= code <= 0x1F3FF:  # text or emoji style, skin tone
        return ""
    if character in _BLANK_FILLERS or 0xFE00 <= code <= 0xFE0D or 0xE0100 <= code <= 0xE01EF:
        return REPLACEMENT
    category = unicodedata.category(character)
    if category == "Zs":
        return " "
    # Emoji younger than Python's tables are unassigned there.
    hidden = category[0] == "C" and not (category == "Cn" and 0x1F000 <= code <= 0x1FAFF)
    return REPLACEMENT if hidden or category in {"Zl", "Zp"} else character


_REMEMBERED = 8192
_IS_MARK = _Marks()
_VISIBLE = _Visible()
