"""Panels reckoned anew from plain rows, by other formulas and in another way than the console's, and compared."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from aiops_tui.model.panels import Heatmap, Histogram, Metric, Panel, Series, Table
from benchmarks.intervals import Told, change, count, mean, ratio
from benchmarks.plain import CRITERIA, LISTED, Plain, Rows

_CLASSES = ("positive", "neutral", "negative", "other", "unanalysed")
_RATINGS = ("like", "dislike", "other")
_ESTIMATE = 0.02
"""The number of all rows is an estimate of the database's."""

_CLOSE, _CLOSE_ENDS = 1e-9, 1e-3
"""Sums in another order are the same; so are ends of intervals that differ by a small part of their length."""


def wrong(plain: Plain, tab: str, panels: Iterable[Panel], zone: ZoneInfo) -> list[str]:
    """Return the panels that say something else than the rows, and those of criteria that are missing."""
    missing = {f"score.{name}" for name in CRITERIA} if tab == "evaluation" else set()
    found = []
    for panel in panels:
        missing.discard(panel.id)
        if not _is_right(panel, plain, zone):
            found.append(f"{tab}.{panel.id}")
    return [*found, *(f"{tab}.{name}" for name in sorted(missing))]


def _is_right(panel: Panel, plain: Plain, zone: ZoneInfo) -> bool:
    match panel:
        case Metric():
            return _right_metric(panel, plain)
        case Series():
            return _right_series(panel, plain.now, zone)
        case Histogram():
            return list(panel.edges) == list(range(11)) and list(panel.counts) == _histogram(panel.id, plain.now)
        case Heatmap():
            values, counts = _heatmap(panel, plain.now, zone)
            return _same([*map(list, panel.values)], values) and _same([*map(list, panel.n)], counts)
        case Table():
            reckoned = _TABLES.get(panel.id)
            return reckoned is not None and reckoned(panel, plain)


def _right_metric(panel: Metric, plain: Plain) -> bool:
    if panel.id == "total":
        return bool(abs((panel.value or 0) - plain.total) <= _ESTIMATE * plain.total)
    now, then = (_told(panel.id, rows, plain.disliked) for rows in (plain.now, plain.then))
    if not _same_told(Told(panel.value, panel.n or 0, _ends(panel)), now):
        return False
    if panel.id in {"new_users", "returning_users"} and panel.previous is None:
        return True
    moved = None
    if now.value is not None and then.value is not None:
        moved = now.value - then.value
        if panel.change_kind != "absolute":
            moved = moved / then.value if then.value else None
    return _same(panel.previous, then.value) and _same(panel.change, moved)


def _told(name: str, rows: Rows, disliked: pl.Series) -> Told:
    counts, total = _counts(rows.talks["kind"]), rows.talks.height
    likes, dislikes = (int((rows.rated["feedback"] == kind).sum()) for kind in ("like", "dislike"))
    if name in counts:
        return count(counts[name])
    if name.startswith("score"):
        return mean(rows.judged[name.partition(".")[2] or "score"])
    if name.startswith("agreement"):
        return _agreement(name, rows.judged, disliked)
    users = _known(rows.talks)["user"].unique()
    seen = rows.first.filter(pl.col("user").is_in(users.implode()))["first"] < rows.period.start.timestamp()
    evaluated = rows.judged["conversation"].n_unique()
    known: Mapping[str, Callable[[], Told]] = {
        "conversations": lambda: count(total),
        "negative_ratio": lambda: ratio(*_negative(counts)),
        "satisfaction": lambda: ratio(likes, likes + dislikes),
        "likes": lambda: count(likes),
        "dislikes": lambda: count(dislikes),
        "active_users": lambda: count(len(users)),
        "returning_users": lambda: count(int(seen.sum())),
        "new_users": lambda: count(len(users) - int(seen.sum())),
        "coverage": lambda: ratio(min(evaluated, total), total),
    }
    return known[name]()


