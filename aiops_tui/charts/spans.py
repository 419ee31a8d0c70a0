"""What a chart is made of: lines of text in which every piece names the role of its colour."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

HEATS = 8
"""Steps of a heat scale, from little to much."""

ROLES: frozenset[str] = frozenset(
    {
        "text", "label", "axis", "border", "muted", "accent", "cursor", "open",
        "positive", "neutral", "negative", "other", "unanalysed",
        "good", "bad", "critical", "error", "warning", "info", "debug",
        *(f"heat{step}" for step in range(HEATS)),
        *(f"cell{step}" for step in range(HEATS)),
    }
)  # fmt: skip
"""All colours that a chart asks for; whoever paints it says what they are.

Each is a foreground, with two exceptions: ``cursor`` stands out (reversed, or as bright as it gets), and ``cell0`` to
``cell7`` are the colours of ``heat0`` to ``heat7`` as a background, below text that can be read on it.
"""


class Span(NamedTuple):
    """A piece of a line in one colour.

    ``ground`` is empty, or the role whose colour lies behind a cell that two parts of a stack share.
    """

    text: str
    role: str
    ground: str = ""


Line = tuple[Span, ...]
"""One row of a chart. Lines can be compared and hashed, so that only those that changed need painting."""


def plain(lines: Iterable[Line]) -> list[str]:
    """Return the text of the lines without colours."""
    return ["".join(span.text for span in line) for line in lines]
