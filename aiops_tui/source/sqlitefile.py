"""Which file an SQLite URL names, told without what opens it: logs lie beside it, and are shown before."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

_URL = re.compile(r"sqlite(?:\+\w+)?://[^/?]*(?:/(?P<name>[^?]*))?")


def sqlite_path(url: str) -> Path | None:
    """Return the file that an SQLite URL names, None for all else and for ``:memory:``."""
    found = _URL.match(url.strip())
    name = (found["name"] or "") if found else ""
    if name.startswith("file:"):
        name = unquote(re.sub(r"^file:(//[^/]*)?", "", name))
    return None if name in {"", ":memory:"} else Path(name)
