"""Several questions in one message, for a network on which each message costs time."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, TypeVar

import polars as pl
import sqlalchemy as sa

Key = TypeVar("Key", bound=Hashable)

_TYPES: Mapping[Any, bytes] = {
    pl.Int64: b"bigint",
    pl.Int8: b"smallint",
    pl.String: b"text",
    pl.Float64: b"double precision",
}


@dataclass(frozen=True, eq=False)
class Question:
    """A statement with the values of its own parameters, and the schema of its answer if that is a frame."""

    statement: sa.Executable
    values: Mapping[str, Any]
    schema: pl.Schema | None = None


class Asked(Exception):  # noqa: N818
    """Breaks work off at a question, which is then known without having been asked."""

    def __init__(self, question: Question) -> None:
        self.question = question
        super().__init__()


class Script:
    """Stands in for the database: it answers the first question with ``answer``, and breaks off at any other."""

    def __init__(self, *answer: Any) -> None:
        self._answers = list(answer)

    def __call__(self, question: Question) -> Any:
        """Return the answer to a question.

        Raises:
            Asked: there is none.
        """
        if not self._answers:
            raise Asked(question)
        return self._answers.pop()


Play = Callable[[Script, Callable[[], Any]], Any]
"""Does some work with a script in place of the database."""


def ask_together(
    asks: Mapping[Key, Callable[[], Any]], play: Play, answers: Callable[[Sequence[Question]], Sequence[Any]]
) -> dict[Key, Any]:
    """Return what each of ``asks`` comes to, by ``answers`` to the first question of each.

    What asks more than one question, or none, is left out: it has to be done without this.
    """
    questions: dict[Key, Question] = {}
    for key, ask in asks.items():
        with _broken_off(key, questions):
            play(Script(), ask)
    found: dict[Key, Any] = {}
    if questions:
        for key, answer in zip(list(questions), answers(list(questions.values())), strict=True):
            with _broken_off(key, {}):
                found[key] = play(Script(answer), asks[key])
    return found


@contextmanager
def _broken_off(key: Key, questions: dict[Key, Question]) -> Iterator[None]:
    try:
        yield
    except Asked as asked:
        questions[key] = asked.question


def one_query(questions: Sequence[tuple[bytes, pl.Schema | None]]) -> bytes:
    """Return the query that asks all of some questions, each given as SQL and the schema of its answer.

    Each row begins with the place of its question. Frames share columns by type; small answers are one JSON text each.
    """
    travelling = [(sql, None if schema is None else _travelling(schema)) for sql, schema in questions]
    columns = _columns([schema for _, schema in travelling if schema is not None])
    return b" UNION ALL ".join(_branch(place, sql, schema, columns) for place, (sql, schema) in enumerate(travelling))


def _branch(place: int, sql: bytes, schema: pl.Schema | None, columns: Sequence[Any]) -> bytes:
    values = [b"NULL::" + _TYPES[dtype] for dtype in columns]
    if schema is None:
        # No row's text is that of a column: the name would be taken for the column.
        answer = b"(SELECT json_agg(one_row_) FROM (" + sql + b") AS one_row_)::text"
        return b"SELECT %d, %s" % (place, b", ".join([answer, *values]))
    for number, column in enumerate(_places(schema, columns)):
        values[column] = b"q.c%d::%s" % (number, _TYPES[columns[column]])
    names = b", ".join(b"c%d" % number for number in range(len(schema)))
    return b"SELECT %d, %s FROM (%s) AS q(%s)" % (place, b", ".join([b"NULL::text", *values]), sql, names)


def each_answer(answer: io.BytesIO | None, schemas: Sequence[pl.Schema | None]) -> list[Any]:
    """Take apart the answer to `one_query`, copied out as CSV."""
    columns = _columns([_travelling(schema) for schema in schemas if schema is not None])
    names = [f"column_{number}" for number in range(len(columns))]
    schema = {"place": pl.Int64, "rows": pl.String, **dict(zip(names, columns, strict=True))}
    whole = pl.read_csv(answer, has_header=False, schema=schema) if answer else pl.DataFrame(schema=schema)
    found: list[Any] = []
    for place, wanted in enumerate(schemas):
        part = whole.filter(pl.col("place") == place)
        if wanted is None:
            text = part["rows"].item() if part.height else None
            found.append([] if text is None else json.loads(text, object_pairs_hook=_values))
        else:
            taken = zip(wanted.items(), _places(_travelling(wanted), columns), strict=True)
            found.append(part.select(pl.col(names[column]).cast(kind).alias(name) for (name, kind), column in taken))
    return found


def _values(pairs: Sequence[tuple[str, Any]]) -> tuple[Any, ...]:
    """Return a row: its names may be the same, its values are in order."""
    return tuple(value for _, value in pairs)


def _travelling(schema: pl.Schema) -> pl.Schema:
    """Return the types in which the columns of a schema travel, of which there are few, so that frames share them."""

    def kind(dtype: pl.DataType) -> pl.DataType:
        if dtype in (pl.Categorical, pl.Enum):
            return pl.String()
        return pl.Int64() if dtype == pl.Int32 else dtype

    return pl.Schema({name: kind(dtype) for name, dtype in schema.items()})


def _columns(schemas: Sequence[pl.Schema]) -> list[Any]:
    """Return the types of columns among which each schema finds its own."""
    counts = (Counter[Any](schema.dtypes()) for schema in schemas)
    return list(reduce(or_, counts, Counter()).elements())


def _places(schema: pl.Schema, columns: Sequence[Any]) -> list[int]:
    """Return which columns a schema takes."""
    free = {dtype: iter([place for place, other in enumerate(columns) if other == dtype]) for dtype in schema.dtypes()}
    return [next(free[dtype]) for dtype in schema.dtypes()]
