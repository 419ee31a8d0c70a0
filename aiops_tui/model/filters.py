"""A filter over conversations and its query language.

    topic:환불 -topic:잡담 sentiment:negative user:kim score<5 criterion.clarity<4 feedback:dislike reason:"too long"
    weekday:mon hour>=9 hour<18 "text"
    level>=warning source:app /expression/

Terms are separated by blanks. Terms with the same key and ``:`` add up (either may hold); all else must hold
together, and ``-`` turns a term around. Scores are of one evaluation: ``score>=7 score<8`` asks for one between. A
value with blanks, quotes or brackets is quoted; inside quotes a backslash takes the next character as it is.
``topic:""`` and ``user:""`` are those that have none. Weekday and hour are by the clock of the display zone. The last
line's terms are of logs, as texts are of both; in a regular expression a slash is written after a backslash.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from aiops_tui.model.labels import FEEDBACKS, SENTIMENT_ALIASES, SENTIMENTS, UNANALYSED, WEEKDAYS, normal_label
from aiops_tui.model.records import LEVELS

Operator = Literal[":", "<", "<=", ">", ">=", "="]

TEXT = "text"
EXPRESSION = "expression"
LOG_KEYS: tuple[str, ...] = ("level", "source", EXPRESSION)
"""The keys that concern logs alone."""

KEYS: tuple[str, ...] = (
    "topic", "sentiment", "user", "score", "criterion.", "feedback", "reason", "weekday", "hour", "level", "source",
)  # fmt: skip
"""The keys that the language knows; ``criterion.`` is followed by a criterion's name."""

_MAY_BE_NONE = frozenset({"topic", "user"})
_LONG_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

KEY_ALIASES: Mapping[str, str] = {
    "토픽": "topic", "주제": "topic", "감정": "sentiment", "감성": "sentiment", "사용자": "user", "점수": "score",
    "피드백": "feedback", "사유": "reason", "요일": "weekday", "시": "hour", "시간": "hour", "레벨": "level",
    "수준": "level", "로그": "source",
}  # fmt: skip
"""Other names of keys."""

_SENTIMENT_WORDS = {
    **{alias: name for name, aliases in SENTIMENT_ALIASES.items() for alias in aliases},
    **{name: name for name in SENTIMENTS},
    "unanalyzed": UNANALYSED, "none": UNANALYSED, "미분석": UNANALYSED, "기타": "other",
}  # fmt: skip
_LEVEL_WORDS = {
    **{level: level for level in LEVELS},
    "err": "error", "warn": "warning", "fatal": "critical", "치명": "critical", "오류": "error", "에러": "error",
    "경고": "warning", "정보": "info", "디버그": "debug", "기타": "other",
}  # fmt: skip
_FEEDBACK_WORDS = {**{name: name for name in FEEDBACKS}, "좋아요": "like", "싫어요": "dislike"}

_WEEKDAY_WORDS = {
    word: name
    for name, long, korean in zip(WEEKDAYS, _LONG_WEEKDAYS, "월화수목금토일", strict=True)
    for word in (name, long, korean, f"{korean}요일")
}

_WORDS = {"sentiment": _SENTIMENT_WORDS, "feedback": _FEEDBACK_WORDS, "weekday": _WEEKDAY_WORDS}

_TERM = re.compile(
    r"""(?P<not>-)?(?P<expression>/(?:[^/\\]|\\.)+/(?=\s|$))|(?P<not2>-)?(?:(?P<key>[^\s:<>="()]+?)(?P<op><=|>=|:|<|>|=))?(?P<value>"(?:[^"\\]|\\.)*"|[^\s"]*)""",
    re.DOTALL,
)
_PLAIN = re.compile(r'[^\s":<>=()\\-][^\s":<>=()\\]*')


