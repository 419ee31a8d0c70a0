"""The Logs tab counts exactly the entries of the window and of the period before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiops_tui.metrics import panels
from aiops_tui.metrics.inputs import Inputs
from aiops_tui.model.panels import Metric, Panel, Series, Table
from aiops_tui.model.records import LEVELS
from aiops_tui.model.window import Window, WindowSpec

NOW = datetime(2026, 11, 22, 7, 5, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Entry = tuple[datetime | None, str]
InputsOf = Callable[..., Inputs]


def frame(entries: list[Entry]) -> pl.DataFrame:
    times = [time and (time - EPOCH) // timedelta(milliseconds=1) for time, _ in entries]
    levels = [level for _, level in entries]
    schema = {"time": pl.Int64, "level": pl.String, "source": pl.String, "n": pl.Int64}
    single = {"time": times, "level": levels, "source": ["app.log"] * len(entries), "n": [1] * len(entries)}
    return pl.DataFrame(single, schema=schema).group_by("time", "level", "source").agg(pl.col("n").sum())


def by_id(inputs: Inputs) -> dict[str, Panel]:
    return {panel.id: panel for panel in panels("logs", inputs)}


def metric(inputs: Inputs, panel_id: str) -> Metric:
    panel = by_id(inputs)[panel_id]
    assert isinstance(panel, Metric)
    return panel


def series(inputs: Inputs) -> Series:
    panel = by_id(inputs)["levels_by_bucket"]
    assert isinstance(panel, Series)
    return panel


def table(inputs: Inputs) -> Table:
    panel = by_id(inputs)["entries"]
    assert isinstance(panel, Table)
    return panel


SPECS = [
    WindowSpec("1h"),
    WindowSpec("24h"),
    WindowSpec("7d"),
    WindowSpec("6h", at=NOW - timedelta(hours=3, milliseconds=7)),
    WindowSpec("all"),
]


@settings(max_examples=80, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_equals_a_recount(inputs_of: InputsOf, spec: WindowSpec, data: st.DataObject) -> None:
    plain = inputs_of(spec, NOW, NOW - timedelta(days=2))
    bounds = [*plain.edges, plain.previous.start if plain.previous else plain.now]
    times = st.none() | st.builds(
        lambda bound, late: bound + timedelta(milliseconds=late),
        st.sampled_from(bounds),
        st.sampled_from([-86_400_000, -1, 0, 1, 40_000]),
    )
    entries = data.draw(st.lists(st.tuples(times, st.sampled_from(LEVELS)), max_size=30))
    inputs = inputs_of(spec, NOW, NOW - timedelta(days=2), logs=frame(entries))

    inside = [(time, level) for time, level in entries if time and inputs.window.start <= time < inputs.window.end]
    before = inputs.previous
    earlier = [level for time, level in entries if time and before and before.start <= time < before.end]
    for name, levels in (("errors", {"critical", "error"}), ("warnings", {"warning"})):
        figure = metric(inputs, name)
        assert figure.value == sum(level in levels for _, level in inside)
        assert figure.previous == (sum(level in levels for level in earlier) if before else None)

    drawn = series(inputs)
    assert drawn.x == inputs.edges[:-1]
    for place, (start, end) in enumerate(pairwise(inputs.edges)):
        counts = Counter(level for time, level in inside if start <= time < end)
        assert {level: drawn.series[level][place] for level in LEVELS} == {level: counts[level] for level in LEVELS}
    assert table(inputs).total == len(inside) == sum(drawn.n)


def test_change_since_the_period_before(inputs_of: InputsOf) -> None:
    def at(hours: float, level: str) -> Entry:
        return NOW - timedelta(hours=hours), level

    entries = [at(30, "error"), at(29, "critical"), at(3, "error"), at(2, "error"), at(1, "critical"), at(1, "warning")]
    inputs = inputs_of(WindowSpec("24h"), NOW, logs=frame(entries))
    errors, warnings = metric(inputs, "errors"), metric(inputs, "warnings")
    assert (errors.value, errors.previous, errors.change, errors.change_kind) == (3, 2, 0.5, "relative")
    assert (warnings.value, warnings.previous, warnings.change, warnings.change_kind) == (1, 0, None, "new")


def test_the_bucket_that_is_still_filling_is_no_part_of_the_trend(inputs_of: InputsOf) -> None:
    entries: list[Entry] = [(NOW - timedelta(hours=2), "error"), (NOW - timedelta(seconds=1), "error")]
    inputs = inputs_of(WindowSpec("24h"), NOW, logs=frame(entries))
    assert series(inputs).open_last
    errors = metric(inputs, "errors")
    assert len(errors.trend) == len(inputs.edges) - 2
    assert sum(value or 0 for value in errors.trend) == 1


def test_without_logs_figures_are_missing_not_zero(inputs_of: InputsOf) -> None:
    inputs = inputs_of(WindowSpec("24h"), NOW)
    assert metric(inputs, "errors").value is None
    assert metric(inputs, "warnings").value is None
    assert set(series(inputs).series["error"]) == {None}
    assert table(inputs).total is None


def test_with_silent_logs_figures_are_zero(inputs_of: InputsOf) -> None:
    inputs = inputs_of(WindowSpec("24h"), NOW, logs=frame([]))
    assert metric(inputs, "errors").value == 0
    assert set(series(inputs).series["error"]) == {0}
    assert table(inputs).total == 0


def test_a_window_of_one_bucket(inputs_of: InputsOf) -> None:
    window = Window("custom", NOW, NOW + timedelta(seconds=10), 10)
    entries: list[Entry] = [(NOW, "error"), (NOW + timedelta(seconds=10), "error")]
    inputs = inputs_of(window=window, previous=None, edges=(window.start, window.end), logs=frame(entries))
    assert series(inputs).series["error"] == (1,)
    assert metric(inputs, "errors").previous is None


@pytest.mark.parametrize(("numbers", "keys"), [((7, 5), ("7", "5")), ((), ("0", "1"))])
def test_entries(inputs_of: InputsOf, numbers: tuple[int, ...], keys: tuple[str, ...]) -> None:
    cells = [(NOW, "error", "app.log", "boom"), (NOW, "info", "app.log", "fine")]
    rows = tuple((*row, number) for row, number in zip(cells, numbers, strict=True)) if numbers else tuple(cells)
    shown = table(inputs_of(WindowSpec("24h"), NOW, logs=frame([]), log_rows=rows))
    assert [column.id for column in shown.columns] == ["time", "level", "source", "message"]
    assert shown.rows == tuple(cells)
    assert shown.keys == keys


def test_what_the_logs_say_of_the_machine_is_a_chart_where_they_say_it(inputs_of: InputsOf) -> None:
    at = round((NOW - EPOCH).total_seconds() * 1000)
    rows = [(at - 1000, 0.1, 0.455, 0.7), (at - 2000, 0.3, None, 0.7), (at + 10**9, 1.0, 1.0, 1.0)]
    schema = {"time": pl.Int64, "cpu": pl.Float64, "mem": pl.Float64, "disk": pl.Float64}
    said = pl.DataFrame(rows, schema=schema, orient="row")
    panel = by_id(inputs_of(WindowSpec("24h"), NOW, logs=frame([]), log_load=said))["load"]
    assert isinstance(panel, Series)
    found = {name: [value for value in values if value is not None] for name, values in panel.series.items()}
    assert found == {"cpu": [pytest.approx(0.2)], "mem": [pytest.approx(0.455)], "disk": [pytest.approx(0.7)]}
    assert "load" not in by_id(inputs_of(WindowSpec("24h"), NOW, logs=frame([]), log_load=said.clear()))
