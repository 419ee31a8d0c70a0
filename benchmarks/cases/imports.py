"""What is loaded before the first frame."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from benchmarks.report import Figure
from benchmarks.setting import Setting

_HEAVY = ("polars", "sqlalchemy", "psycopg2", "plotext", "slack_sdk", "numpy", "aiops_tui.monitor", "aiops_tui.source")
_COUNT = "import sys, {}; print(len(sys.modules), *(name for name in {!r} if name in sys.modules))"
_CONSOLE = "aiops_tui.cli.running, aiops_tui.cli.screen, aiops_tui.tui.running, aiops_tui.tui.panes"


def measure(setting: Setting) -> Iterator[Figure]:
    """Count the modules that the frame needs, and of those that only figures need."""
    bare, _ = _loaded(setting, "benchmarks.bare")
    ours, heavy = _loaded(setting, _CONSOLE)
    yield Figure("heavy modules loaded before the first frame", len(heavy), "", 0, ", ".join(heavy) or "none of them")
    yield Figure("modules loaded / those of a bare Textual app", ours / bare, "x", None, f"{ours} / {bare}")


def _loaded(setting: Setting, modules: str) -> tuple[int, list[str]]:
    answer = subprocess.run(
        [sys.executable, "-c", _COUNT.format(modules, _HEAVY)],
        env=setting.environ,
        capture_output=True,
        check=True,
        text=True,
    )
    count, *heavy = answer.stdout.split()
    return int(count), heavy
