"""Writing results: to standard output, or to a file."""

from __future__ import annotations

import sys
from pathlib import Path


def write_privately(path: Path, content: str | bytes) -> None:
    """Put a file for its owner alone in the place of one that may be there.

    Raises:
        NotWrittenError: there is something that is no file, or it cannot be written; what was there still is.
    """
    from aiops_tui.output.files import private_file

    with private_file(path, over=True) as file:
        file.write(content.encode() if isinstance(content, str) else content)


def write_out(text: str, *, for_programs: bool = False) -> None:
    """Write to standard output: for programs in UTF-8, for people in what their terminal's encoding has."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8" if for_programs else None, errors="replace", newline="")
    sys.stdout.write(text)
    sys.stdout.flush()


def write_bytes(content: bytes) -> None:
    """Write what is no text to standard output."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
