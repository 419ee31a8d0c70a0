"""Giving the mouse back to the terminal, which then selects text with it, and taking it again."""

from __future__ import annotations

from textual.driver import Driver


def switch_mouse(driver: Driver | None, *, on: bool) -> None:
    """Ask the terminal for the mouse's moves, or not any more; it stays so when the program is suspended."""
    # Textual decides this once, at the start; its driver asks by these two.
    name = "_enable_mouse_support" if on else "_disable_mouse_support"
    switch = getattr(driver, name, None)
    if driver is None or switch is None:
        return
    if on:
        driver._mouse = on
    switch()
    driver._mouse = on
