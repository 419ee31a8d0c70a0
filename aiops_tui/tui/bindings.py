"""The key table as Textual wants it."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from aiops_tui.tui.keys import NOWHERE, Key, Place, keys_of

_ALWAYS = frozenset({"leave"})
"""Keys that work even while a text is being typed."""


def bindings_of(*places: Place, only: frozenset[str] | None = None) -> list[BindingType]:
    """Return the bindings of the keys that work in these places, of ``only`` some actions perhaps."""
    return [
        Binding(
            ",".join(key.keys) or NOWHERE,
            _action(key),
            show=False,
            priority=key.id in _ALWAYS,
            id=f"{key.place}.{key.id}",
        )
        for key in keys_of(*places)
        if only is None or key.id in only
    ]


def _action(key: Key) -> str:
    return f"app.{key.id}" if key.place == "everywhere" else key.id
