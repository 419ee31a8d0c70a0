"""What is well, what is not, and what to do about it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from aiops_tui.cli.invocation import Invocation
from aiops_tui.cli.problems import DONE, FAILED
from aiops_tui.cli.screen import check_database_url
from aiops_tui.cli.terminal import examine_terminal
from aiops_tui.cli.waiting import interruptible
from aiops_tui.cli.writing import write_out
from aiops_tui.config import Settings
from aiops_tui.model.findings import Finding, Level
from aiops_tui.model.panels import Notice
from aiops_tui.text.cells import wrap
from aiops_tui.text.printable import printable, printable_lines

_GLYPHS: dict[Level, tuple[str, str, str]] = {
    "ok": ("✓", "OK", "green"), "warn": ("!", "WARN", "yellow"), "fail": ("✗", "FAIL", "red"),
}  # fmt: skip
_UNBROKEN = 10_000
_INDENT = 10
_SHOWN = 200
_UNSURE = {
    "slack.unset", "slack.no_channel", "slack.unanswered", "slack.no_files", "slack.no_pictures", "slack.clock",
    "slack.channel_external", "slack.outbox_holds",
}  # fmt: skip


def doctor(run: Invocation) -> int:
    """Print the findings section by section; the exit status says whether any of them is a failure."""
    check_database_url(run)
    settings = run.settings
    from aiops_tui.source.examine import examine

    report = _Report(run)
    found = interruptible(lambda: examine(settings))
    report.section("database", found.database)
    report.section("tables", found.tables)
    report.section("indexes", found.indexes)
    report.section("role", found.role)
    report.section("slack", interruptible(lambda: [*_slack(settings)]))
    size = os.get_terminal_size() if sys.stdout.isatty() else None
    report.section("terminal", examine_terminal(run.environ, size, sys.stdout.encoding))
    report.section("settings", _settings(run, settings))
    return report.finish()


def _slack(settings: Settings) -> Iterator[Finding]:
    from aiops_tui.slack.checks import check

    for notice in check(settings):
        if notice.id.startswith("slack.ok_"):
            yield Finding("ok", notice)
        else:
            yield Finding("warn" if notice.id in _UNSURE else "fail", notice)


def _settings(run: Invocation, settings: Settings) -> Iterator[Finding]:
    yield from (Finding("warn", notice) for notice in settings.notices)
    database = run.find("db") or run.sources.find("DATABASE_URL")
    if database is None:
        yield Finding("ok", Notice("doctor.default_database"))
    else:
        yield Finding("ok", Notice("doctor.database_from", {"origin": database.origin}))
    seconds = f"{settings.interval:g}"
    values = {"timezone": settings.timezone, "language": settings.language, "seconds": seconds}
    yield Finding("ok", Notice("doctor.settings", values))
    yield from _logs(settings, run.directory)
    yield _state(settings.state_dir)


def _logs(settings: Settings, directory: Path) -> Iterator[Finding]:
    from aiops_tui.source.logs import places
    from aiops_tui.source.sqlitefile import sqlite_path

    beside = sqlite_path(settings.database_url.reveal())
    patterns = settings.log_files or places.default_log_files(beside, directory)
    found, notices = places.find(patterns)
    yield from (Finding("warn", notice) for notice in notices)
    there = [place.path for place in found if place.path.exists()]
    for place in found:
        if place.path not in there:
            yield Finding("warn", Notice("logs.missing", {"path": printable(str(place.path), _SHOWN)}))
    for path in there:
        level: Level = "ok" if os.access(path, os.R_OK) else "warn"
        message = "doctor.log" if level == "ok" else "logs.unreadable"
        yield Finding(level, Notice(message, {"path": printable(str(path), _SHOWN)}))


def _state(folder: Path) -> Finding:
    """Look whether the folder for what the console keeps can be written, or made."""
    existing = next((each for each in (folder, *folder.parents) if each.exists()), folder)
    well = existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)
    values = {"path": printable(str(folder), _SHOWN)}
    return Finding("ok", Notice("doctor.state", values)) if well else Finding("warn", Notice("doctor.no_state", values))


class _Report:
    """Writes findings to standard output, and counts them."""

    def __init__(self, run: Invocation) -> None:
        self._say = run.translator
        self._counts: dict[Level, int] = dict.fromkeys(_GLYPHS, 0)
        on_screen = sys.stdout.isatty()
        self._cells = os.get_terminal_size().columns if on_screen else _UNBROKEN
        self._coloured = on_screen and not run.environ.get("NO_COLOR")

    def section(self, name: str, findings: Iterable[Finding]) -> None:
        """Write a section with its title; one without findings is left out."""
        lines = [line for finding in findings for line in self._lines(finding)]
        if lines:
            write_out("\n".join([self._say(f"doctor.section.{name}"), *lines, ""]) + "\n")

    def finish(self) -> int:
        """Write how many findings there were of each level and return the exit status."""
        write_out("   ".join(f"{word} {self._counts[level]}" for level, (_, word, _) in _GLYPHS.items()) + "\n")
        return FAILED if self._counts["fail"] else DONE

    def _lines(self, finding: Finding) -> Iterator[str]:
        self._counts[finding.level] += 1
        glyph, word, colour = _GLYPHS[finding.level]
        mark = f"  {glyph} {word:<{_INDENT - 4}}"
        first, *rest = wrap(printable_lines(self._say.notice(finding.notice)), self._cells - _INDENT)
        yield (click.style(mark, fg=colour) if self._coloured else mark) + first
        # What is to be pasted is not broken.
        yield from (" " * _INDENT + line for line in (*rest, *map(printable, finding.paste)))
