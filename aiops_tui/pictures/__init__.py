"""A Snapshot or a screen as a picture: terminal cells drawn with a font of our own, on a machine without fonts.

Drawing needs Pillow, the extra ``pictures``; without it there are none, and text serves.
"""

from importlib.util import find_spec


def available() -> bool:
    """Return whether pictures can be drawn on this machine."""
    return find_spec("PIL") is not None
