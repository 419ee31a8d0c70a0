"""Every panel's numbers by plain SQL and plain Python: nothing of the console's rollups, frames or bounds is used."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import psycopg2

from aiops_tui.model.panels import Heatmap, Histogram, Metric, Panel, Series, Table
from aiops_tui.model.window import Period

_CLASS = """CASE WHEN sentiment IN ('긍정', 'positive') THEN 'positive' WHEN sentiment = '중립' THEN 'neutral'
WHEN sentiment = '부정' THEN 'negative' WHEN sentiment IS NULL THEN 'unanalysed' ELSE 'other' END"""
_CLASSES = ("positive", "neutral", "negative", "other", "unanalysed")
_QUARTER = "900 * floor(extract(epoch FROM created_at) / 900)::bigint"
_WITHIN = "created_at >= %s AND created_at < %s"
_TALKS = f"SELECT {_QUARTER}, {_CLASS}, topic, count(*) FROM conversation_log WHERE {_WITHIN} GROUP BY 1, 2, 3"
_ACTIVE = f"SELECT DISTINCT {_QUARTER}, user_id FROM conversation_log WHERE {_WITHIN} AND user_id <> ''"
_BEFORE = "SELECT DISTINCT user_id FROM conversation_log WHERE created_at < %s AND user_id <> ''"
_PEOPLE = f"""SELECT user_id, count(*), count(*) FILTER (WHERE {_CLASS} = 'negative'),
count(*) FILTER (WHERE {_CLASS} IN ('positive', 'neutral', 'negative')), date_trunc('second', max(created_at))
FROM conversation_log WHERE {_WITHIN} AND user_id <> '' GROUP BY 1"""
_JUDGED = f"""SELECT conversation_id, user_id, topic, {_CLASS}, date_trunc('second', created_at), relevance, clarity,
emotion FROM (SELECT e.conversation_id, e.user_id, coalesce(e.topic, c.topic) AS topic, e.created_at,
coalesce(e.sentiment, c.sentiment) AS sentiment, relevance, clarity, emotion
FROM conversation_evaluation AS e LEFT JOIN conversation_log AS c ON c.id = e.conversation_id) AS whole
WHERE {_WITHIN}"""
_RATED = f"SELECT created_at, feedback, reason FROM feedback_log WHERE {_WITHIN}"
_DISLIKED = "SELECT DISTINCT conversation_id FROM feedback_log WHERE feedback = 'dislike'"
_RECENT = f"""SELECT date_trunc('second', created_at), user_id, topic, {_CLASS}, id FROM conversation_log
WHERE {_WITHIN} ORDER BY id DESC LIMIT 50"""
_SAID = """SELECT date_trunc('second', f.created_at), feedback, reason, user_id, topic
FROM feedback_log AS f LEFT JOIN conversation_log AS c ON c.id = conversation_id
WHERE f.created_at >= %s AND f.created_at < %s ORDER BY f.id DESC LIMIT 50"""
_CRITERIA = ("relevance", "clarity", "emotion")
_UNKNOWN = object()


class Judged(NamedTuple):
    """An evaluation."""

    conversation: int
    user: str
    topic: str | None
    sentiment: str
    time: datetime
    values: tuple[float | None, ...]

    def score(self, criterion: str = "score") -> float | None:
        """Return the value of a criterion, or the mean of all."""
        if criterion != "score":
            return self.values[_CRITERIA.index(criterion)]
        return _mean(self.values)


@dataclass(frozen=True)
class Half:
    """What was read of one period."""

    period: Period
    talks: Sequence[tuple[int, str, str | None, int]]
    active: Sequence[tuple[int, str]]
    before: frozenset[str]
    judged: Sequence[Judged]
    rated: Sequence[tuple[datetime, str, str | None]]

    @property
    def users(self) -> set[str]:
        """The distinct users."""
        return {user for _, user in self.active}


class Plain:
    """What a database holds of a window and of the period before it, read once when nothing changes any more."""

    def __init__(self, url: str, window: Period, previous: Period) -> None:
        with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:

            def ask(statement: str, *values: object) -> list[tuple[Any, ...]]:
                cursor.execute(statement, values)
                return list(cursor.fetchall())

            self.now, self.then = (_read(ask, period) for period in (window, previous))
            bounds = window.start, window.end
            self.people = {row[0]: row[1:] for row in ask(_PEOPLE, *bounds)}
            self.recent, self.said = ask(_RECENT, *bounds), ask(_SAID, *bounds)
            self.disliked = {key for (key,) in ask(_DISLIKED)}

    def wrong(self, tab: str, panels: Iterable[Panel], zone: ZoneInfo) -> list[str]:
        """Return the panels whose numbers are others, and those that are not known here."""
        return [f"{tab}.{panel.id}" for panel in panels if panel.id != "total" and not self._right(panel, zone)]

    def _right(self, panel: Panel, zone: ZoneInfo) -> bool:
        match panel:
            case Metric():
                now, then = (_metric(panel.id, half, self.disliked) for half in (self.now, self.then))
                return _same(panel.value, now) and (panel.previous is None or _same(panel.previous, then))
            case Series():
                starts, start = [x.timestamp() for x in panel.x], self.now.period.start.timestamp()
                daily = panel.id.endswith("by_day")
                placed = starts == sorted(set(starts)) and (
                    starts[0] <= start < starts[1] if daily else starts[0] == start
                )
                whole = not daily or _are_days(panel.x, zone)
                found = {name: list(values) for name, values in panel.series.items() if name not in {"low", "high"}}
                return placed and whole and _same(found, _series(panel.id, self.now, starts))
            case Histogram():
                return _same(list(panel.counts), _histogram(panel.id, self.now))
            case Heatmap():
                return _same([list(row) for row in panel.values], _heatmap(panel, self.now, zone))
            case Table():
                return self._right_table(panel)

    def _right_table(self, panel: Table) -> bool:
        rows, now = panel.rows, self.now
        match panel.id:
            case "topics" | "topic_sentiment":
                topics = _topics(now)
                means = _grouped((each.topic, each.score()) for each in now.judged)
                total = sum(n for *_, n in now.talks)
                for name, *cells in rows:
                    counts = topics[str(name)]
                    n, ratio = counts.total(), _negative(counts)
                    some = [n, n / total, ratio, means.get(str(name))]
                    if not _same(cells, some if panel.id == "topics" else [*(counts[c] for c in _CLASSES), ratio]):
                        return False
                return len(rows) == len(topics) == panel.total
            case "movers":
                new, old = _topics(now), _topics(self.then)
                pairs = [(_negative(new[str(row[0])]), _negative(old[str(row[0])])) for row in rows]
                known = [[a, b, (a or 0) - (b or 0)] for a, b in pairs]
                return _same([list(row[1:4]) for row in rows], known)
            case "recent":
                latest = {each.conversation: each.score() for each in sorted(now.judged, key=lambda each: each.time)}
                newest = [_utc((*row[:4], latest.get(row[4]))) for row in self.recent]
                return _same([_utc(row[:5]) for row in rows], newest)
            case "worst":
                scored = [each for each in now.judged if each.score() is not None]
                scored.sort(key=lambda each: (each.score(), -each.time.timestamp(), -each.conversation))
                lowest = [_utc((e.time, e.user, e.topic, e.sentiment, e.score())) for e in scored[:50]]
                return panel.total == len(scored) and _same([_utc(row[:5]) for row in rows], lowest)
            case "reasons":
                given = Counter(reason for *_, reason in now.rated if reason and reason.strip())
                return {row[0]: row[1] for row in rows} == given
            case "recent_feedback":
                said = list(map(_utc, self.said))
                return panel.total == len(now.rated) and _same([_utc(row[:5]) for row in rows], said)
            case "users":
                return self._right_users(panel)
        return False

    def _right_users(self, panel: Table) -> bool:
        most = sorted((n for n, *_ in self.people.values()), reverse=True)[: len(panel.rows)]
        means = _grouped((each.user, each.score()) for each in self.now.judged)
        for user, *cells in panel.rows:
            n, negative, analysed, seen = self.people[str(user)]
            if not _same(_utc(cells), _utc([n, _share(negative, analysed), means.get(str(user)), seen])):
                return False
        return [row[1] for row in panel.rows] == most and panel.total == len(self.people)


def _read(ask: Callable[..., list[tuple[Any, ...]]], period: Period) -> Half:
    bounds = period.start, period.end
    return Half(
        period,
        [(bucket, name, topic, n) for bucket, name, topic, n in ask(_TALKS, *bounds)],
        [(bucket, user) for bucket, user in ask(_ACTIVE, *bounds)],
        frozenset(user for (user,) in ask(_BEFORE, period.start)),
        [
            Judged(key, user, topic, kind, at, tuple(values))
            for key, user, topic, kind, at, *values in ask(_JUDGED, *bounds)
        ],
        [(at, kind, reason) for at, kind, reason in ask(_RATED, *bounds)],
    )


def _metric(name: str, half: Half, disliked: set[int]) -> object:
    counts, likes = _classes(half), Counter(kind for _, kind, _ in half.rated)
    if name in counts:
        return counts[name]
    if name.startswith("score"):
        return _mean(each.score(name.partition(".")[2] or "score") for each in half.judged)
    if name.startswith("agreement"):
        return _agreement(name, half, disliked)
    users = half.users
    match name:
        case "conversations":
            return counts.total()
        case "negative_ratio":
            return _negative(counts)
        case "satisfaction":
            return _share(likes["like"], likes["like"] + likes["dislike"])
        case "likes" | "dislikes":
            return likes[name[:-1]]
        case "active_users":
            return len(users)
        case "returning_users":
            return len(users & half.before)
        case "new_users":
            return len(users - half.before)
        case "coverage":
            return _share(min(len({each.conversation for each in half.judged}), counts.total()), counts.total())
    return _UNKNOWN


def _agreement(name: str, half: Half, disliked: set[int]) -> object:
    scored = [(each, (each.score() or 0) < 5) for each in half.judged if each.score() is not None]
    told = {
        "disliked": [(each.conversation in disliked, low) for each, low in scored],
        "negative": [(each.sentiment == "negative", low) for each, low in scored],
    }
    lows = sum(low for _, low in scored)
    _, of, base = (*name.split("."), "", "")[:3]
    if of == "base_rate":
        return _share(lows, len(scored))
    if of:
        return _share(sum(yes for yes, _ in told[of]), len(scored)) if base else _share(sum(map(all, told[of])), lows)
    unhappy = [low for (one, low), (other, _) in zip(*told.values(), strict=True) if one or other]
    return _share(sum(unhappy), len(unhappy))


def _series(name: str, half: Half, starts: Sequence[float]) -> object:
    def place(at: float) -> int:
        return bisect_right(starts, at) - 1

    match name:
        case "volume" | "sentiment_by_bucket" | "sentiment_by_day":
            counts = {kind: [0] * len(starts) for kind in _CLASSES}
            for bucket, kind, _, n in half.talks:
                counts[kind][place(bucket)] += n
            return counts
        case "users_by_bucket" | "active_by_day":
            users: list[set[str]] = [set() for _ in starts]
            for bucket, user in half.active:
                users[place(bucket)].add(user)
            return {"users": list(map(len, users))}
        case "score_by_bucket":
            return {kind: _means(half, kind, place, len(starts)) for kind in ("score", *_CRITERIA)}
    rated = {kind: [0] * len(starts) for kind in ("like", "dislike", "other")}
    for at, kind, _ in half.rated:
        rated[kind][place(at.timestamp())] += 1
    if name == "feedback_by_day":
        return rated
    pairs = zip(rated["like"], rated["dislike"], strict=True)
    return {"satisfaction": [_share(yes, yes + no) for yes, no in pairs]} if name == "satisfaction_by_day" else _UNKNOWN


def _means(half: Half, criterion: str, place: Callable[[float], int], length: int) -> list[float | None]:
    means = _grouped((place(each.time.timestamp()), each.score(criterion)) for each in half.judged)
    return [means.get(at) for at in range(length)]


def _histogram(name: str, half: Half) -> list[int]:
    counts = [0] * 10
    for each in half.judged:
        value = each.score(name.partition(".")[2] or "score")
        if value is not None:
            counts[min(int(value), 9)] += 1
    return counts


def _heatmap(panel: Heatmap, half: Half, zone: ZoneInfo) -> object:
    if panel.id == "topic_criterion":
        means = {name: _grouped((each.topic, each.score(name)) for each in half.judged) for name in panel.x}
        return [[means[name].get(topic) for name in panel.x] for topic in panel.y]
    pairs: dict[tuple[int, int], list[float]] = defaultdict(lambda: [0, 0])
    if panel.id == "score_heatmap":
        for each in half.judged:
            if (score := each.score()) is not None:
                _add(pairs[_clock(each.time.timestamp(), zone)], score, 1)
    for bucket, kind, _, n in half.talks if panel.id == "negative_heatmap" else ():
        if kind in _CLASSES[:3]:
            _add(pairs[_clock(bucket, zone)], n if kind == "negative" else 0, n)
    return [[_share(*pairs[day, hour]) for hour in range(24)] for day in range(7)]


def _clock(at: float, zone: ZoneInfo) -> tuple[int, int]:
    local = datetime.fromtimestamp(at, UTC).astimezone(zone)
    return local.weekday(), local.hour


def _add(pair: list[float], total: float, n: float) -> None:
    pair[0] += total
    pair[1] += n


def _are_days(starts: Sequence[datetime], zone: ZoneInfo) -> bool:
    local = [start.astimezone(zone) for start in starts]
    days = [moment.date() for moment in local]
    midnights = all((moment.hour, moment.minute) == (0, 0) for moment in local)
    return midnights and days == [days[0] + timedelta(days=n) for n in range(len(days))]


def _classes(half: Half) -> Counter[str]:
    counts = Counter(dict.fromkeys(_CLASSES, 0))
    for _, kind, _, n in half.talks:
        counts[kind] += n
    return counts


def _topics(half: Half) -> dict[str, Counter[str]]:
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for _, kind, topic, n in half.talks:
        if topic is not None:
            found[topic][kind] += n
    return found


def _negative(counts: Mapping[str, int]) -> float | None:
    return _share(counts["negative"], sum(counts[name] for name in _CLASSES[:3]))


def _grouped(pairs: Iterable[tuple[Any, float | None]]) -> dict[Any, float | None]:
    groups: defaultdict[Any, list[float | None]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return {key: _mean(values) for key, values in groups.items()}


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _utc(row: Iterable[object]) -> list[object]:
    """Return cells with times in UTC and no text that is NULL, as lists show it."""
    return [cell.astimezone(UTC) if isinstance(cell, datetime) else cell for cell in row]


def _same(one: object, other: object) -> bool:
    """Return whether two values are the same, sums in another order taken for that."""
    if isinstance(one, float | int) and isinstance(other, float | int):
        return abs(one - other) <= 1e-9 * max(abs(one), abs(other), 1)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    return bool(one == other)
