"""What a filter wants of the logs."""

from __future__ import annotations

from collections.abc import Sequence

from aiops_tui.model.filters import EXPRESSION, TEXT, Filter, FilterError
from aiops_tui.model.records import LEVELS, TONES
from aiops_tui.source.logs.match import Clue, ExpressionError, Match, expression
from aiops_tui.text.printable import printable


def check_expressions(wanted: Filter, text: str = "") -> None:
    """See to it that all expressions of a filter, written as ``text``, can be worked with.

    Raises:
        FilterError: one cannot, with its position and the reason.
    """
    for term in wanted.of((EXPRESSION,)).terms:
        try:
            expression(str(term.value))
        except ExpressionError as error:
            position = max(text.find(f"/{term.value}/"), 0)
            raise FilterError("filter.bad_expression", position, reason=printable(str(error), 200)) from None


def match_of(wanted: Filter, sources: Sequence[str], hidden: frozenset[str] = frozenset()) -> Match:
    """Return which entries pass the filter's terms of logs, by the names of the logs there are, but for hidden ones.

    A level that is not negated adds to the others, as all terms with the same key do; a source is part of a name.
    """
    levels = set(range(len(TONES)))
    names = {index for index, name in enumerate(sources) if name not in hidden}
    asked_levels: set[int] = set()
    asked_names: set[int] = set()
    for term in wanted.of_logs.terms:
        value = str(term.value)
        if term.key == "level":
            place = LEVELS.index(value)
            meant = set(range(place + 1)) if term.op == ">=" else {place}
            levels -= meant if term.negated else set()
            asked_levels |= set() if term.negated else meant
        elif term.key == "source":
            meant = {index for index, name in enumerate(sources) if value.casefold() in name.casefold()}
            names -= meant if term.negated else set()
            asked_names |= set() if term.negated else meant
    has = {(term.key, term.negated) for term in wanted.terms}
    levels = levels & asked_levels if ("level", False) in has else levels
    names = names & asked_names if ("source", False) in has else names
    clues = tuple(
        Clue(str(term.value), literal=term.key == TEXT, negated=term.negated)
        for term in wanted.terms
        if term.key in {TEXT, EXPRESSION}
    )
    return Match(
        None if len(levels) == len(TONES) else frozenset(levels),
        None if len(names) == len(sources) else frozenset(names),
        clues,
    )
