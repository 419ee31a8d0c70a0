"""What the palette lists: the table of keys, and choices that have no key."""

from __future__ import annotations

from collections.abc import Sequence

from aiops_tui.model.window import WINDOW_NAMES
from aiops_tui.text.translations import Translator, languages
from aiops_tui.tui.keys import KEYS, Key
from aiops_tui.tui.screens.palette import Command
from aiops_tui.tui.themes import PALETTES

ZONES = ("Asia/Seoul", "UTC", "Asia/Tokyo", "Asia/Kolkata", "Europe/Berlin", "America/New_York", "America/Los_Angeles")


def commands(words: Translator, zone: str, table: Sequence[Key] = KEYS) -> list[Command]:
    """Return all commands; ``zone`` is offered beside the usual ones."""
    found = [Command(key.id, "", words(key.message), key.shown) for key in table if key.in_palette]
    found += [
        Command("window", name, words("tui.command.window", name=words.label(f"window.{name}")))
        for name in WINDOW_NAMES
    ]
    found += [
        Command("language", name, words("tui.command.language", name=words(f"tui.language.{name}")))
        for name in languages()
    ]
    found += [Command("theme", name, words("tui.command.theme", name=words(f"tui.theme.{name}"))) for name in PALETTES]
    zones = (zone, *(name for name in ZONES if name != zone))
    found += [Command("zone", name, words("tui.command.zone", name=name)) for name in zones]
    found.append(Command("reconcile", "", words("tui.command.reconcile")))
    found.append(Command("notices", "", words("tui.command.notices")))
    found.append(Command("help", "", words("keys.help"), "?"))
    found.append(Command("leave", "", words("keys.leave"), "Ctrl+C"))
    return found
