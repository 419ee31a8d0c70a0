"""Very many topics: the first have rows of their own, the rest adds up as one."""

from __future__ import annotations

import polars as pl
import pytest

from aiops_tui.metrics.inputs import CONVERSATIONS
from aiops_tui.metrics.intervals import Mean
from aiops_tui.metrics.topics import foremost, mean_of, topics
from aiops_tui.model.labels import REST


def test_the_rest_holds_what_the_first_leave_out() -> None:
    rows = [(0, f"topic {i}", "negative" if i % 2 else "neutral", 400 - i) for i in range(310)] + [
        (0, REST, "other", 7)
    ]
    found = topics(pl.DataFrame(rows, schema=CONVERSATIONS, orient="row"))
    shown = foremost(found, 300)
    assert len(shown) == 301
    assert [topic.name for topic in shown[:2]] == ["topic 0", "topic 1"]
    assert (shown[-1].key, shown[-1].name) == (REST, None)
    assert shown[-1].conversations == sum(400 - i for i in range(300, 310)) + 7
    assert sum(topic.conversations for topic in shown) == sum(row[3] for row in rows)


def test_the_rest_has_the_mean_of_all_topics_beyond() -> None:
    rows = [(0, name, "neutral", n) for name, n in (("a", 3), ("b", 2), ("c", 1))]
    shown = foremost(topics(pl.DataFrame(rows, schema=CONVERSATIONS, orient="row")), 1)
    means = {name: {"score": Mean(n, total, 0.0)} for name, n, total in (("a", 1, 9.0), ("b", 2, 8.0), ("d", 1, 1.0))}
    assert mean_of(means, shown[0], shown, "score") == pytest.approx(9.0)
    assert mean_of(means, shown[1], shown, "score") == pytest.approx(3.0)


def test_few_topics_have_no_rest() -> None:
    found = topics(pl.DataFrame([(0, "a", "neutral", 1)], schema=CONVERSATIONS, orient="row"))
    assert [topic.key for topic in foremost(found, 1)] == ["a"]
