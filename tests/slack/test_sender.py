"""Who shares."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from aiops_tui.config import load_settings
from aiops_tui.slack.sharing import sender_name


def test_shares_bear_the_name_of_who_logged_in() -> None:
    settings = load_settings({}, {}, Path("/nowhere"))
    assert "@" in sender_name(settings)
    named = load_settings({}, {"AIOPS_OPERATOR": "김 영희"}, Path("/nowhere"))
    assert sender_name(named) == "김 영희"
    assert sender_name(replace(named, share=replace(named.share, source_name="prod"))) == "김 영희"
