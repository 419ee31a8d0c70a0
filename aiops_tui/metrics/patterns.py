"""What logs say most often, whatever numbers, ids and quoted texts it is said with."""

from __future__ import annotations

import polars as pl

from aiops_tui.model.panels import Column, Table

SAMPLE = pl.Schema({"time": pl.Int64, "level": pl.String, "message": pl.String})
"""Entries, the newest first; times are in milliseconds since the epoch, null for none."""

MOST = 10
_LONGEST = 300
_STEPS = 12
_BARS = "▁▂▃▄▅▆▇█"
_COLUMNS = (
    Column("entries", "count"),
    Column("trend", "text"),
    Column("level", "level"),
    Column("pattern", "text"),
)

# Polars' expressions take linear time.
_MASKS = (
    (r"\"[^\"]*\"|'[^']*'|“[^”]*”", "“…”"),
    (r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b", "#"),
    (r"\b(?:0x)?[0-9a-fA-F]*\d[0-9a-fA-F]*[a-fA-F][0-9a-fA-F]*\b", "#"),
    (r"\d+(?:[.,:]\d+)*", "#"),
)


def masked(messages: pl.Expr) -> pl.Expr:
    """Return messages with their numbers, ids and quoted texts masked."""
    text = messages.str.slice(0, _LONGEST)
    for pattern, mask in _MASKS:
        text = text.str.replace_all(pattern, mask)
    return text


def pattern_table(sample: pl.DataFrame | None) -> Table:
    """Return the most frequent patterns of a sample, with how often each came over the time of the sample."""
    if sample is None or sample.is_empty():
        return Table("patterns", _COLUMNS, (), None)
    low, high = sample["time"].min(), sample["time"].max()
    start = low if isinstance(low, int) else 0
    width = max((high - start) // _STEPS + 1, 1) if isinstance(high, int) else 1
    step = ((pl.col("time").fill_null(start) - start) // width).alias("step")
    parts = sample.select("level", masked(pl.col("message")).alias("pattern"), step)
    groups = parts.group_by("level", "pattern").agg(pl.len().alias("n"), pl.col("step"))
    first = groups.filter(pl.col("pattern").str.strip_chars() != "").sort(
        ["n", "level", "pattern"], descending=[True, False, False]
    )
    rows = tuple(
        (n, _trend(steps), level, pattern)
        for level, pattern, n, steps in first.head(MOST).select("level", "pattern", "n", "step").iter_rows()
    )
    return Table("patterns", _COLUMNS, rows, first.height, tuple(f"{level} {pattern}" for _, _, level, pattern in rows))


def _trend(steps: list[int]) -> str:
    counts = [0] * _STEPS
    for step in steps:
        counts[step] += 1
    most = max(counts)
    return "".join(_BARS[-(-count * (len(_BARS) - 1) // most)] for count in counts)
