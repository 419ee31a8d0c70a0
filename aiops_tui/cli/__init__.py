"""The command line: parses what was asked for, then imports only what that needs."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

INTERRUPTED = 130
ASKING = "_AIOPS_TUI_COMPLETE"
"""The variable by which a shell asks what can follow on a command line."""

_NEW_OBJECTS = 20_000
"""So many come together before garbage is looked for: what is loaded at the start is none, and looking takes time."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line, that of this process by default, and return its exit status.

    0 is done, 1 failed and 2 wrong usage, with one line on standard error that says what to do.
    """
    gc.set_threshold(_NEW_OBJECTS)
    try:
        asked = os.environ.get(ASKING) if arguments is None else None
        if asked:
            from aiops_tui.cli.completion import answer

            return answer(asked)
        from aiops_tui.cli.running import run

        if arguments is None:
            return run(sys.argv[1:], own_process=True)
        return run(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
