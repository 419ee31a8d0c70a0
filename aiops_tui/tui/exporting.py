"""Writing what is seen to a file in the background, one file at a time, with progress and a way to stop it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aiops_tui.model.panels import Cell, Column, Panel, Snapshot
from aiops_tui.model.records import Page, Recent
from aiops_tui.text.translations import Translator

if TYPE_CHECKING:
    from aiops_tui.output.exports import Kind

PAGE = 2000
"""So many conversations are read at a time."""

MOST = 1_000_000
"""So many conversations are exported at most."""

_RETRIES = 50
_REST = 0.2
"""A page that was withdrawn, because the monitor lost the database or another took its place, is asked for again."""

Progress = Callable[[int, int | None], None]
"""Is told how many rows are written, and of how many if that is known."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to, and as what; ``over`` says that a file which is there may go."""

    path: Path
    kind: Kind
    over: bool
    words: Translator
    zone: ZoneInfo


COLUMNS = (
    Column("id", "id"), Column("time", "time"), Column("user_id", "user"), Column("topic", "topic"),
    Column("sentiment", "sentiment"), Column("score", "score"), Column("question", "text"),
)  # fmt: skip
"""What is written of each conversation; of its question, the beginning."""


NextPage = Callable[[str | None], Future[Page]]
"""Asks for the page after the conversation with a key."""


class Exporting:
    """Runs one export at a time in a thread that does not keep the program from ending."""

    def __init__(self) -> None:
        self._running = threading.Event()
        self._stopped = threading.Event()

    @property
    def running(self) -> bool:
        """Whether a file is being written."""
        return self._running.is_set()

    def begin(self, write: Callable[[threading.Event], int], done: Callable[[int | Exception], object]) -> None:
        """Begin to write and return at once; ``done`` is called in the thread with the number of rows, or the error."""
        self._running.set()
        self._stopped.clear()

        def work() -> None:
            result: int | Exception
            try:
                result = write(self._stopped)
            except (Exception, CancelledError) as error:  # noqa: BLE001 - told to the operator
                result = error if isinstance(error, Exception) else Stopped()
            self._running.clear()
            done(result)

        threading.Thread(target=work, name="export", daemon=True).start()

    def stop(self) -> None:
        """Stop what is being written; nothing is left of it."""
        self._stopped.set()


class Stopped(Exception):  # noqa: N818 - nothing went wrong
    """The export was stopped, and its file is not there."""


def write_panel(target: Target, snapshot: Snapshot, panel: Panel) -> int:
    """Write one panel and return how many rows it has.

    Raises:
        NotWrittenError: the file cannot be written.
    """
    from aiops_tui.output import panel_text
    from aiops_tui.output.exports import row_file
    from aiops_tui.output.files import private_file
    from aiops_tui.output.flat import flat

    columns, rows = flat(panel, target.words)
    with private_file(target.path, over=target.over) as file:
        if target.kind == "json":
            file.write(panel_text(snapshot, panel, target.words).encode())
        else:
            writer = row_file(target.kind, file, columns, target.words, target.zone)
            writer.add(rows)
            writer.end()
    return len(rows)


def write_pages(target: Target, next_page: NextPage, stopped: threading.Event, progress: Progress) -> int:
    """Write conversations page after page and return how many there were.

    Raises:
        NotWrittenError: the file cannot be written.
        Stopped: somebody stopped it.
    """
    from aiops_tui.output.exports import row_file
    from aiops_tui.output.files import private_file

    done = 0
    with private_file(target.path, over=target.over) as file:
        writer = row_file(target.kind, file, COLUMNS, target.words, target.zone)
        for page in _pages(next_page, stopped):
            rows = page.rows[: MOST - done]
            writer.add([_cells(row) for row in rows])
            done += len(rows)
            progress(done, page.total)
            if done >= MOST:
                break
        writer.end()
    return done


def _pages(next_page: NextPage, stopped: threading.Event) -> Iterator[Page]:
    after: str | None = None
    while True:
        page = _page(next_page, after, stopped)
        yield page
        if not (page.more and page.rows):
            return
        after = page.rows[-1].conversation


def _cells(row: Recent) -> Sequence[Cell]:
    return (row.conversation, row.time, row.user_id, row.topic, row.sentiment, row.score, row.question)


def _page(next_page: NextPage, after: str | None, stopped: threading.Event) -> Page:
    """Return the page after a key, asked for again whenever a newer question was put before it."""
    for _ in range(_RETRIES):
        future = next_page(after)
        while not stopped.is_set():
            try:
                return future.result(timeout=_REST)
            except TimeoutError:
                continue
            except CancelledError:
                break
        if stopped.wait(_REST):
            future.cancel()
            raise Stopped
    raise Stopped
