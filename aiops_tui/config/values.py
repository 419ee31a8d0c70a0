"""Reading single settings: from what was written to what is meant, or an error that names the setting.

Values are text from the command line and the environment, and what TOML has from ``config.toml``.
"""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Mapping
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from aiops_tui.config.sources import ConfigError, Found
from aiops_tui.model.labels import ANALYSED, SENTIMENT_ALIASES, normal_label
from aiops_tui.model.panels import Notice
from aiops_tui.text.printable import printable

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


def mistake(message: str, found: Found, **more: str | float) -> ConfigError:
    """Return the error for a value that is no secret."""
    return ConfigError(
        Notice(f"config.{message}", {"origin": found.origin, "value": printable(str(found.value), 100), **more})
    )


def text(found: Found) -> str:
    """Return a text."""
    if not isinstance(found.value, str):
        raise ConfigError(Notice("config.not_text", {"origin": found.origin}))  # it may hold a secret
    return found.value


def number(found: Found, low: float, high: float) -> float:
    """Return a number between two bounds, both allowed."""
    try:
        value = math.nan if isinstance(found.value, bool) else float(str(found.value))
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise mistake("bad_number", found, low=low, high=high)
    return value


def choice(found: Found, choices: Collection[str]) -> str:
    """Return one of the choices, whatever its case."""
    value = str(found.value).lower()
    if value not in choices:
        raise mistake("bad_choice", found, choices=", ".join(choices))
    return value


def switch(found: Found) -> bool:
    """Return whether something is on."""
    value = str(found.value).lower()
    if value not in _TRUE | _FALSE:
        raise mistake("bad_switch", found)
    return value in _TRUE


def timezone(found: Found) -> str:
    """Return the name of a time zone that exists."""
    try:
        ZoneInfo(text(found))
    except (KeyError, ValueError, OSError):
        raise mistake("bad_timezone", found) from None
    return text(found)


def path(found: Found, directory: Path) -> Path:
    """Return one path, a relative one being of a directory."""
    if isinstance(found.value, Path):
        return directory / found.value
    return directory / Path(text(found)).expanduser()


def paths(found: Found, directory: Path) -> tuple[Path, ...]:
    """Return paths, relative ones being of a directory; in the environment they are parted as in ``PATH``.

    A hyphen alone stays as it is: it stands for standard input.
    """
    value = found.value
    parts: Collection[object]
    if isinstance(value, str):
        parts = [part for part in value.split(os.pathsep) if part]
    elif isinstance(value, (list, tuple)) and all(isinstance(part, (str, Path)) for part in value):
        parts = value
    else:
        raise mistake("bad_paths", found)
    return tuple(Path("-") if str(part) == "-" else directory / Path(str(part)).expanduser() for part in parts)


def texts(found: Found) -> tuple[str, ...]:
    """Return one text or several."""
    value = found.value
    parts = [value] if isinstance(value, str) else value
    if not isinstance(parts, (list, tuple)) or not all(isinstance(part, str) for part in parts):
        raise ConfigError(Notice("config.not_text", {"origin": found.origin}))
    return tuple(part for part in parts if part.strip())


def names(found: Found) -> tuple[str, ...]:
    """Return one name or several, in a text parted by commas."""
    return tuple(name.strip() for part in texts(found) for name in part.split(",") if name.strip())


def choices(found: Found, known: Collection[str]) -> tuple[str, ...]:
    """Return some of the choices."""
    return tuple(choice(Found(name, found.origin), known) for name in names(found))


def aliases(found: Found | None) -> Mapping[str, tuple[str, ...]]:
    """Return the labels of each sentiment class, further ones added: ``positive=happy,만족;negative=angry``."""
    known = {name: tuple(words) for name, words in SENTIMENT_ALIASES.items()}
    if found is None:
        return known
    for name, words in _pairs(found).items():
        added = {normal_label(word) for word in words}
        if name not in ANALYSED:
            raise mistake("bad_aliases", found)
        known = {other: tuple(word for word in kept if word not in added) for other, kept in known.items()}
        known[name] += tuple(sorted(added - {""}))
    return known


def key_names(found: Found) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """Return the names of keys by action, and the actions with something that is no name of a key.

    In ``config.toml`` they are ``share = "ctrl+s"`` or a list, in the environment ``share=ctrl+s;earlier=h,comma``.
    """
    pairs: Mapping[str, object]
    if isinstance(found.value, str):
        parts = (part.partition("=") for part in found.value.split(";") if part.strip())
        pairs = {
            name.strip(): [key.strip() for key in keys.split(",") if key.strip()] if equals else None
            for name, equals, keys in parts
        }
    else:
        pairs = found.value if isinstance(found.value, dict) else {"keys": found.value}
    known: dict[str, tuple[str, ...]] = {}
    for name, keys in pairs.items():
        listed = [keys] if isinstance(keys, str) else keys
        if isinstance(listed, list) and all(isinstance(key, str) for key in listed):
            known[name] = tuple(listed)
    return known, [name for name in pairs if name not in known]


def _pairs(found: Found) -> dict[str, list[str]]:
    if isinstance(found.value, str):
        pairs = [part.partition("=") for part in found.value.split(";") if part.strip()]
        return {name.strip(): words.split(",") for name, _, words in pairs}
    if isinstance(found.value, dict) and all(
        isinstance(words, list) and all(isinstance(word, str) for word in words) for words in found.value.values()
    ):
        return found.value
    raise mistake("bad_aliases", found)


def web_address(found: Found) -> str:
    """Return an address that may be sent to: https, or http on this machine, without a user in it."""
    address = text(found)
    if not is_safe_address(address):
        # Not shown: a user part may hold a password, a query a token.
        raise ConfigError(Notice("config.bad_address", {"origin": found.origin}))
    return address


def is_safe_address(address: str) -> bool:
    """Return whether an address is https, or http on this machine, and has a host and no user."""
    if not address.isprintable() or " " in address:  # urlsplit would drop line breaks
        return False
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return False
    if not parts.hostname or "@" in parts.netloc:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))


def is_well_formed_token(token: str) -> bool:
    """Return whether a token can stand in a header: visible ASCII without blanks."""
    return token.isascii() and token.isprintable() and " " not in token


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine itself."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
