"""Each language says everything, with the same values, and nothing in the code is left without words."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

import aiops_tui
from aiops_tui.model.labels import FEEDBACKS, REST, SENTIMENTS, WEEKDAYS
from aiops_tui.model.panels import TABS, Notice
from aiops_tui.model.records import LEVELS
from aiops_tui.model.view import View
from aiops_tui.model.window import COMPARES, WINDOW_NAMES
from aiops_tui.text.translations import Translator, catalogue, languages, preferred_language

SOURCE = Path(aiops_tui.__file__).parent
CATALOGUE = files("aiops_tui.text") / "catalogue"
NAMESPACES = sorted(
    {
        file.name.removesuffix(".toml")
        for language in languages()
        for file in (CATALOGUE / language).iterdir()
        if file.name.endswith(".toml")
    }
)
CALLS = {"tr", "translate", "translator", "Notice", "FilterError"}
"""What takes a message id as its first argument."""
ID = re.compile(r"[a-z]+(\.[a-z0-9_]+)+")
FILE_NAME = re.compile(r".*\.(toml|py|log|md|css|tcss|json|png|csv)")


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_languages_say_the_same_things_with_the_same_values(namespace: str) -> None:
    english = catalogue("en", namespace)
    assert english
    for language in languages():
        said = catalogue(language, namespace)
        assert said.keys() == english.keys(), language
        for key, template in said.items():
            assert isinstance(template, str) and template.strip(), (language, key)
            assert placeholders(template) == placeholders(english[key]), (language, key)
            assert all(name.isidentifier() for name in placeholders(template)), (language, key)


def is_id(value: object) -> bool:
    if not isinstance(value, str) or not ID.fullmatch(value) or FILE_NAME.fullmatch(value):
        return False
    return value.partition(".")[0] in NAMESPACES


def ids_said(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name.lstrip("_") in CALLS and ID.fullmatch(str(node.args[0].value)):
                yield str(node.args[0].value)
        elif isinstance(node, ast.Constant) and is_id(node.value):
            yield str(node.value)


@pytest.mark.parametrize("file", sorted(SOURCE.rglob("*.py")), ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_every_id_in_the_code_has_words(file: Path) -> None:
    for message_id in ids_said(ast.parse(file.read_text(encoding="utf-8"))):
        namespace, _, key = message_id.partition(".")
        known = catalogue("en", namespace)
        begun = key.endswith("_") and any(other.startswith(key) for other in known)  # the start of an f-string
        assert key in known or begun, message_id


PANELS = (
    "conversations active_users negative_ratio score satisfaction total volume users_by_bucket topics recent "
    "positive neutral negative other unanalysed sentiment_by_bucket sentiment_by_day negative_heatmap topic_sentiment "
    "movers coverage agreement agreement.base_rate score_by_bucket score_histogram score_heatmap topic_criterion worst "
    "errors warnings levels_by_bucket entries likes dislikes feedback_by_day satisfaction_by_day reasons "
    "recent_feedback rhythm agreement.disliked agreement.disliked.base_rate agreement.negative "
    "agreement.negative.base_rate "
    "new_users returning_users active_by_day users "
)
COLUMNS = (
    "topic conversations share negative_ratio score time user_id sentiment question level source message last_seen "
    "previous change low high n negative_before reason feedback likes dislikes "
)
LABELS = [
    *SENTIMENTS,
    *FEEDBACKS,
    *LEVELS,
    *WEEKDAYS,
    "rest",
    "no_topic",
    *(f"tab.{tab}" for tab in TABS),
    *(f"window.{name}" for name in (*WINDOW_NAMES, "custom")),
    *(f"compare.{name}" for name in COMPARES),
]


@pytest.mark.parametrize("language", languages())
def test_panels_columns_and_labels_have_names(language: str) -> None:
    say = Translator(language)
    assert not [name for name in PANELS.split() if say.title(name) == name]
    assert not [name for name in COLUMNS.split() if say.column(name) == name and name != "n"]
    assert not [name for name in LABELS if say.label(name) == name]
    assert say.label(f"tab.{View().tab}")


def test_criteria_are_titled_by_their_own_name() -> None:
    korean = Translator("ko")
    assert korean.title("score.clarity") == "명확성"
    assert korean.title("score_histogram.clarity") == "명확성 분포"
    assert korean.title("score.tone {x}") == "tone {x}"
    assert korean.column("tone") == "tone"


def test_the_rest_of_the_topics_has_a_name() -> None:
    assert Translator("en").label(REST) == "other topics"
    assert Translator("en").label("환불") == "환불"


@pytest.mark.parametrize("value", ["{", "}", "{0}", "{text.__class__}", "{text!r:>99}", "%s", "[/foo]"])
def test_values_are_never_read_as_templates(value: str) -> None:
    assert value in Translator("en")("filter.unclosed", text=value)
    assert Translator("en").label(value) == value
    assert Translator("en").title(f"score.{value}") == value


def test_counts_get_separators_and_names_do_not() -> None:
    say = Translator("en")
    assert say("common.more", n=12_430) == "+ 12,430 more"
    assert say("common.more", n="12430") == "+ 12430 more"
    assert say("common.more", n=2.50) == "+ 2.5 more"


def test_notices() -> None:
    assert Translator("ko").notice(Notice("common.days", {"n": 3})) == "3일"


def test_what_is_not_known_stays_visible() -> None:
    say = Translator("xx")
    assert say.language == "en"
    assert say("nowhere.at_all", n=1) == "nowhere.at_all"
    assert say("../config.x") == "../config.x"
    assert say("common.more") == "+ {n} more"


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "ko"}, "ko"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "en_US", "LC_MESSAGES": "ko-KR", "LC_ALL": ""}, "ko"),
        ({"LANG": "de_DE"}, "en"),
        ({"LANG": "kok_IN"}, "en"),
    ],
)
def test_language_of_the_locale(environ: dict[str, str], language: str) -> None:
    assert preferred_language(environ) == language
