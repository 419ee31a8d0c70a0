"""Colours keep their order on terminals with fewer of them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from rich.color import Color, ColorSystem

from aiops_tui.charts.colours import colour
from aiops_tui.charts.spans import HEATS


def brightness(shade: Color) -> float:
    """Return the relative luminance of a colour, 0 to 1."""
    linear = [c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in shade.get_truecolor()]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("system", [ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT])
@pytest.mark.parametrize("dark", [True, False])
def test_each_step_of_warmth_is_told_from_the_one_before(system: ColorSystem, dark: bool) -> None:
    steps = [brightness(Color.parse(colour(f"heat{n}", dark=dark)).downgrade(system)) for n in range(HEATS)]
    assert all(before < after if dark else before > after for before, after in pairwise(steps)), steps
