"""Where the platform keeps settings and state of a user; a user of a service may have no home."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

_NAME = "aiops-tui"


def settings_folder() -> Path | None:
    """Return the folder of ``config.toml``, None for a user without a home."""
    from platformdirs import user_config_path  # costs as much as the rest of this room

    return _found(lambda: user_config_path(_NAME, appauthor=False))


def state_folder() -> Path | None:
    """Return the folder of what is kept between runs, None for a user without a home."""
    from platformdirs import user_state_path

    return _found(lambda: user_state_path(_NAME, appauthor=False))


def _found(find: Callable[[], Path]) -> Path | None:
    try:
        path = find()
    except RuntimeError:
        return None
    return path if path.is_absolute() else None
