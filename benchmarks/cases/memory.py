"""The memory of the whole process, at its highest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from benchmarks.dataset import Shape
from benchmarks.report import Figure
from benchmarks.setting import Setting, is_live

_SETTLING = 15.0


def measure(setting: Setting) -> Iterator[Figure]:
    """Load, poll for a while, and look."""
    whole, crowded = setting.whole(), setting.crowded()
    yield _figure(setting, "7 days", whole, "7d", 250)
    yield _figure(setting, "90 days", whole, "90d", 400)
    yield _figure(
        setting, f"7 days with {crowded.topics:,} distinct topics in {crowded.rows:,} rows", crowded, "7d", 400
    )


def _figure(setting: Setting, what: str, shape: Shape, window: str, bar: float) -> Figure:
    with setting.console(shape, window) as terminal:
        terminal.wait(is_live, 900)
        terminal.settle(_SETTLING)
        now = terminal.process.memory_info().rss / 2**20
        status = Path(f"/proc/{terminal.process.pid}/status")
        peak = int(re.findall(r"VmHWM:\s+(\d+)", status.read_text())[0]) / 1024 if status.exists() else now
    return Figure(
        f"memory with {what}", peak, "MB", bar, f"highest so far; {now:,.0f} MB {_SETTLING:g} s after loading"
    )
