"""Views that were saved by name, as the options that open them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import Path

from aiops_tui.config.kept import BrokenError, read_kept, set_aside, write_kept
from aiops_tui.model.panels import Notice
from aiops_tui.text.printable import printable

LONGEST = 60
MOST = 200

Options = Mapping[str, str]


def view_name(written: str) -> str:
    """Return a name as it is kept: in one printable line, not too long."""
    return printable(" ".join(unicodedata.normalize("NFC", written).split()), LONGEST)


def saved_views(state_dir: Path) -> tuple[dict[str, Options], tuple[Notice, ...]]:
    """Return the saved views by name, in the order of their names, and what there is to tell of the file."""
    path = _path(state_dir)
    try:
        found = read_kept(path).get("views", {})
        if not isinstance(found, dict):
            raise BrokenError("no views")
    except BrokenError as error:
        values = {"path": printable(str(path), 200), "reason": printable(str(error), 200)}
        return {}, (Notice("config.views_broken", values),)
    views = {printable(name, LONGEST): options for name, options in found.items() if isinstance(options, dict)}
    return dict(sorted(views.items(), key=lambda pair: pair[0].casefold())), ()


def save_view(state_dir: Path, name: str, options: Options) -> None:
    """Save a view under a name, in the place of one that has it.

    Raises:
        OSError: it cannot be written.
    """
    views, told = saved_views(state_dir)
    if told:
        set_aside(_path(state_dir))
    _write(state_dir, {**views, view_name(name): dict(options)})


def delete_view(state_dir: Path, name: str) -> None:
    """Forget a view.

    Raises:
        OSError: it cannot be written.
    """
    views, told = saved_views(state_dir)
    if not told:
        _write(state_dir, {other: options for other, options in views.items() if other != name})


def _write(state_dir: Path, views: Mapping[str, Options]) -> None:
    kept = dict(list(views.items())[-MOST:])
    write_kept(_path(state_dir), {"version": 1, "views": kept})


def _path(state_dir: Path) -> Path:
    return state_dir / "views.json"
