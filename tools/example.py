"""What ``.env.example`` says of the settings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]


class Setting(NamedTuple):
    """A variable of ``.env.example``: what is said of it, and the value that stands there."""

    name: str
    value: str
    meaning: str


def settings() -> list[Setting]:
    """Return what ``.env.example`` has; a comment is of all variables up to the next one."""
    found: list[Setting] = []
    said: list[str] = []
    fresh = True
    for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines():
        variable = re.fullmatch(r"#([A-Z][A-Z_]+)=(.*)", line)
        if variable:
            found.append(Setting(variable[1], variable[2], " ".join(said)))
            fresh = True
        elif line.startswith("# "):
            said = [*([] if fresh else said), line.removeprefix("# ")]
            fresh = False
        else:
            fresh = True
    return found
