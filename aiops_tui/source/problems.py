"""What can go wrong with the monitored database, told in the message catalogue's words and never with a secret."""

from __future__ import annotations

from aiops_tui.model.panels import Notice
from aiops_tui.text.printable import printable


class SourceError(Exception):
    """A question to the database that was not answered; ``notice`` says why and what to do.

    ``lost`` says that the connection is of no more use. ``final`` says that asking again will not help by itself.
    """

    def __init__(self, notice: Notice, *, lost: bool = False, final: bool = False) -> None:
        self.notice = notice
        self.lost = lost
        self.final = final
        super().__init__(notice.id)


class Cancelled(SourceError):  # noqa: N818
    """The question was withdrawn by us."""

    def __init__(self) -> None:
        super().__init__(Notice("source.cancelled"))


_BY_SQLITE_NAME = (
    ("SQLITE_BUSY", "source.sqlite_locked"),
    ("SQLITE_LOCKED", "source.sqlite_locked"),
    ("SQLITE_CANTOPEN", "source.sqlite_unreadable"),
    ("SQLITE_READONLY_", "source.sqlite_unprepared"),
    ("SQLITE_NOTADB", "source.sqlite_not_a_database"),
    ("SQLITE_CORRUPT", "source.sqlite_corrupt"),
    ("SQLITE_IOERR", "source.sqlite_corrupt"),
)


def sqlite_problem(error: Exception, *, target: str, cancelled: bool, timed_out: bool) -> SourceError:
    """Turn an error of the driver into one that can be shown; ``target`` is the file's path."""
    text = str(error)
    name = getattr(error, "sqlite_errorname", "")
    if name == "SQLITE_INTERRUPT":
        return SourceError(Notice("source.timeout")) if timed_out and not cancelled else Cancelled()
    values = {"target": target, "reason": first_line(text)}
    for beginning, message_id in _BY_SQLITE_NAME:
        if name.startswith(beginning):
            lost, final = message_id != "source.sqlite_locked", message_id == "source.sqlite_not_a_database"
            return SourceError(Notice(message_id, values), lost=lost, final=final)
    if "no such table" in text or "no such column" in text:
        return SourceError(Notice("source.changed", values))
    return SourceError(Notice("source.refused_query", values))


def unreadable_answer(error: Exception) -> SourceError:
    """Tell that an answer could not be taken in, or a question not be put: bytes that are no text, for example."""
    return SourceError(Notice("source.refused_query", {"reason": first_line(str(error))}))


def first_line(text: str) -> str:
    """Return how the text of an error begins, printable."""
    return printable(text.strip().split("\n", 1)[0], 200)
