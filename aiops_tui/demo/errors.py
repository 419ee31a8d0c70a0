"""What the demo refuses to do."""

from __future__ import annotations


class NotDemoError(Exception):
    """A database that no demo made, so that nothing may be made up in it."""


class NotEmptyError(Exception):
    """Something that belongs to somebody is in the way: tables, a database file or log files, by name."""

    def __init__(self, *names: str) -> None:
        self.names = names
        super().__init__(", ".join(names))
