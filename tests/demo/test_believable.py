"""The made-up service behaves as a real one would, incidents included."""

from __future__ import annotations

import sqlite3
from collections import Counter

import pytest

from aiops_tui.model.labels import NEGATIVE, OTHER, SENTIMENTS, UNANALYSED, fold_topic, sentiment_class

LOCAL = "datetime(created_at, '+9 hours')"


def count(db: sqlite3.Connection, condition: str = "1") -> int:
    """Return how many conversations meet a condition."""
    return int(db.execute(f"SELECT count(*) FROM conversation_log WHERE {condition}").fetchone()[0])


def by_hour(db: sqlite3.Connection) -> dict[int, int]:
    """Return conversations by hour of the day in Seoul."""
    return dict(
        db.execute(f"SELECT CAST(strftime('%H', {LOCAL}) AS INTEGER) h, count(*) FROM conversation_log GROUP BY h")
    )


def test_nights_are_quiet_and_lunch_and_evening_are_peaks(db: sqlite3.Connection) -> None:
    hours = by_hour(db)
    assert max(hours[h] for h in range(2, 6)) * 4 < min(hours[h] for h in range(10, 22))
    assert hours[12] > hours[10]
    assert hours[12] > hours[15]
    assert hours[20] > hours[17]


def test_weekends_are_quieter(db: sqlite3.Connection) -> None:
    days: dict[int, int] = dict(
        db.execute(
            f"SELECT CAST(strftime('%w', {LOCAL}) AS INTEGER) d, count(*) FROM conversation_log "
            f"WHERE {LOCAL} < '2026-11-16' AND {LOCAL} >= '2026-11-09' GROUP BY d"
        )
    )
    assert max(days[0], days[6]) < min(days[d] for d in range(1, 6))


def test_topics_are_some_sixty_with_a_long_tail(db: sqlite3.Connection) -> None:
    raw: list[tuple[str | None, int]] = db.execute("SELECT topic, count(*) FROM conversation_log GROUP BY 1").fetchall()
    folded: Counter[str] = Counter()
    for topic, number in raw:
        form = fold_topic(topic)
        if form:
            folded[form] += number
    common = [form for form, number in folded.items() if number > 40]
    assert 45 <= len(common) <= 75
    assert len(folded) > 150
    assert folded.most_common(1)[0][0] == "결제 오류"
    spelt = {topic for topic, _ in raw if fold_topic(topic) == "환불"}
    assert len(spelt) > 1
    assert any(topic is None for topic, _ in raw)
    assert any(topic is not None and not topic.strip() for topic, _ in raw)


