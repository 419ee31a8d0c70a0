"""What the make-believe service's users and answers say: topics and phrases, read from the TOML files beside."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from random import Random
from typing import TypedDict, TypeVar

MOODS: tuple[str, ...] = ("positive", "neutral", "negative")
POSITIVE, NEUTRAL, NEGATIVE = range(3)

_POOL = 128
_NAMES = 200
_BLOCKS = ("- ", "1. ", "2. ", "3. ", "> ", "| ", "# ", "### ", "```")

T = TypeVar("T")
ByMood = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Style:
    """The phrases around a question (``before``, ``after``) and an answer (``opening``, ``closing``), by mood."""

    before: ByMood
    after: ByMood
    opening: ByMood
    closing: ByMood


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing that people talk about.

    ``positive`` and ``neutral`` are shares of its conversations, the rest is negative. ``asked`` and ``complained``
    are questions with their answers. ``written`` are the names it is given, each as often as it occurs there; None
    is none.
    """

    name: str
    style: Style
    positive: float
    neutral: float
    quality: float
    asked: tuple[tuple[str, str], ...]
    complained: tuple[tuple[str, str], ...]
    written: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """All topics, the most frequent first, and what judges and users say of an answer."""

    topics: tuple[Topic, ...]
    comments: Mapping[str, tuple[str, ...]]
    comment_ends: Mapping[str, tuple[str, ...]]
    reasons: Mapping[str, tuple[str, ...]]


class _Topic(TypedDict, total=False):
    name: str
    style: str
    mood: list[float]
    quality: float
    ask: list[str]
    complain: list[str]
    answer: list[str]


_Lists = dict[str, list[str]]


class _Phrases(TypedDict):
    slots: dict[str, _Lists]
    before: dict[str, _Lists]
    after: dict[str, _Lists]
    opening: dict[str, _Lists]
    closing: dict[str, _Lists]
    comment: _Lists
    comment_end: _Lists
    reason: _Lists
    tail: _Lists


class _Slots(dict[str, str]):
    """The values of one conversation's slots, chosen when first asked for."""

    def __init__(self, values: _Lists, rng: Random) -> None:
        super().__init__()
        self._values = values
        self._rng = rng

    def __missing__(self, name: str) -> str:
        rng = self._rng
        number = f"{rng.randrange(1000, 10_000)}-{rng.randrange(1_000_000):06}"
        value = self[name] = number if name == "order" else pick(rng, self._values[name])
        return value


def pick(rng: Random, values: Sequence[T]) -> T:
    """Return one of the values; several times as fast as `Random.choice`."""
    return values[int(rng.random() * len(values))]


def load(rng: Random) -> Content:
    """Read the topics and phrases, and fill their slots."""
    folder = resources.files("aiops_tui.demo")
    topics: list[_Topic] = tomllib.loads((folder / "topics.toml").read_text("utf-8"))["topic"]
    phrases: _Phrases = tomllib.loads((folder / "phrases.toml").read_text("utf-8"))  # type: ignore[assignment]
    styles = {
        name: Style(*(_by_mood(part[name]) for part in (phrases[k] for k in ("before", "after", "opening", "closing"))))
        for name in phrases["before"]
    }
    return Content(
        tuple(_topic(topic, styles, phrases, rng) for topic in topics),
        _frozen(phrases["comment"]),
        _frozen(phrases["comment_end"]),
        _frozen(phrases["reason"]),
    )


def _topic(raw: _Topic, styles: Mapping[str, Style], phrases: _Phrases, rng: Random) -> Topic:
    style = raw.get("style", "ko")
    slots = phrases["slots"].get(style, phrases["slots"]["ko"])
    answers = raw["answer"]
    asked = [(question, answers[i % len(answers)]) for i, question in enumerate(raw["ask"])]
    complained = [(question, answer) for question in raw["complain"] for answer in answers]
    return Topic(
        name=raw["name"],
        style=styles[style],
        positive=raw["mood"][POSITIVE],
        neutral=raw["mood"][NEUTRAL],
        quality=raw.get("quality", 0.0),
        asked=_filled(asked, slots, rng),
        complained=_filled(complained, slots, rng),
        written=_written(raw["name"], phrases["tail"][style], rng),
    )


def _filled(pairs: Sequence[tuple[str, str]], slots: _Lists, rng: Random) -> tuple[tuple[str, str], ...]:
    """Return questions with their answers; both of a pair speak of the same order, product and so on."""
    filled = []
    for question, answer in (pick(rng, pairs) for _ in range(_POOL)):
        values = _Slots(slots, rng)
        filled.append((question.format_map(values), _set_apart(answer.format_map(values))))
    return tuple(filled)


def _set_apart(answer: str) -> str:
    """Put blank lines where a list, table or quotation of Markdown begins or ends an answer."""
    before = "\n\n" if answer.startswith(_BLOCKS) else ""
    after = "\n\n" if answer.rsplit("\n", 1)[-1].startswith(_BLOCKS) else ""
    return before + answer + after


def _written(name: str, tails: Sequence[str], rng: Random) -> tuple[str | None, ...]:
    """Return the names that a language model gives a topic: mostly one, with slips, longer ones, and none at all."""
    slips = [f"{name}.", name.replace(" ", "") + " ", f"{name} ", f" {name}", name.upper(), name.replace(" ", "  ")]
    odd: list[str | None] = [None, None, pick(rng, ("", "  ")), *rng.sample(slips, 4)]
    odd += [pick(rng, tails).format(topic=name) for _ in range(6)]
    return (*odd, *[name] * (_NAMES - len(odd)))


def _by_mood(lists: _Lists) -> ByMood:
    return tuple(tuple(lists[mood]) for mood in MOODS)


def _frozen(lists: _Lists) -> Mapping[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in lists.items()}
