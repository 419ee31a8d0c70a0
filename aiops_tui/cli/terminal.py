"""What the doctor finds of the terminal."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from aiops_tui.model.findings import Finding
from aiops_tui.model.panels import Notice
from aiops_tui.text.printable import printable

WIDE, HIGH = 80, 24
"""The least that shows the essentials well."""

_POOR = {"", "dumb", "unknown"}


def examine_terminal(environ: Mapping[str, str], size: os.terminal_size | None, encoding: str) -> Iterator[Finding]:
    """Look at the terminal of an environment: its ``size``, None if there is none, and what letters are written in."""
    term = environ.get("TERM", "")
    if size is None:
        yield Finding("ok", Notice("doctor.no_terminal"))
    elif term in _POOR:
        yield Finding("warn", Notice("doctor.poor_terminal", {"term": printable(term, 60) or "–"}))
    if encoding.lower().replace("-", "").replace("_", "") != "utf8":
        yield Finding("warn", Notice("doctor.no_utf8", {"encoding": encoding}), ("export LANG=C.UTF-8",))
    else:
        yield Finding("ok", Notice("doctor.utf8"))
    yield _colours(environ, term)
    if size is not None:
        small = size.columns < WIDE or size.lines < HIGH
        values = {"columns": str(size.columns), "lines": str(size.lines), "wide": str(WIDE), "high": str(HIGH)}
        yield Finding("warn", Notice("doctor.small", values)) if small else Finding("ok", Notice("doctor.size", values))
    if environ.get("TMUX"):
        yield Finding("ok", Notice("doctor.tmux"), ("tmux set -g set-clipboard on",))


def _colours(environ: Mapping[str, str], term: str) -> Finding:
    values = {"term": printable(term, 60) or "–"}
    if environ.get("NO_COLOR"):
        return Finding("ok", Notice("doctor.no_color"))
    if environ.get("COLORTERM", "").lower() in {"truecolor", "24bit"}:
        return Finding("ok", Notice("doctor.true_colour", values))
    if "256color" in term:
        return Finding("ok", Notice("doctor.256_colours", values))
    return Finding("warn", Notice("doctor.16_colours", values), ("export TERM=xterm-256color",))
