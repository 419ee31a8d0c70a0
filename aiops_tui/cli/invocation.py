"""One run of the program: what was given on the command line, and all else that it is told from outside."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from aiops_tui.config import ConfigError, Settings, Sources, load_settings, read_sources
from aiops_tui.config.sources import PREFIX, Found
from aiops_tui.model.panels import Notice
from aiops_tui.model.reopening import OPTIONS as VIEW_OPTIONS
from aiops_tui.text.translations import Translator, languages, preferred_language

PROGRAM = "aiops-tui"

_SETTINGS = {
    "db": "database_url", "tz": "timezone", "lang": "language", "log_file": "log_files",
    "log_command": "log_commands", "log_table": "log_tables", "log_stream": "log_streams", "channel": "slack_channel",
    **{name: name for name in (
        "profile", "interval", "interval_idle", "theme", "mouse", "connect_timeout",
        "statement_timeout", "lock_timeout",
    )},
}  # fmt: skip
"""The options that are settings, and the setting's name."""

_SECRETS = ("SLACK_BOT_TOKEN", "SLACK_WEBHOOK_URL", "DATABASE_URL", "AIOPS_WEB_TOKEN")


class Invocation:
    """What a command works with. ``flags`` are the options that were given, by long name with underscores."""

    def __init__(self, arguments: Sequence[str], environ: Mapping[str, str], directory: Path) -> None:
        self.environ = environ
        self.directory = directory
        self.flags: dict[str, object] = {}
        self.loaded: Settings | None = None
        self.shown = False
        """Whether the console was opened."""
        self.translator = Translator(self._language(arguments))
        self._told: list[Notice] = []

    @cached_property
    def sources(self) -> Sources:
        """Where options are found besides the command line."""
        return read_sources(self.environ, self.directory)

    @property
    def settings(self) -> Settings:
        """The settings of this run; from their first use on, messages are in their language.

        Raises:
            ConfigError: a setting cannot be worked with.
        """
        if self.loaded is None:
            flags = {_SETTINGS[name]: value for name, value in self.flags.items() if name in _SETTINGS}
            self.loaded = load_settings(flags, self.environ, self.directory)
            self.translator = Translator(self.loaded.language)
        return self.loaded

    def find(self, name: str) -> Found | None:
        """Return the value of an option and its origin: the command line, or else the first source that has it."""
        if name in self.flags:
            return Found(self.flags[name], option(name))
        if name in VIEW_OPTIONS and self.kept is not None:
            called, options = self.kept
            return Found(options[name], called) if name in options else None
        return self.sources.find(PREFIX + name.upper())

    @cached_property
    def kept(self) -> tuple[str, Mapping[str, str]] | None:
        """The options of the view that a link or ``--view`` names, or that the last session ended with, and what it
        is called.

        Raises:
            Stop: there is no such view, or it cannot be opened any more.
        """
        from aiops_tui.cli.keeping import kept_view, linked_view

        if link := self.environ.get("AIOPS_WEB_VIEW"):
            return "?view=", linked_view(link)
        return kept_view(self, self.find("view"), self.find("resume"))

    def tell(self, *notices: Notice) -> None:
        """Write a line for each notice to standard error, the program's name before it; none twice."""
        new = [notice for notice in notices if notice not in self._told]
        self._told += new
        self.show(f"{PROGRAM}: {self.translator.notice(notice)}" for notice in new)

    def tell_settings(self) -> None:
        """Write what the settings have to tell; for commands without a screen."""
        self.tell(*self.settings.notices)

    def show(self, lines: Iterable[str]) -> None:
        """Write lines to standard error; one that nobody reads any more is no matter."""
        with suppress(OSError, ValueError):
            for line in lines:
                print(line, file=sys.stderr, flush=True)  # noqa: T201

    @property
    def state_directory(self) -> Path:
        """Where reports go, known before the settings are."""
        if self.loaded is not None:
            return self.loaded.state_dir
        from aiops_tui.config.places import state_folder

        named = self.environ.get("AIOPS_STATE_DIR")
        return self.directory / Path(named).expanduser() if named else state_folder() or self.directory

    def secrets(self) -> list[str]:
        """Return the texts that no report may hold, as far as they are known."""
        known = [self.environ.get(name, "") for name in _SECRETS]
        if self.loaded is not None:
            sealed = (self.loaded.database_url, self.loaded.slack_bot_token, self.loaded.slack_webhook_url)
            known += [secret.reveal() for secret in sealed if secret is not None]
        return [text for text in known if text]

    def _language(self, arguments: Sequence[str]) -> str:
        """Return the language for help and for mistakes on the command line, found before that is parsed."""
        for place, word in enumerate(arguments):
            name, _, value = word.partition("=")
            if name == "--lang":
                asked = (value or " ".join(arguments[place + 1 : place + 2])).lower()
                return asked if asked in languages() else preferred_language(self.environ)
        asked = ""
        with suppress(ConfigError):
            asked = str(self.sources.option("lang") or "").lower()
        return asked if asked in languages() else preferred_language(self.environ)


def option(name: str) -> str:
    """Return an option as it is written."""
    return "--" + name.replace("_", "-")
