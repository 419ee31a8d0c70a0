"""Views that were kept: saved by name, or the last session's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from aiops_tui.cli.problems import FAILED, USAGE, Stop
from aiops_tui.config import values
from aiops_tui.config.lastsession import last_session
from aiops_tui.config.savedviews import saved_views, view_name
from aiops_tui.config.sources import Found
from aiops_tui.model.panels import Notice
from aiops_tui.model.reopening import ViewError, view_of
from aiops_tui.text.printable import printable

if TYPE_CHECKING:
    from aiops_tui.cli.invocation import Invocation

_LONGEST = 200


def kept_view(run: Invocation, named: Found | None, resume: Found | None) -> tuple[str, Mapping[str, str]] | None:
    """Return what the view is called and the options that open it; None where none was asked for, or known.

    Raises:
        Stop: there is no view of that name, or it cannot be opened any more.
    """
    if named is not None:
        return _saved(run, named)
    if resume is None or not values.switch(resume):
        return None
    options = last_session(run.settings).view
    try:
        view_of(options)
    except ViewError as error:
        run.tell(Notice("cli.view_not_resumed", {"reason": run.translator.notice(error.notice)}))
        return None
    return (resume.origin, options) if options else None


def linked_view(link: str) -> Mapping[str, str]:
    """Return the options of the view that a link asks for, which the server has understood before."""
    import json

    return {str(name): str(value) for name, value in json.loads(link).items()}


def _saved(run: Invocation, named: Found) -> tuple[str, Mapping[str, str]]:
    views, notices = saved_views(run.settings.state_dir)
    run.tell(*notices)
    name = view_name(str(named.value))
    status = USAGE if named.origin.startswith("--") else FAILED
    shown = {"origin": named.origin, "value": printable(name, _LONGEST)}
    if not views:
        raise Stop(Notice("cli.no_views_yet", shown), status)
    if name not in views:
        raise Stop(Notice("cli.no_such_view", {**shown, "views": printable(", ".join(views), _LONGEST)}), status)
    try:
        view_of(views[name])
    except ViewError as error:
        reason = run.translator.notice(error.notice)
        raise Stop(Notice("cli.view_broken", {**shown, "reason": reason})) from None
    return f"“{name}”", views[name]