class FilterError(ValueError):
    """A mistake in a filter: a message id with its values, and the position of the term in the text."""

    def __init__(self, message_id: str, position: int, **values: str) -> None:
        self.message_id = message_id
        self.position = position
        self.values = values
        super().__init__(f"{message_id} at {position}: {values}")


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: the value of ``key`` stands in relation ``op`` to ``value``, or does not if ``negated``."""

    key: str
    value: str | float
    op: Operator = ":"
    negated: bool = False

    def __str__(self) -> str:
        """Return the term as the language writes it."""
        sign = "-" if self.negated else ""
        if self.key == EXPRESSION:
            return f"{sign}/{self.value}/"
        if self.key == TEXT:
            return sign + _quoted(str(self.value), always=True)
        value = repr(self.value).removesuffix(".0") if isinstance(self.value, float) else _quoted(self.value)
        return f"{sign}{self.key}{self.op}{value}"


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions that all hold; none at all lets everything through."""

    terms: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __str__(self) -> str:
        """Return the filter as the language writes it; `parse` reads it back."""
        return " ".join(map(str, self.terms))

    @classmethod
    def parse(cls, text: str) -> Filter:
        """Read a filter.

        Raises:
            FilterError: naming the first mistake and where it is.
        """
        terms: list[Term] = []
        position = 0
        while position < len(text):
            if text[position].isspace():
                position += 1
                continue
            match = _TERM.match(text, position)
            end = match.end() if match is not None else position
            if match is None or end == position or (end < len(text) and not text[end].isspace()):
                mistake = "filter.unclosed" if text[end] == '"' else "filter.unreadable"
                raise FilterError(mistake, position, text=text[position : position + 20])
            term = _term(match, position)
            if term not in terms:
                terms.append(term)
            position = end
        return cls(tuple(terms))

    @property
    def one_user(self) -> str | None:
        """The user that the filter names, if it names exactly one."""
        named = [str(term.value) for term in self.terms if term.key == "user" and not term.negated]
        return named[0] or None if len(named) == 1 else None

    def narrowed(self, *terms: Term) -> Filter:
        """Return the filter with these terms in place of those of their keys, as drilling down does."""
        replaced = {(term.key, term.negated) for term in terms}
        kept = (other for other in self.terms if (other.key, other.negated) not in replaced)
        return replace(self, terms=(*kept, *terms))

    def of(self, keys: Iterable[str]) -> Filter:
        """Return the part that concerns these keys."""
        wanted = set(keys)
        return Filter(tuple(term for term in self.terms if term.key in wanted))

    @property
    def of_conversations(self) -> Filter:
        """The part that concerns conversations."""
        return self.without(LOG_KEYS)

    @property
    def of_logs(self) -> Filter:
        """The part that concerns logs."""
        return self.of((*LOG_KEYS, TEXT))

    def without(self, keys: Iterable[str]) -> Filter:
        """Return the part that does not concern these keys."""
        unwanted = set(keys)
        return Filter(tuple(term for term in self.terms if term.key not in unwanted))


def is_score(term: Term) -> bool:
    """Tell whether a term is about a score or a criterion, and so about one evaluation."""
    return term.key == "score" or term.key.startswith("criterion.")


def between(key: str, low: float, high: float, *, closed: bool = False) -> tuple[Term, Term]:
    """Return the terms for a bar of a histogram, which holds its upper edge only if ``closed``."""
    return Term(key, float(low), ">="), Term(key, float(high), "<=" if closed else "<")


def _quoted(value: str, *, always: bool = False) -> str:
    if not always and _PLAIN.fullmatch(value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _term(match: re.Match[str], position: int) -> Term:
    if match["expression"] is not None:
        return Term(EXPRESSION, match["expression"][1:-1], negated=match["not"] is not None)
    negated = match["not2"] is not None
    value = match["value"]
    quoted = value.startswith('"')
    if quoted:
        value = re.sub(r"\\(.)", r"\1", value[1:-1], flags=re.DOTALL)
    if match["key"] is None:
        if not value:
            raise FilterError("filter.empty_value", position, key="-" if negated else '""')
        return Term(TEXT, value, negated=negated)
    key = match["key"].lower()
    key = KEY_ALIASES.get(key, key)
    if key not in KEYS and not (key.startswith("criterion.") and len(key) > len("criterion.")):
        raise FilterError("filter.unknown_key", position, key=match["key"])
    if not value and not (quoted and key in _MAY_BE_NONE):
        raise FilterError("filter.empty_value", position, key=match["key"])
    return _comparison(key, match["op"], value, negated, position) or _equality(
        key, match["op"], value, negated, position
    )


def _comparison(key: str, op: str, value: str, negated: bool, position: int) -> Term | None:
    if key not in {"score", "hour"} and not key.startswith("criterion."):
        return None
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise FilterError("filter.not_a_number", position, key=key, value=value)
    if key == "hour" and number not in range(24):
        raise FilterError("filter.not_an_hour", position, value=value)
    operators: dict[str, Operator] = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "=": "=", ":": "="}
    # Several hours add up as other values do; of scores all that is said must hold.
    return Term(key, number, ":" if key == "hour" and op in {":", "="} else operators[op], negated)


def _equality(key: str, op: str, value: str, negated: bool, position: int) -> Term:
    if op not in {":", "="} and not (key == "level" and op == ">="):
        raise FilterError("filter.not_comparable", position, key=key, op=op)
    if key in _WORDS:
        known = _WORDS[key].get(normal_label(value))
        if known is None:
            raise FilterError(f"filter.unknown_{key}", position, value=value)
        value = known
    if key == "level":
        level = _LEVEL_WORDS.get(value.lower())
        if level is None:
            raise FilterError("filter.unknown_level", position, value=value)
        return Term(key, level, ">=" if op == ">=" else ":", negated)
    return Term(key, value, ":", negated)
