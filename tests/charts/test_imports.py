"""What a screen imports before its first paint stays light."""

from __future__ import annotations

import subprocess
import sys

_HEAVY = "{'plotext', 'polars', 'textual', 'sqlalchemy'}"


def test_nothing_heavy_is_imported_with_the_charts() -> None:
    script = f"""
import sys
from aiops_tui.charts import Span, bar, describe, draw_heatmap, draw_histogram, draw_series, sparkline
heavy = {_HEAVY} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_words_of_a_chart_come_without_the_drawing() -> None:
    script = """
import sys
from aiops_tui.charts.spans import Line, Span
assert "aiops_tui.charts.series" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)
