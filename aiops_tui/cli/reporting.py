"""What is told of an error that nobody foresaw."""

from __future__ import annotations

from aiops_tui.cli.invocation import Invocation
from aiops_tui.model.panels import Notice
from aiops_tui.text.printable import printable

_LONGEST = 200


def reported(error: Exception, invocation: Invocation) -> Notice:
    """Leave a report without secrets and return the notice that says where."""
    from aiops_tui.config.crash import write_report

    report = write_report(error, invocation.state_directory, invocation.secrets())
    if report is None:
        return Notice("cli.crash_untold", {"kind": type(error).__name__})
    return Notice("cli.crash", {"kind": type(error).__name__, "path": printable(str(report), _LONGEST)})
