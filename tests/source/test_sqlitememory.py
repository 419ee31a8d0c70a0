"""SQLite takes memory without counting it, as long as nothing used it before."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest

COUNTED = """
import ctypes, sqlite3
from importlib.util import find_spec
with sqlite3.connect(":memory:") as connection:
    connection.execute("SELECT zeroblob(100000)").fetchall()
    {first}
    used = ctypes.CDLL(find_spec("_sqlite3").origin).sqlite3_memory_used
    used.restype = ctypes.c_int64
    print(used(), connection.execute("SELECT 1").fetchone()[0])
"""


def printed(program: str) -> list[int]:
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    return [int(word) for word in run.stdout.split()]


@pytest.mark.skipif(getattr(find_spec("_sqlite3"), "origin", None) in (None, "built-in"), reason="SQLite is built in")
def test_nothing_is_counted_where_it_can_be_said_in_time() -> None:
    used, one = printed("import aiops_tui.source" + COUNTED.format(first=""))
    assert (used, one) == (0, 1)
    used, one = printed(COUNTED.format(first="import aiops_tui.source"))
    assert used > 0
    assert one == 1
