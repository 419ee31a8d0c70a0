"""Who has come in, known by the random value of a cookie, and who has to wait after failing to."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

Clock = Callable[[], float]

LIFETIME = 12 * 3600.0
"""Seconds until one has to log in again."""

MOST_LOGINS = 1000
MOST_ADDRESSES = 1000
_FREE_TRIES = 3
_LONGEST_WAIT = 300.0


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody who came in: by a name, and by a key that must still be theirs."""

    id: str
    name: str
    key: str
    until: float


class Logins:
    """Those who came in, by what a cookie holds, of which only the hash is kept; the oldest give way."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._logins: OrderedDict[str, Login] = OrderedDict()

    def add(self, name: str, key: str) -> str:
        """Let somebody in and return what their cookie is to hold."""
        cookie = secrets.token_urlsafe(32)
        identity = _hash(cookie)
        self._logins[identity] = Login(identity, name, key, self._clock() + LIFETIME)
        while len(self._logins) > MOST_LOGINS:
            self._logins.popitem(last=False)
        return cookie

    def find(self, cookie: str) -> Login | None:
        """Return whose cookie it is, None if nobody's any more."""
        return self.valid(_hash(cookie))

    def valid(self, identity: str) -> Login | None:
        """Return a login by its id, None if it has ended."""
        login = self._logins.get(identity)
        if login is not None and login.until <= self._clock():
            del self._logins[identity]
            return None
        return login

    def remove(self, identity: str) -> None:
        """End a login."""
        self._logins.pop(identity, None)


def _hash(cookie: str) -> str:
    return hashlib.sha256(cookie.encode("utf-8", "replace")).hexdigest()


@dataclass
class _Failed:
    times: int = 0
    until: float = 0.0


class Throttle:
    """Makes who fails wait before the next try, twice as long each time; what is long ago is forgotten first."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._failed: OrderedDict[str, _Failed] = OrderedDict()

    def wait(self, address: str) -> float:
        """Return for how many seconds an address has to wait."""
        failed = self._failed.get(_network(address))
        return max(failed.until - self._clock(), 0.0) if failed else 0.0

    def failed(self, address: str) -> None:
        """Note a try that failed."""
        network = _network(address)
        failed = self._failed.setdefault(network, _Failed())
        self._failed.move_to_end(network)
        failed.times += 1
        if failed.times >= _FREE_TRIES:
            failed.until = self._clock() + min(2.0 ** min(failed.times - _FREE_TRIES, 20), _LONGEST_WAIT)
        while len(self._failed) > MOST_ADDRESSES:
            self._failed.popitem(last=False)

    def succeeded(self, address: str) -> None:
        """Forget the tries of an address."""
        self._failed.pop(_network(address), None)


def _network(address: str) -> str:
    """Return what one person is likely to have to themselves: an IPv4 address, or 64 bits of IPv6."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "?"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
