"""What the console keeps between its runs: small JSON files in the state folder, for their owner alone."""

from __future__ import annotations

import json
import os
import stat
from contextlib import suppress
from pathlib import Path

_MOST_BYTES = 4_000_000


class BrokenError(ValueError):
    """A file that is there, and cannot be read as what it should be."""


def read_kept(path: Path) -> dict[str, object]:
    """Return what a file holds, nothing if it is not there; a link is not followed.

    Raises:
        BrokenError: it is no regular file of this user with an object in it.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise BrokenError(error.strerror or type(error).__name__) from None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_uid not in {os.geteuid(), 0}:
            raise BrokenError("not a file of this user")
        try:
            found = json.loads(file.read(_MOST_BYTES))
        except (ValueError, OSError, RecursionError) as error:
            raise BrokenError(str(error)[:200]) from None
    if not isinstance(found, dict):
        raise BrokenError("no object")
    return found


def write_kept(path: Path, value: dict[str, object], *, durable: bool = True) -> None:
    """Put a value in the place of a file, which is whole at every moment, mode 0600; ``durable`` waits for the disk.

    Raises:
        OSError: it cannot be written; what was there still is.
    """
    import tempfile

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
            json.dump(value, file, ensure_ascii=False, indent=1)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def set_aside(path: Path) -> None:
    """Move a broken file out of the way, for its owner to look at."""
    with suppress(OSError):
        path.replace(path.with_name(f"{path.name}.broken"))
