"""A person's own keys: what is taken, what is told, and that they work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiops_tui.tui.keymap import _TOGETHER, key_name, remapped, shown, textual_keymap
from aiops_tui.tui.keys import KEYS, PLACES, Key, pressed

Open = Any


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (",", "comma"), ("comma", "comma"), ("Ctrl+S", "ctrl+s"), ("F5", "f5"), ("ㄴ", "s"), ("shift+s", "S"),
        ("+", "plus"), ("Esc", "escape"), ("ctrl+i", "tab"), ("PgUp", "pageup"), (" ", "space"), ("alt+up", "alt+up"),
        ("값", None), ("hyper+x", None), ("foo", None), ("", None), ("ctrl+ctrl+x", None), ("\x07", None), ("漢", None),
    ],
)  # fmt: skip
def test_keys_are_named_as_people_write_them(written: str, name: str | None) -> None:
    assert key_name(written) == name
    assert name is None or shown(name)


def keys_by_id(wishes: Mapping[str, tuple[str, ...]]) -> dict[str, Key]:
    return {key.id: key for key in remapped(wishes)[0]}


def test_what_cannot_be_done_is_told_and_the_rest_is_taken() -> None:
    wishes = {"share": ("r",), "no_such": ("x",), "later": ("frobnicate",), "earlier": ("h", "comma"), "pause": ()}
    table, notices = remapped(wishes)
    by_id = {key.id: key for key in table}
    assert [notice.id.rpartition(".")[2] for notice in notices] == ["unknown_action", "unknown_key", "conflict"]
    assert notices[-1].values == {"id": "share", "key": "r", "other": "refresh"}
    assert (by_id["share"].keys, by_id["later"].keys) == (("s",), ("full_stop",))
    assert (by_id["earlier"].keys, by_id["earlier"].shown) == (("h", "comma"), "h ,")
    assert by_id["pause"].keys == ()
    assert textual_keymap(table) == {"main.earlier": "h,comma", "main.pause": "<none>"}


def test_two_actions_can_change_places_and_the_way_out_stays() -> None:
    swapped = keys_by_id({"share": ("r",), "refresh": ("s",), "leave": ("f10",)})
    assert (swapped["share"].keys, swapped["refresh"].keys) == (("r",), ("s",))
    assert swapped["leave"].keys == ("f10", "ctrl+c")


@given(
    st.dictionaries(
        st.sampled_from([key.id for key in KEYS]),
        st.lists(st.sampled_from(["x", "s", "j", "q", "ctrl+s", "enter", "f2", "/", "?"]), max_size=3).map(tuple),
        max_size=6,
    )
)
def test_whatever_is_wished_no_key_means_two_things_in_one_place(wishes: dict[str, tuple[str, ...]]) -> None:
    table, _ = remapped(wishes)
    usual = {(key.id, key.place): key.keys for key in KEYS}
    for places in _TOGETHER:
        for name in {name for key in table for name in key.keys}:
            here = [key for key in table if key.place in places and name in key.keys]
            assert len(here) < 2 or all(name in usual[key.id, key.place] for key in here), (places, name, here)


def test_every_place_goes_together_with_others() -> None:
    assert set(PLACES) == set().union(*_TOGETHER)
    assert len({key.id for key in KEYS}) == len(KEYS), "an id names one action"


def test_a_hangul_letter_that_could_be_two_keys_is_the_one_that_asks_first() -> None:
    table = (Key("share", ("s",), "s"), Key("share_choices", ("S",), "S", careful=True), Key("next", ("e",), "e"))
    assert pressed("ㄴ", table) == "S"
    assert pressed("ㄴ", table[:1]) == "s"
    assert (pressed("ㄷ", table), pressed("ㄸ", table), pressed("x", table)) == ("e", "E", "")


async def test_keys_of_the_settings_work_and_are_shown_everywhere(desk: Open) -> None:
    async with desk(size=(160, 40), keys={"compare": ("h",), "zoom_out": ("ctrl+o",), "refresh": ("i",)}) as d:
        await d.press("c")
        assert d.monitor.view.compare == "previous", "the usual key is free now"
        await d.press("h")
        assert d.monitor.view.compare == "week"
        await d.press("ㅗ")
        assert d.monitor.view.compare == "off"
        await d.press("ctrl+o")
        await d.sees("last 30 days", "! 1", "refresh keeps its usual keys: i belongs")
        await d.press("colon")
        await d.field()
        await d.press(*"longer")
        await d.sees("Ctrl+O")
        await d.press("escape", "question_mark")
        await d.press("G")
        await d.sees("config.toml, below [keys]")
