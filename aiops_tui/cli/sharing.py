"""Sharing to Slack without a screen: a view, or the report of a period."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from aiops_tui.cli.headless import sorted_tables, take
from aiops_tui.cli.invocation import Invocation
from aiops_tui.cli.problems import DONE, FAILED
from aiops_tui.cli.screen import check_database_url
from aiops_tui.cli.views import read_view
from aiops_tui.cli.waiting import interruptible
from aiops_tui.cli.writing import write_out, write_privately
from aiops_tui.config import values
from aiops_tui.model.panels import Notice, Snapshot
from aiops_tui.model.view import View
from aiops_tui.text.formats import moment
from aiops_tui.text.printable import printable

if TYPE_CHECKING:
    from aiops_tui.slack import Outcome, Wish


def share(run: Invocation) -> int:
    """Post the figures of a view to Slack, or show what would be posted."""
    check_database_url(run)
    view, wish = read_view(run), _wish(run)
    if not _ready(run):
        return FAILED
    taken = sorted_tables(take(run, view, (view.tab,)), run, view.sort)
    if _is_dry(run):
        return _show(run, taken, view, wish)
    outcome = _send(run, taken, view, wish)
    if outcome.kind != "sent":
        return _told(run, outcome)
    write_out(" ".join(filter(None, [run.translator.notice(outcome.notice), outcome.permalink])) + "\n")
    return DONE


def report(run: Invocation) -> int:
    """Post the report of the last whole day, week or month; says nothing if that went well."""
    from dataclasses import replace

    from aiops_tui.slack import report as reports

    check_database_url(run)
    found = run.find("period")
    span = cast("reports.Span", values.choice(found, reports.SPANS)) if found else "week"
    zone, view = ZoneInfo(run.settings.timezone), read_view(run)
    period = reports.last(span, view.window.at or datetime.now(UTC), zone)
    view = replace(view, tab=reports.REPORT, window=reports.window(period), sort=None, conversation=None)
    if not _ready(run):
        return FAILED
    taken, also = reports.gathered(take(run, view, reports.TABS), span)
    first, final = (moment(end, zone)[:10] for end in (period.start, period.end - timedelta(seconds=1)))
    dates = first if first == final else f"{first} – {final}"
    title = run.translator(f"slack.report_{span}", dates=dates)
    wish = replace(_wish(run), title=title, also=also)
    if _is_dry(run):
        return _show(run, taken, view, wish)
    outcome = _send(run, taken, view, wish)
    return DONE if outcome.kind == "sent" else _told(run, outcome)


def _ready(run: Invocation) -> bool:
    """Return whether anything could be sent, before figures are read for it; tell what is missing."""
    from aiops_tui.slack.client import settings_problem

    run.tell_settings()
    problem = None if _is_dry(run) else settings_problem(run.settings)
    if problem is not None:
        run.tell(problem.notice)
    return problem is None


def _wish(run: Invocation) -> Wish:
    from aiops_tui.slack import Wish

    found = run.find("note")
    return Wish(note=printable(values.text(found), 1000) if found else "")


def _is_dry(run: Invocation) -> bool:
    found = run.find("dry_run")
    return values.switch(found) if found else False


def _show(run: Invocation, taken: Snapshot, view: View, wish: Wish) -> int:
    """Print the blocks, and write the picture beside."""
    from aiops_tui import slack

    write_out(slack.preview(taken, view, run.settings, run.translator, wish) + "\n", for_programs=True)
    picture = slack.preview_picture(taken, view, run.settings, run.translator, wish)
    if picture is None:
        run.tell(Notice("cli.no_pictures"))
        return DONE
    found = run.find("output")
    path = run.directory / Path(values.text(found) if found else f"aiops-{view.tab}.png").expanduser()
    write_privately(path, picture)
    run.tell(Notice("cli.picture_written", {"path": printable(str(path), 200)}))
    return DONE


def _send(run: Invocation, taken: Snapshot, view: View, wish: Wish) -> Outcome:
    from aiops_tui import slack

    return interruptible(lambda: slack.share(taken, view, run.settings, run.translator, wish))


def _told(run: Invocation, outcome: Outcome) -> int:
    """Tell why nothing stands in the channel yet: it is refused, or waits in the outbox."""
    if outcome.kind == "not_sent" and outcome.share is not None:
        reason = run.translator.notice(outcome.notice)
        run.tell(Notice("cli.share_waits", {"reason": reason}))
    else:
        run.tell(outcome.notice)
    return FAILED
