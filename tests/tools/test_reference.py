"""What is made from the code is as the code is, and says all of it."""

from __future__ import annotations

import re

import click
import pytest

from aiops_tui.cli.commands import program
from aiops_tui.cli.help import written
from aiops_tui.tui.keys import KEYS
from tools import reference
from tools.example import settings


@pytest.mark.parametrize("path", reference.documents(), ids=lambda path: path.name)
def test_a_page_that_is_made_from_the_code_is_up_to_date(path: object) -> None:
    made = {page: text for page, text in reference.documents().items() if page == path}
    for page, text in made.items():
        assert page.read_text(encoding="utf-8") == text, "run python -m tools.reference"


def test_every_key_and_option_is_told_of() -> None:
    keys, options, manual = reference.documents().values()
    assert not re.search(r"\b(cli|keys)\.[a-z]\w+\.?\w*\b", manual + options + keys), "an id without words"
    for key in KEYS:
        assert f"| `{key.id}` |" in keys
    for command in (program, *program.commands.values()):
        for option in command.params:
            if isinstance(option, click.Option) and option.name != "version":
                assert re.search(rf"^\| `{written(option)}[` ]", options, re.MULTILINE)
                assert written(option).replace("-", "\\-") in manual


def test_every_setting_of_the_example_is_told_of_by_its_own_comment() -> None:
    found = {each.name: each.meaning for each in settings()}
    assert all(found.values())
    assert found["AIOPS_TZ"] == "The zone that times, days and hours are shown in."
    assert "is also" not in found["DATABASE_URL"], "the head of the file is of no variable"
