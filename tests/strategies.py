"""Any Snapshot whatever, for properties that must hold for all of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from aiops_tui.model.filters import Filter, Term
from aiops_tui.model.labels import REST, SENTIMENTS
from aiops_tui.model.panels import (
    TABS,
    Cell,
    ChangeKind,
    Column,
    Heatmap,
    Histogram,
    Metric,
    Notice,
    Panel,
    Series,
    Snapshot,
    SourceInfo,
    Table,
    Unit,
)
from aiops_tui.model.view import View
from aiops_tui.model.window import COMPARES, EARLIEST, LATEST, WINDOW_NAMES, Period, Window, WindowSpec

for_snapshots = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""How often a property is tried with a snapshot, which takes a while to make up."""

HOSTILE = (
    "<!channel>", "<@U123ABC>", "<https://evil.example|here>", "&amp; & <b>", "```", "`` ` ``", "*b* _i_ ~s~ :x:",
    "=1+1", "@SUM(A1)", "a|b", "환불 요청", "결제\u2003오류", '"quoted"', "\\", "<" * 2000, "가" * 2000, "`" * 2000, "",
)  # fmt: skip
"""Texts that a careless output would let through as markup, formulas or mentions."""

ZONES = ("Asia/Seoul", "UTC", "Asia/Kolkata", "America/New_York", "Pacific/Apia")
UNITS: tuple[Unit, ...] = (
    "count", "ratio", "score", "estimate", "time", "text", "id", "topic", "sentiment", "user", "level",
    "feedback",
)  # fmt: skip
CHANGE_KINDS: tuple[ChangeKind, ...] = ("relative", "absolute", "new", "na")

# Panels hold what `printable` let through, so no control characters.
texts = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"])))
floats = st.floats(allow_nan=True, allow_infinity=True)
counts = st.integers(0, 10**12)
moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)).map(
    lambda moment: min(max(moment, EARLIEST), LATEST)
)
ids = st.one_of(st.sampled_from(["conversations", "score", "score.clarity", "topics", "volume", "recent"]), texts)
_WARNINGS = st.builds(lambda text: Notice("slack.error.not_in_channel", {"channel": text}), texts)
figures = st.one_of(st.none(), counts, floats)


def metrics() -> st.SearchStrategy[Metric]:
    """Any metric."""
    maybe = st.one_of(st.none(), floats)
    units = st.sampled_from(UNITS[:4])
    kinds = st.sampled_from(CHANGE_KINDS)
    significant = st.sampled_from([None, True, False])
    n = st.one_of(st.none(), counts)
    return st.builds(Metric, ids, units, figures, n, maybe, maybe, figures, maybe, kinds, significant)


@st.composite
def series(draw: st.DrawFn) -> Series:
    """Any series, all as long as the axis."""
    start, size = draw(moments), draw(st.integers(0, 30))
    x = tuple(min(start + timedelta(hours=place), LATEST) for place in range(size)) if start < LATEST else (start,)
    names = draw(st.lists(st.one_of(st.sampled_from(SENTIMENTS), texts), max_size=5, unique=True))
    values = {name: tuple(draw(st.lists(figures, min_size=len(x), max_size=len(x)))) for name in names}
    return Series(draw(ids), draw(st.sampled_from(UNITS[:4])), x, values, draw(st.booleans()))


@st.composite
def histograms(draw: st.DrawFn) -> Histogram:
    """Any histogram."""
    bins = tuple(draw(st.lists(counts, max_size=12)))
    edges = sorted(draw(st.sets(st.integers(0, 100), min_size=len(bins) + 1, max_size=len(bins) + 1)))
    return Histogram(draw(ids), tuple(map(float, edges)), bins)


@st.composite
def heatmaps(draw: st.DrawFn) -> Heatmap:
    """Any heatmap."""
    x, y = (tuple(draw(st.lists(texts, max_size=4))) for _ in range(2))
    values = tuple(tuple(draw(st.one_of(st.none(), floats)) for _ in x) for _ in y)
    n = tuple(tuple(draw(counts) for _ in x) for _ in y)
    return Heatmap(draw(st.sampled_from(["negative_heatmap", "topic_criterion"])), "ratio", x, y, values, n)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Any table with cells of its columns' units."""
    units = draw(st.lists(st.sampled_from(UNITS), min_size=1, max_size=8))
    columns = tuple(Column(draw(st.sampled_from(["topic", "user_id", "question", "score"])), unit) for unit in units)
    rows = tuple(tuple(draw(_cell(unit)) for unit in units) for _ in range(draw(st.integers(0, 14))))
    keys = tuple(REST if row[0] is None else str(place) for place, row in enumerate(rows))
    return Table(draw(ids), columns, rows, draw(st.one_of(st.none(), counts)), keys)


def _cell(unit: Unit) -> st.SearchStrategy[Cell]:
    if unit in UNITS[:4]:
        return figures
    return st.one_of(st.none(), moments if unit == "time" else texts)


def panels() -> st.SearchStrategy[Panel]:
    """Any panel of any kind."""
    return st.one_of(metrics(), series(), histograms(), heatmaps(), tables())


@st.composite
def windows(draw: st.DrawFn) -> Window:
    """Any window, not of negative length."""
    start, end = sorted([draw(moments), draw(moments)])
    return Window(draw(st.sampled_from([*WINDOW_NAMES, "custom"])), start, end, draw(st.sampled_from([10, 60, 900])))


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    """Any snapshot."""
    window = draw(windows())
    return Snapshot(
        as_of=draw(moments),
        timezone=draw(st.sampled_from(ZONES)),
        source=SourceInfo("postgresql", "backend", draw(texts)),
        window=window,
        previous=draw(st.sampled_from([None, Period(window.start, window.end)])),
        filter=draw(texts),
        tabs=draw(st.dictionaries(st.sampled_from(TABS), st.lists(panels(), max_size=5).map(tuple), max_size=3)),
        warnings=tuple(draw(st.lists(_WARNINGS, max_size=3))),
    )


@st.composite
def views(draw: st.DrawFn) -> View:
    """Any view."""
    keys = st.sampled_from(["topic", "user", "text"])
    terms = draw(st.lists(st.builds(Term, keys, texts.filter(bool)), max_size=4))
    spec = WindowSpec(draw(st.sampled_from(WINDOW_NAMES)), at=draw(st.one_of(st.none(), moments)))
    return View(draw(st.sampled_from(TABS)), spec, Filter(tuple(terms)), draw(st.sampled_from(COMPARES)))
