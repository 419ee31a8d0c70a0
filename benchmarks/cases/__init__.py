"""What is measured, by name, in the order of the report."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.cases import (
    dashboard,
    exact,
    far,
    filters,
    follow,
    huge,
    imports,
    keys,
    logs,
    memory,
    overview,
    pages,
    paint,
    panes,
    polls,
    quiet,
    restart,
    share,
    soak,
    windows,
)
from benchmarks.setting import Case

CASES: Mapping[str, Case] = {
    "imports": imports.measure,
    "paint": paint.measure,
    "overview": overview.measure,
    "quiet": quiet.measure,
    "polls": polls.measure,
    "restart": restart.measure,
    "far": far.measure,
    "exact": exact.measure,
    "soak": soak.measure,
    "dashboard": dashboard.measure,
    "windows": windows.measure,
    "memory": memory.measure,
    "filters": filters.measure,
    "pages": pages.measure,
    "keys": keys.measure,
    "panes": panes.measure,
    "logs": logs.measure,
    "huge": huge.measure,
    "follow": follow.measure,
    "share": share.measure,
}
