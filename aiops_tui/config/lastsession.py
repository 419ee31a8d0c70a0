"""What the console last showed of each database: the view to resume, figures to compare with, filters entered."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from aiops_tui.config.kept import BrokenError, read_kept, write_kept
from aiops_tui.config.settings import Settings

MOST = 50
"""So many databases are remembered, those seen last."""

_NAMING = frozenset({"host", "port", "dbname", "service"})


@dataclass(frozen=True, slots=True)
class LastSession:
    """What was kept of one database; ``view`` are the options that open the last view, none if there was none."""

    view: Mapping[str, str] = field(default_factory=dict)
    glances: Mapping[str, object] = field(default_factory=dict)
    filters: tuple[str, ...] = ()


def database_key(settings: Settings) -> str:
    """Return what tells a database from others: a hash of where it is, without user, password or options.

    Operators that are named have a memory of their own.
    """
    import hashlib

    url = settings.database_url.reveal().strip()
    try:
        parts = urlsplit(url)
        kind = parts.scheme.partition("+")[0].replace("postgresql", "postgres")
        if kind == "sqlite":
            where = [kind, os.path.abspath(parts.path.removeprefix("/"))]  # noqa: PTH100 - may be no path at all
        else:
            named = sorted((name, value) for name, value in parse_qsl(parts.query) if name in _NAMING)
            where = [kind, parts.hostname or "", str(parts.port or ""), parts.path, repr(named)]
    except ValueError:
        where = ["?"]
    if settings.operator:
        where.append(f"operator {settings.operator}")
    return hashlib.sha256("\0".join(where).encode("utf-8", "replace")).hexdigest()[:24]


def last_session(settings: Settings) -> LastSession:
    """Return what was kept of the database, nothing where it cannot be read."""
    known = _databases(settings.state_dir).get(database_key(settings))
    if not isinstance(known, dict):
        return LastSession()
    view, glances, filters = known.get("view"), known.get("glances"), known.get("filters")
    return LastSession(
        view if isinstance(view, dict) else {},
        glances if isinstance(glances, dict) else {},
        tuple(each for each in filters if isinstance(each, str)) if isinstance(filters, list) else (),
    )


def keep_session(settings: Settings, session: LastSession) -> None:
    """Keep what was seen of the database; where it cannot be written there is nothing to resume, and no more."""
    databases = _databases(settings.state_dir)
    databases.pop(database_key(settings), None)
    databases[database_key(settings)] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "view": dict(session.view),
        "glances": dict(session.glances),
        "filters": list(session.filters),
    }
    with suppress(OSError, ValueError):
        write_kept(
            _path(settings.state_dir), {"version": 1, "databases": dict(list(databases.items())[-MOST:])}, durable=False
        )


def _databases(state_dir: Path) -> dict[str, object]:
    try:
        found = read_kept(_path(state_dir)).get("databases")
    except BrokenError:
        return {}
    return dict(found) if isinstance(found, dict) else {}


def _path(state_dir: Path) -> Path:
    return state_dir / "sessions.json"
