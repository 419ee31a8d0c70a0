"""What is left of a crash: a file without local variables or secrets, and one line for standard error."""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

_PASSWORD = re.compile(r"(://[^\s:/@]*):[^\s@]*@")
_HIDDEN = "***"


def write_report(error: BaseException, directory: Path, secrets: Iterable[str]) -> Path | None:
    """Write the traceback of an error into a new file, readable by its owner alone; None if that is impossible."""
    text = "".join(traceback.TracebackException.from_exception(error, capture_locals=False).format())
    path = directory / f"crash-{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{os.getpid()}.txt"
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
            file.write(without_secrets(text, secrets))
    except OSError:
        return None
    return path


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """Return the text with each secret, and the password of any URL, hidden."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, _HIDDEN)
    return _PASSWORD.sub(rf"\1:{_HIDDEN}@", text)
