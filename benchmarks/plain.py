"""The rows behind a window's panels, read by plain SQL: nothing of the console's statements or bounds is used."""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing
from dataclasses import dataclass

import polars as pl
import psycopg2

from aiops_tui.model.window import Period

CRITERIA = ("relevance", "clarity", "emotion")
LISTED = 50
_KINDS = {"긍정": "positive", "positive": "positive", "중립": "neutral", "부정": "negative"}

_TALKS = "SELECT id, {at}, user_id, topic, sentiment FROM conversation_log WHERE {within}"
_COUNTS = "SELECT sentiment, count(*) FROM conversation_log WHERE {within} GROUP BY 1"
_FIRST = "SELECT user_id, min({at}) FROM conversation_log WHERE user_id <> '' GROUP BY 1"
_JUDGED = """SELECT conversation_id, {at}, user_id,
CASE WHEN topic IS NULL THEN (SELECT c.topic FROM conversation_log AS c WHERE c.id = conversation_id) ELSE topic END,
CASE WHEN sentiment IS NULL THEN (SELECT c.sentiment FROM conversation_log AS c WHERE c.id = conversation_id)
ELSE sentiment END, relevance, clarity, emotion FROM conversation_evaluation WHERE {within}"""
_RATED = "SELECT id, {at}, conversation_id, feedback, reason FROM feedback_log WHERE {within}"
_DISLIKED = "SELECT DISTINCT conversation_id FROM feedback_log WHERE feedback = 'dislike'"
_SAID = """SELECT f.id, user_id, topic FROM feedback_log AS f LEFT JOIN conversation_log AS c ON c.id = conversation_id
WHERE f.id IN ({keys})"""
_ALL = "SELECT count(*) FROM conversation_log"

_WHOLE, _TEXT, _NUMBER = pl.Int64(), pl.String(), pl.Float64()
_TALK = pl.Schema({"key": _WHOLE, "seconds": _WHOLE, "user": _TEXT, "topic": _TEXT, "sentiment": _TEXT})
_JUDGEMENT = pl.Schema(
    {"conversation": _WHOLE, "seconds": _WHOLE, "user": _TEXT, "topic": _TEXT, "sentiment": _TEXT}
    | dict.fromkeys(CRITERIA, _NUMBER)
)
_RATING = pl.Schema({"key": _WHOLE, "seconds": _WHOLE, "conversation": _WHOLE, "feedback": _TEXT, "reason": _TEXT})


@dataclass(frozen=True)
class Rows:
    """What a database holds of one period; ``first`` is when each user was first seen. Times are whole seconds."""

    period: Period
    talks: pl.DataFrame
    judged: pl.DataFrame
    rated: pl.DataFrame
    first: pl.DataFrame


class Plain:
    """What a database holds of a window and of the period before it, each table read once when nothing changes."""

    def __init__(self, url: str, window: Period, previous: Period) -> None:
        start, end = (int(moment.timestamp()) for moment in (previous.start, window.end))
        read = _Reader(url, start, end)
        talks = read.frame(_TALKS, _TALK).with_columns(kind=_kind())
        judged = read.frame(_JUDGED, _JUDGEMENT).with_columns(kind=_kind(), score=pl.mean_horizontal(CRITERIA))
        known = pl.when(pl.col("feedback").is_in(["like", "dislike"])).then("feedback").otherwise(pl.lit("other"))
        rated = read.frame(_RATED, _RATING).with_columns(known.alias("feedback"))
        first = read.frame(_FIRST, pl.Schema({"user": _TEXT, "first": _WHOLE}))

        def of(period: Period) -> Rows:
            bounds = period.start.timestamp(), period.end.timestamp()
            inside = (pl.col("seconds") >= bounds[0]) & (pl.col("seconds") < bounds[1])
            return Rows(period, talks.filter(inside), judged.filter(inside), rated.filter(inside), first)

        self.now, self.then = of(window), of(previous)
        self.disliked = read.frame(_DISLIKED, pl.Schema({"conversation": _WHOLE}))["conversation"]
        latest = self.now.rated.sort("key", descending=True).head(LISTED)
        keys = ", ".join(map(str, latest["key"])) or "0"
        authors = read.frame(_SAID, pl.Schema({"key": _WHOLE, "user": _TEXT, "topic": _TEXT}), keys=keys)
        self.said = latest.join(authors, on="key", how="left", maintain_order="left")
        self.total: int = read.frame(_ALL, pl.Schema({"n": _WHOLE})).item()


def counted(url: str, period: Period) -> dict[str, int]:
    """Return how many conversations of each class of sentiment a period has."""
    start, end = (int(moment.timestamp()) for moment in (period.start, period.end))
    counts = _Reader(url, start, end).frame(_COUNTS, pl.Schema({"sentiment": _TEXT, "n": _WHOLE}))
    return dict(counts.group_by(_kind()).agg(pl.col("n").sum()).iter_rows())


class _Reader:
    """Asks statements of a database, in which ``{at}`` is a time in seconds, ``{within}`` whether it is in bounds."""

    def __init__(self, url: str, start: int, end: int) -> None:
        self._url, self._postgres = url, url.startswith("postgresql")
        if self._postgres:
            at = "floor(date_part('epoch', created_at))::bigint"
            low, high = (f"to_timestamp({edge})" for edge in (start, end))
        else:
            at = "CAST(strftime('%s', created_at) AS integer)"
            low, high = (f"datetime({edge}, 'unixepoch')" for edge in (start, end))
        self._words = {"at": at, "within": f"created_at >= {low} AND created_at < {high}"}

    def frame(self, statement: str, schema: pl.Schema, **words: str) -> pl.DataFrame:
        """Return the rows of a statement."""
        statement = statement.format(**self._words, **words)
        if not self._postgres:
            with closing(sqlite3.connect(self._url.removeprefix("sqlite:///"))) as file:
                return pl.DataFrame(file.execute(statement).fetchall(), schema=schema, orient="row")
        text = io.BytesIO()
        with closing(psycopg2.connect(self._url)) as connection, connection.cursor() as cursor:
            cursor.copy_expert(f"COPY ({statement}) TO STDOUT (FORMAT csv)", text)
        text.seek(0)
        if not text.getbuffer().nbytes:
            return pl.DataFrame(schema=schema)
        return pl.read_csv(text, has_header=False, schema=schema)


def _kind() -> pl.Expr:
    label = pl.col("sentiment")
    known = label.replace_strict(_KINDS, default="other", return_dtype=pl.String())
    return pl.when(label.is_null()).then(pl.lit("unanalysed")).otherwise(known)
