"""Writing results: to standard output, or to a file that is whole or not there, and for its owner alone."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from aiops_tui.cli.problems import Stop
from aiops_tui.model.panels import Notice
from aiops_tui.text.printable import printable

_LONGEST = 200


def write_privately(path: Path, text: str) -> None:
    """Put a file in the place of one that may be there; a link, a folder or a device is left alone.

    Raises:
        Stop: there is something that is no file.
        OSError: the file cannot be written; what was there still is.
    """
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(path.lstat().st_mode):
            raise Stop(Notice("cli.not_a_file", {"path": printable(str(path), _LONGEST)}))
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_out(text: str, *, for_programs: bool = False) -> None:
    """Write to standard output: for programs in UTF-8, for people in what their terminal's encoding has."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8" if for_programs else None, errors="replace", newline="")
    sys.stdout.write(text)
    sys.stdout.flush()