def _agreement(name: str, judged: pl.DataFrame, disliked: pl.Series) -> Told:
    scored = judged.drop_nulls("score")
    low = scored["score"] < 5
    told = {
        "disliked": scored["conversation"].is_in(disliked.implode()),
        "negative": scored["kind"] == "negative",
    }
    _, of, base = (*name.split("."), "", "")[:3]
    if of == "base_rate":
        return ratio(int(low.sum()), len(low))
    if of and base:
        return ratio(int(told[of].sum()), len(low))
    if of:
        return ratio(int((told[of] & low).sum()), int(low.sum()))
    unhappy = told["disliked"] | told["negative"]
    return ratio(int((unhappy & low).sum()), int(unhappy.sum()))


def _right_series(panel: Series, rows: Rows, zone: ZoneInfo) -> bool:
    starts, start = [x.timestamp() for x in panel.x], rows.period.start.timestamp()
    if panel.id.endswith("_by_day"):
        days = [moment.astimezone(zone) for moment in panel.x]
        each = [days[0].date() + timedelta(days=n) for n in range(len(days))]
        placed = starts[0] <= start < (*starts[1:], math.inf)[0]
        if not placed or [day.date() for day in days] != each or any(day.hour or day.minute for day in days):
            return False
    elif starts[0] != start or any(edge % 900 for edge in starts):
        return False
    wanted, n = _series(panel.id, rows, starts)
    return _same({name: list(values) for name, values in panel.series.items()}, wanted) and [*panel.n] == n


def _series(name: str, rows: Rows, starts: Sequence[float]) -> tuple[Mapping[str, list[Any]], list[int]]:
    def placed(frame: pl.DataFrame) -> pl.DataFrame:
        edges = pl.Series(starts[1:], dtype=pl.Float64)
        at = frame["seconds"].cast(pl.Float64)
        return frame.with_columns(place=edges.search_sorted(at, side="right").cast(pl.Int64))

    def counted(frame: pl.DataFrame, by: str, classes: Sequence[str]) -> Mapping[str, list[int]]:
        groups = placed(frame).group_by(by, "place").len().iter_rows()
        known = {(kind, place): n for kind, place, n in groups}
        return {kind: [known.get((kind, place), 0) for place in range(len(starts))] for kind in classes}

    def summed(counts: Mapping[str, list[int]]) -> list[int]:
        return [sum(column) for column in zip(*counts.values(), strict=True)]

    if name in {"volume", "sentiment_by_bucket", "sentiment_by_day"}:
        counts = counted(rows.talks, "kind", _CLASSES)
        return counts, summed(counts)
    if name in {"users_by_bucket", "active_by_day"}:
        found = dict(placed(_known(rows.talks)).group_by("place").agg(pl.col("user").n_unique()).iter_rows())
        users = [found.get(place, 0) for place in range(len(starts))]
        return {"users": users}, users
    if name == "score_by_bucket":
        at = placed(rows.judged)
        means = {kind: _means(at, "place", kind) for kind in ("score", *CRITERIA)}
        n = dict(at.drop_nulls("score").group_by("place").len().iter_rows())
        places = range(len(starts))
        return {k: [v.get(p) for p in places] for k, v in means.items()}, [n.get(p, 0) for p in places]
    counts = counted(rows.rated, "feedback", _RATINGS)
    if name == "feedback_by_day":
        return counts, summed(counts)
    each = [ratio(yes, yes + no) for yes, no in zip(counts["like"], counts["dislike"], strict=True)]
    lines = {"satisfaction": [day.value for day in each], **_lines(each)}
    return lines, [day.n for day in each]


def _histogram(name: str, rows: Rows) -> list[int]:
    values = rows.judged[name.partition(".")[2] or "score"].drop_nulls()
    counts = dict(values.floor().clip(0, 9).value_counts().iter_rows())
    return [counts.get(float(place), 0) for place in range(10)]


