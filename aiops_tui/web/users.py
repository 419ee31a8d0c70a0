"""Who may come in: a file of names with the hashes of their passwords, or whoever has the token."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aiops_tui.config.secret import Secret
from aiops_tui.model.panels import Notice
from aiops_tui.text.printable import is_printable, printable

SHORTEST_TOKEN, SHORTEST_PASSWORD, LONGEST_PASSWORD = 20, 10, 1000
LONGEST_NAME = 40

_N, _R, _P, _SIZE = 2**15, 8, 1, 32
_MEMORY = 128 * 1024 * 1024
_MOST_BYTES = 1_000_000
_NOBODY = "scrypt$32768$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
"""Checked for names that are not known, so that one cannot tell by the time it takes which are."""


class UsersError(Exception):
    """The users file cannot be trusted, read or written; the notice says what to do."""

    def __init__(self, notice: Notice) -> None:
        self.notice = notice
        super().__init__(notice.id)


def name_of(written: str) -> str | None:
    """Return a name as it is kept, None for what cannot be one."""
    name = " ".join(unicodedata.normalize("NFC", written).split())
    return name if name and len(name) <= LONGEST_NAME and ":" not in name and is_printable(name) else None


def hashed(password: str) -> str:
    """Return what is kept of a password."""
    salt = secrets.token_bytes(16)
    digest = _scrypt(password, salt, _N, _R, _P)
    return "$".join(["scrypt", str(_N), str(_R), str(_P), b64encode(salt).decode(), b64encode(digest).decode()])


def matches(password: str, kept: str) -> bool:
    """Return whether a password is the one of which this was kept; takes its time."""
    try:
        _, n, r, p, salt, digest = kept.split("$")
        found = _scrypt(password, b64decode(salt), int(n), int(r), int(p))
        return hmac.compare_digest(found, b64decode(digest))
    except (ValueError, MemoryError):  # not what we wrote
        return False


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    text = unicodedata.normalize("NFC", password).encode("utf-8", "replace")
    return hashlib.scrypt(text, salt=salt, n=n, r=r, p=p, maxmem=_MEMORY, dklen=_SIZE)


@dataclass(frozen=True, slots=True)
class _State:
    stamp: tuple[int, ...]
    users: Mapping[str, str]


class UsersFile:
    """The lines ``name:hash`` of a file that its owner alone can read; read again when it has changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._state = _State((), {})

    def read(self) -> Mapping[str, str]:
        """Return what is kept of each user's password.

        Raises:
            UsersError: it is not there, or others can read it.
        """
        shown = {"path": printable(str(self.path), 200)}
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            raise UsersError(Notice("web.users.missing", shown)) from None
        except OSError as error:
            raise UsersError(Notice("web.users.unreadable", {**shown, "reason": error.strerror or ""})) from None
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_uid not in {os.geteuid(), 0}:
                raise UsersError(Notice("web.users.foreign", shown))
            if status.st_mode & 0o077:
                raise UsersError(Notice("web.users.open", shown))
            stamp = (status.st_ino, status.st_mtime_ns, status.st_size)
            if stamp != self._state.stamp:
                self._state = _State(stamp, _parsed(file.read(_MOST_BYTES).decode("utf-8", "replace")))
        return self._state.users

    def add(self, name: str, password: str) -> None:
        """Add a user, or give one another password; a file that is not there is made.

        Raises:
            UsersError: it cannot be trusted or written.
        """
        from aiops_tui.output.files import NotWrittenError, private_file

        users = dict(self.read()) if self.path.exists() else {}
        users[name] = hashed(password)
        try:
            with private_file(self.path, over=True) as file:
                file.write("".join(f"{each}:{kept}\n" for each, kept in users.items()).encode())
        except NotWrittenError as error:
            raise UsersError(error.notice) from None


def _parsed(text: str) -> dict[str, str]:
    lines = (line.strip() for line in text.splitlines())
    pairs = (line.partition(":") for line in lines if not line.startswith("#"))
    return {name.strip(): kept.strip() for name, colon, kept in pairs if colon and name.strip()}


class Door:
    """Knows who may come in, by the token or the users file; with neither, everybody who reaches it."""

    def __init__(self, token: Secret | None, users: UsersFile | None) -> None:
        self._token = None if token is None else _digest(token.reveal())
        self._users = users

    @property
    def open(self) -> bool:
        """Whether everybody may come in."""
        return self._token is None and self._users is None

    def key(self, name: str) -> str | None:
        """Return what a login of that name rests on: with another one, or none, it is not valid any more."""
        if self._users is not None:
            try:
                return self._users.read().get(name)
            except UsersError:
                return None
        return ""

    def knows(self, name: str, secret: str) -> bool:
        """Return whether the secret is that of the name; takes its time, so ask in a thread."""
        if self._users is not None:
            kept = self.key(name)
            return matches(secret, kept or _NOBODY) and kept is not None
        return self._token is not None and hmac.compare_digest(_digest(secret), self._token)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()
