"""A Snapshot without a screen: written out, or shared to Slack."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from aiops_tui.cli.invocation import Invocation
from aiops_tui.cli.problems import DONE, FAILED
from aiops_tui.cli.screen import check_database_url
from aiops_tui.cli.views import mistake, read_tabs, read_view
from aiops_tui.cli.waiting import interruptible
from aiops_tui.cli.writing import write_out, write_privately
from aiops_tui.config import values
from aiops_tui.model.panels import Snapshot, Table
from aiops_tui.model.sorting import sorted_by
from aiops_tui.model.view import View
from aiops_tui.text.printable import printable

FORMATS = ("text", "json", "markdown", "csv", "png")

_FILE_WIDTH = 100
_STANDARD_OUTPUT = "-"
_FOR_PROGRAMS = {"json", "csv"}


def snapshot(run: Invocation) -> int:
    """Write the figures of a view to standard output or a file."""
    check_database_url(run)
    tabs = read_tabs(run)
    view = read_view(run, tabs[0])
    found_format, found_output = run.find("format"), run.find("output")
    kind = values.choice(found_format, FORMATS) if found_format else FORMATS[0]
    output = values.text(found_output) if found_output else _STANDARD_OUTPUT
    run.tell_settings()
    taken = _sorted(_take(run, view, tabs), run, view.sort)
    if output == _STANDARD_OUTPUT:
        width = shutil.get_terminal_size((_FILE_WIDTH, 24)).columns
        write_out(_written(taken, kind, run, width), for_programs=kind in _FOR_PROGRAMS)
    else:
        write_privately(run.directory / Path(output).expanduser(), _written(taken, kind, run, _FILE_WIDTH))
    return DONE


def share(run: Invocation) -> int:
    """Post the figures of a view to Slack, or print what would be posted."""
    check_database_url(run)
    view = read_view(run)
    found_dry_run = run.find("dry_run")
    dry_run = values.switch(found_dry_run) if found_dry_run else False
    run.tell_settings()
    from aiops_tui import slack
    from aiops_tui.slack.client import settings_problem

    problem = None if dry_run else settings_problem(run.settings)
    if problem is not None:
        run.tell(problem.notice)
        return FAILED
    taken = _sorted(_take(run, view, (view.tab,)), run, view.sort)
    if dry_run:
        write_out(slack.preview(taken, view, run.settings, run.translator) + "\n", for_programs=True)
        return DONE
    outcome = interruptible(lambda: slack.share(taken, view, run.settings, run.translator))
    if outcome.kind != "sent":
        run.tell(outcome.notice)
        return FAILED
    write_out(" ".join(filter(None, [run.translator.notice(outcome.notice), outcome.permalink])) + "\n")
    return DONE


def _take(run: Invocation, view: View, tabs: Sequence[str]) -> Snapshot:
    settings = run.settings

    def once() -> Snapshot:
        from aiops_tui.monitor import Monitor

        return Monitor.once(settings, view, tabs)

    return interruptible(once)


def _sorted(taken: Snapshot, run: Invocation, sort: str | None) -> Snapshot:
    """Sort the tables that have the column.

    Raises:
        Stop: none has.
    """
    found = run.find("sort")
    if sort is None or found is None:
        return taken
    tables = [panel for panels in taken.tabs.values() for panel in panels if isinstance(panel, Table)]
    columns = dict.fromkeys(column.id for table in tables for column in table.columns)
    if sort not in columns:
        raise mistake("cli.no_such_column", found, columns=printable(", ".join(columns)))
    tabs = {
        tab: tuple(sorted_by(panel, sort) if isinstance(panel, Table) else panel for panel in panels)
        for tab, panels in taken.tabs.items()
    }
    return replace(taken, tabs=tabs)


def _written(taken: Snapshot, kind: str, run: Invocation, width: int) -> str:
    from aiops_tui import output

    if kind == "text":
        text = output.text(taken, run.translator, width)
    else:
        text = {"json": output.json_text, "markdown": output.markdown, "csv": output.csv}[kind](taken, run.translator)
    return text if text.endswith("\n") else text + "\n"
