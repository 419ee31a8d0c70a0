"""The make-believe service itself: who asks what in which mood, what is answered, and what is thought of that."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from math import exp
from random import Random
from typing import NamedTuple

from aiops_tui.demo.content import NEGATIVE, NEUTRAL, POSITIVE, Topic, load, pick
from aiops_tui.demo.rhythm import USUAL, Condition
from aiops_tui.model.labels import fold_topic

EVALUATED = 0.12
"""The share of conversations that are judged."""

_FEEDBACK_SHARE = (0.035, 0.02, 0.06)
_QUALITY = 7.4
_MOOD_QUALITY = (0.9, 0.0, -1.8)
_LABELS = (
    ("긍정",) * 244 + ("positive", "positive", "Positive", " 긍정", "", "혼합"),
    ("중립",) * 244 + ("neutral", "neutral", "NEU", "중립 ", "  ", "해당 없음"),
    ("부정",) * 244 + ("negative", "negative", "Negative", "부정 ", "", "불만"),
)
_STRANGERS = (("guest", 0.04), (None, 0.02), ("", 0.002))


class Conversation(NamedTuple):
    """A row of conversation_log; ``created_at`` is aware UTC here and below, and the last of the columns."""

    id: int
    user_id: str | None
    question: str
    answer: str
    sentiment: str | None
    topic: str | None
    created_at: datetime


class Feedback(NamedTuple):
    """A row of feedback_log without its id, which the database gives."""

    conversation_id: int
    feedback: str | None
    reason: str | None
    created_at: datetime


class Evaluation(NamedTuple):
    """A row of conversation_evaluation: the conversation with a judge's scores, 0 to 10, and comment."""

    conversation_id: int
    user_id: str | None
    question: str
    answer: str
    sentiment: str | None
    topic: str | None
    relevance: float | None
    clarity: float | None
    emotion: float | None
    comment: str
    created_at: datetime


class Exchange(NamedTuple):
    """A conversation with what the database does not say: the user's mood and how good the answer is, 0 to 10."""

    row: Conversation
    mood: int
    quality: float


