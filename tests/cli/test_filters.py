"""Each filter on each pane, as the JSON shows it, against plain SQL on the same rows, on both databases."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from tests.cli.conftest import NOW, Run
from tests.monitor.backend import Backend, Judgement, Talk

ROWS = 400

_JUDGED = "EXISTS (SELECT 1 FROM conversation_evaluation e WHERE e.conversation_id = c.id AND {})"
_RATED = "EXISTS (SELECT 1 FROM feedback_log f WHERE f.conversation_id = c.id AND {})"
_REFUND = "coalesce(lower(rtrim(trim(topic), '.!')), '') = '환불'"
_NEGATIVE = "coalesce(lower(trim(sentiment)), '') IN ('부정', 'negative')"

FILTERS = {
    "topic:환불": _REFUND,
    "-topic:환불": f"NOT {_REFUND}",
    'topic:""': "coalesce(trim(topic), '') = ''",
    "sentiment:negative": _NEGATIVE,
    "-sentiment:negative topic:환불": f"NOT {_NEGATIVE} AND {_REFUND}",
    "sentiment:unanalysed": "coalesce(sentiment, '') = ''",
    "user:kim": "user_id = 'kim'",
    'user:""': "coalesce(user_id, '') = ''",
    "score<5": _JUDGED.format("(relevance + clarity) / 2 < 5"),
    "criterion.clarity>=4 criterion.clarity<8": _JUDGED.format("clarity >= 4 AND clarity < 8"),
    "feedback:dislike": _RATED.format("feedback = 'dislike'"),
    "-feedback:like": "NOT " + _RATED.format("feedback = 'like'"),
    "reason:느려요": _RATED.format("rtrim(reason, '.') = '느려요'"),
    "weekday:mon": "{weekday} = 1",
    "hour>=9 hour<18 -weekday:sat": "{hour} BETWEEN 9 AND 17 AND {weekday} <> 6",
    '"question 1"': "replace(question || answer, 'question 1', '') <> question || answer",
    "user:kim sentiment:negative score<9 hour<20": f"user_id = 'kim' AND {_NEGATIVE} AND {{hour}} < 20 AND "
    + _JUDGED.format("(relevance + clarity) / 2 < 9"),
}


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """Rows of every kind, at most one evaluation and one like or dislike for each conversation."""
    make, folder = random.Random(3), tmp_path_factory.mktemp("filters")
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else f"sqlite:///{folder}/local.db"
    topics, labels = (
        ["환불", "환불.", " 환불 ", "Login", "login", "배송", "", None],
        ["긍정", "부정", " Negative", "", None],
    )
    with closing(Backend(url)) as made:
        made.create()
        times = {key: NOW - timedelta(seconds=make.randrange(6 * 86_400) + 1) for key in range(1, ROWS)}
        made.insert(
            Talk(key, make.choice(["kim", "lee", "", None]), make.choice(labels), make.choice(topics), times[key])
            for key in times
        )
        judged = make.sample(sorted(times), 150)
        scores = [float(make.randrange(11)) for _ in range(300)]
        made.evaluate((Judgement(key, None, None, None, scores.pop(), scores.pop()) for key in judged), replace=False)
        copied = "(SELECT {0} FROM conversation_log WHERE id = conversation_id)"  # as the backend's evaluation run does
        texts = ", ".join(f"{name} = {copied.format(name)}" for name in ("question", "answer"))
        made.run(f"UPDATE conversation_evaluation SET {texts}")
        rated = enumerate(make.sample(sorted(times), 150))
        made.rate(
            (n, key, make.choice(["like", "dislike"]), times[key], make.choice(["느려요", "느려요.", None]))
            for n, key in rated
        )
        yield made


def counted(backend: Backend, condition: str) -> dict[str, float]:
    """Count by plain SQL what the panes show of the conversations under a condition."""
    if backend.postgres:
        local = "created_at AT TIME ZONE 'Asia/Seoul'"
        hour, weekday = f"extract(hour FROM {local})", f"extract(dow FROM {local})"
    else:
        hour, weekday = (f"CAST(strftime('%{sign}', created_at, '+9 hours') AS integer)" for sign in ("H", "w"))
    where = condition.format(hour=hour, weekday=weekday)
    asked = {
        "conversations": "SELECT count(*) FROM {}",
        "of a topic": "SELECT count(*) FROM {} AND trim(topic) <> ''",
        "active_users": "SELECT count(DISTINCT nullif(user_id, '')) FROM {}",
        "negative": f"SELECT count(*) FROM {{}} AND {_NEGATIVE}",
        "score.n": "SELECT count(*) FROM conversation_evaluation WHERE conversation_id IN (SELECT c.id FROM {})",
        "score": "SELECT avg((relevance + clarity) / 2) FROM conversation_evaluation"
        " WHERE conversation_id IN (SELECT c.id FROM {})",
        "likes": "SELECT count(*) FROM feedback_log WHERE feedback = 'like'"
        " AND conversation_id IN (SELECT c.id FROM {})",
        "dislikes": "SELECT count(*) FROM feedback_log WHERE feedback = 'dislike'"
        " AND conversation_id IN (SELECT c.id FROM {})",
    }
    found = {}
    for name, statement in asked.items():
        ((value,),) = backend.run(statement.format(f"conversation_log c WHERE {where}"))
        found[name] = value
    backend.commit()
    return found


def panel(document: Any, tab: str, name: str) -> Any:
    return next(panel for panel in document["tabs"][tab]["panels"] if panel["id"] == name)


def test_each_filter_on_each_pane(run: Run, backend: Backend) -> None:
    for wanted, condition in FILTERS.items():
        print(wanted)  # the last one printed is the one that failed
        expected = counted(backend, condition)
        assert 0 < expected["conversations"] < ROWS - 1
        ended = run(
            "snapshot", "--db", backend.url, "--tz", "Asia/Seoul", "--at", NOW.isoformat(), "--window", "7d",
            "--compare", "off",
            "--tab", "all", "--format", "json", "--filter", wanted,
        )  # fmt: skip
        assert (ended.status, ended.err) == (0, "")
        document = json.loads(ended.out)
        assert document["filter"] == wanted
        assert panel(document, "overview", "conversations")["value"] == expected["conversations"]
        assert panel(document, "overview", "recent")["total"] == expected["conversations"]
        volume = panel(document, "overview", "volume")["series"].values()
        assert sum(n or 0 for counts in volume for n in counts) == expected["conversations"]
        assert sum(row[1] for row in panel(document, "overview", "topics")["rows"]) == expected["of a topic"]
        assert panel(document, "sentiment", "negative")["value"] == expected["negative"]
        for tab in ("overview", "evaluation"):
            score = panel(document, tab, "score")
            assert (score["n"], score["value"]) == (expected["score.n"], pytest.approx(expected["score"])), wanted
        assert sum(panel(document, "evaluation", "score_histogram")["counts"]) == expected["score.n"]
        assert panel(document, "feedback", "likes")["value"] == expected["likes"]
        assert panel(document, "feedback", "dislikes")["value"] == expected["dislikes"]
        for tab in ("overview", "users"):
            assert panel(document, tab, "active_users")["value"] == expected["active_users"]
        assert panel(document, "users", "users")["total"] == expected["active_users"]
