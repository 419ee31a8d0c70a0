"""How figures and times are written: the same everywhere, short, and with a dash for what is not there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from aiops_tui.model.labels import WEEKDAYS
from aiops_tui.model.panels import Cell, Metric, Unit
from aiops_tui.model.window import DAY, clamp
from aiops_tui.text.translations import Translator

NOTHING = "–"

_MAGNITUDES = ((1_000, 1, ""), (999_500, 1e3, "k"), (999_500_000, 1e6, "M"), (None, 1e9, "G"))
_AGES = (("days", "d", DAY), ("hours", "h", 3600), ("minutes", "min", 60), ("seconds", "s", 1))


def number(value: float | None) -> str:
    """Return a count in full: ``12,430``."""
    return NOTHING if value is None else f"{value:,.0f}"


def compact(value: float | None) -> str:
    """Return a count in at most five characters or so: ``12.4k``, ``3.1M``."""
    if value is None:
        return NOTHING
    divisor, unit = next(
        (divisor, unit) for limit, divisor, unit in _MAGNITUDES if limit is None or round(abs(value)) < limit
    )
    scaled = value / divisor
    return f"{scaled:.{1 if unit and abs(scaled) < 99.95 else 0}f}{unit}"


def percent(ratio: float | None, digits: int = 1) -> str:
    """Return a ratio, 0 to 1, as ``21.0%``."""
    return NOTHING if ratio is None else f"{100 * ratio:.{digits}f}%"


def score(value: float | None) -> str:
    """Return a score as ``7.12``."""
    return NOTHING if value is None else f"{value:.2f}"


def value(value: Cell, unit: Unit, zone: tzinfo | None = None) -> str:
    """Return a figure or a table's cell as its unit wants it; times need a zone, else their own is used."""
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        return moment(value, zone)
    if isinstance(value, str):
        return value
    match unit:
        case "count":
            return number(value)
        case "estimate":
            return f"≈ {number(value)}"
        case "ratio":
            return percent(value)
        case "score":
            return score(value)
        case _:
            return str(value)


def change(metric: Metric, translator: Translator) -> str:
    """Return the change since the previous period: ``▲ 4.2%``, ``▼ 0.08``, ``▲ 2.3pp``, or that there is none to tell.

    A change that rounds to nothing has no arrow.
    """
    if metric.change_kind == "new":
        return translator("common.new")
    if metric.change is None or metric.change_kind == "na":
        return translator("common.not_applicable")
    size = abs(metric.change)
    if metric.change_kind == "relative":
        text = f"{100 * size:,.1f}%"
    elif metric.unit == "ratio":
        text = f"{100 * size:.1f}pp"
    else:
        text = score(size) if metric.unit == "score" else number(size)
    if not any(digit in text for digit in "123456789"):
        return text
    return f"{'▲' if metric.change > 0 else '▼'} {text}"


def interval(metric: Metric) -> str:
    """Return the 95 % interval in the metric's unit, ``20.3–21.7`` (of percent for a ratio), empty if there is none."""
    if metric.low is None or metric.high is None:
        return ""
    if metric.unit == "ratio":
        return f"{100 * metric.low:.1f}–{100 * metric.high:.1f}"
    write = score if metric.unit == "score" else number
    return f"{write(metric.low)}–{write(metric.high)}"


def age(seconds: float, translator: Translator | None = None) -> str:
    """Return a length of time in whole units: ``2 s``, ``3 min``; without a translator by international symbols."""
    seconds = max(seconds, 0)
    name, symbol, size = next((unit for unit in _AGES if seconds >= unit[2]), _AGES[-1])
    n = int(seconds // size)
    return translator(f"common.{name}", n=n) if translator else f"{n} {symbol}"


def clock(moment: datetime | None, zone: tzinfo | None) -> str:
    """Return the time of day in a zone: ``16:50:43``."""
    return NOTHING if moment is None else f"{_local(moment, zone):%H:%M:%S}"


def moment(moment: datetime | None, zone: tzinfo | None) -> str:
    """Return date and time in a zone: ``2026-11-22 16:50:43``."""
    return NOTHING if moment is None else _local(moment, zone).isoformat(" ", "seconds")[:19]


def axis(moments: Sequence[datetime], zone: tzinfo, step_seconds: int, language: str) -> list[str]:
    """Return a label for each tick of a time axis; ``step_seconds`` is the width of the chart's buckets.

    Within days it is the time, a midnight being named by its day; over several days, the day and weekday; over weeks,
    month and day; over years, year and month.
    """
    locals_ = [_local(moment, zone) for moment in moments]
    if not locals_:
        return []
    translator = Translator(language)
    span = (moments[-1] - moments[0]) / timedelta(days=1)
    labels: list[str] = []
    for index, local in enumerate(locals_):
        same_day = index > 0 and locals_[index - 1].date() == local.date()
        midnight = (local.hour, local.minute, local.second) == (0, 0, 0)
        if span > 370:
            labels.append(f"{local.year:04}-{local.month:02}")
        elif span > 14:
            month = translator(f"labels.month.{local.month}")
            labels.append(translator("common.month_day", month=month, day=str(local.day)))
        elif midnight or (not same_day and (step_seconds >= DAY or span >= 3)):
            labels.append(f"{local.day} {translator.label(WEEKDAYS[local.weekday()])}")
        else:
            labels.append(f"{local:%H:%M:%S}" if step_seconds < 60 else f"{local:%H:%M}")
    return labels


def _local(moment: datetime, zone: tzinfo | None) -> datetime:
    """Return a moment in a zone; one at the calendar's edge, which has no local form, is moved inwards."""
    return clamp(moment, 0).astimezone(zone) if zone or moment.tzinfo else moment
