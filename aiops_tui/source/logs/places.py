"""Which files hold logs: patterns to paths, and the rotated files that belong to one that is being written."""

from __future__ import annotations

import glob
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from aiops_tui.model.panels import Notice
from aiops_tui.text.printable import printable

MOST_FILES = 64
"""So many files are followed at once; of more, those written last."""

_ROTATED = re.compile(r"(?P<base>.+?)(?:\.(?P<index>\d[\d_T-]*)|-\d{8}[\d_T-]*)")
_COMPRESSED = frozenset({".gz", ".bz2", ".xz", ".zst", ".zip"})
UNPACKED = frozenset({".gz", ".bz2", ".xz"})
"""What we can unpack."""
_LONGEST_INDEX = 4


@dataclass(frozen=True, slots=True)
class Place:
    """A file to follow, with those rotated away from it that were asked for as well, oldest first.

    ``given`` says that it was named and did not merely match a pattern: it is missed when it is not there.
    """

    path: Path
    history: tuple[Path, ...] = ()
    given: bool = False


def default_log_files(database_path: Path | None, directory: Path) -> tuple[Path, ...]:
    """Return the pattern of the backend's logs: ``logs/*.log`` beside the SQLite database, else in ``directory``."""
    beside = [] if database_path is None else [database_path.parent / "logs"]
    folders = [*beside, directory / "logs"]
    folder = next((folder for folder in folders if any(folder.glob("*.log"))), folders[0])
    return (Path(glob.escape(str(folder))) / "*.log",)


def find(patterns: Iterable[Path]) -> tuple[list[Place], list[Notice]]:
    """Return the files that paths and patterns mean now, each once and by name, and what is to be said of them."""
    given: list[Path] = []
    matched: list[Path] = []
    notices: list[Notice] = []
    for pattern in patterns:
        if not set(str(pattern)) & set("*?[") or _modified(pattern) is not None:
            given.append(pattern)
            continue
        matches = [path for path in sorted(map(Path, glob.glob(str(pattern)))) if _is_log(path)]  # noqa: PTH207
        if not matches:
            notices.append(Notice("logs.no_match", {"pattern": printable(str(pattern))}))
        matched += matches
    # A link to a file that matched too would bring its lines twice.
    ordered = [*given, *sorted(matched, key=lambda path: (path.is_symlink(), path))]
    once = list({_resolved(path): path for path in reversed(ordered)}.values())
    places = _grouped(once, frozenset(given))
    if len(places) > MOST_FILES:
        notices.append(Notice("logs.too_many", {"n": len(places), "most": MOST_FILES}))
        latest = sorted(places, key=lambda place: (place.given, _modified(place.path) or 0), reverse=True)
        places = latest[:MOST_FILES]
    return sorted(places, key=lambda place: place.path), notices


def folders(pattern: Path) -> Iterator[Path]:
    """Yield the folders in which files that a path or pattern means, or folders on the way to them, may appear."""
    for folder in pattern.parents:
        if set(str(folder)) & set("*?["):
            yield from map(Path, glob.glob(str(folder)))  # noqa: PTH207
        elif folder.is_dir():
            yield folder
            return


def is_compressed(path: Path) -> bool:
    """Return whether the name says that the file is packed."""
    return path.suffix.lower() in _COMPRESSED


def rotated(path: Path, *, packed: bool = False) -> list[Path]:
    """Return the files beside ``path`` that were rotated away from it, the latest first as far as names tell.

    With ``packed``, those that were packed since are among them.
    """
    try:
        beside = list(path.parent.iterdir())
    except OSError:
        return []
    plain = {other: other.with_suffix("") if packed and is_compressed(other) else other for other in beside}
    names = sorted((other for other in beside if _base(plain[other]) == path), reverse=True)
    return sorted(names, key=lambda other: _index(plain[other]))


def _grouped(paths: Sequence[Path], given: frozenset[Path]) -> list[Place]:
    history: dict[Path, list[Path]] = {path: [] for path in paths if _base(path) not in paths}
    for path in paths:
        base = _base(path)
        if path not in history and base in history:
            history[base].append(path)
        elif path not in history:
            history[path] = []
    return [Place(path, tuple(_oldest_first(old)), path in given) for path, old in history.items()]


def _base(path: Path) -> Path | None:
    """Return the file that this one was rotated away from by its name, such as app.log for app.log.1."""
    found = None if is_compressed(path) else _ROTATED.fullmatch(path.name)
    return path.with_name(found["base"]) if found else None


def _oldest_first(paths: Iterable[Path]) -> list[Path]:
    # Of two written within one tick of the file system's clock, the higher index is the older.
    times = {path: modified for path in paths if (modified := _modified(path)) is not None}
    return sorted(times, key=lambda path: (times[path], -_index(path), path.name))


def _index(path: Path) -> int:
    found = _ROTATED.fullmatch(path.name)
    index = found["index"] if found else None
    return int(index) if index and len(index) < _LONGEST_INDEX and index.isdecimal() else 0


def _is_log(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode) and not is_compressed(path)
    except OSError:
        return False


def _modified(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except (OSError, ValueError):  # ValueError: a NUL in the name
        return None


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):  # RuntimeError: links in a circle
        return path