def _heatmap(panel: Heatmap, rows: Rows, zone: ZoneInfo) -> tuple[list[list[float | None]], list[list[int]]]:
    if panel.id == "topic_criterion":
        cells = {name: rows.judged.drop_nulls(name).group_by("topic").agg(pl.col(name).mean(), pl.len().alias("n"))
                 for name in panel.x}  # fmt: skip
        found = {(topic, x): (value, n) for x, frame in cells.items() for topic, value, n in frame.iter_rows()}
        keys: list[list[tuple[Any, Any]]] = [[(y, x) for x in panel.x] for y in panel.y]
    else:
        hits = rows.judged.drop_nulls("score").select("seconds", hit="score")
        if panel.id == "negative_heatmap":
            analysed = rows.talks.filter(pl.col("kind").is_in(_CLASSES[:3]))
            hits = analysed.select("seconds", hit=(pl.col("kind") == "negative").cast(pl.Float64))
        local = pl.from_epoch("seconds").dt.replace_time_zone("UTC").dt.convert_time_zone(zone.key)
        clock = hits.group_by(local.dt.weekday().alias("day"), local.dt.hour().alias("hour"))
        found = {(d, h): (value, n) for d, h, value, n in clock.agg(pl.col("hit").mean(), pl.len()).iter_rows()}
        keys = [[(day, hour) for hour in range(24)] for day in range(1, 8)]
    pairs = [[found.get(key, (None, 0)) for key in line] for line in keys]
    return [[value for value, _ in line] for line in pairs], [[n for _, n in line] for line in pairs]


def _right_topics(panel: Table, plain: Plain) -> bool:
    topics, total = _topics(plain.now), plain.now.talks.height
    means = _means(plain.now.judged, "topic", "score")
    for name, *cells in panel.rows:
        counts = topics.get(str(name))
        if counts is None:
            return False
        bad, n = ratio(*_negative(counts)).value, sum(counts.values())
        some = [n, n / total, bad, means.get(name)]
        if not _same(cells, some if panel.id == "topics" else [*(counts[kind] for kind in _CLASSES), bad]):
            return False
    sizes = [sum(topics[str(row[0])].values()) for row in panel.rows]
    return sizes == sorted(sizes, reverse=True) and len(sizes) == len(topics) == panel.total


def _right_movers(panel: Table, plain: Plain) -> bool:
    new, old = _topics(plain.now), _topics(plain.then)
    pairs = {name: (_negative(new[name]), _negative(old[name])) for name in new if name in old}
    compared = {name: pair for name, pair in pairs.items() if min(pair[0][1], pair[1][1]) >= 5}
    moved: list[tuple[float, str, list[str | float | None]]] = []
    for name, pair in compared.items():
        now, then = (ratio(*counts) for counts in pair)
        value, n, ends = change(now, then)
        if ends is not None and (ends[0] > 0 or ends[1] < 0):
            row: list[str | float | None] = [name, now.value, then.value, value, *ends, n]
            moved.append((-max(ends[0], -ends[1]), name, row))
    wanted = [row for *_, row in sorted(moved)]
    return panel.total == len(compared) and _same([*map(list, panel.rows)], wanted)


def _right_recent(panel: Table, plain: Plain) -> bool:
    latest = dict(plain.now.judged.sort("seconds").select("conversation", "score").iter_rows())
    newest = plain.now.talks.sort("key", descending=True).head(LISTED)
    rows = newest.select("seconds", "user", "topic", "kind", "key").iter_rows()
    return _same(_listed(panel), [[*cells, latest.get(key)] for *cells, key in rows])


def _right_worst(panel: Table, plain: Plain) -> bool:
    scored = plain.now.judged.drop_nulls("score")
    lowest = scored.sort("score", "seconds", "conversation", descending=[False, True, True]).head(LISTED)
    rows = lowest.select("seconds", "user", "topic", "kind", "score").rows()
    return panel.total == scored.height and _same(_listed(panel), [*map(list, rows)])


