"""The screens as a person sees them, cell by cell, at every size and in both languages.

``AIOPS_WRITE_SCREENS=1 pytest tests/tui/test_screens.py`` writes them anew, to be looked at before they are kept.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from aiops_tui.model.filters import Filter
from aiops_tui.model.view import View
from aiops_tui.text.cells import width

Open = Any
SCREENS = Path(__file__).parent / "screens"
VIEWS = {
    "overview": View(),
    "sentiment": View(tab="sentiment"),
    "evaluation": View(tab="evaluation"),
    "feedback": View(tab="feedback"),
    "users": View(tab="users"),
    "user": View(tab="users", filter=Filter.parse("user:u0002")),
    "list": View(filter=Filter.parse("topic:환불"), listed=True),
    "conversation": View(listed=True, conversation="12430"),
}


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 40), (200, 60)], ids=lambda size: "x".join(map(str, size)))
@pytest.mark.parametrize("name", VIEWS)
async def test_a_screen_looks_as_it_did(desk: Open, name: str, size: tuple[int, int], language: str) -> None:
    async with desk(VIEWS[name], size=size, language=language) as d:
        await d.until(lambda: name != "conversation" or "12430" in d.text().splitlines()[1])
        await d.until(lambda: name not in {"list", "user"} or d.console.focused is not None)
        await d.pilot.pause(0.05)
        lines = d.text().splitlines()
    assert len(lines) == size[1]
    assert {width(line) for line in lines} == {size[0]}, "every line fills the width"
    seen = "\n".join(line.rstrip() for line in lines[:-1]) + "\n"  # the keys have tests of their own
    kept = SCREENS / f"{name}.{size[0]}x{size[1]}.{language}.txt"
    if os.environ.get("AIOPS_WRITE_SCREENS"):
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(seen, encoding="utf-8")
    assert seen == kept.read_text(encoding="utf-8")
