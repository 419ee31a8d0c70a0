"""Equal messages are told as one, whatever numbers, ids and quoted texts are in them."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from aiops_tui.metrics.patterns import MOST, SAMPLE, pattern_table


def table(entries: list[tuple[int | None, str, str]]) -> list[tuple[object, ...]]:
    return list(pattern_table(pl.DataFrame(entries, schema=SAMPLE, orient="row")).rows)


def test_numbers_ids_and_quotes_are_masked() -> None:
    entries: list[tuple[int | None, str, str]] = [
        (n * 1000, "error", f'request {n}.5 of u{n} failed: "text {n}" id=3f2a9c{n:02}-x 10:00:{n:02}')
        for n in range(40)
    ]
    ((n, trend, level, pattern),) = table([*entries])
    assert (n, level) == (40, "error")
    assert pattern == "request # of u# failed: “…” id=#-x #"
    assert isinstance(trend, str)
    assert len(trend) == 12


def test_the_trend_shows_when_it_came() -> None:
    early = [(n, "error", "early") for n in range(100)]
    late = [(10_000 - n, "info", "late") for n in range(50)]
    rows = {pattern: trend for _, trend, _, pattern in table([*late, *early, (None, "other", "untimed")])}
    assert rows["early"] == "█" + "▁" * 11
    assert rows["late"] == "▁" * 11 + "█"


@given(st.lists(st.tuples(st.none() | st.integers(0, 2**41), st.sampled_from(["info", "error"]), st.text(max_size=30))))
def test_any_messages(entries: list[tuple[int | None, str, str]]) -> None:
    rows = table(entries)
    assert len(rows) <= MOST
    assert [row[0] for row in rows] == sorted((row[0] for row in rows), key=lambda n: -int(str(n)))


def test_no_logs() -> None:
    assert pattern_table(None).rows == ()
