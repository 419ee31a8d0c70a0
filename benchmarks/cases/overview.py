"""The whole Overview after a start, against its own statements sent by hand, and these against one plain count."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.dataset import Shape
from benchmarks.report import Figure
from benchmarks.setting import Asked, Setting, Watcher, is_live, is_shown, middle, ms, timed
from benchmarks.stores import Ask, PostgreSQL

_WEEK = 7 * 86_400


def measure(setting: Setting) -> Iterator[Figure]:
    """Take turns, so that what else the machine does is fair to all."""
    shape = setting.whole()
    asked = _statements(setting, shape)
    count = week_count(setting, shape)
    screen: list[float] = []
    whole: list[float] = []
    monitor: list[float] = []
    bare: list[float] = []
    plain: list[float] = []
    for _ in range(setting.rounds):
        with setting.console(shape) as terminal:
            screen.append(terminal.wait(is_shown) - terminal.started)
            whole.append(max(terminal.wait(is_live, 600) - terminal.started, screen[-1]))
        monitor.append(_by_monitor(setting, shape))
        with setting.store.bare(shape) as ask:
            bare.append(timed(lambda ask=ask: _replay(asked, ask)))  # type: ignore[misc]
            plain.append(timed(lambda ask=ask: ask(count, True)))  # type: ignore[misc]
    own, week = middle(bare), middle(plain)
    yield Figure(
        "full Overview, 7 days, from process start to screen / its queries bare", middle(screen) / own, "x", 1.3,
        f"{ms(middle(screen))} / {ms(own)} for {len(asked)} statements",
    )  # fmt: skip
    yield Figure("until all is read that filters and other tabs need", middle(whole), "s", None)
    yield Figure(
        "the Overview without starting and drawing, over one connection",
        middle(monitor) / own,
        "x",
        None,
        ms(middle(monitor)),
    )
    yield Figure(
        "its queries bare / the week's hour x sentiment x topic count", own / week, "x", 6, f"{ms(own)} / {ms(week)}"
    )
    for place, one in enumerate(sorted(asked, key=lambda one: -one.seconds)[:3]):
        words = " ".join(str(one.statement).split())
        yield Figure(f"  dearest statement, no. {place + 1}", one.seconds * 1000, "ms", None, words[:60] + " …")


def week_count(setting: Setting, shape: Shape) -> str:
    """Return the statement that counts the last week by hour, sentiment and topic, its range of keys known."""
    first = max(shape.rows - int(_WEEK / shape.seconds_per_row), 1)
    hour = "date_trunc('hour', created_at)"
    if not isinstance(setting.store, PostgreSQL):
        hour = "strftime('%Y-%m-%d %H', created_at)"
    return f"SELECT {hour}, sentiment, topic, count(*) FROM conversation_log WHERE id >= {first} GROUP BY 1, 2, 3"


def _statements(setting: Setting, shape: Shape) -> list[Asked]:
    watcher = Watcher(setting, shape)
    watcher.glance()
    watcher.close()
    return watcher.asked


def _by_monitor(setting: Setting, shape: Shape) -> float:
    watcher: list[Watcher] = []

    def work() -> None:
        watcher.append(Watcher(setting, shape))
        watcher[0].glance()

    seconds = timed(work)
    watcher[0].close()
    return seconds


def _replay(asked: list[Asked], ask: Ask) -> None:
    for one in asked:
        ask(one.statement, one.large, one.values)
