"""Sheets made of plain texts: notices, what sharing needs, help."""

from __future__ import annotations

from aiops_tui.charts.spans import Line, Span
from aiops_tui.text.cells import wrap
from aiops_tui.text.formats import moment
from aiops_tui.tui.look import Host
from aiops_tui.tui.screens.help import help_lines
from aiops_tui.tui.screens.sheet import Sheet


def text_sheet(heading: str, text: str) -> Sheet:
    """Return a sheet with a text of several lines."""

    def write(cells: int) -> list[Line]:
        return [(Span(row, "text"),) for row in wrap(text.strip("\n"), cells)]

    return Sheet(heading, write, plain=text)


def help_sheet(desk: Host) -> Sheet:
    """Return the help."""
    return Sheet(desk.look.words("tui.help.title"), lambda cells: help_lines(desk.look.words, cells, desk.keys))


def notices_sheet(desk: Host) -> Sheet:
    """Return all there is to know of the data and the settings."""
    look, session = desk.look, desk.session
    words, snapshot = look.words, session.snapshot
    notices, problem = session.notices(desk.settings), session.status.problem
    texts = [words.notice(notice) for notice in (*((problem,) if problem else ()), *notices)]
    if snapshot is not None and snapshot.reconciled_at is not None:
        texts.append(words("tui.reconciled", at=moment(snapshot.reconciled_at, look.zone)))
    return text_sheet(words("tui.notices"), "\n".join(f"· {text}" for text in texts) or words("tui.notices.none"))
