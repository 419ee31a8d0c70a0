"""Against the web dashboard that the console replaces, whose every refresh reads whole tables with pandas."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec

from benchmarks.cases.polls import NEW_ROWS, polls
from benchmarks.report import Figure
from benchmarks.setting import Setting, middle, ms

_REFRESH = """
import json, resource, sys, time
import pandas, sqlalchemy
engine = sqlalchemy.create_engine(sys.argv[1].replace("postgresql:", "postgresql+psycopg2:"))
started = time.perf_counter()
pandas.read_sql("SELECT date(created_at), sentiment, count(*) FROM conversation_log GROUP BY 1, 2", engine)
pandas.read_sql("SELECT * FROM conversation_evaluation", engine)
seconds = time.perf_counter() - started
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""
"""One refresh: the daily sentiment of all conversations, and the evaluations whole."""


def measure(setting: Setting) -> Iterator[Figure]:
    """Refresh the old dashboard, poll ours, on the same data; nothing where pandas is not installed."""
    if find_spec("pandas") is None:
        return
    shape = setting.whole()
    environ = {**setting.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    answers = [
        json.loads(
            subprocess.run(
                [sys.executable, "-c", _REFRESH, setting.store.url(shape)], env=environ, capture_output=True, check=True
            ).stdout
        )
        for _ in range(2)
    ]
    seconds, megabytes = min(answers)
    ours = polls(setting, shape)
    waited, whole = middle(poll.database for poll in ours), middle(poll.whole for poll in ours)
    yield Figure(
        f"the old dashboard's refresh / a poll after {NEW_ROWS:,} new rows", seconds / waited, "x", 500,
        f"{ms(seconds)} and {megabytes:,.0f} MB / {ms(waited)} waiting for the database", floor=True,
    )  # fmt: skip
    yield Figure("the same, with all that our poll reckons", seconds / whole, "x", None, f"… / {ms(whole)}")
