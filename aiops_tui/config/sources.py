"""Where options are found besides the command line: the environment, ``.env`` and ``config.toml``, in that order.

An option is known by its environment variable; its key in ``config.toml`` is that name in lower case, without
``AIOPS_``. An empty text counts as not set.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from aiops_tui.config.places import settings_folder
from aiops_tui.model.panels import Notice
from aiops_tui.text.printable import printable

PREFIX = "AIOPS_"
_MOST_BYTES = 1_000_000
_GROUP = "share"


class ConfigError(ValueError):
    """A setting that cannot be worked with; the notice says which, and what to do."""

    def __init__(self, notice: Notice) -> None:
        self.notice = notice
        super().__init__(notice.id)


@dataclass(frozen=True, slots=True)
class Found:
    """A value as it was written, and where; ``in_file`` for those of ``config.toml``."""

    value: object
    origin: str
    in_file: bool = False


@dataclass(frozen=True, slots=True)
class Sources:
    """The values that were found, by environment variable and by key, and what there is to tell of the files."""

    environ: Mapping[str, str]
    dotenv: Mapping[str, str]
    toml: Mapping[str, object]
    notices: tuple[Notice, ...] = ()

    def find(self, *variables: str) -> Found | None:
        """Return what the first source that has any of these variables, or their keys, says; None if none has."""
        layers: tuple[tuple[Mapping[str, object], str], ...] = ((self.environ, ""), (self.dotenv, " (.env)"))
        for layer, where in layers:
            for variable in variables:
                if layer.get(variable):
                    return Found(layer[variable], variable + where)
        for key in map(toml_key, variables):
            if self.toml.get(key) not in (None, ""):
                return Found(self.toml[key], f"{key} (config.toml)", in_file=True)
        return None

    def option(self, name: str) -> object | None:
        """Return the value of a command line option by its long name without dashes in front (``filter``), or None."""
        found = self.find(PREFIX + name.replace("-", "_").upper())
        return found.value if found else None

    def unknown_keys(self, variables: Iterable[str]) -> list[str]:
        """Return the keys of ``config.toml`` that belong to none of these variables."""
        return sorted(self.toml.keys() - set(map(toml_key, variables)))


def toml_key(variable: str) -> str:
    """Return the key that stands for an environment variable."""
    return variable.removeprefix(PREFIX).lower()


def read_sources(environ: Mapping[str, str], directory: Path) -> Sources:
    """Read ``.env`` of a directory and ``config.toml``, from ``AIOPS_CONFIG`` or the platform's folder for settings.

    Files that others could have written are not read, and broken ones as far as possible; the notices say so.

    Raises:
        ConfigError: ``AIOPS_CONFIG`` names a file that is not there.
    """
    notices: list[Notice] = []
    dotenv = _read_dotenv(directory / ".env", notices)
    named = environ.get("AIOPS_CONFIG") or dotenv.get("AIOPS_CONFIG")
    folder = None if named else settings_folder()
    path = directory / Path(named).expanduser() if named else folder and folder / "config.toml"
    if path and named and not path.exists():
        raise ConfigError(Notice("config.no_file", {"path": _shown(path)}))
    toml = _read_toml(path, notices) if path else {}
    return Sources(environ, dotenv, toml, tuple(notices))


def _read_dotenv(path: Path, notices: list[Notice]) -> dict[str, str]:
    text = _read_safely(path, notices)
    if not text:
        return {}
    # The parser beneath dotenv_values: that one reports a bad line through logging, which would print over the screen.
    from dotenv.parser import parse_stream

    bindings = list(parse_stream(StringIO(text)))
    broken = next((binding for binding in bindings if binding.error), None)
    if broken:
        notices.append(Notice("config.dotenv_line", {"path": _shown(path), "line": str(broken.original.line)}))
    return {binding.key: binding.value for binding in bindings if binding.key and binding.value is not None}


def _read_toml(path: Path, notices: list[Notice]) -> dict[str, object]:
    text = _read_safely(path, notices)
    if not text:
        return {}
    try:
        return _flat(tomllib.loads(text))
    except (ValueError, RecursionError) as error:
        reason, _, place = str(error).partition(" (at ")
        line = re.search(r"line (\d+)", place)
        where = line[1] if line else str(text.count("\n") + 1)
        values = {"path": _shown(path), "line": where, "reason": printable(reason, 200)}
        notices.append(Notice("config.toml_broken", values))
        return {}


def _flat(toml: Mapping[str, object]) -> dict[str, object]:
    """Return the keys of the table ``[share]`` beside all others, ``keep_days`` as ``share_keep_days``."""
    group = toml.get(_GROUP)
    if not isinstance(group, Mapping):
        return dict(toml)
    others = {key: value for key, value in toml.items() if key != _GROUP}
    return {f"{_GROUP}_{key}": value for key, value in group.items()} | others


def _read_safely(path: Path, notices: list[Notice]) -> str:
    """Return the text of a file that nobody but its user or root can have written; else nothing, and a notice."""
    values = {"path": _shown(path)}
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        try:
            status = os.fstat(descriptor)
            if stat.S_ISDIR(status.st_mode):  # people name virtual environments .env
                return ""
            problem = _distrust(status)
            if problem is None:
                return os.read(descriptor, _MOST_BYTES).decode("utf-8-sig")
        finally:
            os.close(descriptor)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        problem = "config.file_unreadable"
        values["reason"] = error.strerror or type(error).__name__
    except UnicodeDecodeError:
        problem = "config.file_not_text"
    notices.append(Notice(problem, values))
    return ""


def _shown(path: Path) -> str:
    return printable(str(path), 500)


def _distrust(status: os.stat_result) -> str | None:
    if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_BYTES:
        return "config.file_not_text"
    if not hasattr(os, "geteuid"):
        return None
    if status.st_uid not in {os.geteuid(), 0}:
        return "config.file_foreign"
    return "config.file_writable" if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH) else None
