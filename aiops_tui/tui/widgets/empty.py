"""What stands where figures are not, or not yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from aiops_tui.charts.spans import Line
from aiops_tui.model.panels import Notice
from aiops_tui.text.translations import Translator
from aiops_tui.tui.widgets.lines import centred


@dataclass(frozen=True, slots=True)
class Emptiness:
    """Why a panel may have nothing to show: still reading (so far of so many steps), no rows, or no such table.

    ``notice`` says it better where there is one.
    """

    reason: Literal["waiting", "reading", "none", "missing"] = "waiting"
    done: int = 0
    steps: int = 0
    filtered: bool = False
    notice: Notice | None = None


def empty_lines(panel_id: str, why: Emptiness, words: Translator, width: int, height: int) -> list[Line]:
    """Return, in the middle of a panel, why it is empty and the one thing to do about it."""
    if why.notice is not None:
        text = words.notice(why.notice)
    elif why.reason == "waiting":
        text = words("tui.waiting")
    elif why.reason == "reading":
        text = words("tui.reading", done=why.done, steps=why.steps) if why.steps else words("tui.waiting")
    elif why.filtered:
        text = words("tui.empty.filtered")
    else:
        text = _specific(panel_id, why, words)
    return centred(text, "muted", width, height)


def _specific(panel_id: str, why: Emptiness, words: Translator) -> str:
    """Return the wording for this panel if there is one, else the general one."""
    message = f"tui.empty.{why.reason}.{panel_id.partition('.')[0]}"
    text = words(message)
    return words(f"tui.empty.{why.reason}") if text == message else text