class Service:
    """Makes conversations, and what is said of them, the same ones for the same seed and questions."""

    def __init__(self, seed: int, rows: int) -> None:
        """Gather the topics and as many users as ``rows`` conversations would have."""
        self.random = Random(seed)  # noqa: S311
        self._content = load(self.random)
        self._topics = self._content.topics
        self._users, self._user_weights = _crowd(max(12, rows // 25))
        self._topic_weights: dict[Condition, list[float]] = {}

    def converse(self, moments: Sequence[datetime], first_id: int = 1, condition: Condition = USUAL) -> list[Exchange]:
        """Return one conversation for each moment, in that order, already analysed."""
        rng, number = self.random, len(moments)
        topics = rng.choices(self._topics, cum_weights=self._weights(condition), k=number)
        users = rng.choices(self._users, cum_weights=self._user_weights, k=number)
        return [
            self._exchange(i, user, topic, moment, condition)
            for i, (user, topic, moment) in enumerate(zip(users, topics, moments, strict=True), first_id)
        ]

    def label(self, topic_name: str | None) -> str:
        """Return a sentiment label as the analysis might give to a conversation on that topic."""
        folded = fold_topic(topic_name)
        topic = next((topic for topic in self._topics if fold_topic(topic.name) == folded), self._topics[0])
        return pick(self.random, _LABELS[_mood(topic, USUAL, self.random)])

    def judge(self, exchange: Exchange) -> Evaluation:
        """Return a judge's scores and comment."""
        rng, row = self.random, exchange.row
        kindness = -0.8 if exchange.mood == NEGATIVE else 0.2
        scores = {
            "relevance": _score(exchange.quality + 0.3 + rng.gauss(0, 0.8), rng),
            "clarity": _score(exchange.quality + rng.gauss(0, 0.8), rng),
            "emotion": _score(exchange.quality + kindness + rng.gauss(0, 1.0), rng),
        }
        weakest = min(scores, key=scores.__getitem__)
        mean = sum(scores.values()) / len(scores)
        level = "low" if mean < 5 else "middle" if mean < 7.5 else "high"
        comment = pick(rng, self._content.comments[level])
        if level != "high":
            comment += pick(rng, self._content.comment_ends[weakest])
        emotion = None if rng.random() < 0.01 else scores["emotion"]
        return Evaluation(row.id, *row[1:6], scores["relevance"], scores["clarity"], emotion, comment, row.created_at)

    def react(self, exchange: Exchange) -> Feedback | None:
        """Return the user's feedback, some seconds or minutes later, or None: most give none."""
        rng, row = self.random, exchange.row
        if rng.random() >= _FEEDBACK_SHARE[exchange.mood]:
            return None
        likes = rng.random() < 1 / (1 + exp(5.6 - exchange.quality))
        kind = "like" if likes else "dislike"
        reason = pick(rng, self._content.reasons[kind]) if rng.random() < (0.35 if likes else 0.7) else None
        slip = rng.random()
        written = None if slip < 0.005 else "좋아요" if slip < 0.01 and likes else kind
        return Feedback(row.id, written, reason, row.created_at + timedelta(seconds=5 + rng.expovariate(1 / 90)))

    def _exchange(
        self, number: int, user: str | None, topic: Topic, moment: datetime, condition: Condition
    ) -> Exchange:
        rng = self.random
        mood = _mood(topic, condition, rng)
        question, answer = pick(rng, topic.complained if mood == NEGATIVE else topic.asked)
        style = topic.style
        row = Conversation(
            number,
            user,
            f"{pick(rng, style.before[mood])}{question}{pick(rng, style.after[mood])}",
            _letter(pick(rng, style.opening[mood]), answer, pick(rng, style.closing[mood])),
            pick(rng, _LABELS[mood]),
            pick(rng, topic.written),
            moment,
        )
        worse = condition.score if condition.topic in {None, topic.name} else 0.0
        return Exchange(row, mood, _QUALITY + topic.quality + _MOOD_QUALITY[mood] + worse + rng.gauss(0, 1.1))

    def _weights(self, condition: Condition) -> list[float]:
        """Return how often topics are talked about, cumulated: by Zipf's law, but for the one that swells."""
        if condition not in self._topic_weights:
            self._topic_weights[condition] = list(
                accumulate(
                    (condition.swell if topic.name == condition.topic else 1.0) / (rank + 2)
                    for rank, topic in enumerate(self._topics)
                )
            )
        return self._topic_weights[condition]


def _letter(opening: str, answer: str, closing: str) -> str:
    end = closing.lstrip() if answer.endswith("\n") else closing
    return f"{opening}{answer}{end}".strip()


def _mood(topic: Topic, condition: Condition, rng: Random) -> int:
    value = rng.random()
    if condition.negative is not None and condition.topic == topic.name:
        return NEGATIVE if value < condition.negative else NEUTRAL
    if value < topic.positive:
        return POSITIVE
    return NEUTRAL if value < topic.positive + topic.neutral else NEGATIVE


def _score(value: float, rng: Random) -> float:
    """Return a score as a judge gives it: mostly whole numbers, seldom a half."""
    rounded = round(value) if rng.random() < 0.9 else round(value * 2) / 2
    return float(min(max(rounded, 0), 10))


def _crowd(number: int) -> tuple[list[str | None], list[float]]:
    """Return users and how often they talk, cumulated: by a power law, with some that are nobody in particular.

    A user's name depends on the rank alone, so that a larger crowd begins with a smaller one's.
    """
    users: list[str | None] = [f"u{1000 + rank // 9973 * 9973 + rank * 4391 % 9973}" for rank in range(number)]
    weights = [(rank + 12) ** -0.85 for rank in range(number)]
    total = sum(weights)
    for stranger, share in _STRANGERS:
        users.append(stranger)
        weights.append(share * total)
    return users, list(accumulate(weights))