def test_few_users_talk_much_and_many_a_little(db: sqlite3.Connection) -> None:
    users: dict[str | None, int] = dict(db.execute("SELECT user_id, count(*) FROM conversation_log GROUP BY 1"))
    named = sorted((number for user, number in users.items() if user and user.startswith("u")), reverse=True)
    assert len(named) > 400
    assert sum(named[: len(named) // 10]) > 0.25 * sum(named)
    assert named[0] > 10 * named[len(named) // 2]
    assert users["guest"] > 0
    assert users[None] > 0


def test_sentiment_depends_on_the_topic_and_labels_are_as_models_write_them(db: sqlite3.Connection) -> None:
    labels = {label for (label,) in db.execute("SELECT DISTINCT sentiment FROM conversation_log")}
    assert {"긍정", "중립", "부정", "", None} <= labels
    assert {sentiment_class(label) for label in labels} == set(SENTIMENTS)
    usual = count(db, "sentiment IN ('긍정', '중립', '부정')")
    assert 0.95 < usual / count(db) < 1
    odd = sum(count(db, f"sentiment = '{label}'") for label in labels if sentiment_class(label) in {OTHER, UNANALYSED})
    assert odd < 0.03 * count(db)
    assert share(db, "topic = '상품 불량'") > 3 * share(db, "topic = '번역'")


def test_the_incident_turns_one_topic_negative_and_swells_it(db: sqlite3.Connection) -> None:
    topic, day = "topic = '결제 오류'", f"date({LOCAL}) = '2026-11-19'"
    assert share(db, f"{topic} AND {day}") > 2 * share(db, f"{topic} AND NOT {day}")
    portion = count(db, f"{topic} AND {day}") / count(db, day)
    usual = count(db, f"{topic} AND NOT {day}") / count(db, f"NOT {day}")
    assert portion > 2 * usual
    assert share(db, f"NOT {topic} AND {day}") < 1.3 * share(db, f"NOT {topic} AND NOT {day}")


def test_one_nights_answers_score_low(db: sqlite3.Connection) -> None:
    score = "avg((relevance + clarity + emotion) / 3)"
    night = f"{LOCAL} >= '2026-11-20 22:00' AND {LOCAL} < '2026-11-21 07:00'"
    query = f"SELECT {score}, count(*) FROM conversation_evaluation WHERE "
    low, number = db.execute(query + night).fetchone()
    usual, _ = db.execute(f"{query} NOT ({night})").fetchone()
    assert number >= 5
    assert low < usual - 1.5


def test_a_part_is_evaluated_consistently_with_the_rest(db: sqlite3.Connection) -> None:
    (evaluated,) = db.execute("SELECT count(*) FROM conversation_evaluation").fetchone()
    assert 0.10 < evaluated / count(db) < 0.15
    for column in ("relevance", "clarity", "emotion"):
        low, high = db.execute(f"SELECT min({column}), max({column}) FROM conversation_evaluation").fetchone()
        assert 0 <= low < 4
        assert 9 <= high <= 10
    copied = (
        "SELECT count(*) FROM conversation_evaluation e JOIN conversation_log c ON c.id = e.conversation_id "
        "WHERE e.question = c.question AND e.answer = c.answer AND e.created_at = c.created_at AND e.topic IS c.topic"
    )
    assert db.execute(copied).fetchone() == (evaluated,)
    means = dict(
        db.execute("SELECT sentiment, avg((relevance + clarity) / 2) FROM conversation_evaluation GROUP BY sentiment")
    )
    assert means["부정"] + 1 < means["중립"] < means["긍정"]


def test_feedback_agrees_with_scores_and_sentiment(db: sqlite3.Connection) -> None:
    kinds: dict[str | None, int] = dict(db.execute("SELECT feedback, count(*) FROM feedback_log GROUP BY 1"))
    assert 0.02 < sum(kinds.values()) / count(db) < 0.045
    assert kinds["like"] > kinds["dislike"] > 0
    join = "FROM feedback_log f JOIN conversation_log c ON c.id = f.conversation_id"
    negative = dict(db.execute(f"SELECT feedback, avg(sentiment = '부정') {join} GROUP BY 1"))
    assert negative["dislike"] > 2 * negative["like"]
    scores = dict(
        db.execute(
            "SELECT feedback, avg(relevance) FROM feedback_log JOIN conversation_evaluation USING (conversation_id) "
            "WHERE feedback IN ('like', 'dislike') GROUP BY 1"
        )
    )
    assert scores["dislike"] + 1 < scores["like"]
    assert db.execute("SELECT count(*) FROM feedback_log WHERE reason <> ''").fetchone()[0] > 0
    assert db.execute(f"SELECT count(*) {join} WHERE f.created_at <= c.created_at").fetchone() == (0,)


@pytest.mark.parametrize("column", ["question", "answer"])
def test_texts_are_varied_and_complete(db: sqlite3.Connection, column: str) -> None:
    different, longest = db.execute(
        f"SELECT count(DISTINCT {column}), max(length({column})) FROM conversation_log"
    ).fetchone()
    assert different > 8000
    assert longest < 1000
    unfilled = f"{column} GLOB '*{{[a-z]*}}*' OR trim({column}) = '' OR {column} <> trim({column})"
    assert count(db, unfilled) == 0
    for language in ("[가-힣]", "[a-z]"):
        assert count(db, f"{column} GLOB '*{language}*'") > 1000


def share(db: sqlite3.Connection, condition: str) -> float:
    """Return the negative share of the analysed conversations that meet a condition."""
    labels = db.execute(f"SELECT sentiment FROM conversation_log WHERE ({condition})")
    classes = Counter(sentiment_class(label) for (label,) in labels)
    return classes[NEGATIVE] / (classes.total() - classes[OTHER] - classes[UNANALYSED])
