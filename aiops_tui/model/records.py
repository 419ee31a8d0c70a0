"""Single things that a person lists and opens: a conversation with what was said of it, and an entry of a log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aiops_tui.model.labels import SENTIMENTS


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A judge's scores for one answer."""

    time: datetime | None
    score: float | None
    criteria: Mapping[str, float | None]
    comment: str | None


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a user said of an answer."""

    time: datetime | None
    feedback: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Conversation:
    """One question and its answer, with all that is known of it; texts are printable, line breaks kept.

    ``sentiment`` is the class, ``label`` what the database says. ``cut`` says that a text was too long to be read
    whole, ``partial`` that evaluations and feedback were not looked for yet.
    """

    id: str
    time: datetime | None
    user_id: str | None
    topic: str | None
    sentiment: str
    label: str | None
    question: str
    answer: str
    evaluations: tuple[Evaluation, ...] = ()
    feedback: tuple[Feedback, ...] = ()
    cut: bool = False
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Recent:
    """One of the latest conversations; texts are printable and cut, ``sentiment`` is the class."""

    conversation: str
    time: datetime | None
    user_id: str | None
    topic: str | None
    sentiment: str
    score: float | None
    question: str


@dataclass(frozen=True, slots=True)
class Page:
    """Conversations, the newest first; ``more`` says that others follow, ``total`` of how many all are (None: unknown).

    The next page is asked for by the last row's ``conversation``.
    """

    rows: tuple[Recent, ...]
    more: bool
    total: int | None


@dataclass(frozen=True, slots=True)
class TopicCount:
    """A topic, in the form most often written, and how many conversations are about it."""

    key: str
    topic: str
    conversations: int


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The keys of a user's conversations before and after one of them, None where there is none."""

    before: str | None = None
    after: str | None = None


LEVELS: tuple[str, ...] = ("critical", "error", "warning", "info", "debug", "other")
"""Log levels, the worst first."""

TONES: tuple[str, ...] = (*LEVELS, *SENTIMENTS)
"""What an entry can be: of a level, or about a conversation of a sentiment."""

PATTERNS_OF = 5000
"""So many of a window's latest log entries are looked at for what is said most often."""

STREAMS: tuple[str, ...] = ("conversations", "evaluations")
"""The streams of the service itself, as sources of the log."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry of a log: its first line's message, and the lines that follow it, a traceback perhaps.

    ``time`` is aware, None if the line and all before it have none. ``source`` names the file. Texts are printable.
    ``number`` counts the entries of one run of the program and identifies the entry. ``origin`` is what the line says
    of where it comes from (logger, file and line, function). ``cut`` says that a line was too long to be kept whole,
    and ``left_out`` how many lines came after those in ``more``. ``repeats`` are the entries that it stands for.
    An entry of a stream is about a ``conversation``, whose sentiment is its ``level``.
    """

    number: int
    time: datetime | None
    level: str
    source: str
    message: str
    more: tuple[str, ...] = ()
    origin: str = ""
    cut: bool = False
    left_out: int = 0
    repeats: int = 1
    conversation: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """How many entries have what is sought, and which of them, from 1 on, the one that was asked about is.

    ``counting`` says that not all were looked at yet, ``most`` that there are more than are counted.
    """

    n: int
    place: int | None = None
    counting: bool = False
    most: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where a jump led: the number of the entry to select, None for the end; ``serial`` counts the jumps.

    ``missed`` says that there is nothing of what was looked for.
    """

    serial: int = 0
    number: int | None = None
    missed: bool = False
