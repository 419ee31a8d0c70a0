"""The key table with a person's own keys in it, as far as they go together."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from textual.keys import Keys, _character_to_key

from aiops_tui.model.panels import Notice
from aiops_tui.text.printable import printable
from aiops_tui.tui.keys import KEYS, NOWHERE, Key, Place, latin

_TOGETHER: tuple[frozenset[Place], ...] = (
    frozenset({"everywhere", "main", "list", "log"}),
    frozenset({"everywhere", "main", "chart"}),
    frozenset({"everywhere", "main", "tiles"}),
    frozenset({"everywhere", "dialog", "conversation", "list"}),
    frozenset({"everywhere", "dialog", "shares", "list"}),
)
"""Places whose keys work at the same time."""

_NEEDED = frozenset({"leave", "palette"})
"""Actions that a person who has lost the way must find where they always are; further keys may be added."""

_LETTERS = string.digits + string.ascii_letters + string.punctuation
_CHARACTERS = {_character_to_key(letter): letter for letter in _LETTERS}
_NAMED = frozenset(key.value for key in Keys if "<" not in key.value) | {"space", "enter", "tab", "backspace"}
_MODIFIERS = ("ctrl", "alt", "shift")
_SYNONYMS = {"esc": "escape", "return": "enter", "pgup": "pageup", "pgdn": "pagedown", "del": "delete"}
_SAME = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace", "ctrl+[": "escape"}
"""What a terminal cannot tell apart."""

_SHOWN = {
    "up": "↑", "down": "↓", "left": "←", "right": "→", "space": "␣", "enter": "↵", "escape": "Esc", "backspace": "⌫",
    "pageup": "PgUp", "pagedown": "PgDn",
}  # fmt: skip


def remapped(wishes: Mapping[str, Sequence[str]]) -> tuple[tuple[Key, ...], tuple[Notice, ...]]:
    """Return the table with keys chosen by action, and what there is to tell of choices that were not taken.

    A choice is left out whole if its action or key is not known, or if the key means something else where both work.
    """
    notices: list[Notice] = []
    chosen: dict[str, tuple[str, ...]] = {}
    actions = {key.id for key in KEYS}
    for action, names in wishes.items():
        keys = [key_name(name) for name in names]
        if action not in actions:
            notices.append(Notice("tui.keys.unknown_action", {"id": printable(action, 60)}))
        elif None in keys:
            strange = names[keys.index(None)]
            notices.append(Notice("tui.keys.unknown_key", {"id": action, "key": printable(strange, 40)}))
        else:
            chosen[action] = tuple(dict.fromkeys(key for key in keys if key))
    while True:
        table = tuple(_with(key, chosen) for key in KEYS)
        conflict = next(_conflicts(table, chosen), None)
        if conflict is None:
            return table, tuple(notices)
        taken, other, name = conflict
        del chosen[taken.id]
        values = {"id": taken.id, "key": printable(shown(name), 40), "other": other.id}
        notices.append(Notice("tui.keys.conflict", values))


def textual_keymap(table: Sequence[Key]) -> dict[str, str]:
    """Return what Textual has to know of keys that are not the usual ones, by the ids that `bindings_of` gives."""
    usual = {(key.id, key.place): key.keys for key in KEYS}
    changed = (key for key in table if key.keys != usual[key.id, key.place])
    return {f"{key.place}.{key.id}": ",".join(key.keys) or NOWHERE for key in changed}


def key_name(written: str) -> str | None:
    """Return Textual's name of a key as people write it (``,``, ``Ctrl+S``, ``F5``, ``ㄴ``), None if it is none."""
    if len(written) == 1:
        letter = latin(written) or written
        return "space" if letter == " " else next((name for name, each in _CHARACTERS.items() if each == letter), None)
    *modifiers, base = written.strip().lower().split("+") if written.strip("+") else ["", written]
    base = _SYNONYMS.get(base, base)
    if modifiers == ["shift"] and len(base) == 1 and base.isalpha():
        return base.upper()
    if set(modifiers) - set(_MODIFIERS) or len(set(modifiers)) < len(modifiers):
        return None
    base = key_name(base) or "" if len(base) == 1 and modifiers else base
    if base not in _NAMED and base not in _CHARACTERS:
        return None
    name = "+".join([*(each for each in _MODIFIERS if each in modifiers), base])
    return _SAME.get(name, name)


def shown(name: str) -> str:
    """Return a key as a person reads it."""
    *modifiers, base = name.split("+")
    base = _SHOWN.get(base) or _CHARACTERS.get(base) or base.title()
    return "+".join([*(each.title() for each in modifiers), base.upper() if modifiers and len(base) == 1 else base])


def _with(key: Key, chosen: Mapping[str, tuple[str, ...]]) -> Key:
    if key.id not in chosen:
        return key
    names = chosen[key.id]
    if key.id in _NEEDED:
        names = tuple(dict.fromkeys((*names, *key.keys)))
    return replace(key, keys=names, shown=" ".join(map(shown, names)) or "–")


def _conflicts(table: Sequence[Key], chosen: Mapping[str, object]) -> Iterator[tuple[Key, Key, str]]:
    """Return what was chosen, what it collides with, and the key."""
    usual = {(key.id, key.place): key.keys for key in KEYS}
    for place, key in enumerate(table):
        for other in table[place + 1 :]:
            if not any(key.place in places and other.place in places for places in _TOGETHER):
                continue
            for name in key.keys:
                # What shares a key by the table's own will is told apart by where one is.
                both = name in usual[key.id, key.place] and name in usual[other.id, other.place]
                if name in other.keys and not both:
                    yield (key, other, name) if key.id in chosen else (other, key, name)
