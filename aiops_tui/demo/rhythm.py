"""When people talk to the service: the day's and the week's rhythm in Seoul, and the incidents of the past days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

from aiops_tui.model.window import Period

SEOUL = ZoneInfo("Asia/Seoul")
SLOT = timedelta(minutes=15)

_BY_HOUR = (
    0.35, 0.20, 0.12, 0.08, 0.07, 0.10, 0.20, 0.40, 0.70, 1.00, 1.15, 1.25,
    1.50, 1.40, 1.15, 1.10, 1.10, 1.20, 1.25, 1.35, 1.55, 1.60, 1.20, 0.70,
)  # fmt: skip
_WEEKEND = 0.65
_GROWTH = 0.15
_CHUNK = 100_000


@dataclass(frozen=True, slots=True)
class Condition:
    """What is unusual for a while.

    ``topic`` is talked about ``swell`` times as often and ``negative`` of its conversations are so. Answers score
    ``score`` higher: on that topic, or on all if there is none.
    """

    topic: str | None = None
    swell: float = 1.0
    negative: float | None = None
    score: float = 0.0


USUAL = Condition()
OUTAGE = Condition(topic="결제 오류", swell=6.0, negative=0.86, score=-1.2)
BAD_NIGHT = Condition(score=-3.4)
_OUTAGE_LOAD = 1.6


@dataclass(frozen=True, slots=True)
class Slot:
    """A quarter of an hour, its conversations and the condition of the service."""

    start: datetime
    count: int
    condition: Condition


def incidents(days: int, now: datetime) -> list[tuple[Period, Condition]]:
    """Return a day of failing payments about three days before ``now``, and a night of bad answers two nights ago."""
    today = now.astimezone(SEOUL).date()

    def at(days_ago: int, hour: int) -> datetime:
        return datetime.combine(today - timedelta(days=days_ago), time(hour), SEOUL).astimezone(UTC)

    outage, night = min(3, days // 2), min(2, days // 2)
    return [
        (Period(at(outage, 10), at(outage, 22)), OUTAGE),
        (Period(at(night, 22), at(night - 1, 7)), BAD_NIGHT),
    ]


def slots(rows: int, days: int, now: datetime, rng: Random) -> Iterator[Slot]:
    """Spread the rows over the slots of the days before ``now`` (aware) and return those slots that have some.

    The last slot ends at ``now`` and is never empty, unless there are no rows at all.

    Raises:
        ValueError: if there are fewer than no rows or less than one day.
    """
    if rows < 0 or days < 1:
        raise ValueError((rows, days))
    if rows == 0:
        return
    number = days * (timedelta(days=1) // SLOT)
    first = now.astimezone(UTC) - number * SLOT
    unusual = incidents(days, now)
    conditions = [_condition(first + i * SLOT, unusual) for i in range(number)]
    by_day = [0.92 + 0.16 * rng.random() for _ in range(days + 2)]
    weights: list[float] = []
    for i, condition in enumerate(conditions):
        middle = (first + i * SLOT + SLOT / 2).astimezone(SEOUL)
        day = (middle.date() - first.astimezone(SEOUL).date()).days
        load = _OUTAGE_LOAD if condition is OUTAGE else 1.0
        weights.append(busyness(middle) * by_day[day] * load * (1 + _GROWTH * i / number))
    counts = _spread(rows - 1, list(accumulate(weights)), rng)
    counts[number - 1] += 1
    for i in sorted(counts):
        yield Slot(first + i * SLOT, counts[i], conditions[i])


def busyness(local: datetime) -> float:
    """Return how busy the service is at a moment of Seoul's time, about 1 in a usual hour of a weekday."""
    hour, part = local.hour, (local.minute - 30) / 60
    other = _BY_HOUR[(hour + (1 if part > 0 else -1)) % 24]
    usual = _BY_HOUR[hour] * (1 - abs(part)) + other * abs(part)
    return usual * (_WEEKEND if local.weekday() >= 5 else 1.0)


def _condition(start: datetime, unusual: list[tuple[Period, Condition]]) -> Condition:
    return next((condition for period, condition in unusual if period.start <= start < period.end), USUAL)


def _spread(rows: int, cumulative: list[float], rng: Random) -> Counter[int]:
    counts: Counter[int] = Counter()
    places = range(len(cumulative))
    for done in range(0, rows, _CHUNK):
        counts.update(rng.choices(places, cum_weights=cumulative, k=min(_CHUNK, rows - done)))
    return counts
