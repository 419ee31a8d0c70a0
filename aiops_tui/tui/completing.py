"""What could stand where one is typing: pure functions of the text, the cursor and the words that are known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aiops_tui.model.filters import KEY_ALIASES, KEYS, Term
from aiops_tui.model.window import WINDOW_NAMES
from aiops_tui.text.formats import number
from aiops_tui.tui.vocabulary import Vocabulary

MOST = 30
_TERM = re.compile(r"(?P<key>[^\s:<>=\"()]+?)(?P<op><=|>=|:|<|>|=)(?P<value>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Option:
    """One way to go on: the ``text`` to put, what is ``shown`` of it, and a figure ``aside``."""

    text: str
    shown: str
    aside: str = ""


@dataclass(frozen=True, slots=True)
class Completions:
    """What may take the place of the text from ``start`` to ``end``, the likeliest first."""

    start: int = 0
    end: int = 0
    options: tuple[Option, ...] = ()


def complete_filter(text: str, cursor: int, known: Vocabulary) -> Completions:
    """Return keys, and values that exist, for the term at the cursor."""
    start, end = _term_at(text, cursor)
    typed = text[start:cursor]
    sign = "-" if typed.startswith("-") else ""
    typed = typed[len(sign) :]
    match = _TERM.fullmatch(typed)
    options = _values(match, sign, known) if match else [*_keys(typed, sign, known), *_topics(typed, sign, known)]
    return Completions(start, end, tuple(options[:MOST]))


def complete_words(text: str, words: Iterable[str]) -> Completions:
    """Return those of some whole answers that begin with, or else have in them, what was typed."""
    return Completions(0, len(text), tuple(Option(word, word) for word in _fitting(words, text.strip())))


WINDOW_WORDS: dict[str, tuple[str, ...]] = {
    "en": (*WINDOW_NAMES, "today", "yesterday", "this week", "last week", "this month", "last month", "09:00.."),
    "ko": (*WINDOW_NAMES, "오늘", "어제", "그제", "이번 주", "지난주", "이번 달", "지난달", "09:00.."),
}
"""Windows that are offered, by language."""


def ghost(text: str, found: Completions) -> str | None:
    """Return the whole text as the first fitting option continues it, None if none does so letter by letter."""
    if found.end != len(text):
        return None
    typed = text[found.start :]
    for option in found.options:
        if typed and option.text.startswith(typed) and option.text != typed:
            return text[: found.start] + option.text
    return None


def _term_at(text: str, cursor: int) -> tuple[int, int]:
    """Return where the term at the cursor begins and ends; blanks in quotation marks part nothing."""
    start, quoted, place = 0, False, 0
    while place < len(text):
        letter = text[place]
        if letter == "\\" and quoted:
            place += 1
        elif letter == '"':
            quoted = not quoted
        elif letter.isspace() and not quoted:
            if place >= cursor:
                return start, place
            start = place + 1
        place += 1
    return start, len(text)


def _keys(typed: str, sign: str, known: Vocabulary) -> list[Option]:
    names: list[str] = []
    for key in KEYS:
        if key == "criterion.":
            names += [f"criterion.{name}<" for name in known.values("criterion")]
        else:
            names.append(f"{key}<" if key == "score" else f"{key}:")
    found = [name for name in names if name.startswith(KEY_ALIASES.get(typed, typed).lower())]
    return [Option(sign + name, name) for name in found]


def _topics(typed: str, sign: str, known: Vocabulary) -> list[Option]:
    """Return topics for a word without a key."""
    return _named("topic", typed, sign, known) if len(typed) > 1 or not typed.isascii() else []


def _values(match: re.Match[str], sign: str, known: Vocabulary) -> list[Option]:
    key = KEY_ALIASES.get(match["key"].lower(), match["key"].lower())
    return _named(key, match["value"].strip('"'), sign, known) if match["op"] in {":", "="} else []


def _named(key: str, typed: str, sign: str, known: Vocabulary) -> list[Option]:
    counts = known.values(key)
    return [
        Option(sign + str(Term(key, value)), value, number(counts[value]) if counts[value] else "")
        for value in _fitting(counts, typed)
    ]


def _fitting(words: Iterable[str], typed: str) -> Sequence[str]:
    sought = typed.casefold()
    folded = [(word, word.casefold()) for word in words]
    begun = [word for word, each in folded if each.startswith(sought)]
    return begun + [word for word, each in folded if sought in each and not each.startswith(sought)]
