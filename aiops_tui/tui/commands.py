"""What the palette lists: the table of keys, and choices that have no key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from aiops_tui.model.view import View
from aiops_tui.model.window import WINDOW_NAMES
from aiops_tui.text.translations import Translator, languages
from aiops_tui.tui.keys import KEYS, Key
from aiops_tui.tui.screens.palette import Command
from aiops_tui.tui.session import INTERVALS
from aiops_tui.tui.themes import PALETTES

ZONES = ("Asia/Seoul", "UTC", "Asia/Tokyo", "Asia/Kolkata", "Europe/Berlin", "America/New_York", "America/Los_Angeles")
NO_VIEWS: Mapping[str, View | None] = MappingProxyType({})


def commands(
    words: Translator,
    zone: str,
    table: Sequence[Key] = KEYS,
    saved: Mapping[str, View | None] = NO_VIEWS,
    *,
    mouse: bool = True,
) -> list[Command]:
    """Return all commands; ``zone`` is offered beside the usual ones, ``saved`` are views, None what opens none."""
    found = [Command(key.id, "", words(key.message), key.shown) for key in table if key.in_palette]
    found += [Command("saved", name, words("tui.command.saved", name=name)) for name, view in saved.items() if view]
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
    found += [
        Command("interval", f"{seconds:g}", words("tui.command.interval", name=f"{seconds:g}")) for seconds in INTERVALS
    ]
    switched = "off" if mouse else "on"
    found.append(Command("mouse", switched, words(f"tui.command.mouse.{switched}")))
    found += [Command("forget", name, words("tui.command.forget", name=name)) for name in saved]
    found.append(Command("reconcile", "", words("tui.command.reconcile")))
    found.append(Command("shares", "", words("tui.command.shares")))
    found.append(Command("notices", "", words("tui.command.notices")))
    found.append(Command("help", "", words("keys.help"), "?"))
    found.append(Command("leave", "", words("keys.leave"), "Ctrl+C"))
    return found
