"""The pieces that a message is built of. Data is plain text in them: it neither mentions, links nor formats."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aiops_tui.slack.parcel import Block
from aiops_tui.text.printable import printable

SECTION = 3000
"""So many characters a section's text may have."""

_SHORT = 300
_ZERO_WIDTH_SPACE = "\u200b"
_LOOK_ALIKES = str.maketrans({"*": "∗", "_": "＿", "~": "∼", "`": "ˋ"})


def escape(text: str) -> str:
    """Return text in which nothing is a mention, a link or a channel."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escaped(text: str, most: int) -> str:
    """Return text that Slack shows as it is, cut so that it has at most so many characters when escaped."""
    whole = escape(text)
    if len(whole) <= most:
        return whole
    used = 0
    for place, character in enumerate(text):
        used += len(escape(character))
        if used >= most:
            return f"{escape(text[:place])}…"
    return whole


def plain(text: str, most: int = _SHORT) -> Block:
    """Return a text object that knows no markup."""
    return {"type": "plain_text", "text": escaped(text, most) or "–", "emoji": False}


def marked(markup: str) -> Block:
    """Return a text object with markup of ours."""
    return {"type": "mrkdwn", "text": markup, "verbatim": True}


def literal(text: str, most: int = _SHORT) -> str:
    """Return text for between markup, its own formatting characters replaced by look-alikes."""
    return escaped(text.translate(_LOOK_ALIKES), most)


def fence(text: str) -> str:
    """Return escaped text as it stands, in even letters; runs of back-ticks, which would end that, are broken up."""
    return "```\n" + re.sub("`(?=`)", "`" + _ZERO_WIDTH_SPACE, text) + "\n```"


def section(markup: str) -> Block:
    """Return a paragraph."""
    return {"type": "section", "text": marked(markup)}


def context(lines: Sequence[str]) -> Block | None:
    """Return small print, None for none."""
    return {"type": "context", "elements": [plain(printable(line)) for line in lines[:10]]} if lines else None
