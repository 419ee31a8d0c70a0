"""Wording by message id, in each language that the console speaks."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from aiops_tui.model.labels import REST
from aiops_tui.model.panels import Notice

_LANGUAGES = ("en", "ko")
_PER_CRITERION = ("score", "score_histogram")


def languages() -> tuple[str, ...]:
    """Return the languages there are; the first is the one that others fall back to."""
    return _LANGUAGES


def preferred_language(environ: Mapping[str, str]) -> str:
    """Return the language that the locale of an environment asks for."""
    locale = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    language = locale.replace("-", "_").split("_")[0].split(".")[0].lower()
    return language if language in _LANGUAGES else _LANGUAGES[0]


class Translator:
    """Says things in one language.

    A message id is the name of a catalogue, a dot and a key. Whole numbers among the values are written with thousands
    separators: pass those that are names, a port or a line, as text. An id that is not known is returned as it is.
    """

    def __init__(self, language: str) -> None:
        self.language = language if language in _LANGUAGES else _LANGUAGES[0]

    def __call__(self, message_id: str, /, **values: str | float) -> str:
        """Return the wording of a message with its values filled in."""
        template = self._find(message_id)
        return message_id if template is None else template.format_map(_Values(values))

    def notice(self, notice: Notice) -> str:
        """Return the wording of a notice."""
        return self(notice.id, **notice.values)

    def title(self, panel_id: str) -> str:
        """Return the title of a panel, those of one criterion too (``score.clarity``)."""
        kind, _, criterion = panel_id.partition(".")
        if criterion and kind in _PER_CRITERION:
            return self(f"panels.{kind}.of", criterion=self.label(criterion))
        return self._known(f"panels.{panel_id}", panel_id)

    def column(self, column_id: str) -> str:
        """Return the heading of a table's column; a criterion is headed by its own name."""
        return self._known(f"columns.{column_id}", self.label(column_id))

    def label(self, name: str) -> str:
        """Return how a class, level, weekday, tab or window is called; another name is returned as it is."""
        return self._known(f"labels.{'rest' if name == REST else name}", name)

    def _known(self, message_id: str, otherwise: str) -> str:
        template = self._find(message_id)
        return otherwise if template is None else template.format_map(_Values())

    def _find(self, message_id: str) -> str | None:
        namespace, _, key = message_id.partition(".")
        template = catalogue(self.language, namespace).get(key)
        return catalogue(_LANGUAGES[0], namespace).get(key) if template is None else template


@cache
def catalogue(language: str, namespace: str) -> Mapping[str, str]:
    """Return the templates of one namespace by key, none if there is no such namespace."""
    if not namespace.isidentifier():
        return {}
    file = files("aiops_tui.text") / "catalogue" / language / f"{namespace}.toml"
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}


class _Values(dict[str, str | int | float]):
    """Values as a template sees them; one that is missing stays visible as its placeholder."""

    def __getitem__(self, name: str) -> str:
        value = super().get(name)
        if value is None:
            return "{" + name + "}"
        if isinstance(value, str):
            return value
        return f"{value:,}" if isinstance(value, int) else f"{value:g}"