def _right_reasons(panel: Table, plain: Plain) -> bool:
    given = plain.now.rated.drop_nulls("reason").filter(pl.col("reason").str.strip_chars() != "")
    counts = dict(given["reason"].value_counts().iter_rows())
    wanted = {name: [n, n / given.height] for name, n in counts.items()}
    return _same({row[0]: list(row[1:3]) for row in panel.rows}, wanted)


def _right_said(panel: Table, plain: Plain) -> bool:
    rows = plain.said.select("seconds", "feedback", "reason", "user", "topic").rows()
    return panel.total == plain.now.rated.height and _same(_listed(panel), [*map(list, rows)])


def _right_users(panel: Table, plain: Plain) -> bool:
    analysed, negative = pl.col("kind").is_in(_CLASSES[:3]), pl.col("kind") == "negative"
    sums = (pl.len(), (negative & analysed).sum().alias("bad"), analysed.sum().alias("all"), pl.col("seconds").max())
    people = {row[0]: row[1:] for row in _known(plain.now.talks).group_by("user").agg(*sums).iter_rows()}
    means = _means(plain.now.judged, "user", "score")
    for user, *cells in panel.rows:
        n, bad, known, seen = people.get(user, (0, 0, 0, 0))
        if not _same(_plainly(cells), [n, ratio(bad, known).value, means.get(user), seen]):
            return False
    most = sorted((row[0] for row in people.values()), reverse=True)[: len(panel.rows)]
    return [row[1] for row in panel.rows] == most and panel.total == len(people)


_TABLES: Mapping[str, Callable[[Table, Plain], bool]] = {
    "topics": _right_topics,
    "topic_sentiment": _right_topics,
    "movers": _right_movers,
    "recent": _right_recent,
    "worst": _right_worst,
    "reasons": _right_reasons,
    "recent_feedback": _right_said,
    "users": _right_users,
}


def _known(talks: pl.DataFrame) -> pl.DataFrame:
    return talks.filter(pl.col("user") != "")


def _counts(kinds: pl.Series) -> dict[str, int]:
    return {**dict.fromkeys(_CLASSES, 0), **dict(kinds.value_counts().iter_rows())}


def _topics(rows: Rows) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for topic, kind, n in rows.talks.drop_nulls("topic").group_by("topic", "kind").len().iter_rows():
        found.setdefault(topic, dict.fromkeys(_CLASSES, 0))[kind] = n
    return found


def _means(frame: pl.DataFrame, by: str, value: str) -> dict[Any, float]:
    return dict(frame.drop_nulls(value).group_by(by).agg(pl.col(value).mean()).iter_rows())


def _negative(counts: Mapping[str, int]) -> tuple[int, int]:
    return counts["negative"], sum(counts[name] for name in _CLASSES[:3])


def _listed(panel: Table) -> list[list[Any]]:
    return [list(_plainly(row[:5])) for row in panel.rows]


def _plainly(row: Iterable[object]) -> list[Any]:
    return [int(cell.timestamp()) if isinstance(cell, datetime) else cell for cell in row]


def _ends(panel: Metric) -> tuple[float, float] | None:
    return None if panel.low is None or panel.high is None else (panel.low, panel.high)


def _lines(each: Sequence[Told]) -> dict[str, list[float | None]]:
    return {end: [told.ends and told.ends[place] for told in each] for place, end in enumerate(("low", "high"))}


def _same_told(one: Told, other: Told) -> bool:
    if one.ends is None or other.ends is None:
        return one.ends == other.ends and _same(list(one), list(other))
    slack = _CLOSE_ENDS * (other.ends[1] - other.ends[0]) + _CLOSE
    ends = all(abs(a - b) <= slack for a, b in zip(one.ends, other.ends, strict=True))
    return ends and one.n == other.n and _same(one.value, other.value)


def _same(one: object, other: object) -> bool:
    """Return whether two values are the same, sums in another order taken for that."""
    if isinstance(one, float | int) and isinstance(other, float | int):
        return abs(one - other) <= _CLOSE * max(abs(one), abs(other), 1)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    return bool(one == other)
