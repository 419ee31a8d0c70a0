"""Scores per criterion, the row's own score among them, as metrics and over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aiops_tui.metrics.buckets import closed, means_by_bucket, open_last, totals
from aiops_tui.metrics.compare import mean_metric
from aiops_tui.metrics.inputs import Cells, Inputs
from aiops_tui.metrics.intervals import Mean
from aiops_tui.model.panels import Metric, Series

ROW_SCORE = "score"
"""The name under which a row's own score stands among the criteria of the cells."""

Buckets = Mapping[str, tuple[Mean, ...]]


def scored(inputs: Inputs) -> tuple[str, ...]:
    """Return the row score and the criteria."""
    return (ROW_SCORE, *(name for name in inputs.criteria if name != ROW_SCORE))


def panel_id(panel: str, criterion: str) -> str:
    """Return the id of a panel that there is for the row score and for each criterion."""
    return panel if criterion == ROW_SCORE else f"{panel}.{criterion}"


def score_buckets(inputs: Inputs, criteria: Sequence[str]) -> Buckets:
    """Return the sums of scores per bucket of the charts; of nothing where there are no evaluations."""
    if inputs.current.evaluations is None:
        return {name: (Mean(),) * (len(inputs.edges) - 1) for name in criteria}
    return means_by_bucket(inputs.current.evaluations, inputs.edges, criteria)


def score_metrics(inputs: Inputs, buckets: Buckets) -> tuple[Metric, ...]:
    """Return the metric ``score`` or ``score.<criterion>`` of each criterion in ``buckets``."""
    missing = inputs.current.evaluations is None
    before = _means(inputs.before)
    return tuple(
        mean_metric(
            panel_id("score", name),
            None if missing else sum(means, Mean()),
            before.get(name),
            closed([mean.value for mean in means], inputs),
        )
        for name, means in buckets.items()
    )


def score_series(inputs: Inputs, buckets: Buckets) -> Series:
    """Return ``score_by_bucket``."""
    values = {name: tuple(mean.value for mean in means) for name, means in buckets.items()}
    n = tuple(mean.n for mean in buckets[ROW_SCORE])
    return Series("score_by_bucket", "score", inputs.edges[:-1], values, open_last(inputs), n)


def _means(cells: Cells | None) -> dict[str, Mean]:
    """Return the sums of each criterion, none of no period or no evaluations."""
    if cells is None or cells.evaluations is None:
        return {}
    sums = totals(cells.evaluations.select("criterion", "n", "total", "squares"), ["criterion"])
    return {name: Mean(*rest) for name, *rest in sums.iter_rows()}
