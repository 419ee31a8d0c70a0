"""How sentiment labels and free-form topics of the database are understood."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

POSITIVE: Final = "positive"
NEUTRAL: Final = "neutral"
NEGATIVE: Final = "negative"
OTHER: Final = "other"
UNANALYSED: Final = "unanalysed"

SENTIMENTS: tuple[str, ...] = (POSITIVE, NEUTRAL, NEGATIVE, OTHER, UNANALYSED)
"""The five classes, in the order in which they are shown."""

ANALYSED: tuple[str, ...] = (POSITIVE, NEUTRAL, NEGATIVE)
"""The classes that a negative ratio rests on."""

SENTIMENT_ALIASES: Mapping[str, tuple[str, ...]] = {
    POSITIVE: ("긍정", "positive", "pos"),
    NEUTRAL: ("중립", "neutral", "neu"),
    NEGATIVE: ("부정", "negative", "neg"),
}
"""The labels that the backend and its models write, as `normal_label` gives them."""

WEEKDAYS: tuple[str, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The weekdays by their label's name, Monday first."""

FEEDBACKS: tuple[str, ...] = ("like", "dislike", "other")

REST: Final = "\x01rest"
"""Stands in rollup cells for all topics beyond those kept; no printable topic can equal it."""

TOPIC_CUT: Final = 200
"""Topics are told apart by so many characters."""

WHITESPACE: Final = "".join(chr(c) for c in range(0x3001) if chr(c).isspace())

_CLOSING = ".,;:!?…·~。、！？．，"


def normal_label(text: str) -> str:
    """Return a label in the form it is matched in: NFC, trimmed, lower case."""
    return unicodedata.normalize("NFC", text).strip().lower()


def sentiment_class(label: str | None, aliases: Mapping[str, Iterable[str]] = SENTIMENT_ALIASES) -> str:
    """Return which of `SENTIMENTS` a label of the database belongs to.

    NULL or empty is not analysed yet; blanks alone, or a word that is not known, is *other*.
    """
    if not label:
        return UNANALYSED
    normal = normal_label(label)
    for name, words in aliases.items():
        if normal in words:
            return name
    return OTHER


def fold_topic(raw: str | None) -> str | None:
    """Return the form under which topics count as the same, or None for no topic.

    NFC, case, runs of white space and closing punctuation are folded; a topic of punctuation alone stays as it is.
    """
    if raw is None:
        return None
    words = " ".join(unicodedata.normalize("NFC", raw[:TOPIC_CUT]).casefold().split())
    return (words.rstrip(_CLOSING).rstrip() or words) or None
