"""The main screen with what one takes away from it: files, and texts for the clipboard."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, cast

from textual.app import App
from textual.message import Message

from aiops_tui.model.panels import Column, Notice, Panel, Snapshot, Table
from aiops_tui.model.records import Page
from aiops_tui.model.sorting import sorted_by
from aiops_tui.text.cells import cut
from aiops_tui.text.formats import NOTHING
from aiops_tui.tui import moves
from aiops_tui.tui.exporting import PAGE, Exporting, Stopped, Target, write_pages, write_panel
from aiops_tui.tui.logbook import Book
from aiops_tui.tui.look import host
from aiops_tui.tui.screens.asking import AskingScreen
from aiops_tui.tui.session import Session
from aiops_tui.tui.widgets.chart import Chart
from aiops_tui.tui.widgets.entries import Entries
from aiops_tui.tui.widgets.rows import Rows
from aiops_tui.tui.widgets.table import TableView

if TYPE_CHECKING:
    from aiops_tui.output.exports import Kind
    from aiops_tui.tui.prompt import Mistake
    from aiops_tui.tui.screens.palette import Command

_SHOWN = 40
_CONVERSATIONS = "conversations"


class HandingScreen(AskingScreen):
    """Exports the panel that has the keys or the conversations behind all panels, and copies."""

    class Exported(Message):
        """An export ended: with so many rows, or an error."""

        def __init__(self, place: _Place, path: Path, result: int | Exception) -> None:
            super().__init__()
            self.place = place
            self.path = path
            self.result = result

    class Progressed(Message):
        """An export has written so many rows."""

        def __init__(self, done: int, total: int | None) -> None:
            super().__init__()
            self.done = done
            self.total = total

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.exporting = Exporting()

    # files

    def action_export(self) -> None:
        """Ask what to export, as what and where to; while an export runs, stop it."""
        from aiops_tui.tui.screens.palette import Palette

        desk, words = host(self), host(self).look.words
        if self.exporting.running:
            self.exporting.stop()
            return
        snapshot = self.session.snapshot
        if snapshot is None or self.session.stale:
            desk.tell(words("tui.export.not_yet"))
            return
        panel = self._focused_panel(snapshot)
        chosen = partial(self._ask_where, snapshot, panel)
        self.app.push_screen(Palette(self._exports(panel), words("tui.export.title")), chosen)

    def _exports(self, panel: Panel | None) -> list[Command]:
        from aiops_tui.output.exports import ENDINGS
        from aiops_tui.tui.screens.palette import Command

        words = host(self).look.words
        things = [(panel.id, words.title(panel.id))] if panel is not None else []
        if self.session.monitor is not None:
            things.append((_CONVERSATIONS, words("tui.export.conversations")))
        return [
            Command(thing, kind, words("tui.export.as", thing=name, kind=words(f"tui.export.{kind}")))
            for thing, name in things
            for kind in ENDINGS
        ]

    def _focused_panel(self, snapshot: Snapshot) -> Panel | None:
        """Return the panel that has the keys, its rows as they are sorted; of a log, what is at hand of it."""
        if isinstance(self.focused, Entries):
            return _entries(self.focused.book)
        if not isinstance(self.focused, TableView | Chart):
            return None
        panel = snapshot.panel(self.session.view.tab, self.focused.panel_id)
        return sorted_by(panel, self.session.view.sort) if isinstance(panel, Table) else panel

    def _ask_where(self, snapshot: Snapshot, panel: Panel | None, command: Command | None) -> None:
        if command is None:
            return
        from aiops_tui.output.exports import ENDINGS
        from aiops_tui.tui.prompt import Question

        desk = host(self)
        kind = cast("Kind", command.argument)
        stamp = desk.now().astimezone(desk.look.zone).strftime("%Y%m%d-%H%M")
        name = f"{command.action.replace('.', '-')}-{stamp}.{ENDINGS[kind]}"
        wanted = None if command.action == _CONVERSATIONS else panel
        if self.app.is_web:
            self._export(snapshot, wanted, kind, _Parcel(), name)
            return
        place = _Place()
        begin = partial(self._export, snapshot, wanted, kind, place)
        self.ask(Question("export", name, place.mistake(desk.look.words)), begin)

    def _export(self, snapshot: Snapshot, panel: Panel | None, kind: Kind, place: _Place, answer: str) -> None:
        look, path = host(self).look, place.path(answer)
        target = Target(path, kind, place.over == path, look.words, look.zone)
        if panel is not None:
            self._begin_export(place, path, lambda stopped: write_panel(target, snapshot, panel))
        else:
            self._export_conversations(place, target)

    def _export_conversations(self, place: _Place, target: Target) -> None:
        session, view = self.session, replace(self.session.view, conversation=None)

        def next_page(after: str | None) -> Future[Page]:
            if session.monitor is None:  # another one is being made
                withdrawn: Future[Page] = Future()
                withdrawn.cancel()
                return withdrawn
            return session.monitor.conversations(view, after, PAGE, aside=True)

        def progress(done: int, total: int | None) -> None:
            self.post_message(self.Progressed(done, total))

        self._begin_export(
            place,
            target.path,
            lambda stopped: write_pages(target, next_page, stopped, progress),
        )

    def _begin_export(self, place: _Place, path: Path, write: Callable[[threading.Event], int]) -> None:
        desk = host(self)
        desk.tell(desk.look.words("tui.export.begun"), seconds=0)
        self.exporting.begin(write, lambda result: self.post_message(self.Exported(place, path, result)))

    def on_handing_screen_progressed(self, event: Progressed) -> None:
        """Tell how far an export is; what comes after its end is late."""
        event.stop()
        if not self.exporting.running:
            return
        desk = host(self)
        key = next(key.shown for key in desk.keys if key.id == "export")
        name = "progress" if event.total is None else "progress_of"
        text = desk.look.words(f"tui.export.{name}", done=event.done, total=event.total or 0, key=key)
        desk.tell(text, seconds=0)

    def on_handing_screen_exported(self, event: Exported) -> None:
        """Tell what became of an export."""
        event.stop()
        desk, words = host(self), host(self).look.words
        notice = getattr(event.result, "notice", None)
        if isinstance(event.result, int):
            path = cut(event.place.taken(event.path, self.app), max(self.size.width - _SHOWN, _SHOWN))
            desk.tell(words("tui.export.done", n=event.result, path=path), "accent", seconds=15)
        elif isinstance(notice, Notice):
            desk.tell(words("tui.export.failed", reason=words.notice(notice)), "alarm", seconds=60)
        elif isinstance(event.result, Stopped):
            desk.tell(words("tui.export.stopped"))
        else:
            kind = type(event.result).__name__
            desk.tell(words("tui.export.failed", reason=words("tui.export.unexpected", kind=kind)), "alarm", seconds=60)

    # the clipboard

    def action_copy(self) -> None:
        """Copy the selected row, else what the cursor of a chart stands on, else the command that opens this view."""
        focused = self.focused
        if isinstance(focused, Rows) and focused.count():
            self.hand_over("row", focused.text_of(focused.row))
        elif isinstance(focused, Chart) and (described := "".join(span.text for span in focused.note())):
            self.hand_over("figure", described)
        else:
            self.hand_over("command", " ".join(["aiops-tui", *map(_quoted, self.session.view.arguments())]))

    def action_copy_cell(self) -> None:
        """Ask which cell of the selected row to copy."""
        focused = self.focused
        if not (isinstance(focused, TableView) and focused.count()):
            self.action_copy()
            return
        from aiops_tui.tui.screens.palette import Command, Palette

        words = host(self).look.words
        texts = zip(focused.cells_of(focused.row), focused.text_of(focused.row).split("\t"), strict=False)
        cells = {name: text for name, text in texts if text not in {"", NOTHING}}
        key = moves.conversation_of(focused, focused.row)
        named = ({"id": key} if key else {}) | cells
        commands = [Command("copy", text, f"{words.column(name)}: {cut(text, 80)}") for name, text in named.items()]
        self.app.push_screen(
            Palette(commands, words("tui.copy.title")),
            lambda chosen: self.hand_over("cell", chosen.argument) if chosen is not None else None,
        )

    def hand_over(self, what: str, text: str) -> None:
        """Put a text on the clipboard and say which."""
        from aiops_tui.tui.clipboard import told

        self.app.copy_to_clipboard(text)
        host(self).tell(told(what, text, host(self).look.words), seconds=5)


def _entries(book: Book | None) -> Table | None:
    """Return the entries of a log that are at hand, with the lines that follow each."""
    if book is None:
        return None
    listed = book.all()
    rows = tuple((each.time, each.level, each.source, "\n".join((each.message, *each.more))) for each in listed)
    columns = (Column("time", "time"), Column("level", "level"), Column("source", "text"), Column("message", "text"))
    return Table("entries", columns, rows, None)


class _Place:
    """Where a file is to go, and whether the operator has seen that one is there."""

    def __init__(self) -> None:
        self.over: Path | None = None

    def path(self, answer: str) -> Path:
        """Return the path that was typed, a relative one being of where the console was started."""
        return Path.cwd() / Path(answer.strip()).expanduser()

    def taken(self, path: Path, app: App[int]) -> str:
        """Return what to call a file that was written."""
        return str(path)

    def mistake(self, words: Callable[..., str]) -> Callable[[str], Mistake | None]:
        """Return what says what is wrong with a path; that there is a file already is said once."""
        from aiops_tui.output.files import NotWrittenError, check, problem
        from aiops_tui.tui.prompt import Mistake

        def found(answer: str) -> Mistake | None:
            if not answer.strip():
                return Mistake(words("tui.export.no_name"))
            try:
                path = self.path(answer)
                check(path, over=self.over == path)
            except NotWrittenError as error:
                if error.notice.id != "output.file.exists":
                    return Mistake(words(error.notice.id, **error.notice.values))
                self.over = path
                return Mistake(words("tui.export.again"))
            except OSError as error:
                notice = problem(Path(answer), error)
                return Mistake(words(notice.id, **notice.values))
            except (RuntimeError, ValueError):  # no such user after ~, a NUL in it
                return Mistake(words("tui.export.no_name"))
            return None

        return found


class _Parcel(_Place):
    """A file for a browser to fetch: no path of this machine is asked for or told, and nothing stays here."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory(prefix="aiops-tui-")

    def path(self, answer: str) -> Path:
        """Return where the file is until it is handed over."""
        return Path(self._folder.name) / answer

    def taken(self, path: Path, app: App[int]) -> str:
        """Hand the file over; what is open can still be read when its name is gone."""
        app.deliver_binary(path.open("rb"), save_filename=path.name, mime_type="application/octet-stream")
        self._folder.cleanup()
        return path.name


def _quoted(word: str) -> str:
    from shlex import quote

    return quote(word)
