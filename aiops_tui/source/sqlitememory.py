"""Lets SQLite take memory without a lock that all threads of a process share."""

from __future__ import annotations

import contextlib
from importlib.util import find_spec

_MEMSTATUS = 9
"""``SQLITE_CONFIG_MEMSTATUS``, see https://sqlite.org/c3ref/c_config_covering_index_scan.html."""


def leave_uncounted() -> bool:
    """Keep SQLite from counting what memory it takes, which nobody asks for, and return whether it will.

    Behind the lock of that count two connections read slower than one, and one takes half as long again for its texts.
    It is possible until the library is first used, and where its functions can be found; else all works, slower.
    """
    with contextlib.suppress(ImportError, OSError, AttributeError):
        import ctypes

        module = find_spec("_sqlite3")
        # Whatever library the module is linked to: it may be its own.
        configure = ctypes.CDLL(module.origin if module is not None else None).sqlite3_config
        # What follows the first argument is passed in another way on some machines.
        configure.argtypes = [ctypes.c_int]
        return bool(configure(_MEMSTATUS, 0) == 0)
    return False
