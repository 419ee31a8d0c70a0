"""Log files, read as they grow: bytes to lines, lines to entries, entries of all files to one book in order of time."""

from aiops_tui.source.logs.book import LogBook
from aiops_tui.source.logs.follower import LogFollower
from aiops_tui.source.logs.places import default_log_files

__all__ = ["LogBook", "LogFollower", "default_log_files"]
