"""A Snapshot without a screen, written out."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from aiops_tui.cli.invocation import Invocation
from aiops_tui.cli.problems import DONE, USAGE, Stop
from aiops_tui.cli.screen import check_database_url
from aiops_tui.cli.views import mistake, read_tabs, read_view
from aiops_tui.cli.waiting import interruptible
from aiops_tui.cli.writing import write_bytes, write_out, write_privately
from aiops_tui.config import values
from aiops_tui.model.panels import Notice, Snapshot, Table
from aiops_tui.model.records import Conversation
from aiops_tui.model.sorting import column_of, in_order
from aiops_tui.model.view import View
from aiops_tui.text.printable import printable

_PICTURE = "png"
FORMATS = ("text", "json", "markdown", "csv", _PICTURE)

_FILE_WIDTH = 100
_STANDARD_OUTPUT = "-"
_FOR_PROGRAMS = {"json", "csv"}
_WITH_CONVERSATIONS = ("text", "json")


def snapshot(run: Invocation) -> int:
    """Write the figures of a view to standard output or a file."""
    check_database_url(run)
    tabs = read_tabs(run)
    view = read_view(run, tabs[0])
    found_format, found_output = run.find("format"), run.find("output")
    kind = values.choice(found_format, FORMATS) if found_format else FORMATS[0]
    output = values.text(found_output) if found_output else _STANDARD_OUTPUT
    run.tell_settings()
    _check_picture(kind, output)
    opened = None if view.conversation is None else _conversation(run, view.conversation, kind)
    taken = sorted_tables(take(run, view, tabs), run, view.sort)
    if kind == _PICTURE:
        drawn = _picture(taken, run)
        if output == _STANDARD_OUTPUT:
            write_bytes(drawn)
        else:
            write_privately(run.directory / Path(output).expanduser(), drawn)
    elif output == _STANDARD_OUTPUT:
        width = shutil.get_terminal_size((_FILE_WIDTH, 24)).columns
        write_out(_written(taken, opened, kind, run, width), for_programs=kind in _FOR_PROGRAMS)
    else:
        write_privately(run.directory / Path(output).expanduser(), _written(taken, opened, kind, run, _FILE_WIDTH))
    return DONE


def take(run: Invocation, view: View, tabs: Sequence[str]) -> Snapshot:
    """Return a Snapshot of some tabs."""
    settings = run.settings
    withdraw: list[Callable[[], None]] = []

    def once() -> Snapshot:
        from aiops_tui.monitor import Monitor

        return Monitor.once(settings, view, tabs, begun=withdraw.append)

    return interruptible(once, lambda: [one() for one in withdraw])


def sorted_tables(taken: Snapshot, run: Invocation, sort: str | None) -> Snapshot:
    """Sort the tables that have the column.

    Raises:
        Stop: none has.
    """
    found = run.find("sort")
    if sort is None or found is None:
        return taken
    tables = [panel for panels in taken.tabs.values() for panel in panels if isinstance(panel, Table)]
    columns = dict.fromkeys(column.id for table in tables for column in table.columns)
    if column_of(sort)[0] not in columns:
        raise mistake("cli.no_such_column", found, columns=printable(", ".join(columns)))
    return in_order(taken, sort)


def _conversation(run: Invocation, key: str, kind: str) -> Conversation | None:
    """Return the conversation that is written too, None for formats that have no place for one.

    Raises:
        Stop: it is not there.
    """
    if kind not in _WITH_CONVERSATIONS:
        run.tell(Notice("cli.conversation_left_out", {"format": kind, "formats": ", ".join(_WITH_CONVERSATIONS)}))
        return None
    settings = run.settings

    def read() -> Conversation | None:
        from aiops_tui.monitor import Monitor

        return Monitor.read(settings, key)

    found = interruptible(read)
    if found is None:
        raise Stop(Notice("cli.no_such_conversation", {"id": printable(key, 60)}))
    return found


def _written(taken: Snapshot, opened: Conversation | None, kind: str, run: Invocation, width: int) -> str:
    from aiops_tui import output

    zone = ZoneInfo(taken.timezone)
    if kind == "json":
        more = None if opened is None else {"conversation": output.conversation_document(opened, zone)}
        text = output.json_text(taken, run.translator, more)
    elif kind == "text":
        text = output.text(taken, run.translator, width)
        if opened is not None:
            text += "\n" + output.letter(opened, run.translator, zone, width)
    else:
        text = {"markdown": output.markdown, "csv": output.csv}[kind](taken, run.translator)
    return text if text.endswith("\n") else text + "\n"


def _check_picture(kind: str, output: str) -> None:
    """See to it that a picture can be drawn, and does not go to a terminal.

    Raises:
        Stop: it cannot, or does.
    """
    from aiops_tui import pictures

    if kind == _PICTURE and not pictures.available():
        raise Stop(Notice("cli.no_pictures"))
    if kind == _PICTURE and output == _STANDARD_OUTPUT and sys.stdout.isatty():
        raise Stop(Notice("cli.picture_to_terminal"), USAGE)


def _picture(taken: Snapshot, run: Invocation) -> bytes:
    from aiops_tui.pictures.painting import png
    from aiops_tui.pictures.sheet import sheet

    lines = [line for tab in taken.tabs for line in sheet(taken, tab, run.translator)]
    return png(lines, dark=run.settings.theme == "dark")
