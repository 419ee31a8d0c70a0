"""What stands where figures are not, or not yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from aiops_tui.charts.spans import Line
from aiops_tui.model.panels import Notice
from aiops_tui.text.translations import Translator
from aiops_tui.tui.keys import Key, key_named
from aiops_tui.tui.widgets.lines import centred


@dataclass(frozen=True, slots=True)
class Emptiness:
    """Why a panel may have nothing to show: still reading (so far of so many steps), no rows, or no such table.

    ``notice`` says it better where there is one. ``longer`` is the key for a longer window, none where that is of all
    time; ``filtered`` the keys that change the filter and go back, None where there is no filter.
    """

    reason: Literal["waiting", "reading", "none", "missing"] = "waiting"
    done: int = 0
    steps: int = 0
    notice: Notice | None = None
    longer: str = ""
    filtered: tuple[str, str] | None = None


def nothing(window: str, table: Sequence[Key], *, filtered: bool) -> Emptiness:
    """Return why there is nothing in a window of this name that was read whole."""
    longer, change, back = (key_named(action, table).shown for action in ("zoom_out", "filter", "go_back"))
    return Emptiness("none", longer="" if window == "all" else longer, filtered=(change, back) if filtered else None)


def empty_lines(panel_id: str, why: Emptiness, words: Translator, width: int, height: int) -> list[Line]:
    """Return, in the middle of a panel, why it is empty and the one thing to do about it."""
    if why.notice is not None:
        text = words.notice(why.notice)
    elif why.reason == "waiting":
        text = words("tui.waiting")
    elif why.reason == "reading":
        text = words("tui.reading", done=why.done, steps=why.steps) if why.steps else words("tui.waiting")
    elif why.filtered is not None:
        text = words("tui.empty.filtered", filter=why.filtered[0], back=why.filtered[1])
    else:
        text = _specific(panel_id, why, words)
    return centred(text, "muted", width, height)


def _specific(panel_id: str, why: Emptiness, words: Translator) -> str:
    """Return the wording for this panel if there is one, else the general one."""
    message = f"tui.empty.{why.reason}.{panel_id.partition('.')[0]}"
    longer = words("tui.empty.longer", key=why.longer) if why.longer else ""
    text = words(message, longer=longer)
    return (words(f"tui.empty.{why.reason}", longer=longer) if text == message else text).strip()
