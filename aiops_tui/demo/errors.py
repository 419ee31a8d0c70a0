"""What the demo refuses to do."""

from __future__ import annotations


class NotDemoError(Exception):
    """A database that no demo made, so that nothing may be made up in it."""


class NotEmptyError(Exception):
    """Something that belongs to somebody is in the way: tables, a database file or log files, by name."""

    def __init__(self, *names: str) -> None:
        self.names = names
        super().__init__(", ".join(names))


class NotMadeError(Exception):
    """Tables that the database did not let one make; ``reason`` is its first word on it, without secrets."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)
