"""What a terminal has to be told to put a text on the clipboard of who sits before it (OSC 52)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping

from aiops_tui.text.cells import cut
from aiops_tui.text.translations import Translator

MOST_BYTES = 56_244
"""Longer texts are cut: more than 74,994 letters of base64 many terminals leave out without a word."""

_SHOWN = 40
_SCREEN_CHUNK = 240
"""screen drops longer strings, and puts pieces that follow each other together again."""


def bounded(text: str) -> str:
    """Return as much of the beginning of a text as the clipboard takes."""
    return text.encode("utf-8", "replace")[:MOST_BYTES].decode("utf-8", "ignore")


def sequence(text: str, environ: Mapping[str, str]) -> str:
    """Return what to write to the terminal for a text.

    tmux hears the plain sequence only with ``set-clipboard on`` and hands the wrapped one through only with
    ``allow-passthrough``: it gets both, and does the same thing twice at most.
    """
    plain = f"\x1b]52;c;{b64encode(bounded(text).encode()).decode()}\x07"
    if environ.get("TMUX"):
        return plain + "\x1bPtmux;" + plain.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    if environ.get("STY"):
        pieces = (plain[start : start + _SCREEN_CHUNK] for start in range(0, len(plain), _SCREEN_CHUNK))
        return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
    return plain


def told(what: str, text: str, words: Translator) -> str:
    """Return what to say of a text that was copied: what it is, how it begins, and whether it was too long."""
    taken = bounded(text)
    said = words(f"tui.copied.{what}", text=cut(" ".join(taken.split()), _SHOWN))
    return said if taken == text else said + words("tui.copied.cut", kilobytes=len(taken.encode()) // 1000)
