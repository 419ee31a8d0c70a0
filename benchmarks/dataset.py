"""A data set as the backend would have left it, made inside the database by arithmetic: the same rows each time.

Its times end at the moment it is made. 1 row in 10 is evaluated, 1 in 20 has feedback, 1 in 100 is up to three hours
late.
"""

from __future__ import annotations

from dataclasses import dataclass

DAY = 86_400
_USERS_PER_DAILY_ROW = 1.8
_USUAL_TOPICS = 60
_EVALUATED, _RATED, _LATE = 10, 20, 100


@dataclass(frozen=True, slots=True)
class Shape:
    """How many conversations over how many days, and how many distinct topics they name."""

    rows: int
    days: float
    topics: int = _USUAL_TOPICS

    @property
    def name(self) -> str:
        """A name for a database or a file."""
        return f"bench_{self.rows}_{round(self.days * 24)}h_{self.topics}"

    @property
    def seconds_per_row(self) -> float:
        """How far rows lie apart."""
        return self.days * DAY / self.rows

    def with_rows(self, rows: int, topics: int | None = None) -> Shape:
        """Return a shape of other size that is as dense in time."""
        return Shape(rows, self.days * rows / self.rows, self.topics if topics is None else topics)


@dataclass(frozen=True, slots=True)
class Span:
    """The times of rows: those of the key ``last`` at ``end`` (SQL, seconds since 1970), each before it by ``step``."""

    end: str
    last: int
    step: float


POSTGRESQL_TABLES = (
    """CREATE TABLE conversation_log (id serial PRIMARY KEY, user_id varchar(50), question text NOT NULL,
    answer text NOT NULL, sentiment varchar(2000), topic varchar(1000), created_at timestamptz DEFAULT now())""",
    """CREATE TABLE conversation_evaluation (conversation_id bigint, user_id text, question text, answer text,
    sentiment text, topic text, created_at timestamptz, relevance double precision, clarity double precision,
    emotion double precision, comment text)""",
    """CREATE TABLE feedback_log (id serial PRIMARY KEY, conversation_id integer REFERENCES conversation_log (id),
    feedback varchar(10), reason varchar(255), created_at timestamptz DEFAULT now())""",
)
SQLITE_TABLES = tuple(
    table.replace("serial", "integer").replace("timestamptz DEFAULT now()", "datetime DEFAULT CURRENT_TIMESTAMP")
    for table in POSTGRESQL_TABLES
)


_SPREAD = {
    "user": 2_654_435_761,
    "topic": 2_246_822_519,
    "sentiment": 3_266_489_917,
    "late": 668_265_263,
    "feedback": 374_761_393,
    "relevance": 1_597_334_677,
    "clarity": 3_812_015_801,
    "emotion": 958_689_277,
}
"""Each column's own large odd number, whose multiples modulo 2 to the 32nd are as good as random."""


def _random(column: str) -> str:
    """Return a whole number below 2 to the 32nd that depends on ``i``."""
    return f"((i * {_SPREAD[column]}) % 4294967296)"


def _below(limit: int, column: str) -> str:
    """Return a whole number below a limit, each as often."""
    return f"({limit} * {_random(column)} / 4294967296)"


def _skewed(limit: int, column: str) -> str:
    """Return a whole number below a limit, small ones most often."""
    half = f"({_random(column)} / 65536)"
    return f"({limit} * {half} * {half} / 4294967296)"


def _topic(shape: Shape) -> str:
    usual = f"'주제 ' || {_skewed(_USUAL_TOPICS, 'topic')}"
    if shape.topics > _USUAL_TOPICS:
        usual = f"CASE WHEN i % 2 = 0 THEN 'topic no. ' || ((i / 2) % {shape.topics}) ELSE {usual} END"
    return f"CASE WHEN i % 50 = 7 THEN NULL ELSE {usual} END"


def _sentiment() -> str:
    value = _below(100, "sentiment")
    steps = ((40, "'긍정'"), (70, "'중립'"), (95, "'부정'"), (97, "'positive'"), (98, "'기타'"))
    whens = " ".join(f"WHEN {value} < {bound} THEN {label}" for bound, label in steps)
    return f"CASE {whens} ELSE NULL END"


def conversations(shape: Shape, series: str, span: Span, *, postgresql: bool) -> str:
    """Return the statement that writes conversations of the keys ``i`` of a series, spread over a span of time."""
    users = max(round(shape.rows / shape.days * _USERS_PER_DAILY_ROW), 10)
    user = f"'user' || {_skewed(users, 'user')}"
    late = f"CASE WHEN i % {_LATE} = 42 THEN {_below(10_800, 'late')} ELSE 0 END"
    seconds = f"{span.end} - ({span.last} - i) * {span.step:.9f} - {late}"
    created = f"to_timestamp({seconds})" if postgresql else f"datetime({seconds}, 'unixepoch')"
    question = "'결제가 두 번 되었는데 취소할 수 있나요? ' || i"
    answer = "'" + "불편을 드려 죄송합니다. 내역을 확인하겠습니다. " * 4 + "' || i"
    return f"""INSERT INTO conversation_log (id, user_id, question, answer, sentiment, topic, created_at)
    SELECT i, {user}, {question}, {answer}, {_sentiment()}, {_topic(shape)}, {created} FROM {series}"""


def evaluations() -> str:
    """Return the statement that evaluates conversations."""
    criteria = ("relevance", "clarity", "emotion")
    scores = ", ".join(f"CAST({_below(11, name)} AS double precision)" for name in criteria)
    return f"""INSERT INTO conversation_evaluation
    SELECT id, user_id, question, answer, sentiment, topic, created_at, {scores}, 'comment'
    FROM (SELECT CAST(id AS bigint) AS i, * FROM conversation_log WHERE id % {_EVALUATED} = 0) AS chosen"""


def feedback() -> str:
    """Return the statement that writes users' feedback."""
    return f"""INSERT INTO feedback_log (id, conversation_id, feedback, reason, created_at)
    SELECT i / {_RATED}, i, CASE WHEN {_below(10, "feedback")} < 7 THEN 'like' ELSE 'dislike' END, NULL, created_at
    FROM (SELECT CAST(id AS bigint) AS i, created_at FROM conversation_log WHERE id % {_RATED} = 0) AS chosen"""
