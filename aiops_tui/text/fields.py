"""What can be found in the message of a log entry: who speaks, key=value, requests, and the machine's load."""

from __future__ import annotations

import re
from collections.abc import Iterator

MOST = 16

# All repetitions are bounded: logs are written by strangers, and no line may take quadratic time.
_ORIGIN = re.compile(r"(\S{1,200})(?: (\S{1,200}:\d{1,7}))?(?: (\S{1,200}\(\)))?")
_PAIR = re.compile(r"(?<![\w.-])([A-Za-z_][\w.-]{0,40})=(\"[^\"]{0,200}\"|[^\s,;)\]]{1,200})")
_REQUEST = re.compile(r"(?i)\b(request|req|trace|correlation)[-_ ]?(?:id)?[ :=#]{1,2}([0-9a-z][0-9a-z-]{5,63})\b")
_LOAD = re.compile(r"\b(CPU|MEM|DISK):[ ]?(\d{1,3}(?:\.\d{1,4})?)[ ]?%")


def fields_of(origin: str, message: str) -> list[tuple[str, str]]:
    """Return the names and values found in an entry, each name once, at most `MOST`."""
    found: dict[str, str] = {}
    for name, value in (*_of_origin(origin), *_of_message(message[:4000])):
        if len(found) < MOST:
            found.setdefault(name, value)
    return list(found.items())


def load_of(message: str) -> dict[str, float]:
    """Return what a line says of CPU, MEM and DISK, as ratios."""
    return {name: min(float(value) / 100, 1.0) for name, value in _LOAD.findall(message[:400])}


def _of_origin(origin: str) -> Iterator[tuple[str, str]]:
    match = _ORIGIN.fullmatch(origin)
    if match is None:
        return
    for name, value in zip(("logger", "file", "function"), match.groups(), strict=True):
        if value:
            yield name, value


def _of_message(message: str) -> Iterator[tuple[str, str]]:
    for name, value in _LOAD.findall(message):
        yield name, f"{value}%"
    for kind, value in _REQUEST.findall(message):
        yield f"{kind.lower()} id", value
    for name, value in _PAIR.findall(message):
        yield name, value.strip('"')
