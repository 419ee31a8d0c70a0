"""Long windows, whose first look has to read everything, against GROUP BYs written by hand."""

from __future__ import annotations

from collections.abc import Iterator

from aiops_tui.model.window import Window, display_step, epoch
from benchmarks.dataset import Shape
from benchmarks.report import Figure
from benchmarks.setting import Setting, Watcher, middle, ms, timed
from benchmarks.stores import PostgreSQL

_NAMES = ("90d", "all")


def measure(setting: Setting) -> Iterator[Figure]:
    """Take turns."""
    shape = setting.whole()
    for name in _NAMES:
        ours: list[float] = []
        bare: list[float] = []
        for _ in range(max(setting.rounds - 1, 1)):
            seconds, window = _look(setting, shape, name)
            ours.append(seconds)
            statements = _by_hand(window, postgresql=isinstance(setting.store, PostgreSQL))
            with setting.store.bare(shape) as ask:
                bare.append(sum(timed(lambda ask=ask, one=one: ask(one, True)) for one in statements))  # type: ignore[misc]
        detail = f"{ms(middle(ours))} / {ms(middle(bare))} for {len(statements)} statements"
        yield Figure(f"full Overview, {name} / bare GROUP BYs", middle(ours) / middle(bare), "x", 1.2, detail)


def _look(setting: Setting, shape: Shape, name: str) -> tuple[float, Window]:
    windows: list[Window] = []

    def work() -> None:
        watcher = Watcher(setting, shape, name)
        windows.append(watcher.look())
        watcher.close()

    return timed(work), windows[0]


def _by_hand(window: Window, *, postgresql: bool) -> list[str]:
    """Return what a person would ask to know the same: counts, feedback, scores, distinct users."""
    seconds = "extract(epoch FROM created_at)::bigint" if postgresql else "CAST(strftime('%s', created_at) AS integer)"
    since = (
        f"created_at >= to_timestamp({epoch(window.start)})" if postgresql else f"{seconds} >= {epoch(window.start)}"
    )
    base, step = window.bucket_seconds, display_step(window)
    score = "(relevance + clarity + emotion) / 3"
    figures = f"count({score}), sum({score}), sum({score} * {score}), sum(relevance), sum(clarity), sum(emotion)"
    cell = f"{seconds} / {base}, sentiment, topic"
    return [
        f"SELECT {cell}, count(*) FROM conversation_log WHERE {since} GROUP BY 1, 2, 3",
        f"SELECT {seconds} / {base}, feedback, count(*) FROM feedback_log WHERE {since} GROUP BY 1, 2",
        f"SELECT {cell}, {figures} FROM conversation_evaluation WHERE {since} GROUP BY 1, 2, 3",
        f"SELECT count(DISTINCT user_id) FROM conversation_log WHERE {since}",
        f"SELECT {seconds} / {step}, count(DISTINCT user_id) FROM conversation_log WHERE {since} GROUP BY 1",
    ]
