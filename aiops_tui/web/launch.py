"""How consoles are started: by the options of the server, on the view that a link asks for, for who logged in."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiops_tui
from aiops_tui.web.child import Child, Outlet
from aiops_tui.web.links import Link

_ROOT = Path(aiops_tui.__file__).parents[1]
_OURS = ("AIOPS_WEB_TOKEN", "TMUX", "STY", "NO_COLOR", "TEXTUAL_LOG", "TEXTUAL_DEVTOOLS")
"""What a console in a browser is not to see: the secret of the door, and the terminal of who started the server."""


@dataclass(frozen=True, slots=True)
class Launch:
    """What all consoles of a server have in common.

    ``options`` are those of the command line, ``view`` those of the view that is shown where no link asks for one,
    ``environ`` what has to be added to the environment. ``language`` is None where each person's browser says which.
    """

    options: tuple[str, ...] = ()
    view: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    language: str | None = None

    def child(self, outlet: Outlet, link: Link | None, name: str, language: str, *, resume: bool) -> Child:
        """Return a console that has not been started yet, for somebody of this name, who shares by it."""
        options, more = [*self.options, "--lang", language], dict(self.environ)
        if resume:
            options.append("--resume")
        elif link is None:
            options += self.view
        else:
            # Not on the command line, where an option that is not given may still be set elsewhere.
            more["AIOPS_WEB_VIEW"] = json.dumps(dict(link.options))
            options += ["--tz", link.timezone] if link.timezone else []
        if name:
            more["AIOPS_OPERATOR"] = name
        return Child(_command(options), _environment(more), outlet)


def _command(options: list[str]) -> tuple[str, ...]:
    """Return a command line, run by the Python that runs the server."""
    # What lies in the folder that the server was started in is not to be imported, unless that is where we are.
    safely = () if Path.cwd() == _ROOT else ("-P",)
    return (sys.executable, *safely, "-m", "aiops_tui", *options)


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a console that shows itself in a browser."""
    kept = {name: value for name, value in os.environ.items() if name not in _OURS}
    return kept | {
        "TEXTUAL_DRIVER": "aiops_tui.tui.browser:BrowserDriver",
        "TEXTUAL_COLOR_SYSTEM": "truecolor",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "AIOPS_WEB_PARENT": str(os.getpid()),
        **more,
    }
